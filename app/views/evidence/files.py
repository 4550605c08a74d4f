"""The evidence of a sample and of its request as a list by kind (M-42); what is missing is told, not left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.evidence import ONCE_PER_UNIT, EvidenceKind, missing_evidence
from app.views import style
from app.views.row_pen import RowPen, at
from app.views.rows import Index, RowList
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.words import plain_tip
from app.views.work.sizes import size_words
from app.workspace.snapshots import EvidenceItem, RequestSheet, SampleSheet

ROW = int(Qt.ItemDataRole.UserRole)

ROOM_FOR_KINDS = 18
"""In widths of an "n": from so much room on, the kind stands before the name."""

ROOM_FOR_NAME = 14
"""In widths of an "n": what a longer name keeps before size and scope may stand beside it."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file or a mere link, or (``item`` None) a kind of evidence that is missing or not applicable."""

    kind: EvidenceKind
    item: EvidenceItem | None
    not_applicable: str = ""
    first_of_kind: bool = True
    of_request: bool = False

    @property
    def key(self) -> str:
        """What the row is found again by."""
        return self.item.evidence.id if self.item is not None else f"kind:{self.kind}"

    @property
    def is_file(self) -> bool:
        return self.item is not None

    @property
    def is_link(self) -> bool:
        """Whether it lies on the centre's own platform alone."""
        return self.item is not None and self.item.evidence.link_only

    @property
    def is_missing(self) -> bool:
        return self.item is None and not self.not_applicable


def rows_for(request: RequestSheet, sheet: SampleSheet | None) -> tuple[FileRow, ...]:
    """Everything that counts for a sample, kind by kind: its own files, its unit's briefs, the request's files.

    A link stands beside them; whether it is enough is for the rule on what is missing to say (M-43, M-44).
    """
    theirs = _items_for(request, sheet)
    everything = [item for one in request.samples for item in one.evidence] + list(request.evidence)
    lacking = missing_evidence(
        [one.sample for one in request.samples], [item.evidence for item in everything]
    )
    concerned = {"", sheet.sample.id, sheet.sample.unit_code} if sheet is not None else {""}
    missing = {kind for kind, what in lacking if what in concerned}
    rows: list[FileRow] = []
    for kind in EvidenceKind:
        found = [item for item in theirs if item.evidence.kind is kind]
        files = [item for item in found if item.evidence.sha256]
        links = [item for item in found if item.evidence.link_only]
        for number, item in enumerate((*files, *links)):
            rows.append(FileRow(kind, item, "", number == 0, not item.evidence.sample_id))
        if files:
            continue
        reasons = [item.evidence.not_applicable for item in found if item.evidence.not_applicable.strip()]
        if reasons:
            rows.append(FileRow(kind, None, reasons[0], not links))
        elif kind in missing:
            rows.append(FileRow(kind, None, "", not links))
    return tuple(rows)


def _items_for(request: RequestSheet, sheet: SampleSheet | None) -> list[EvidenceItem]:
    if sheet is None:
        return list(request.evidence)
    of_unit = [
        item
        for other in request.samples
        if other.sample.id != sheet.sample.id and other.sample.unit_code == sheet.sample.unit_code
        for item in other.evidence
        if item.evidence.kind in ONCE_PER_UNIT
    ]
    return [*sheet.evidence, *of_unit, *request.evidence]


