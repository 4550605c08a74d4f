"""The 21-working-day clock: worked example 3 and what must hold for any day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.centres import Nation
from app.domain.clocks import (
    ClockState,
    add_working_days,
    due_after_hold,
    is_working_day,
    moderation_due,
    read_clock,
    working_days_between,
)

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
nations = st.sampled_from(list(Nation))


@pytest.mark.parametrize(
    ("nation", "due"),
    [
        (Nation.ENGLAND, date(2026, 4, 29)),
        (Nation.WALES, date(2026, 4, 29)),
        (Nation.NORTHERN_IRELAND, date(2026, 4, 29)),
        (Nation.SCOTLAND, date(2026, 4, 28)),
        (Nation.OUTSIDE_UK, date(2026, 4, 29)),
    ],
)
def test_M50_worked_example_3_evidence_complete_27_march_2026(nation: Nation, due: date) -> None:
    assert moderation_due(date(2026, 3, 27), nation) == due


def test_M50_day_of_declaration_is_day_0() -> None:
    assert add_working_days(date(2026, 3, 2), 0, Nation.ENGLAND) == date(2026, 3, 2)
    assert add_working_days(date(2026, 3, 2), 1, Nation.ENGLAND) == date(2026, 3, 3)


def test_worked_example_1_ten_working_days_before_a_visit() -> None:
    visit = date(2017, 12, 8)
    for nation in (Nation.ENGLAND, Nation.WALES, Nation.NORTHERN_IRELAND):
        assert add_working_days(visit, -10, nation) == date(2017, 11, 24)
    assert add_working_days(visit, -10, Nation.SCOTLAND) == date(2017, 11, 23)


@given(days, st.integers(1, 60), nations)
def test_M50_the_due_day_is_a_working_day_and_counts_back(start: date, count: int, nation: Nation) -> None:
    due = add_working_days(start, count, nation)
    assert is_working_day(due, nation)
    assert working_days_between(start, due, nation) == count
    assert working_days_between(due, start, nation) == -count


@given(days, st.integers(0, 40), st.integers(0, 40), nations)
def test_working_days_add_up(start: date, first: int, second: int, nation: Nation) -> None:
    there = add_working_days(add_working_days(start, first, nation), second, nation)
    if first:
        assert there == add_working_days(start, first + second, nation)
    else:
        assert there >= start


@given(days, nations, st.integers(0, 60))
def test_D6_a_running_clock_never_skips_a_day_and_ends_overdue(
    start: date, nation: Nation, passed: int
) -> None:
    due = moderation_due(start, nation)
    today = start + timedelta(days=passed)
    reading = read_clock(
        today=today, nation=nation, started_on=start, due_on=due, held_on=None, finished=False
    )
    assert reading.days_left is not None
    assert (reading.state is ClockState.OVERDUE) == (today > due)
    if today <= due:
        assert reading.days_left == working_days_between(today, due, nation)
    else:
        assert reading.days_left < 0


@given(days, nations, st.integers(0, 25), st.integers(0, 400))
def test_D6_a_hold_freezes_the_clock_and_gives_the_days_back(
    start: date, nation: Nation, before: int, held_for: int
) -> None:
    due = moderation_due(start, nation)
    held_on = add_working_days(start, before, nation)
    later = held_on + timedelta(days=held_for)
    reading = read_clock(
        today=later, nation=nation, started_on=start, due_on=due, held_on=held_on, finished=False
    )
    assert reading.state is ClockState.FROZEN
    assert reading.days_left == working_days_between(held_on, due, nation)
    new_due = due_after_hold(due, held_on, later, nation)
    assert working_days_between(later, new_due, nation) == max(0, reading.days_left)


def test_clock_words_name_days_and_date() -> None:
    reading = read_clock(
        today=date(2026, 3, 17),
        nation=Nation.ENGLAND,
        started_on=date(2026, 2, 27),
        due_on=date(2026, 3, 30),
        held_on=None,
        finished=False,
    )
    assert reading.words == "9 of 21 working days left, due Mon 30 Mar"
    assert (
        read_clock(
            today=date(2026, 4, 1),
            nation=Nation.ENGLAND,
            started_on=date(2026, 2, 27),
            due_on=date(2026, 3, 30),
            held_on=None,
            finished=False,
        ).words
        == "2 working days overdue, was due Mon 30 Mar"
    )


def test_a_clock_that_has_not_started_or_is_over_says_so() -> None:
    waiting = read_clock(
        today=date(2026, 4, 1),
        nation=Nation.WALES,
        started_on=None,
        due_on=None,
        held_on=None,
        finished=False,
    )
    assert (waiting.state, waiting.days_left) == (ClockState.NOT_STARTED, None)
    over = read_clock(
        today=date(2026, 4, 1),
        nation=Nation.WALES,
        started_on=date(2026, 3, 1),
        due_on=date(2026, 3, 30),
        held_on=None,
        finished=True,
    )
    assert over.state is ClockState.STOPPED
