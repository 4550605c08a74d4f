"""What the evidence child process knows to do with one opened file. Nothing here runs in the window's process."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

# A bitmap larger than this is drawn at a smaller scale: 24 million pixels are 96 MB.
MOST_PIXELS = 24_000_000
LONGEST_SIDE = 16_384


class RefusalError(Exception):
    """The file cannot be shown; ``code`` is one of the codes the parent process has words for."""

    def __init__(self, code: str, details: str = "") -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn page: opaque pixels of four bytes, blue, green, red, 255; rows from the top without gaps.

    scale: pixels per point that were really used, smaller than asked where the bitmap would be too large.
    """

    width: int
    height: int
    scale: float
    pixels: bytes


@dataclass(slots=True)
class Opened:
    """What is known of a file once it is open: its kind ("pages", "image", "text"), its pages' sizes in points."""

    kind: str
    sizes: list[tuple[float, float]] = field(default_factory=list)
    remark: str = ""


Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Viewer(Protocol):
    """One opened file. Pages count from 0; places are points from the page's top left corner as it is shown."""

    opened: Opened

    def render(self, page: int, scale: float) -> Drawn:
        """Draws a page at ``scale`` pixels per point."""

    def page_text(self, page: int) -> str:
        """The words of a page."""

    def find(self, needle: str) -> list[tuple[int, list[Box]]]:
        """Where ``needle`` stands, in any case: (page, boxes)."""

    def text(self) -> str:
        """The whole text."""


def fitting_scale(width: float, height: float, scale: float) -> float:
    """The scale asked for, or the largest at which a page of that size (points) stays a sane bitmap."""
    most = min(math.sqrt(MOST_PIXELS / (width * height)), LONGEST_SIDE / max(width, height))
    return min(scale, most)
