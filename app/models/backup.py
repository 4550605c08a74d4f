"""An encrypted, verified copy of a database, made before anything in it is rebuilt."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from app.domain.errors import KnownError
from app.models.database import Database
from app.models.faults import in_words
from app.vault.disk import private_folder, put_in_place, sync_folder

KEPT = 3
"""How many copies of ``work.db`` stay; the oldest go first."""


def back_up(database: Database) -> Path:
    """Copies the database under its own key, proves that the copy opens, is sound and complete, and keeps it.

    Returns where it lies. Raises ``KnownError``: ``backup_failed`` when the copy is not what it should be,
    ``disk_full`` and others as ``in_words`` says. Nothing unverified remains.
    """
    folder = database.path.parent / "backups"
    with in_words(database.label, database.path):
        private_folder(folder)
        earlier = backups(folder, database.path.stem)
        number = _number(earlier[-1]) + 1 if earlier else 1
        final = folder / f"{database.path.stem}-{number:04}.db"
        part = final.with_suffix(".part")
        _remove(part)
        try:
            _copy(database, part)
            _verify(database, part)
            _make_durable(part)
            put_in_place(part, final)
        except BaseException:
            _remove(part)
            raise
        for old in backups(folder, database.path.stem)[:-KEPT]:
            old.unlink()
    return final


def drop_outgrown(database: Database) -> None:
    """Replaces copies of ``work.db`` that still hold what it has forgotten because its request left.

    Raises as ``back_up`` does; then everything stays as it was.
    """
    kept = backups(database.path.parent / "backups", database.path.stem)
    if not kept:
        return
    with in_words(database.label, database.path), database.raw() as source:
        forgotten = _forgotten(source)
        outgrown = [path for path in kept if forgotten and _forgotten_in(database, path) < forgotten]
    if outgrown:
        back_up(database)
        with in_words(database.label, database.path):
            for path in outgrown:
                path.unlink(missing_ok=True)
            sync_folder(kept[0].parent)


def _forgotten_in(database: Database, path: Path) -> int:
    copy = database.open_copy(path)
    try:
        return _forgotten(copy)
    finally:
        copy.close()


def _forgotten(connection: Any) -> int:
    """How many acts have lost their content for good."""
    return int(connection.execute("SELECT count(*) FROM outbox WHERE length(payload) = 0").fetchone()[0])


def backups(folder: Path, stem: str) -> list[Path]:
    """The copies kept of one database, oldest first."""
    return sorted(folder.glob(f"{stem}-[0-9]*.db"), key=_number)


def _number(path: Path) -> int:
    found = re.search(r"-(\d+)$", path.stem)
    return int(found.group(1)) if found else 0


def _copy(database: Database, part: Path) -> None:
    target = database.open_copy(part)
    try:
        with database.raw() as source:
            source.backup(target)
        # The copy is one file, complete without a log beside it.
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()


def _verify(database: Database, part: Path) -> None:
    copy = database.open_copy(part)
    try:
        faults = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
        faults += [row[0] for row in copy.execute("PRAGMA cipher_integrity_check")]
        with database.raw() as source:
            if _row_counts(source) != _row_counts(copy):
                faults.append("the copy does not have as many rows as the file")
    finally:
        copy.close()
    if faults:
        raise KnownError(
            "backup_failed",
            "Your work must be copied before this version of Touchstone can use it, and the copy was not sound.",
            "Nothing was changed. See that the disk is sound and has room, then open Touchstone again.",
            details="; ".join(faults[:5]),
        )


def _row_counts(connection: Any) -> dict[str, int]:
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in sorted(tables)
    }


def _make_durable(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(part: Path) -> None:
    for path in (part, part.with_name(part.name + "-wal"), part.with_name(part.name + "-journal")):
        path.unlink(missing_ok=True)
