"""Reference data from the legacy system as CSV files: all of it, or, with every bad place named, none of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, select, update

from app.domain.centres import Nation, PartnerType
from app.domain.errors import KnownError
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from app.service.feed import Changes, lock_requests
from app.service.records import load_requests, load_samples_of

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


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows of each file were new, changed, or as before."""

    added: dict[str, int]
    changed: dict[str, int]
    unchanged: dict[str, int]

    def __str__(self) -> str:
        return "\n".join(
            f"{name}: {self.added[name]} new, {self.changed[name]} changed, {self.unchanged[name]} as before"
            for name in self.added
        )


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    columns: tuple[str, ...]
    take: Callable[[_Import, _Row], None]


@dataclass(slots=True)
class _Row:
    """One row, with what is wrong in it."""

    file: str
    line: int
    values: dict[str, str]
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, column: str, says: str) -> None:
        self.faults.append(Fault(self.file, self.line, column, says))

    def text(self, column: str) -> str:
        value = self.values[column]
        if not value:
            self.wrong(column, "is empty.")
        elif "\x00" in value:
            self.wrong(column, "has a character that cannot be kept.")
        elif column in ("number", "code") and len(value) > 64:
            self.wrong(column, "has more than 64 characters.")
        return value

    def count(self, column: str, least: int, most: int) -> int:
        text = self.text(column)
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
        if text and not least <= value <= most:
            self.wrong(column, f"“{text}” is not a whole number from {least} to {most}.")
        return value

    def choice(self, column: str, allowed: type[Nation] | type[PartnerType]) -> str:
        text = self.text(column)
        known = [item.value for item in allowed]
        if text and text not in known:
            self.wrong(column, f"“{text}” is not one of: {', '.join(known)}.")
        return text

    def day(self, column: str) -> date:
        text = self.text(column)
        try:
            return date.fromisoformat(text)
        except ValueError:
            if text:
                self.wrong(column, f"“{text}” is not a day written like 2026-03-12.")
            return date.min

    def known(self, column: str, ids: dict[str, str], what: str) -> str:
        text = self.text(column)
        if text and text not in ids:
            self.wrong(column, f"there is no {what} “{text}”.")
        return ids.get(text, "")


def import_folder(engine: Engine, folder: Path) -> Imported:
    """Imports the CSV files of a folder (UTF-8, comma, first line the column names) in one transaction.

    - ``centres.csv``: number, name, nation (england, wales, scotland, northern_ireland, outside_uk),
      partner_type (direct_delivery, dual_accredited)
    - ``qualifications.csv``: code, title, awarding_body, level (0–8), credits_required
    - ``units.csv``: qualification_code, code, title, credits
    - ``learners.csv``: number, name, centre_number
    - ``registrations.csv``: learner_number, qualification_code, registered_on (2026-03-12)

    A file may be missing; further columns are ignored. Rows are known again by their number or code, and updated.
    Raises ImportRefused naming each bad row with file, line and column; then nothing is imported.
    """
    if not folder.is_dir():
        raise KnownError(
            "folder_missing", f"There is no folder {folder}.", "Name the folder with the CSV files."
        )
    if not any((folder / file.name).is_file() for file in _FILES):
        raise KnownError(
            "nothing_to_import",
            f"The folder {folder} has none of the files {', '.join(file.name for file in _FILES)}.",
        )
    return transact(engine, lambda connection: _Import(connection, folder).run())


