"""Fields for a day and for a time of day: typed as one writes them, stepped by keys, and said back in full."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.domain import dates
from app.views import style

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"(\d{1,2})[./\-\s](\d{1,2})(?:[./\-\s](\d{2}|\d{4}))?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NAMED = re.compile(r"(\d{1,2})\s*([a-z]{3,9})\.?,?\s*(\d{2}|\d{4})?", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))?")


def day_in(text: str, today: date) -> date | None:
    """The day that was typed: ``8/12/2017``, ``8 Dec``, ``8 December 2017`` or ``2017-12-08``; None for anything else.

    Day before month, as in Britain. Without a year it is the nearest such day from ``today`` on.
    """
    words = text.strip()
    if match := _ISO.fullmatch(words):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(words):
        return _on(int(match[1]), int(match[2]), match[3], today)
    if (match := _NAMED.fullmatch(words)) and match[2][:3].lower() in _MONTHS:
        return _on(int(match[1]), _MONTHS.index(match[2][:3].lower()) + 1, match[3], today)
    return None


def _on(day: int, month: int, year: str | None, today: date) -> date | None:
    if year:
        return _day(int(year) + (2000 if len(year) == 2 else 0), month, day)
    here = _day(today.year, month, day)
    return here if here is not None and here >= today else _day(today.year + 1, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 2000 <= year < 2200 else None
    except ValueError:
        return None


def clock_in(text: str) -> time | None:
    """The time of day that was typed: ``9:30``, ``9.30``, ``0930`` or ``9``; None for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def moment_of(day: date, clock: time) -> datetime:
    """A day and a time of day in London."""
    return datetime.combine(day, clock, dates.LONDON)


class _Spoken(QLineEdit):
    """A line that says its value back in full when it is left. edited: the person typed. left: the focus went."""

    edited = Signal()
    left = Signal()
    escaped = Signal()

    def __init__(self, name: str, says: str, hint: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setPlaceholderText(hint)
        self.textEdited.connect(self._typed)
        style.look().changed.connect(self.updateGeometry)

    def set_text(self, text: str) -> None:
        """Put other words in; they do not count as typed."""
        if text != self.text():
            self.setText(text)
            self.mark()

    @property
    def faulty(self) -> bool:
        """Whether something stands in it that cannot be understood."""
        return bool(self.text().strip()) and not self.understood()

    def understood(self) -> bool:
        return True

    def normal(self) -> str:
        """What stands in it, as it is said back."""
        return self.text()

    def say_back(self) -> None:
        """Write what is understood in full."""
        if self.understood() and self.normal() != self.text():
            self.setText(self.normal())

    def mark(self) -> None:
        style.set_property(self, "wrong", self.faulty)

    def step(self, by: int) -> str:
        """The words one or several steps further on; empty when there is nothing to step from."""
        return ""

    def _typed(self) -> None:
        style.set_property(self, "wrong", False)
        self.edited.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.understood() and self.normal() != self.text():
            self.say_back()
            self.edited.emit()
        self.mark()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 7, Qt.Key.Key_PageDown: -7}
        if event.key() in steps:
            words = self.step(steps[Qt.Key(event.key())])
            if words:
                self.setText(words)
                self._typed()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)


class DayField(_Spoken):
    """A day, or nothing. Up and Down move it by a day, the page keys by a week; from an empty field, to today.

    today: what a day without its year is counted from.
    """

    def __init__(self, name: str, says: str, hint: str = "") -> None:
        super().__init__(name, says, hint or "8 Dec")
        self.today = date(2000, 1, 1)
        self.setToolTip(self.tr("Day, month, year; Up and Down move it by a day, Page Up and Down by a week"))

    @property
    def day(self) -> date | None:
        return day_in(self.text(), self.today)

    def put(self, day: date | None) -> None:
        self.set_text(dates.day(day) if day is not None else "")

    def understood(self) -> bool:
        return self.day is not None

    def normal(self) -> str:
        return dates.day(self.day) if self.day is not None else self.text()

    def step(self, by: int) -> str:
        return dates.day(self.day + timedelta(days=by) if self.day is not None else self.today)


class ClockField(_Spoken):
    """A time of day in London, or nothing. Up and Down move it by five minutes."""

    def __init__(self, name: str, says: str) -> None:
        super().__init__(name, says, "9:30")

    @property
    def time(self) -> time | None:
        return clock_in(self.text())

    def put(self, moment: datetime | None) -> None:
        self.set_text(dates.clock_time(moment) if moment is not None else "")

    def understood(self) -> bool:
        return self.time is not None

    def normal(self) -> str:
        return f"{self.time:%H:%M}" if self.time is not None else self.text()

    def step(self, by: int) -> str:
        now = self.time
        if now is None:
            return ""
        minutes = (now.hour * 60 + now.minute + 5 * by) % (24 * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
