"""Desks come and go: what is found again after a restart or a crash, and a proper end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton, QSplitter
from pytestqt.qtbot import QtBot

from app.domain.dates import moment
from app.domain.errors import KnownError
from app.views.main import new_window
from app.views.shell.house import House
from app.views.shell.window import MainWindow
from app.workspace.desk import Desk
from app.workspace.snapshots import JudgementDraft
from tests.support.desks import Clock, desk_with_requests, open_desk
from tests.views.whole_window import FIRST, REQUEST, Settled
from tests.views.windows import bring_up


def test_a_restart_comes_back_to_the_same_place(qtbot: QtBot, tmp_path: Path, settled: Settled) -> None:
    look = tmp_path / "window.ini"
    first = new_window(look=look)
    bring_up(qtbot, first, 760, 600)
    desk = desk_with_requests(tmp_path / "desk", requests=2)
    folder = desk.profile.folder
    first.take(desk)
    settled()
    assert first.house is not None
    first.house.screens["work"].findChild(QLineEdit, "workFilter").setText("2042")
    first.house.go("bench", "request-2", "request-2/sample-2")
    settled()
    widths = first.house.screens["bench"].findChild(QSplitter).sizes()
    size = first.size()
    first.close()
    first.deleteLater()

    second = new_window(look=look)
    bring_up(qtbot, second)
    second.take(open_desk(folder))
    settled()
    assert second.house is not None
    assert second.size() == size
    assert second.house.where[:2] == ("bench", "request-2")
    bench: Any = second.house.screens["bench"]
    assert bench.sample_id == "request-2/sample-2"
    assert bench.findChild(QSplitter).sizes() == widths
    assert second.house.screens["work"].findChild(QLineEdit, "workFilter").text() == "2042"
    second.close()
    second.deleteLater()


def test_keys_of_ones_own_are_found_again(house: House, window: MainWindow) -> None:
    house.desk.put_setting("shortcuts", {"go_outbox": "Ctrl+9"})
    house.desk.put_setting("letters", False)
    folder = house.desk.profile.folder
    window.leave()
    window.take(open_desk(folder))
    assert window.actions_.entry("go_outbox").keys == "Ctrl+9"
    assert not window.actions_.letters_on


def test_closing_keeps_the_last_word_and_lets_go_of_the_desk(
    window: MainWindow, house: House, qtbot: QtBot, settled: Settled
) -> None:
    house.go("bench", REQUEST, FIRST)
    settled()
    rationale = house.screens["bench"].findChild(QPlainTextEdit, "rationale")
    rationale.setFocus()
    qtbot.keyClicks(rationale, "Not enough sour")
    left: list[bool] = []
    window.left.connect(lambda: left.append(True))
    folder = house.desk.profile.folder
    window.close()
    assert left == [True]
    desk = open_desk(folder)
    sheet = desk.request(REQUEST).sheet(FIRST)
    assert sheet is not None
    assert sheet.draft == JudgementDraft(rationale="Not enough sour")
    assert desk.recovered_at() is None
    desk.close()


def test_work_recovered_after_a_crash_is_told(
    window: MainWindow, tmp_path: Path, settled: Settled, qtbot: QtBot
) -> None:
    desk = desk_with_requests(tmp_path / "desk")
    desk.save_draft(REQUEST, FIRST, JudgementDraft(rationale="half a sent"))
    folder = desk.profile.folder
    # As if the power had gone: nothing is put away, only what holds the files is let go of.
    desk._work.close()
    desk._cache.close()
    desk._lock.release()
    window.take(open_desk(folder))
    settled()
    assert window.house is not None
    saved = window.house.desk.recovered_at()
    assert saved is not None
    says = "Touchstone did not close properly the last time. Your drafts are here as they were last saved, "
    says += f"{moment(saved)}."
    assert window.house.banner.text("recovered") == says
    press = next(b for b in window.house.banner.findChildren(QPushButton) if b.text() == "Show the drafts")
    qtbot.mouseClick(press, Qt.MouseButton.LeftButton)
    assert window.house.where[0] == "outbox"
    assert window.house.banner.text("recovered") == ""


def test_signing_in_as_somebody_else_lets_go_of_the_desk(
    window: MainWindow, house: House, settled: Settled
) -> None:
    folder = house.desk.profile.folder
    window.actions_.get("switch").trigger()
    settled()
    assert window.house is None
    assert window.findChild(QLineEdit, "signInEmail") is not None
    assert not window.actions_.get("sync_now").isEnabled()
    window.take(open_desk(folder))
    settled()
    assert window.house is not None
    assert window.actions_.get("sync_now").isEnabled()


def test_a_desk_that_opens_while_the_window_closes_is_closed_too(
    qtbot: QtBot, tmp_path: Path, settled: Settled
) -> None:
    window = new_window(look=tmp_path / "window.ini")
    bring_up(qtbot, window)
    opened: list[Desk] = []

    def start() -> Desk:
        opened.append(desk_with_requests(tmp_path / "desk"))
        return opened[0]

    window.open_with(start)
    window.close()
    settled()
    assert len(opened) == 1
    open_desk(opened[0].profile.folder).close()
    window.deleteLater()


def test_a_desk_that_cannot_be_opened_leads_to_the_sign_in_with_the_reason(
    window: MainWindow, settled: Settled
) -> None:
    def start() -> Desk:
        raise KnownError("key_lost", "The key of your work is gone.", "Ask the support contact.")

    window.open_with(start)
    settled()
    words = [label.text() for label in window.findChildren(QLabel)]
    assert "The key of your work is gone. Ask the support contact." in words


def test_a_new_day_redraws_the_clocks(window: MainWindow, tmp_path: Path, settled: Settled) -> None:
    clock = Clock(datetime(2026, 3, 30, 20, 0, tzinfo=UTC))
    window.take(desk_with_requests(tmp_path / "desk", clock=clock))
    settled()
    house = window.house
    assert house is not None
    work: Any = house.room("work")
    assert work.model.rows[0].clock.words == "due today, Mon 30 Mar"
    house.midnight.look()
    settled()
    assert work.model.rows[0].clock.words == "due today, Mon 30 Mar"
    # Midnight in London is an hour before midnight in UTC by now.
    clock.now = datetime(2026, 3, 30, 23, 5, tzinfo=UTC)
    house.midnight.look()
    settled()
    assert work.model.rows[0].clock.words == "1 working day overdue, was due Mon 30 Mar"
