"""Words where room is short: names give way in their middle, and everything is still to be read in the tool tip."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

BETWEEN = " · "
"""What stands between several names in one line."""

_INSIDE = re.compile(r"([/&_.)-])(?=\S)")


def plain_tip(text: str) -> str:
    """A tool tip that shows a text of others as it is. Qt takes what looks like mark-up for mark-up: it could hide
    what a name says, or show what nobody wrote. What cannot be mistaken stays as it is, for screen readers too.
    """
    if "<" not in text and "&lt;" not in text:
        return text
    return "<span>" + html.escape(text).replace("\n", "<br>") + "</span>"


def breakable(name: str) -> str:
    """A file's name or an address as words to be wrapped: without places to break it a long one would be cut off."""
    return _INSIDE.sub("\\1\u200b", name)


def shortened(names: Sequence[str], metrics: QFontMetrics, room: int) -> str:
    """Several names in a line of ``room`` pixels, each giving way in its middle, the short ones last."""
    left = room - metrics.horizontalAdvance(BETWEEN) * (len(names) - 1)
    found: dict[int, str] = {}
    by_width = sorted(range(len(names)), key=lambda place: metrics.horizontalAdvance(names[place]))
    for done, place in enumerate(by_width):
        share = max(0, left // (len(names) - done))
        found[place] = metrics.elidedText(names[place], Qt.TextElideMode.ElideMiddle, share)
        left -= metrics.horizontalAdvance(found[place])
    return BETWEEN.join(found[place] for place in range(len(names)))


class Elided(QLabel):
    """One line that gives way with "…" where there is no room; the whole text is in its tool tip.

    middle: it gives way in its middle, as the end of a file's name tells what it is.
    """

    def __init__(self, text: str = "", role: str = "", *, middle: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self._whole = ""
        self.say(text)

    @property
    def whole(self) -> str:
        return self._whole

    def say(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self._shown()
        self.setText(shown)
        self.setToolTip(plain_tip(self._whole) if shown != self._whole else "")

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self._whole, self._mode, max(0, self.width()))


class ElidedNames(Elided):
    """Several names of files in one line, none of which pushes another out of sight."""

    def __init__(self, role: str = "") -> None:
        self._names: tuple[str, ...] = ()
        super().__init__("", role)

    def say_names(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self.say(BETWEEN.join(names))

    def _shown(self) -> str:
        return shortened(self._names, self.fontMetrics(), max(0, self.width()))
