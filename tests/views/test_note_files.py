"""Files of notes in the window: attached, kept while one writes, listed with where they stand, and opened."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.attached import AttachedFile
from app.views.moderation.note_files import FileButton, given_by
from app.workspace.desk import Desk
from tests.support import records
from tests.support.desks import make_profile, one_request, open_desk
from tests.views.bench_window import CTRL, REQUEST, SHIFT, OnBench, Settled, sample

THEIRS = b"A colleague's words about the display board."
PHOTO = "board & brief.txt"


def colleague_note() -> object:
    files = (
        AttachedFile("their words.txt", hashlib.sha256(THEIRS).hexdigest(), len(THEIRS)),
        AttachedFile("their photo.jpg", "e" * 64, 3_400_000, "image/jpeg"),
        AttachedFile("their marks.xlsx", hashlib.sha256(b"PK\x03\x04 odd").hexdigest(), 8),
    )
    made = records.note("note-9", request_id=REQUEST, author_id="person-2", author_name="Robin Ashdown")
    return replace(made, files=files)


@pytest.fixture
def noted(tmp_path: Path, settled: Settled) -> Iterator[Desk]:
    """A desk with a colleague's note of three files, of which the photo is not here."""
    made, _ = one_request(3, [("essay.txt", b"An invented essay.")])
    files = [b"An invented essay.", THEIRS, b"PK\x03\x04 odd"]
    opened = open_desk(make_profile(tmp_path, [*made, colleague_note()], files))
    yield opened
    settled()
    opened.close()


@pytest.fixture
def on(noted: Desk, qtbot: QtBot, settled: Settled) -> OnBench:
    return OnBench(noted, qtbot, settled, sample_id=sample(1))


def file_of(folder: Path, name: str = PHOTO, data: bytes = b"What hung on the wall.") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def names(on: OnBench) -> list[str]:
    """The files of the note that is being written."""
    return [file.name for file in on.bench.pane.notes.files]


def chosen(on: OnBench, *paths: Path) -> None:
    """The person presses the button and chooses these files."""

    def ask(_parent: QWidget, then: Callable[[list[Path]], None]) -> None:
        then([*paths])

    on.bench.pane.notes.ask_files = ask
    on.bench.pane.notes.attach_button.click()
    on.settled()


def write(on: OnBench, words: str) -> None:
    on.bench.pane.focus_field(on.bench.pane.notes.field)
    on.type(words)


def pasted(on: OnBench, data: QMimeData) -> None:
    QGuiApplication.clipboard().setMimeData(data)
    on.bench.pane.focus_field(on.bench.pane.notes.field)
    on.press(Qt.Key.Key_V, modifier=CTRL)
    on.settled()


def test_M53_files_are_attached_listed_and_recorded_with_the_note(on: OnBench, tmp_path: Path) -> None:
    write(on, "See the wall.")
    chosen(on, file_of(tmp_path), file_of(tmp_path, "plan.txt", b"The plan."))
    assert names(on) == [PHOTO, "plan.txt"]
    assert on.bench.pane.notes.attached.isVisible()
    on.bench.pane.notes.add_button.click()
    on.settled()
    (note,) = on.sheet(1).notes
    assert [file.name for file in note.files] == [PHOTO, "plan.txt"]
    assert names(on) == []
    assert on.sheet(1).draft is None
    mine = [one for one in on.bench.pane.notes.file_buttons() if PHOTO in one.accessibleName()]
    assert [one.accessibleName() for one in mine] == [f"{PHOTO}, 22 B, Waits to be sent"]


def test_attached_files_stay_with_the_unfinished_note_over_a_restart(
    on: OnBench, tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    chosen(on, file_of(tmp_path))
    on.bench.choose(sample(2))
    assert names(on) == []
    on.desk.close()
    again = open_desk(on.desk.profile.folder)
    try:
        other = OnBench(again, qtbot, settled, sample_id=sample(1))
        assert names(other) == [PHOTO]
        write(other, "Now with words.")
        other.bench.pane.notes.add_button.click()
        (note,) = other.sheet(1).notes
        assert [file.name for file in note.files] == [PHOTO]
        assert again.request(REQUEST).note_files[note.id][0].item.here
    finally:
        settled()
        again.close()


def test_a_file_can_be_taken_away_again_by_keyboard(on: OnBench, tmp_path: Path) -> None:
    chosen(on, file_of(tmp_path), file_of(tmp_path, "plan.txt", b"The plan."))
    on.bench.pane.focus_field(on.bench.pane.notes.field)
    on.press(Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.accessibleName() == f"Remove {PHOTO} from the note"
    on.press(Qt.Key.Key_Space)
    assert names(on) == ["plan.txt"]
    assert on.focus == "removeAttached"
    on.press(Qt.Key.Key_Space)
    assert (names(on), on.focus) == ([], "attachFile")
    on.press(Qt.Key.Key_Backtab, modifier=SHIFT)
    assert on.focus == "noteText"
    on.bench.save_now()
    assert on.sheet(1).draft is None


def test_a_picture_from_the_clipboard_becomes_a_png_named_by_its_moment(on: OnBench) -> None:
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    data = QMimeData()
    data.setImageData(image)
    pasted(on, data)
    (file,) = on.bench.pane.notes.files
    assert file.name.startswith("Picture 2")
    assert file.name.endswith(".png")
    assert file.media_type == "image/png"
    assert on.bench.pane.notes.field.text == ""


def test_words_are_pasted_as_words_also_where_a_picture_of_them_comes_along(on: OnBench) -> None:
    data = QMimeData()
    data.setText("12 of 20")
    data.setImageData(QImage(2, 2, QImage.Format.Format_RGB32))
    pasted(on, data)
    assert on.bench.pane.notes.field.text == "12 of 20"
    assert names(on) == []


def test_files_are_given_by_paste_and_by_drop_and_addresses_are_words(on: OnBench, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file_of(tmp_path)))])
    pasted(on, data)
    assert names(on) == [PHOTO]
    address = QMimeData()
    address.setUrls([QUrl("https://example.invalid/page")])
    assert given_by(address) == []


