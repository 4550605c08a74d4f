"""The moves of a request's life (section 1.9), and the days that belong to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.centres import Nation
from app.domain.clocks import moderation_due
from app.domain.dates import LONDON, london_day
from app.domain.errors import KnownError
from app.domain.judging import after_hold_ended, after_hold_placed, after_report
from app.domain.life import (
    after_archiving,
    after_certification,
    after_evidence_complete,
    after_extension,
    after_records_updated,
    after_release,
    after_resubmission,
    after_submission,
    archived_from,
    last_day,
)
from app.domain.moderation import ModerationRequest, Outcome, RequestState
from tests.support.records import request

REPORTED = date(2026, 1, 15)


def rejected(**changes: object) -> ModerationRequest:
    return after_report(request(**changes), Outcome.REJECTED, REPORTED)


def code(work: Callable[[], object]) -> str:
    with pytest.raises(KnownError) as refusal:
        work()
    assert refusal.value.says.endswith(".")
    return refusal.value.code


def test_M61_D4_worked_example_5_the_last_day_and_the_moment_of_archiving() -> None:
    returned = rejected()
    assert (returned.returned_on, returned.last_day_on) == (REPORTED, date(2026, 5, 15))
    ends = archived_from(date(2026, 5, 15))
    assert ends == datetime(2026, 5, 15, 23, 0, tzinfo=UTC)
    last_second = datetime(2026, 5, 15, 23, 59, 59, tzinfo=LONDON)
    assert after_resubmission(returned, london_day(last_second)).state is RequestState.IN_MODERATION
    assert code(lambda: after_archiving(returned, london_day(last_second))) == "time_left"
    assert code(lambda: after_resubmission(returned, london_day(ends))) == "archived"
    assert after_archiving(returned, london_day(ends)).state is RequestState.ARCHIVED


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 400))
def test_D4_a_claim_is_open_on_its_last_day_and_archived_the_next(day: date, days: int) -> None:
    last = last_day(day, days)
    assert (last - day).days == days
    assert london_day(archived_from(last)) == last + timedelta(days=1)
    assert london_day(archived_from(last) - timedelta(seconds=1)) == last


def test_M61_D4_each_rejection_starts_the_time_anew() -> None:
    again = after_resubmission(rejected(), date(2026, 3, 2))
    assert (again.returned_on, again.last_day_on, again.outcome) == (None, None, None)
    assert again.certification_hold, "M-57: only acceptance or a release lifts it"
    second = after_report(again, Outcome.REJECTED, date(2026, 3, 20))
    assert second.last_day_on == last_day(date(2026, 3, 20))


@given(st.integers(0, 120), st.integers(0, 90))
def test_M61_D4_a_hold_freezes_the_days_that_are_left(held_after: int, held_for: int) -> None:
    returned = rejected()
    held_on = REPORTED + timedelta(days=held_after)
    held = after_hold_placed(returned, "Suspected malpractice", held_on)
    assert code(lambda: after_archiving(held, date(2030, 1, 1))) == "not_returned"
    released_on = held_on + timedelta(days=held_for)
    freed = after_hold_ended(held, RequestState.RETURNED_TO_CENTRE, released_on)
    assert returned.last_day_on is not None
    assert freed.last_day_on is not None
    assert freed.last_day_on - released_on == returned.last_day_on - held_on


def test_M50_D6_the_21_days_start_with_the_declaration() -> None:
    asked = after_submission(request(state=RequestState.SUBMITTED, due_on=None), 3)
    assert (asked.state, asked.samples, asked.due_on) == (RequestState.SAMPLE_REQUESTED, 3, None)
    moderated = after_evidence_complete(asked, date(2026, 3, 27))
    assert (moderated.state, moderated.evidence_complete_on, moderated.due_on) == (
        RequestState.IN_MODERATION,
        date(2026, 3, 27),
        date(2026, 4, 29),
    )


def test_M60_D6_a_resubmission_starts_a_new_time_and_the_old_date_stays() -> None:
    returned = rejected(due_on=date(2026, 1, 20))
    again = after_resubmission(returned, date(2026, 3, 27))
    assert again.due_on == moderation_due(date(2026, 3, 27), Nation.ENGLAND)
    assert again.earlier_due_on == (date(2026, 1, 20),)


def test_M30_without_a_sample_a_claim_is_fulfilled() -> None:
    assert after_submission(request(state=RequestState.SUBMITTED), 0).state is RequestState.FULFILLED


def test_M51_an_extension_keeps_the_old_date_and_ends_later() -> None:
    before = request(due_on=date(2026, 3, 30))
    after = after_extension(before, date(2026, 4, 10))
    assert (after.due_on, after.earlier_due_on) == (date(2026, 4, 10), (date(2026, 3, 30),))
    assert code(lambda: after_extension(before, date(2026, 3, 30))) == "not_later"


def test_M57_a_release_needs_a_reason_and_a_held_batch_at_the_centre() -> None:
    returned = rejected()
    released = after_release(returned, "The others were looked at.")
    assert (released.state, released.certification_hold) == (RequestState.RETURNED_TO_CENTRE, False)
    assert code(lambda: after_release(returned, "  ")) == "reason_missing"
    assert code(lambda: after_release(released, "Again.")) == "nothing_to_release"
    again = after_resubmission(returned, date(2026, 3, 2))
    assert code(lambda: after_release(again, "While it is moderated.")) == "nothing_to_release"


@pytest.mark.parametrize("state", list(RequestState))
def test_section_1_9_no_move_leaves_any_other_state(state: RequestState) -> None:
    """Which moves each state has; every other is refused in words."""
    at = request(
        state=state,
        returned_on=REPORTED,
        last_day_on=date(2026, 5, 15),
        outcome=Outcome.REJECTED,
        due_on=date(2026, 3, 30),
    )
    moves: dict[str, Callable[[], ModerationRequest]] = {
        "submission": lambda: after_submission(at, 1),
        "evidence": lambda: after_evidence_complete(at, date(2026, 3, 2)),
        "resubmission": lambda: after_resubmission(at, date(2026, 3, 2)),
        "archiving": lambda: after_archiving(at, date(2026, 6, 1)),
        "records": lambda: after_records_updated(at),
        "certification": lambda: after_certification(at),
        "extension": lambda: after_extension(at, date(2026, 4, 30)),
    }
    possible = set()
    for name, move in moves.items():
        try:
            move()
        except KnownError:
            continue
        possible.add(name)
    expected: dict[RequestState, set[str]] = {
        RequestState.SUBMITTED: {"submission"},
        RequestState.SAMPLE_REQUESTED: {"evidence"},
        RequestState.IN_MODERATION: {"extension"},
        RequestState.FULFILLED: {"records"},
        RequestState.ACCEPTED: {"records"},
        RequestState.RETURNED_TO_CENTRE: {"resubmission", "archiving"},
        RequestState.RECORDS_UPDATED: {"certification"},
    }
    assert possible == expected.get(state, set())


@pytest.mark.parametrize(
    "state", [RequestState.FULFILLED, RequestState.ACCEPTED, RequestState.RECORDS_UPDATED]
)
def test_M57_M65_nobody_goes_on_while_the_batch_is_held(state: RequestState) -> None:
    held = request(state=state, certification_hold=True)
    for move in (after_records_updated, after_certification):
        with pytest.raises(KnownError):
            move(held)
