"""Where pages lie in one long scroll: plain geometry, without a window."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MARGIN = 12
"""Logical pixels around and between pages."""

POINT = 96 / 72
"""Logical pixels of one point at 100 %."""

STEPS = (0.5, 0.67, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
"""The zoom levels that *larger* and *smaller* walk through: 50 to 400 %."""


class Fit(StrEnum):
    """How the size of a page is chosen: by the width or the whole of the window, or freely."""

    WIDTH = "width"
    PAGE = "page"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one page lies, in logical pixels from the top left corner of the scroll."""

    left: int
    top: int
    width: int
    height: int

    @property
    def bottom(self) -> int:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class PageLayout:
    """All pages below one another. scale: logical pixels per point."""

    places: tuple[Place, ...]
    width: int
    height: int
    scale: float

    def visible(self, top: int, bottom: int) -> range:
        """Numbers (from 0) of the pages of which something lies between two heights."""
        first = self.page_at(top)
        last = first
        while last + 1 < len(self.places) and self.places[last + 1].top < bottom:
            last += 1
        return range(first, last + 1) if self.places else range(0)

    def page_at(self, height: int) -> int:
        """The page at a height; between two pages it is the lower one, past the end the last."""
        found = bisect_right(self.places, height, key=lambda place: place.bottom)
        return min(found, max(0, len(self.places) - 1))


def turned(size: tuple[float, float], quarter_turns: int) -> tuple[float, float]:
    """A page's size after it was turned clockwise by so many quarters."""
    return size if quarter_turns % 2 == 0 else (size[1], size[0])


def lay_out(
    sizes: Sequence[tuple[float, float]],
    *,
    window: tuple[int, int],
    fit: Fit,
    zoom: float,
    quarter_turns: int = 0,
) -> PageLayout:
    """Places pages for a window of that many logical pixels.

    sizes: width and height of each page in points. zoom: 1.0 is 100 %; only used by ``Fit.FREE``.
    Pages narrower than the window are centred.
    """
    pages = [turned(size, quarter_turns) for size in sizes]
    scale = scale_for(pages, window=window, fit=fit, zoom=zoom)
    boxes = [(max(1, round(width * scale)), max(1, round(height * scale))) for width, height in pages]
    content = max((width for width, _ in boxes), default=0) + 2 * MARGIN
    room = max(window[0], content)
    places = []
    top = MARGIN
    for width, height in boxes:
        places.append(Place((room - width) // 2, top, width, height))
        top += height + MARGIN
    # A single short page stands in the middle of the window, not at its upper edge.
    spare = window[1] - top
    if len(places) == 1 and spare > 0:
        only = places[0]
        places = [Place(only.left, only.top + spare // 2, only.width, only.height)]
        top = window[1]
    return PageLayout(tuple(places), content, top, scale)


def scale_for(
    pages: Sequence[tuple[float, float]], *, window: tuple[int, int], fit: Fit, zoom: float
) -> float:
    """Logical pixels per point. Fitting goes by the widest page, and by the tallest for a whole page."""
    widest = max((width for width, _ in pages), default=0.0)
    tallest = max((height for _, height in pages), default=0.0)
    if fit is Fit.FREE or widest <= 0 or tallest <= 0:
        return zoom * POINT
    by_width = max(40, window[0] - 2 * MARGIN) / widest
    if fit is Fit.WIDTH:
        return by_width
    return min(by_width, max(40, window[1] - 2 * MARGIN) / tallest)


def next_step(zoom: float, direction: int) -> float:
    """The next larger (1) or smaller (-1) zoom level, never beyond 50 to 400 %."""
    if direction > 0:
        return next((step for step in STEPS if step > zoom + 0.005), STEPS[-1])
    return next((step for step in reversed(STEPS) if step < zoom - 0.005), STEPS[0])
