"""Reads the learners' texts: headings, paragraphs, lists, tables and charts in a few plain signs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "prose"


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Points:
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table; the first row names the columns."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """Values by name; ``style`` is ``bars`` or ``lines``."""

    style: str
    caption: str
    values: tuple[tuple[str, float], ...]


Block = Heading | Paragraph | Points | Grid | Chart


@dataclass(frozen=True)
class Text:
    title: str
    unit: str
    learner: str
    face: str
    blocks: tuple[Block, ...]


def read(name: str) -> Text:
    """The text ``prose/<name>.txt``."""
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").split("\n")
    about: dict[str, str] = {}
    while lines[0]:
        key, _, value = lines.pop(0).partition(": ")
        about[key] = value
    return Text(about["title"], about["unit"], about["learner"], about["face"], tuple(_blocks(lines)))


def _blocks(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    for line in lines:
        last = blocks[-1] if blocks else None
        if line.startswith("# "):
            blocks.append(Heading(line[2:]))
        elif line.startswith("- "):
            if isinstance(last, Points):
                blocks[-1] = Points((*last.texts, line[2:]))
            else:
                blocks.append(Points((line[2:],)))
        elif line.startswith("|"):
            row = tuple(cell.strip() for cell in line.strip("|").split("|"))
            if isinstance(last, Grid):
                blocks[-1] = Grid((*last.rows, row))
            else:
                blocks.append(Grid((row,)))
        elif line.startswith("!"):
            style, _, rest = line[1:].partition(" ")
            caption, _, values = rest.partition("; ")
            pairs = (pair.partition("=") for pair in values.split(", "))
            blocks.append(Chart(style, caption, tuple((name, float(value)) for name, _, value in pairs)))
        elif line.strip():
            blocks.append(Paragraph(line))
    return blocks