class FileModel(QAbstractListModel):
    """The rows, and their words for people and for screen readers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[FileRow, ...] = ()

    @property
    def rows(self) -> tuple[FileRow, ...]:
        return self._rows

    def show_rows(self, rows: tuple[FileRow, ...]) -> None:
        if [row.key for row in rows] == [row.key for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def name(self, row: FileRow) -> str:
        if row.item is not None:
            return row.item.evidence.name or row.item.evidence.url
        if row.not_applicable:
            return self.tr("Not applicable: {reason}").format(reason=row.not_applicable)
        return self.tr("Missing")

    def state(self, row: FileRow) -> str:
        if row.item is None:
            return ""
        if row.is_link:
            return self.tr("Only a link")
        size = size_words(row.item.evidence.size)
        return size if row.item.here else self.tr("Not downloaded · {size}").format(size=size)

    def scope(self, row: FileRow) -> str:
        return self.tr("whole request") if row.of_request else ""

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self.name(row)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            parts = (row.kind.words, self.name(row), self.scope(row), self.state(row))
            told = ", ".join(part for part in parts if part)
            return plain_tip(told) if role == Qt.ItemDataRole.ToolTipRole else told
        return None


class FileRowPainter(QStyledItemDelegate):
    """One line: kind, glyph and name, and at the end size or what is wanting."""

    def __init__(self, view: FileList, model: FileModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, self._view.fontMetrics().height() + spacing.SNUG + spacing.HAIR)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW)
        if not isinstance(row, FileRow):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = RowPen(painter, self._view)
        shades = pen.colours
        here = option.rect.adjusted(2, 0, -2, 0)
        pen.ground(here, option.state, focused=False)
        line = here.adjusted(spacing.SNUG, 0, -spacing.SNUG, 0)
        has_kinds = line.width() >= ROOM_FOR_KINDS * pen.em
        kinds = min(line.width() // 3, pen.width("Special-consideration evidence") + spacing.SNUG)
        if row.first_of_kind and has_kinds:
            pen.text(at(line, line.left(), kinds - spacing.SNUG), row.kind.words, shades.muted)
        left = line.left() + (kinds if has_kinds else 0)
        glyph, tone, ink = self._look(row)
        # What is missing, or not asked for, is named by its kind where that does not stand before it.
        name = self._model.name(row) if has_kinds or row.item is not None else row.kind.words
        left += pen.icon(left, line, glyph, tone) + spacing.TIGHT + 2
        end = line.right()
        state = self._model.state(row)
        scope = self._model.scope(row)
        least = min(pen.width(name), ROOM_FOR_NAME * pen.em) + spacing.BASE
        if state and pen.width(state) < end - left - least:
            end -= pen.width(state) + 2
            pen.text(at(line, end, pen.width(state) + 2), state, shades.muted)
            end -= spacing.BASE
        if scope and pen.width(scope) < end - left - least:
            end -= pen.width(scope) + 2
            pen.text(at(line, end, pen.width(scope) + 2), scope, shades.muted)
            end -= spacing.BASE
        pen.text(at(line, left, end - left), name, ink, middle=row.item is not None)
        painter.restore()

    def _look(self, row: FileRow) -> tuple[str, Tone, str]:
        shades = style.colours()
        if row.is_missing:
            return "warning", Tone.WARN, shades.warn.ink
        if row.item is None:
            return "minus", Tone.NEUTRAL, shades.muted
        if row.is_link:
            return "link", Tone.NEUTRAL, shades.text
        if not row.item.here:
            return "cloud", Tone.NEUTRAL, shades.text
        return "file", Tone.INFO, shades.text


class FileList(RowList):
    """The list. chosen(key): the person moved to another row."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("evidenceFiles", self.tr("Evidence files"), parent=parent)
        self._model = FileModel(self)
        self.setModel(self._model)
        self.setItemDelegate(FileRowPainter(self, self._model))
        self.setUniformItemSizes(True)
        self._told = ""
        self.selectionModel().currentChanged.connect(self._current_changed)

    @property
    def rows(self) -> tuple[FileRow, ...]:
        return self._model.rows

    @property
    def row(self) -> FileRow | None:
        """The chosen row."""
        found = self.currentIndex().data(ROW)
        return found if isinstance(found, FileRow) else None

    def show_rows(self, rows: tuple[FileRow, ...]) -> None:
        """Newer rows; the chosen one stays chosen as long as it exists, and ``chosen`` stays silent."""
        kept = self.row.key if self.row is not None else ""
        self._told = kept
        self._model.show_rows(rows)
        if kept and (self.row is None or self.row.key != kept):
            self.choose(kept, silently=True)

    def choose(self, key: str, *, silently: bool = False) -> bool:
        """Choose a row; False when it is not here."""
        place = next((n for n, row in enumerate(self.rows) if row.key == key), -1)
        if place < 0:
            return False
        if silently:
            self._told = key
        index = self._model.index(place)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)
        return True

    def choose_none(self) -> None:
        """Something else is shown: a click on any row brings that row back."""
        self._told = ""
        self.selectionModel().clear()

    def step(self, direction: int) -> bool:
        """Choose the next (1) or previous (-1) file, passing over what is missing; False at either end."""
        place = self.currentIndex().row() if self.currentIndex().isValid() else -1
        order = range(place + 1, len(self.rows)) if direction > 0 else range(place - 1, -1, -1)
        following = next((self.rows[n].key for n in order if self.rows[n].is_file), "")
        return bool(following) and self.choose(following)

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height() + spacing.SNUG + spacing.HAIR
        return QSize(240, line * max(2, min(5, len(self.rows))) + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 2 * (self.fontMetrics().height() + spacing.SNUG) + 8)

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = current.data(ROW)
        key = row.key if isinstance(row, FileRow) else ""
        if key and key != self._told:
            self._told = key
            self.chosen.emit(key)
