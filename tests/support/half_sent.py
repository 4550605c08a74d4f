"""A laptop whose note the service has, while the note's file is stopped half-way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.service.application import create_app
from app.wire.messages import PART_BYTES
from tests.service.ground import House
from tests.support.serving import running
from tests.support.travel import Travelling

FILMED = bytes(PART_BYTES) + b"The rest of what was filmed."


class SecondPartHeld:
    """The service behind a road on which the second part of a file waits until ``go``."""

    def __init__(self, house: House) -> None:
        self._app: Any = create_app(house.settings)
        self.reached, self.go = threading.Event(), threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/parts/1"):
            self.reached.set()
            await asyncio.to_thread(self.go.wait)
        await self._app(scope, receive, send)


@contextmanager
def on_the_way(house: House, folder: Path) -> Iterator[tuple[Travelling, SecondPartHeld]]:
    """A laptop whose note the service has, while the note's file is stopped half-way."""
    road = SecondPartHeld(house)
    with running(road) as address:
        folder.mkdir()
        laptop = Travelling(house, folder, address)
        try:
            laptop.desk.add_note(house.request("R1"), "", "What I saw.", [("filmed.bin", FILMED)])
            laptop.desk.sync(lambda _: None)
            assert road.reached.wait(60)
            yield laptop, road
        finally:
            road.go.set()
            laptop.desk.close()


def finish(laptop: Travelling, road: SecondPartHeld) -> None:
    """Let the file through and wait until it is there."""
    road.go.set()
    laptop.desk._syncing._sync.upload()
