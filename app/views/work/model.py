"""The rows of the Work list under their group headings: ids and snapshots, nothing live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt

from app.domain.clocks import ClockState
from app.views.due_rows import DueModel
from app.views.rows import Head, Index
from app.views.style.palette import Tone
from app.views.words import plain_tip
from app.workspace.snapshots import Group, Offline, SyncMark, WorkRow

GROUP_TONES = {
    Group.OVERDUE: (Tone.BAD, "overdue"),
    Group.DUE_SOON: (Tone.WARN, "clock"),
    Group.IN_MODERATION: (Tone.INFO, "work"),
    Group.ON_HOLD: (Tone.HOLD, "hold"),
    Group.WAITING_FOR_CENTRE: (Tone.NEUTRAL, "waiting"),
    Group.DONE: (Tone.GOOD, "done"),
}
"""Colour and glyph of each group; its words always stand beside them."""

_CLOCK_TONES = {
    ClockState.OVERDUE: (Tone.BAD, "overdue"),
    ClockState.DUE_SOON: (Tone.WARN, "clock"),
    ClockState.RUNNING: (Tone.NEUTRAL, "clock"),
    ClockState.FROZEN: (Tone.HOLD, "hold"),
    ClockState.NOT_STARTED: (Tone.NEUTRAL, "waiting"),
    ClockState.STOPPED: (Tone.GOOD, "done"),
}


class WorkModel(DueModel[WorkRow]):
    """My requests in their groups, as far as they pass the filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[WorkRow, ...] = ()
        self._haystacks: dict[str, tuple[WorkRow, str]] = {}
        self._needles: tuple[str, ...] = ()

    # -- what the view asks -----------------------------------------------------------------------------------

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if role == Qt.ItemDataRole.ToolTipRole and index.isValid():
            row = self.row_at(index)
            return plain_tip("\n".join(self.lines(row))) if row is not None else None
        return super().data(index, role)

    def key(self, row: WorkRow) -> str:
        return row.request_id

    # -- what the screen does ---------------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[WorkRow, ...]:
        """All requests, whatever is filtered."""
        return self._rows

    def take(self, rows: Sequence[WorkRow]) -> bool:
        """Show these rows. True when the order or number changed, so that the view starts anew."""
        self._rows = tuple(rows)
        return self._show()

    def filter(self, text: str) -> bool:
        """Show only requests in which every word typed occurs. True when the view starts anew."""
        needles = tuple(text.casefold().split())
        if needles == self._needles:
            return False
        self._needles = needles
        return self._show()

    def _show(self) -> bool:
        by_group: dict[Group, list[WorkRow]] = {group: [] for group in Group}
        for row in self._rows:
            if not self._needles or self._matches(row):
                by_group[row.group].append(row)
        return self._arrange(by_group.items())

    def _matches(self, row: WorkRow) -> bool:
        known = self._haystacks.get(row.request_id)
        if known is None or known[0] is not row:
            # Made when something is searched for: most readings of the list are never filtered.
            known = self._haystacks[row.request_id] = (row, _haystack(row, self.group_words(row.group)))
        return all(needle in known[1] for needle in self._needles)

    # -- words ------------------------------------------------------------------------------------------------

    def group_words(self, group: Group) -> str:
        return {
            Group.OVERDUE: self.tr("Overdue"),
            Group.DUE_SOON: self.tr("Due soon"),
            Group.IN_MODERATION: self.tr("In moderation"),
            Group.ON_HOLD: self.tr("On hold"),
            Group.WAITING_FOR_CENTRE: self.tr("Waiting for centre"),
            Group.DONE: self.tr("Done"),
        }[group]

    def judged(self, row: WorkRow) -> tuple[int, int] | None:
        return None if row.update_needed else (row.judged, row.samples)

    def judged_words(self, row: WorkRow) -> str:
        if not row.samples:
            return self.tr("No samples yet")
        return self.tr("{judged}/{samples} judged").format(judged=row.judged, samples=row.samples)

    def due(self, row: WorkRow) -> tuple[str, str, Tone, str]:
        """When it is due: two short lines, their tone and glyph."""
        if row.update_needed:
            return self.tr("Needs a newer Touchstone"), self.tr("Update to open it"), Tone.INFO, "info"
        tone, icon = _CLOCK_TONES[row.clock.state]
        if row.clock.state is ClockState.STOPPED:
            hold = self.hold_words(row)
            second = _capital(row.clock.words) if row.open_until else hold
            return row.state_words, second, Tone.HOLD if hold else tone, "hold" if hold else icon
        first, _, second = row.clock.words.partition(", ")
        return _capital(first), second, tone, icon

    def hold_words(self, row: WorkRow) -> str:
        return self.tr("Held for certification") if row.certification_hold else ""

    def offline(self, row: WorkRow) -> tuple[str, Tone, str]:
        """How much evidence lies here: words, tone, glyph."""
        return {
            Offline.NONE: (self.tr("Not downloaded"), Tone.NEUTRAL, "cloud"),
            Offline.PARTLY: (self.tr("Partly downloaded"), Tone.WARN, "download"),
            Offline.READY: (self.tr("On this computer"), Tone.GOOD, "ready"),
        }[row.offline]

    def mark(self, row: WorkRow) -> tuple[str, Tone, str]:
        """How my own work on it stands with the service: words, tone, glyph; words are empty when all is sent."""
        return {
            SyncMark.SYNCED: ("", Tone.GOOD, "check"),
            SyncMark.WAITING: (self.tr("Waiting to be sent"), Tone.INFO, "outbox"),
            SyncMark.ATTENTION: (self.tr("Needs attention"), Tone.BAD, "warning"),
        }[row.mark]

    def title(self, row: WorkRow) -> str:
        return row.centre or self.tr("A request this version cannot read")

    def subtitle(self, row: WorkRow) -> str:
        return " · ".join(part for part in (row.number, row.qualification) if part)

    def lines(self, row: WorkRow) -> list[str]:
        """Everything a row says, for tool tip and screen reader."""
        first, second, _, _ = self.due(row)
        parts = [
            self.title(row),
            self.subtitle(row),
            self.judged_words(row),
            f"{first}, {second}" if second else first,
            self.hold_words(row) if row.open_until else "",
            self.offline(row)[0],
            self.mark(row)[0],
        ]
        return [part for part in parts if part]

    def spoken(self, item: Head | WorkRow) -> str:
        """What a screen reader says for a row or a heading."""
        if isinstance(item, Head):
            words = self.group_words(item.group)
            return (
                self.tr("{group}, 1 request").format(group=words)
                if item.count == 1
                else self.tr("{group}, {count} requests").format(group=words, count=item.count)
            )
        return ", ".join(self.lines(item))


def _haystack(row: WorkRow, group: str) -> str:
    return f"{row.number} {row.centre} {row.qualification} {row.state_words} {group}".casefold()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
