"""Checking that an upload is, as a whole, the file it was announced as: beside the requests, never in their way."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import Future

import structlog
from sqlalchemy import Engine

from app.service.blobs import BlobStore
from app.service.database import reading
from app.service.settings import Clock
from app.service.uploads import accept, lose_part, parts_sent, refuse

_log = structlog.get_logger("touchstone.uploads")

AT_ONCE = 2
"""How many files one process reads through at a time; the others wait their turn."""


class Checks:
    """The checks under way in this process. An upload found *checking* without one here gets one: the process that
    began it may be gone. Two processes that check the same file come to the same answer.
    """

    def __init__(self, engine: Engine, blobs: BlobStore, clock: Clock) -> None:
        self._engine = engine
        self._blobs = blobs
        self._clock = clock
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, str], Future[None]] = {}

    def check(self, person_id: str, sha256: str) -> Future[None]:
        """Begins the check, or joins the one that is under way. The future ends when the upload's row tells more."""
        key = person_id, sha256
        with self._lock:
            known = self._under_way.get(key)
            if known is not None:
                return known
            future: Future[None] = Future()
            self._under_way[key] = future
        # A thread that does not keep the process alive: what it leaves unfinished is checked again when asked for.
        threading.Thread(target=self._run, args=(key, future), name="check", daemon=True).start()
        return future

    def _run(self, key: tuple[str, str], future: Future[None]) -> None:
        try:
            with self._turns:
                self._read_through(*key)
        except Exception as error:
            # The store or the database is out of reach. The upload stays *checking*, and is when asked for next.
            _log.error("check failed", fault=type(error).__name__)
        finally:
            with self._lock:
                del self._under_way[key]
            future.set_result(None)

    def _read_through(self, person_id: str, sha256: str) -> None:
        with reading(self._engine) as connection:
            parts = parts_sent(connection, person_id, sha256)
        digest = hashlib.sha256()
        for part in parts:
            try:
                for piece in self._blobs.part_pieces(part):
                    digest.update(piece)
            except FileNotFoundError:
                lose_part(self._engine, person_id, sha256, part.sha256, self._clock())
                return
        if digest.hexdigest() != sha256:
            refuse(self._engine, person_id, sha256, self._clock())
            return
        accept(self._engine, person_id, sha256, self._clock())
