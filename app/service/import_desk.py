"""What an import knows, and what it will write: many rows at a time, and nothing once a fault was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, select, update

from app.service import import_rows
from app.service import tables as t
from app.service.accounts import new_id

_AT_ONCE = 5_000
"""Rows that are gathered before they are written."""

_KEYS = {
    t.centres: ("number",),
    t.qualifications: ("code",),
    t.units: ("qualification_id", "code"),
    t.learners: ("number",),
    t.registrations: ("learner_id", "qualification_id"),
    t.remits: ("centre_id", "qualification_id"),
    t.risk_levels: ("centre_id", "qualification_id"),
    t.persons: ("email",),
    t.grants: ("person_id", "role", "centre_id"),
    t.agreements: ("centre_id", "awarding_body", "address"),
    t.consortia: ("awarding_body", "name"),
    t.consortium_members: ("consortium_id", "centre_id"),
    t.interests: ("person_id", "centre_id"),
}
"""What a record of each table is known again by. In this order they are written, so that what is named is there."""

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ImportFile:
    """One file: its columns, and what is done with each of its rows."""

    name: str
    columns: tuple[str, ...]
    take: Callable[[ImportDesk, import_rows.Row], None]


@dataclass(frozen=True, slots=True)
class Named:
    """A person as the first row that names them has it."""

    id: str
    name: str
    line: int


@dataclass(slots=True)
class Counts:
    """How many rows of a file were new, changed, or as before."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class ImportDesk:
    """One import. ``faults`` stop the writing, not the reading.

    changed: per table the ids of changed records. people: who was named so far, by login name. new_roles: ids of those
    who got a role of the awarding body. interests: ids of new or changed interests (D-13).
    """

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.faults: list[import_rows.Fault] = []
        self.counts: dict[str, Counts] = {}
        self.changed: dict[Table, set[str]] = {table: set() for table in _KEYS}
        self.people: dict[str, Named] = {}
        self.new_roles: set[str] = set()
        self.interests: set[str] = set()
        self._before: dict[Table, dict[Key, Row[Any]]] = {}
        self._seen: dict[Table, dict[Key, int]] = {table: {} for table in _KEYS}
        self._inserts: dict[Table, list[dict[str, Any]]] = {table: [] for table in _KEYS}
        self._updates: dict[Table, list[dict[str, Any]]] = {table: [] for table in _KEYS}
        self._waiting = 0

    @cached_property
    def centres(self) -> dict[str, str]:
        """Ids by number."""
        return self._ids(t.centres, "number")

    @cached_property
    def qualifications(self) -> dict[str, str]:
        """Ids by code."""
        return self._ids(t.qualifications, "code")

    @cached_property
    def learners(self) -> dict[str, str]:
        """Ids by number."""
        return self._ids(t.learners, "number")

    @cached_property
    def consortia(self) -> dict[Key, str]:
        """Ids by awarding body and name; those that the import adds are put in."""
        rows = self.connection.execute(select(t.consortia))
        return {(row.awarding_body, row.name): row.id for row in rows}

    @cached_property
    def imported_risks(self) -> dict[Key, tuple[str, str]]:
        """What the last import said about each centre and qualification: level and reason."""
        table = t.risk_levels
        rows = self.connection.execute(
            select(table).where(table.c.set_by.is_(None)).order_by(table.c.set_at, table.c.id)
        )
        return {(row.centre_id, row.qualification_id): (row.level, row.reason) for row in rows}

    def before(self, table: Table) -> dict[Key, Row[Any]]:
        """What the table held before the import, by key; where several share one, the latest."""
        if table not in self._before:
            keys = _KEYS[table]
            rows = self.connection.execute(select(table).order_by(table.c.id))
            self._before[table] = {tuple(row._mapping[key] for key in keys): row for row in rows}
        return self._before[table]

    def refuse_twice(self, row: import_rows.Row, table: Table, key: Key) -> None:
        """Notes a fault where the file has the record in an earlier line already."""
        line = self._seen[table].setdefault(key, row.line)
        if line != row.line and not row.faults:
            # The first column is what the row is known by; in a registration, with the others beside it.
            row.wrong(next(iter(row.values)), f"stands in line {line} already.")

    def save(
        self,
        row: import_rows.Row,
        table: Table,
        key: dict[str, Any],
        values: dict[str, Any],
        first: dict[str, Any] | None = None,
    ) -> str:
        """Inserts or updates one record by its key, unless anything was wrong so far, and counts it.

        ``first``: what only a new record gets. Returns its id.
        """
        name = tuple(key.values())
        self.refuse_twice(row, table, name)
        self.faults.extend(row.faults)
        before = self.before(table).get(name)
        identifier = str(before.id) if before is not None else new_id()
        if self.faults:
            return identifier
        counts = self.counts[row.file]
        if before is None:
            self.insert(table, {"id": identifier, **key, **values, **(first or {})})
            counts.added += 1
        elif any(before._mapping[column] != value for column, value in values.items()):
            self.update(table, identifier, values)
            counts.changed += 1
        else:
            counts.unchanged += 1
        return identifier

    def insert(self, table: Table, record: dict[str, Any]) -> None:
        """Gathers a new record."""
        self._inserts[table].append(record)
        self._gathered()

    def update(self, table: Table, identifier: str, values: dict[str, Any]) -> None:
        """Gathers a change of a record."""
        self.changed[table].add(identifier)
        self._updates[table].append({"key": identifier, **{f"new_{name}": values[name] for name in values}})
        self._gathered()

    def write(self) -> None:
        """Writes what was gathered, in an order in which every record finds what it names."""
        for table in _KEYS:
            if self._inserts[table]:
                self.connection.execute(table.insert(), self._inserts[table])
            if self._updates[table]:
                names = [name for name in self._updates[table][0] if name != "key"]
                change = update(table).where(table.c.id == bindparam("key"))
                columns: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in names}
                self.connection.execute(change.values(columns), self._updates[table])
            self._inserts[table], self._updates[table] = [], []
        self._waiting = 0

    def _gathered(self) -> None:
        self._waiting += 1
        if self._waiting >= _AT_ONCE:
            self.write()

    def _ids(self, table: Table, column: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self.connection.execute(select(table.c[column], table.c.id))}
