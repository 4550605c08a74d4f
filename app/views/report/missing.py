"""What still keeps the report from being signed off; each entry leads to where it is mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from app.views import style
from app.views.style import icons, spacing
from app.views.style.palette import Tone

MOST_ROWS = 8
"""So many are in sight at once; the rest is scrolled to."""


class Lack(Protocol):
    """Something that is missing, in words."""

    @property
    def says(self) -> str: ...


class MissingList(QListWidget):
    """The list. wanted(Lack): the person wants to go there, by click, Enter or Space."""

    wanted = Signal(object)

    def __init__(self, name: str = "reportMissing") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(self.tr("What is still missing"))
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._missing: tuple[Lack, ...] = ()
        self.itemActivated.connect(self._go)
        self.itemClicked.connect(self._go)
        style.look().changed.connect(self._redraw)

    @property
    def missing(self) -> tuple[Lack, ...]:
        return self._missing

    def show_missing(self, missing: Sequence[Lack]) -> None:
        """Show these; the same ones leave list and choice alone."""
        if tuple(missing) != self._missing or not self.count():
            self._missing = tuple(missing)
            self._redraw()

    def keyboardSearch(self, search: str) -> None:
        """Nothing: single letters belong to the shortcuts."""

    def _redraw(self) -> None:
        row = self.currentRow()
        self.clear()
        for entry in self._missing:
            item = QListWidgetItem(icons.icon("warning", style.colours().tone(Tone.WARN).mark), entry.says)
            item.setToolTip(self.tr("Go there"))
            self.addItem(item)
        self.setCurrentRow(min(max(row, 0), self.count() - 1))
        self.setVisible(bool(self._missing))
        self._fit()

    def _go(self, item: QListWidgetItem) -> None:
        # A click may arrive as both clicked and activated, depending on the platform: going twice goes nowhere else.
        self.wanted.emit(self._missing[self.row(item)])

    def _fit(self) -> None:
        # A list would rather cut a sentence than wrap it: every row is told how high its words are.
        side = self.iconSize().width() + 7 * spacing.SNUG
        words = QRect(0, 0, max(60, self.viewport().width() - side), 10_000)
        for row in range(self.count()):
            item = self.item(row)
            wrapped = self.fontMetrics().boundingRect(words, int(Qt.TextFlag.TextWordWrap), item.text())
            item.setSizeHint(QSize(0, max(spacing.TARGET, wrapped.height() + spacing.BASE)))
        heights = [self.sizeHintForRow(row) for row in range(min(self.count(), MOST_ROWS))]
        self.setFixedHeight(sum(heights) + 2 * self.frameWidth() + spacing.TIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.minimumHeight())
