"""Panes beside each other that are never cut: where they do not fit they are scrolled to, and the keyboard leads."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QSplitter, QWidget


class Sideways(QScrollArea):
    """Holds a splitter. On a small screen with large text its panes keep their least sizes, and the one that has the
    keyboard is brought into sight.
    """

    def __init__(self, splitter: QSplitter) -> None:
        super().__init__()
        self._splitter = splitter
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(splitter)
        cast(QApplication, QApplication.instance()).focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None:
            return
        panes = (self._splitter.widget(place) for place in range(self._splitter.count()))
        pane = next((one for one in panes if one is not None and one.isAncestorOf(now)), None)
        if pane is not None:
            self.ensureWidgetVisible(pane, 0, 0)
            self.ensureWidgetVisible(now, 0, 0)
