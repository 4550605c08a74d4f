"""A moderator's laptop beside a real service whose files can be held up on their way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.evidence import EvidenceKind
from app.service.application import create_app
from app.service.blobs import BlobStore
from app.service.database import open_engine
from app.service.quick import Attachment, attach_evidence
from app.service.settings import Settings
from app.workspace.entrance import enter, sign_in
from app.workspace.snapshots import Changes, Offline
from app.workspace.travel_plan import (
    Stage,
    TravelChoice,
    TravelFile,
    TravelPlan,
    TravelProgress,
    TravelReport,
)
from tests.service.ground import NOW, PASSWORD, Ground, House
from tests.support.keys import FileKeys
from tests.support.serving import laid_out, running

LINK = "https://portfolio.oakvale.example.invalid/learners/a1?unit=501"
LARGE = b"".join(bytes([number % 251]) * 1000 for number in range(3_000))


class SlowRoad:
    """The service behind a road on which files wait at a gate; everything else passes.

    passing: how many files still go through before the gate holds.
    """

    def __init__(self, settings: Settings) -> None:
        self._app: Any = create_app(settings)
        self._open = threading.Event()
        self._open.set()
        self._passing = 0

    def hold(self, *, passing: int = 0) -> None:
        self._passing = passing
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/blobs/"):
            self._passing -= 1
            if self._passing < 0:
                await asyncio.to_thread(self._open.wait)
        await self._app(scope, receive, send)


@contextmanager
def on_the_road(road: SlowRoad) -> Iterator[str]:
    """The service's address on this computer, until the block ends."""
    with running(road) as address:
        try:
            yield address
        finally:
            road.release()


def lay(folder: Path) -> Ground:
    """A service's database and files: R1 has a link and a file of three megabytes besides what is asked for."""
    ground = laid_out(folder)
    engine = open_engine(f"sqlite:///{folder / 'service.db'}")
    attach_evidence(
        engine,
        BlobStore(str(folder / "files")),
        "R1",
        [
            Attachment(EvidenceKind.LEARNER_WORK, "Filmed presentation", sample=2, url=LINK),
            Attachment(EvidenceKind.LEARNER_WORK, "recording.bin", LARGE, sample=2),
        ],
        NOW,
    )
    engine.dispose()
    return ground


@dataclass(frozen=True)
class Service:
    """A running service; ``close`` takes it away."""

    address: str
    close: Callable[[], None]


class Travelling:
    """A moderator's laptop beside a service that can be stopped."""

    def __init__(self, house: House, folder: Path, address: str) -> None:
        self.house = house
        self.keys = FileKeys(folder / "keys.json")
        self.desk = sign_in(address, "morgan@people.invalid", PASSWORD, keys=self.keys)
        self.desk.sync(lambda _: None)
        self.seen: list[TravelProgress] = []
        self.changes: list[Changes] = []

    @property
    def whole(self) -> TravelChoice:
        return TravelChoice(frozenset({self.house.request("R1")}))

    @property
    def store(self) -> Path:
        return self.desk.profile.folder / "files"

    def plan(self) -> TravelPlan:
        return self.desk.travel.plan([self.house.request("R1")])

    def file(self, name: str) -> TravelFile:
        return next(file for file in self.plan().requests[0].files if file.evidence.name == name)

    def take(self, choice: TravelChoice, stopped: Callable[[], bool] = lambda: False) -> TravelReport:
        self.seen, self.changes = [], []
        return self.desk.travel.take(choice, self.seen.append, stopped, self.changes.append)

    def until(self, when: Callable[[TravelProgress], bool]) -> Callable[[], bool]:
        """Stops the run as soon as its progress is like this."""
        return lambda: any(when(progress) for progress in self.seen)

    def total(self, stage: Stage) -> int:
        """How many files a stage of the last run was about; 0 when there was none."""
        return next((progress.total for progress in self.seen if progress.stage is stage), 0)

    def sealed(self, name: str) -> Path:
        return self.store / f"{self.file(name).evidence.sha256}.sealed"

    def offline(self) -> Offline:
        return next(row.offline for row in self.desk.work() if row.number == "R1")

    def reopen(self) -> None:
        folder = self.desk.profile.folder
        self.desk.close()
        self.desk = enter(folder, keys=self.keys)
