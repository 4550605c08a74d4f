"""What the parts of a report are: headings, paragraphs, lists and tables, in the order in which they are read.

The PDF carries this tree beside its pages, so that a screen reader says what the eye sees (PDF/UA-1, PDF/A-2a).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Untagged(Exception):
    """Something was to be printed that a screen reader could not say: a fault of the program, never of the records."""


class Tag(StrEnum):
    """The kinds of parts; the values are the PDF's own names for them."""

    DOCUMENT = "Document"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"
    H4 = "H4"
    PARAGRAPH = "P"
    LIST = "L"
    ITEM = "LI"
    LABEL = "Lbl"
    BODY = "LBody"
    TABLE = "Table"
    ROW = "TR"
    COLUMN_NAME = "TH"
    CELL = "TD"

    @property
    def groups(self) -> bool:
        """Whether it holds other parts only, and no words of its own."""
        return self in _GROUPS


_GROUPS = frozenset({Tag.DOCUMENT, Tag.LIST, Tag.ITEM, Tag.TABLE, Tag.ROW})
_FLOW = frozenset({Tag.DOCUMENT, Tag.BODY, Tag.CELL})
_MAY_LIE_IN = {
    Tag.DOCUMENT: frozenset[Tag](),
    Tag.H1: frozenset({Tag.DOCUMENT}),
    Tag.H2: frozenset({Tag.DOCUMENT}),
    Tag.H3: frozenset({Tag.DOCUMENT}),
    Tag.H4: frozenset({Tag.DOCUMENT}),
    Tag.PARAGRAPH: _FLOW,
    Tag.LIST: _FLOW,
    Tag.ITEM: frozenset({Tag.LIST}),
    Tag.LABEL: frozenset({Tag.ITEM}),
    Tag.BODY: frozenset({Tag.ITEM}),
    Tag.TABLE: _FLOW,
    Tag.ROW: frozenset({Tag.TABLE}),
    Tag.COLUMN_NAME: frozenset({Tag.ROW}),
    Tag.CELL: frozenset({Tag.ROW}),
}


@dataclass(slots=True, eq=False)
class Part:
    """One part of the tree.

    numbered: of a list, that its labels count. place: its rank in reading order, set by ``in_reading_order``; -1
    before. printed: where its words went, as page (from 0) and number of the marked content on that page.
    """

    tag: Tag
    parts: list[Part] | tuple[()] = ()
    numbered: bool = False
    place: int = -1
    printed: tuple[tuple[int, int], ...] = ()

    def add(self, tag: Tag, *, numbered: bool = False) -> Part:
        """A new last part inside this one. Raises Untagged where the tree would make no sense."""
        if self.tag not in _MAY_LIE_IN[tag]:
            raise Untagged(f"{tag.value} must not lie in {self.tag.value}")
        part = Part(tag, numbered=numbered)
        # A part does not know what it lies in: a ring of thousands would wait for the collector of garbage.
        # Most parts hold none: thousands of empty lists would cost more than they are worth.
        if isinstance(self.parts, tuple):
            self.parts = [part]
        else:
            self.parts.append(part)
        return part


class Structure:
    """The tree of one report while it is made; ``here`` is the part that new ones go into."""

    def __init__(self) -> None:
        self.root = Part(Tag.DOCUMENT)
        self.here = self.root

    def within(self, tag: Tag, *, numbered: bool = False) -> Inside:
        """A new part, for a ``with`` statement: all that is added meanwhile goes into it."""
        return Inside(self, tag, numbered)

    def in_reading_order(self) -> list[Part]:
        """Every part, each before what it holds, with its rank written into ``place``.

        Raises Untagged where headings skip a level, or one row of a table has other columns than the rest.
        """
        found: list[Part] = []
        _walk(self.root, found)
        level = 0
        for part in found:
            if part.tag in _LEVELS:
                if _LEVELS[part.tag] > level + 1:
                    raise Untagged(f"a heading {part.tag.value} follows one of level {level}")
                level = _LEVELS[part.tag]
            elif part.tag is Tag.TABLE and len({len(row.parts) for row in part.parts}) != 1:
                raise Untagged("the rows of a table must have the same columns")
        return found


class Inside:
    """A part that new ones go into while its ``with`` statement lasts."""

    __slots__ = ("_before", "_numbered", "_structure", "_tag")

    def __init__(self, structure: Structure, tag: Tag, numbered: bool) -> None:
        self._structure = structure
        self._tag = tag
        self._numbered = numbered
        self._before = structure.here

    def __enter__(self) -> Part:
        self._before = self._structure.here
        self._structure.here = self._before.add(self._tag, numbered=self._numbered)
        return self._structure.here

    def __exit__(self, *_: object) -> None:
        self._structure.here = self._before


_LEVELS = {Tag.H1: 1, Tag.H2: 2, Tag.H3: 3, Tag.H4: 4}


def _walk(part: Part, found: list[Part]) -> None:
    part.place = len(found)
    found.append(part)
    for inner in part.parts:
        _walk(inner, found)
