"""The window as a whole over a desk of two requests: what its tests name and press."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.views.shell.house import House

Settled = Callable[[], None]
REQUEST, FIRST, SECOND = "request-1", "request-1/sample-1", "request-1/sample-2"
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def pill(house: House) -> str:
    return house.findChild(QPushButton, "statusPill").text()


def key(qtbot: QtBot, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    """Press a key wherever the focus is."""
    focus = QApplication.focusWidget()
    assert focus is not None
    joined = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        joined |= modifier
    qtbot.keyClick(focus, key, joined)
