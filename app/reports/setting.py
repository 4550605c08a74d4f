"""Setting type: how wide text is, and how it falls into lines that fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from app.reports.fonts import Fonts, Glyph
from app.reports.right_to_left import as_seen, may_run_right_to_left, starts_right_to_left
from app.reports.style import Face, Type
from app.reports.typed import REPLACEMENT, as_typed, in_one_line, letters_of

Runs = tuple[tuple[str, str], ...]
"""Pieces of one line, each with the registered name of the font that draws it."""

_BREAK_AFTER = frozenset("/\\-_.?&=,;:@|+")
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of set text and its width in points.

    within_word: it ends in the middle of a word. says: what it says, where that is not what its runs show: they are in
    the order in which the eye meets them.
    """

    runs: Runs
    width: float
    within_word: bool = False
    says: str = ""


class Typesetter:
    """Sets the text of one report. Remembers widths, and how many characters no font could draw."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._glyphs: dict[Face, dict[str, Glyph]] = {face: {} for face in Face}
        self._words: dict[Face, dict[str, float]] = {face: {} for face in Face}
        self._undrawable: set[str] = set()
        # Labels, reasons and fixed sentences come again and again.
        self._set: dict[tuple[str, Type, float], tuple[Line, ...]] = {}

    @property
    def undrawable(self) -> bool:
        """Whether any character so far had to be replaced."""
        return bool(self._undrawable)

    def lines(self, text: str, kind: Type, room: float) -> tuple[Line, ...]:
        """Text as a person typed it, in lines no wider than ``room`` points; empty typed lines stay."""
        known = self._set.get((text, kind, room))
        if known is None:
            known = self._set[text, kind, room] = tuple(self._lines(text, kind, room))
        return known

    def _lines(self, text: str, kind: Type, room: float) -> Iterator[Line]:
        for paragraph in as_typed(text).split("\n"):
            backwards = may_run_right_to_left(paragraph) and starts_right_to_left(paragraph)
            for words, width, broken in self._wrapped(paragraph, kind.face, room * 1000.0 / kind.size):
                yield self._line(words, width, kind, backwards, broken)

    def line(self, text: str, kind: Type, room: float) -> Line:
        """Text in a single line; what does not fit ends in an ellipsis. For a page's furniture only."""
        text = in_one_line(text)
        limit = room * 1000.0 / kind.size
        if self._width(text, kind.face) > limit:
            while text and self._width(text + _ELLIPSIS, kind.face) > limit:
                text = text[:-1]
            text = text.rstrip() + _ELLIPSIS
        width = self._width(text, kind.face)
        return self._line(text, width, kind, may_run_right_to_left(text) and starts_right_to_left(text))

    def _line(self, text: str, width: float, kind: Type, backwards: bool, within_word: bool = False) -> Line:
        seen = as_seen(text, right_to_left=backwards)
        says = letters_of(text) if may_run_right_to_left(text) else text
        says = "" if says == seen else says
        return Line(self._runs(seen, kind.face), width * kind.size / 1000.0, within_word, says)

    def _wrapped(self, paragraph: str, face: Face, limit: float) -> list[tuple[str, float, bool]]:
        """Lines, their widths in thousandths of the size, and whether each ends within a word.

        Spaces at a break are swallowed by it.
        """
        space = self._glyph(face, " ").width
        lines: list[tuple[str, float, bool]] = []
        line: list[str] = []
        used = 0.0
        for word in paragraph.split(" "):
            width = self._width(word, face)
            if line and used + space + width <= limit:
                line.append(word)
                used += space + width
                continue
            if line:
                lines.append((" ".join(line), used, False))
            line, used = [], 0.0
            if lines and not word:
                continue
            if width > limit:
                *whole, word = self._broken(word, face, limit)
                lines.extend((piece, self._width(piece, face), True) for piece in whole)
                width = self._width(word, face)
            line, used = [word], width
        if line or not lines:
            lines.append((" ".join(line), used, False))
        return lines

    def _broken(self, word: str, face: Face, limit: float) -> list[str]:
        """A word too long for a line, in pieces: behind punctuation where there is some, else anywhere."""
        pieces: list[str] = []
        start = 0
        good = 0
        used = 0.0
        index = 0
        while index < len(word):
            used += self._glyph(face, word[index]).width
            if used > limit and index > start and not unicodedata.combining(word[index]):
                # Looking back a third of a line at most keeps the pieces from becoming ragged.
                end = good if good - start > (index - start) * 2 // 3 else index
                pieces.append(word[start:end])
                start = good = index = end
                used = 0.0
                continue
            index += 1
            if word[index - 1] in _BREAK_AFTER:
                good = index
        pieces.append(word[start:])
        return pieces

    def _width(self, text: str, face: Face) -> float:
        """In thousandths of the size."""
        known = self._words[face]
        width = known.get(text)
        if width is None:
            width = sum(self._glyph(face, character).width for character in text)
            known[text] = width
        return width

    def _glyph(self, face: Face, character: str) -> Glyph:
        known = self._glyphs[face]
        glyph = known.get(character)
        if glyph is None:
            glyph = self._fonts.glyph(face, character)
            if glyph is None:
                glyph = self._fonts.glyph(face, REPLACEMENT)
                assert glyph is not None, "the bundled fonts have a replacement character"
                glyph = Glyph(glyph.font, glyph.width, REPLACEMENT)
            known[character] = glyph
            if glyph.drawn == REPLACEMENT:
                self._undrawable.add(character)
        return glyph

    def _runs(self, text: str, face: Face) -> Runs:
        if text.isascii():
            return ((self._fonts.registered(face), text),) if text else ()
        runs: list[tuple[str, str]] = []
        for character in text:
            glyph = self._glyph(face, character)
            if runs and runs[-1][0] == glyph.font:
                runs[-1] = (glyph.font, runs[-1][1] + glyph.drawn)
            else:
                runs.append((glyph.font, glyph.drawn))
        return tuple(runs)
