"""Actions that a judgement asks of the centre: what, essential or recommended, who, and until when (D-9)."""

from __future__ import annotations

import uuid
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.reviews import PlannedAction
from app.views.choosing import Chooser
from app.views.moderation.fields import GrowingText
from app.views.parts import button, heading_row, icon_button, label
from app.views.style import spacing
from app.views.visits.moments import DayField
from app.views.visits.tabbing import tab_before

ESSENTIAL, RECOMMENDED = 0, 1


class PlannedRow(QFrame):
    """One action in its fields. edited: one of them changed. removed: it is to go."""

    edited = Signal()
    left = Signal()
    escaped = Signal()
    removed = Signal()

    def __init__(self, action: PlannedAction, today: date) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.id = action.id
        grid = QGridLayout(self)
        grid.setContentsMargins(spacing.BASE, spacing.SNUG, spacing.SNUG, spacing.BASE)
        grid.setHorizontalSpacing(spacing.SNUG)
        grid.setVerticalSpacing(spacing.TIGHT)
        grid.setColumnStretch(1, 1)
        self._number = label("", "strong")
        self.remove = icon_button("trash", "", self.removed.emit, "removeAction")
        head = QHBoxLayout()
        head.addWidget(self._number, 1)
        head.addWidget(self.remove)
        grid.addLayout(head, 0, 0, 1, 2)
        self.field = GrowingText("actionText", "", least=1, most=6)
        self.field.setPlaceholderText(self.tr("What the centre is to do"))
        self.kind = Chooser()
        self.kind.setObjectName("actionKind")
        self.kind.addItems([self.tr("Essential"), self.tr("Recommended")])
        self.owner = QLineEdit()
        self.owner.setObjectName("actionOwner")
        self.owner.setPlaceholderText(self.tr("Somebody at the centre"))
        self.due = DayField("actionDue", "")
        self.due.today = today
        grid.addWidget(self.field, 1, 0, 1, 2)
        self._labels = []
        for line, (words, field) in enumerate(
            ((self.tr("Kind"), self.kind), (self.tr("Owner"), self.owner), (self.tr("Due"), self.due)), 2
        ):
            beside = label(words, "muted")
            self._labels.append(beside)
            grid.addWidget(beside, line, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(field, line, 1)
        self.field.set_text(action.text)
        self.kind.setCurrentIndex(ESSENTIAL if action.essential else RECOMMENDED)
        self.owner.setText(action.owner)
        self.due.put(action.due_on)
        self._wire()

    def _wire(self) -> None:
        self.field.edited.connect(self.edited)
        self.kind.activated.connect(lambda _: self.edited.emit())
        self.owner.textEdited.connect(lambda _: self.edited.emit())
        self.due.edited.connect(self.edited)
        for part in (self.field, self.due):
            part.left.connect(self.left)
            part.escaped.connect(self.escaped)
        self.owner.editingFinished.connect(self.left)

    @property
    def action(self) -> PlannedAction:
        essential = self.kind.currentIndex() == ESSENTIAL
        return PlannedAction(self.id, self.field.text, essential, self.owner.text(), self.due.day)

    def number(self, number: int) -> None:
        """Which one it is, counted from 1."""
        self._number.setText(self.tr("Action {n}").format(n=number))
        for control, words in (
            (self.field, self.tr("Action {n}: what the centre is to do")),
            (self.kind, self.tr("Action {n}: essential or recommended")),
            (self.owner, self.tr("Action {n}: owner at the centre")),
            (self.due, self.tr("Action {n}: due date")),
            (self.remove, self.tr("Remove action {n}")),
        ):
            control.setAccessibleName(words.format(n=number))
        self.remove.setToolTip(self.remove.accessibleName())

    def set_read_only(self, on: bool) -> None:
        self.field.setReadOnly(on)
        self.owner.setReadOnly(on)
        self.due.setReadOnly(on)
        self.kind.setEnabled(not on)
        self.remove.setVisible(not on)

    def has_focus(self) -> bool:
        return any(one.hasFocus() for one in (self.field, self.kind, self.owner, self.due))


class PlannedActions(QWidget):
    """The list of actions, and the button for a new one. edited: a field, or the number of actions, changed."""

    edited = Signal()
    left = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.today = date(2000, 1, 1)
        self._rows: list[PlannedRow] = []
        self._read_only = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.SNUG)
        self._list = QWidget()
        self._list.setObjectName("actionList")
        self._list.setAccessibleName(self.tr("Actions for the centre"))
        self._stack = QVBoxLayout(self._list)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(spacing.SNUG)
        column.addWidget(self._list)
        self.add_button = button(self.tr("Add an action"), self.add, icon="plus", name="addAction")
        self.add_button.setAutoDefault(True)
        column.addLayout(heading_row(self.add_button))
        self._list.hide()

    @property
    def planned(self) -> tuple[PlannedAction, ...]:
        """All of them, those that are still without words too: what was typed of them must not be lost."""
        return tuple(row.action for row in self._rows)

    @property
    def rows(self) -> tuple[PlannedRow, ...]:
        return tuple(self._rows)

    def put(self, actions: tuple[PlannedAction, ...]) -> None:
        """Show these actions. The same ones leave fields and carets alone."""
        if actions == self.planned:
            return
        for row in self._rows:
            self._take_out(row)
        self._rows.clear()
        for action in actions:
            self._append(action)
        self._show_count()

    def add(self, *, essential: bool = True) -> None:
        """A new action, with the caret in it."""
        if not self._read_only:
            self._append(PlannedAction(uuid.uuid4().hex, "", essential))
            self._show_count()
            self._rows[-1].field.setFocus()
            self.edited.emit()

    def set_read_only(self, on: bool) -> None:
        self._read_only = on
        self.add_button.setVisible(not on)
        for row in self._rows:
            row.set_read_only(on)

    def typing(self) -> bool:
        """Whether the caret is in one of the fields."""
        return any(row.has_focus() for row in self._rows)

    def _append(self, action: PlannedAction) -> None:
        row = PlannedRow(action, self.today)
        row.set_read_only(self._read_only)
        row.edited.connect(self.edited)
        row.left.connect(self.left)
        row.escaped.connect(self.escaped)
        row.removed.connect(lambda: self._remove(row))
        self._rows.append(row)
        self._stack.addWidget(row)
        tab_before(self.add_button, (row.remove, row.field, row.kind, row.owner, row.due))

    def _remove(self, row: PlannedRow) -> None:
        place = self._rows.index(row)
        self._rows.remove(row)
        self._take_out(row)
        self._show_count()
        following = self._rows[min(place, len(self._rows) - 1)].field if self._rows else self.add_button
        following.setFocus()
        self.edited.emit()

    def _take_out(self, row: PlannedRow) -> None:
        self._stack.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _show_count(self) -> None:
        for number, row in enumerate(self._rows, start=1):
            row.number(number)
        self._list.setVisible(bool(self._rows))
