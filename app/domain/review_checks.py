"""What may be recorded in a quality review, as far as one record goes. Desktop and service both decide by this."""

from __future__ import annotations

from collections.abc import Collection, Container

from app.domain.attached import is_sha256, must_be_a_file
from app.domain.errors import KnownError
from app.domain.frameworks import Framework, Measure, Objective
from app.domain.judging import ACTIONS_LIMIT, FILES_LIMIT
from app.domain.review_deeds import (
    AddVisitEvidence,
    LogNomineeContact,
    RecordMeeting,
    RecordQuality,
    SignOffAction,
    WithdrawVisitEvidence,
)
from app.domain.review_scope import codes_to_judge
from app.domain.review_terms import Level, MeetingKind, ReviewKind, Source
from app.domain.review_words import must_fit
from app.domain.reviews import PlannedAction, Review, ReviewAction, VisitEvidence

CITES_LIMIT = 500
"""Pieces of evidence that one judgement may cite."""

MARKS = frozenset({MeetingKind.ARRIVAL, MeetingKind.DEPARTURE})
"""Moments of a visit without an end, and without a person one has met."""

SINGLE_MEETINGS = MARKS | {MeetingKind.NOMINEE}
"""Moments that a visit has once: two records that stand side by side are in dispute. Others may be several."""


def check_quality(
    framework: Framework, review: Review, deed: RecordQuality, evidence_ids: Container[str]
) -> None:
    """Whether this judgement may be recorded (D-9, as far as one judgement goes). Raises KnownError.

    evidence_ids: everything a judgement of this review may cite: visit evidence, files of the Engagement Document, and
    the id of the document itself. The service counts in what was taken back meanwhile: whoever was offline could not
    know, and sign-off asks whether what is cited still stands. Citing nothing is possible until then (Q-26).
    For an objective with measures the actions may be its measures'; sign-off looks at them together.
    """
    measure = _must_be_in_scope(framework, review, deed.code)
    if len(deed.actions) > ACTIONS_LIMIT or len(deed.supersedes) > ACTIONS_LIMIT:
        raise KnownError("too_many", f"One judgement can have {ACTIONS_LIMIT} actions.", "Put some together.")
    if len(deed.cites) > CITES_LIMIT:
        raise KnownError(
            "too_many", f"One judgement can cite {CITES_LIMIT} pieces of evidence.", "Cite the most telling."
        )
    if any(identifier not in evidence_ids for identifier in deed.cites):
        raise KnownError(
            "evidence_unknown",
            "This judgement cites evidence that is not here.",
            "Choose the evidence again.",
        )
    if deed.level is Level.NOT_APPLICABLE and measure is None:
        raise KnownError(
            "objective_applies",
            "An objective cannot be “Not applicable” as a whole.",
            "Judge it met, partly met or not met.",
        )
    must_fit(deed.reason, "reason")
    must_fit(deed.commentary, "commentary")
    _check_actions(deed.actions)
    wanting = words_wanting(deed.level, deed.reason, deed.commentary)
    objective = framework.objective(deed.code)
    if measure is not None or objective is None or not objective.measures:
        wanting = (*wanting, *actions_wanting(deed.level, deed.actions))
    for code, says in wanting:
        raise KnownError(code, says, "Add it, then record the judgement again.")


def words_wanting(level: Level, reason: str, commentary: str) -> tuple[tuple[str, str], ...]:
    """Code and sentence for each text that D-9 asks of this level and that is not there."""
    wanting = []
    if level is Level.NOT_APPLICABLE and not reason.strip():
        wanting.append(("reason_missing", "“Not applicable” needs a reason."))
    if level in (Level.PARTLY_MET, Level.NOT_MET) and not commentary.strip():
        wanting.append(("commentary_missing", f"“{level.words}” needs a commentary."))
    return tuple(wanting)


def actions_wanting(level: Level, actions: Collection[PlannedAction]) -> tuple[tuple[str, str], ...]:
    """Code and sentence for what D-9 asks of the actions at this level and that is not there."""
    if level is Level.PARTLY_MET and not actions:
        return (("action_missing", "“Partly met” needs an action for the centre."),)
    if level is Level.NOT_MET and not any(action.essential for action in actions):
        return (("action_missing", "“Not met” needs an essential action for the centre."),)
    return ()


