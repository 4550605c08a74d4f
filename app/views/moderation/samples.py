"""The samples of a request: position, learner, unit, how each stands, and what of it is still unsent or unsaved."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.moderation import Decision, Standing
from app.views.moderation.words import sample_sign
from app.views.row_pen import RowPen, at
from app.views.rows import Index, RowList
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.words import plain_tip
from app.workspace.snapshots import SampleSheet

SHEET = int(Qt.ItemDataRole.UserRole)


class SampleModel(QAbstractListModel):
    """The samples as rows; holds snapshots and says in words what each row shows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheets: tuple[SampleSheet, ...] = ()

    @property
    def sheets(self) -> tuple[SampleSheet, ...]:
        return self._sheets

    def show_sheets(self, sheets: tuple[SampleSheet, ...]) -> None:
        """Take over newer snapshots; the same samples in the same order keep the selection."""
        if [s.sample.id for s in sheets] == [s.sample.id for s in self._sheets]:
            self._sheets = sheets
            if sheets:
                self.dataChanged.emit(self.index(0), self.index(len(sheets) - 1))
            return
        self.beginResetModel()
        self._sheets = sheets
        self.endResetModel()

    def row_of(self, sample_id: str) -> int:
        """Row of a sample, -1 when it is not here."""
        return next((row for row, s in enumerate(self._sheets) if s.sample.id == sample_id), -1)

    def state_words(self, sheet: SampleSheet, *, short: bool = False) -> str:
        """How a sample stands, in words."""
        if sheet.standing is Standing.DISPUTED:
            return self.tr("Two judgements")
        if sheet.judgement is None:
            return self.tr("Not judged")
        if short and sheet.judgement.decision is Decision.FURTHER_EVIDENCE:
            return self.tr("Further evidence")
        if short and sheet.judgement.decision is Decision.SUSPECTED_MALPRACTICE:
            return self.tr("Suspicion")
        return sheet.judgement.decision.words

    def unit_words(self, sheet: SampleSheet) -> str:
        return self.tr("Unit {code}").format(code=sheet.sample.unit_code)

    def marks(self, sheet: SampleSheet) -> list[tuple[str, str]]:
        """Glyph and words of what is unfinished or unsent."""
        found = []
        if sheet.meanwhile:
            found.append(("warning", self.tr("changed elsewhere, to be compared")))
        if sheet.draft is not None:
            found.append(("draft", self.tr("unrecorded draft")))
        if sheet.pending:
            found.append(("outbox", self.tr("waits to be sent")))
        return found

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._sheets)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self._sheets):
            return None
        sheet = self._sheets[index.row()]
        sample = sheet.sample
        if role == SHEET:
            return sheet
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{sample.position}  {sample.learner_name}"
        if role == Qt.ItemDataRole.ToolTipRole:
            marks = "".join(f" · {words}" for _, words in self.marks(sheet))
            lines = (
                f"{sample.learner_name} ({sample.learner_number})",
                f"{sample.unit_code} {sample.unit_title}",
                self.state_words(sheet) + marks,
                self.tr("Why sampled: {reason}").format(reason=sample.reason),
            )
            return plain_tip("\n".join(lines))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = [
                self.tr("Sample {number}").format(number=sample.position),
                sample.learner_name,
                f"{sample.unit_code} {sample.unit_title}",
                self.state_words(sheet),
                *(words for _, words in self.marks(sheet)),
            ]
            return ", ".join(parts)
        return None


