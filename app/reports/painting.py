"""Pages as PDF operations: what is said is marked with the part it belongs to, all else as decoration.

Within a page, words stand in the order in which they are read, whatever order they were set in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from app.reports.fonts import bundled_fonts
from app.reports.pages import Page, Placed
from app.reports.setting import Line, Typesetter
from app.reports.strips import Box, Panel, Words
from app.reports.structure import Part, Untagged
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

_DRAFT_MARK = Type(Face.BOLD, 62.0, 62.0, DRAFT)
_DRAFT_BADGE = Type(Face.BOLD, 8.6, 11.0, DRAFT)
_DRAFT_STRENGTH = 0.09
_ROUND = 0.5523
_HEADER = "/Artifact << /Type /Pagination /Subtype /Header >> BDC"
_FOOTER = "/Artifact << /Type /Pagination /Subtype /Footer >> BDC"
_WATERMARK = "/Artifact << /Type /Pagination /Subtype /Watermark >> BDC"
_REPEATED = "/Artifact << /Type /Pagination >> BDC"
_DECORATION = "/Artifact BMC"
_END = "EMC"


_Down = tuple[Words, float]
"""Words and how far the top of their strip lies below the top of the page."""


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


class Marked(str):
    """PDF operations in which every mark on the paper is said to be a part's or decoration."""

    __slots__ = ()


def check_marked(operations: Sequence[str]) -> None:
    """Raises Untagged where a page has operations that did not come from a Painter."""
    for piece in operations:
        if piece.strip() and not isinstance(piece, Marked):
            raise Untagged(f"a page has operations without a mark: {piece[:80]!r}")