class _Import:
    """One import. Ids of what is known already are kept by number or code; faults stop the writing, not the reading."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        self._faults: list[Fault] = []
        self._seen: dict[str, dict[tuple[str, ...], int]] = {}
        self.centres = self._ids(t.centres, "number")
        self.qualifications = self._ids(t.qualifications, "code")
        self.learners = self._ids(t.learners, "number")
        self._before = {
            table.name: self._all(table)
            for table in (t.centres, t.qualifications, t.units, t.learners, t.registrations)
        }
        self._changed: dict[str, set[str]] = {}
        self._counts: dict[str, list[int]] = {}

    def run(self) -> Imported:
        for file in _FILES:
            path = self._folder / file.name
            if path.is_file():
                self._counts[file.name] = [0, 0, 0]
                for row in self._rows(file, path):
                    file.take(self, row)
        if self._faults:
            raise ImportRefused(self._faults)
        self._tell_devices()
        added, changed, unchanged = (
            {name: counts[place] for name, counts in self._counts.items()} for place in range(3)
        )
        return Imported(added, changed, unchanged)

    def save(self, row: _Row, table: Table, key: dict[str, Any], values: dict[str, Any]) -> str:
        """Inserts or updates one record by its key, unless anything was wrong so far. Returns its id."""
        name = tuple(str(value) for value in key.values())
        earlier = self._seen.setdefault(table.name, {}).setdefault(name, row.line)
        if earlier != row.line and not row.faults:
            # The first column is what the row is known by; in a registration, with the others beside it.
            row.wrong(next(iter(row.values)), f"stands in line {earlier} already.")
        self._faults.extend(row.faults)
        before = self._before[table.name].get(tuple(key.values()))
        identifier = before["id"] if before else new_id()
        if self._faults:
            return str(identifier)
        counts = self._counts[row.file]
        if before is None:
            self._connection.execute(table.insert().values(id=identifier, **key, **values))
            counts[0] += 1
        elif any(before[column] != value for column, value in values.items()):
            self._connection.execute(update(table).where(table.c.id == identifier).values(values))
            self._changed.setdefault(table.name, set()).add(identifier)
            counts[1] += 1
        else:
            counts[2] += 1
        return str(identifier)

    def _rows(self, file: _File, path: Path) -> Iterator[_Row]:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self._faults.append(Fault(file.name, line, "", "is not written in UTF-8."))
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            missing = [column for column in file.columns if column not in header]
            for column in missing:
                self._faults.append(Fault(file.name, 1, column, "is missing."))
            twice = [column for column in dict.fromkeys(header) if header.count(column) > 1]
            for column in twice:
                self._faults.append(Fault(file.name, 1, column, "stands there more than once."))
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
                    self._faults.append(Fault(file.name, line, column, says))
                    continue
                pairs = zip(header, cells, strict=True)
                yield _Row(file.name, line, {name: cell.strip() for name, cell in pairs})
        except csv.Error as error:
            self._faults.append(Fault(file.name, reader.line_num, "", f"cannot be read as CSV: {error}."))

    def _tell_devices(self) -> None:
        """Requests and samples that show a changed name are sent anew."""
        requests = t.requests
        shown = select(requests.c.id).where(
            requests.c.centre_id.in_(self._changed.get("centres", ()))
            | requests.c.qualification_id.in_(self._changed.get("qualifications", ()))
        )
        request_ids = list(self._connection.scalars(shown))
        samples = load_samples_of(
            self._connection, self._changed.get("learners", ()), self._changed.get("units", ())
        )
        lock_requests(self._connection, [*request_ids, *(sample.request_id for sample in samples)])
        changes = Changes()
        changes.put(*load_requests(self._connection, request_ids), *samples)
        changes.publish(self._connection)

    def _ids(self, table: Table, column: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self._connection.execute(select(table.c[column], table.c.id))}

    def _all(self, table: Table) -> dict[tuple[Any, ...], Any]:
        keys = _KEYS[table.name]
        return {
            tuple(row[key] for key in keys): row for row in self._connection.execute(select(table)).mappings()
        }


_KEYS = {
    "centres": ("number",),
    "qualifications": ("code",),
    "units": ("qualification_id", "code"),
    "learners": ("number",),
    "registrations": ("learner_id", "qualification_id"),
}


def _centre(load: _Import, row: _Row) -> None:
    number = row.text("number")
    values = {
        "name": row.text("name"),
        "nation": row.choice("nation", Nation),
        "partner_type": row.choice("partner_type", PartnerType),
    }
    load.centres[number] = load.save(row, t.centres, {"number": number}, values)


def _qualification(load: _Import, row: _Row) -> None:
    code = row.text("code")
    values = {
        "title": row.text("title"),
        "awarding_body": row.text("awarding_body"),
        "level": row.count("level", 0, 8),
        "credits_required": row.count("credits_required", 1, 1_000),
    }
    load.qualifications[code] = load.save(row, t.qualifications, {"code": code}, values)


def _unit(load: _Import, row: _Row) -> None:
    qualification = row.known("qualification_code", load.qualifications, "qualification")
    key = {"qualification_id": qualification, "code": row.text("code")}
    load.save(row, t.units, key, {"title": row.text("title"), "credits": row.count("credits", 0, 1_000)})


def _learner(load: _Import, row: _Row) -> None:
    number = row.text("number")
    values = {"name": row.text("name"), "centre_id": row.known("centre_number", load.centres, "centre")}
    load.learners[number] = load.save(row, t.learners, {"number": number}, values)


def _registration(load: _Import, row: _Row) -> None:
    key = {
        "learner_id": row.known("learner_number", load.learners, "learner"),
        "qualification_id": row.known("qualification_code", load.qualifications, "qualification"),
    }
    load.save(row, t.registrations, key, {"registered_on": row.day("registered_on")})


_FILES = (
    _File("centres.csv", ("number", "name", "nation", "partner_type"), _centre),
    _File(
        "qualifications.csv", ("code", "title", "awarding_body", "level", "credits_required"), _qualification
    ),
    _File("units.csv", ("qualification_code", "code", "title", "credits"), _unit),
    _File("learners.csv", ("number", "name", "centre_number"), _learner),
    _File("registrations.csv", ("learner_number", "qualification_code", "registered_on"), _registration),
)
