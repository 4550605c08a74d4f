"""A moderator's laptop beside a real service whose files can be held up on their way."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from app.domain.evidence import EvidenceKind
from app.service.application import create_app
from app.service.blobs import BlobStore
from app.service.claims import Attachment, attach_evidence
from app.service.database import migrate, open_engine
from app.service.settings import Settings
from tests.service.ground import NOW, Ground, House, lay_ground

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


class _Server(uvicorn.Server):
    def __init__(self, app: SlowRoad) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def on_the_road(road: SlowRoad) -> Iterator[str]:
    """The service's address on this computer, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = _Server(road)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert server.ready.wait(60)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            road.release()
            server.should_exit = True
            thread.join(60)


def lay(folder: Path) -> Ground:
    """A service's database and files: R1 has a link and a file of three megabytes besides what is asked for."""
    engine = open_engine(f"sqlite:///{folder / 'service.db'}")
    migrate(engine)
    blobs = BlobStore(str(folder / "files"))
    ground = lay_ground(engine, blobs, folder)
    attach_evidence(
        engine,
        blobs,
        "R1",
        [
            Attachment(EvidenceKind.LEARNER_WORK, "Filmed presentation", sample=2, url=LINK),
            Attachment(EvidenceKind.LEARNER_WORK, "recording.bin", LARGE, sample=2),
        ],
        NOW,
    )
    engine.dispose()
    return ground


def copied(laid: tuple[Path, Ground], folder: Path) -> House:
    """A service of one's own with what was laid out once."""
    source, ground = laid
    shutil.copytree(source, folder)
    return House(f"sqlite:///{folder / 'service.db'}", str(folder / "files"), ground)
