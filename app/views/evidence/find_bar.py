"""The bar in which one searches a document."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from app.views.parts import announce, icon_button, label
from app.views.style import spacing

PAUSE_MS = 250
"""Typing rests this long before a search begins."""


class FindField(QLineEdit):
    """Enter goes to the next hit, Shift+Enter to the one before, Esc closes."""

    stepped = Signal(int)
    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.stepped.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)


class FindBar(QFrame):
    """asked(needle): search for this now. stepped(1 or -1): the next hit or the one before. closed: done."""

    asked = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing.BASE, spacing.TIGHT, spacing.SNUG, spacing.TIGHT)
        row.setSpacing(spacing.TIGHT)
        self.field = FindField()
        self.field.setObjectName("findText")
        self.field.setPlaceholderText(self.tr("Find in this file"))
        self.field.setAccessibleName(self.tr("Find in this file"))
        self._count = label("", "muted")
        row.addWidget(self.field, 1)
        row.addWidget(self._count)
        row.addWidget(icon_button("up", self.tr("Previous hit"), lambda: self.stepped.emit(-1)))
        row.addWidget(icon_button("down", self.tr("Next hit"), lambda: self.stepped.emit(1)))
        row.addWidget(icon_button("cross", self.tr("Close the search"), self.closed.emit))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(lambda: self.asked.emit(self.field.text()))
        self.field.textEdited.connect(lambda _text: self._pause.start())
        self.field.stepped.connect(self._step)
        self.field.escaped.connect(self.closed)
        self.hide()

    @property
    def words(self) -> str:
        """What the bar says about the hits."""
        return self._count.text()

    def open(self) -> None:
        """Show the bar with the caret in its field."""
        self.show()
        self.field.setFocus()
        self.field.selectAll()

    def say_searching(self) -> None:
        self._count.setText(self.tr("Searching…"))

    def say_count(self, chosen: int, count: int) -> None:
        """Which hit (from 0) of how many; nothing is said without a needle."""
        if not self.field.text():
            words = ""
        elif not count:
            words = self.tr("No hits")
        else:
            words = self.tr("{number} of {count}").format(number=chosen + 1, count=count)
        self._count.setText(words)
        announce(self, words)

    def _step(self, direction: int) -> None:
        if self._pause.isActive():
            self._pause.stop()
            self.asked.emit(self.field.text())
        else:
            self.stepped.emit(direction)
