"""The one date formatter."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.dates import clock_time, day, from_text, london_day, moment, short_day, to_text


def test_days_and_moments_in_words() -> None:
    assert day(date(2026, 3, 12)) == "12 March 2026"
    assert short_day(date(2026, 3, 12)) == "Thu 12 Mar"
    assert moment(datetime(2026, 7, 1, 9, 5, tzinfo=UTC)) == "1 July 2026, 10:05"
    assert clock_time(datetime(2026, 1, 1, 9, 5, tzinfo=UTC)) == "09:05"


def test_the_day_is_londons() -> None:
    assert london_day(datetime(2026, 5, 15, 23, 0, tzinfo=UTC)) == date(2026, 5, 16)
    assert london_day(datetime(2026, 1, 15, 23, 30, tzinfo=UTC)) == date(2026, 1, 15)


@given(st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30), timezones=st.timezones()))  # noqa: DTZ001
def test_a_moment_survives_being_written_down(value: datetime) -> None:
    assert from_text(to_text(value)) == value.astimezone(UTC)


def test_a_moment_without_a_zone_is_a_defect() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_text(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1999-12-31T00:00:00+00:00",
        "2026-01-01T00:00:00",
    ],
)
def test_a_moment_nobody_works_in_is_refused_and_never_overflows(text: str) -> None:
    with pytest.raises(ValueError, match=r"moment|year"):
        from_text(text)
