"""An act with files is not all sent before its files are: in the Status, in the Outbox and in the Work list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models.kept_files import UploadStage
from app.wire.messages import PART_BYTES
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, FilesUnderWay, OutboxRow, OutboxState, Reach, SyncMark
from tests.service.ground import House
from tests.support.half_sent import FILMED, SecondPartHeld, finish, on_the_way
from tests.support.travel import Travelling


@pytest.fixture
def half(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Travelling, SecondPartHeld]]:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path / "laptop"))
    with on_the_way(house, tmp_path / "laptop") as made:
        yield made


def the_note(desk: Desk) -> OutboxRow:
    (row,) = desk.outbox()
    return row


def mark(desk: Desk) -> SyncMark:
    return next(row.mark for row in desk.work() if row.number == "R1")


def test_nothing_is_called_sent_while_a_file_is_on_its_way(half: tuple[Travelling, SecondPartHeld]) -> None:
    laptop, road = half
    desk = laptop.desk
    status = desk.status()
    assert status.queued == 0
    assert status.files == FilesUnderWay(1, PART_BYTES, len(FILMED))
    note = the_note(desk)
    assert note.state is OutboxState.SENDING
    assert note.why == "The service has the note; 1 file is still being sent."
    assert mark(desk) is SyncMark.WAITING
    finish(laptop, road)
    desk.sync(lambda _: None)
    assert desk.status().files == FilesUnderWay()
    assert the_note(desk).state is OutboxState.SENT
    assert mark(desk) is SyncMark.SYNCED


def test_a_file_that_goes_on_is_told_beside_the_rounds(half: tuple[Travelling, SecondPartHeld]) -> None:
    laptop, road = half
    laptop.desk.own_files.moved()
    assert laptop.desk.own_files.moved() == Changes()
    finish(laptop, road)
    moved = laptop.desk.own_files.moved()
    assert moved == Changes(frozenset({laptop.house.request("R1")}), outbox=True, work=True)
    assert laptop.desk.own_files.moved() == Changes()


def test_a_refused_file_needs_attention_and_can_be_offered_again(
    half: tuple[Travelling, SecondPartHeld],
) -> None:
    laptop, _ = half
    desk = laptop.desk
    (upload,) = desk._work.uploads.all()
    desk._work.uploads.note(upload, UploadStage.REFUSED, "The service takes files up to 1 GB.")
    assert desk.status().attention == 1
    assert desk.status().files == FilesUnderWay()
    note = the_note(desk)
    assert note.state is OutboxState.ATTENTION
    assert "“filmed.bin”: The service takes files up to 1 GB." in note.why
    assert note.can_retry
    assert mark(desk) is SyncMark.ATTENTION
    desk.retry(note.act_id)
    assert the_note(desk).state is OutboxState.SENDING
    assert desk.status().attention == 0


def test_what_waits_says_on_what(half: tuple[Travelling, SecondPartHeld]) -> None:
    laptop, _ = half
    desk = laptop.desk
    assert desk.status().reach is Reach.ONLINE
    act_id = desk.add_note(laptop.house.request("R1"), "", "One more.").undo
    why = next(row.why for row in desk.outbox() if row.act_id == act_id)
    assert why == "Is sent in a moment."


def test_a_note_waits_for_the_network_only_without_one(desk: Desk) -> None:
    act_id = desk.add_note("request-1", "", "Written on the train.").undo
    assert [row.why for row in desk.outbox() if row.act_id == act_id] == ["Waits for the network."]


def test_files_of_a_note_that_is_only_drafted_are_not_being_sent(desk: Desk) -> None:
    desk.attach("request-1", ("wall.txt", b"What hung on the wall."))
    assert desk.status().files == FilesUnderWay()
