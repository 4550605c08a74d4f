"""Bringing one file here: into the encrypted store, from where it was broken off, and readable only once verified."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.errors import KnownError
from app.sync.answers import checked, not_the_service
from app.sync.calls import HttpAnswer, HttpCall, Steps

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.vault.files import FileStore, Resumable
    from app.vault.resumable import Stretch

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)\Z")


class Cancelled(Exception):
    """The person does not want the rest."""


class BeginAnew(Exception):
    """What the service has under this name is not what was begun: everything is to be fetched again."""


def receive_file(
    cache: CacheStore,
    store: FileStore,
    sha256: str,
    size: int,
    key: bytes,
    *,
    on_bytes: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> Steps[None]:
    """Fetches a file that the cache has reserved under ``key``, in one conversation. ``size``: its length in bytes.

    What an earlier attempt brought is not fetched again. A download that breaks or is cancelled keeps what it has for
    the next one; one that is too long, too short or different leaves nothing. Raises ``KnownError``:
    ``file_changed_on_the_way``, ``disk_full``, ``evidence_gone``, the service's refusal or ``Unreachable``;
    ``Cancelled`` when ``cancelled()`` says so between two pieces.
    """
    if not lies_here(store, sha256, key):
        with store.resume(sha256, size, key) as incoming:
            counted = Counted(on_bytes)
            counted(incoming.here)
            try:
                yield from fetch_missing(incoming, size, on_bytes=counted, cancelled=cancelled)
            except BeginAnew:
                counted.take_back()
                incoming.restart()
                yield from fetch_anew(incoming, on_bytes=on_bytes, cancelled=cancelled)
            finish(incoming)
    note_arrival(cache, store, sha256, size, key)


class Counted:
    """Hands on how many bytes have arrived, one thread at a time, and takes them back when they turn out worthless."""

    def __init__(self, on_bytes: Callable[[int], None]) -> None:
        self._on_bytes = on_bytes
        self._lock = threading.Lock()
        self.total = 0
        """Bytes so far."""

    def __call__(self, length: int) -> None:
        with self._lock:
            self.total += length
            self._on_bytes(length)

    def take_back(self) -> None:
        """None of it counts."""
        self(-self.total)


def fetch_missing(
    incoming: Resumable, most: int, *, on_bytes: Callable[[int], None], cancelled: Callable[[], bool]
) -> Steps[None]:
    """Fetches all that is missing, in stretches of about ``most`` bytes. Raises as ``fetch_stretch``."""
    while (yield from fetch_stretch(incoming, most, on_bytes=on_bytes, cancelled=cancelled)):
        pass


def fetch_stretch(
    incoming: Resumable, most: int, *, on_bytes: Callable[[int], None], cancelled: Callable[[], bool]
) -> Steps[bool]:
    """Fetches the next stretch that is missing; False when there is none. Several conversations may do so side by side.

    Raises as ``receive_file``, and ``BeginAnew`` when the service answers with another file or knows no ranges.
    """
    stretch = incoming.claim(most)
    if stretch is None:
        return False
    with stretch:
        answer = yield _call(incoming.sha256, stretch)
        checked(answer)
        if not stretch.is_whole_file:
            _check_range(answer, incoming, stretch)
        for piece in answer.chunks or iter([answer.body]):
            if cancelled():
                raise Cancelled
            stretch.write(piece)
            on_bytes(len(piece))
        if not stretch.is_full:
            raise _cut_short(incoming)
    return True


def fetch_anew(
    incoming: Resumable, *, on_bytes: Callable[[int], None], cancelled: Callable[[], bool]
) -> Steps[None]:
    """Fetches the whole file in one piece, of which nothing is here. Raises as ``receive_file``."""
    try:
        yield from fetch_missing(incoming, incoming.size, on_bytes=on_bytes, cancelled=cancelled)
    except BeginAnew as error:
        raise _cut_short(incoming) from error


def finish(incoming: Resumable) -> None:
    """Verifies what has arrived and makes it a file. Raises ``KnownError`` as ``receive_file``."""
    try:
        incoming.complete()
    except KnownError as error:
        if error.code == "file_removed":
            raise evidence_gone(incoming.sha256) from error
        raise


def note_arrival(cache: CacheStore, store: FileStore, sha256: str, size: int, key: bytes) -> None:
    """Marks a file as here. Raises ``evidence_gone`` if it left meanwhile, also if it came back under another key."""
    if cache.reserve_file(sha256, size, key) != key or not cache.file_arrived(sha256):
        store.remove(sha256)
        raise evidence_gone(sha256)


def lies_here(store: FileStore, sha256: str, key: bytes) -> bool:
    """Whether the file arrived before, but the computer stopped before that was noted."""
    if not store.has(sha256):
        return False
    try:
        with store.open(sha256, key) as sealed:
            for _ in sealed.chunks():
                pass
    except KnownError:
        return False
    return True


def evidence_gone(sha256: str) -> KnownError:
    return KnownError(
        "evidence_gone",
        "This file no longer belongs to one of your requests.",
        "Nothing needs to be done.",
        details=sha256,
    )


def _call(sha256: str, stretch: Stretch) -> HttpCall:
    headers = {"Accept-Encoding": "identity"}
    if not stretch.is_whole_file:
        headers["Range"] = f"bytes={stretch.start}-{stretch.end - 1}"
        headers["If-Range"] = _etag(sha256)
    return HttpCall("GET", f"/api/blobs/{sha256}", headers, stream=True)


def _check_range(answer: HttpAnswer, incoming: Resumable, stretch: Stretch) -> None:
    if answer.status != 206 or answer.headers.get("etag", "") != _etag(incoming.sha256):
        raise BeginAnew
    found = _CONTENT_RANGE.match(answer.headers.get("content-range", ""))
    if found is None or tuple(map(int, found.groups())) != (stretch.start, stretch.end - 1, incoming.size):
        raise not_the_service(f"content-range {answer.headers.get('content-range')}")


def _etag(sha256: str) -> str:
    """The strong entity tag of a file: its hash."""
    return f'"{sha256}"'


def _cut_short(incoming: Resumable) -> KnownError:
    """What came and ended without a fault is another file than the one announced. Nothing of it stays."""
    from app.vault.sealing import changed

    fault = changed(f"shorter than the {incoming.size} bytes announced")
    incoming.discard(fault)
    return fault
