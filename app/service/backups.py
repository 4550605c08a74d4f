"""Backups, and up to which number the service may promise that nothing is lost any more (``durable_seq``)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

from sqlalchemy import Connection, Engine, select, update

from app.domain.errors import KnownError
from app.service import tables as t
from app.service.database import is_sqlite, reading, setting, sqlite_file, transact

DATABASE_NAME = "service.db"
FILES_NAME = "files"
"""What lies in the folder of a backup."""

_PIECE = 1024 * 1024


def back_up(engine: Engine, database_url: str, files_url: str, folder: Path) -> int:
    """Copies an SQLite database, proves the copy sound, then copies the files that the folder lacks; the service may
    run meanwhile. Only then is everything up to the copy's head *durable*. Returns that number.

    Raises KnownError for any other kind of database or file store, for a copy that is not sound (the one of before
    then stays), and at the end for files that are not what their names say.
    """
    source, files = _sqlite_only(database_url), _folder_only(files_url)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f"{DATABASE_NAME}.part"
    try:
        head = _copy_database(source, part)
        _make_durable(part)
        # The files before the copy takes its name, so that none in the folder ever names a file that is not there.
        damaged = _copy_files(files, folder / FILES_NAME)
        part.replace(folder / DATABASE_NAME)
        _force_folder(folder)
    finally:
        for path in (part, part.with_name(f"{part.name}-journal"), part.with_name(f"{part.name}-wal")):
            path.unlink(missing_ok=True)
    if damaged:
        raise KnownError(
            "files_damaged",
            f"{len(damaged)} {'file is' if len(damaged) == 1 else 'files are'} not what the name says. The database "
            "and all other files were copied, but the backup does not count as complete.",
            "Look for a fault of the disk, and for these files in an earlier backup.",
            details=", ".join(damaged[:20]),
        )
    return transact(engine, lambda connection: _note_durable(connection, head))


def begin_backup(engine: Engine) -> int:
    """The feed's head: what a backup that begins after this will hold at least, since numbers are given in the order
    of commits.
    """
    with reading(engine) as connection:
        return _head(connection)


def finish_backup(engine: Engine, number: int) -> None:
    """Everything up to this number is backed up. Raises KnownError for one that cannot be right."""

    def finish(connection: Connection) -> None:
        head, before = _head(connection), int(setting(connection, "durable_seq"))
        if number > head:
            raise KnownError(
                "backup_ahead",
                f"The service is at {head} and cannot have been backed up to {number}.",
                "Give the number that “touchstone service backup-begin” printed before this backup.",
            )
        if number < before:
            raise KnownError(
                "backup_behind",
                f"A later backup, up to {before}, was noted already.",
                "Give the number that “touchstone service backup-begin” printed before the latest backup.",
            )
        _note_durable(connection, number)

    transact(engine, finish)


def _note_durable(connection: Connection, number: int) -> int:
    table = t.service_settings
    name = table.c.name == "durable_seq"
    before = int(connection.execute(select(table.c.value).where(name).with_for_update()).scalar_one())
    # Another backup may have come to its end first.
    connection.execute(update(table).where(name).values(value=str(max(before, number))))
    return max(before, number)


def _head(connection: Connection) -> int:
    return int(connection.execute(select(t.feed_head.c.n)).scalar_one())


def _sqlite_only(database_url: str) -> Path:
    if is_sqlite(database_url):
        return sqlite_file(database_url)
    raise KnownError(
        "backup_not_here",
        "Only an SQLite database is backed up by this command.",
        "Use “touchstone service backup-begin”, your database's own backup, then “touchstone service backup-done”.",
    )


def _folder_only(files_url: str) -> Path:
    parsed = urlparse(files_url)
    if parsed.scheme == "file":
        return Path(url2pathname(parsed.path))
    if "://" not in files_url:
        return Path(files_url)
    raise KnownError(
        "backup_not_here",
        "Only a folder of files is backed up by this command.",
        "Use “touchstone service backup-begin”, the store's own backup, then “touchstone service backup-done”.",
    )


def _copy_database(source: Path, target: Path) -> int:
    """Copies one moment of the database while it is in use. Returns the feed's head in the copy."""
    from sqlcipher3 import dbapi2

    target.unlink(missing_ok=True)
    with closing(dbapi2.connect(str(source))) as original, closing(dbapi2.connect(str(target))) as copy:
        original.backup(copy)
        # One file, complete without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        faults = list(_faults(copy))
        if faults:
            raise KnownError(
                "backup_failed",
                "The copy of the database is not sound; it was not kept.",
                "See that the disk is sound and has room. If this happens again, the database itself may be damaged.",
                details="; ".join(faults[:5]),
            )
        return int(copy.execute("SELECT n FROM feed_head").fetchone()[0])


def _faults(copy: Any) -> Iterator[str]:
    yield from (row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok")
    yield from (f"{row[0]} {row[1]}: no {row[2]}" for row in copy.execute("PRAGMA foreign_key_check"))


def _copy_files(files: Path, target: Path) -> list[str]:
    """Copies what the target lacks: a file is named by its content and never changes. Returns the names of those
    that proved to be damaged on the way, and are left out.
    """
    damaged = []
    for path in sorted(files.rglob("*")) if files.is_dir() else ():
        # A name with “#” is a file that is still being written; no record names it yet.
        if not path.is_file() or "#" in path.name:
            continue
        copy = target / path.relative_to(files)
        if copy.is_file() and copy.stat().st_size == path.stat().st_size:
            continue
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _copy_file(path, copy):
            for made in (copy.parent, *copy.parent.parents):
                _force_folder(made)
                if made == target:
                    break
        else:
            damaged.append(path.name)
    return damaged


def _copy_file(path: Path, copy: Path) -> bool:
    """Copies one file, durable under its name only when it has the hash it is named by. Returns whether it has."""
    part = copy.with_name(f"{copy.name}.part")
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source, part.open("wb") as target:
            while piece := source.read(_PIECE):
                digest.update(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        if digest.hexdigest() != path.name:
            return False
        part.replace(copy)
        return True
    finally:
        part.unlink(missing_ok=True)


def _make_durable(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _force_folder(folder: Path) -> None:
    if os.name == "nt":  # There a folder cannot be opened, and needs no forcing.
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
