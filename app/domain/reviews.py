"""A quality review of a centre, by visit or from the desk, and all that hangs on it: its records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.attached import AttachedFile
from app.domain.centres import Nation
from app.domain.review_terms import (
    Block,
    Level,
    MeetingKind,
    ReviewKind,
    ReviewOutcome,
    ReviewState,
    Scope,
    Source,
)


@dataclass(frozen=True, slots=True)
class Review:
    """The quality review of one centre in one academic year. Days are London calendar days.

    year: the calendar year in which the academic year begins. framework_id: the version it is judged by.
    consortium: the name of the one the centre belongs to, or empty. ced_due_on: the day the Engagement Document is due
    (D-8); earlier_ced_due_on: former days, none erased; ced_extended: the quality manager set the day.
    ced_submitted_on: when it was signed and complete. task_from: when the reviewer is to contact the centre (Q-16).
    scope_says: the quality team's answer. measures, judged: how many judgements are asked for, and stand.
    """

    id: str
    number: str
    centre_id: str
    centre_number: str
    centre_name: str
    nation: Nation
    awarding_body: str
    year: int
    framework_id: str
    kind: ReviewKind
    state: ReviewState
    allocated_on: date
    task_from: date
    ced_due_on: date
    earlier_ced_due_on: tuple[date, ...] = ()
    ced_extended: bool = False
    ced_submitted_on: date | None = None
    reviewer_id: str = ""
    reviewer_name: str = ""
    consortium: str = ""
    scope: Scope = Scope.NOT_DECIDED
    scope_says: str = ""
    nominee: str = ""
    contacted_on: date | None = None
    visit_on: date | None = None
    outcome: ReviewOutcome | None = None
    block: Block = Block.NONE
    block_says: str = ""
    report_version: int = 0
    measures: int = 0
    judged: int = 0
    rev: int = 0


@dataclass(frozen=True, slots=True)
class CedEntry:
    """What the centre says of one objective in its Engagement Document."""

    code: str
    level: Level | None
    commentary: str


@dataclass(frozen=True, slots=True)
class Redeclaration:
    """One of the two re-declarations: whether the terms are accepted anew, and what has changed (Q-12, Q-4.5)."""

    accepted: bool = False
    changes: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """The Head of Centre's electronic signature (Q-13): over exactly the content with this hex SHA-256."""

    name: str
    role: str
    statement: str
    signed_at: datetime
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Ced:
    """A centre's Engagement Document for one review. id: the review's.

    register_only: the centre registers learners and delivers nothing (Q-01), so that only the blocking objectives are
    its own to answer (Q-14, Q-15). signature: None until it is signed; a change takes it away. provisional: text A
    stands though the consortium is not confirmed yet (D-14).
    """

    id: str
    review_id: str
    register_only: bool
    entries: tuple[CedEntry, ...]
    recognition: Redeclaration
    approvals: Redeclaration
    signature: Signature | None = None
    provisional: bool = False
    rev: int = 0


@dataclass(frozen=True, slots=True)
class CedFile:
    """A file that the centre uploaded with its Engagement Document. code: of the measure or objective it is for."""

    id: str
    review_id: str
    code: str
    name: str
    sha256: str
    size: int
    media_type: str = ""
    rev: int = 0


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """Something the centre is to do. essential, or else recommended. owner: at the centre. id: chosen on recording."""

    id: str
    text: str
    essential: bool
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class QualityJudgement:
    """A reviewer's judgement on a measure or an objective, by its code. Its id is the id of the act that recorded it.

    reason: why *not applicable*, or why an objective is judged otherwise than proposed (D-9). cites: ids of the
    evidence it rests on: visit evidence or files of the Engagement Document (Q-26). supersedes: judgements it replaces.
    """

    id: str
    review_id: str
    code: str
    level: Level
    reason: str
    commentary: str
    cites: tuple[str, ...]
    actions: tuple[PlannedAction, ...]
    supersedes: tuple[str, ...]
    reviewer_id: str
    reviewer_name: str
    recorded_at: datetime
    withdrawn: str = ""
    rev: int = 0


