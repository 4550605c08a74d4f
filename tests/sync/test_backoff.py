"""Waiting between tries: full jitter between 1 s and 5 min, and never less than the service asks for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.sync.backoff import LONGEST, SHORTEST, delay

chances = st.floats(0, 1, exclude_max=True)


@given(attempt=st.integers(0, 10**9), chance=chances)
def test_every_wait_lies_between_a_second_and_five_minutes(attempt: int, chance: float) -> None:
    assert SHORTEST <= delay(attempt, chance) <= LONGEST


def test_the_ceiling_doubles_with_each_failure() -> None:
    assert [round(delay(attempt, 0.999999)) for attempt in (1, 2, 3, 8, 9, 50)] == [2, 4, 8, 256, 300, 300]


@given(attempt=st.integers(1, 50), chance=chances, asked=st.floats(0, 3600))
def test_the_services_own_wish_is_never_undercut(attempt: int, chance: float, asked: float) -> None:
    assert delay(attempt, chance, asked) >= asked


def test_an_absurd_wish_is_bounded() -> None:
    assert delay(1, 0.5, 10**9) == 3600
