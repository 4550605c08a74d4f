"""Who reads the file that a note names: its author, and whoever has the note once its author had a right to it."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import Connection, text, update

from app.domain.attached import AttachedFile
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.by_role import OPEN_FOR, open_root
from app.service.database import reading, transact
from app.service.file_rights import COMPLETE, grant
from tests.service.asking import problem, signed_in, work_of
from tests.service.bringing import PHOTO, SHA, announce, bring, name_of, read
from tests.service.ground import LEARNER_WORK, NOW, House
from tests.service.holding import hold, release


def note_with(
    house: House, sha256: str, author: str = "morgan", number: str = "R1", **changes: Any
) -> list[str]:
    """Pushes a note that names the file; the outcome."""
    file = AttachedFile("photo.jpg", sha256, 1)
    act = house.act(replace(house.note(number=number), files=(file,)), author, **changes)
    return [item.outcome for item in house.push(act, name=author)]


def let_hold(house: House, name: str, number: str = "R1", device: str = "") -> None:
    with house.engine.begin() as connection:
        connection.execute(
            t.memberships.insert().values(
                person=house.person(name).id, root=house.request(number), device=device, n=1, entered=True
            )
        )


def awaited(client: TestClient[Any], house: House, name: str, sha256: str = SHA) -> bool:
    told = problem(read(client, signed_in(client, name), sha256), 404)
    return told.code == "evidence_awaited"


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


def test_a_file_sent_before_its_note_is_read_with_the_note(client: TestClient[Any], house: House) -> None:
    bring(client, signed_in(client), PHOTO)
    let_hold(house, "quality")
    assert not awaited(client, house, "quality")
    note_with(house, SHA)
    assert read(client, signed_in(client, "quality")).content == PHOTO


def test_a_note_that_names_a_guessed_hash_opens_nothing(client: TestClient[Any], house: House) -> None:
    """Morgan names the learner's work of R2, which Morgan may not read: nobody reads it through that note."""
    theirs = LEARNER_WORK + b"R2"
    note_with(house, name_of(theirs))
    let_hold(house, "quality")
    assert awaited(client, house, "morgan", name_of(theirs))
    assert awaited(client, house, "quality", name_of(theirs))
    assert announce(client, signed_in(client), theirs).state == "parts"
    # Somebody else's upload of the same bytes is not the author's, and neither is a right that comes later.
    bring(client, signed_in(client, "staff"), theirs)
    assign_moderator(house.engine, "R2", "morgan@people.invalid")
    assert read(client, signed_in(client), name_of(theirs)).status_code == 200
    assert awaited(client, house, "quality", name_of(theirs))
    # Now the author's copy is not wanted any more, and so nothing may wait for it.
    assert announce(client, signed_in(client), theirs).state == "complete"
    assert read(client, signed_in(client, "quality"), name_of(theirs)).content == theirs


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_note_taken_while_its_file_is_just_being_completed_is_granted(
    client: TestClient[Any], house: House
) -> None:
    """Neither sees the other until both are committed; so the note waits for the upload."""
    announce(client, signed_in(client), PHOTO)
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with ThreadPoolExecutor(1) as pool:

        def complete_it(connection: Connection) -> Future[list[str]]:
            connection.execute(update(t.uploads).values(state=COMPLETE))
            grant(connection, house.person("morgan").id, SHA, NOW)
            noting = pool.submit(note_with, house, SHA)
            while not noting.done():
                with reading(house.engine) as other:
                    if other.scalar(waiting):
                        break
            return noting

        assert transact(house.engine, complete_it).result() == ["applied"]
    (row,) = house.rows(t.note_files)
    assert row.granted_at == NOW


def test_a_guessed_hash_opens_with_its_authors_own_upload(client: TestClient[Any], house: House) -> None:
    theirs = LEARNER_WORK + b"R2"
    note_with(house, name_of(theirs))
    let_hold(house, "quality")
    bring(client, signed_in(client), theirs)
    assert read(client, signed_in(client, "quality"), name_of(theirs)).content == theirs


