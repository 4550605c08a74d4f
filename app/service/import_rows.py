"""CSV files as the importer reads them: rows whose every wrong field is named by file, line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from app.domain.errors import KnownError

SHOWN_FAULTS = 50
"""How many faults one message names; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad place. ``line`` counts from 1, the header included; ``column`` is empty where a file is no CSV at all."""

    file: str
    line: int
    column: str
    says: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}, line {self.line}{column}: {self.says}"


class ImportRefused(KnownError):
    """Nothing was imported. ``faults`` names every bad place."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        shown = "\n".join(str(fault) for fault in faults[:SHOWN_FAULTS])
        more = len(faults) - SHOWN_FAULTS
        if more > 0:
            shown += f"\n… and {more} more."
        count = "1 place is" if len(faults) == 1 else f"{len(faults)} places are"
        super().__init__(
            "import_refused",
            f"Nothing was imported: {count} wrong.\n{shown}\n",
            "Mend the files and import them again.",
        )


@dataclass(slots=True)
class Row:
    """One row, with what is wrong in it. Each reader of a field notes what is wrong and gives some value back."""

    file: str
    line: int
    values: dict[str, str]
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, column: str, says: str) -> None:
        self.faults.append(Fault(self.file, self.line, column, says))

    def text(self, column: str) -> str:
        """Text that must be there."""
        if not self.values[column]:
            self.wrong(column, "is empty.")
        return self.words(column)

    def words(self, column: str) -> str:
        """Text that may be empty."""
        value = self.values[column]
        if "\x00" in value:
            self.wrong(column, "has a character that cannot be kept.")
        elif column in ("number", "code") and len(value) > 64:
            self.wrong(column, "has more than 64 characters.")
        return value

    def count(self, column: str, least: int, most: int) -> int:
        """A whole number in these bounds."""
        text = self.text(column)
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
        if text and not least <= value <= most:
            self.wrong(column, f"“{text}” is not a whole number from {least} to {most}.")
        return value

    def choice(self, column: str, allowed: type[StrEnum]) -> str:
        """One of an enumeration's values."""
        text = self.text(column)
        known = [item.value for item in allowed]
        if text and text not in known:
            self.wrong(column, f"“{text}” is not one of: {', '.join(known)}.")
        return text

    def day(self, column: str) -> date:
        """A day written like 2026-03-12."""
        text = self.text(column)
        try:
            return date.fromisoformat(text)
        except ValueError:
            if text:
                self.wrong(column, f"“{text}” is not a day written like 2026-03-12.")
            return date.min

    def day_or_none(self, column: str, not_before: date) -> date | None:
        """A day, or None where there is none; it may not lie before the other."""
        if not self.values[column]:
            return None
        found = self.day(column)
        if date.min < found < not_before:
            self.wrong(column, f"{found} lies before {not_before}.")
        return found

    def known(self, column: str, ids: dict[str, str], what: str) -> str:
        """The id of something that is known by its number or code."""
        text = self.text(column)
        if text and text not in ids:
            self.wrong(column, f"there is no {what} “{text}”.")
        return ids.get(text, "")


def read_rows(name: str, columns: Sequence[str], path: Path, faults: list[Fault]) -> Iterator[Row]:
    """The rows of a CSV file (UTF-8, comma, first line the column names). What is wrong with the file as such is added
    to ``faults``; further columns and blank lines are left out.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(Fault(name, line, "", "is not written in UTF-8."))
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        missing = [column for column in columns if column not in header]
        for column in missing:
            faults.append(Fault(name, 1, column, "is missing."))
        twice = [column for column in dict.fromkeys(header) if header.count(column) > 1]
        for column in twice:
            faults.append(Fault(name, 1, column, "stands there more than once."))
        while not missing and not twice:
            line = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                says = f"the row has {len(cells)} cells where the first line has {len(header)}."
                column = header[min(len(cells), len(header) - 1)]
                faults.append(Fault(name, line, column, says))
                continue
            pairs = zip(header, cells, strict=True)
            yield Row(name, line, {column: cell.strip() for column, cell in pairs})
    except csv.Error as error:
        faults.append(Fault(name, reader.line_num, "", f"cannot be read as CSV: {error}."))
