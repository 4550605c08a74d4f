"""The measure tree: objectives as headings, their measures below, each with its state as a glyph and in words.

A list with headings rather than a tree with branches: it is read out line by line, and every line says all of itself.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QVBoxLayout, QWidget

from app.domain.frameworks import Objective
from app.views import style
from app.views.choosing import Chooser
from app.views.row_pen import RowPen, at
from app.views.rows import ITEM_ROLE, Head, HeadedDelegate, HeadedList, HeadedModel, Index
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.visits.words import Show, is_shown, item_sign, needs_judging, state_words, title_of
from app.views.words import plain_tip
from app.workspace.visits.snapshots import MeasureItem


class MeasureModel(HeadedModel[MeasureItem]):
    """The measures under their objectives, as far as they pass the filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[MeasureItem, ...] = ()
        self.show = Show.ALL
        self.widest = ""

    def take(self, items: tuple[MeasureItem, ...], show: Show, keep: str) -> bool:
        """Show these. keep: the code that stays in the list whatever the filter says, for it is open."""
        self._all, self.show = items, show
        self.widest = max((item.code for item in items), key=len, default="")
        groups: dict[Objective, list[MeasureItem]] = {}
        for item in items:
            rows = groups.setdefault(item.objective, [])
            if is_shown(item, show) or item.code == keep:
                rows.append(item)
        return self._arrange(groups.items())

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if role == Qt.ItemDataRole.ToolTipRole and index.isValid():
            item = index.data(ITEM_ROLE)
            words = (
                f"{item.group.code} {item.group.name}"
                if isinstance(item, Head)
                else "\n".join(self.lines(item))
            )
            return plain_tip(words)
        return super().data(index, role)

    def key(self, row: MeasureItem) -> str:
        return row.code

    def group_words(self, group: Objective) -> str:
        return f"{group.code} {group.name}"

    def marks(self, item: MeasureItem) -> list[tuple[str, str, Tone]]:
        """Glyph, words and tone of what is unfinished, unsent or met by others."""
        found = []
        if item.meanwhile:
            found.append(("warning", self.tr("changed elsewhere, to be compared"), Tone.WARN))
        if item.draft is not None:
            found.append(("draft", self.tr("unrecorded draft"), Tone.INFO))
        if item.pending:
            found.append(("outbox", self.tr("waits to be sent"), Tone.INFO))
        return found

    def lines(self, item: MeasureItem) -> list[str]:
        """Everything a row says, for tool tip and screen reader."""
        title = title_of(item)
        parts = [title if item.is_objective else f"{item.code} {title}", state_words(item)]
        parts += [words for _, words, _ in self.marks(item)]
        if item.last_year:
            parts.append(self.tr("actions of a former review are open"))
        parts += [entry.says for entry in item.missing]
        return parts

    def spoken(self, item: Head | MeasureItem) -> str:
        if isinstance(item, Head):
            return self.tr("{objective}, {count} to judge here").format(
                objective=self.group_words(item.group), count=item.count
            )
        return ", ".join(self.lines(item))


class MeasureDelegate(HeadedDelegate):
    """Two lines: what it is; its code, how it stands, and the marks of what is unsaved or unsent."""

    _model: MeasureModel

    def row_height(self, line: int) -> int:
        return 2 * line + 2 * spacing.SNUG + spacing.TIGHT

    def sign_of(self, group: Any) -> tuple[Tone, str]:
        return Tone.NEUTRAL, "flag"

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(ITEM_ROLE)
        if not isinstance(item, Head):
            super().paint(painter, option, index)
            if option.state & QStyle.StateFlag.State_Selected:
                here = option.rect
                painter.fillRect(
                    QRectF(here.left() + 2, here.top() + 7, 3, here.height() - 14),
                    QColor(style.colours().accent),
                )
            return
        pen = RowPen(painter, self._view)
        area = option.rect.adjusted(spacing.SNUG, spacing.SNUG, -spacing.SNUG, -spacing.HAIR)
        pen.text(area, item.group.code, pen.colours.text, bold=True)
        left = area.left() + pen.width(item.group.code, bold=True) + spacing.SNUG
        pen.text(at(area, left, area.right() - left), item.group.name, pen.colours.muted)

    def paint_row(self, pen: RowPen, option: QStyleOptionViewItem, row: MeasureItem) -> None:
        here = option.rect.adjusted(2, 1, -2, -1)
        pen.ground(here, option.state, focused=False)
        upper, lower = pen.halves(here.adjusted(spacing.BASE, spacing.TIGHT, -spacing.SNUG, -spacing.TIGHT))
        pen.text(upper, title_of(row), pen.colours.text, bold=True)
        left = lower.left()
        if not row.is_objective:
            pen.text(at(lower, left, lower.right() - left), row.code, pen.colours.muted)
            left += max(pen.width(row.code), pen.width(self._model.widest)) + spacing.SNUG
        sign, words = item_sign(row), state_words(row)
        left += pen.icon(left, lower, sign.icon, sign.tone) + spacing.TIGHT
        pen.text(at(lower, left, lower.right() - left), words, pen.colours.tone(sign.tone).ink)
        # The marks give way to the state: their words stand in the tool tip, and are read out.
        end = lower.right() - pen.icon_side
        for name, _, tone in self._model.marks(row):
            if end > left + pen.width(words):
                pen.icon(end, lower, name, tone)
                end -= pen.icon_side + spacing.TIGHT


