"""Running the service: one process on SQLite, as many as wanted on PostgreSQL, stopped cleanly by SIGTERM or Ctrl+C."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import structlog
import uvicorn
from litestar import Litestar
from uvicorn.supervisors import Multiprocess

from app.domain.errors import KnownError
from app.service.application import create_app
from app.service.clockwork import Post, every_minute, post_of
from app.service.database import is_sqlite, open_engine, require_current, sqlite_file
from app.service.logs import set_up_logs
from app.service.settings import DATABASE_VARIABLE, FILES_VARIABLE, Settings

__all__ = ["Settings", "create_app", "run"]

_HOST_VARIABLE = "TOUCHSTONE_SERVICE_HOST"

STOP_SECONDS = 10
"""How long requests under way may take to finish once the service is asked to stop."""


def run(settings: Settings, on_ready: Callable[[int], None] | None = None) -> None:
    """Serves until SIGTERM or SIGINT. ``on_ready`` is told the port as soon as requests are answered.

    Raises KnownError, in words: more than one worker or a second service on one SQLite file, a database that is not
    set up or is newer, a port that is taken.
    """
    on_sqlite = is_sqlite(settings.database_url)
    post = post_of(settings)
    if settings.workers < 1:
        raise KnownError("workers_wrong", "The service needs at least one worker.")
    if on_sqlite and settings.workers > 1:
        raise KnownError(
            "one_worker_only",
            "On an SQLite database the service runs with one worker only.",
            "Leave --workers at 1, or give it a PostgreSQL database.",
        )
    set_up_logs()
    if not settings.on_loopback:
        structlog.get_logger("touchstone.service").warning(
            "Reachable from other machines: passwords are safe only behind a proxy that speaks TLS."
        )
        if post is None:
            structlog.get_logger("touchstone.service").warning(
                "No mail server is set (TOUCHSTONE_SMTP_URL): e-mails are written and wait."
            )
    if on_sqlite:
        with _only_service_of(sqlite_file(settings.database_url)):
            _serve(settings, post, on_ready)
    else:
        _serve(settings, post, on_ready)


def app_of_worker() -> Litestar:
    """The application of one of several worker processes, set up by the environment its parent gave it."""
    set_up_logs()
    return create_app(Settings(host=os.environ.get(_HOST_VARIABLE, "127.0.0.1")))


def _serve(settings: Settings, post: Post | None, on_ready: Callable[[int], None] | None) -> None:
    engine = open_engine(settings.database_url)
    try:
        require_current(engine)
    finally:
        engine.dispose()
    with _listening(settings) as listener:
        port = int(listener.getsockname()[1])

        def ready() -> None:
            _announce(settings.host, port)
            if on_ready is not None:
                on_ready(port)

        # In this process alone, however many workers there are.
        with every_minute(settings, post):
            _answer_requests(settings, listener, ready)


def _answer_requests(settings: Settings, listener: socket.socket, ready: Callable[[], None]) -> None:
    if settings.workers == 1:
        server = _Server(_config(create_app(settings), settings), ready)
        with _stopped_by_signals(server):
            server.run(sockets=[listener])
        return
    os.environ[DATABASE_VARIABLE] = settings.database_url
    os.environ[FILES_VARIABLE] = settings.files_url
    os.environ[_HOST_VARIABLE] = settings.host
    config = _config("app.service.main:app_of_worker", settings)
    # The socket listens already: whoever connects before the workers are up waits for them.
    ready()
    Multiprocess(config, sockets=[listener]).run()


def _config(application: Litestar | str, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        factory=isinstance(application, str),
        workers=settings.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        # Who knocks is who is counted: a header that anybody can write must not lift the limit on sign-ins.
        proxy_headers=bool(settings.trusted_proxy),
        forwarded_allow_ips=settings.trusted_proxy or None,
        lifespan="on",
        timeout_graceful_shutdown=STOP_SECONDS,
    )


class _Server(uvicorn.Server):
    """Tells when it has started."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """SIGTERM and SIGINT end the service as a success: the server raises them anew once it has stopped cleanly."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _announce(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"Touchstone service listens on http://{shown}:{port}\n")
    sys.stdout.flush()


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """The listening socket. Raises KnownError if the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio sends answers at once; else a small one waits 40 ms for the reader's nod.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except (OSError, OverflowError) as error:
            raise KnownError(
                "port_taken",
                f"The service cannot listen on {settings.host}, port {settings.port}.",
                "Another program may be using it; choose another with --port.",
                details=str(error),
            ) from error
        listener.listen(2048)
        listener.set_inheritable(True)
        yield listener
    finally:
        listener.close()


@contextmanager
def _only_service_of(database: Path) -> Iterator[None]:
    """Holds the lock beside an SQLite file. Raises KnownError if another service holds it.

    The operating system lets go of it when the process ends, however it ends.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    with database.with_name(database.name + ".service-lock").open("a+b") as file:
        if not _take_lock(file):
            raise KnownError(
                "service_running",
                "A service is already running on this database.",
                "Stop it first, or use another database.",
            )
        yield


def _take_lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
