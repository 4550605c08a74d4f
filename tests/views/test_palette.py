"""Ctrl+K: what typed letters find, and working it by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.views.shell.fuzzy import fits
from app.views.shell.palette import SHOWN, CommandPalette, Offer
from tests.views.windows import bring_up


def best(typed: str, *texts: str) -> list[str]:
    """Those texts that fit, best first."""
    scored = [(fits(typed, text), text) for text in texts]
    return [text for score, text in sorted(scored, key=lambda pair: -pair[0]) if score > 0]


def test_beginnings_come_before_the_middle_of_words() -> None:
    found = best("note", "Write a note", "Note added", "Sign the notepad", "Connoted")
    assert found == ["Note added", "Write a note", "Sign the notepad", "Connoted"]


def test_first_letters_of_words_find() -> None:
    assert best("gtw", "Greatest weight of wax", "Go to Work")[0] == "Go to Work"
    assert best("mr41", "MR-2041 Larkfield", "MR-1204 Fernhollow") == ["MR-2041 Larkfield"]


def test_words_may_come_in_any_order_and_case() -> None:
    assert best("COLLEGE harrow", "Harrowmere College", "Harrow House") == ["Harrowmere College"]


def test_nothing_typed_fits_everything_and_strangers_nothing() -> None:
    assert fits("", "anything") > 0
    assert fits("xyz", "Work") == 0
    assert fits("work", "Two older parks") == 0


class Opened:
    """A palette over a window with a field that had the focus."""

    def __init__(self, qtbot: QtBot, *offers: str) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        middle = QWidget()
        column = QVBoxLayout(middle)
        self.before, self.other = QLineEdit(), QLineEdit()
        column.addWidget(self.before)
        column.addWidget(self.other)
        self.window.setCentralWidget(middle)
        self.palette = CommandPalette(self.window)
        bring_up(qtbot, self.window, 900, 600)
        self.before.setFocus()
        self.done: list[str] = []
        self.offers = [Offer(text, lambda text=text: self.done.append(text)) for text in offers]
        self.palette.open_with(self.offers)

    def listed(self) -> list[str]:
        model = self.palette.model
        return [str(model.index(row).data()) for row in range(model.rowCount())]


@pytest.fixture
def opened(qtbot: QtBot) -> Opened:
    return Opened(qtbot, "Go to Work", "Go to Outbox", "Sync now", "Write a note")


def test_typing_and_return_run_the_first_find(opened: Opened, qtbot: QtBot) -> None:
    assert opened.palette.field.hasFocus()
    qtbot.keyClicks(opened.palette.field, "outb")
    assert opened.listed() == ["Go to Outbox"]
    qtbot.keyClick(opened.palette.field, Qt.Key.Key_Return)
    assert opened.done == ["Go to Outbox"]
    assert not opened.palette.isVisible()
    assert opened.before.hasFocus()


def test_arrows_choose_and_wrap_round(opened: Opened, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(opened.palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(opened.palette.field, Qt.Key.Key_Return)
    opened.palette.open_with(opened.offers)
    qtbot.keyClick(opened.palette.field, Qt.Key.Key_Up)
    qtbot.keyClick(opened.palette.field, Qt.Key.Key_Return)
    assert opened.done == ["Sync now", "Write a note"]


def test_escape_gives_the_focus_back_and_does_nothing(opened: Opened, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.palette.field, Qt.Key.Key_Escape)
    assert not opened.palette.isVisible()
    assert opened.before.hasFocus()
    assert opened.done == []


def test_going_elsewhere_closes_it_and_leaves_the_focus_there(opened: Opened, qtbot: QtBot) -> None:
    opened.other.setFocus()
    assert not opened.palette.isVisible()
    assert QApplication.focusWidget() is opened.other


def test_a_click_runs_what_is_clicked(opened: Opened, qtbot: QtBot) -> None:
    view = opened.palette.list
    at = view.visualRect(opened.palette.model.index(2)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert opened.done == ["Sync now"]


def test_what_finds_nothing_says_so_and_return_is_harmless(opened: Opened, qtbot: QtBot) -> None:
    qtbot.keyClicks(opened.palette.field, "qqq")
    assert opened.listed() == []
    assert not opened.palette.list.isVisible()
    qtbot.keyClick(opened.palette.field, Qt.Key.Key_Return)
    assert opened.done == []
    assert opened.palette.isVisible()


def test_late_offers_join_without_touching_what_is_typed(opened: Opened, qtbot: QtBot) -> None:
    qtbot.keyClicks(opened.palette.field, "sample")
    opened.palette.add([Offer("Sample 7: Learner 7", lambda: opened.done.append("7")), *opened.offers])
    assert opened.palette.field.text() == "sample"
    assert opened.listed() == ["Sample 7: Learner 7"]


def test_thousands_of_offers_are_searched_and_listed_in_part(qtbot: QtBot) -> None:
    opened = Opened(qtbot, *(f"MR-{number} Harrowmere College {number % 50}" for number in range(5_000)))
    qtbot.keyClicks(opened.palette.field, "college")
    assert len(opened.listed()) == SHOWN


def test_it_stays_inside_the_window_also_when_that_is_small(opened: Opened, qapp: QApplication) -> None:
    opened.window.resize(420, 300)
    qapp.processEvents()
    assert opened.window.rect().contains(opened.palette.geometry())
