"""Who reads the file that a note names: its author, and whoever has the note once the author has sent it."""

from __future__ import annotations

from typing import Any

from litestar.testing import TestClient

from app.service import tables as t
from app.service.accounts import new_id
from app.service.assignments import assign_moderator
from tests.service.asking import problem, signed_in, work_of
from tests.service.bringing import PHOTO, SHA, announce, bring, name_of, read
from tests.service.ground import LEARNER_WORK, NOW, House


def note_with(house: House, sha256: str, author: str = "morgan", number: str = "R1") -> None:
    note_id = new_id()
    with house.engine.begin() as connection:
        connection.execute(
            t.notes.insert().values(
                id=note_id,
                request_id=house.request(number),
                stage="moderation",
                author_id=house.person(author).id,
                text="See the photo.",
                written_at=NOW,
            )
        )
        connection.execute(
            t.note_files.insert().values(
                note_id=note_id, position=0, name="photo.jpg", sha256=sha256, size=1, media_type=""
            )
        )


def let_hold(house: House, name: str, number: str = "R1", device: str = "") -> None:
    with house.engine.begin() as connection:
        connection.execute(
            t.memberships.insert().values(
                person=house.person(name).id, root=house.request(number), device=device, n=1, entered=True
            )
        )


def test_a_notes_file_is_awaited_until_its_author_has_sent_it(client: TestClient[Any], house: House) -> None:
    note_with(house, SHA)
    let_hold(house, "quality")
    quality, jules, morgan = (signed_in(client, name) for name in ("quality", "jules", "morgan"))
    told = problem(read(client, quality), 404)
    assert (told.code, told.says) == (
        "evidence_awaited",
        "The file is still on its way from its author's computer.",
    )
    assert problem(read(client, jules), 404).code == "not_found"
    bring(client, morgan, PHOTO)
    assert read(client, quality).content == PHOTO
    assert problem(read(client, jules), 404).code == "not_found"


def test_a_note_that_names_a_guessed_hash_opens_nothing(client: TestClient[Any], house: House) -> None:
    """Morgan names the learner's work of R2, which Morgan may not read: nobody reads it through that note."""
    theirs = LEARNER_WORK + b"R2"
    note_with(house, name_of(theirs))
    let_hold(house, "quality")
    morgan, quality = signed_in(client), signed_in(client, "quality")
    assert problem(read(client, morgan, name_of(theirs)), 404).code == "evidence_awaited"
    assert problem(read(client, quality, name_of(theirs)), 404).code == "evidence_awaited"
    assert announce(client, morgan, theirs).state == "parts"
    # Somebody else's upload of the same bytes is not the author's.
    bring(client, signed_in(client, "staff"), theirs)
    assert problem(read(client, quality, name_of(theirs)), 404).code == "evidence_awaited"


def test_a_note_may_name_evidence_that_its_author_may_read(client: TestClient[Any], house: House) -> None:
    note_with(house, work_of(house, "R1"), number="R3")
    let_hold(house, "quality", "R3")
    assert read(client, signed_in(client, "quality"), work_of(house, "R1")).status_code == 200


def test_a_root_opened_on_one_device_is_read_on_that_device_only(
    client: TestClient[Any], house: House
) -> None:
    quality = signed_in(client, "quality")
    let_hold(house, "quality", device="another-device")
    problem(read(client, quality, work_of(house)), 404)
    let_hold(house, "quality", device="device-1")
    assert read(client, quality, work_of(house)).status_code == 200


def test_an_author_reads_their_own_file_whatever_becomes_of_the_request(
    client: TestClient[Any], house: House
) -> None:
    me = signed_in(client)
    note_with(house, SHA)
    bring(client, me, PHOTO)
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    assert read(client, me).content == PHOTO
    assert read(client, signed_in(client, "jules")).content == PHOTO
