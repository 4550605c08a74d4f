"""What people do in a quality review that others must learn of. Each deed travels as an act (see `acts`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.attached import AttachedFile
from app.domain.review_terms import Level, MeetingKind, ReviewOutcome, Source
from app.domain.reviews import PlannedAction


@dataclass(frozen=True, slots=True)
class LogNomineeContact:
    """The reviewer has spoken with the centre's quality nominee, and may have proposed a day (Q-16)."""

    review_id: str
    spoke_with: str
    means: str
    summary: str
    proposed_on: date | None = None


@dataclass(frozen=True, slots=True)
class DeclareConsortium:
    """What the quality nominee answered: whether the centre belongs to a consortium and delivers nothing (Q-17).

    With ``member`` the quality team is asked to confirm it (Q-18); without, the review has its full scope.
    """

    review_id: str
    member: bool
    consortium: str
    answer: str


@dataclass(frozen=True, slots=True)
class DecideScope:
    """The quality team confirms the arrangement or refuses it, with a reason (Q-18, Q-19)."""

    review_id: str
    approved: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AgreeDate:
    """The day of the visit, as it was agreed with the centre; another day replaces it."""

    review_id: str
    visit_on: date


@dataclass(frozen=True, slots=True)
class RecordQuality:
    """A reviewer judges a measure or an objective. ``supersedes``: the judgements it replaces, two in a dispute."""

    review_id: str
    code: str
    level: Level
    reason: str
    commentary: str
    cites: tuple[str, ...]
    actions: tuple[PlannedAction, ...]
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddVisitEvidence:
    """Evidence that the reviewer saw, heard or photographed (Q-28); see ``VisitEvidence``."""

    review_id: str
    code: str
    source: Source
    text: str
    suggestion: str = ""
    files: tuple[AttachedFile, ...] = ()
    originals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WithdrawVisitEvidence:
    """Its author takes noted evidence back; it stays on record."""

    review_id: str
    evidence_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordMeeting:
    """A moment of the visit (Q-22..Q-24). ``supersedes``: the record of the same meeting that it replaces."""

    review_id: str
    kind: MeetingKind
    who: str
    role: str
    began: datetime
    ended: datetime | None = None
    throughout: bool = False
    notes: str = ""
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOffAction:
    """Reviewer or quality manager find that an action was done."""

    review_id: str
    action_id: str
    says: str


@dataclass(frozen=True, slots=True)
class SubmitVisitReport:
    """The reviewer signs a version of the report off. The bytes travel inside the act.

    version: 1, then counted up; ``changes`` says what a correction changed. judgement_ids: every judgement the report
    states. propose_block: a blocking objective is not met (D-9).
    """

    review_id: str
    version: int
    changes: str
    outcome: ReviewOutcome
    summary: str
    propose_block: bool
    judgement_ids: tuple[str, ...]
    pdf: bytes
    pdf_sha256: str


@dataclass(frozen=True, slots=True)
class DecideBlock:
    """The quality manager confirms or declines a proposed certification block, with a reason (D-9)."""

    review_id: str
    confirmed: bool
    reason: str


ReviewDeed = (
    LogNomineeContact
    | DeclareConsortium
    | DecideScope
    | AgreeDate
    | RecordQuality
    | AddVisitEvidence
    | WithdrawVisitEvidence
    | RecordMeeting
    | SignOffAction
    | SubmitVisitReport
    | DecideBlock
)

REVIEW_DEEDS: tuple[type[ReviewDeed], ...] = (
    LogNomineeContact,
    DeclareConsortium,
    DecideScope,
    AgreeDate,
    RecordQuality,
    AddVisitEvidence,
    WithdrawVisitEvidence,
    RecordMeeting,
    SignOffAction,
    SubmitVisitReport,
    DecideBlock,
)


def review_target(deed: ReviewDeed) -> str:
    """What a deed is about, so that acts on one thing keep their order: a measure, an action, a kind of meeting, else
    its review.
    """
    match deed:
        case RecordQuality() | AddVisitEvidence():
            return f"{deed.review_id} {deed.code}"
        case WithdrawVisitEvidence():
            return deed.evidence_id
        case RecordMeeting():
            return f"{deed.review_id} {deed.kind}"
        case SignOffAction():
            return deed.action_id
        case _:
            return deed.review_id