class SampleRow(QStyledItemDelegate):
    """Paints a sample in two lines; heights follow the size of the text."""

    def __init__(self, view: SampleList, model: SampleModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = self._view.fontMetrics().height()
        return QSize(120, 2 * line + 2 * spacing.SNUG + spacing.TIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        sheet = index.data(SHEET)
        if not isinstance(sheet, SampleSheet):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = RowPen(painter, self._view)
        here = option.rect.adjusted(2, 1, -2, -1)
        pen.ground(here, option.state, focused=False)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(pen.colours.accent))
            painter.drawRoundedRect(QRectF(here.left(), here.top() + 6, 3, here.height() - 12), 1.5, 1.5)
        upper, lower = pen.halves(here.adjusted(spacing.BASE, spacing.TIGHT, -spacing.SNUG, -spacing.TIGHT))
        self._paint_person(pen, upper, sheet)
        self._paint_state(pen, lower, sheet)
        painter.restore()

    def _paint_person(self, pen: RowPen, line: QRect, sheet: SampleSheet) -> None:
        """Position and learner, and the marks of what is unsaved or unsent at the end."""
        number = pen.width("00") + spacing.SNUG
        pen.text(at(line, line.left(), number), str(sheet.sample.position), pen.colours.muted)
        end = line.right()
        for name, _ in self._model.marks(sheet):
            tone = Tone.WARN if name == "warning" else Tone.INFO
            end -= pen.icon(end - pen.icon_side, line, name, tone) + spacing.TIGHT
        left = line.left() + number
        pen.text(at(line, left, end - left), sheet.sample.learner_name, pen.colours.text, bold=True)

    def _paint_state(self, pen: RowPen, line: QRect, sheet: SampleSheet) -> None:
        """The unit's code, and how the sample stands; where both do not fit, the state has the line."""
        sign = sample_sign(sheet)
        words, unit = self._model.state_words(sheet, short=True), self._model.unit_words(sheet)
        left = line.left() + pen.width("00") + spacing.SNUG
        room = line.right() - left
        state = pen.icon_side + spacing.TIGHT + pen.width(words) + 2
        if pen.width(unit) + spacing.SNUG + state <= room:
            pen.text(at(line, left, room - state), unit, pen.colours.muted)
            left = line.right() - state
        pen.icon(left, line, sign.icon, sign.tone)
        left += pen.icon_side + spacing.TIGHT
        pen.text(at(line, left, line.right() - left), words, pen.colours.tone(sign.tone).ink)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """A press on the mark of two versions, which is the first from the right, goes to compare them."""
        sheet = index.data(SHEET)
        if (
            isinstance(sheet, SampleSheet)
            and sheet.meanwhile
            and isinstance(event, QMouseEvent)
            and event.type() == QEvent.Type.MouseButtonRelease
            and event.position().x() > option.rect.right() - max(spacing.TARGET, 2 * spacing.ICON)
        ):
            self._view.compare_wanted.emit(sheet.sample.id)
            return True
        return super().editorEvent(event, model, option, index)


class SampleList(RowList):
    """The list of samples. chosen(sample_id): the person moved to another one.

    compare_wanted(sample_id): the mark was pressed that says that two versions of it are to be compared.
    """

    chosen = Signal(str)
    compare_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("benchSamples", self.tr("Samples"), parent=parent)
        self._model = SampleModel(self)
        self.setModel(self._model)
        self.setItemDelegate(SampleRow(self, self._model))
        self.setUniformItemSizes(True)
        self.setMinimumWidth(150)
        self._told = ""
        self.selectionModel().currentChanged.connect(self._current_changed)

    @property
    def sample_id(self) -> str:
        """The chosen sample, or empty."""
        sheet = self.currentIndex().data(SHEET)
        return sheet.sample.id if isinstance(sheet, SampleSheet) else ""

    def show_sheets(self, sheets: tuple[SampleSheet, ...]) -> None:
        """Newer snapshots; the chosen sample stays chosen as long as it exists."""
        kept = self.sample_id
        self._told = kept  # putting the choice back is no choice of the person's
        self._model.show_sheets(sheets)
        if kept and self.sample_id != kept:
            self.choose(kept)

    def choose(self, sample_id: str) -> bool:
        """Choose a sample; False when it is not here."""
        row = self._model.row_of(sample_id)
        if row < 0:
            return False
        index = self._model.index(row)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)
        return True

    def forget(self) -> None:
        """Another request is coming: no sample is chosen any more."""
        self._told = ""
        self._model.show_sheets(())

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        sheet = current.data(SHEET)
        now = sheet.sample.id if isinstance(sheet, SampleSheet) else ""
        if now and now != self._told:
            self._told = now
            self.chosen.emit(now)
