"""Everything that a laptop holds, as comparable facts; and opening one as a person would."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from app.domain.errors import KnownError
from app.models.database import Database
from app.models.profile import Profile
from app.models.stores import KEY_NAME
from app.models.tables import cache as cache_tables
from app.models.tables import work as work_tables
from app.models.uploads import Uploads
from app.vault.files import FileStore
from app.workspace.desk import Desk
from app.workspace.entrance import enter
from tests.support.desks import Clock
from tests.support.keys import FileKeys

Facts = dict[str, str]
_OF_THE_PROGRAM = {"open"}
"""Settings that say how the program stands, and not what the person did."""


class Laptop:
    """A folder whose ``disk`` is traced; the password store beside it is not part of what may fail."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.disk = base / "disk"
        self.profile = self.disk / "profile"
        self.keys = FileKeys(base / "keys.json")

    def enter(self) -> Desk:
        """Opens the desk. Raises what a person would be told."""
        return enter(self.profile, keys=self.keys, clock=Clock())

    @property
    def key(self) -> str:
        key = self.keys.get(Profile.read(self.profile).id, KEY_NAME)
        assert key is not None
        return key


def facts_of(desk: Desk) -> Facts:
    """Each row of both databases, and each file that is said to lie here with what reading it gives."""
    facts = {"profile": desk.profile.device_id}
    facts |= _rows(desk._work._database, work_tables.sorted_tables)
    facts |= _rows(desk._cache._database, [cache_tables.tables[name] for name in ("records", "marks")])
    store, own = FileStore(desk.profile.folder / "files"), Uploads(desk._work._database, Clock())
    for path in sorted(store.folder.glob("*.sealed")):
        sha256 = path.stem
        key = desk._cache.file_key(sha256) or own.key(sha256)
        if key is not None:
            facts[f"file {sha256[:12]}"] = _reading(store, sha256, key)
    return facts


def _rows(database: Database, tables: object) -> Facts:
    found = {}
    with database.read() as connection:
        for table in tables:  # type: ignore[attr-defined]
            for row in connection.execute(table.select()).mappings():
                key = " ".join(str(row[column.name]) for column in table.primary_key)
                if table.name == "settings" and key in _OF_THE_PROGRAM:
                    continue
                if table.name == "outbox":
                    key = row["act_id"]
                    payload = row["payload"]
                    assert not payload or hashlib.sha256(payload).hexdigest() == row["payload_sha256"]
                whole = repr([value for name, value in row.items() if name != "generation"])
                digest = hashlib.sha256(whole.encode()).hexdigest()[:12]
                found[f"{table.name} {key}"] = f"{row.get('state', '')} {digest}"
    return found


def _reading(store: FileStore, sha256: str, key: bytes) -> str:
    try:
        with store.open(sha256, key) as sealed:
            read = hashlib.sha256(b"".join(sealed.chunks())).hexdigest()
    except KnownError as error:
        return error.code
    return "whole" if read == sha256 else "another file"


def standing(laptop: Laptop) -> Facts:
    """What a person finds on opening; nothing at all where nobody has signed in yet."""
    try:
        desk = laptop.enter()
    except KnownError as error:
        if error.code == "profile_missing":
            return {}
        raise
    try:
        return facts_of(desk)
    finally:
        desk.close()


def faults_inside(laptop: Laptop) -> list[str]:
    """What SQLite's and SQLCipher's own checks find wrong in both databases."""
    found = []
    for name in ("work", "cache"):
        path = laptop.profile / f"{name}.db"
        if not path.exists() or not path.stat().st_size:
            continue
        with _opened(path, laptop.key) as connection:
            found += [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            found += [row[0] for row in connection.execute("PRAGMA cipher_integrity_check")]
    return found


@contextlib.contextmanager
def _opened(path: Path, key: str) -> Iterator[object]:
    import sqlcipher3

    connection = sqlcipher3.connect(str(path), isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level=none")
        connection.execute(f"PRAGMA key=\"x'{key}'\"")
        yield connection
    finally:
        connection.close()
