"""Files on their way into a note, in the window: named, counted, stopped, and told of where they were broken off."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.views.moderation.note_files import start_folder
from app.views.shell.house import House
from app.views.shell.window import MainWindow
from app.views.words import Elided
from app.workspace.desk import Desk
from tests.support.desks import open_desk
from tests.views.bench_window import OnBench, Settled, sample

PIECE = 1 << 20

pytestmark = pytest.mark.skipif(
    not hasattr(os, "mkfifo"), reason="a file that comes slowly is a pipe with a name"
)


class Slow:
    """A file of which the first two pieces come at once, and its end when ``finish`` is called."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def _write(self) -> None:
        with self.path.open("wb") as pipe:
            pipe.write(bytes(2 * PIECE))
            pipe.flush()
            self._end.wait()

    def finish(self) -> None:
        self._end.set()
        self._thread.join()


@pytest.fixture
def on(desk: Desk, qtbot: QtBot, settled: Settled) -> OnBench:
    return OnBench(desk, qtbot, settled, sample_id=sample(1))


@pytest.fixture
def slow(on: OnBench, tmp_path: Path) -> Iterator[Slow]:
    """A slow file that is being taken in: its name and how much of it is here are told."""
    made = Slow(tmp_path / "huge film of the whole afternoon.mov")
    notes = on.bench.pane.notes
    notes.ask_files = lambda _parent, then: then([made.path])
    notes.attach_button.setFocus()
    on.press(Qt.Key.Key_Return)
    on.qtbot.waitUntil(lambda: "huge film" in notes.busy.findChild(Elided).whole)
    yield made
    on.bench.writing.attaching.stop()  # a pipe cannot be read a second time
    made.finish()
    on.settled()


def test_Enter_attaches_and_the_file_is_named_with_its_sizes(on: OnBench, slow: Slow) -> None:
    notes = on.bench.pane.notes
    assert notes.busy.isVisible()
    assert notes.busy.findChild(Elided).whole.startswith("Adding “huge film of the whole afternoon.mov”, ")


def test_cancel_gives_it_up_and_says_so(on: OnBench, slow: Slow) -> None:
    notes = on.bench.pane.notes
    on.bench.pane.area.ensureWidgetVisible(notes.busy)
    cancel = next(one for one in notes.busy.findChildren(QPushButton) if one.text() == "Cancel")
    on.qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    slow.finish()
    on.settled()
    assert not notes.busy.isVisible()
    assert notes.files == ()
    assert "you stopped it" in notes.complaint.text
    # It was given up in sight: the next start has nothing to say.
    assert on.desk.adding.broken_off() == ()


def test_closing_ends_it_and_the_next_start_says_what_was_not_attached(
    house: House, window: MainWindow, settled: Settled, qtbot: QtBot, tmp_path: Path
) -> None:
    house.go("bench", "request-1", "request-1/sample-1")
    settled()
    bench = house.room("bench")
    slow = Slow(tmp_path / "huge.mov")
    notes = bench.pane.notes  # type: ignore[attr-defined]
    notes.given.emit([slow.path])
    qtbot.waitUntil(lambda: "huge.mov" in notes.busy.findChild(Elided).whole)
    folder = house.desk.profile.folder
    threading.Thread(target=lambda: (bench.writing.attaching._under_way[0].wait(), slow.finish())).start()  # type: ignore[attr-defined]
    window.close()
    desk = open_desk(folder)
    again = desk.draft("request-1", "request-1/sample-1")
    assert again.files == ()
    assert not list((folder / "files").iterdir())
    desk.close()
    reopened = MainWindow(window._look)
    qtbot.addWidget(reopened)
    reopened.take(open_desk(folder))
    settled()
    assert reopened.house is not None
    told = reopened.house.banner.text("adding")
    assert told.startswith("“huge.mov” was not attached to your note (Sample 1 of MR-2041).")
    reopened.close()


def test_choosing_begins_where_there_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    QStandardPaths.setTestModeEnabled(True)
    try:
        monkeypatch.setenv("HOME", str(tmp_path))
        assert Path(start_folder()).is_dir()
    finally:
        QStandardPaths.setTestModeEnabled(False)


def test_added_files_are_brought_into_sight(on: OnBench, tmp_path: Path) -> None:
    on.window.resize(900, 420)
    paths = []
    for number in range(6):
        paths.append(tmp_path / f"photo {number}.txt")
        paths[-1].write_bytes(b"%d" % number)
    notes, area = on.bench.pane.notes, on.bench.pane.area
    area.verticalScrollBar().setValue(0)
    notes.given.emit(paths)
    on.settled()

    def in_sight() -> bool:
        last = notes.attached.buttons()[-1]
        place = last.mapTo(area.viewport(), last.rect().center())
        return area.viewport().rect().contains(place)

    on.qtbot.waitUntil(in_sight)


def test_a_long_name_gives_way_in_its_middle(qtbot: QtBot) -> None:
    name = "a very long name of a film about the whole afternoon.mov"
    line = Elided(name, middle=True)
    qtbot.addWidget(line)
    line.resize(160, 20)
    line.show()
    assert line.text() != name
    assert line.text().startswith("a ")
    assert line.text().endswith(".mov")
