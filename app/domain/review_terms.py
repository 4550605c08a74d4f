"""The words of a quality review: its kinds, states and scopes, the scale of judgements, and what they rest on."""

from __future__ import annotations

from enum import StrEnum


class ReviewKind(StrEnum):
    """The annual activity is one of two (Q-03)."""

    VISIT = "visit"
    DESK_TOP = "desk_top"

    @property
    def words(self) -> str:
        return "Centre visit" if self is ReviewKind.VISIT else "Desk-top review"


class Scope(StrEnum):
    """What the review covers. Reduced: the blocking objectives alone, once the quality team has confirmed it (Q-19)."""

    NOT_DECIDED = "not_decided"
    CONFIRMATION_ASKED = "confirmation_asked"
    REDUCED = "reduced"
    FULL = "full"

    @property
    def words(self) -> str:
        return _SCOPE_WORDS[self]


_SCOPE_WORDS = {
    Scope.NOT_DECIDED: "Scope not decided",
    Scope.CONFIRMATION_ASKED: "Confirmation asked of the quality team",
    Scope.REDUCED: "Reduced scope: the blocking objectives only",
    Scope.FULL: "Full scope",
}


class ReviewState(StrEnum):
    """How far a review has come (section 2.7). Scope and Engagement Document go on beside it."""

    ALLOCATED = "allocated"
    CONTACTED = "contacted"
    DATE_AGREED = "date_agreed"
    REVIEWING = "reviewing"
    COMPLETE = "complete"

    @property
    def words(self) -> str:
        return _STATE_WORDS[self]


_STATE_WORDS = {
    ReviewState.ALLOCATED: "Allocated",
    ReviewState.CONTACTED: "Quality nominee contacted",
    ReviewState.DATE_AGREED: "Date agreed",
    ReviewState.REVIEWING: "Under review",
    ReviewState.COMPLETE: "Report complete",
}


class Level(StrEnum):
    """The scale of a quality judgement (D-9)."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"

    @property
    def words(self) -> str:
        return _LEVEL_WORDS[self]


_LEVEL_WORDS = {
    Level.MET: "Met",
    Level.PARTLY_MET: "Partly met",
    Level.NOT_MET: "Not met",
    Level.NOT_APPLICABLE: "Not applicable",
}


class ReviewOutcome(StrEnum):
    """The outcome of a report (D-9)."""

    NO_ACTION = "no_action"
    ACTION_REQUIRED = "action_required"
    SUPPORT_REQUIRED = "support_required"

    @property
    def words(self) -> str:
        return _OUTCOME_WORDS[self]


_OUTCOME_WORDS = {
    ReviewOutcome.NO_ACTION: "No action required",
    ReviewOutcome.ACTION_REQUIRED: "Action required",
    ReviewOutcome.SUPPORT_REQUIRED: "Support by the quality manager required",
}


class Block(StrEnum):
    """What became of the proposal to stop certification (Q-06, D-9)."""

    NONE = "none"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"

    @property
    def words(self) -> str:
        return _BLOCK_WORDS[self]


_BLOCK_WORDS = {
    Block.NONE: "No certification block proposed",
    Block.PROPOSED: "Certification block proposed",
    Block.CONFIRMED: "Certification block confirmed",
    Block.DECLINED: "Certification block declined",
}


class Source(StrEnum):
    """What a judgement may rest on (Q-26, Q-28)."""

    SUGGESTED = "suggested"
    NOT_APPLICABLE = "not_applicable"
    VERBAL = "verbal"
    EXAMS_OFFICER = "exams_officer"
    SEEN = "seen"
    FILE = "file"

    @property
    def words(self) -> str:
        return _SOURCE_WORDS[self]

    @property
    def counts(self) -> bool:
        """Whether a judgement may rest on it; what does not apply is no evidence (Q-29)."""
        return self is not Source.NOT_APPLICABLE


_SOURCE_WORDS = {
    Source.SUGGESTED: "Suggested evidence, seen",
    Source.NOT_APPLICABLE: "Suggested evidence, not applicable",
    Source.VERBAL: "Verbal evidence",
    Source.EXAMS_OFFICER: "Discussion with the exams officer",
    Source.SEEN: "Seen at the centre",
    Source.FILE: "Photo or file",
}


class MeetingKind(StrEnum):
    """Moments of a visit: whom the reviewer met (Q-22..Q-24), and when they came and left."""

    ARRIVAL = "arrival"
    NOMINEE = "nominee"
    EXAMS_OFFICER = "exams_officer"
    TELEPHONE = "telephone"
    OTHER = "other"
    DEPARTURE = "departure"

    @property
    def words(self) -> str:
        return _MEETING_WORDS[self]


_MEETING_WORDS = {
    MeetingKind.ARRIVAL: "Arrival",
    MeetingKind.NOMINEE: "Quality nominee",
    MeetingKind.EXAMS_OFFICER: "Exams officer",
    MeetingKind.TELEPHONE: "Telephone talk with lead internal verifier or assessor",
    MeetingKind.OTHER: "Other meeting",
    MeetingKind.DEPARTURE: "Departure",
}
