"""The rows of the Visits list under their group headings: ids and snapshots, nothing live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt

from app.domain import dates
from app.views.due_rows import DueDelegate, DueModel
from app.views.rows import Head, Index
from app.views.style.palette import Tone
from app.views.words import plain_tip
from app.workspace.snapshots import Offline, SyncMark
from app.workspace.visits.snapshots import VisitGroup, VisitRow

GROUP_TONES = {
    VisitGroup.TO_CONTACT: (Tone.WARN, "person"),
    VisitGroup.ARRANGING: (Tone.INFO, "clock"),
    VisitGroup.AGREED: (Tone.INFO, "visits"),
    VisitGroup.UNDER_REVIEW: (Tone.INFO, "work"),
    VisitGroup.BLOCK_TO_DECIDE: (Tone.HOLD, "lock"),
    VisitGroup.DONE: (Tone.GOOD, "done"),
}
"""Colour and glyph of each group; its words always stand beside them."""


class VisitsModel(DueModel[VisitRow]):
    """My reviews in their groups, as far as they pass the filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[VisitRow, ...] = ()
        self._needles: tuple[str, ...] = ()

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if role == Qt.ItemDataRole.ToolTipRole and index.isValid():
            row = self.row_at(index)
            return plain_tip("\n".join(self.lines(row))) if row is not None else None
        return super().data(index, role)

    @property
    def rows(self) -> tuple[VisitRow, ...]:
        """All reviews, whatever is filtered."""
        return self._rows

    def take(self, rows: Sequence[VisitRow]) -> bool:
        """Show these rows. True when the order or number changed, so that the view starts anew."""
        self._rows = tuple(rows)
        return self._show()

    def filter(self, text: str) -> bool:
        """Show only reviews in which every word typed occurs. True when the view starts anew."""
        needles = tuple(text.casefold().split())
        if needles == self._needles:
            return False
        self._needles = needles
        return self._show()

    def _show(self) -> bool:
        by_group: dict[VisitGroup, list[VisitRow]] = {group: [] for group in VisitGroup}
        for row in self._rows:
            words = " ".join(
                (row.number, row.centre, row.kind.words, row.year, row.state_words, row.reviewer)
            )
            if all(needle in words.casefold() for needle in self._needles):
                by_group[row.group].append(row)
        return self._arrange(by_group.items())

    # -- words ------------------------------------------------------------------------------------------------

    def key(self, row: VisitRow) -> str:
        return row.review_id

    def group_words(self, group: VisitGroup) -> str:
        return group.words

    def title(self, row: VisitRow) -> str:
        return row.centre

    def subtitle(self, row: VisitRow) -> str:
        day = dates.day(row.visit_on) if row.visit_on is not None else ""
        kind = "" if row.update_needed else row.kind.words
        return " · ".join(part for part in (row.number, kind, row.year, day) if part)

    def judged(self, row: VisitRow) -> tuple[int, int] | None:
        return None if row.update_needed or not row.held else (row.judged, row.measures)

    def judged_words(self, row: VisitRow) -> str:
        if not row.measures:
            return row.state_words
        return self.tr("{judged}/{measures} judged").format(judged=row.judged, measures=row.measures)

    def due(self, row: VisitRow) -> tuple[str, str, Tone, str]:
        """What is to be done next, and how the Engagement Document stands: the more urgent one first."""
        if row.update_needed:
            return self.tr("Needs a newer Touchstone"), self.tr("Update to open it"), Tone.INFO, "info"
        task = row.task or row.state_words
        if row.group is VisitGroup.DONE:
            return task, row.ced_words if row.ced_late else "", Tone.GOOD, "done"
        if row.ced_late:
            return row.ced_words, task, Tone.BAD, "overdue"
        return task, row.ced_words, Tone.WARN if row.task_due else Tone.NEUTRAL, "clock"

    def offline(self, row: VisitRow) -> tuple[str, Tone, str]:
        if not row.held:
            return self.tr("Not downloaded"), Tone.NEUTRAL, "cloud"
        return {
            Offline.NONE: (self.tr("Files not downloaded"), Tone.NEUTRAL, "cloud"),
            Offline.PARTLY: (self.tr("Partly downloaded"), Tone.WARN, "download"),
            Offline.READY: (self.tr("On this computer"), Tone.GOOD, "ready"),
        }[row.offline]

    def mark(self, row: VisitRow) -> tuple[str, Tone, str]:
        return {
            SyncMark.SYNCED: ("", Tone.GOOD, "check"),
            SyncMark.WAITING: (self.tr("Waiting to be sent"), Tone.INFO, "outbox"),
            SyncMark.ATTENTION: (self.tr("Needs attention"), Tone.BAD, "warning"),
        }[row.mark]

    def lines(self, row: VisitRow) -> list[str]:
        """Everything a row says, for tool tip and screen reader."""
        first, second, _, _ = self.due(row)
        parts = [
            self.title(row),
            self.subtitle(row),
            row.scope.words,
            self.judged_words(row),
            first,
            second,
            row.reviewer,
            self.offline(row)[0],
            self.mark(row)[0],
        ]
        return list(dict.fromkeys(part for part in parts if part))

    def spoken(self, item: Head | VisitRow) -> str:
        if isinstance(item, Head):
            words = self.group_words(item.group)
            return self.tr("{group}, {count}").format(group=words, count=item.count)
        return ", ".join(self.lines(item))


class VisitsDelegate(DueDelegate):
    """A review."""

    due_width, marks_width = 56, 23

    def sign_of(self, group: Any) -> tuple[Tone, str]:
        return GROUP_TONES[group]