def test_a_note_may_name_evidence_that_its_author_may_read(client: TestClient[Any], house: House) -> None:
    note_with(house, work_of(house, "R1"), number="R3")
    let_hold(house, "quality", "R3")
    assert read(client, signed_in(client, "quality"), work_of(house, "R1")).status_code == 200


def test_a_file_linked_onward_from_somebody_elses_note_is_read_for_good(
    client: TestClient[Any], house: House
) -> None:
    """Jules reads Morgan's photo in R1 and names it in R2: who has R2 reads it, whatever Jules may read later."""
    bring(client, signed_in(client), PHOTO)
    note_with(house, SHA)
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    note_with(house, SHA, "jules", "R2")
    let_hold(house, "support", "R2")
    assign_moderator(house.engine, "R1", "morgan@people.invalid")
    assign_moderator(house.engine, "R2", "morgan@people.invalid")
    assert problem(read(client, signed_in(client, "jules")), 404).code == "not_found"
    assert read(client, signed_in(client, "support")).content == PHOTO


def test_what_is_readable_on_one_device_alone_is_linked_from_that_device(
    client: TestClient[Any], house: House
) -> None:
    """The quality manager opened R1 on this device and links the learner's work of it in R2."""
    quality = house.person("quality").id
    open_root(house.engine, quality, "device-1", house.request("R1"), NOW)
    note_with(house, work_of(house), "quality", "R2")
    assert read(client, signed_in(client, "jules"), work_of(house)).status_code == 200


def test_what_was_readable_when_a_late_note_was_written_is_linked(
    client: TestClient[Any], house: House
) -> None:
    seen = house.head()
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    assert note_with(house, work_of(house), number="R3", seen=seen) == ["applied"]
    let_hold(house, "support", "R3")
    assert read(client, signed_in(client, "support"), work_of(house)).status_code == 200


def test_a_note_before_grants_were_kept_waits_for_an_upload(client: TestClient[Any], house: House) -> None:
    bring(client, signed_in(client), PHOTO)
    note_with(house, SHA)
    let_hold(house, "quality")
    transact(house.engine, lambda c: c.execute(update(t.note_files).values(granted_at=None)))
    assert awaited(client, house, "quality")


def test_files_of_a_note_during_a_hold_are_settled_too(client: TestClient[Any], house: House) -> None:
    hold(house)
    note_with(house, work_of(house), number="R1")
    release(house)
    (row,) = house.rows(t.note_files)
    assert row.granted_at == NOW


def test_a_root_opened_on_one_device_is_read_on_that_device_only(
    client: TestClient[Any], house: House
) -> None:
    quality = signed_in(client, "quality")
    let_hold(house, "quality", device="another-device")
    problem(read(client, quality, work_of(house)), 404)
    let_hold(house, "quality", device="device-1")
    assert read(client, quality, work_of(house)).status_code == 200


@pytest.mark.parametrize(("after", "status"), [(OPEN_FOR - timedelta(seconds=1), 200), (OPEN_FOR, 404)])
def test_what_was_opened_for_a_time_is_not_read_after_it_even_if_the_device_never_pulls(
    client: TestClient[Any], house: House, after: timedelta, status: int
) -> None:
    open_root(house.engine, house.person("quality").id, "device-1", house.request(), NOW)
    note_with(house, SHA)
    bring(client, signed_in(client), PHOTO)
    house.clock.now = NOW + after
    quality = signed_in(client, "quality")
    assert read(client, quality, work_of(house)).status_code == status
    assert read(client, quality).status_code == status


def test_an_author_reads_their_own_file_whatever_becomes_of_the_request(
    client: TestClient[Any], house: House
) -> None:
    me = signed_in(client)
    note_with(house, SHA)
    bring(client, me, PHOTO)
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    assert read(client, me).content == PHOTO
    assert read(client, signed_in(client, "jules")).content == PHOTO
