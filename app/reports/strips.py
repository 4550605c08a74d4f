"""A report as a pile of strips: horizontal slices, as wide as the text, that fall onto pages one after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.reports.setting import Line, Typesetter
from app.reports.structure import Inside, Part, Structure, Tag
from app.reports.style import (
    ACCENT,
    BODY,
    COLUMN_HEAD,
    HAIRLINE,
    LABEL,
    LABEL_WIDTH,
    MUTED,
    TEXT_WIDTH,
    Colour,
    Tone,
    Type,
)

_KEPT_WHOLE = 8
"""A row of at most so many lines is never broken over two pages."""


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; ``x`` from the left of the text area, ``down`` from the strip's top to the baseline.

    part: what the words belong to; None is for what a page repeats, which is not read aloud.
    """

    x: float
    down: float
    line: Line
    size: float
    colour: Colour
    part: Part | None


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle with its corners rounded by ``radius``; thin ones are rules. Says nothing, so is not read."""

    x: float
    down: float
    width: float
    height: float
    fill: Colour
    radius: float = 0.0


Mark = Words | Box


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A wash behind consecutive strips that share it, with a bar of ``edge`` at its left."""

    fill: Colour
    edge: Colour | None = None
    x: float = 0.0
    width: float = TEXT_WIDTH


@dataclass(frozen=True, slots=True)
class Anchor:
    """Makes a strip findable in the PDF's table of contents; ``level`` 0 is the top."""

    title: str
    level: int


