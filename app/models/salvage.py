"""A new ``work.db`` out of a damaged one: every row that can still be read, and from the copies what cannot."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Integer, LargeBinary, String, Table

from app.domain.dates import moment
from app.models import tables
from app.models.backup import backups
from app.models.broken import BrokenFile, Row
from app.models.database import Database, damage_note
from app.models.entries import ActState
from app.models.faults import in_words
from app.models.schema import WORK, bring_up_to_date
from app.vault.disk import sync_folder

TOLD = "salvaged"
"""The setting that holds what is to be told: ``says``, ``do`` and ``details``."""
_READY = "work.salvaged"
"""The finished new file, before it takes the damaged one's place."""
_PARTS = ("-wal", "-shm", "")
_KINDS: Mapping[type, tuple[type, ...]] = {
    Integer: (int,),
    Boolean: (int,),
    String: (str,),
    LargeBinary: (bytes,),
}

Key = Any


@dataclass(slots=True)
class _Found:
    """Rows by table and key. last: the highest place in the order of acts that was ever given."""

    rows: dict[str, dict[Key, dict[str, Any]]] = field(default_factory=dict)
    last: int = 0

    def count(self) -> int:
        return sum(len(rows) for rows in self.rows.values())

    @property
    def last_place(self) -> int:
        """The highest place in the order of acts of which anything is known."""
        places: list[int] = [act["position"] for act in self.rows.get("outbox", {}).values()]
        return max(self.last, *places, 0)


def salvage_work(folder: Path, key: str) -> bool:
    """Replaces the damaged ``work.db`` in a profile's folder; the caller holds the profile's lock, and nothing is open.

    key: the database's own, 64 hexadecimal digits. Ids and states of acts stay, so that the service recognises those
    that it has. What came of it stands in the new file's settings as ``TOLD``, in words. Returns False, and changes
    nothing, when no row could be read anywhere. A crash at any point leaves the damaged file or the new one. Raises
    ``KnownError`` as ``in_words`` says.
    """
    path = folder / "work.db"
    with in_words("work", path):
        finish_swap(folder)
        broken = BrokenFile(path, key)
        found = _rows_in(broken)
        doubtful = bool(broken.unreadable) or not broken.proved
        added, copy = _complete(found, folder, key, doubtful=doubtful)
        if not found.count():
            return False
        words = _words(found, added, copy, _aside(folder), doubtful=doubtful)
        told = {"key": TOLD, "value": json.dumps(words)}
        found.rows.setdefault("settings", {})[TOLD,] = told
        _write_new(folder, key, found)
        finish_swap(folder)
    return True


def is_key_of(path: Path, key: str) -> bool:
    """Whether anything in a damaged file can be read with this key."""
    file = BrokenFile(path, key)
    return file.proved or _rows_in(file).count() > 0


def finish_swap(folder: Path) -> None:
    """Puts a finished new file in the damaged one's place, and this aside; goes on where a crash stopped it."""
    ready = folder / _READY
    if not ready.exists():
        return
    path, aside = folder / "work.db", _aside(folder)
    for ending in _PARTS:
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    # Nothing that belongs to the damaged file may meet the new one after a power cut.
    sync_folder(folder)
    ready.replace(path)
    damage_note(path).unlink(missing_ok=True)
    sync_folder(folder)


def _aside(folder: Path) -> Path:
    """Where the damaged file goes. It moves last, behind its log: until then the same place is found again."""
    number = 1
    while (aside := folder / f"work-set-aside-{number}.db").exists():
        number += 1
    return aside


def _complete(found: _Found, folder: Path, key: str, *, doubtful: bool) -> tuple[int, Path | None]:
    """Adds what only the newest readable copy has; returns how many rows, and the copy.

    doubtful: some of the file could not be read.
    """
    for copy in reversed(backups(folder / "backups", "work")):
        kept = _rows_in(BrokenFile(copy, key))
        if not kept.count():
            continue
        added = 0
        for name, rows in kept.rows.items():
            # An act stays on record for good. A draft that is missing may have been thrown away on purpose, unless
            # there were pages that could not be read.
            if name != "outbox" and not doubtful:
                continue
            mine = found.rows.setdefault(name, {})
            places = {row["position"] for row in mine.values()} if name == "outbox" else set()
            for row_key, row in rows.items():
                if row_key not in mine and row.get("position") not in places:
                    mine[row_key] = row
                    added += 1
        found.last = max(found.last, kept.last)
        return added, copy
    return 0, None


