"""A moderation request and all that hangs on it: records, states and the rules of its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.attached import AttachedFile
from app.domain.centres import Nation
from app.domain.superseding import current


class RequestState(StrEnum):
    """The states of domain section 1.9. ``certification_hold`` is a flag beside them (M-57)."""

    SAVED = "saved"
    SUBMITTED = "submitted"
    FULFILLED = "fulfilled"
    SAMPLE_REQUESTED = "sample_requested"
    IN_MODERATION = "in_moderation"
    ACCEPTED = "accepted"
    RETURNED_TO_CENTRE = "returned_to_centre"
    ON_HOLD = "on_hold"
    REFUSED = "refused"
    ARCHIVED = "archived"
    RECORDS_UPDATED = "records_updated"
    CERTIFICATED = "certificated"

    @property
    def words(self) -> str:
        return _STATE_WORDS[self]


_STATE_WORDS = {
    RequestState.SAVED: "Saved, not submitted",
    RequestState.SUBMITTED: "Submitted",
    RequestState.FULFILLED: "Fulfilled, no sample needed",
    RequestState.SAMPLE_REQUESTED: "Waiting for the centre's evidence",
    RequestState.IN_MODERATION: "In moderation",
    RequestState.ACCEPTED: "Accepted",
    RequestState.RETURNED_TO_CENTRE: "Returned to centre",
    RequestState.ON_HOLD: "On hold",
    RequestState.REFUSED: "Refused",
    RequestState.ARCHIVED: "Archived",
    RequestState.RECORDS_UPDATED: "Accepted, records updated",
    RequestState.CERTIFICATED: "Certificated",
}

HOLDABLE = frozenset(
    {
        RequestState.SUBMITTED,
        RequestState.FULFILLED,
        RequestState.SAMPLE_REQUESTED,
        RequestState.IN_MODERATION,
        RequestState.ACCEPTED,
        RequestState.RETURNED_TO_CENTRE,
    }
)
"""States from which suspected malpractice puts a request on hold (section 1.9)."""

MODERATION_OVER = frozenset(
    {
        RequestState.ACCEPTED,
        RequestState.RETURNED_TO_CENTRE,
        RequestState.REFUSED,
        RequestState.ARCHIVED,
        RequestState.RECORDS_UPDATED,
        RequestState.CERTIFICATED,
    }
)
"""States in which the moderator has nothing left to judge."""


class Decision(StrEnum):
    """What a moderator may decide about one sampled learner-unit (D-12)."""

    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    FURTHER_EVIDENCE = "further_evidence"
    SUSPECTED_MALPRACTICE = "suspected_malpractice"

    @property
    def words(self) -> str:
        return _DECISION_WORDS[self]

    @property
    def needs_action(self) -> bool:
        """Not agreed and Further evidence needed ask the centre to do something (D-12)."""
        return self in (Decision.NOT_AGREED, Decision.FURTHER_EVIDENCE)

    @property
    def needs_rationale(self) -> bool:
        """Every decision but Agreed is explained in words (D-12)."""
        return self is not Decision.AGREED


_DECISION_WORDS = {
    Decision.AGREED: "Agreed",
    Decision.NOT_AGREED: "Not agreed",
    Decision.FURTHER_EVIDENCE: "Further evidence needed",
    Decision.SUSPECTED_MALPRACTICE: "Suspected malpractice",
}


class Outcome(StrEnum):
    """The outcome of a moderation: accepted or rejected (M-55)."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"

    @property
    def words(self) -> str:
        return "Accepted" if self is Outcome.ACCEPTED else "Rejected"


@dataclass(frozen=True, slots=True)
class ModerationRequest:
    """One claim of a centre under moderation. Days are London calendar days.

    due_on: the day moderation should be finished; the service computes it (M-50).
    earlier_due_on: former due dates, oldest first; none is ever erased (M-51).
    held_on: first day of the hold that is in force; freezes the clock (D-6).
    certification_hold: none of the batch is certificated for now (M-57).
    returned_on, last_day_on: the day of the rejection, and the last one for re-submission (M-61); None unless returned.
    samples, judged: how many learner-units were sampled, and how many carry a current judgement.
    """

    id: str
    number: str
    centre_id: str
    centre_number: str
    centre_name: str
    nation: Nation
    qualification_code: str
    qualification_title: str
    awarding_body: str
    state: RequestState
    submitted_on: date
    evidence_complete_on: date | None = None
    due_on: date | None = None
    earlier_due_on: tuple[date, ...] = ()
    held_on: date | None = None
    hold_reason: str = ""
    certification_hold: bool = False
    outcome: Outcome | None = None
    moderator_id: str = ""
    moderator_name: str = ""
    sampling_words: str = ""
    centre_note: str = ""
    samples: int = 0
    judged: int = 0
    returned_on: date | None = None
    last_day_on: date | None = None
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One sampled learner-unit, and why the system chose it (M-27, D-2)."""

    id: str
    request_id: str
    position: int
    learner_name: str
    learner_number: str
    unit_code: str
    unit_title: str
    unit_credits: int
    assessor: str
    assessor_decision: str
    reason: str
    rev: int = 0


@dataclass(frozen=True, slots=True)
class ActionForCentre:
    """Something the centre must do before re-submission (M-59)."""

    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A moderator's decision about one sample. Its id is the id of the act that recorded it.

    supersedes: ids of the judgements this one replaces; all stay on record.
    withdrawn: why it was taken back; empty while it stands.
    """

    id: str
    request_id: str
    sample_id: str
    decision: Decision
    rationale: str
    actions: tuple[ActionForCentre, ...]
    supersedes: tuple[str, ...]
    moderator_id: str
    moderator_name: str
    recorded_at: datetime
    withdrawn: str = ""
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A note in a moderation request: the only way to speak with the centre (M-52, M-53).

    files: what its author added; each may still be on its way to the service.
    """

    id: str
    request_id: str
    sample_id: str
    stage: RequestState
    author_id: str
    author_name: str
    text: str
    written_at: datetime
    files: tuple[AttachedFile, ...] = ()
    rev: int = 0


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A moderation request as the awarding body's queues show it: thin, so that a laptop can hold them all.

    The whole request comes to a device once it is opened there. Its id is the request's.
    """

    id: str
    number: str
    centre_number: str
    centre_name: str
    qualification_code: str
    qualification_title: str
    state: RequestState
    submitted_on: date
    due_on: date | None = None
    held_on: date | None = None
    outcome: Outcome | None = None
    moderator_id: str = ""
    moderator_name: str = ""
    samples: int = 0
    judged: int = 0
    rev: int = 0