def check_visit_evidence(framework: Framework, review: Review, deed: AddVisitEvidence) -> None:
    """Whether this evidence may be noted (Q-27..Q-29). Raises KnownError.

    Suggested evidence is named by its id; only what the framework marks so can be *not applicable*. What was heard or
    seen needs words and no file; a photo or file needs one. Each file names the hash of its original.
    """
    measure = _must_be_in_scope(framework, review, deed.code)
    suggestion = None
    if deed.suggestion:
        suggestion = framework.suggestion(deed.suggestion)
        if suggestion is None or measure is None or suggestion not in measure.suggested:
            raise KnownError(
                "suggestion_unknown", f"This evidence is not among those suggested for {deed.code}."
            )
    if deed.source in (Source.SUGGESTED, Source.NOT_APPLICABLE):
        if suggestion is None:
            raise KnownError("suggestion_missing", "Say which of the suggested evidence it is.")
        if deed.source is Source.NOT_APPLICABLE and not suggestion.if_applicable:
            raise KnownError(
                "always_applies",
                "Only evidence that is suggested “if applicable” can be set as not applicable.",
                "Leave it unticked: no suggestion is mandatory.",
            )
    elif deed.source is Source.FILE and not deed.files:
        raise KnownError("file_missing", "A photo or file is missing.", "Add it, or note what you saw.")
    elif deed.source is not Source.FILE and not deed.text.strip():
        raise KnownError("note_missing", "Say in a sentence what you heard or saw.")
    must_fit(deed.text, "note")
    if len(deed.files) > FILES_LIMIT:
        raise KnownError(
            "too_many_files", f"{FILES_LIMIT} files are possible at once.", "Add the others by themselves."
        )
    for file in deed.files:
        must_be_a_file(file)
    if len(deed.originals) != len(deed.files) or not all(map(is_sha256, deed.originals)):
        raise KnownError(
            "original_unknown", "A file does not say which original it was made from.", "Add the file again."
        )


def check_evidence_withdrawal(
    evidence: VisitEvidence | None, deed: WithdrawVisitEvidence, author_id: str
) -> None:
    """Whether noted evidence may be taken back: by its author, once, with a reason. It stays on record."""
    if evidence is None:
        raise KnownError("evidence_unknown", "There is no such evidence to take back.")
    if evidence.author_id != author_id:
        raise KnownError("not_your_evidence", "Only who noted this evidence can take it back.")
    if evidence.withdrawn:
        raise KnownError("evidence_withdrawn", "This evidence was taken back already.")
    if not deed.reason.strip():
        raise KnownError("reason_missing", "Say why you take this evidence back.")
    must_fit(deed.reason, "reason")


def check_meeting(review: Review, deed: RecordMeeting) -> None:
    """Whether this moment of the visit may be recorded (Q-22..Q-24). A desk-top review has none (D-11)."""
    if review.kind is ReviewKind.DESK_TOP:
        raise KnownError("no_meetings", "A desk-top review has no meetings.")
    if deed.began.tzinfo is None or (deed.ended is not None and deed.ended.tzinfo is None):
        raise KnownError("time_wrong", "The times of this meeting say no time zone.")
    if deed.kind in MARKS:
        if deed.ended is not None:
            raise KnownError("time_wrong", f"“{deed.kind.words}” is one moment and has no end.")
    elif not deed.who.strip():
        raise KnownError("person_missing", "Say whom you met.")
    if deed.ended is not None and deed.ended < deed.began:
        raise KnownError("time_wrong", "This meeting ends before it begins.", "Correct one of its times.")
    if deed.throughout and deed.kind is not MeetingKind.NOMINEE:
        raise KnownError("not_the_nominee", "Only the quality nominee is at hand for the whole visit.")
    if len(deed.supersedes) > ACTIONS_LIMIT:
        raise KnownError("too_many", "This meeting replaces too many records.")
    for text in (deed.who, deed.role, deed.notes):
        must_fit(text, "note")


def check_contact_with_nominee(deed: LogNomineeContact) -> None:
    """A logged contact says with whom, by what means and what about (Q-16)."""
    if not (deed.spoke_with.strip() and deed.means.strip() and deed.summary.strip()):
        raise KnownError(
            "contact_incomplete", "Say whom you spoke with, by what means, and what it was about."
        )
    for text in (deed.spoke_with, deed.means, deed.summary):
        must_fit(text, "entry")


def check_sign_off(action: ReviewAction | None, deed: SignOffAction) -> None:
    """Whether an action may be signed off: it is open, and who does it says what they found."""
    if action is None:
        raise KnownError("action_unknown", "There is no such action to sign off.")
    if action.signed_off_on is not None:
        raise KnownError("action_signed_off", f"{action.signed_off_by} has signed this action off already.")
    if not deed.says.strip():
        raise KnownError("reason_missing", "Say what shows that the action was done.")
    must_fit(deed.says, "entry")


def _must_be_in_scope(framework: Framework, review: Review, code: str) -> Measure | None:
    """The measure with this code, None for an objective. Raises KnownError for one this review does not cover."""
    objective: Objective | None = framework.objective(code)
    if objective is None:
        raise KnownError("code_unknown", f"There is no measure or objective “{code}”.")
    if code not in codes_to_judge(framework, review):
        raise KnownError(
            "not_in_scope",
            f"{code} is not part of this review: {review.kind.words.lower()}, {review.scope.words.lower()}.",
        )
    return framework.measure(code)


def _check_actions(actions: tuple[PlannedAction, ...]) -> None:
    if len({action.id for action in actions}) != len(actions) or not all(action.id for action in actions):
        raise KnownError("action_unknown", "Two actions of this judgement cannot be told apart.")
    for action in actions:
        if not action.text.strip():
            raise KnownError("action_empty", "An action needs some words.", "Say what the centre must do.")
        if action.essential and (not action.owner.strip() or action.due_on is None):
            raise KnownError(
                "action_incomplete",
                "An essential action needs its owner at the centre and the day it is due.",
            )
        must_fit(action.text, "action")
        must_fit(action.owner, "name")
