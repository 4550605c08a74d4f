"""What may be judged, noted and reported, and what follows from it. Desktop and service both decide by this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.acts import AddNote, LogCentreContact, RecordJudgement, SubmitReport, WithdrawJudgement
from app.domain.attached import must_be_a_file
from app.domain.clocks import ACTION_DAYS, due_after_hold
from app.domain.errors import KnownError
from app.domain.life import last_day
from app.domain.moderation import (
    HOLDABLE,
    MODERATION_OVER,
    Decision,
    Judgement,
    ModerationRequest,
    Outcome,
    RequestState,
    Sample,
    batch_is_held,
    current_judgements,
    proposed_outcome,
)

NOTE_LIMIT = 20_000
"""Characters that one note, rationale, action or summary may have."""


ACTIONS_LIMIT = 100
"""Actions that one judgement may have."""

FILES_LIMIT = 50
"""Files that one note may have; several go into an archive (M-48)."""


def check_judgement(request: ModerationRequest, deed: RecordJudgement) -> None:
    """Whether this judgement may be recorded now (D-12). Raises KnownError in the moderator's words.

    A suspicion may be raised at any stage from which a request can be held (M-64).
    """
    if deed.decision is not Decision.SUSPECTED_MALPRACTICE or request.state not in HOLDABLE:
        _must_be_in_moderation(request)
    if len(deed.actions) > ACTIONS_LIMIT or len(deed.supersedes) > ACTIONS_LIMIT:
        raise KnownError("too_many", f"One judgement can have {ACTIONS_LIMIT} actions.", "Put some together.")
    if deed.decision.needs_rationale and not deed.rationale.strip():
        raise KnownError(
            "rationale_missing",
            f"“{deed.decision.words}” needs a rationale.",
            "Write in a sentence or two why you decide so.",
        )
    if deed.decision.needs_action and not any(action.text.strip() for action in deed.actions):
        raise KnownError(
            "action_missing",
            f"“{deed.decision.words}” needs an action for the centre.",
            "Say what the centre must do before it re-submits.",
        )
    _must_fit(deed.rationale, "rationale")
    for action in deed.actions:
        _must_fit(action.text, "action")


def check_withdrawal(
    request: ModerationRequest, judgement: Judgement | None, deed: WithdrawJudgement, author_id: str
) -> None:
    """Whether a judgement may be taken back. Only its author may, and says why."""
    _must_be_in_moderation(request)
    if judgement is None:
        raise KnownError("judgement_unknown", "There is no such judgement to take back.")
    if judgement.moderator_id != author_id:
        raise KnownError("not_your_judgement", "Only the moderator who judged can take a judgement back.")
    if judgement.decision is Decision.SUSPECTED_MALPRACTICE:
        raise KnownError(
            "suspicion_stays",
            "A suspicion of malpractice cannot be taken back.",
            "Write a note in the request, and the quality manager will decide.",
        )
    if not deed.reason.strip():
        raise KnownError("reason_missing", "Say why you take this judgement back.")
    _must_fit(deed.reason, "reason")


def check_note(deed: AddNote) -> None:
    """A note needs words, and not a book of them (M-53: notes may be written at every stage).

    Its files are named as files are, and each by its content; how large they are is nobody's concern (M-48).
    """
    if not deed.text.strip():
        raise KnownError("note_empty", "A note needs some words.")
    _must_fit(deed.text, "note")
    if len(deed.files) > FILES_LIMIT:
        raise KnownError(
            "too_many_files",
            f"This note has {len(deed.files)} files; {FILES_LIMIT} are possible.",
            "Zip some together, or write several notes.",
        )
    for file in deed.files:
        must_be_a_file(file)


def check_contact(deed: LogCentreContact) -> None:
    """A logged contact says with whom, by what means and what about (M-54)."""
    if not (deed.spoke_with.strip() and deed.means.strip() and deed.summary.strip()):
        raise KnownError(
            "contact_incomplete", "Say whom you spoke with, by what means, and what it was about."
        )
    for text in (deed.spoke_with, deed.means, deed.summary):
        _must_fit(text, "entry")


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that still keeps the report from being submitted; ``field`` is where the person mends it."""

    code: str
    says: str
    sample_id: str = ""
    field: str = ""


