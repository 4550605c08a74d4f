"""Quarters in which moderation is fulfilled (M-32, D-1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.dates import london_day
from app.domain.quarters import is_quarter, quarter_of, quarter_words


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2026, 4, 1), "2026Q2"),
        (date(2026, 6, 30), "2026Q2"),
        (date(2026, 7, 1), "2026Q3"),
        (date(2026, 9, 30), "2026Q3"),
        (date(2026, 10, 1), "2026Q4"),
        (date(2026, 12, 31), "2026Q4"),
    ],
)
def test_D1_M32_calendar_quarters(day: date, quarter: str) -> None:
    assert quarter_of(day) == quarter


def test_D1_M32_a_quarter_turns_at_midnight_in_london() -> None:
    # 30 June 2026, 23:30 UTC is 1 July in London.
    assert quarter_of(london_day(datetime(2026, 6, 30, 22, 59, tzinfo=UTC))) == "2026Q2"
    assert quarter_of(london_day(datetime(2026, 6, 30, 23, 0, tzinfo=UTC))) == "2026Q3"


@given(st.dates(date(2000, 1, 1), date(2199, 12, 30)))
def test_D1_quarters_sort_by_time_and_turn_only_on_the_first_of_a_month(day: date) -> None:
    following = day + timedelta(days=1)
    assert quarter_of(day) <= quarter_of(following)
    assert (quarter_of(day) != quarter_of(following)) == (
        following.day == 1 and following.month in (1, 4, 7, 10)
    )
    assert is_quarter(quarter_of(day))


def test_D1_a_quarter_in_words() -> None:
    assert quarter_words("2026Q1") == "January to March 2026"
    assert quarter_words("2026Q4") == "October to December 2026"


@pytest.mark.parametrize("text", ["", "2026Q5", "2026q1", "Q1 2026", "2026Q1 ", "２０２６Q1"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    assert not is_quarter(text)
    with pytest.raises(ValueError, match="not a quarter"):
        quarter_words(text)
