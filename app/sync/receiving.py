"""Files on their way here, on this computer's threads: one file once at a time, and never too many connections."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from app.domain.errors import KnownError
from app.domain.evidence import Evidence
from app.sync.calls import Steps, T
from app.sync.fetching import AT_ONCE
from app.sync.transfer import (
    BeginAnew,
    Cancelled,
    Counted,
    evidence_gone,
    fetch_anew,
    fetch_stretch,
    finish,
    lies_here,
    note_arrival,
    receive_file,
)
from app.vault.keys import new_file_key

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.uploads import Uploads
    from app.vault.files import FileStore, Resumable

LARGE = 64 * 1024 * 1024
"""Files of more bytes than this are fetched in several stretches at once."""

STRETCH = 32 * 1024 * 1024
"""Bytes of one stretch of a large file."""

FAST = 100 * 1000 * 1000
"""Bytes a second beyond which one more connection would only cost: then it is this computer that is busy."""

_WATCH = 1.0
"""Seconds over which that is measured; the first one holds what it takes to be let in."""

_LOOK_AGAIN = 0.2
"""Seconds after which whoever waits for a turn looks whether it is still wanted."""


class Carry(Protocol):
    """Carries a conversation, signed, to its end. Any thread may."""

    def __call__(self, steps: Steps[T]) -> T: ...


class Receiving:
    """Brings files into the store. Any thread may call; all of them together use at most ``AT_ONCE`` connections."""

    def __init__(self, cache: CacheStore, files: FileStore, uploads: Uploads, carry: Carry) -> None:
        self._cache = cache
        self._files = files
        self._uploads = uploads
        self._carry = carry
        # A file must not be removed between being reserved anew and arriving.
        self._reserving = threading.Lock()
        self._connections = threading.BoundedSemaphore(AT_ONCE)
        self._helpers: ThreadPoolExecutor | None = None
        self._turns: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def receive(self, item: Evidence, on_bytes: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        """Brings one file here; ``on_bytes`` may be called from several threads, but never at once.

        Raises as ``receive_file``. A second call for the same file waits for the first.
        """
        with self._turn(item.sha256, cancelled):
            if self._cache.file_key(item.sha256) is not None and self._files.has(item.sha256):
                return
            with self._reserving:
                new_key = self._uploads.key(item.sha256) or new_file_key()
                key = self._cache.reserve_file(item.sha256, item.size, new_key)
            if key is None:
                raise evidence_gone(item.sha256)
            with self._connection(cancelled):
                if item.size > LARGE and not lies_here(self._files, item.sha256, key):
                    self._receive_large(item, key, Counted(on_bytes), cancelled)
                else:
                    self._carry(
                        receive_file(
                            self._cache,
                            self._files,
                            item.sha256,
                            item.size,
                            key,
                            on_bytes=on_bytes,
                            cancelled=cancelled,
                        )
                    )

    def remove_left(self) -> None:
        """Takes files off the disk whose requests left. One that is in use waits for the next time, and so does one
        that the person added and the service may not have yet.
        """
        for sha256 in self._cache.files_to_remove():
            if self._uploads.key(sha256) is not None:
                continue
            with self._reserving, contextlib.suppress(OSError):
                if sha256 in self._cache.files_to_remove():
                    self._files.remove(sha256)
                    self._cache.file_removed(sha256)

    def close(self) -> None:
        """Waits for helpers, if there are any; a later call makes new ones."""
        with self._lock:
            helpers, self._helpers = self._helpers, None
        if helpers is not None:
            helpers.shutdown()

    # -- large files --------------------------------------------------------------------------------------------

    def _receive_large(
        self, item: Evidence, key: bytes, counted: Counted, cancelled: Callable[[], bool]
    ) -> None:
        with self._files.resume(item.sha256, item.size, key) as incoming:
            counted(incoming.here)
            try:
                self._fill(incoming, counted, cancelled)
            except BeginAnew:
                counted.take_back()
                incoming.restart()
                self._carry(fetch_anew(incoming, on_bytes=counted, cancelled=cancelled))
            finish(incoming)
        note_arrival(self._cache, self._files, item.sha256, item.size, key)

    def _fill(self, incoming: Resumable, on_bytes: Counted, cancelled: Callable[[], bool]) -> None:
        """Fetches stretch after stretch; while that is slow also on other threads, as far as connections are free."""
        enough = threading.Event()
        faults: list[KnownError | BeginAnew] = []

        def stop() -> bool:
            return bool(faults) or cancelled()

        def fetch_one() -> bool:
            try:
                return self._carry(fetch_stretch(incoming, STRETCH, on_bytes=on_bytes, cancelled=stop))
            except (KnownError, BeginAnew) as error:
                faults.append(error)
                raise

        def is_slow() -> bool:
            before = on_bytes.total
            return not enough.wait(_WATCH) and on_bytes.total - before < FAST * _WATCH

        def help_along() -> None:
            # A connection is given back after each stretch, so that other files get their turn.
            while not (enough.is_set() or stop()):
                if is_slow() and self._connections.acquire(timeout=_LOOK_AGAIN):
                    try:
                        if not fetch_one():
                            return
                    except (KnownError, BeginAnew, Cancelled):
                        return
                    finally:
                        self._connections.release()

        helpers: list[Future[Any]] = [self._pool().submit(help_along) for _ in range(AT_ONCE - 1)]
        try:
            while fetch_one():
                pass
        except Cancelled:
            if not faults:
                raise
        finally:
            enough.set()
            for helper in helpers:
                if not helper.cancel():
                    helper.result()
        if faults:
            raise faults[0]
        if cancelled():
            raise Cancelled

    # -- turns --------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _turn(self, sha256: str, cancelled: Callable[[], bool]) -> Iterator[None]:
        with self._lock:
            turn = self._turns.setdefault(sha256, threading.Lock())
        _wait_for(turn.acquire, cancelled)
        try:
            yield
        finally:
            turn.release()

    @contextlib.contextmanager
    def _connection(self, cancelled: Callable[[], bool]) -> Iterator[None]:
        _wait_for(self._connections.acquire, cancelled)
        try:
            yield
        finally:
            self._connections.release()

    def _pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._helpers is None:
                self._helpers = ThreadPoolExecutor(AT_ONCE - 1, thread_name_prefix="fetch-along")
            return self._helpers


def _wait_for(acquire: Callable[..., bool], cancelled: Callable[[], bool]) -> None:
    """Waits for a turn. Raises ``Cancelled`` when it is no longer wanted."""
    while not acquire(timeout=_LOOK_AGAIN):
        if cancelled():
            raise Cancelled