def test_the_same_content_twice_is_one_file(on: OnBench, tmp_path: Path) -> None:
    chosen(on, file_of(tmp_path), file_of(tmp_path, "the same again.txt"))
    assert names(on) == [PHOTO]


def test_a_file_that_cannot_be_read_is_said_beside_the_note_and_the_others_stay(
    on: OnBench, tmp_path: Path
) -> None:
    chosen(on, file_of(tmp_path), tmp_path / "gone.jpg")
    assert names(on) == [PHOTO]
    assert "“gone.jpg” cannot be read." in on.bench.pane.notes.complaint.text


def test_files_without_words_are_said_to_need_some(on: OnBench, tmp_path: Path) -> None:
    chosen(on, file_of(tmp_path))
    on.bench.pane.notes.add_button.click()
    assert "needs some words" in on.bench.pane.notes.complaint.text
    assert names(on) == [PHOTO]
    assert on.desk.outbox()[0].act_id == ""


def test_files_that_arrive_after_moving_on_join_the_note_that_was_left(on: OnBench, tmp_path: Path) -> None:
    paths = [file_of(tmp_path)]
    on.bench.pane.notes.ask_files = lambda _parent, then: then(paths)
    on.bench.pane.notes.attach_button.click()
    assert not on.bench.pane.notes.add_button.isEnabled()
    on.bench.choose(sample(2))
    on.settled()
    assert names(on) == []
    on.bench.choose(sample(1))
    assert names(on) == [PHOTO]


def test_undo_brings_words_and_files_back(on: OnBench, tmp_path: Path) -> None:
    write(on, "See the wall.")
    chosen(on, file_of(tmp_path))
    on.bench.pane.notes.add_button.click()
    on.settled()
    on.bench.apply(on.desk.take_back(on.told[-1][1]))
    on.settled()
    assert (on.bench.pane.notes.field.text, names(on)) == ("See the wall.", [PHOTO])
    on.bench.pane.notes.add_button.click()
    (note,) = on.sheet(1).notes
    assert [file.name for file in note.files] == [PHOTO]


def their_button(on: OnBench, name: str) -> FileButton:
    return next(one for one in on.bench.pane.notes.file_buttons() if one.accessibleName().startswith(name))


def test_M46_Enter_on_a_colleagues_file_shows_it_in_the_viewer(on: OnBench) -> None:
    button = their_button(on, "their words.txt")
    assert button.accessibleName() == f"their words.txt, {len(THEIRS)} B, On this computer"
    button.setFocus()
    on.press(Qt.Key.Key_Return)
    on.settled()
    view = on.bench.browser.view
    on.qtbot.waitUntil(lambda: view.text.isVisible())
    assert THEIRS.decode() in view.text.toPlainText()
    assert view.item is not None
    assert view.item.evidence.name == "their words.txt"
    # The evidence is a click away, and comes back.
    on.bench.browser.files.choose(on.bench.browser.files.rows[0].key)
    on.settled()
    assert view.item.evidence.name == "essay.txt"


def test_a_file_that_is_not_here_says_so_and_can_be_fetched(on: OnBench) -> None:
    button = their_button(on, "their photo.jpg")
    assert button.accessibleName() == "their photo.jpg, 3.4 MB, Not downloaded"
    button.click()
    assert on.bench.browser.view.absent.isVisible()


def test_a_file_that_cannot_be_shown_is_handed_over_after_the_question(on: OnBench) -> None:
    their_button(on, "their marks.xlsx").click()
    question = on.bench.browser.view.handing.question
    assert question is not None
    question.do.click()
    on.settled()
    assert [Path(path).read_bytes() for path in on.opened] == [b"PK\x03\x04 odd"]


def test_Tab_reaches_the_files_of_notes_before_the_new_note(on: OnBench) -> None:
    buttons = on.bench.pane.notes.file_buttons()
    buttons[0].setFocus()
    on.press(Qt.Key.Key_Tab, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is buttons[2]
    on.press(Qt.Key.Key_Tab)
    assert on.focus == "noteText"
