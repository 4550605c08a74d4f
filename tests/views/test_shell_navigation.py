"""Ways through the window by keyboard: places, menus, the palette, help, and the size of its text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.views import style
from app.views.shell.house import House
from app.views.shell.window import MainWindow
from tests.views.whole_window import ALT, CTRL, REQUEST, Settled, key


def test_every_place_is_reached_by_keyboard(house: House, qtbot: QtBot) -> None:
    for number, place in ((Qt.Key.Key_5, "outbox"), (Qt.Key.Key_6, "settings"), (Qt.Key.Key_1, "work")):
        key(qtbot, number, CTRL)
        assert house.where[0] == place
        assert house.rail.button(place).isChecked()
        assert house.stack.currentWidget() is house.screens[place]


def test_opening_a_request_and_going_back_needs_no_mouse(
    house: House, qtbot: QtBot, settled: Settled
) -> None:
    house.go("work")
    key(qtbot, Qt.Key.Key_Return)
    settled()
    assert house.where[:2] == ("bench", REQUEST)
    assert house.rail.button("work").isChecked()
    key(qtbot, Qt.Key.Key_Left, ALT)
    assert house.where[0] == "work"


def test_menus_are_real_and_show_what_the_screen_in_front_can_do(window: MainWindow, house: House) -> None:
    def titles() -> list[str]:
        menus = window.menuBar().actions()
        return [action.text().replace("&", "") for action in menus if action.isVisible()]

    assert titles() == ["File", "Go", "Request", "View", "Help"]
    house.go("outbox")
    assert titles() == ["File", "Go", "Outbox", "View", "Help"]
    house.go("bench", REQUEST)
    assert "Moderation" in titles()
    assert "Request" not in titles()


def test_the_palette_finds_actions_requests_and_samples(
    window: MainWindow, house: House, qtbot: QtBot, settled: Settled
) -> None:
    key(qtbot, Qt.Key.Key_K, CTRL)
    field = window.palette_.field
    qtbot.keyClicks(field, "2042")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settled()
    assert house.where[:2] == ("bench", "request-2")
    key(qtbot, Qt.Key.Key_K, CTRL)
    settled()
    qtbot.keyClicks(field, "sample 3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settled()
    assert house.where == ("bench", "request-2", "request-2/sample-3")
    key(qtbot, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(field, "outbox")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert house.where[0] == "outbox"


def test_M76_M09_help_shows_keys_then_guidance_then_the_support_contact_and_older_reports(
    window: MainWindow, house: House, qtbot: QtBot
) -> None:
    key(qtbot, Qt.Key.Key_F1)
    shown = window._help
    assert shown is not None
    assert shown.sections() == ["helpKeys", "helpGuidance", "helpSupport", "helpOlderReports"]
    heights = [shown.findChild(QWidget, name).y() for name in shown.sections()]
    assert heights == sorted(heights)
    texts = house.desk.help_contact()
    words = {label.text() for label in shown.findChildren(QLabel)}
    assert {texts.support_says, texts.older_reports_says} <= words
    assert {text for _, text in texts.guidance} <= words
    assert {"Ctrl+K", "Ctrl+1", "F1"} <= words


def test_help_is_closed_by_the_key_that_opened_it_and_stops_no_work(
    window: MainWindow, house: House, qtbot: QtBot
) -> None:
    window.show_help()
    assert window._help is not None
    assert not window._help.isModal()
    window._help.close()
    assert window._help is None
    window.show_help()
    window.show_help()
    assert len([child for child in window.children() if child.objectName() == "help"]) >= 1


def test_text_grows_and_shrinks_by_keyboard(house: House, qtbot: QtBot) -> None:
    house.go("settings")
    key(qtbot, Qt.Key.Key_Plus, CTRL)
    key(qtbot, Qt.Key.Key_Plus, CTRL)
    assert style.look().scale == pytest.approx(1.2)
    key(qtbot, Qt.Key.Key_Minus, CTRL)
    assert style.look().scale == pytest.approx(1.1)
    key(qtbot, Qt.Key.Key_0, CTRL)
    assert style.look().scale == 1.0
