"""The Outbox in words: what waits, what was sent, what needs attention, and a readable copy of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.domain.acts import (
    Act,
    AddNote,
    LogCentreContact,
    OutcomeKind,
    RecordJudgement,
    SubmitReport,
    WithdrawJudgement,
)
from app.domain.dates import moment
from app.domain.review_deeds import ReviewDeed, SubmitVisitReport
from app.models.entries import UNREAD_CODES
from app.workspace import drafts
from app.workspace.conflicts import Conflicts
from app.workspace.own_files import FilesOfAct, files_state
from app.workspace.pictures import Pictures
from app.workspace.queries import place_words, words_for
from app.workspace.snapshots import OutboxRow, OutboxState, Reach
from app.workspace.visits import drafts as visit_drafts
from app.workspace.visits import words as visit_words

if TYPE_CHECKING:
    from app.models.work import DraftEntry, OutboxEntry, WorkStore

SHOWN_SENT = 200
"""How many settled acts the Outbox lists; older ones stay on record and can be found in their request."""

_STATES = {
    "queued": OutboxState.QUEUED,
    "sending": OutboxState.SENDING,
    "applied": OutboxState.SENT,
    "held": OutboxState.HELD,
    "conflict": OutboxState.ATTENTION,
    "rejected": OutboxState.ATTENTION,
    "blocked": OutboxState.ATTENTION,
    "taken_back": OutboxState.TAKEN_BACK,
}
_OUTCOMES = {kind.value: kind for kind in OutcomeKind}

_FORGOTTEN = "The service keeps it; its words are no longer on this computer."
_TAKEN_BACK = "You took it back before it was sent."

_WAITS = {
    Reach.ONLINE: "Is sent in a moment.",
    Reach.SYNCING: "Is sent in a moment.",
    Reach.OFFLINE: "Waits for the network.",
    Reach.SIGNED_OUT: "Waits until you have signed in again.",
}
"""Why an act that was not offered yet is not sent."""

_KINDS = {
    RecordJudgement.__name__: "a judgement",
    WithdrawJudgement.__name__: "a judgement taken back",
    AddNote.__name__: "a note",
    SubmitReport.__name__: "a moderation report",
    LogCentreContact.__name__: "a contact with the centre",
    **visit_words.FORGOTTEN,
}
"""What an act was whose words are no longer here."""

_FOR_PROGRAMS = ("base", "cites")
"""What a draft holds that says nothing to a reader."""

_REPORTS = (SubmitReport.__name__, SubmitVisitReport.__name__)


class OutboxDesk:
    """``pictures`` know how people call requests and samples; ``conflicts`` what waits for a decision."""

    def __init__(self, work: WorkStore, pictures: Pictures, conflicts: Conflicts) -> None:
        self._work = work
        self._pictures = pictures
        self._conflicts = conflicts
        self._mine: dict[str, bool] = {}

    def rows(self, files: Mapping[str, FilesOfAct], reach: Reach) -> tuple[OutboxRow, ...]:
        """Drafts first, then acts, newest first in each state.

        files: by act id, those that the service does not have. reach: on what an act waits that is not sent yet.
        """
        compared = frozenset(conflict.key for conflict in self._conflicts.known)
        self._mine = {}
        found = [self._draft_row(draft, compared) for draft in self._work.drafts()]
        for entry in reversed(self._shown(files)):
            row = self._row(entry, compared, reach)
            if entry.act_id in files and row.state is OutboxState.SENT:
                row = _without_files(row, files[entry.act_id])
            found.append(row)
        order = {state: index for index, state in enumerate(OutboxState)}
        return tuple(sorted(found, key=lambda row: order[row.state]))

    def requests_needing_attention(self) -> frozenset[str]:
        return frozenset(entry.request_id for entry in self._needing_attention())

    def newly_refused(self) -> list[Act]:
        """Acts refused since this was last asked; each is told once."""
        told: list[str] = self._work.get("refusals told", [])
        entries = [entry for entry in self._needing_attention() if entry.state != "blocked"]
        new = [entry.act for entry in entries if entry.act_id not in told]
        if new:
            self._work.put("refusals told", [entry.act_id for entry in entries])
        return new

    def left_behind(self) -> frozenset[str]:
        """Keys of drafts whose requests are no longer mine: no screen but the Outbox shows them."""
        kept = [draft.key for draft in self._work.drafts()]
        return frozenset(key for key in kept if not self._pictures.is_mine(drafts.place_of(key)[1]))

    def copy_of(self, identifier: str) -> bytes:
        """The whole text of an act or a draft, readable without this program."""
        for draft in self._work.drafts():
            if draft.key == identifier:
                told = {name: value for name, value in draft.body.items() if name not in _FOR_PROGRAMS}
                return self._readable("Draft", draft.changed_at, told)
        entry = self._work.entry(identifier)
        if entry.forgotten:
            return f"{self._words(entry)}\n{moment(entry.recorded_at)}\n{self._why(entry)}\n".encode()
        told = json.loads(entry.payload)
        told.pop("pdf", None)
        return self._readable(self._words(entry), entry.recorded_at, told, entry.says)

    def _needing_attention(self) -> Iterable[OutboxEntry]:
        if not self._work.counts().attention:
            return ()
        return self._work.entries(states=("conflict", "rejected", "blocked"))

    def _shown(self, files: Iterable[str]) -> list[OutboxEntry]:
        open_ones = self._work.entries(
            states=("queued", "sending", "held", "conflict", "rejected", "blocked")
        )
        settled = self._work.entries(states=("applied", "taken_back"), newest=SHOWN_SENT)
        # However many were settled since: what is not all sent is never passed over.
        listed = {entry.act_id for entry in (*open_ones, *settled)}
        others = [self._work.entry(act_id) for act_id in files if act_id not in listed]
        return sorted((*open_ones, *settled, *others), key=lambda entry: entry.seq)

    def _row(self, entry: OutboxEntry, compared: frozenset[str], reach: Reach) -> OutboxRow:
        state = _STATES[entry.state]
        return OutboxRow(
            act_id=entry.act_id,
            draft_key="",
            state=state,
            what=self._words(entry),
            why=self._why(entry, reach),
            request_id=entry.request_id,
            sample_id=_place_in(entry),
            at=entry.answered_at or entry.recorded_at,
            outcome=_OUTCOMES.get(entry.state),
            can_retry=entry.state == "blocked" or (entry.state == "rejected" and entry.code in UNREAD_CODES),
            can_take_back=entry.state == "queued" or state is OutboxState.ATTENTION,
            about_report=entry.kind in _REPORTS,
            about_visit=entry.kind in visit_words.FORGOTTEN,
            gone=self._is_gone(entry.request_id),
            compare=f"act/{entry.request_id}/{entry.act_id}" in compared,
        )

    def _why(self, entry: OutboxEntry, reach: Reach = Reach.OFFLINE) -> str:
        if entry.forgotten and entry.state == "taken_back":
            return f"{entry.says or _TAKEN_BACK} Its words are no longer on this computer."
        if entry.forgotten:
            return f"{_FORGOTTEN} {entry.says}".strip()
        match entry.state:
            case "queued":
                return entry.says or _WAITS[reach]
            case "sending":
                return "Sent; the service's answer is not here yet. It is asked again by itself."
            case "applied":
                return entry.says or "The service has it."
            case "held":
                return f"{entry.says} It is kept, and tried again by itself when the hold ends.".strip()
            case "taken_back":
                return entry.says or _TAKEN_BACK
            case _:
                return entry.says

    def _draft_row(self, draft: DraftEntry, compared: frozenset[str]) -> OutboxRow:
        kind, request_id, sample_id = drafts.place_of(draft.key)
        of_visit = kind in visit_drafts.KINDS
        gone = self._is_gone(request_id)
        number, position = self._pictures.names(request_id, "" if of_visit else sample_id)
        if of_visit:
            where = visit_drafts.review_place(number, sample_id if kind == visit_drafts.MEASURE else "")
        else:
            where = place_words(number, position)
        if gone:
            where = str(draft.body.get(drafts.WHERE, where))
        compare = f"{'report' if kind == 'report' else 'draft'}{draft.key[len(kind) :]}" in compared
        why = "Saved on this computer. Open it to go on."
        if gone:
            whose = "review" if of_visit else "request"
            why = (
                f"Not recorded; the {whose} is no longer yours. Export a copy if you need it, or discard it."
            )
        elif compare:
            why = "Changed elsewhere meanwhile. Compare both and choose."
        return OutboxRow(
            act_id="",
            draft_key=draft.key,
            state=OutboxState.DRAFT,
            what=_draft_words(kind, sample_id, where),
            why=why,
            request_id=request_id,
            sample_id=sample_id,
            at=draft.changed_at,
            about_report=kind == "report" or draft.key == visit_drafts.form_key(request_id, "report"),
            about_visit=of_visit,
            gone=gone,
            compare=compare,
        )

    def _is_gone(self, request_id: str) -> bool:
        """Whether a request is no longer mine; asked once for all its rows."""
        if request_id not in self._mine:
            self._mine[request_id] = self._pictures.is_mine(request_id)
        return not self._mine[request_id]

    def _words(self, entry: OutboxEntry) -> str:
        of_visit = entry.kind in visit_words.FORGOTTEN
        number, position = self._pictures.names(entry.request_id, "" if of_visit else _sample_of(entry))
        if entry.forgotten:
            where = visit_drafts.review_place(number) if of_visit else place_words(number, position)
            return f"{where}: {_KINDS.get(entry.kind, 'recorded')}"
        deed = entry.act.deed
        return (
            visit_words.words_of(deed, number)
            if isinstance(deed, ReviewDeed)
            else words_for(entry.act, position, number)
        )

    @staticmethod
    def _readable(title: str, at: Any, told: dict[str, Any], says: str = "") -> bytes:
        lines = [title, moment(at)]
        if says:
            lines.append(f"The service said: {says}")
        for name, value in told.items():
            if isinstance(value, list):
                value = "\n  ".join(
                    _item_words(item) if isinstance(item, dict) else str(item) for item in value
                )
            if value not in ("", None):
                lines.append(f"{name.replace('_', ' ').capitalize()}: {value}")
        return ("\n".join(lines) + "\n").encode()


def _item_words(item: Mapping[str, Any]) -> str:
    """An action with its owner and day as far as they are told, or the name of a file."""
    owner, due = item.get("owner", ""), item.get("due_on") or ""
    told = [item.get("text") or item.get("name", ""), owner, f"due {due}" if due else ""]
    if "essential" in item:
        told.insert(1, "essential" if item["essential"] else "recommended")
    return ", ".join(part for part in told if part)


def _without_files(row: OutboxRow, files: FilesOfAct) -> OutboxRow:
    """The service has the act; it is not all sent while it lacks a file of it."""
    state = OutboxState.ATTENTION if files.refused else OutboxState.SENDING
    why = files_state(files, "the evidence" if row.about_visit else "the note")
    return replace(row, state=state, why=why, can_retry=bool(files.refused))


def _draft_words(kind: str, name: str, where: str) -> str:
    if kind in visit_drafts.KINDS:
        return visit_words.draft_words(kind, name, where)
    return f"{where}: report being prepared" if kind == "report" else f"{where}: not recorded yet"


def _place_in(entry: OutboxEntry) -> str:
    """Where in its request or review an act is at home: a sample, a measure, or empty for the whole."""
    if entry.kind not in visit_words.FORGOTTEN:
        return _sample_of(entry)
    deed = None if entry.forgotten else entry.act.deed
    return visit_words.code_of(deed) if isinstance(deed, ReviewDeed) else ""


def _sample_of(entry: OutboxEntry) -> str:
    """The sample an act is about, or empty. An act on the whole request has the request for its target."""
    return entry.target if entry.target != entry.request_id else ""
