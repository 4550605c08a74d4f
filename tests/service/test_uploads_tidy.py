"""What uploads leave behind, and how many may be open at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar.testing import TestClient

from app.service import tables as t
from app.service import uploads
from app.service.uploads_tidy import PARTS_KEPT, UPLOADS_KEPT, collect_parts
from tests.service.asking import problem, signed_in
from tests.service.bringing import (
    PHOTO,
    SHA,
    announce,
    bring,
    complete,
    content,
    name_of,
    part_of,
    read,
    send_part,
)
from tests.service.ground import House


def later(house: House, time: timedelta) -> datetime:
    """So much after the parts were stored, which the store's own clock has dated."""
    stored = datetime.now(UTC)
    return stored + time + timedelta(minutes=1)


def stored_parts(house: House) -> set[str]:
    found = house.blobs.parts_before(datetime.now(UTC) + timedelta(days=1))
    return {name for names in found for name in names}


def refused(client: TestClient[Any], me: dict[str, str]) -> bytes:
    """A file that is announced as another: its one part is stored, and then belongs to nothing."""
    data, announced = content(90_000, "other"), name_of(content(90_000, "announced"))
    announce(client, me, data, announced)
    send_part(client, me, data, 0, announced)
    assert complete(client, me, announced).state == "refused"
    return data


def test_pieces_of_refused_uploads_go_and_all_others_stay(client: TestClient[Any], house: House) -> None:
    house.clock.now = datetime.now(UTC)
    me = signed_in(client)
    bring(client, me, PHOTO)
    half = content(len(PHOTO), "half")
    announce(client, me, half)
    send_part(client, me, half, 0)
    lost = name_of(refused(client, me))
    kept = {name_of(part_of(PHOTO, 0)), name_of(part_of(PHOTO, 1)), name_of(part_of(half, 0))}
    assert stored_parts(house) == {*kept, lost}
    assert collect_parts(house.engine, house.blobs, later(house, PARTS_KEPT / 2)) == 0
    assert collect_parts(house.engine, house.blobs, later(house, PARTS_KEPT)) == 1
    assert stored_parts(house) == kept
    assert read(client, me).content == PHOTO
    assert collect_parts(house.engine, house.blobs, later(house, PARTS_KEPT)) == 0


def test_an_upload_nobody_goes_on_with_is_forgotten_and_can_be_announced_anew(
    client: TestClient[Any], house: House
) -> None:
    me = signed_in(client)
    announce(client, me, PHOTO)
    send_part(client, me, PHOTO, 0)
    bring(client, me, content(5_000, "done"))
    now = house.clock() + UPLOADS_KEPT
    collect_parts(house.engine, house.blobs, now)
    assert house.count(t.uploads) == 2
    collect_parts(house.engine, house.blobs, now + timedelta(microseconds=1))
    assert [row.state for row in house.rows(t.uploads)] == ["complete"]
    assert problem(send_part(client, me, PHOTO, 1), 404).code == "upload_unknown"
    assert bring(client, me, PHOTO).state == "complete"


def test_a_piece_stored_again_meanwhile_stays(house: House) -> None:
    data = content(1_000)
    house.blobs.put_part(name_of(data), data)
    assert not house.blobs.drop_part(name_of(data), datetime.now(UTC) - timedelta(hours=1))
    assert stored_parts(house) == {name_of(data)}
    assert house.blobs.drop_part(name_of(data), datetime.now(UTC) + timedelta(hours=1))
    assert not house.blobs.drop_part(name_of(data), datetime.now(UTC) + timedelta(hours=1))


def test_one_person_has_only_so_many_files_on_their_way(client: TestClient[Any], house: House) -> None:
    me = signed_in(client)
    refused(client, me)
    with house.engine.begin() as connection:
        connection.execute(
            t.uploads.insert(),
            [
                {
                    "person_id": house.person("morgan").id,
                    "sha256": f"{number:064x}",
                    "size": 1,
                    "device_id": "device-1",
                    "state": "parts" if number % 2 else "checking",
                    "began_at": house.clock(),
                    "changed_at": house.clock(),
                }
                for number in range(uploads.OPEN_UPLOADS - 1)
            ],
        )
    assert announce(client, me, PHOTO).state == "parts"
    another = {"sha256": name_of(b"another"), "size": 7}
    told = client.post("/api/blobs", json=another, headers=me)
    assert problem(told, 429).code == "too_many_uploads"
    assert told.headers["retry-after"]
    # Neither does a refused one begin anew; what is on its way goes on, and others' files are no matter.
    anew = {"sha256": name_of(content(90_000, "announced")), "size": 90_000}
    assert problem(client.post("/api/blobs", json=anew, headers=me), 429).code == "too_many_uploads"
    assert bring(client, me, PHOTO).state == "complete"
    assert client.post("/api/blobs", json=another, headers=me).status_code == 200
    assert (
        client.post(
            "/api/blobs", json={"sha256": SHA, "size": 7}, headers=signed_in(client, "staff")
        ).status_code
        == 200
    )
