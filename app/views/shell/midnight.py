"""Notices that it is another day, so that "due today" does not stay true overnight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject, QTimer, Signal

LOOK_EVERY = 60_000
"""Milliseconds between two looks at the calendar. Asleep at midnight is asleep for a timer set to midnight too."""


class Midnight(QObject):
    """new_day(): the day that ``today`` tells is not the one it told before."""

    new_day = Signal()

    def __init__(self, today: Callable[[], date], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._today = today
        self._day = today()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Compare the day with the last one."""
        day = self._today()
        if day != self._day:
            self._day = day
            self.new_day.emit()

    def stop(self) -> None:
        self._timer.stop()
