"""What screens show: plain, frozen pictures of the desk. Windows hold these and ids, never live objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.domain.acts import OutcomeKind
from app.domain.attached import AttachedFile
from app.domain.clocks import ClockReading
from app.domain.evidence import Evidence
from app.domain.judging import Missing
from app.domain.moderation import (
    Decision,
    IssuedReport,
    Judgement,
    ModerationRequest,
    Note,
    Outcome,
    Sample,
    Standing,
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What an operation changed, so that screens redraw only that.

    requests: ids of moderation requests and reviews whose records, drafts or pending acts changed.
    outbox, work: whether the Outbox or the Work list must be read again.
    said: what to tell the person in passing, such as "Sample 7: Agreed"; may be empty.
    undo: id of the act that *Undo* would take back, or empty.
    """

    requests: frozenset[str] = frozenset()
    outbox: bool = False
    work: bool = False
    said: str = ""
    undo: str = ""

    @classmethod
    def of(cls, root: str, said: str = "", undo: str = "") -> Changes:
        """What an act in one request or review changes."""
        return cls(frozenset({root}), outbox=True, work=True, said=said, undo=undo)

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.requests | other.requests,
            self.outbox or other.outbox,
            self.work or other.work,
            other.said or self.said,
            other.undo or self.undo,
        )


class Group(StrEnum):
    """The groups of the Work list, in the order in which they are shown."""

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    IN_MODERATION = "in_moderation"
    ON_HOLD = "on_hold"
    WAITING_FOR_CENTRE = "waiting_for_centre"
    DONE = "done"


class Offline(StrEnum):
    """How much of a request's evidence lies on this laptop."""

    NONE = "none"
    PARTLY = "partly"
    READY = "ready"


class SyncMark(StrEnum):
    """How a request's own work stands with the service."""

    SYNCED = "synced"
    WAITING = "waiting"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One moderation request in the Work list, with my pending acts counted in.

    open_until: the last day on which a returned one may be re-submitted (M-61).
    update_needed: the record needs a newer Touchstone; then only ``request_id`` is to be trusted.
    """

    request_id: str
    number: str
    centre: str
    qualification: str
    state_words: str
    judged: int
    samples: int
    clock: ClockReading
    group: Group
    offline: Offline
    mark: SyncMark
    certification_hold: bool = False
    open_until: date | None = None
    update_needed: bool = False


@dataclass(frozen=True, slots=True)
class DraftBase:
    """What stood for a sample when its typing began, so that a later change of it is noticed.

    stands: ids of the judgements that stood: none, one, or several side by side. The rest is what the one of them
    said; blank for none or several. merged: by field what was taken over from others meanwhile, in words.
    """

    stands: tuple[str, ...] = ()
    decision: Decision | None = None
    rationale: str = ""
    actions: tuple[str, ...] = ()
    merged: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class JudgementDraft:
    """What is typed but not yet recorded for one sample; saved as one types. ``note``: an unfinished note.

    base: what it stands on; None for a draft of an earlier version, which is taken as it is.
    files: what was added to the unfinished note; it lies on this computer already.
    """

    decision: Decision | None = None
    rationale: str = ""
    actions: tuple[str, ...] = ()
    note: str = ""
    base: DraftBase | None = field(default=None, compare=False)
    files: tuple[AttachedFile, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.judges or self.note.strip() or self.files)

    @property
    def judges(self) -> bool:
        """Whether it holds something of a judgement, and not a note alone."""
        return self.decision is not None or bool(
            self.rationale.strip() or any(action.strip() for action in self.actions)
        )


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """The report as it is being prepared: the moderator's outcome (None: as proposed) and summary.

    since: the report that had been issued last when this one was begun, or empty; None when that is not known.
    """

    outcome: Outcome | None = None
    summary: str = ""
    since: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One file of evidence; ``here``: it lies complete and verified on this laptop.

    shown_inside: the viewer can show it; otherwise it is handed to the system after a question.
    """

    evidence: Evidence
    here: bool
    shown_inside: bool


@dataclass(frozen=True, slots=True)
class NoteFile:
    """One file of a note. ``state``: in words, such as that it waits to be sent, or is not downloaded."""

    item: EvidenceItem
    state: str


