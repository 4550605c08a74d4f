"""Pages of strips into the bytes of a PDF: always the same bytes for the same pages."""

from __future__ import annotations

import hashlib
import io
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.reports.fonts import bundled_fonts
from app.reports.pages import Page, Placed
from app.reports.setting import Line, Typesetter
from app.reports.strips import Box, Panel, Words
from app.reports.style import (
    DRAFT,
    FOOTER_BASELINE,
    FURNITURE,
    HAIRLINE,
    HEADER_BASELINE,
    LEFT,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_WIDTH,
    TOP,
    Colour,
    Face,
    Type,
)
from app.reports.typed import for_the_reader_program

_one_at_a_time = threading.Lock()
# The library's fonts keep a reading position and its settings are global: two reports must not be made at once.

_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
_DRAFT_MARK = Type(Face.BOLD, 62.0, 62.0, DRAFT)
_DRAFT_BADGE = Type(Face.BOLD, 8.6, 11.0, DRAFT)
_DRAFT_STRENGTH = 0.09
_ROUND = 0.5523


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands on every page, and what the file says about itself.

    draft: words that mark each page as not issued; empty for an issued report. dated: None for a draft.
    """

    title: str
    author: str
    subject: str
    creator: str
    header_left: str
    header_right: str
    footer_left: str
    draft: str
    dated: datetime | None


def print_pages(pages: Sequence[Page], furniture: Furniture, setter: Typesetter) -> bytes:
    """The PDF of these pages: compressed, in en-GB, its viewer told to show the title."""
    from reportlab.pdfgen.canvas import Canvas

    with _one_at_a_time, _pinned_settings():
        out = io.BytesIO()
        # Untyped on purpose: the library's type stubs know neither its fonts' names nor its document.
        canvas_class: Any = Canvas
        canvas = canvas_class(
            out,
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            pageCompression=0,  # Compressed by our own filter, whose level is fixed.
            invariant=1,
            lang="en-GB",
            initialFontName=bundled_fonts().registered(Face.REGULAR),
        )
        _describe(canvas, furniture)
        painter = _Painter(canvas)
        for number, page in enumerate(pages, start=1):
            painter.page(page, furniture, f"Page {number} of {len(pages)}", setter)
            canvas.showPage()
        canvas.save()
        return out.getvalue()


@contextmanager
def _pinned_settings() -> Iterator[None]:
    """The library takes settings from the environment and the home folder; those that reach a file are pinned."""
    from reportlab import rl_config

    pinned = {"invariant": 1, "pdfComments": 0, "pdfMultiLine": 0, "useA85": 0}
    before = {name: getattr(rl_config, name) for name in pinned}
    for name, value in pinned.items():
        setattr(rl_config, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(rl_config, name, value)


class _Deflate:
    """The library's compression filter with a fixed level."""

    pdfname = "FlateDecode"

    def encode(self, content: str | bytes) -> bytes:
        return zlib.compress(content.encode("latin-1") if isinstance(content, str) else content, 9)


def _describe(canvas: Any, furniture: Furniture) -> None:
    """What the file says about itself, without a look at the clock or the environment."""
    canvas.setTitle(for_the_reader_program(furniture.title))
    canvas.setAuthor(for_the_reader_program(furniture.author))
    canvas.setSubject(for_the_reader_program(furniture.subject))
    canvas.setCreator(furniture.creator)
    canvas.setProducer("ReportLab")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    document = canvas._doc
    document.defaultStreamFilters = [_Deflate()]
    # The library starts its fingerprint from a time that SOURCE_DATE_EPOCH may set.
    document.signature = hashlib.md5(b"touchstone report", usedforsecurity=False)
    dated = (furniture.dated or _UNDATED).astimezone(UTC)
    canvas.setDateFormatter(lambda *_ignored: f"D:{dated:%Y%m%d%H%M%S}+00'00'")


