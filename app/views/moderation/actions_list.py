"""Actions for the centre: each can be changed in place or removed, and a new one is added below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.views.moderation.fields import GrowingText
from app.views.parts import button, icon_button, label
from app.views.style import spacing


class ActionRow(QWidget):
    """One action: its number, its text, and a button that removes it."""

    edited = Signal()
    left = Signal()
    escaped = Signal()
    removed = Signal()

    def __init__(self, text: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.TIGHT)
        self._number = label("", "muted")
        self.field = GrowingText("", "", least=1, most=6)
        self.field.set_text(text)
        self._remove = icon_button("trash", "", self.removed.emit)
        row.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.field, 1)
        row.addWidget(self._remove, 0, Qt.AlignmentFlag.AlignTop)
        self._number.setContentsMargins(0, 7, 2, 0)
        self.field.edited.connect(self.edited)
        self.field.left.connect(self.left)
        self.field.escaped.connect(self.escaped)

    def number(self, number: int) -> None:
        self._number.setText(f"{number}.")
        self.field.setAccessibleName(self.tr("Action {number} for the centre").format(number=number))
        words = self.tr("Remove action {number}").format(number=number)
        self._remove.setAccessibleName(words)
        self._remove.setToolTip(words)

    def set_read_only(self, on: bool) -> None:
        self.field.setReadOnly(on)
        self._remove.setVisible(not on)


class ActionsEditor(QWidget):
    """The list of actions and the field for a new one. edited: a text, or the number of actions, changed.

    What stands in the field for a new action counts as an action too, so that nothing typed is passed over.
    """

    edited = Signal()
    left = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ActionRow] = []
        self._read_only = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.TIGHT + 2)
        self._list = QWidget()
        self._list.setObjectName("actionList")
        self._list.setAccessibleName(self.tr("Actions for the centre"))
        self._stack = QVBoxLayout(self._list)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(spacing.TIGHT)
        column.addWidget(self._list)
        self._adding = QWidget()
        row = QHBoxLayout(self._adding)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.SNUG)
        self.field = GrowingText(
            "actionText", self.tr("New action for the centre"), least=1, most=6, enter_is_done=True
        )
        self.field.setPlaceholderText(self.tr("What the centre must do"))
        self.add_button = button(self.tr("Add"), self.add_typed, icon="plus", name="addAction")
        self.add_button.setAccessibleName(self.tr("Add this action"))
        row.addWidget(self.field, 1)
        row.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._adding)
        self.field.edited.connect(self._typed)
        self.field.left.connect(self.left)
        self.field.escaped.connect(self.escaped)
        self.field.entered.connect(self.add_typed)
        self._show_count()

    @property
    def texts(self) -> tuple[str, ...]:
        """All actions that have words, the unfinished one last."""
        texts = [*(row.field.text for row in self._rows), self.field.text]
        return tuple(text for text in texts if text.strip())

    @property
    def rows(self) -> tuple[ActionRow, ...]:
        return tuple(self._rows)

    def set_texts(self, texts: tuple[str, ...]) -> None:
        """Show these actions. The same actions leave fields and carets alone."""
        if texts == self.texts and not self.field.text:
            return
        for row in self._rows:
            self._take_out(row)
        self._rows.clear()
        self.field.set_text("")
        for text in texts:
            self._append(text)
        self._show_count()

    def add_typed(self) -> None:
        """Make the typed text an action of its own; the caret stays for the next one."""
        text = self.field.text.strip()
        if text and not self._read_only:
            self._append(text)
            self.field.set_text("")
            self._show_count()
            self.edited.emit()
        self.field.setFocus()

    def set_read_only(self, on: bool) -> None:
        self._read_only = on
        self._adding.setVisible(not on)
        for row in self._rows:
            row.set_read_only(on)

    def fields(self) -> tuple[GrowingText, ...]:
        """Every field in the order on screen."""
        return (*(row.field for row in self._rows), self.field)

    def _append(self, text: str) -> None:
        row = ActionRow(text)
        row.set_read_only(self._read_only)
        row.edited.connect(self.edited)
        row.left.connect(self.left)
        row.escaped.connect(self.escaped)
        row.removed.connect(lambda: self._remove(row))
        self._rows.append(row)
        self._stack.addWidget(row)

    def _remove(self, row: ActionRow) -> None:
        place = self._rows.index(row)
        self._rows.remove(row)
        self._take_out(row)
        self._show_count()
        following = self._rows[min(place, len(self._rows) - 1)].field if self._rows else self.field
        following.setFocus()
        self.edited.emit()

    def _take_out(self, row: ActionRow) -> None:
        self._stack.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _typed(self) -> None:
        self.add_button.setEnabled(bool(self.field.text.strip()))
        self.edited.emit()

    def _show_count(self) -> None:
        for number, row in enumerate(self._rows, start=1):
            row.number(number)
        self._list.setVisible(bool(self._rows))
        self.add_button.setEnabled(bool(self.field.text.strip()))
