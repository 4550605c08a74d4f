"""CSV files from any spreadsheet: their bytes read into rows, and rows written so that no spreadsheet obeys them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.claiming import LINES_LIMIT, DraftLine
from app.domain.errors import KnownError

CSV_BYTES = 16 * 1024 * 1024
"""How large a CSV may be; 20,000 rows of ordinary words take about 2 MB."""

COLUMNS: dict[str, str] = {
    "learner": "Learner number",
    "unit": "Unit code",
    "assessor": "Assessor",
    "decision": "Assessor's decision",
    "attainment": "Attainment",
}
"""The heading of each field of a line, in the order of the template."""

NAME_COLUMN = "Learner name"
"""A column for people: it is written, and not read."""

NEEDED = ("learner", "unit")

_OTHER_HEADINGS = {
    "learnernumber": "learner",
    "learner": "learner",
    "learnerid": "learner",
    "unitcode": "unit",
    "unit": "unit",
    "assessor": "assessor",
    "assessorname": "assessor",
    "assessorsdecision": "decision",
    "assessordecision": "decision",
    "decision": "decision",
    "attainment": "attainment",
    "grade": "attainment",
    "learnername": "",
    "name": "",
}
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row with something in it. number: as a spreadsheet counts it, the headings being row 1.

    surplus: the column letter and text of each field beyond the headings.
    """

    number: int
    line: DraftLine
    surplus: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CsvFile:
    """What a file holds. columns: the letter of each field's column, for those that are there.

    unknown: headings that mean nothing here; their columns were left out.
    """

    rows: tuple[CsvRow, ...]
    columns: dict[str, str]
    unknown: tuple[str, ...]


def read_csv(content: bytes, limit: int = LINES_LIMIT) -> CsvFile:
    """The rows of a CSV in UTF-8 (also with a byte order mark), UTF-16 with one, or Windows-1252; separated by commas,
    semicolons or tabs.

    Every field stays the text it is: a formula is never anything else. Raises KnownError ``csv_wrong`` with a sentence
    for whatever is no such file, and for more than ``limit`` rows.
    """
    text = _text_of(content)
    separator, text = _separator_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[CsvRow] = []
    places: dict[int, str] = {}
    unknown: tuple[str, ...] = ()
    headings: list[str] | None = None
    number = 0
    try:
        for number, fields in enumerate(reader, start=1):
            if not any(field.strip() for field in fields):
                continue
            if headings is None:
                headings = [field.strip() for field in fields]
                places, unknown = _places_of(headings)
                continue
            if len(rows) == limit:
                raise _wrong(
                    f"This file has more than {limit:,} rows.", "Make two files of it, and two claims."
                )
            rows.append(_row(number, fields, places, len(headings)))
    except csv.Error as error:
        raise _wrong(
            f"Row {number + 1} of this file cannot be read as CSV.",
            "Look for a quotation mark that is never closed, and save the file as CSV again.",
        ) from error
    if headings is None:
        raise _wrong("This file is empty.", "Choose the file with your lines.")
    if not rows:
        raise _wrong("This file has headings and no rows.", "Fill in a row for each learner and unit.")
    return CsvFile(tuple(rows), {field: letter(place) for place, field in places.items()}, unknown)


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a CSV that every spreadsheet opens rightly: UTF-8 with a byte order mark, commas, quoted where needed.

    What a spreadsheet would take for a formula gets an apostrophe in front; ``read_csv`` takes it off again.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([_defused(field) for field in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def letter(place: int) -> str:
    """The name of a column as a spreadsheet has it, from 0: A, B, … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _text_of(content: bytes) -> str:
    if not content.strip():
        raise _wrong("This file is empty.", "Choose the file with your lines.")
    if len(content) > CSV_BYTES:
        raise _wrong(
            f"This file is larger than {CSV_BYTES // 1024 // 1024} MB; a CSV of {LINES_LIMIT:,} lines is far smaller.",
            "Choose the file with your lines.",
        )
    _refuse_other_kinds(content)
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise _not_text() from error
    if "\x00" in text:
        raise _not_text()
    return text


def _refuse_other_kinds(content: bytes) -> None:
    if content.startswith(b"PK\x03\x04"):
        raise _wrong(
            "This is an Excel workbook or another zipped file, not a CSV.",
            "Open it in your spreadsheet and save it as “CSV UTF-8”.",
        )
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _wrong(
            "This is an old Excel or Word file, not a CSV.",
            "Open it in your spreadsheet and save it as “CSV UTF-8”.",
        )
    if content.lstrip().startswith(b"%PDF"):
        raise _wrong("This is a PDF, not a CSV.", "Choose the CSV that your spreadsheet saved.")
    if content.startswith(_PICTURES):
        raise _not_text()
    if re.match(rb"\s*<(?:!doctype|html|\?xml)", content, re.IGNORECASE):
        raise _wrong("This is a web page, not a CSV.", "Choose the CSV that your spreadsheet saved.")


def _separator_of(text: str) -> tuple[str, str]:
    """What separates the fields, and the text behind a line that only says so (as Excel writes it)."""
    said = re.match(r'"?sep=([,;\t])"?\r?\n', text)
    if said:
        return said[1], text[said.end() :]
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=head.count), text


def _places_of(headings: Sequence[str]) -> tuple[dict[int, str], tuple[str, ...]]:
    """Which field each column holds, and the headings that are none."""
    places: dict[int, str] = {}
    unknown = []
    for place, heading in enumerate(headings):
        plain = "".join(c for c in heading.casefold() if c.isalnum())
        field = _OTHER_HEADINGS.get(plain)
        if field is None:
            if heading:
                unknown.append(heading)
        elif field:
            if field in places.values():
                raise _wrong(f"This file has two columns for “{COLUMNS[field]}”.", "Take one of them out.")
            places[place] = field
    missing = [f"“{COLUMNS[field]}”" for field in NEEDED if field not in places.values()]
    if missing:
        raise _wrong(
            f"The first row of this file has no heading {' and none '.join(missing)}.",
            "Put the headings of the template into the first row.",
        )
    return places, tuple(unknown)


def _row(number: int, fields: Sequence[str], places: dict[int, str], width: int) -> CsvRow:
    typed = {field: _plain(fields[place]) for place, field in places.items() if place < len(fields)}
    surplus = tuple(
        (letter(place), fields[place].strip()) for place in range(width, len(fields)) if fields[place].strip()
    )
    return CsvRow(number, DraftLine(**{field: typed.get(field, "") for field in COLUMNS}), surplus)


def _plain(field: str) -> str:
    text = field.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_STARTS_A_FORMULA) else text


def _defused(field: str) -> str:
    return f"'{field}" if field.startswith(_STARTS_A_FORMULA) else field


def _not_text() -> KnownError:
    return _wrong(
        "This file is no text, so it cannot be a CSV.",
        "Open your list in a spreadsheet and save it as “CSV UTF-8”.",
    )


def _wrong(says: str, do: str) -> KnownError:
    return KnownError("csv_wrong", says, do)
