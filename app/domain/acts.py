"""Acts: everything a person does that others must learn of. The person's act is the unit of sync."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.attached import AttachedFile
from app.domain.moderation import ActionForCentre, Decision, Outcome
from app.domain.review_deeds import REVIEW_DEEDS, AddVisitEvidence, ReviewDeed, review_target


@dataclass(frozen=True, slots=True)
class RecordJudgement:
    """A moderator decides about one sample. ``supersedes``: ids of the judgements it replaces, two in a dispute."""

    request_id: str
    sample_id: str
    decision: Decision
    rationale: str
    actions: tuple[ActionForCentre, ...]
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WithdrawJudgement:
    """A moderator takes a judgement back after it was sent, and says why."""

    request_id: str
    sample_id: str
    judgement_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddNote:
    """Somebody writes in the notes of a request, of one sample or (empty) of the whole (M-53).

    files: what they add. The note never waits for them, and they travel by themselves.
    """

    request_id: str
    sample_id: str
    text: str
    files: tuple[AttachedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """A moderator signs the report off. The bytes travel inside the act: no report arrives without them.

    judgement_ids: every judgement the report states; the report goes out only if all of them were taken.
    """

    request_id: str
    outcome: Outcome
    summary: str
    judgement_ids: tuple[str, ...]
    pdf: bytes
    pdf_sha256: str


@dataclass(frozen=True, slots=True)
class LogCentreContact:
    """Support team or quality manager record that they spoke with the centre about a claim (M-54)."""

    request_id: str
    spoke_with: str
    means: str
    summary: str


RequestDeed = RecordJudgement | WithdrawJudgement | AddNote | SubmitReport | LogCentreContact
"""What is done in a moderation request."""

Deed = RequestDeed | ReviewDeed

DEEDS: dict[str, type[Deed]] = {
    deed.__name__: deed
    for deed in (
        RecordJudgement,
        WithdrawJudgement,
        AddNote,
        SubmitReport,
        LogCentreContact,
        *REVIEW_DEEDS,
    )
}
"""Every kind of act by the name it travels under."""


def root_of_deed(deed: Deed) -> str:
    """The id of what the deed belongs to: a moderation request or a review."""
    return deed.review_id if isinstance(deed, ReviewDeed) else deed.request_id


def target_of(deed: Deed) -> str:
    """What an act is about, so that acts on one thing keep their order: a sample or a measure, else its root."""
    match deed:
        case RecordJudgement() | WithdrawJudgement():
            return deed.sample_id
        case AddNote():
            return deed.sample_id or deed.request_id
        case SubmitReport() | LogCentreContact():
            return deed.request_id
        case _:
            return review_target(deed)


def files_of(deed: Deed) -> tuple[AttachedFile, ...]:
    """The files that a deed names and its author's device must bring to the service."""
    return deed.files if isinstance(deed, AddNote | AddVisitEvidence) else ()


@dataclass(frozen=True, slots=True)
class Act:
    """A deed with who, where and what it stands on.

    id: UUIDv7 chosen by the device; the same id is never applied twice.
    seen: the feed number the author's device had pulled.
    seen_tag: the tag of a head at or after ``seen``, as the device was told it; empty if it was told none.
    after: the author's own earlier act on the same target, or empty.
    rests_on: acts without which this one must not take effect.
    recorded_at: the device's clock; shown to people, never trusted.
    """

    id: str
    device_id: str
    author_id: str
    seen: int
    recorded_at: datetime
    deed: Deed
    base_rev: int = 0
    after: str = ""
    rests_on: tuple[str, ...] = ()
    seen_tag: str = ""

    @property
    def root(self) -> str:
        """The id of the moderation request or the review it belongs to."""
        return root_of_deed(self.deed)

    @property
    def target(self) -> str:
        return target_of(self.deed)


class OutcomeKind(StrEnum):
    """The six answers the service gives to an act."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already_applied"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    HELD = "held"
    BLOCKED = "blocked"

    @property
    def taken(self) -> bool:
        """Whether the service has the act on record as done (a held act was accepted; a hold stops its effect)."""
        return self in (OutcomeKind.APPLIED, OutcomeKind.ALREADY_APPLIED, OutcomeKind.HELD)


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """The service's answer to one act: ``code`` for programs, ``says`` for the person."""

    act_id: str
    kind: OutcomeKind
    code: str = ""
    says: str = ""
