"""The Outbox in words: what waits, what was sent, what needs attention, and a readable copy of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from app.domain.acts import Act, OutcomeKind, SubmitReport
from app.domain.dates import moment
from app.workspace import drafts
from app.workspace.queries import words_for
from app.workspace.snapshots import OutboxRow, OutboxState

if TYPE_CHECKING:
    from app.models.work import DraftEntry, OutboxEntry, WorkStore

SHOWN_SENT = 200
"""How many settled acts the Outbox lists; older ones stay on record and can be found in their request."""

_STATES = {
    "queued": OutboxState.QUEUED,
    "sending": OutboxState.SENDING,
    "applied": OutboxState.SENT,
    "held": OutboxState.SENT,
    "conflict": OutboxState.ATTENTION,
    "rejected": OutboxState.ATTENTION,
    "blocked": OutboxState.ATTENTION,
    "taken_back": OutboxState.TAKEN_BACK,
}
_OUTCOMES = {kind.value: kind for kind in OutcomeKind}

Names = Callable[[str, str], tuple[str, int | None]]


class OutboxDesk:
    """``names``: how people call a request and a sample, from their ids."""

    def __init__(self, work: WorkStore, names: Names) -> None:
        self._work = work
        self._names = names

    def rows(self) -> tuple[OutboxRow, ...]:
        """Drafts first, then acts, newest first in each state."""
        found = [self._draft_row(draft) for draft in self._work.drafts()]
        found += [self._row(entry) for entry in reversed(self._shown())]
        order = {state: index for index, state in enumerate(OutboxState)}
        return tuple(sorted(found, key=lambda row: order[row.state]))

    def requests_needing_attention(self) -> frozenset[str]:
        return frozenset(entry.act.request_id for entry in self._needing_attention())

    def newly_refused(self) -> list[Act]:
        """Acts refused since this was last asked; each is told once."""
        told: list[str] = self._work.get("refusals told", [])
        entries = [entry for entry in self._needing_attention() if entry.state != "blocked"]
        new = [entry.act for entry in entries if entry.act.id not in told]
        if new:
            self._work.put("refusals told", [entry.act.id for entry in entries])
        return new

    def copy_of(self, identifier: str) -> bytes:
        """The whole text of an act or a draft, readable without this program."""
        for draft in self._work.drafts():
            if draft.key == identifier:
                return self._readable("Draft", draft.changed_at, dict(draft.body))
        entry = self._work.entry(identifier)
        told = json.loads(entry.payload)
        told.pop("pdf", None)
        return self._readable(self._words(entry.act), entry.recorded_at, told, entry.says)

    def _needing_attention(self) -> Iterable[OutboxEntry]:
        return self._work.entries(states=("conflict", "rejected", "blocked"))

    def _shown(self) -> list[OutboxEntry]:
        open_ones = self._work.entries(states=("queued", "sending", "conflict", "rejected", "blocked"))
        settled = self._work.entries(states=("applied", "held", "taken_back"), newest=SHOWN_SENT)
        return sorted((*open_ones, *settled), key=lambda entry: entry.seq)

    def _row(self, entry: OutboxEntry) -> OutboxRow:
        sample_id = getattr(entry.act.deed, "sample_id", "")
        state = _STATES[entry.state]
        return OutboxRow(
            act_id=entry.act.id,
            draft_key="",
            state=state,
            what=self._words(entry.act),
            why=self._why(entry),
            request_id=entry.act.request_id,
            sample_id=sample_id,
            at=entry.answered_at or entry.recorded_at,
            outcome=_OUTCOMES.get(entry.state),
            can_retry=entry.state == "blocked",
            can_take_back=entry.state == "queued" or state is OutboxState.ATTENTION,
            about_report=isinstance(entry.act.deed, SubmitReport),
        )

    def _why(self, entry: OutboxEntry) -> str:
        match entry.state:
            case "queued":
                return "Waits for the network." if not entry.says else entry.says
            case "sending":
                return "Sent; the service's answer is not here yet. It is asked again by itself."
            case "applied":
                return entry.says or "The service has it."
            case "taken_back":
                return entry.says or "You took it back before it was sent."
            case _:
                return entry.says

    def _draft_row(self, draft: DraftEntry) -> OutboxRow:
        kind, request_id, sample_id = drafts.place_of(draft.key)
        number, position = self._names(request_id, sample_id)
        where = f"Sample {position} of {number}" if position is not None else f"Request {number}"
        what = f"{where}: report being prepared" if kind == "report" else f"{where}: not recorded yet"
        return OutboxRow(
            act_id="",
            draft_key=draft.key,
            state=OutboxState.DRAFT,
            what=what,
            why="Saved on this computer. Open it to go on.",
            request_id=request_id,
            sample_id=sample_id,
            at=draft.changed_at,
            about_report=kind == "report",
        )

    def _words(self, act: Act) -> str:
        number, position = self._names(act.request_id, getattr(act.deed, "sample_id", ""))
        return words_for(act, position, number)

    @staticmethod
    def _readable(title: str, at: Any, told: dict[str, Any], says: str = "") -> bytes:
        lines = [title, moment(at)]
        if says:
            lines.append(f"The service said: {says}")
        for name, value in told.items():
            if isinstance(value, list):
                value = "\n  ".join(
                    item.get("text", "") if isinstance(item, dict) else str(item) for item in value
                )
            if value not in ("", None):
                lines.append(f"{name.replace('_', ' ').capitalize()}: {value}")
        return ("\n".join(lines) + "\n").encode()
