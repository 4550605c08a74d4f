"""Long lists in pages, so that a centre of 20,000 learners is served as fast as one of twenty."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list of ``count`` things: its ``number`` from 1, and its things from ``first`` (from 0) up to, not
    including, ``last``.
    """

    number: int
    pages: int
    count: int
    first: int
    last: int

    @classmethod
    def of(cls, number: int, count: int, size: int) -> Paging:
        """The page with this number, or the nearest there is."""
        pages = max(1, -(-count // size))
        number = min(max(1, number), pages)
        first = (number - 1) * size
        return cls(number, pages, count, first, min(count, first + size))

    @property
    def earlier(self) -> int | None:
        """The number of the page before this one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def later(self) -> int | None:
        """The number of the page after this one."""
        return self.number + 1 if self.number < self.pages else None
