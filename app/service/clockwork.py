"""What a running service does by itself every minute: the clock's work, and sending e-mails; and every hour: tidying.

Every copy of the service does it, on whatever machines. All parts allow that: whoever comes second finds nothing left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

import structlog
from sqlalchemy import Engine

from app.domain.errors import KnownError
from app.service.blobs import BlobStore
from app.service.database import open_engine
from app.service.logs import where_it_broke
from app.service.mail_queue import send_due
from app.service.settings import Settings
from app.service.smtp import Mailer
from app.service.tick import tick
from app.service.uploads_tidy import collect_parts

PERIOD_SECONDS = 60

TURNS_TO_TIDY = 60
"""Pieces of uploads that belong to nothing are looked for every so many minutes: a store may hold very many."""

PATIENCE_SECONDS = 5
"""How long a stopping service waits for an e-mail under way; one that is not noted as sent then is sent again."""

_log = structlog.get_logger("touchstone.clockwork")


@dataclass(frozen=True, slots=True)
class Post:
    """How e-mails leave this service. ``base_url``: what their links begin with."""

    mailer: Mailer
    base_url: str


def post_of(settings: Settings) -> Post | None:
    """How e-mails leave; None without a mail server, and then they wait.

    Raises KnownError for a mail server, a sender or a public address that cannot be.
    """
    base_url = public_address(settings)
    if not settings.smtp_url:
        return None
    if not base_url:
        raise KnownError(
            "public_url_missing",
            "The links in e-mails need the address at which centres reach the portal.",
            "Set TOUCHSTONE_PUBLIC_URL to it, such as https://touchstone.example.org.",
        )
    return Post(Mailer.from_url(settings.smtp_url, settings.mail_from), base_url)


def public_address(settings: Settings) -> str:
    """The portal's address without a slash at its end; empty if none is set. Raises KnownError for what is none."""
    text = settings.public_url.rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or not text.isascii() or text != "".join(text.split()):
        raise KnownError(
            "public_url_wrong",
            "The public address of the portal cannot be read.",
            "Write it like https://touchstone.example.org.",
        )
    return text


@contextmanager
def every_minute(settings: Settings, post: Post | None) -> Iterator[None]:
    """Does the work at once and then every minute, in a thread of its own that ends with the block."""
    stop = threading.Event()
    thread = threading.Thread(
        # A process that ends does not wait for a mail server that does not answer.
        target=_work,
        args=(settings, post, stop),
        name="clockwork",
        daemon=True,
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)


def once(engine: Engine, settings: Settings, post: Post | None, stopped: Callable[[], bool]) -> None:
    """One turn: what time brings about, and then all e-mails that are due, those it wrote included.

    What goes wrong in either is logged and does not keep the other from its work.
    """
    _guarded("tick", lambda: tick(engine, settings.clock()))
    if post is not None and not stopped():
        _guarded("mail", lambda: _send_all(engine, settings, post, stopped))


def _send_all(engine: Engine, settings: Settings, post: Post, stopped: Callable[[], bool]) -> None:
    more = True
    while more and not stopped():
        more = send_due(engine, post.mailer, settings.clock(), post.base_url, stopped=stopped).more


def tidy(engine: Engine, settings: Settings) -> None:
    """Removes what uploads left behind that nobody goes on with."""
    _guarded("tidy", lambda: collect_parts(engine, BlobStore(settings.files_url), settings.clock()))


def _work(settings: Settings, post: Post | None, stop: threading.Event) -> None:
    engine = open_engine(settings.database_url)
    try:
        for turn in count():
            once(engine, settings, post, stop.is_set)
            if turn % TURNS_TO_TIDY == 0 and not stop.is_set():
                tidy(engine, settings)
            if stop.wait(PERIOD_SECONDS):
                break
    finally:
        engine.dispose()


def _guarded(what: str, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:
        # Whatever it is, the next minute is another try; nothing of the service may end by it.
        _log.error("failed", part=what, error=type(error).__name__, at=where_it_broke(error))