def queue_row_of(request: ModerationRequest) -> QueueRow:
    """The request as the queues show it. It is a record of its own, so its rev is not the request's."""
    return QueueRow(
        id=request.id,
        number=request.number,
        centre_number=request.centre_number,
        centre_name=request.centre_name,
        qualification_code=request.qualification_code,
        qualification_title=request.qualification_title,
        state=request.state,
        submitted_on=request.submitted_on,
        due_on=request.due_on,
        held_on=request.held_on,
        outcome=request.outcome,
        moderator_id=request.moderator_id,
        moderator_name=request.moderator_name,
        samples=request.samples,
        judged=request.judged,
    )


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """A report as it was issued: fixed bytes, named by their hash, never rendered again (M-73..M-75)."""

    id: str
    request_id: str
    outcome: Outcome
    moderator_id: str
    moderator_name: str
    issued_at: datetime
    pdf_sha256: str
    pdf_size: int
    rev: int = 0


class Standing(StrEnum):
    """How one sample stands among all judgements recorded for it."""

    NOT_JUDGED = "not_judged"
    JUDGED = "judged"
    DISPUTED = "disputed"


def current_judgements(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Those judgements of one sample that stand: neither withdrawn nor superseded (see ``superseding``)."""
    return current(judgements)


def standing(judgements: Iterable[Judgement]) -> Standing:
    """Two judgements that stand side by side make a sample *disputed*: its outcome waits for a decision."""
    match len(current_judgements(judgements)):
        case 0:
            return Standing.NOT_JUDGED
        case 1:
            return Standing.JUDGED
        case _:
            return Standing.DISPUTED


def proposed_outcome(decisions: Iterable[Decision]) -> Outcome | None:
    """D-12: all Agreed proposes Accepted, anything else Rejected; nothing sampled proposes nothing."""
    found = set(decisions)
    if not found:
        return None
    return Outcome.ACCEPTED if found == {Decision.AGREED} else Outcome.REJECTED


def learners_on_hold(state: RequestState) -> bool:
    """M-65: while a request is on hold every one of its learners is, and none is certificated."""
    return state is RequestState.ON_HOLD


def certification_stopped(request: ModerationRequest) -> bool:
    """Nobody in the batch is certificated while the request or its batch is held (M-57, M-65, D-3)."""
    return learners_on_hold(request.state) or request.certification_hold


def batch_is_held(outcome: Outcome) -> bool:
    """M-57: some learners not satisfactory holds the whole request for certification, passed ones too (D-3)."""
    return outcome is Outcome.REJECTED


@dataclass(frozen=True, slots=True)
class LearnerStanding:
    """How one learner of the batch stands, kept apart from the status of the batch (M-56)."""

    learner_number: str
    learner_name: str
    satisfactory: bool
    words: str


def learner_standings(
    samples: Iterable[Sample], current: Mapping[str, Judgement]
) -> tuple[LearnerStanding, ...]:
    """Per learner whether every sampled unit was agreed (M-56). ``current``: sample id to its judgement."""
    by_learner: dict[str, list[Sample]] = {}
    for sample in samples:
        by_learner.setdefault(sample.learner_number, []).append(sample)
    result = []
    for number, theirs in by_learner.items():
        decisions = [current[sample.id].decision for sample in theirs if sample.id in current]
        agreed = sum(decision is Decision.AGREED for decision in decisions)
        satisfactory = agreed == len(theirs)
        words = "Satisfactory" if satisfactory else f"{agreed} of {len(theirs)} units agreed"
        result.append(LearnerStanding(number, theirs[0].learner_name, satisfactory, words))
    return tuple(result)
