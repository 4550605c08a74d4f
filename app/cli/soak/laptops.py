"""A laptop of a story: the real stores, engine and sign-in over a folder, with a clock and keyring of its own."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.cli.soak.keyring import MemoryKeys
from app.cli.soak.sources import LaptopClock, WorldClock
from app.domain.people import Person
from app.models.cache import CacheStore
from app.models.database import Database
from app.models.entries import OutboxEntry
from app.models.held import Unreadable
from app.models.profile import Profile, open_stores
from app.models.stores import KEY_NAME, Stores
from app.models.work import WorkStore
from app.sync.access import Access
from app.sync.calls import Steps
from app.sync.engine import Engine, SyncReport
from app.vault.files import FileStore
from app.wire.codec import Record
from app.workspace.deeds import Deeds
from app.workspace.overlay import Picture, lay_over
from app.workspace.queries import picture_of
from app.workspace.recording import Recorder

_NO_LIMIT = 2**30
Held = dict[tuple[str, str], tuple[str, int, bytes]]
"""Records by kind and id: their root, rev and body."""

Warm = tuple[Database, Database]
"""Work and cache of a laptop, closed but ready to be used."""


@dataclass
class Laptop:
    """name: how the trace calls it. It may be closed and opened at any time.

    warm: its two databases as an earlier story opened them, so that SQLAlchemy need not learn each question anew.
    """

    name: str
    profile: Profile
    keys: MemoryKeys
    world: WorldClock
    new_id: Callable[[], str]
    warm: Warm | None = None
    clock: LaptopClock = field(init=False)
    damaged: bool = False
    """Whether a record of its cache was damaged; until the next comparison it may differ from the service."""

    def __post_init__(self) -> None:
        self.clock = LaptopClock(self.world)
        if self.warm is None:
            self.open()
        else:
            work, cache = self.warm
            self._begin(Stores(WorkStore(work, self.clock), CacheStore(cache, self.clock)))

    @property
    def folder(self) -> Path:
        return self.profile.folder

    @property
    def person(self) -> Person:
        return self.profile.person

    def open(self) -> None:
        """Opens the databases, with an engine that remembers nothing."""
        self._begin(open_stores(self.profile, self.keys, clock=self.clock))

    def _begin(self, stores: Stores) -> None:
        self.stores = stores
        self.work, self.cache = stores.work, stores.cache
        self.files = FileStore(self.folder / "files")
        self.access = Access(self.profile.id, self.keys)
        self.engine = Engine(
            self.work, self.cache, self.profile.device_id, clock=self.clock, ticks=self.world.ticks
        )
        recorder = Recorder(
            self.work, self.cache, self.person, self.profile.device_id, clock=self.clock, new_id=self.new_id
        )
        self.deeds = Deeds(self.work, recorder)

    def close(self) -> None:
        self.stores.close()

    def sync(self) -> Steps[SyncReport]:
        """One round of the real engine, every call signed."""
        return self.access.signed(self.engine.sync())

    # -- what is on its disk ------------------------------------------------------------------------------------

    def copy_disk(self, target: Path) -> None:
        """The folder as it is on the disk at this moment, as when the power fails now."""
        if target.exists():
            shutil.rmtree(target)
        # SQLite's shared memory is no part of a disk's content: it is made anew from the log.
        shutil.copytree(self.folder, target, ignore=shutil.ignore_patterns("*-shm"))

    def put_disk(self, source: Path) -> None:
        """The folder becomes what it was when ``source`` was copied, and Touchstone is opened again."""
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(source, self.folder)
        self.open()

    def clone(self, name: str, folder: Path) -> Laptop:
        """Another laptop that goes on from a copy of this one's disk and keyring."""
        self.copy_disk(folder)
        profile = replace(self.profile, folder=folder)
        twin = Laptop(name, profile, MemoryKeys(self.keys.kept), self.world, self.new_id)
        twin.damaged = self.damaged
        return twin

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Until the end of the block no database of this laptop can grow."""
        databases = (self.work._database, self.cache._database)
        try:
            for database in databases:
                with database.raw() as raw:
                    raw.execute("PRAGMA max_page_count=1")
            yield
        finally:
            # One that was closed meanwhile forgot its limit, and must not be opened once more.
            for database in {*databases} & {self.work._database, self.cache._database}:
                with database.raw() as raw:
                    raw.execute(f"PRAGMA max_page_count={_NO_LIMIT}")

    def damage(self, chance: random.Random) -> str:
        """Loses or alters one record of the cache, as a bad disk would; says which, or nothing if there is none."""
        there = sorted(self.held())
        if not there:
            return ""
        kind, identifier = chance.choice(there)
        change = chance.choice(("DELETE FROM records", "UPDATE records SET rev = rev - 1, body = x'7b7d'"))
        with self.cache._database.write() as connection:
            connection.exec_driver_sql(f"{change} WHERE kind = ? AND id = ?", (kind, identifier))
        self.damaged = True
        return f"{change.split()[0].lower()} one {kind}"

    def held(self) -> Held:
        """Every record of the cache as it came."""
        with self.cache._database.read() as connection:
            rows = connection.exec_driver_sql("SELECT kind, id, root, rev, body FROM records")
            return {
                (kind, identifier): (root, rev, bytes(body)) for kind, identifier, root, rev, body in rows
            }

    # -- what its person sees -----------------------------------------------------------------------------------

    def picture(self, request_id: str) -> Picture | None:
        """One request as the bench shows it: the cache with pending acts laid over it; None when it is not here."""
        records: list[Record] = [r for r in self.cache.root(request_id) if not isinstance(r, Unreadable)]
        picture = picture_of(records)
        if picture is None:
            return None
        waiting = self.work.unsettled(self.cache.seen(), request_id)
        return lay_over(picture, [entry.act for entry in waiting], self.person.name)

    def entries(self, **conditions: Any) -> tuple[OutboxEntry, ...]:
        return self.work.entries(**conditions)

    def skew(self, days: float) -> None:
        """Sets the clock wrong by so many days."""
        self.clock.skew = timedelta(days=days)


def warm(profile: Profile, keys: dict[tuple[str, str], str]) -> Warm:
    """The databases that a profile will have, not opened yet."""
    key = keys[profile.id, KEY_NAME]
    return (
        Database("work", profile.folder / "work.db", key),
        Database("cache", profile.folder / "cache.db", key),
    )
