"""The rows of the Outbox under the headings of their states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.dates import clock_time, london_day, short_day
from app.views.row_pen import RowPen, at
from app.views.style import spacing
from app.views.style.palette import Tone
from app.workspace.snapshots import OutboxRow, OutboxState

ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1

Index = QModelIndex | QPersistentModelIndex

ORDER = (
    OutboxState.ATTENTION,
    OutboxState.DRAFT,
    OutboxState.QUEUED,
    OutboxState.SENDING,
    OutboxState.SENT,
    OutboxState.TAKEN_BACK,
)
"""What needs the person comes first; what is settled comes last."""

STATE_TONES = {
    OutboxState.ATTENTION: (Tone.BAD, "warning"),
    OutboxState.DRAFT: (Tone.NEUTRAL, "draft"),
    OutboxState.QUEUED: (Tone.INFO, "outbox"),
    OutboxState.SENDING: (Tone.INFO, "send"),
    OutboxState.SENT: (Tone.GOOD, "done"),
    OutboxState.TAKEN_BACK: (Tone.NEUTRAL, "undo"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of one state and how many things stand under it."""

    state: OutboxState
    count: int


def key_of(row: OutboxRow) -> str:
    """What names a row: its act, or the draft it is."""
    return row.act_id or row.draft_key


class OutboxModel(QAbstractListModel):
    """States in their order, each under a heading; empty states are left out."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Head | OutboxRow] = []
        self._today: date | None = None

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        if role == ITEM_ROLE:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.spoken(item)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._items[index.row()], OutboxRow):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemNeverHasChildren

    def take(self, rows: Sequence[OutboxRow], today: date) -> bool:
        """Show these rows. True when order or number changed, so that the view starts anew."""
        self._today = today
        items: list[Head | OutboxRow] = []
        for state in ORDER:
            theirs = [row for row in rows if row.state is state]
            if theirs:
                items.append(Head(state, len(theirs)))
                items.extend(theirs)
        same = [_name(item) for item in items] == [_name(item) for item in self._items]
        if same:
            old, self._items = self._items, items
            for number, (before, now) in enumerate(zip(old, items, strict=True)):
                if before != now:
                    self.dataChanged.emit(self.index(number), self.index(number))
            return False
        self.beginResetModel()
        self._items = items
        self.endResetModel()
        return True

    @property
    def rows(self) -> list[OutboxRow]:
        return [item for item in self._items if isinstance(item, OutboxRow)]

    def row_at(self, index: Index) -> OutboxRow | None:
        item = index.data(ITEM_ROLE) if index.isValid() else None
        return item if isinstance(item, OutboxRow) else None

    def index_of(self, key: str) -> QModelIndex:
        """Where the act or draft of that key stands; invalid when it is not there."""
        for number, item in enumerate(self._items):
            if isinstance(item, OutboxRow) and key_of(item) == key:
                return self.index(number)
        return QModelIndex()

    def first(self) -> QModelIndex:
        """The first row, passing over its heading."""
        return self.index(1) if len(self._items) > 1 else QModelIndex()

    def when(self, row: OutboxRow) -> str:
        """``10:42`` today, ``Thu 12 Mar, 10:42`` before."""
        day = london_day(row.at)
        time = clock_time(row.at)
        return time if day == self._today else f"{short_day(day)}, {time}"

    def state_words(self, state: OutboxState) -> str:
        return {
            OutboxState.ATTENTION: self.tr("Needs attention"),
            OutboxState.DRAFT: self.tr("Drafts"),
            OutboxState.QUEUED: self.tr("Queued"),
            OutboxState.SENDING: self.tr("Sending"),
            OutboxState.SENT: self.tr("Sent"),
            OutboxState.TAKEN_BACK: self.tr("Taken back"),
        }[state]

    def spoken(self, item: Head | OutboxRow) -> str:
        """What a screen reader says."""
        if isinstance(item, Head):
            return f"{self.state_words(item.state)}, {item.count}"
        parts = (item.what, self.state_words(item.state), item.why, self.when(item))
        return ", ".join(part for part in parts if part)


def _name(item: Head | OutboxRow) -> str:
    return f"#{item.state}" if isinstance(item, Head) else f"{item.state}:{key_of(item)}"


class OutboxDelegate(QStyledItemDelegate):
    """Paints one row: what it is, why it stands where it stands, and when."""

    def __init__(self, view: QAbstractItemView, model: OutboxModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = self._view.fontMetrics().height()
        if isinstance(index.data(ITEM_ROLE), Head):
            return QSize(100, line + spacing.WIDE + spacing.TIGHT)
        return QSize(100, 2 * line + spacing.TIGHT + 2 * spacing.BASE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(ITEM_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = RowPen(painter, self._view)
        if isinstance(item, Head):
            tone, glyph = STATE_TONES[item.state]
            pen.heading(option.rect, glyph, tone, self._model.state_words(item.state), item.count)
        elif isinstance(item, OutboxRow):
            self._paint_row(pen, option, item)
        painter.restore()

    def _paint_row(self, pen: RowPen, option: QStyleOptionViewItem, row: OutboxRow) -> None:
        rect: QRect = option.rect.adjusted(spacing.TIGHT, 1, -spacing.TIGHT, -1)
        pen.ground(rect, option.state, self._view.hasFocus())
        upper, lower = pen.halves(
            rect.adjusted(spacing.BASE, spacing.BASE - 2, -spacing.BASE, -(spacing.BASE - 2))
        )
        when = self._model.when(row)
        wide = pen.width(when)
        pen.text(at(upper, upper.right() - wide, wide + 1), when, pen.colours.muted)
        settled = row.state in (OutboxState.SENT, OutboxState.TAKEN_BACK)
        pen.text(
            at(upper, upper.left(), upper.width() - wide - spacing.ROOMY),
            row.what,
            pen.colours.text,
            bold=not settled,
        )
        ink = pen.colours.bad.ink if row.state is OutboxState.ATTENTION else pen.colours.muted
        pen.text(lower, row.why, ink)
