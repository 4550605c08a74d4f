"""A report as a pile of strips: horizontal slices, as wide as the text, that fall onto pages one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.reports.setting import Line, Runs, Typesetter
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
    """One line of text; ``x`` from the left of the text area, ``down`` from the strip's top to the baseline."""

    x: float
    down: float
    runs: Runs
    size: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle with its corners rounded by ``radius``; thin ones are rules."""

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
    """Set lines in a column of a row, its left side ``x`` points from the left of the text area."""

    x: float
    lines: Sequence[Line]
    kind: Type


@dataclass(slots=True)
class Pile:
    """Strips in reading order, with the hands to add more. ``panel`` and ``head`` go to all that is added."""

    setter: Typesetter
    strips: list[Strip] = field(default_factory=list)
    panel: Panel | None = None
    head: tuple[Strip, ...] = ()

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
    ) -> None:
        """A paragraph. ``hold`` keeps its last line with what follows."""
        room = TEXT_WIDTH - x if width is None else width
        self.row([Cell(x, self.setter.lines(text, kind, room), kind)], hold=hold, anchor=anchor)

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

        above, below: white space inside the row. ruled: a hairline at its foot. extra: marks of its first line.
        """
        leading = max(cell.kind.leading for cell in cells)
        depth = max(1, *(len(cell.lines) for cell in cells))
        for level in range(depth):
            first, last = level == 0, level == depth - 1
            top = above if first else 0.0
            height = top + leading + (below if last else 0.0)
            marks: list[Mark] = list(extra) if first else []
            for cell in cells:
                if level < len(cell.lines):
                    marks.append(_words(cell, cell.lines[level], top, leading))
            if last and ruled:
                marks.append(Box(0.0, height - 0.6, TEXT_WIDTH, 0.6, HAIRLINE))
            kept = hold if last else depth <= _KEPT_WHOLE or first or level == depth - 2
            self.strips.append(
                Strip(height, tuple(marks), kept, False, self.panel, self.head, anchor if first else None)
            )

    def cell(self, text: str, kind: Type, x: float, width: float) -> Cell:
        """Text set into a column ``width`` points wide."""
        return Cell(x, self.setter.lines(text, kind, width), kind)

    def labelled(
        self, label: str, value: str, *, x: float = 0.0, above: float = 0.0, hold: bool = False
    ) -> None:
        """A label and, right of it, its value over the rest of the width."""
        start = x + LABEL_WIDTH
        self.row(
            [self.cell(label, LABEL, x, LABEL_WIDTH), self.cell(value, BODY, start, TEXT_WIDTH - start - x)],
            above=above,
            hold=hold,
        )

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
        """Two labels with their values, side by side."""
        half = TEXT_WIDTH / 2.0
        cells = []
        for x, (label, value) in ((0.0, left), (half, right)):
            cells.append(self.cell(label, LABEL, x, LABEL_WIDTH))
            cells.append(self.cell(value, BODY, x + LABEL_WIDTH, half - LABEL_WIDTH - 12.0))
        self.row(cells, above=above, below=below, hold=hold, ruled=ruled)

    def table_head(self, columns: Sequence[tuple[float, str]]) -> None:
        """The names of a table's columns, each at its ``x``; repeated on each page until ``end_table``."""
        before = len(self.strips)
        cells = [self.cell(name, COLUMN_HEAD, x, TEXT_WIDTH - x) for x, name in columns]
        self.row(cells, below=2.0, hold=True)
        self.rule(MUTED, 0.8, hold=True)
        self.head = tuple(self.strips[before:])

    def end_table(self) -> None:
        """What is added from here on no longer belongs to the table."""
        self.head = ()

    def keep_together(self, start: int, limit: float) -> None:
        """Keeps the strips from number ``start`` on one page, if they are no higher than ``limit`` points."""
        if sum(strip.height for strip in self.strips[start:]) <= limit:
            for strip in self.strips[start:-1]:
                strip.hold = True

    def heading(
        self, text: str, kind: Type, *, above: float, below: float, anchor: Anchor | None = None
    ) -> None:
        """A heading, held together with what follows."""
        self.gap(above)
        self.text(text, kind, hold=True, anchor=anchor)
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
    return Words(cell.x, baseline(top, leading, cell.kind.size), line.runs, cell.kind.size, cell.kind.colour)


def baseline(top: float, leading: float, size: float) -> float:
    """Where letters of a size stand in a line, so that their capitals lie about its middle."""
    return top + leading / 2.0 + size * 0.36


def pill(setter: Typesetter, text: str, tone: Tone, kind: Type, *, right: float, down: float) -> list[Mark]:
    """Words on a rounded wash with the tone's sign before them, ending ``right`` points from the left."""
    line = setter.line(f"{tone.sign}  {text}", kind, TEXT_WIDTH)
    height = kind.leading + 2.0
    width = line.width + 16.0
    return [
        Box(right - width, down, width, height, tone.wash, height / 2.0),
        Words(right - width + 8.0, baseline(down, height, kind.size), line.runs, kind.size, tone.strong),
    ]