@dataclass(slots=True)
class Strip:
    """One slice of the report.

    height: points. hold: stays on one page with the next strip. gap: white space that vanishes at a page's top.
    head: strips repeated on top of a page that begins with this one ("Sample 3, continued").
    """

    height: float
    marks: tuple[Mark, ...] = ()
    hold: bool = False
    gap: bool = False
    panel: Panel | None = None
    head: tuple[Strip, ...] = ()
    anchor: Anchor | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Set lines in a column of a row, its left side ``x`` points from the left of the text area.

    part: what the lines belong to; several cells of a row may share one. None is for what a page repeats.
    """

    x: float
    lines: Sequence[Line]
    kind: Type
    part: Part | None


@dataclass(slots=True)
class Pile:
    """Strips in reading order, with the hands to add more. ``panel`` and ``head`` go to all that is added.

    structure: what the strips are parts of, for those who hear the report.
    """

    setter: Typesetter
    strips: list[Strip] = field(default_factory=list)
    panel: Panel | None = None
    head: tuple[Strip, ...] = ()
    structure: Structure = field(default_factory=Structure)

    def within(self, tag: Tag, *, numbered: bool = False) -> Inside:
        """A new part; all that is added meanwhile lies in it. numbered: of a list, that its labels count."""
        return self.structure.within(tag, numbered=numbered)

    def part(self, tag: Tag) -> Part:
        """A new part that holds words."""
        return self.structure.here.add(tag)

    def gap(self, height: float, *, hold: bool = False) -> None:
        """White space."""
        self.strips.append(Strip(height, hold=hold, gap=True, panel=self.panel, head=self.head))

    def rule(self, colour: Colour = HAIRLINE, thickness: float = 0.6, *, hold: bool = False) -> None:
        """A line across the text area."""
        mark = Box(0.0, 0.0, TEXT_WIDTH, thickness, colour)
        self.strips.append(Strip(thickness, (mark,), hold, panel=self.panel, head=self.head))

    def text(
        self,
        text: str,
        kind: Type,
        *,
        x: float = 0.0,
        width: float | None = None,
        hold: bool = False,
        anchor: Anchor | None = None,
        tag: Tag = Tag.PARAGRAPH,
    ) -> None:
        """A paragraph, or what ``tag`` says. ``hold`` keeps its last line with what follows."""
        room = TEXT_WIDTH - x if width is None else width
        self.row([self.cell(text, kind, x, room, self.part(tag))], hold=hold, anchor=anchor)

    def row(
        self,
        cells: Sequence[Cell],
        *,
        above: float = 0.0,
        below: float = 0.0,
        hold: bool = False,
        ruled: bool = False,
        anchor: Anchor | None = None,
        extra: Sequence[Mark] = (),
    ) -> None:
        """Cells side by side, their lines on common baselines; a long row may break between its lines.

        above, below: white space inside the row. ruled: a hairline at its foot. extra: further marks of its first line.
        """
        leading = max(cell.kind.leading for cell in cells)
        depth = max(1, *(len(cell.lines) for cell in cells))
        for level in range(depth):
            first, last = level == 0, level == depth - 1
            top = above if first else 0.0
            height = top + leading + (below if last else 0.0)
            marks: list[Mark] = []
            for cell in cells:
                if level < len(cell.lines):
                    marks.append(_words(cell, cell.lines[level], top, leading))
            if first:
                marks.extend(extra)
            if last and ruled:
                marks.append(Box(0.0, height - 0.6, TEXT_WIDTH, 0.6, HAIRLINE))
            kept = hold if last else depth <= _KEPT_WHOLE or first or level == depth - 2
            self.strips.append(
                Strip(height, tuple(marks), kept, False, self.panel, self.head, anchor if first else None)
            )

    def cell(self, text: str, kind: Type, x: float, width: float, part: Part) -> Cell:
        """Text set into a column ``width`` points wide."""
        return Cell(x, self.setter.lines(text, kind, width), kind, part)

    def labelled(
        self, label: str, value: str, *, x: float = 0.0, above: float = 0.0, hold: bool = False
    ) -> None:
        """A label and, right of it, its value over the rest of the width: an item of the list around it."""
        start = x + LABEL_WIDTH
        cells = self._item(label, value, x, TEXT_WIDTH - start - x)
        self.row(cells, above=above, hold=hold)

    def pair(
        self,
        left: tuple[str, str],
        right: tuple[str, str],
        *,
        above: float = 0.0,
        below: float = 0.0,
        hold: bool = False,
        ruled: bool = False,
    ) -> None:
        """Two labels with their values, side by side: two items of the list around them, the left one first."""
        half = TEXT_WIDTH / 2.0
        cells = []
        for x, (label, value) in ((0.0, left), (half, right)):
            cells += self._item(label, value, x, half - LABEL_WIDTH - 12.0)
        self.row(cells, above=above, below=below, hold=hold, ruled=ruled)

    def _item(self, label: str, value: str, x: float, width: float) -> list[Cell]:
        with self.within(Tag.ITEM):
            return [
                self.cell(label, LABEL, x, LABEL_WIDTH, self.part(Tag.LABEL)),
                self.cell(value, BODY, x + LABEL_WIDTH, width, self.part(Tag.BODY)),
            ]

    @contextmanager
    def table(self, columns: Sequence[tuple[float, str]]) -> Iterator[None]:
        """A table with these columns, each at its ``x``; their names are repeated on each page it goes on to."""
        with self.within(Tag.TABLE):
            before = len(self.strips)
            with self.within(Tag.ROW):
                cells = [
                    self.cell(name, COLUMN_HEAD, x, TEXT_WIDTH - x, self.part(Tag.COLUMN_NAME))
                    for x, name in columns
                ]
            self.row(cells, below=2.0, hold=True)
            self.rule(MUTED, 0.8, hold=True)
            self.head = tuple(self.strips[before:])
            yield
        self.head = ()

    def table_row(
        self,
        columns: Sequence[tuple[str, Type, float, float]],
        *,
        above: float,
        below: float,
        hold: bool = False,
    ) -> None:
        """One row of the table around it: for each column its text, type, ``x`` and width."""
        with self.within(Tag.ROW):
            cells = [self.cell(text, kind, x, width, self.part(Tag.CELL)) for text, kind, x, width in columns]
        self.row(cells, above=above, below=below, hold=hold, ruled=True)

    def keep_together(self, start: int, limit: float) -> None:
        """Keeps the strips from number ``start`` on one page, if they are no higher than ``limit`` points."""
        if sum(strip.height for strip in self.strips[start:]) <= limit:
            for strip in self.strips[start:-1]:
                strip.hold = True

    def heading(
        self,
        text: str,
        kind: Type,
        *,
        above: float,
        below: float,
        anchor: Anchor | None = None,
        tag: Tag = Tag.H2,
    ) -> None:
        """A heading, held together with what follows."""
        self.gap(above)
        self.text(text, kind, hold=True, anchor=anchor, tag=tag)
        self.gap(below, hold=True)

    def open_panel(self, fill: Colour, edge: Colour | None = ACCENT, *, inside: float = 8.0) -> None:
        """What is added from here on lies on a wash of colour."""
        self.panel = Panel(fill, edge)
        self.strips.append(Strip(inside, hold=True, panel=self.panel, head=self.head))

    def close_panel(self, *, inside: float = 8.0) -> None:
        """Ends the wash; its last line stays with the panel's foot."""
        self.strips[-1].hold = True
        self.strips.append(Strip(inside, panel=self.panel, head=self.head))
        self.panel = None


def _words(cell: Cell, line: Line, top: float, leading: float) -> Words:
    down = baseline(top, leading, cell.kind.size)
    return Words(cell.x, down, line, cell.kind.size, cell.kind.colour, cell.part)


def baseline(top: float, leading: float, size: float) -> float:
    """Where letters of a size stand in a line, so that their capitals lie about its middle."""
    return top + leading / 2.0 + size * 0.36


def holds(index: int, count: int) -> bool:
    """Whether row ``index`` of ``count`` stays with the next: no page begins or ends with a single row of a table."""
    return index + 1 < count and index in (0, count - 2)


def pill(
    setter: Typesetter, text: str, tone: Tone, kind: Type, *, right: float, down: float, part: Part
) -> list[Mark]:
    """Words on a rounded wash with the tone's sign before them, ending ``right`` points from the left."""
    line = setter.line(f"{tone.sign}  {text}", kind, TEXT_WIDTH)
    height = kind.leading + 2.0
    width = line.width + 16.0
    return [
        Box(right - width, down, width, height, tone.wash, height / 2.0),
        Words(right - width + 8.0, baseline(down, height, kind.size), line, kind.size, tone.strong, part),
    ]