def _rows_in(file: BrokenFile) -> _Found:
    found = _Found()
    for row in file.rows():
        if len(row.values) == 2 and row.values[0] == "outbox" and isinstance(row.values[1], int):
            found.last = max(found.last, row.values[1])
            continue
        for table in tables.work.sorted_tables:
            values = _as_row_of(table, row)
            if values is not None:
                key = _key(table, values)
                found.rows.setdefault(table.name, {})[key] = values
                break
    acts = found.rows.get("outbox", {})
    one_a_place = {act["position"]: key for key, act in acts.items()}
    found.rows["outbox"] = {key: acts[key] for key in one_a_place.values()}
    return found


def _key(table: Table, values: Mapping[str, Any]) -> Key:
    if table is tables.outbox:
        return values["act_id"]
    return tuple(values[column.name] for column in table.primary_key)


def _as_row_of(table: Table, row: Row) -> dict[str, Any] | None:
    """The row by its columns' names, if it can be one of this table; in pages nothing says so."""
    columns = list(table.columns)
    # A row from before a column was added ends where it ended then.
    later = columns[len(row.values) :]
    if len(row.values) > len(columns) or any(column.server_default is None for column in later):
        return None
    found: dict[str, Any] = {column.name: "" for column in later}
    for column, given in zip(columns, row.values, strict=False):
        value: Any = given
        if value is None and column.primary_key:
            value = row.rowid
        if not isinstance(value, _KINDS[type(column.type)]):
            return None
        found[column.name] = bool(value) if isinstance(column.type, Boolean) else value
    return found if table is not tables.outbox or _is_whole_act(found) else None


def _is_whole_act(row: Mapping[str, Any]) -> bool:
    return (
        row["state"] in set(ActState) and hashlib.sha256(row["payload"]).hexdigest() == row["payload_sha256"]
    )


def _write_new(folder: Path, key: str, found: _Found) -> None:
    part = folder / "work-salvaged.db"
    for ending in _PARTS:
        part.with_name(part.name + ending).unlink(missing_ok=True)
    database = Database("work", part, key)
    try:
        bring_up_to_date(database, WORK)
        with database.write() as connection:
            for table in tables.work.sorted_tables:
                rows = list(found.rows.get(table.name, {}).values())
                if rows:
                    connection.execute(table.insert(), rows)
            # A place in the order that was given once is never given again, even if its act is lost.
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'outbox'")
            connection.exec_driver_sql(
                "INSERT INTO sqlite_sequence VALUES ('outbox', ?)", (found.last_place,)
            )
        if not database.clear_log():
            raise AssertionError("nobody else reads a file that nobody knows")
    finally:
        database.close()
    handle = os.open(part, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    part.replace(folder / _READY)
    sync_folder(folder)


def _words(found: _Found, added: int, copy: Path | None, aside: Path, *, doubtful: bool) -> dict[str, str]:
    acts = len(found.rows.get("outbox", {}))
    others = _many(found.count() - acts, "other row", "other rows")
    recovered = f"{_many(acts, 'entry', 'entries')} of the Outbox and {others} (drafts, reports, settings)"
    says = [f"The file with your work on this computer was damaged. {recovered} were recovered."]
    if copy is not None and added:
        made = moment(datetime.fromtimestamp(copy.stat().st_mtime, UTC))
        says.append(f"{added} of these come from the copy of {made} and may be older than what you saw last.")
    lost = found.last_place - acts
    if lost > 0:
        says.append(f"{_many(lost, 'entry', 'entries')} could not be read any more.")
    elif doubtful:
        says.append("What was recorded last may be missing.")
    return {
        "says": " ".join(says),
        "do": "Look through the Outbox and your drafts. The damaged file is kept; the support contact can look "
        "at it if anything is missing.",
        "details": str(aside),
    }


def _many(count: int, one: str, more: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {more}"
