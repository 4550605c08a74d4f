"""The real service on this computer's loopback, over a database and files that were laid out once."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from app.service.blobs import BlobStore
from app.service.database import migrate, open_engine
from tests.service.ground import Ground, House, lay_ground


class _Server(uvicorn.Server):
    """Says when it is ready to answer."""

    def __init__(self, app: Any) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def running(app: Any) -> Iterator[str]:
    """The address of an ASGI application on a free port of this computer, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = _Server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert server.ready.wait(60)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(60)


def laid_out(folder: Path) -> Ground:
    """A service's database and files in that folder, let go of so that they may be copied."""
    engine = open_engine(f"sqlite:///{folder / 'service.db'}")
    migrate(engine)
    ground = lay_ground(engine, BlobStore(str(folder / "files")), folder)
    engine.dispose()
    return ground


def copied(laid: tuple[Path, Ground], folder: Path) -> House:
    """A service of one's own with what was laid out once."""
    source, ground = laid
    shutil.copytree(source, folder)
    return House(f"sqlite:///{folder / 'service.db'}", str(folder / "files"), ground)
