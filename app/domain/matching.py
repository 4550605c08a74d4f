"""Pairing two sides of a graph so that as many as possible have a partner."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, TypeVar

L = TypeVar("L", bound=Hashable)
R = TypeVar("R", bound=Hashable)


class Matching(Generic[L, R]):
    """A matching that grows: who is paired stays paired, though perhaps with another partner.

    choices: for each of the left side those of the right it may pair with, best first. Offering the left side in the
    order of its importance therefore pairs the most important that can be paired together, and as many as possible.
    """

    def __init__(self, choices: Mapping[L, Sequence[R]]) -> None:
        self._choices = choices
        self.of_left: dict[L, R] = {}
        self.of_right: dict[R, L] = {}

    def pair(self, left: L, right: R) -> None:
        """Pairs two that have no partner yet."""
        self.of_left[left] = right
        self.of_right[right] = left

    def add(self, left: L) -> bool:
        """Finds a partner for ``left``, moving others along where that helps; False when there is none."""
        # Breadth first: the shortest chain of changes, and no recursion however long the chain.
        came_from: dict[R, L] = {}
        searched: set[int] = set()
        waiting = [left]
        for asking in waiting:
            choices = self._choices[asking]
            if id(choices) in searched:
                continue  # several may share one list of choices; the first has seen all of it
            searched.add(id(choices))
            for right in choices:
                if right in came_from:
                    continue
                came_from[right] = asking
                holder = self.of_right.get(right)
                if holder is None:
                    self._move_along(left, right, came_from)
                    return True
                waiting.append(holder)
        return False

    def _move_along(self, start: L, free: R, came_from: Mapping[R, L]) -> None:
        right = free
        while True:
            left = came_from[right]
            former = self.of_left.get(left)
            self.pair(left, right)
            if left == start or former is None:
                return
            right = former
