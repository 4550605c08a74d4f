"""Lists whose rows are painted, not built of widgets: the view, the model of rows under headings, its painter."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.views import style
from app.views.row_pen import RowPen
from app.views.style import spacing
from app.views.style.palette import Tone

ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The Head or the row behind an index."""

Index = QModelIndex | QPersistentModelIndex
R = TypeVar("R")


class RowList(QListView):
    """A list of painted rows. A plain letter never searches here, because letters are shortcuts."""

    def __init__(self, name: str, spoken: str, *, role: str = "plain", parent: QWidget | None = None) -> None:
        """name: the object name. spoken: what a screen reader says. role: ``plain`` or ``rows``, for the sheet."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setProperty("role", role)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        style.look().changed.connect(self.scheduleDelayedItemsLayout)

    def keyboardSearch(self, search: str) -> None:
        """Nothing: single letters belong to the shortcuts."""


class HeadedList(RowList):
    """Rows of several heights under headings, with a menu of their own."""

    def __init__(self, name: str, spoken: str) -> None:
        super().__init__(name, spoken, role="rows")
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of a group and how many rows stand under it."""

    group: Any
    count: int


class HeadedModel(QAbstractListModel, Generic[R]):
    """Rows in groups, each under a heading that cannot be chosen; empty groups are left out."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Head | R] = []

    @abstractmethod
    def key(self, row: R) -> str:
        """What names a row, the same before and after it changed."""

    @abstractmethod
    def group_words(self, group: Any) -> str:
        """The words of a heading."""

    @abstractmethod
    def spoken(self, item: Head | R) -> str:
        """What a screen reader says."""

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
        if index.isValid() and not isinstance(self._items[index.row()], Head):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemNeverHasChildren

    @property
    def shown(self) -> tuple[R, ...]:
        """The rows in the list, without their headings."""
        return tuple(item for item in self._items if not isinstance(item, Head))

    def is_head(self, number: int) -> bool:
        """Whether a heading stands in that line, counted from 0."""
        return isinstance(self._items[number], Head)

    def row_at(self, index: Index) -> R | None:
        """The row at an index; None for headings and beyond."""
        item = index.data(ITEM_ROLE) if index.isValid() else None
        return None if isinstance(item, Head) else item

    def index_of(self, key: str) -> QModelIndex:
        """Where the row of that key stands; an invalid index when it is not shown."""
        for number, item in enumerate(self._items):
            if not isinstance(item, Head) and self.key(item) == key:
                return self.index(number)
        return QModelIndex()

    def first(self) -> QModelIndex:
        """The first row, passing over its heading."""
        return self.index(1) if len(self._items) > 1 else QModelIndex()

    def _arrange(self, groups: Iterable[tuple[Any, list[R]]]) -> bool:
        """Show these groups in this order. True when order or number changed, so that the view starts anew."""
        items: list[Head | R] = []
        for group, rows in groups:
            if rows:
                items += [Head(group, len(rows)), *rows]
        if self._places(items) == self._places(self._items):
            old, self._items = self._items, items
            for number, (before, now) in enumerate(zip(old, items, strict=True)):
                if before != now:
                    self.dataChanged.emit(self.index(number), self.index(number))
            return False
        self.beginResetModel()
        self._items = items
        self.endResetModel()
        return True

    def _places(self, items: Iterable[Head | R]) -> list[Any]:
        return [item.group if isinstance(item, Head) else self.key(item) for item in items]


class HeadedDelegate(QStyledItemDelegate):
    """Paints headings, and leaves the rows between them to ``paint_row``."""

    def __init__(self, view: QAbstractItemView, model: HeadedModel[Any]) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._measured: tuple[int, int] = (-1, -1)
        self._sizes = (QSize(), QSize())

    @abstractmethod
    def row_height(self, line: int) -> int:
        """Pixels a row needs where a line of text needs ``line``."""

    @abstractmethod
    def sign_of(self, group: Any) -> tuple[Tone, str]:
        """Colour and glyph of a heading; its words always stand beside them."""

    @abstractmethod
    def paint_row(self, pen: RowPen, option: QStyleOptionViewItem, row: Any) -> None:
        """Paint one row inside ``option.rect``."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        # Asked for every row whenever thousands are laid out anew: only the first row looks at font and width.
        number = index.row()
        if number == 0 or self._measured[0] < 0:
            self._measure()
        return self._sizes[0] if self._model.is_head(number) else self._sizes[1]

    def _measure(self) -> None:
        now = (self._view.fontMetrics().height(), self._view.viewport().width())
        if now != self._measured:
            self._measured = now
            line = now[0]
            self._sizes = (
                QSize(100, line + spacing.WIDE + spacing.TIGHT),
                QSize(100, self.row_height(line)),
            )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(ITEM_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = RowPen(painter, self._view)
        if isinstance(item, Head):
            tone, glyph = self.sign_of(item.group)
            pen.heading(option.rect, glyph, tone, self._model.group_words(item.group), item.count)
        elif item is not None:
            self.paint_row(pen, option, item)
        painter.restore()
