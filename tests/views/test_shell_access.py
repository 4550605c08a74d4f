"""Every screen of the window: names for a screen reader, room for fingers and words, at any text size."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
)

from app.views import style
from app.views.shell.house import House
from app.views.shell.rail import RailButton
from app.views.shell.window import MainWindow

_NEED_NAMES = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox)
_MINE = ("work", "outbox", "settings")


@pytest.mark.parametrize("place", _MINE)
def test_every_control_has_a_name_for_a_screen_reader(house: House, place: str) -> None:
    house.go(place)
    nameless = []
    for kind in _NEED_NAMES:
        for control in house.findChildren(kind):
            if not control.isVisible() or control.objectName().startswith("qt_"):
                continue
            name = QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name)
            if not name.strip():
                nameless.append(f"{type(control).__name__} {control.objectName()}")
    assert nameless == []


@pytest.mark.parametrize("place", _MINE)
def test_everything_that_can_be_pressed_is_large_enough(house: House, place: str) -> None:
    house.go(place)
    QApplication.processEvents()
    small = [
        f"{button.text() or button.accessibleName()} {button.width()}×{button.height()}"
        for button in house.findChildren(QAbstractButton)
        if button.isVisible()
        and not button.objectName().startswith("qt_")
        # The cross inside a text field is an extra; Escape does the same.
        and not isinstance(button.parent(), QLineEdit)
        and min(button.width(), button.height()) < 24
    ]
    assert small == []


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("place", _MINE)
def test_no_words_are_cut_off(house: House, window: MainWindow, place: str, scale: float) -> None:
    """At 100 % and at 200 % on a laptop's screen every label and button has room for its words."""
    style.look().put_on("light", scale)
    window.resize(1366, 768)
    house.tell("Sample 1: Agreed", "act")
    house.go(place)
    for _ in range(3):
        QApplication.processEvents()
    cut = []
    for words in house.findChildren(QLabel):
        if words.isVisible() and words.text():
            wide, high = words.contentsRect().width(), words.contentsRect().height()
            flags = Qt.TextFlag.TextWordWrap if words.wordWrap() else Qt.TextFlag.TextSingleLine
            text = words.text().replace("&", "") if words.buddy() else words.text()
            need = words.fontMetrics().boundingRect(0, 0, wide, 10_000, int(flags), text)
            if "\n" not in words.text() and (need.width() > wide + 1 or need.height() > high + 1):
                cut.append(f"{words.text()} needs {need.width()}×{need.height()}, has {wide}×{high}")
    for button in house.findChildren(QPushButton):
        if button.isVisible() and button.width() < button.minimumSizeHint().width():
            cut.append(f"{button.text()} {button.width()} < {button.minimumSizeHint().width()}")
    assert cut == []


def test_the_rail_keeps_room_for_its_words_at_any_text_size(house: House) -> None:
    for scale in (1.0, 1.5, 2.0):
        style.look().put_on("light", scale)
        QApplication.processEvents()
        for button in house.findChildren(RailButton):
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()) + 8
            assert button.height() >= button.sizeHint().height()


def test_the_window_fits_a_laptop_at_any_text_size(house: House, window: MainWindow) -> None:
    for scale in (1.0, 2.0):
        style.look().put_on("light", scale)
        for place in _MINE:
            house.go(place)
            QApplication.processEvents()
            assert window.minimumSizeHint().width() <= 1366
            assert window.minimumSizeHint().height() <= 768