@dataclass(frozen=True, slots=True)
class AsideText:
    """A text that was not chosen when two versions met. ``where``: the field it stood in, in words."""

    where: str
    text: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """One sample with all that is known of it on this desk, pending acts laid over the cache.

    judgement: the one that stands (None: not judged, or disputed); ``pending``: it waits in the outbox.
    history: all judgements of the sample, oldest first, superseded and withdrawn ones included.
    draft: unsaved work, None when there is none; what others changed meanwhile and fits is in it already.
    base: what typing that begins now stands on. meanwhile: in words, what was changed elsewhere and must be
    compared; empty when there is nothing. aside: texts that were not chosen, oldest first.
    """

    sample: Sample
    standing: Standing
    judgement: Judgement | None
    pending: bool
    history: tuple[Judgement, ...]
    notes: tuple[Note, ...]
    evidence: tuple[EvidenceItem, ...]
    draft: JudgementDraft | None
    base: DraftBase = DraftBase()
    meanwhile: str = ""
    aside: tuple[AsideText, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestSheet:
    """A moderation request opened on the bench.

    notes, evidence: what belongs to the request as a whole. problems: entries that need a newer Touchstone.
    issued: reports issued so far, newest last. note_files: of all notes, by the note's id.
    submitted: act id of a report of mine that waits in the outbox, or empty.
    """

    request: ModerationRequest
    clock: ClockReading
    samples: tuple[SampleSheet, ...]
    notes: tuple[Note, ...]
    evidence: tuple[EvidenceItem, ...]
    issued: tuple[IssuedReport, ...]
    submitted: str = ""
    problems: tuple[str, ...] = ()
    note_files: Mapping[str, tuple[NoteFile, ...]] = field(default_factory=dict)

    def sheet(self, sample_id: str) -> SampleSheet | None:
        return next((sheet for sheet in self.samples if sheet.sample.id == sample_id), None)


@dataclass(frozen=True, slots=True)
class ReportDesk:
    """The report screen's left side: what is proposed, what is chosen, and what is still missing."""

    request_id: str
    proposed: Outcome | None
    draft: ReportDraft
    missing: tuple[Missing, ...]
    submitted: str
    issued: tuple[IssuedReport, ...]
    receipt: str = ""


class OutboxState(StrEnum):
    """Where an act stands, in the groups of the Outbox screen."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    HELD = "held"
    SENT = "sent"
    ATTENTION = "attention"
    TAKEN_BACK = "taken_back"

    @property
    def words(self) -> str:
        return _OUTBOX_WORDS[self]


_OUTBOX_WORDS = {
    OutboxState.DRAFT: "Drafts",
    OutboxState.QUEUED: "Queued",
    OutboxState.SENDING: "Sending",
    OutboxState.HELD: "Held",
    OutboxState.SENT: "Sent",
    OutboxState.ATTENTION: "Needs attention",
    OutboxState.TAKEN_BACK: "Taken back",
}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One thing in the Outbox. ``what`` and ``why`` are words for the person.

    act_id: empty for a draft; then ``draft_key`` names it.
    can_retry, can_take_back: what the person may do with it. about_report: it is mended on the report screen.
    gone: the request is no longer among mine; a draft of it can only be exported and discarded.
    compare: two versions of it wait for a decision on the Conflicts screen.
    about_visit: it belongs to a quality review; then ``request_id`` is the review's, and ``sample_id`` the code of the
    measure or objective, or the name of a form.
    """

    act_id: str
    draft_key: str
    state: OutboxState
    what: str
    why: str
    request_id: str
    sample_id: str
    at: datetime
    outcome: OutcomeKind | None = None
    can_retry: bool = False
    can_take_back: bool = False
    about_report: bool = False
    gone: bool = False
    compare: bool = False
    about_visit: bool = False


class Reach(StrEnum):
    """Whether the service can be reached; offline is normal, not an error."""

    ONLINE = "online"
    OFFLINE = "offline"
    SYNCING = "syncing"
    SIGNED_OUT = "signed_out"


@dataclass(frozen=True, slots=True)
class FilesUnderWay:
    """How many of the person's own files the service does not have whole yet. ``sent``, ``size``: bytes, as far as
    this computer knows now: what was sent before it was opened is counted when sending goes on.
    """

    count: int = 0
    sent: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """What the status pill says; always true.

    saved_at: when something was last saved on this laptop; queued: acts not yet answered by the service.
    attention: acts that the service refused, or that it has without a file of theirs that it refused.
    trouble: one sentence for the banner, empty when all is well; ``do`` what the person can do.
    reached_at: when the service last answered: being online is known as at then, and not for now.
    """

    reach: Reach
    queued: int
    attention: int
    saved_at: datetime | None
    synced_at: datetime | None
    trouble: str = ""
    do: str = ""
    details: str = ""
    files: FilesUnderWay = FilesUnderWay()
    reached_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A decrypted copy given to the system's own program; it is purged when the person is done."""

    path: str
    name: str