def missing_for_report(
    request: ModerationRequest,
    samples: Sequence[Sample],
    judgements: Iterable[Judgement],
    outcome: Outcome | None,
) -> tuple[Missing, ...]:
    """Everything that is still missing, in the order of the samples (M-55, M-59, D-12).

    A suspicion that stands is no decision for a centre to read: its sample is judged anew once the case is over (D-5).
    """
    missing: list[Missing] = []
    if request.state is RequestState.ON_HOLD:
        missing.append(
            Missing("on_hold", "The request is on hold; its report waits for the finding.", field="request")
        )
    elif request.state is not RequestState.IN_MODERATION:
        missing.append(
            Missing(
                "not_in_moderation",
                f"The request is not in moderation: {request.state.words.lower()}.",
                field="request",
            )
        )
    by_sample: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        by_sample.setdefault(judgement.sample_id, []).append(judgement)
    if not samples:
        missing.append(Missing("no_samples", "The request has no samples yet.", field="request"))
    standing: list[Judgement] = []
    for sample in samples:
        current = current_judgements(by_sample.get(sample.id, []))
        if not current:
            missing.append(
                Missing("not_judged", f"Sample {sample.position} is not judged yet.", sample.id, "decision")
            )
        elif len(current) > 1:
            missing.append(
                Missing(
                    "disputed",
                    f"Sample {sample.position} has two judgements; one must be chosen.",
                    sample.id,
                    "decision",
                )
            )
        elif current[0].decision is Decision.SUSPECTED_MALPRACTICE:
            missing.append(
                Missing(
                    "suspicion_stands",
                    f"Sample {sample.position} still carries a suspicion; judge it anew.",
                    sample.id,
                    "decision",
                )
            )
        else:
            standing.append(current[0])
    if outcome is None:
        # D-12: an outcome is proposed from the judgements, and it counts only once the moderator confirms one.
        proposed = proposed_outcome(j.decision for j in standing) if len(standing) == len(samples) else None
        hint = f"; {proposed.words.lower()} is proposed" if proposed is not None else ""
        missing.append(Missing("no_outcome", f"Confirm the outcome{hint}.", field="outcome"))
    elif outcome is Outcome.REJECTED and not any(
        action.text.strip() for judgement in standing for action in judgement.actions
    ):
        # M-59: a rejection without an action cannot be completed.
        missing.append(
            Missing("no_action", "A rejection needs at least one action for the centre.", field="outcome")
        )
    elif outcome is Outcome.ACCEPTED and any(j.decision is not Decision.AGREED for j in standing):
        missing.append(
            Missing(
                "accepted_with_doubt",
                "The request can be accepted only when every sample is agreed.",
                field="outcome",
            )
        )
    return tuple(missing)


def check_report(
    request: ModerationRequest,
    samples: Sequence[Sample],
    judgements: Sequence[Judgement],
    deed: SubmitReport,
) -> None:
    """Whether the report may be issued: nothing missing, and it states exactly what stands (M-55, M-59)."""
    missing = missing_for_report(request, samples, judgements, deed.outcome)
    if missing:
        raise KnownError(missing[0].code, missing[0].says, "Mend this, then submit the report again.")
    by_sample: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        by_sample.setdefault(judgement.sample_id, []).append(judgement)
    standing = {
        judgement.id for sample in samples for judgement in current_judgements(by_sample.get(sample.id, []))
    }
    if standing != set(deed.judgement_ids):
        raise KnownError(
            "report_outdated",
            "The report no longer states the judgements that stand.",
            "Open the request, look at what changed, and submit a new report.",
        )
    _must_fit(deed.summary, "summary")


