"""A laptop full of work whose files are then harmed, and what a person can see on it afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlcipher3

from app.domain.errors import KnownError
from app.models.backup import back_up
from app.models.profile import create_profile, open_stores
from app.vault.keys import new_database_key
from app.wire.messages import OutcomeMessage
from app.workspace.desk import Desk
from tests.models.made import act, judging, noting, page, put, reporting
from tests.proof.crash_facts import Laptop
from tests.support import records
from tests.support.desks import Clock, SignedIn

ACTS, COPIED, RECORDS = 60, 20, 250


def fill(base: Path) -> None:
    """Acts, of which a copy has the first; drafts, a report, settings; records. Both files have a log beside them."""
    laptop = Laptop(base / "laptop")
    laptop.disk.mkdir(parents=True)
    profile = create_profile(SignedIn(), demo=False, folder=laptop.profile)
    stores = open_stores(profile, laptop.keys, clock=Clock())
    work = stores.work
    for number in range(1, ACTS + 1):
        deed: Any = noting(f"note {number} " * (number * 7 % 90 + 1))
        if number % 20 == 7:
            deed = reporting(b"%PDF-1.7 " + bytes(30_000))
        elif number % 3 == 0:
            deed = judging(rationale="Why. " * 40)
        work.add(act(number, deed))
        if number == COPIED:
            work.put("columns", ["number", "due"])
            back_up(work._database)
            stores.close()
            stores = open_stores(profile, laptop.keys, clock=Clock())
            work = stores.work
    for number in range(30):
        work.save_draft(f"judgement/request-1/{number}", {"rationale": "typed " * (number * 5)})
    work.begin_sending(above=0, limit=9, max_bytes=1 << 20)
    work.record_outcomes([OutcomeMessage(act_id="act-1", outcome="applied", n=5)])
    for part in range(5):
        lines = [put(records.sample(part * 50 + n)) for n in range(RECORDS // 5)]
        stores.cache.apply_page(page(lines, f"c{part}", part + 1))
    # Copied while they are open: closing would fold the logs in.
    shutil.copytree(laptop.base, base / "full")
    _stranger(base / "full" / "disk" / "stranger")
    stores.close()
    shutil.copytree(laptop.base, base / "folded")
    shutil.copytree(base / "full" / "disk" / "stranger", base / "folded" / "disk" / "stranger")


def _stranger(folder: Path) -> None:
    """Another person's databases, with logs."""
    profile = create_profile(SignedIn(), demo=False, folder=folder)
    keys = Laptop(folder).keys
    keys.put(profile.id, "database-key", new_database_key())
    stores = open_stores(profile, keys, clock=Clock())
    for number in range(1, 20):
        stores.work.add(act(number, noting("somebody else's")))
    stores.cache.apply_page(page([put(records.sample(n)) for n in range(60)]))
    shutil.copytree(folder, folder.parent / "copied")
    stores.close()
    shutil.rmtree(folder)
    (folder.parent / "copied").rename(folder)


@dataclass
class Seen:
    """What a person saw over at most three openings. refusals: codes told instead of an open desk."""

    acts: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    samples: int = 0
    notices: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    opened: bool = False


def seen_on(laptop: Laptop) -> Seen:
    """Opens and looks at everything, as often as a person who is told to open again. Anything but a ``KnownError``
    is a defect and goes through.
    """
    seen = Seen()
    for _ in range(3):
        try:
            with _desk(laptop) as desk:
                status = desk.status()
                if status.trouble:
                    seen.notices.append(status.trouble)
                seen.acts = {e.act_id: (str(e.state), e.payload) for e in desk._work.entries()}
                seen.drafts = {d.key: d.body["rationale"] for d in desk._work.drafts()}
                desk._work.get("columns")
                for identifier in seen.acts:
                    desk._work.report(identifier)
                seen.samples = len(desk._cache.revs("sample"))
                seen.samples = len([r for r in desk._cache.root("request-1") if r])
                seen.opened = True
                return seen
        except KnownError as error:
            seen.refusals.append(error.code if error.says and error.do else "without a word")
    return seen


@contextmanager
def _desk(laptop: Laptop) -> Iterator[Desk]:
    desk = laptop.enter()
    try:
        yield desk
    finally:
        desk.close()


def acts_that_sqlite_reads(laptop: Laptop) -> set[str]:
    """Ids of the acts that SQLite itself gives out of the harmed file, asked one by one."""
    found = set()
    connection = sqlcipher3.connect(str(laptop.profile / "work.db"), isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level=none")
        connection.execute(f"PRAGMA key=\"x'{laptop.key}'\"")
        for position in range(1, ACTS + 1):
            try:
                row = connection.execute("SELECT * FROM outbox WHERE position = ?", (position,)).fetchone()
            except (sqlcipher3.dbapi2.Error, MemoryError):
                continue
            if row is not None:
                found.add(row[1])
    finally:
        connection.close()
    return found
