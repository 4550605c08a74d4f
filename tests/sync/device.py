"""One laptop with its real databases, talking to the simulated service over the faulty network."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.acts import Act, AddNote, Deed, RecordJudgement, SubmitReport, target_of
from app.domain.moderation import Decision, Outcome
from app.models.profile import create_profile, open_stores
from app.models.stores import Stores
from app.sync.access import REFRESH_NAME, Access
from app.sync.engine import Engine, Progress, SyncReport
from tests.models.made import Clock, Signed
from tests.sync.network import Network
from tests.sync.simulated import Key, SimulatedService


class MemoryKeys:
    """A password store for one test."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get(self, profile_id: str, name: str) -> str | None:
        return self.kept.get((profile_id, name))

    def put(self, profile_id: str, name: str, secret: str) -> None:
        self.kept[profile_id, name] = secret

    def forget(self, profile_id: str, name: str) -> None:
        self.kept.pop((profile_id, name), None)


class Device:
    """``tick``: seconds of the clock that only grows; the person's clock goes on by itself."""

    def __init__(self, folder: Path, service: SimulatedService, device_id: str = "device-1") -> None:
        self.service = service
        self.network = Network(service)
        self.keys = MemoryKeys()
        self.profile = create_profile(Signed(device_id=device_id), demo=False, folder=folder)
        self.keys.put(self.profile.id, REFRESH_NAME, service.refresh)
        self.clock = Clock()
        self.tick = 0.0
        self.changes: list[tuple[frozenset[str], bool]] = []
        self.progress: list[Progress] = []
        self._number = 0
        self.open()

    def open(self) -> None:
        """Opens the databases, and begins with an engine that remembers nothing."""
        self.stores: Stores = open_stores(self.profile, self.keys, clock=self.clock)
        self.work, self.cache = self.stores.work, self.stores.cache
        self.access = Access(self.profile.id, self.keys)
        self.engine = Engine(
            self.work,
            self.cache,
            self.profile.device_id,
            clock=self.clock,
            ticks=lambda: self.tick,
            on_changes=lambda requests, outbox: self.changes.append((requests, outbox)),
            on_progress=self.progress.append,
        )

    def restart(self) -> None:
        self.stores.close()
        self.open()

    def close(self) -> None:
        self.stores.close()

    def sync(self) -> SyncReport:
        return self.network.run(self.access.signed(self.engine.sync()))

    # -- what the person does -----------------------------------------------------------------------------------

    def note(self, root: str, text: str = "Please see page 4.") -> str:
        return self._record(AddNote(root, "", text))

    def covered_note(self) -> str:
        """A note that was sent and lies in the service's backup, as an engine that begins anew has learned."""
        self.sync()
        act = self.note("request-1")
        self.sync()
        self.service.back_up()
        self.restart()
        self.sync()
        assert self.work.entry(act).covered
        return act

    def judge(self, root: str, sample_id: str, **changes: Any) -> str:
        waiting = self.work.last_waiting(sample_id)
        deed = RecordJudgement(
            root, sample_id, Decision.AGREED, "", (), supersedes=(waiting,) if waiting else (), **changes
        )
        return self._record(deed, rests_on=(waiting,) if waiting else ())

    def report(self, root: str, judgements: tuple[str, ...]) -> str:
        deed = SubmitReport(root, Outcome.ACCEPTED, "", judgements, b"%PDF invented", "b" * 64)
        return self._record(deed, rests_on=judgements)

    def _record(self, deed: Deed, rests_on: tuple[str, ...] = ()) -> str:
        self._number += 1
        act = Act(
            id=f"{self.profile.device_id}/{self._number:05}",
            device_id=self.profile.device_id,
            author_id="person-1",
            seen=self.cache.seen(),
            seen_tag=self.cache.seen_tag(),
            recorded_at=self.clock(),
            deed=deed,
            after=self.work.last_waiting(target_of(deed)),
            rests_on=rests_on,
        )
        return self.work.add(act).act_id

    # -- how it stands ------------------------------------------------------------------------------------------

    def states(self) -> dict[str, str]:
        return {entry.act_id: str(entry.state) for entry in self.work.entries()}

    def held(self) -> dict[Key, tuple[int, bytes]]:
        """Every record in the cache, as it came: rev and body."""
        with self.cache._database.read() as connection:
            rows = connection.exec_driver_sql("SELECT kind, id, rev, body FROM records")
            return {(kind, identifier): (rev, body) for kind, identifier, rev, body in rows}

    def last_sync(self) -> datetime | None:
        return self.cache.last_synced()
