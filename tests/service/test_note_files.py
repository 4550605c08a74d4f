"""Files that people add to their notes: named with the note, which never waits for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.domain.attached import AttachedFile
from app.domain.judging import FILES_LIMIT
from app.service import tables as t
from app.service.database import reading
from app.service.records import load_notes
from app.wire.acts import act_message
from app.wire.codec import Codec
from tests.service.ground import NOT_OF_THE_DATABASE, House

PHOTO = AttachedFile("board.jpg", "ab" * 32, 3_000_000, "image/jpeg")
LETTER = AttachedFile("Brief an das Zentrum.pdf", "cd" * 32, 0)


def push(house: House, *files: AttachedFile) -> Any:
    act = house.act(replace(house.note("Seen at the visit."), files=files))
    (outcome,) = house.push(act)
    return act, outcome


def test_a_note_brings_its_files_to_everybody_who_has_it_before_any_of_them_has_come(house: House) -> None:
    device = house.device()
    device.pull()
    act, outcome = push(house, PHOTO, LETTER)
    assert outcome.outcome == "applied"
    with reading(house.engine) as connection:
        (kept,) = load_notes(connection, [house.request()])
    assert kept.files == (PHOTO, LETTER)
    device.pull()
    (line,) = device.lines
    note = Codec().record(line.kind, line.id, line.root, line.rev, bytes(line.body))
    assert replace(note, rev=0) == kept
    assert house.count(t.blobs, t.blobs.c.sha256 == PHOTO.sha256) == 0
    assert act_message(act).files == [PHOTO.sha256, LETTER.sha256]


def test_a_note_without_files_has_none(house: House) -> None:
    push(house)
    push(house, PHOTO)
    with reading(house.engine) as connection:
        notes = load_notes(connection, [house.request(), house.request("R2")])
    assert [len(note.files) for note in notes] == [0, 1]


def test_the_same_note_again_keeps_its_files_once(house: House) -> None:
    act, _ = push(house, PHOTO, PHOTO)
    assert [item.outcome for item in house.push(act)] == ["already_applied"]
    assert house.count(t.note_files) == 2


def test_M48_a_file_may_be_as_large_as_it_likes(house: House) -> None:
    _, outcome = push(house, replace(PHOTO, size=2**62))
    assert outcome.outcome == "applied"


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "file_name_wrong"),
        ({"name": "  "}, "file_name_wrong"),
        ({"name": ".."}, "file_name_wrong"),
        ({"name": "../secret"}, "file_name_wrong"),
        ({"name": "C:\\secret"}, "file_name_wrong"),
        ({"name": "x" * 256}, "file_name_wrong"),
        ({"sha256": ""}, "file_unknown"),
        ({"sha256": "AB" * 32}, "file_unknown"),
        ({"sha256": "ab" * 32 + "\n"}, "file_unknown"),
        ({"size": -1}, "file_unknown"),
        ({"size": 2**63}, "file_unknown"),
        ({"media_type": "x" * 256}, "file_unknown"),
        ({"name": "a\x00b.jpg"}, "unreadable_character"),
        ({"media_type": "image/\x00"}, "unreadable_character"),
    ],
)
def test_a_file_that_cannot_be_one_is_refused_in_words(
    house: House, changes: dict[str, Any], code: str
) -> None:
    _, outcome = push(house, LETTER, replace(PHOTO, **changes))
    assert (outcome.outcome, outcome.code) == ("rejected", code)
    assert outcome.says.endswith(".")
    assert house.count(t.notes) == house.count(t.note_files) == 0


@NOT_OF_THE_DATABASE
def test_a_note_has_no_more_than_fifty_files(house: House) -> None:
    _, outcome = push(house, *[PHOTO] * FILES_LIMIT)
    assert outcome.outcome == "applied"
    _, outcome = push(house, *[PHOTO] * (FILES_LIMIT + 1))
    assert (outcome.outcome, outcome.code) == ("rejected", "too_many_files")
    assert FILES_LIMIT == 50
