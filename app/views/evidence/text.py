"""Plain text: wrapped, in fixed or in reading letters, and searched in place."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFontDatabase, QTextCharFormat, QTextCursor, QTextDocument, QWheelEvent
from PySide6.QtWidgets import QApplication, QFrame, QPlainTextEdit, QTextEdit, QWidget

from app.views import style
from app.views.evidence.layout import next_step

MOST_HITS = 1_000
"""More hits are counted no further; nobody walks through a thousand."""

PAPER_HIT, CHOSEN_HIT, HIT_INK = "#ffe566", "#ffb300", "#1a212c"


class TextView(QPlainTextEdit):
    """Read-only text that can be selected and copied. sized: zoom or letters changed."""

    sized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zoom = 1.0
        self._fixed = False
        self._hits: list[QTextCursor] = []
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.document().setDocumentMargin(16)
        style.look().changed.connect(self._dress)
        self._dress()

    def show_text(self, text: str, *, fixed: bool) -> None:
        """Show another text from its beginning. fixed: letters of equal width, for tables and logs."""
        self._hits.clear()
        self.setExtraSelections([])
        self._fixed = fixed
        self._dress()
        self.setPlainText(text)
        self.sized.emit()

    @property
    def fixed(self) -> bool:
        return self._fixed

    def set_fixed(self, fixed: bool) -> None:
        self._fixed = fixed
        self._dress()
        self.sized.emit()

    @property
    def zoom(self) -> float:
        """1.0 is the size of ordinary text."""
        return self._zoom

    def step_zoom(self, direction: int) -> None:
        """The next larger (1) or smaller (-1) level; 0 goes back to 100 %."""
        self._zoom = next_step(self._zoom, direction) if direction else 1.0
        self._dress()
        self.sized.emit()

    def find_all(self, needle: str) -> int:
        """Mark every place where the needle stands, in any case; returns how many."""
        self._hits.clear()
        if needle:
            cursor = QTextCursor(self.document())
            while len(self._hits) < MOST_HITS:
                cursor = self.document().find(needle, cursor, QTextDocument.FindFlag(0))
                if cursor.isNull():
                    break
                self._hits.append(QTextCursor(cursor))
        self.mark(0 if self._hits else -1)
        return len(self._hits)

    def mark(self, chosen: int) -> None:
        """Mark one hit as the chosen one and bring it into sight; -1 marks none."""
        marks = []
        for number, cursor in enumerate(self._hits):
            look = QTextCharFormat()
            look.setBackground(QColor(CHOSEN_HIT if number == chosen else PAPER_HIT))
            look.setForeground(QColor(HIT_INK))
            entry = QTextEdit.ExtraSelection()
            entry.cursor, entry.format = cursor, look
            marks.append(entry)
        self.setExtraSelections(marks)
        if 0 <= chosen < len(self._hits):
            place = QTextCursor(self._hits[chosen])
            place.clearSelection()
            self.setTextCursor(place)
            self.ensureCursorVisible()

    def memory(self) -> dict[str, Any]:
        """Where one is in the text, as JSON values."""
        return {"line": self.verticalScrollBar().value(), "zoom": self._zoom, "fixed": self._fixed}

    def recall(self, memory: dict[str, Any]) -> None:
        """Go back there; anything that does not fit is passed over."""
        try:
            zoom, line = float(memory.get("zoom", 1.0)), int(memory.get("line", 0))
        except (TypeError, ValueError):
            return
        self._zoom = max(0.5, min(4.0, zoom))
        self._fixed = bool(memory.get("fixed", self._fixed))
        self._dress()
        self.verticalScrollBar().setValue(line)
        self.sized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if turned:
                self.step_zoom(1 if turned > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def _dress(self) -> None:
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        family = (fixed if self._fixed else QApplication.font()).family()
        # The application's sheet wins over setFont, so the letters are said in a sheet, too.
        self.setStyleSheet(
            f'QPlainTextEdit {{ border: none; border-radius: 0; font-family: "{family}"; '
            f"font-size: {style.look().points * self._zoom:.2f}pt; }}"
        )
