"""The rows of the Outbox under the headings of their states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QObject, QRect
from PySide6.QtWidgets import QStyleOptionViewItem

from app.domain.dates import clock_time, london_day, short_day
from app.views.row_pen import RowPen, at
from app.views.rows import Head, HeadedDelegate, HeadedModel
from app.views.style import spacing
from app.views.style.palette import Tone
from app.workspace.snapshots import OutboxRow, OutboxState

ORDER = (
    OutboxState.ATTENTION,
    OutboxState.DRAFT,
    OutboxState.QUEUED,
    OutboxState.SENDING,
    OutboxState.HELD,
    OutboxState.SENT,
    OutboxState.TAKEN_BACK,
)
"""What needs the person comes first; what is settled comes last."""

STATE_TONES = {
    OutboxState.ATTENTION: (Tone.BAD, "warning"),
    OutboxState.DRAFT: (Tone.NEUTRAL, "draft"),
    OutboxState.QUEUED: (Tone.INFO, "outbox"),
    OutboxState.SENDING: (Tone.INFO, "send"),
    OutboxState.HELD: (Tone.HOLD, "hold"),
    OutboxState.SENT: (Tone.GOOD, "done"),
    OutboxState.TAKEN_BACK: (Tone.NEUTRAL, "undo"),
}


class OutboxModel(HeadedModel[OutboxRow]):
    """Acts and drafts under the headings of their states."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._today: date | None = None

    def key(self, row: OutboxRow) -> str:
        """What names a row: its act, or the draft it is."""
        return row.act_id or row.draft_key

    def take(self, rows: Sequence[OutboxRow], today: date) -> bool:
        """Show these rows. True when order or number changed, so that the view starts anew."""
        self._today = today
        return self._arrange((state, [row for row in rows if row.state is state]) for state in ORDER)

    def when(self, row: OutboxRow) -> str:
        """``10:42`` today, ``Thu 12 Mar, 10:42`` before."""
        day = london_day(row.at)
        time = clock_time(row.at)
        return time if day == self._today else f"{short_day(day)}, {time}"

    def group_words(self, group: OutboxState) -> str:
        return {
            OutboxState.ATTENTION: self.tr("Needs attention"),
            OutboxState.DRAFT: self.tr("Drafts"),
            OutboxState.QUEUED: self.tr("Queued"),
            OutboxState.SENDING: self.tr("Sending"),
            OutboxState.HELD: self.tr("Held"),
            OutboxState.SENT: self.tr("Sent"),
            OutboxState.TAKEN_BACK: self.tr("Taken back"),
        }[group]

    def spoken(self, item: Head | OutboxRow) -> str:
        """What a screen reader says."""
        if isinstance(item, Head):
            return f"{self.group_words(item.group)}, {item.count}"
        compare = self.tr("two versions to compare") if item.compare else ""
        parts = (item.what, self.group_words(item.state), compare, item.why, self.when(item))
        return ", ".join(part for part in parts if part)


class OutboxDelegate(HeadedDelegate):
    """Paints one row: what it is, why it stands where it stands, and when."""

    _model: OutboxModel

    def row_height(self, line: int) -> int:
        return 2 * line + spacing.TIGHT + 2 * spacing.BASE

    def sign_of(self, group: Any) -> tuple[Tone, str]:
        return STATE_TONES[group]

    def paint_row(self, pen: RowPen, option: QStyleOptionViewItem, row: OutboxRow) -> None:
        rect: QRect = option.rect.adjusted(spacing.TIGHT, 1, -spacing.TIGHT, -1)
        pen.ground(rect, option.state, self._view.hasFocus())
        upper, lower = pen.halves(
            rect.adjusted(spacing.BASE, spacing.BASE - 2, -spacing.BASE, -(spacing.BASE - 2))
        )
        when = self._model.when(row)
        wide = pen.width(when)
        pen.text(at(upper, upper.right() - wide, wide + 1), when, pen.colours.muted)
        settled = row.state in (OutboxState.SENT, OutboxState.TAKEN_BACK)
        left = upper.left()
        if row.compare:
            left += pen.icon(left, upper, "compare", Tone.WARN) + spacing.TIGHT
        pen.text(
            at(upper, left, upper.right() - left - wide - spacing.ROOMY),
            row.what,
            pen.colours.text,
            bold=not settled,
        )
        ink = pen.colours.bad.ink if row.state is OutboxState.ATTENTION else pen.colours.muted
        pen.text(lower, row.why, ink)
