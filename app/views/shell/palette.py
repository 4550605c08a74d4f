"""Ctrl+K: type a few letters of anything one can do or open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.views import style
from app.views.parts import announce, label
from app.views.row_pen import RowPen, at
from app.views.shell.fuzzy import fits
from app.views.style import spacing
from app.views.style.palette import Tone

SHOWN = 60
"""How many finds are listed; more letters find better than more scrolling."""

ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing the palette offers. hint: muted words beside it. keys: its shortcut, as people read it."""

    text: str
    run: Callable[[], object]
    icon: str = "right"
    hint: str = ""
    keys: str = ""


class OfferModel(QAbstractListModel):
    """The finds, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offers: tuple[Offer, ...] = ()
        self._found: list[Offer] = []

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self._found):
            return None
        offer = self._found[index.row()]
        if role == ITEM_ROLE:
            return offer
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(part for part in (offer.text, offer.hint, offer.keys) if part)
        return None

    def take(self, offers: Sequence[Offer], typed: str) -> None:
        """Offer these, as far as the typed letters fit."""
        self._offers = tuple(offers)
        self.search(typed)

    def search(self, typed: str) -> None:
        self.beginResetModel()
        if typed.strip():
            scored = [(_score(typed, offer), number, offer) for number, offer in enumerate(self._offers)]
            scored = [entry for entry in scored if entry[0] > 0]
            scored.sort(key=lambda entry: (-entry[0], entry[1]))
            self._found = [offer for _, _, offer in scored[:SHOWN]]
        else:
            self._found = list(self._offers[:SHOWN])
        self.endResetModel()

    def offer_at(self, index: Index) -> Offer | None:
        found = index.data(ITEM_ROLE) if index.isValid() else None
        return found if isinstance(found, Offer) else None


def _score(typed: str, offer: Offer) -> float:
    return max(fits(typed, offer.text), 0.8 * fits(typed, f"{offer.text} {offer.hint}"))


class OfferDelegate(QStyledItemDelegate):
    """Icon, words, a muted hint, and the keys at the right."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, self._view.fontMetrics().height() + 2 * spacing.SNUG)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        offer = index.data(ITEM_ROLE)
        if not isinstance(offer, Offer):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = RowPen(painter, self._view)
        pen.ground(option.rect.adjusted(2, 1, -2, -1), option.state, False)
        area = option.rect.adjusted(spacing.BASE, 0, -spacing.BASE, 0)
        left = area.left() + pen.icon(area.left(), area, offer.icon, Tone.NEUTRAL) + spacing.BASE
        keys = pen.width(offer.keys)
        if keys:
            pen.text(at(area, area.right() - keys, keys + 1), offer.keys, pen.colours.muted)
        room = area.right() - left - (keys + spacing.ROOMY if keys else 0)
        pen.text(at(area, left, room), offer.text, pen.colours.text)
        used = pen.width(offer.text) + spacing.SNUG + 2
        if offer.hint and room - used > 4 * pen.em:
            pen.text(at(area, left + used, room - used), offer.hint, pen.colours.muted)
        painter.restore()


class CommandPalette(QFrame):
    """Lies over the window; Escape, a choice, or losing the focus closes it and gives the focus back."""

    closed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self.setProperty("role", "popup")
        self.setAccessibleName(self.tr("Find an action, a request, a sample or a visit"))
        self._over = window
        self._before: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.SNUG, spacing.SNUG, spacing.SNUG, spacing.SNUG)
        column.setSpacing(spacing.SNUG)
        self.field = QLineEdit()
        self.field.setObjectName("paletteField")
        self.field.setPlaceholderText(self.tr("Type to find an action, a request, a sample or a visit"))
        self.field.setAccessibleName(self.tr("Find"))
        self.model = OfferModel(self)
        self.list = QListView()
        self.list.setObjectName("paletteList")
        self.list.setProperty("role", "plain")
        self.list.setModel(self.model)
        self.list.setItemDelegate(OfferDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Found"))
        self._none = label(self.tr("Nothing found"), "muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.field)
        column.addWidget(self.list)
        column.addWidget(self._none)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._run)
        window.installEventFilter(self)
        self.hide()

    def open_with(self, offers: Sequence[Offer]) -> None:
        """Show the palette over the window with these offers; a former search is forgotten."""
        if not self.isVisible():
            self._before = self.window().focusWidget()
        self.field.clear()
        self.model.take(offers, "")
        self._choose_first()
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus()

    def add(self, offers: Sequence[Offer]) -> None:
        """Late offers, such as samples that had to be read first. What is typed stays."""
        if self.isVisible():
            self.model.take(offers, self.field.text())
            self._choose_first()

    def close_palette(self) -> None:
        """Hide it; the focus goes back to where it was."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        had_focus = self.field.hasFocus()
        self.hide()
        if had_focus and before is not None:
            before.setFocus()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field:
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                return self._key(event)
            if event.type() == QEvent.Type.FocusOut and self.isVisible():
                self._before = None
                self.close_palette()
        elif event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentIndex())
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            self._step(step[Qt.Key(key)])
        else:
            return False
        return True

    def _step(self, step: int) -> None:
        count = self.model.rowCount()
        if not count:
            return
        row = self.list.currentIndex().row() + step
        if abs(step) == 1:
            row %= count
        self._choose(min(max(row, 0), count - 1))
        offer = self.model.offer_at(self.list.currentIndex())
        if offer is not None:
            announce(self.field, str(self.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)))

    def _choose(self, row: int) -> None:
        self.list.setCurrentIndex(self.model.index(row))

    def _choose_first(self) -> None:
        found = self.model.rowCount() > 0
        self._place()
        self.list.setVisible(found)
        self._none.setVisible(not found)
        if found:
            self._choose(0)

    def _search(self, typed: str) -> None:
        self.model.search(typed)
        self._choose_first()

    def _run(self, index: QModelIndex) -> None:
        offer = self.model.offer_at(index)
        if offer is None:
            return
        self.close_palette()
        offer.run()

    def _place(self) -> None:
        window = self._over
        wide = min(round(620 * style.look().scale), window.width() - 2 * spacing.WIDE)
        row = self.list.fontMetrics().height() + 2 * spacing.SNUG
        besides = self.field.sizeHint().height() + 3 * spacing.SNUG + 2
        room = max(row, window.height() - 2 * spacing.VAST - besides)
        listed = min(min(12, max(1, self.model.rowCount())) * row + 2 * spacing.TIGHT, room)
        self.list.setFixedHeight(listed)
        self._none.setFixedHeight(listed)
        high = besides + listed
        self.setGeometry((window.width() - wide) // 2, spacing.VAST + spacing.ROOMY, wide, high)
