"""Closing the window: words that cannot be written are not left behind without the person's word."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.views.moderation.bench import Bench
from app.views.report.screen import ReportScreen
from app.views.shell.house import House
from app.views.shell.leaving import LeavingWords
from app.views.shell.trouble import TroubleDialog, Watch
from app.views.shell.window import MainWindow
from tests.support.desks import open_desk
from tests.support.full_disk import LONG, no_room
from tests.views.whole_window import FIRST, REQUEST, Settled


@pytest.fixture
def written(house: House, window: MainWindow, settled: Settled, qtbot: QtBot) -> House:
    """More words in the rationale of sample 1 than the disk will take."""
    house.go("bench", REQUEST, FIRST)
    settled()
    bench = house.room("bench")
    assert isinstance(bench, Bench)
    rationale = bench.pane.form.rationale
    rationale.setFocus()
    rationale.insertPlainText(LONG)
    return house


def question(window: MainWindow) -> LeavingWords:
    found = window.findChildren(LeavingWords)
    assert len(found) == 1
    return found[0]


def click(qtbot: QtBot, window: MainWindow, name: str) -> None:
    button = question(window).findChild(QPushButton, name)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def kept_rationale(folder: Path) -> str:
    desk = open_desk(folder)
    try:
        return desk.draft(REQUEST, FIRST).rationale
    finally:
        desk.close()


def test_quitting_with_a_full_disk_keeps_the_window_and_asks(
    written: House, window: MainWindow, qtbot: QtBot
) -> None:
    with no_room(written.desk):
        assert not window.close()
        assert window.isVisible()
        asked = question(window)
        assert "Sample 1 of MR-2041" in asked.text
        assert LONG.strip() in asked.text
        assert "disk" in asked.complaint.text
        # Asked once, however often it is pressed.
        assert not window.close()
        assert len(window.findChildren(LeavingWords)) == 1
        click(qtbot, window, "leavingCopy")
        assert LONG.strip() in QGuiApplication.clipboard().text()
        click(qtbot, window, "leavingAgain")
        assert window.isVisible()
        click(qtbot, window, "leavingWordsCancel")
        assert window.isVisible()
        assert written.desk.draft(REQUEST, FIRST).rationale != LONG


def test_trying_again_once_there_is_room_saves_and_closes(
    written: House, window: MainWindow, qtbot: QtBot
) -> None:
    folder = written.desk.profile.folder
    left: list[bool] = []
    window.left.connect(lambda: left.append(True))
    with no_room(written.desk):
        window.close()
    click(qtbot, window, "leavingAgain")
    assert left == [True]
    assert kept_rationale(folder) == LONG


def test_closing_anyway_gives_the_words_up_and_claims_nothing_later(
    written: House, window: MainWindow, qtbot: QtBot
) -> None:
    folder = written.desk.profile.folder
    left: list[bool] = []
    window.left.connect(lambda: left.append(True))
    with no_room(written.desk):
        window.close()
        click(qtbot, window, "leavingWordsDo")
        assert left == [True]
    assert kept_rationale(folder) == ""


def test_signing_in_as_somebody_else_asks_as_well(written: House, window: MainWindow, qtbot: QtBot) -> None:
    with no_room(written.desk):
        window.actions_.get("switch").trigger()
        assert window.house is written
        click(qtbot, window, "leavingWordsDo")
        assert window.house is None


def test_another_request_does_not_take_the_place_of_words_that_could_not_be_written(
    written: House, settled: Settled
) -> None:
    bench, report = written.room("bench"), written.room("report")
    assert isinstance(bench, Bench)
    assert isinstance(report, ReportScreen)
    with no_room(written.desk):
        written.go("bench", "request-2")
        settled()
        assert bench.request_id == REQUEST
        assert bench.pane.form.rationale.text == LONG
        assert "stays open" in written.banner.text("refused")
    written.go("report", REQUEST)
    settled()
    with no_room(written.desk):
        report.side.summary.insertPlainText(LONG)
        written.go("report", "request-2")
        settled()
        assert report.request_id == REQUEST
        unsaved = report.unsaved()
        assert unsaved is not None
        assert unsaved.text == LONG.strip()


def test_after_a_defect_the_window_does_not_claim_words_it_could_not_keep(
    written: House, window: MainWindow
) -> None:
    watch = Watch(lambda _: None)
    watch.keep = window.save_now
    with no_room(written.desk):
        watch(ValueError, ValueError("odd"), None)
    (dialog,) = window.findChildren(TroubleDialog)
    said = [words.text() for words in dialog.findChildren(QLabel)]
    dialog.close()
    assert any("could not be saved yet" in words for words in said)
