"""Bringing windows to the front as a window manager would, without sleeping."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


def bring_up(qtbot: QtBot, window: QWidget, width: int = 0, height: int = 0) -> None:
    """Show the window, in that size if one is given, and wait until it is the active one."""
    if width:
        window.resize(width, height)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