class MeasureList(QWidget):
    """The tree and its filter. chosen(code): the person moved to another one."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.model = MeasureModel(self)
        self.list = HeadedList("measureList", self.tr("Measures"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(MeasureDelegate(self.list, self.model))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.list.setProperty("role", "plain")
        self.list.setTabKeyNavigation(False)
        self._items: tuple[MeasureItem, ...] = ()
        self._told = ""
        self.filter = Chooser()
        self.filter.setObjectName("measureFilter")
        self.filter.setAccessibleName(self.tr("Which measures are shown"))
        self.filter.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.filter.setMinimumContentsLength(8)
        for show in Show:
            self.filter.addItem("", show)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.SNUG, spacing.SNUG, 0, 0)
        column.setSpacing(spacing.TIGHT)
        column.addWidget(self.filter)
        column.addWidget(self.list, 1)
        self.filter.activated.connect(self._filtered)
        self.list.selectionModel().currentChanged.connect(self._moved)
        self._count()

    def minimumSizeHint(self) -> QSize:
        """So wide that code and state are to be read whole."""
        words = max(self.fontMetrics().horizontalAdvance(words) for words in ("Not judged", "Partly met"))
        code = self.fontMetrics().horizontalAdvance(self.model.widest)
        return QSize(words + code + 6 * spacing.SNUG + spacing.ICON + spacing.WIDE, 120)

    @property
    def code(self) -> str:
        """The code that is chosen, or empty."""
        row = self.model.row_at(self.list.currentIndex())
        return row.code if row is not None else ""

    @property
    def show_only(self) -> Show:
        return Show(self.filter.currentData())

    def show_items(self, items: tuple[MeasureItem, ...], open_code: str) -> None:
        """Newer snapshots; the open one stays chosen and in the list."""
        self._items = items
        self._told = open_code  # putting the choice back is no choice of the person's
        self.model.take(items, self.show_only, open_code)
        self._count()
        if open_code and self.code != open_code:
            self.choose(open_code)

    def choose(self, code: str) -> bool:
        """Choose a code, past the filter if need be; False when it is not here."""
        if not self.model.index_of(code).isValid() and any(item.code == code for item in self._items):
            self.model.take(self._items, self.show_only, code)
        index = self.model.index_of(code)
        if not index.isValid():
            return False
        self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.scrollTo(index)
        return True

    def filter_to(self, show: Show) -> None:
        """Show only these."""
        self.filter.setCurrentIndex(self.filter.findData(show))
        self._filtered()

    def _filtered(self) -> None:
        kept = self.code
        self.show_items(self._items, kept)

    def _count(self) -> None:
        words = {
            Show.ALL: self.tr("All ({n})"),
            Show.NOT_JUDGED: self.tr("Not judged ({n})"),
            Show.NOT_MET: self.tr("Not met ({n})"),
            Show.NO_COMMENTARY: self.tr("No commentary ({n})"),
        }
        for place, show in enumerate(Show):
            count = sum(is_shown(item, show) for item in self._items)
            self.filter.setItemText(place, words[show].format(n=count))
        left = sum(map(needs_judging, self._items))
        self.list.setAccessibleDescription(self.tr("{n} left to judge").format(n=left))

    def _moved(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self.model.row_at(current)
        if row is not None and row.code != self._told:
            self._told = row.code
            self.chosen.emit(row.code)
