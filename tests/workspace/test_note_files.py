"""Notes with files on one desk, offline: checked first, kept before the note is recorded, opened at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.domain.moderation import Decision
from app.models.kept_files import Upload
from app.workspace.desk import Desk
from app.workspace.snapshots import JudgementDraft, NoteFile
from tests.support.desks import desk_with_requests, open_desk

REQUEST = "request-1"
FIRST = f"{REQUEST}/sample-1"
WORDS = b"What hung on the wall."
PLAN = ("plan.txt", b"The plan of the centre.")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = desk_with_requests(tmp_path / "laptop", samples=2)
    yield made
    made.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "wall.txt"
    path.write_bytes(WORDS)
    return path


def kept(desk: Desk) -> tuple[Upload, ...]:
    return desk._work.uploads.all()


def files_of(desk: Desk) -> tuple[NoteFile, ...]:
    """The files of the one note on the request."""
    (files,) = desk.request(REQUEST).note_files.values()
    return files


def test_M53_a_note_carries_files_and_opens_them_at_once(desk: Desk, photo: Path) -> None:
    act_id = desk.add_note(REQUEST, FIRST, "See the wall.", [photo, PLAN]).undo
    (note,) = desk.request(REQUEST).samples[0].notes
    assert [(file.name, file.size, file.media_type) for file in note.files] == [
        ("wall.txt", len(WORDS), "text/plain"),
        ("plan.txt", len(PLAN[1]), "text/plain"),
    ]
    assert {(upload.act_id, upload.name) for upload in kept(desk)} == {
        (act_id, "wall.txt"),
        (act_id, "plan.txt"),
    }
    told = files_of(desk)
    assert [(file.item.here, file.item.shown_inside, file.state) for file in told] == [
        (True, True, "Waits to be sent")
    ] * 2
    document = desk.evidence.open(REQUEST, told[0].item.evidence.id)
    assert document.text() == WORDS.decode()
    document.close()
    lent = desk.evidence.hand_over(REQUEST, told[1].item.evidence.id)
    assert Path(lent.path).read_bytes() == PLAN[1]


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [("  ", "a.txt", "note_empty"), ("See.", "a/b.txt", "file_name_wrong")],
)
def test_what_is_not_a_note_is_refused_before_anything_is_written(
    desk: Desk, text: str, name: str, code: str
) -> None:
    with pytest.raises(KnownError) as refused:
        desk.add_note(REQUEST, FIRST, text, [PLAN, (name, b"a")])
    assert refused.value.code == code
    assert kept(desk) == ()
    assert list((desk.profile.folder / "files").rglob("*.*")) == []


def test_a_file_that_fails_on_the_way_leaves_no_note(desk: Desk, photo: Path, tmp_path: Path) -> None:
    with pytest.raises(KnownError) as refused:
        desk.add_note(REQUEST, FIRST, "See.", [photo, tmp_path / "gone.txt"])
    assert refused.value.code == "file_unreadable"
    assert desk.recorded_acts() == ()
    # What was taken in belongs to no act: it is swept when it is a day old, and never sent.
    assert [upload.act_state for upload in kept(desk)] == [None]
    assert desk._work.uploads.due() == ()


def test_a_note_on_a_request_that_left_takes_no_file_in(desk: Desk, photo: Path) -> None:
    with pytest.raises(KnownError) as refused:
        desk.add_note("request-9", "", "See.", [photo])
    assert refused.value.code == "not_here"
    assert kept(desk) == ()


def test_an_attached_file_is_kept_by_the_draft_and_then_by_the_note(desk: Desk, photo: Path) -> None:
    file = desk.attach(REQUEST, photo)
    photo.unlink()
    desk.save_draft(REQUEST, FIRST, JudgementDraft(files=(file,)))
    folder = desk.profile.folder
    desk.close()
    again = open_desk(folder)
    try:
        assert again.draft(REQUEST, FIRST).files == (file,)
        act_id = again.add_note(REQUEST, FIRST, "See the wall.", [file]).undo
        assert again.draft(REQUEST, FIRST).empty
        assert [upload.act_id for upload in again._work.uploads.due()] == [act_id]
        again.take_back(act_id)
        assert again.draft(REQUEST, FIRST) == JudgementDraft(note="See the wall.", files=(file,))
        again.add_note(REQUEST, FIRST, "See the wall.", [file])
        assert [one.item.here for one in files_of(again)] == [True]
    finally:
        again.close()


def test_one_more_file_than_a_note_can_have_is_refused_when_it_is_attached(desk: Desk, photo: Path) -> None:
    many = tuple(desk.attach(REQUEST, (f"{number}.txt", b"%d" % number)) for number in range(2)) * 50
    with pytest.raises(KnownError) as refused:
        desk.attach(REQUEST, photo, many)
    assert refused.value.code == "too_many_files"


def test_a_draft_whose_file_is_gone_says_so_and_records_nothing(desk: Desk, photo: Path) -> None:
    file = desk.attach(REQUEST, photo)
    for path in (desk.profile.folder / "files").rglob(f"*{file.sha256[4:]}*"):
        path.unlink()
    with pytest.raises(KnownError) as refused:
        desk.add_note(REQUEST, FIRST, "See.", [file])
    assert refused.value.code == "file_missing"
    assert desk.recorded_acts() == ()


def test_a_judgement_leaves_the_files_of_an_unfinished_note_alone(desk: Desk, photo: Path) -> None:
    file = desk.attach(REQUEST, photo)
    desk.save_draft(REQUEST, FIRST, JudgementDraft(Decision.AGREED, note="See", files=(file,)))
    act_id = desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", []).undo
    assert desk.draft(REQUEST, FIRST) == JudgementDraft(note="See", files=(file,))
    desk.take_back(act_id)
    assert desk.draft(REQUEST, FIRST).files == (file,)


def test_the_copy_of_a_note_names_its_files(desk: Desk, photo: Path, tmp_path: Path) -> None:
    act_id = desk.add_note(REQUEST, "", "See the wall.", [photo]).undo
    assert "wall.txt" in desk.export_copy(act_id, tmp_path / "copy.txt").read_text()
