"""The moves of a moderation request's life (section 1.9): each gives the changed request, or says why it cannot be.

Judging and holds have their own moves in ``judging``. Days are London calendar days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from app.domain.clocks import ACTION_DAYS, MODERATION_WORKING_DAYS, moderation_due
from app.domain.dates import LONDON, day
from app.domain.errors import KnownError
from app.domain.moderation import ModerationRequest, Outcome, RequestState

TAKES_EVIDENCE = frozenset({RequestState.SAMPLE_REQUESTED, RequestState.RETURNED_TO_CENTRE})
"""States in which the centre gives evidence: when it was asked for it, and while it does the actions of a rejection."""

TAKES_HANDED_EVIDENCE = TAKES_EVIDENCE | {RequestState.IN_MODERATION}
"""States in which operators add evidence for a centre: also what was forgotten, while it is being moderated."""

DRAWN_UNDECIDED = frozenset(
    {
        RequestState.SUBMITTED,
        RequestState.SAMPLE_REQUESTED,
        RequestState.IN_MODERATION,
        RequestState.ON_HOLD,
    }
)
"""States in which the learner-units drawn from a request are not decided yet (D-1).

A rejected one is decided: being returned to the centre stops no other claim (M-63). Re-submitted it is undecided anew.
"""

DRAW_DOES_NOT_COUNT = frozenset({RequestState.ARCHIVED, RequestState.REFUSED})
"""States whose picks do not count as drawn this quarter (D-1)."""

BRINGS_NO_CERTIFICATE = frozenset({RequestState.ARCHIVED, RequestState.REFUSED})
"""States of requests that have nothing more to give, so that their holds bind no learner either (M-57, M-62, M-69)."""


def after_submission(request: ModerationRequest, sampled: int) -> ModerationRequest:
    """A claim once its sample is drawn: without one it is fulfilled, else the centre is asked for evidence
    (M-29..M-31). ``sampled``: learner-units drawn.
    """
    _must_be(request, RequestState.SUBMITTED, "cannot_be_sampled", "is not newly submitted")
    state = RequestState.SAMPLE_REQUESTED if sampled else RequestState.FULFILLED
    return replace(request, state=state, samples=sampled)


def after_evidence_complete(
    request: ModerationRequest, on: date, working_days: int = MODERATION_WORKING_DAYS
) -> ModerationRequest:
    """The centre declared its evidence complete: moderation begins, and its working days run (M-50, D-6)."""
    _must_be(request, RequestState.SAMPLE_REQUESTED, "evidence_not_asked", "does not wait for evidence")
    return _in_moderation(request, on, working_days)


def after_resubmission(
    request: ModerationRequest, on: date, working_days: int = MODERATION_WORKING_DAYS
) -> ModerationRequest:
    """The same claim re-submitted after a rejection, its evidence declared complete anew: a new time begins
    (M-60, M-61, D-6).

    Its certification hold stays until it is accepted or released (M-57). Raises KnownError once the time is over
    (M-62), and for a request that is not with the centre.
    """
    if request.state is RequestState.ARCHIVED or (
        request.state is RequestState.RETURNED_TO_CENTRE
        and request.last_day_on is not None
        and on > request.last_day_on
    ):
        raise KnownError(
            "archived",
            f"Request {request.number} cannot be re-submitted any more: its time for the actions is over.",
            "Make a new claim; its learner-units can be claimed again.",
        )
    _must_be(request, RequestState.RETURNED_TO_CENTRE, "not_returned", "was not returned to the centre")
    again = _in_moderation(request, on, working_days)
    return replace(again, outcome=None, returned_on=None, last_day_on=None)


def _in_moderation(request: ModerationRequest, on: date, working_days: int) -> ModerationRequest:
    earlier = request.earlier_due_on + ((request.due_on,) if request.due_on is not None else ())
    return replace(
        request,
        state=RequestState.IN_MODERATION,
        evidence_complete_on=on,
        due_on=moderation_due(on, request.nation, working_days),
        earlier_due_on=earlier,
    )


def after_archiving(request: ModerationRequest, on: date) -> ModerationRequest:
    """A returned claim whose time is over: archived, for good (M-61, M-62).

    A request on hold is not with the centre, so that a hold freezes its time (D-4).
    """
    _must_be(request, RequestState.RETURNED_TO_CENTRE, "not_returned", "was not returned to the centre")
    if request.last_day_on is None or on <= request.last_day_on:
        left = f" until {day(request.last_day_on)}" if request.last_day_on is not None else ""
        raise KnownError("time_left", f"Request {request.number} can still be re-submitted{left}.")
    return replace(request, state=RequestState.ARCHIVED)


def after_records_updated(request: ModerationRequest) -> ModerationRequest:
    """The learners' records say what was claimed: after a fulfilled or an accepted claim (M-30, M-58).

    Raises KnownError while the batch is held for certification (M-57).
    """
    if request.state not in (RequestState.FULFILLED, RequestState.ACCEPTED) or request.certification_hold:
        raise KnownError(
            "records_wait",
            f"The records of request {request.number} cannot be updated: {request.state.words.lower()}.",
        )
    return replace(request, state=RequestState.RECORDS_UPDATED)


def after_certification(request: ModerationRequest) -> ModerationRequest:
    """Every learner of the claim has a certificate (M-33)."""
    _must_be(request, RequestState.RECORDS_UPDATED, "not_updated", "has no updated records")
    if request.certification_hold:
        raise KnownError("certification_held", f"Nobody in request {request.number} is certificated for now.")
    return replace(request, state=RequestState.CERTIFICATED)


def after_extension(request: ModerationRequest, new_due_on: date) -> ModerationRequest:
    """Moderation may take longer; the old date stays on record (M-51). Raises KnownError unless it is later."""
    _must_be(request, RequestState.IN_MODERATION, "cannot_be_extended", "is not in moderation")
    assert request.due_on is not None
    if new_due_on <= request.due_on:
        raise KnownError(
            "not_later",
            f"Moderation is due on {day(request.due_on)} already; an extension ends later.",
            "Choose a later day.",
        )
    return replace(request, due_on=new_due_on, earlier_due_on=(*request.earlier_due_on, request.due_on))


def after_release(request: ModerationRequest, reason: str) -> ModerationRequest:
    """The wider batch is sound: the hold on its certification ends, and learners who passed go on (M-57).

    The others stay returned to the centre. Raises KnownError without a reason, or where no batch is held.
    """
    if not reason.strip():
        raise KnownError("reason_missing", "Say why the wider batch is sound.")
    if not (
        request.certification_hold
        and request.state is RequestState.RETURNED_TO_CENTRE
        and request.outcome is Outcome.REJECTED
    ):
        raise KnownError(
            "nothing_to_release",
            f"The batch of request {request.number} is not held after a rejection: "
            f"{request.state.words.lower()}.",
            "A batch is released while it is with the centre; else its moderation decides.",
        )
    return replace(request, certification_hold=False)


def last_day(returned_on: date, days: int = ACTION_DAYS) -> date:
    """The last day on which a rejected claim may be re-submitted; the day of the report is day 0 (M-61, D-4)."""
    return returned_on + timedelta(days=days)


def archived_from(last_day_on: date) -> datetime:
    """The moment, in UTC, from which a claim is archived: midnight in London after its last day (D-4)."""
    return datetime.combine(last_day_on + timedelta(days=1), time(), LONDON).astimezone(UTC)


def _must_be(request: ModerationRequest, state: RequestState, code: str, is_not: str) -> None:
    if request.state is not state:
        raise KnownError(code, f"Request {request.number} {is_not}: {request.state.words.lower()}.")
