"""Strips onto pages: what belongs together stays together, and nothing runs over the foot of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.reports.strips import Strip

_ROUNDING = 0.01
"""Sums of heights may overshoot by so little without being too high."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A strip and how far its top lies below the top of the text area, in points.

    repeated: a head that the page repeats, which is shown and not read aloud.
    """

    down: float
    strip: Strip
    repeated: bool = False


@dataclass(slots=True)
class Page:
    """The strips of one page and the height they fill, in points."""

    placed: list[Placed] = field(default_factory=list)
    filled: float = 0.0

    def add(self, strip: Strip, *, repeated: bool = False) -> None:
        """Puts a strip under the others."""
        self.placed.append(Placed(self.filled, strip, repeated))
        self.filled += strip.height


def paginate(strips: Sequence[Strip], height: float) -> list[Page]:
    """Deals strips out to pages of ``height`` points; always gives at least one page.

    Strips chained by ``hold`` go to the next page together where they do not fit. A chain higher than a page is
    broken where the page ends.
    """
    pages = [Page()]
    index = 0
    while index < len(strips):
        end = index
        while strips[end].hold and end + 1 < len(strips):
            end += 1
        chain = strips[index : end + 1]
        index = end + 1
        if not _fits(pages[-1], chain, height) and pages[-1].placed:
            pages.append(Page())
        for strip in chain:
            page = pages[-1]
            if page.placed and page.filled + strip.height > height + _ROUNDING:
                page = Page()
                pages.append(page)
            if not page.placed:
                if strip.gap:
                    continue
                if len(pages) > 1:
                    for head in strip.head:
                        page.add(head, repeated=True)
            page.add(strip)
    return pages


def _fits(page: Page, chain: Sequence[Strip], height: float) -> bool:
    return page.filled + sum(strip.height for strip in chain) <= height + _ROUNDING
