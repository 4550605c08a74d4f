"""Text fields that grow with what is typed, and a line of words beneath them for what is wrong."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views import style
from app.views.parts import Picture, announce, label
from app.views.style import spacing
from app.views.style.palette import Tone


class GrowingText(QPlainTextEdit):
    """Several lines of text: as high as its words need, between ``least`` and ``most`` lines.

    edited: the person typed (not: the program set the text). left: the focus went elsewhere.
    escaped: Esc was pressed. entered: Enter was pressed in a field where Enter means *done*.
    Tab moves on to the next control.
    """

    edited = Signal()
    left = Signal()
    escaped = Signal()
    entered = Signal()

    def __init__(
        self, name: str, says: str, *, least: int = 2, most: int = 10, enter_is_done: bool = False
    ) -> None:
        super().__init__()
        self._least, self._most, self._enter_is_done = least, most, enter_is_done
        self._setting = False
        if name:
            self.setObjectName(name)
        self.setAccessibleName(says)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(self._text_changed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        style.look().changed.connect(self._fit)
        self._fit()

    @property
    def text(self) -> str:
        return self.toPlainText()

    def set_text(self, text: str) -> None:
        """Put other text in. The same text leaves caret and undo history alone."""
        if text == self.toPlainText():
            return
        self._setting = True
        try:
            self.setPlainText(text)
            self.moveCursor(QTextCursor.MoveOperation.End)
        finally:
            self._setting = False

    def put_caret(self, place: int) -> None:
        cursor = self.textCursor()
        cursor.setPosition(max(0, min(place, len(self.toPlainText()))))
        self.setTextCursor(cursor)

    def caret(self) -> int:
        return self.textCursor().position()

    def _text_changed(self) -> None:
        if not self._setting:
            self.edited.emit()

    def _fit(self) -> None:
        lines = max(self._least, min(self._most, ceil(self.document().size().height())))
        around = 2 * (self.document().documentMargin() + 7)
        height = ceil(lines * self.fontMetrics().lineSpacing() + around)
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
        scrolls = self.document().size().height() > self._most
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(240, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if enter and plain and self._enter_is_done:
            self.entered.emit()
            return
        super().keyPressEvent(event)


class Remark(QFrame):
    """A line of words with its glyph, beside the field that it concerns; hidden while there is nothing to say."""

    def __init__(self, glyph: str, tone: Tone) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.TIGHT + 2)
        row.addWidget(Picture(glyph, str(tone), 16), 0, Qt.AlignmentFlag.AlignTop)
        self._words = label("", wrap=True, tone=tone)
        row.addWidget(self._words, 1)
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text() if not self.isHidden() else ""

    def tell(self, words: str) -> None:
        """Show these words, and let a screen reader speak them; no words hide it."""
        self._words.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        announce(self, words)


class Complaint(Remark):
    """Why something was refused; hidden while all is well."""

    def __init__(self) -> None:
        super().__init__("warning", Tone.BAD)

    def say(self, error: KnownError) -> None:
        """Show the words of a refusal, also the same ones again: it was tried again."""
        self.tell(f"{error.says} {error.do}".strip())

    def clear(self) -> None:
        self._words.clear()
        self.hide()


class MergedNote(Remark):
    """That something in a field was taken over from elsewhere, from whom and when."""

    def __init__(self) -> None:
        super().__init__("merge", Tone.INFO)

    def say(self, words: str) -> None:
        """Show these words; nothing hides the note, and what is shown already is not spoken again."""
        if words != self.text:
            self.tell(words)


class DeciderFoot(QFrame):
    """The foot of a page on which something is decided: the complaint, and below it, in ``column``, what can be done.

    left, right: what it keeps free beside it, as the page above does.
    """

    def __init__(self, left: int, right: int) -> None:
        super().__init__()
        self.setProperty("role", "foot")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(left, spacing.SNUG, right, spacing.SNUG)
        self.column.setSpacing(spacing.SNUG)
        self.complaint = Complaint()
        self.column.addWidget(self.complaint)


class Section(QWidget):
    """A heading with what belongs to it below."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(spacing.TIGHT + 2)
        self.head = QHBoxLayout()
        self.head.setSpacing(spacing.SNUG)
        self.title = label(title, "strong")
        self.head.addWidget(self.title)
        self.head.addStretch()
        self.column.addLayout(self.head)
