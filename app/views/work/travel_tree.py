"""The view of what can be taken along: painted lines with boxes, and every key a tree needs."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from app.views import style
from app.views.row_pen import RowPen, at
from app.views.rows import Index
from app.views.style import icons, spacing
from app.views.style.palette import Tone
from app.views.work.travel_model import NAME, NODE_ROLE, SIZE, STATE, Node, TravelModel
from app.workspace.travel_plan import TravelFile, TravelRequest

ROOM_FOR_COLUMNS = 56
"""In widths of an "n": with less room, state and size stand below the name instead of beside it."""


def _box_side() -> int:
    return 2 * round(8 * style.look().scale)


class TravelDelegate(QStyledItemDelegate):
    """Paints one cell: box, glyph and name; how it stands; its size."""

    def __init__(self, view: TravelTree, model: TravelModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = 2 if self._view.narrow else 1
        height = max(spacing.TARGET, lines * self._view.fontMetrics().height() + spacing.SNUG + spacing.HAIR)
        if index.column() == NAME:
            return QSize(160, height)
        words = str(index.data() or "")
        return QSize(self._view.fontMetrics().horizontalAdvance(words) + 2 * spacing.BASE, height)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Nothing: the tree itself knows where the boxes are."""
        return False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        node = index.data(NODE_ROLE)
        if not isinstance(node, Node):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = RowPen(painter, self._view)
        line = QRect(option.rect)
        colours = pen.colours
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(line, QColor(colours.accent_wash if chosen else colours.hover))
        if index.column() == NAME:
            self._paint_name(painter, pen, line, node)
        elif index.column() == STATE:
            pen.text(
                line.adjusted(spacing.SNUG, 0, -spacing.TIGHT, 0), self._model.words(node), colours.muted
            )
        else:
            words = self._model.size(node)
            left = max(line.left(), line.right() - spacing.BASE - pen.width(words))
            right = QRect(left, line.top(), line.right() - spacing.BASE - left, line.height())
            pen.text(right, words, colours.text)
        painter.restore()

    def _paint_name(self, painter: QPainter, pen: RowPen, line: QRect, node: Node) -> None:
        left = self._paint_box(painter, pen, line, node) + spacing.SNUG
        colours = pen.colours
        if isinstance(node.item, TravelFile):
            glyph, tone = _glyph(node.item)
            left += pen.icon(left, line, glyph, tone) + spacing.SNUG
        end = line.right() - spacing.TIGHT
        name = self._model.name(node)
        if self._view.narrow:
            line, below = pen.halves(line.adjusted(0, spacing.TIGHT, 0, -spacing.TIGHT))
            pen.text(at(below, left, end - left), self._below(node), colours.muted)
        if isinstance(node.item, TravelRequest):
            number = node.item.number
            pen.text(QRect(left, line.top(), end - left, line.height()), number, colours.text, bold=True)
            left += pen.width(number, bold=True) + spacing.SNUG
            name = node.item.centre
        ink = colours.text if node.can_come else colours.muted
        pen.text(at(line, left, end - left), name, ink, middle=isinstance(node.item, TravelFile))
        if isinstance(node.item, TravelFile) and not node.item.can_come and not self._view.narrow:
            left += pen.width(name) + spacing.SNUG
            pen.text(at(line, left, end - left), node.item.reason, colours.muted)

    def _below(self, node: Node) -> str:
        """What stands in the columns otherwise: how it stands, and its size."""
        if isinstance(node.item, TravelFile) and not node.item.can_come:
            return node.item.reason
        return " · ".join(part for part in (self._model.words(node), self._model.size(node)) if part)

    def _paint_box(self, painter: QPainter, pen: RowPen, line: QRect, node: Node) -> int:
        """Draws the box, empty or with its mark; returns where it ends."""
        colours = pen.colours
        box = self.box(line)
        state = self._model.state(node)
        dead = not node.can_come or self._model.locked
        ticked = state is not Qt.CheckState.Unchecked
        fill = colours.edge if dead else colours.accent
        painter.setPen(QPen(QColor(colours.line if dead else colours.edge), 1))
        painter.setBrush(QColor(fill if ticked else colours.window if dead else colours.surface))
        if ticked:
            painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if ticked:
            mark = "check" if state is Qt.CheckState.Checked else "minus"
            ratio = self._view.devicePixelRatioF()
            painter.drawPixmap(box.topLeft(), icons.pixmap(mark, colours.on_accent, box.width(), ratio))
        return box.right()

    @staticmethod
    def box(line: QRect) -> QRect:
        """Where the box of a line stands."""
        side = _box_side()
        return QRect(line.left() + spacing.TIGHT, line.center().y() - side // 2 + 1, side, side)


class TravelTree(QTreeView):
    """Space ticks, the arrows go and unfold, Return starts. A plain letter never searches: letters are shortcuts.

    narrow: there is no room for columns, and every line has a second one below its name.
    """

    start_wanted = Signal()

    def __init__(self, model: TravelModel) -> None:
        super().__init__()
        self.setObjectName("travelTree")
        self.setAccessibleName(self.tr("What to take along"))
        self.setProperty("role", "rows")
        self.setModel(model)
        self._model = model
        self.narrow = False
        self._delegate = TravelDelegate(self, model)
        self.setItemDelegate(self._delegate)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(True)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (STATE, SIZE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        style.look().changed.connect(self._sized)
        model.modelReset.connect(self._sized)
        self._sized()

    def _sized(self) -> None:
        """Indents and columns follow the size of the text; where room is short, what they say goes below the name."""
        self.setIndentation(_box_side() + spacing.BASE)
        words = self.fontMetrics()
        state = words.horizontalAdvance(self.tr("On this computer")) + 2 * spacing.BASE
        self.header().resizeSection(STATE, state)
        self.header().resizeSection(SIZE, words.horizontalAdvance("999 MB") + 2 * spacing.BASE)
        self._make_room()
        self.scheduleDelayedItemsLayout()

    def _make_room(self) -> None:
        narrow = self.viewport().width() < ROOM_FOR_COLUMNS * self.fontMetrics().horizontalAdvance("n")
        if narrow != self.narrow:
            self.narrow = narrow
            for column in (STATE, SIZE):
                self.setColumnHidden(column, narrow)
            self.scheduleDelayedItemsLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()
        self.verticalScrollBar().setSingleStep(self.fontMetrics().height() * 2)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._sized()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._model.toggle(self.currentIndex())
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.start_wanted.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Nothing: single letters belong to the shortcuts."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self._press_box(event.position().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # The second press of two quick ones on a box is a press as well, and unfolds nothing.
        if event.button() is not Qt.MouseButton.LeftButton or not self._press_box(event.position().toPoint()):
            super().mouseDoubleClickEvent(event)

    def _press_box(self, at: QPoint) -> bool:
        index = self.indexAt(at)
        if not index.isValid() or index.column() != NAME:
            return False
        line = self.visualRect(index)
        box = self._delegate.box(line)
        # All of the line's height counts, so that the target is large enough.
        target = QRect(line.left(), line.top(), box.right() + spacing.TIGHT - line.left(), line.height())
        return target.contains(at) and self._model.toggle(index)

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: Index) -> None:
        super().drawRow(painter, options, index)
        current = self.currentIndex()
        if self.hasFocus() and current.isValid() and index.internalId() == current.internalId():
            # Last of all, so that the mark goes round the whole line.
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(style.colours().focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            line = QRectF(options.rect).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(line, spacing.RADIUS, spacing.RADIUS)
            painter.restore()

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        if not self._model.rowCount(index):
            return
        side = round(16 * style.look().scale)
        name = "down" if self.isExpanded(index) else "right"
        picture = icons.pixmap(name, style.colours().muted, side, self.devicePixelRatioF())
        left = rect.right() - (self.indentation() + side) // 2
        painter.drawPixmap(QPoint(left, rect.center().y() - side // 2 + 1), picture)


def _glyph(file: TravelFile) -> tuple[str, Tone]:
    if not file.can_come:
        return "link", Tone.NEUTRAL
    return ("ready", Tone.GOOD) if file.here else ("cloud", Tone.NEUTRAL)
