"""Files brought here in parts: whole and verified or not at all, and nobody's business but their author's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.uploads import ask_complete, keep_part
from app.wire.messages import PART_BYTES
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
from tests.service.ground import LEARNER_WORK, NOT_OF_THE_DATABASE, NOW, House

SMALL = b"a photo of a wall chart"


def test_a_file_sent_in_parts_is_whole_verified_and_its_authors(
    client: TestClient[Any], house: House
) -> None:
    me = signed_in(client)
    state = announce(client, me, PHOTO)
    assert (state.state, state.part_size, state.parts) == ("parts", PART_BYTES, [])
    assert send_part(client, me, PHOTO, 1).status_code == 204
    assert announce(client, me, PHOTO).parts == [1]
    assert send_part(client, me, PHOTO, 0).status_code == 204
    problem(read(client, me), 404)
    assert complete(client, me, SHA).state == "complete"
    assert announce(client, me, PHOTO).state == "complete"
    answer = read(client, me)
    assert (answer.status_code, answer.headers["etag"]) == (200, f'"{SHA}"')
    assert answer.content == PHOTO
    assert [row.size for row in house.rows(t.blob_parts)] == [PART_BYTES, 70_000]


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, 1),
        (PART_BYTES - 1, PART_BYTES + 1),
        (PART_BYTES, PART_BYTES + 70_000),
        (1_500_000, PART_BYTES + 3),
    ],
)
def test_a_range_may_reach_over_parts(client: TestClient[Any], house: House, start: int, end: int) -> None:
    me = signed_in(client)
    bring(client, me, PHOTO)
    answer = read(client, me, range=f"bytes={start}-{end - 1}", **{"if-range": f'"{SHA}"'})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(PHOTO)}"
    assert answer.content == PHOTO[start:end]


def test_a_part_sent_again_changes_nothing_and_another_content_is_refused(
    client: TestClient[Any], house: House
) -> None:
    me = signed_in(client)
    announce(client, me, PHOTO)
    for _ in range(2):
        assert send_part(client, me, PHOTO, 1).status_code == 204
    told = problem(send_part(client, me, PHOTO, 1, piece=content(70_000, "other")), 409)
    assert told.code == "part_differs"
    send_part(client, me, PHOTO, 0)
    assert complete(client, me, SHA).state == "complete"
    # A duplicate that was long on its way.
    assert send_part(client, me, PHOTO, 1).status_code == 204
    assert house.count(t.upload_parts) == 2


@pytest.mark.parametrize(
    ("number", "changes", "status", "code"),
    [
        (1, {"piece_sha256": "0" * 64}, 400, "part_changed"),
        (1, {"piece": b"too short"}, 400, "part_size_wrong"),
        (0, {"piece": content(70_000)}, 400, "part_size_wrong"),
        (2, {"piece": b"more"}, 400, "part_unknown"),
        (0, {"piece": bytes(PART_BYTES + 1)}, 413, "too_large"),
    ],
)
@NOT_OF_THE_DATABASE
def test_a_part_that_is_not_what_was_announced_is_not_kept(
    client: TestClient[Any],
    house: House,
    number: int,
    changes: dict[str, Any],
    status: int,
    code: str,
) -> None:
    me = signed_in(client)
    announce(client, me, PHOTO)
    assert problem(send_part(client, me, PHOTO, number, **changes), status).code == code
    assert house.count(t.upload_parts) == 0
    assert announce(client, me, PHOTO).parts == []


@NOT_OF_THE_DATABASE
def test_what_was_never_announced_takes_no_parts(client: TestClient[Any], house: House) -> None:
    me = signed_in(client)
    assert problem(send_part(client, me, SMALL, 0), 404).code == "upload_unknown"
    answer = client.post(f"/api/blobs/{name_of(SMALL)}/complete", headers=me)
    assert problem(answer, 404).code == "upload_unknown"


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"sha256": "../../../etc/passwd", "size": 5}',
        b'{"sha256": "%s", "size": -1}' % SHA.encode(),
        b'{"sha256": "%s", "size": 99999999999999999999}' % SHA.encode(),
        b'{"sha256": "%s", "size": 5, "media_type": "a\\u0000b"}' % SHA.encode(),
    ],
)
def test_what_cannot_be_a_file_is_refused_in_words(
    client: TestClient[Any], house: House, body: bytes
) -> None:
    answer = client.post("/api/blobs", content=body, headers=signed_in(client))
    assert problem(answer, 400).code == "malformed"


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer guessed"}])
def test_nobody_unknown_sends_anything(
    client: TestClient[Any], house: House, headers: dict[str, str]
) -> None:
    announce(client, signed_in(client), PHOTO)
    problem(send_part(client, headers, PHOTO, 0), 401)
    problem(client.post("/api/blobs", content=b"{}", headers=headers), 401)
    problem(client.post(f"/api/blobs/{SHA}/complete", headers=headers), 401)
    assert house.count(t.upload_parts) == 0


def test_a_file_with_missing_parts_is_told_so_and_goes_on(client: TestClient[Any], house: House) -> None:
    me = signed_in(client)
    announce(client, me, PHOTO)
    send_part(client, me, PHOTO, 0)
    state = complete(client, me, SHA)
    assert (state.state, state.code, state.parts) == ("refused", "parts_missing", [0])
    assert state.says.endswith(".")
    send_part(client, me, PHOTO, 1)
    assert complete(client, me, SHA).state == "complete"


def test_a_whole_that_is_not_what_was_announced_is_thrown_away_and_begun_anew(
    client: TestClient[Any], house: House
) -> None:
    me = signed_in(client)
    other = content(len(PHOTO), "another")
    announce(client, me, PHOTO)
    for number in (0, 1):
        assert send_part(client, me, other, number, sha256=SHA).status_code == 204
    state = complete(client, me, SHA)
    assert (state.state, state.code) == ("refused", "file_changed")
    assert complete(client, me, SHA).says == state.says
    assert house.count(t.upload_parts) == house.count(t.blobs, t.blobs.c.sha256 == SHA) == 0
    assert problem(send_part(client, me, PHOTO, 0), 409).code == "upload_restarted"
    problem(read(client, me), 404)
    assert announce(client, me, PHOTO).state == "parts"
    assert bring(client, me, PHOTO).state == "complete"
    assert read(client, me).content == PHOTO


def test_knowing_a_hash_grants_nothing(client: TestClient[Any], house: House) -> None:
    """Whoever names a file that is here must bring all of it, and learns of its presence by nothing."""
    theirs = LEARNER_WORK + b"R1"
    jules = signed_in(client, "jules")
    assert announce(client, jules, theirs).state == "parts"
    assert complete(client, jules, name_of(theirs)).code == "parts_missing"
    problem(read(client, jules, name_of(theirs)), 404)
    before = house.count(t.blobs)
    assert bring(client, jules, theirs).state == "complete"
    assert house.count(t.blobs) == before
    assert read(client, jules, name_of(theirs)).content == theirs
    morgan = signed_in(client)
    assert read(client, morgan, name_of(theirs)).content == theirs


def test_one_persons_parts_are_not_anothers(client: TestClient[Any], house: House) -> None:
    morgan, jules = signed_in(client), signed_in(client, "jules")
    bring(client, morgan, PHOTO)
    assert announce(client, jules, PHOTO).parts == []
    send_part(client, jules, PHOTO, 1)
    assert announce(client, jules, PHOTO).parts == [1]
    problem(read(client, jules), 404)
    send_part(client, jules, PHOTO, 0)
    assert complete(client, jules, SHA).state == "complete"
    assert (house.count(t.uploads), house.count(t.blobs, t.blobs.c.sha256 == SHA)) == (2, 1)
    assert house.count(t.blob_parts) == 2


def test_a_file_i_may_read_already_need_not_be_sent_but_gives_no_lasting_right(
    client: TestClient[Any], house: House
) -> None:
    me = signed_in(client)
    work = LEARNER_WORK + b"R1"
    assert announce(client, me, work).state == "complete"
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    problem(read(client, me, name_of(work)), 404)
    assert announce(client, me, work).state == "parts"


def test_an_empty_file_is_a_file(client: TestClient[Any], house: House) -> None:
    me = signed_in(client)
    assert bring(client, me, b"").state == "complete"
    answer = read(client, me, name_of(b""))
    assert (answer.status_code, answer.content) == (200, b"")


def test_another_size_for_the_same_name_begins_anew(client: TestClient[Any], house: House) -> None:
    me = signed_in(client)
    announce(client, me, PHOTO[:-1], sha256=SHA)
    send_part(client, me, PHOTO, 0)
    assert announce(client, me, PHOTO).parts == []
    assert bring(client, me, PHOTO).state == "complete"


# -- a service that dies ------------------------------------------------------------------------------------------


def test_an_upload_goes_on_where_it_was_after_the_service_was_started_anew(house: House) -> None:
    with house.client() as client:
        me = signed_in(client)
        announce(client, me, PHOTO)
        send_part(client, me, PHOTO, 0)
    with house.client() as client:
        assert announce(client, me, PHOTO).parts == [0]
        send_part(client, me, PHOTO, 1)
        assert complete(client, me, SHA).state == "complete"


@pytest.mark.parametrize("asked", ["complete", "announce"])
def test_a_check_that_died_with_its_process_is_done_when_asked_for(house: House, asked: str) -> None:
    with house.client() as client:
        me = signed_in(client)
        announce(client, me, PHOTO)
        for number in (0, 1):
            send_part(client, me, PHOTO, number)
    # As the process leaves it that is killed right after it said "checking".
    assert ask_complete(house.engine, house.person("morgan"), SHA, NOW).state == "checking"
    with house.client() as client:
        while (state := announce(client, me, PHOTO)).state == "checking" and asked == "announce":
            pass
        assert (state if asked == "announce" else complete(client, me, SHA)).state == "complete"
        assert read(client, me).content == PHOTO


def test_a_part_that_the_store_lost_is_asked_for_again(house: House) -> None:
    with house.client() as client:
        me = signed_in(client)
        announce(client, me, PHOTO)
        for number in (0, 1):
            send_part(client, me, PHOTO, number)
        lost = name_of(part_of(PHOTO, 0))
        (Path(house.files_url) / "parts" / lost[:2] / lost[2:4] / lost).unlink()
        state = complete(client, me, SHA)
        assert (state.state, state.parts) == ("parts", [1])
        send_part(client, me, PHOTO, 0)
        assert complete(client, me, SHA).state == "complete"


@NOT_OF_THE_DATABASE
def test_a_store_out_of_reach_leaves_no_part_noted_and_no_check_decided(house: House) -> None:
    with house.client() as client:
        me = signed_in(client)
        announce(client, me, PHOTO)
        send_part(client, me, PHOTO, 1)
        parts = Path(house.files_url) / "parts"
        aside = parts.with_name("aside")
        parts.rename(aside)
        parts.write_text("in the way")
        with pytest.raises(Exception, match=r".+"):
            keep_part(
                house.engine,
                house.blobs,
                house.person("morgan"),
                SHA,
                0,
                name_of(part_of(PHOTO, 0)),
                part_of(PHOTO, 0),
                NOW,
            )
        assert announce(client, me, PHOTO).parts == [1]
        parts.unlink()
        aside.rename(parts)
        send_part(client, me, PHOTO, 0)
        assert complete(client, me, SHA).state == "complete"


def test_a_part_that_a_power_cut_left_without_its_bytes_is_written_anew(
    client: TestClient[Any], house: House
) -> None:
    """The name and even the length may be there; only a row in the database says that the bytes are."""
    me = signed_in(client)
    announce(client, me, SMALL)
    path = Path(house.files_url) / "parts" / name_of(SMALL)[:2] / name_of(SMALL)[2:4] / name_of(SMALL)
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(len(SMALL)))
    send_part(client, me, SMALL, 0)
    assert complete(client, me, name_of(SMALL)).state == "complete"
    assert read(client, me, name_of(SMALL)).content == SMALL