@dataclass(frozen=True, slots=True)
class VisitEvidence:
    """Evidence that the reviewer noted themselves. Its id is the id of the act that recorded it.

    code: of the measure or objective. suggestion: id of the suggested evidence that was seen or does not apply.
    originals: for each file, the hex SHA-256 of the photo as it was taken, before its location was taken out.
    """

    id: str
    review_id: str
    code: str
    source: Source
    text: str
    suggestion: str
    files: tuple[AttachedFile, ...]
    originals: tuple[str, ...]
    author_id: str
    author_name: str
    recorded_at: datetime
    withdrawn: str = ""
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Meeting:
    """A moment of the visit. Its id is the id of the act that recorded it. ended: None for arrival and departure.

    throughout: the quality nominee was at hand for the whole visit (Q-23).
    """

    id: str
    review_id: str
    kind: MeetingKind
    who: str
    role: str
    began: datetime
    ended: datetime | None
    throughout: bool
    notes: str
    supersedes: tuple[str, ...]
    author_id: str
    author_name: str
    recorded_at: datetime
    withdrawn: str = ""
    rev: int = 0


@dataclass(frozen=True, slots=True)
class NomineeContact:
    """That the reviewer spoke with the centre, and about what (Q-16). proposed_on: the day they proposed, if any."""

    id: str
    review_id: str
    spoke_with: str
    means: str
    summary: str
    proposed_on: date | None
    author_id: str
    author_name: str
    recorded_at: datetime
    rev: int = 0


@dataclass(frozen=True, slots=True)
class ReviewAction:
    """An action of a report, until it is signed off; open ones are shown again at the next review.

    review_id: the review whose list this is in. origin: number of the review that asked for it. answer: the centre's.
    """

    id: str
    review_id: str
    origin: str
    code: str
    text: str
    essential: bool
    owner: str
    due_on: date | None
    answer: str = ""
    answered_on: date | None = None
    signed_off_on: date | None = None
    signed_off_by: str = ""
    sign_off_says: str = ""
    rev: int = 0


@dataclass(frozen=True, slots=True)
class VisitReport:
    """A version of the report as issued: fixed bytes, never rendered again. changes: against the version before."""

    id: str
    review_id: str
    version: int
    outcome: ReviewOutcome
    changes: str
    reviewer_id: str
    reviewer_name: str
    issued_at: datetime
    pdf_sha256: str
    pdf_size: int
    rev: int = 0


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review as the awarding body's queues show it: thin. Its id is the review's."""

    id: str
    number: str
    centre_number: str
    centre_name: str
    year: int
    kind: ReviewKind
    state: ReviewState
    scope: Scope
    ced_due_on: date
    ced_submitted_on: date | None = None
    visit_on: date | None = None
    outcome: ReviewOutcome | None = None
    block: Block = Block.NONE
    reviewer_id: str = ""
    reviewer_name: str = ""
    rev: int = 0


ReviewRecord = (
    Review
    | Ced
    | CedFile
    | QualityJudgement
    | VisitEvidence
    | Meeting
    | NomineeContact
    | ReviewAction
    | VisitReport
    | ReviewRow
)


def review_row_of(review: Review) -> ReviewRow:
    """The review as the queues show it. It is a record of its own, so its rev is not the review's."""
    return ReviewRow(
        id=review.id,
        number=review.number,
        centre_number=review.centre_number,
        centre_name=review.centre_name,
        year=review.year,
        kind=review.kind,
        state=review.state,
        scope=review.scope,
        ced_due_on=review.ced_due_on,
        ced_submitted_on=review.ced_submitted_on,
        visit_on=review.visit_on,
        outcome=review.outcome,
        block=review.block,
        reviewer_id=review.reviewer_id,
        reviewer_name=review.reviewer_name,
    )