class _Painter:
    """Writes marks as PDF operations; coordinates count down from the page's top left."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._fonts = bundled_fonts()
        self._anchors = 0

    def page(self, page: Page, furniture: Furniture, page_words: str, setter: Typesetter) -> None:
        operations: list[str] = []
        for panel, down, height in _panels(page.placed):
            operations.append(_box(Box(panel.x, TOP + down, panel.width, height, panel.fill, 2.0)))
            if panel.edge is not None:
                operations.append(_box(Box(panel.x, TOP + down, 3.0, height, panel.edge)))
        for placed in page.placed:
            top = TOP + placed.down
            for mark in placed.strip.marks:
                if isinstance(mark, Box):
                    operations.append(
                        _box(Box(mark.x, top + mark.down, mark.width, mark.height, mark.fill, mark.radius))
                    )
                else:
                    operations.append(
                        self._words(Words(mark.x, top + mark.down, mark.runs, mark.size, mark.colour))
                    )
            self._anchor(placed, top)
        operations.extend(self._furniture(furniture, page_words, setter))
        self._canvas.addLiteral("\n".join(operations))
        if furniture.draft:
            self._draft_mark(setter.line(furniture.draft, _DRAFT_MARK, PAGE_HEIGHT))

    def _anchor(self, placed: Placed, top: float) -> None:
        anchor = placed.strip.anchor
        if anchor is None:
            return
        self._anchors += 1
        key = f"part-{self._anchors}"
        self._canvas.bookmarkPage(key, fit="XYZ", left=0, top=PAGE_HEIGHT - top + 6.0, zoom=0)
        self._canvas.addOutlineEntry(
            for_the_reader_program(anchor.title), key, level=anchor.level, closed=True
        )

    def _furniture(self, furniture: Furniture, page_words: str, setter: Typesetter) -> list[str]:
        half = TEXT_WIDTH / 2.0 - 8.0
        third = TEXT_WIDTH * 0.36
        side = third if furniture.draft else half
        right = setter.line(furniture.header_right, FURNITURE, side)
        page_line = setter.line(page_words, FURNITURE, half)
        written = [
            (0.0, HEADER_BASELINE, setter.line(furniture.header_left, FURNITURE, side)),
            (TEXT_WIDTH - right.width, HEADER_BASELINE, right),
            (0.0, FOOTER_BASELINE, setter.line(furniture.footer_left, FURNITURE, TEXT_WIDTH - 90.0)),
            (TEXT_WIDTH - page_line.width, FOOTER_BASELINE, page_line),
        ]
        operations = [
            _box(Box(0.0, HEADER_BASELINE + 8.0, TEXT_WIDTH, 0.6, HAIRLINE)),
            _box(Box(0.0, FOOTER_BASELINE - 16.0, TEXT_WIDTH, 0.6, HAIRLINE)),
        ]
        for x, down, line in written:
            operations.append(self._words(Words(x, down, line.runs, FURNITURE.size, FURNITURE.colour)))
        if furniture.draft:
            badge = setter.line(furniture.draft, _DRAFT_BADGE, third)
            x = (TEXT_WIDTH - badge.width) / 2.0
            operations.append(self._words(Words(x, HEADER_BASELINE, badge.runs, _DRAFT_BADGE.size, DRAFT)))
        return operations

    def _draft_mark(self, line: Line) -> None:
        """Large across the page, so faint that what lies beneath stays readable."""
        canvas = self._canvas
        canvas.saveState()
        canvas.setFillAlpha(_DRAFT_STRENGTH)
        canvas.translate(PAGE_WIDTH / 2.0, PAGE_HEIGHT / 2.0)
        canvas.rotate(52)
        words = self._words(Words(-LEFT, PAGE_HEIGHT + 22.0, line.runs, _DRAFT_MARK.size, DRAFT))
        canvas.addLiteral(f"1 0 0 1 {-line.width / 2.0:.2f} 0 cm\n{words}")
        canvas.restoreState()

    def _words(self, words: Words) -> str:
        """Text at a place; a run is written as hexadecimal codes of the font's subset."""
        document = self._canvas._doc
        parts = [
            f"BT {_colour(words.colour)} 1 0 0 1 {LEFT + words.x:.2f} {PAGE_HEIGHT - words.down:.2f} Tm",
        ]
        for name, text in words.runs:
            font = self._fonts.font(name)
            for subset, codes in font.splitString(text, document):
                inner = font.getSubsetInternalName(subset, document)
                parts.append(f"{inner} {words.size:g} Tf <{codes.hex()}> Tj")
        parts.append("ET")
        return "\n".join(parts)


def _panels(placed: Sequence[Placed]) -> list[tuple[Panel, float, float]]:
    """Each panel of a page with its top and height; neighbouring strips that share one become one wash."""
    found: list[tuple[Panel, float, float]] = []
    for item in placed:
        panel = item.strip.panel
        if panel is None:
            continue
        if found and found[-1][0] is panel:
            top = found[-1][1]
            found[-1] = (panel, top, item.down + item.strip.height - top)
        else:
            found.append((panel, item.down, item.strip.height))
    return found


def _colour(colour: Colour) -> str:
    red, green, blue = (f"{part / 255.0:.3f}" for part in colour)
    return f"{red} {green} {blue} rg"


def _box(box: Box) -> str:
    """A filled rectangle; rounded corners are quarter circles drawn as curves."""
    left, top = LEFT + box.x, PAGE_HEIGHT - box.down
    right, foot = left + box.width, top - box.height
    if not box.radius:
        return f"{_colour(box.fill)} {left:.2f} {foot:.2f} {box.width:.2f} {box.height:.2f} re f"
    r = min(box.radius, box.width / 2.0, box.height / 2.0)
    c = r * (1.0 - _ROUND)
    return (
        f"{_colour(box.fill)} {left + r:.2f} {foot:.2f} m {right - r:.2f} {foot:.2f} l "
        f"{right - c:.2f} {foot:.2f} {right:.2f} {foot + c:.2f} {right:.2f} {foot + r:.2f} c "
        f"{right:.2f} {top - r:.2f} l "
        f"{right:.2f} {top - c:.2f} {right - c:.2f} {top:.2f} {right - r:.2f} {top:.2f} c "
        f"{left + r:.2f} {top:.2f} l "
        f"{left + c:.2f} {top:.2f} {left:.2f} {top - c:.2f} {left:.2f} {top - r:.2f} c "
        f"{left:.2f} {foot + r:.2f} l "
        f"{left:.2f} {foot + c:.2f} {left + c:.2f} {foot:.2f} {left + r:.2f} {foot:.2f} c f"
    )