def after_judgement(request: ModerationRequest, decision: Decision, on: date) -> ModerationRequest:
    """What a judgement does to its request: a suspicion holds it at once, with no approval (M-64, M-65, D-12)."""
    if decision is Decision.SUSPECTED_MALPRACTICE and request.state in HOLDABLE:
        return after_hold_placed(request, "Suspected malpractice", on)
    return request


def after_hold_placed(request: ModerationRequest, reason: str, on: date) -> ModerationRequest:
    """The request on hold from this day (M-64). Raises KnownError where nothing can be held, or no reason is given."""
    if request.state not in HOLDABLE:
        raise KnownError(
            "cannot_be_held",
            f"Request {request.number} cannot be put on hold: {request.state.words.lower()}.",
        )
    if not reason.strip():
        raise KnownError("reason_missing", "Say why the request is put on hold.")
    return replace(request, state=RequestState.ON_HOLD, held_on=on, hold_reason=reason.strip())


def after_hold_ended(request: ModerationRequest, state_before: RequestState, on: date) -> ModerationRequest:
    """The request as it was before the hold, with the working days that were left then left again (D-6, M-69).

    A certification hold is another matter and stays as it is (M-57). Raises KnownError if there is no hold.
    """
    if request.state is not RequestState.ON_HOLD or request.held_on is None:
        raise KnownError("not_on_hold", f"Request {request.number} is not on hold.")
    due_on, last_day_on = request.due_on, request.last_day_on
    if due_on is not None and state_before is RequestState.IN_MODERATION:
        due_on = due_after_hold(due_on, request.held_on, on, request.nation)
    if last_day_on is not None:
        # The days left for the actions of a rejection are left again too (D-4).
        last_day_on += on - request.held_on
    return replace(
        request, state=state_before, held_on=None, hold_reason="", due_on=due_on, last_day_on=last_day_on
    )


def after_report(
    request: ModerationRequest, outcome: Outcome, on: date, action_days: int = ACTION_DAYS
) -> ModerationRequest:
    """What a report issued on this day does to its request (M-55, M-57, M-60).

    A rejection gives the centre so many calendar days for its actions, each one anew (M-61, D-4). The records of an
    accepted one are updated next (M-58, ``life.after_records_updated``).
    """
    rejected = outcome is Outcome.REJECTED
    return replace(
        request,
        state=RequestState.RETURNED_TO_CENTRE if rejected else RequestState.ACCEPTED,
        outcome=outcome,
        certification_hold=batch_is_held(outcome),
        returned_on=on if rejected else None,
        last_day_on=last_day(on, action_days) if rejected else None,
    )


def propose_outcome(samples: Sequence[Sample], current: Mapping[str, Judgement]) -> Outcome | None:
    """The outcome to offer the moderator: None until every sample is judged (D-12), anew where a suspicion stands."""
    found = [current[sample.id].decision for sample in samples if sample.id in current]
    if len(found) < len(samples) or Decision.SUSPECTED_MALPRACTICE in found:
        return None
    return proposed_outcome(found)


def _must_be_in_moderation(request: ModerationRequest) -> None:
    if request.state is RequestState.ON_HOLD:
        raise KnownError(
            "on_hold",
            "This request is on hold, so judgements wait.",
            "Your text is kept. The quality manager will say how it goes on.",
        )
    if request.state in MODERATION_OVER:
        raise KnownError(
            "moderation_over",
            f"Moderation of this request is over: {request.state.words.lower()}.",
            "Write a note if something must be added.",
        )
    if request.state is not RequestState.IN_MODERATION:
        raise KnownError(
            "not_in_moderation",
            f"This request is not in moderation yet: {request.state.words.lower()}.",
            "Judge once the centre's evidence is complete.",
        )


def _must_fit(text: str, what: str) -> None:
    if len(text) > NOTE_LIMIT:
        raise KnownError(
            "too_long",
            f"This {what} has {len(text):,} characters; {NOTE_LIMIT:,} are possible.",
            "Shorten it, or split it into several notes.",
        )
