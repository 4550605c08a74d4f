"""Matchings that grow: as many pairs as possible, and who is offered first goes first."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.matching import Matching

choices = st.lists(st.lists(st.integers(0, 4), unique=True, max_size=4), min_size=1, max_size=5)


def _can_all_be_paired(wanted: list[list[int]]) -> bool:
    return any(
        all(right in own for right, own in zip(order, wanted, strict=True))
        for order in permutations(range(5), len(wanted))
    )


@given(choices)
def test_somebody_is_left_out_only_if_those_before_could_not_spare_a_partner(
    of_left: list[list[int]],
) -> None:
    matching: Matching[int, int] = Matching(dict(enumerate(of_left)))
    paired: list[list[int]] = []
    for left, wanted in enumerate(of_left):
        assert matching.add(left) == _can_all_be_paired([*paired, wanted])
        if left in matching.of_left:
            paired.append(wanted)
        assert set(matching.of_left) == {n for n in range(left + 1) if n in matching.of_right.values()}
        assert all(
            right in of_left[n] and matching.of_right[right] == n for n, right in matching.of_left.items()
        )


def test_a_long_chain_of_moves_is_followed_to_its_end() -> None:
    # Each holds the place that the next one wants; only moving all of them makes room.
    size = 5_000
    matching: Matching[int, int] = Matching({n: [n, n + 1] for n in range(size)} | {size: [0]})
    for n in range(size):
        matching.add(n)
    assert matching.add(size)
    assert matching.of_left == {n: n + 1 for n in range(size)} | {size: 0}


def test_several_may_share_one_list_of_choices() -> None:
    shared = [1, 2]
    matching: Matching[str, int] = Matching({"a": shared, "b": shared, "c": shared, "d": [1, 3]})
    assert [matching.add(name) for name in "abcd"] == [True, True, False, True]