class Painter:
    """Writes marks as PDF operations; coordinates count down from the page's top left."""

    def __init__(self, canvas: Any, setter: Typesetter) -> None:
        self._canvas = canvas
        self._setter = setter
        self._fonts = bundled_fonts()
        # By font, the name of the subset in which plain characters have their own codes.
        self._plain: dict[str, str] = {}
        self._anchors = 0

    def page(self, number: int, page: Page, furniture: Furniture, page_words: str) -> None:
        """Paints the page with index ``number``. Raises Untagged where words of it belong to no part."""
        boxes, repeated, said = self._sorted(page)
        operations: list[str] = []
        if boxes:
            operations += [_DECORATION, *boxes, _END]
        if repeated:
            operations += [_REPEATED, *(self._words(mark, top) for mark, top in repeated), _END]
        for identifier, (part, words) in enumerate(said):
            part.printed = (*part.printed, (number, identifier))
            operations.append(f"/{part.tag} << /MCID {identifier} >> BDC")
            operations += [self._words(line, top, said=True) for line, top in words]
            operations.append(_END)
        operations += self._furniture(furniture, page_words)
        if furniture.draft:
            operations += self._draft_mark(self._setter.line(furniture.draft, _DRAFT_MARK, PAGE_HEIGHT))
        self._canvas._code.append(Marked("\n".join(operations)))
        for placed in page.placed:
            self._anchor(placed)

    def _sorted(self, page: Page) -> tuple[list[str], list[_Down], list[tuple[Part, list[_Down]]]]:
        """What is only seen, what was read before, and what is read here: part after part."""
        boxes: list[str] = []
        for panel, down, height in _panels(page.placed):
            boxes.append(_box(Box(panel.x, TOP + down, panel.width, height, panel.fill, 2.0)))
            if panel.edge is not None:
                boxes.append(_box(Box(panel.x, TOP + down, 3.0, height, panel.edge)))
        repeated: list[_Down] = []
        said: list[tuple[Part, _Down]] = []
        for placed in page.placed:
            top = TOP + placed.down
            for mark in placed.strip.marks:
                if isinstance(mark, Box):
                    boxes.append(
                        _box(Box(mark.x, top + mark.down, mark.width, mark.height, mark.fill, mark.radius))
                    )
                elif placed.repeated:
                    repeated.append((mark, top))
                elif mark.line.runs:
                    said.append((_speaking(mark), (mark, top)))
        said.sort(key=lambda pair: pair[0].place)
        by_part = groupby(said, lambda pair: pair[0])
        return boxes, repeated, [(part, [words for _, words in group]) for part, group in by_part]

    def _anchor(self, placed: Placed) -> None:
        anchor = placed.strip.anchor
        if anchor is None:
            return
        self._anchors += 1
        key = f"part-{self._anchors}"
        top = PAGE_HEIGHT - TOP - placed.down + 6.0
        self._canvas.bookmarkPage(key, fit="XYZ", left=0, top=top, zoom=0)
        self._canvas.addOutlineEntry(
            for_the_reader_program(anchor.title), key, level=anchor.level, closed=True
        )

    def _furniture(self, furniture: Furniture, page_words: str) -> list[str]:
        half = TEXT_WIDTH / 2.0 - 8.0
        third = TEXT_WIDTH * 0.36
        side = third if furniture.draft else half
        set_line = self._setter.line
        right = set_line(furniture.header_right, FURNITURE, side)
        page_line = set_line(page_words, FURNITURE, half)
        header = [
            _box(Box(0.0, HEADER_BASELINE + 8.0, TEXT_WIDTH, 0.6, HAIRLINE)),
            self._fixed(0.0, HEADER_BASELINE, set_line(furniture.header_left, FURNITURE, side), FURNITURE),
            self._fixed(TEXT_WIDTH - right.width, HEADER_BASELINE, right, FURNITURE),
        ]
        if furniture.draft:
            badge = set_line(furniture.draft, _DRAFT_BADGE, third)
            x = (TEXT_WIDTH - badge.width) / 2.0
            header.append(self._fixed(x, HEADER_BASELINE, badge, _DRAFT_BADGE))
        left = set_line(furniture.footer_left, FURNITURE, TEXT_WIDTH - 90.0)
        footer = [
            _box(Box(0.0, FOOTER_BASELINE - 16.0, TEXT_WIDTH, 0.6, HAIRLINE)),
            self._fixed(0.0, FOOTER_BASELINE, left, FURNITURE),
            self._fixed(TEXT_WIDTH - page_line.width, FOOTER_BASELINE, page_line, FURNITURE),
        ]
        return [_HEADER, *header, _END, _FOOTER, *footer, _END]

    def _draft_mark(self, line: Line) -> list[str]:
        """Large across the page, so faint that what lies beneath stays readable."""
        self._canvas.setFillAlpha(_DRAFT_STRENGTH)
        faint = self._canvas._code.pop()
        # The middle of the page becomes the middle of the line, turned by 52 degrees.
        turned = f"0.6157 0.7880 -0.7880 0.6157 {PAGE_WIDTH / 2.0:.2f} {PAGE_HEIGHT / 2.0:.2f} cm"
        words = self._fixed(-LEFT - line.width / 2.0, PAGE_HEIGHT + 22.0, line, _DRAFT_MARK)
        return [_WATERMARK, "q", faint, turned, words, "Q", _END]

    def _fixed(self, x: float, down: float, line: Line, kind: Type) -> str:
        return self._words(Words(x, down, line, kind.size, kind.colour, None))

    def _words(self, words: Words, top: float = 0.0, *, said: bool = False) -> str:
        """Text at a place; a run is written as hexadecimal codes of the font's subset.

        top: of its strip, from the top of the page. said: a space is written behind words that end a line, for nobody
        who listens sees that the line ends.
        """
        document = self._canvas._doc
        line = words.line
        runs = line.runs
        if said and not line.within_word and runs:
            name, text = runs[-1]
            runs = (*runs[:-1], (name, f"{text} "))
        parts = [
            f"BT {_colour(words.colour)} 1 0 0 1 {LEFT + words.x:.2f} {PAGE_HEIGHT - top - words.down:.2f} Tm",
        ]
        for name, text in runs:
            plain = self._plain.get(name)
            if plain is not None and text.isascii():
                parts.append(f"{plain} {words.size:g} Tf <{text.encode('ascii').hex()}> Tj")
                continue
            font = self._fonts.font(name)
            for subset, codes in font.splitString(text, document):
                inner = font.getSubsetInternalName(subset, document)
                parts.append(f"{inner} {words.size:g} Tf <{codes.hex()}> Tj")
            self._plain[name] = font.getSubsetInternalName(0, document)
        parts.append("ET")
        if said and line.says:
            actual = f"{line.says} ".encode("utf-16-be").hex().upper()
            return "\n".join([f"/Span << /ActualText <FEFF{actual}> >> BDC", *parts, _END])
        return "\n".join(parts)


def _speaking(mark: Words) -> Part:
    """The part that words belong to. Raises Untagged where there is none that a screen reader would come by."""
    part = mark.part
    if part is None or part.place < 0 or part.parts or part.tag.groups:
        words = "".join(text for _, text in mark.line.runs)
        raise Untagged(f"words that belong to no part of the report: {words!r}")
    return part


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


@lru_cache(maxsize=64)
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
