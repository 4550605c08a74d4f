"""Bringing one file here: streamed into the encrypted store, verified, and only then readable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.errors import KnownError
from app.sync.answers import checked
from app.sync.calls import HttpCall, Steps

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.vault.files import FileStore


class Cancelled(Exception):
    """The person does not want the rest."""


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
    """Fetches a file that the cache has reserved under ``key``. ``size``: its length in bytes.

    A download that breaks, is too long, too short or different leaves nothing readable behind. Raises
    ``KnownError``: ``file_changed_on_the_way``, ``disk_full``, ``evidence_gone``, the service's refusal or
    ``Unreachable``; ``Cancelled`` when ``cancelled()`` says so between two pieces.
    """
    if not _lies_here(store, sha256, key):
        answer = yield HttpCall("GET", f"/api/blobs/{sha256}", {"Accept-Encoding": "identity"}, stream=True)
        checked(answer)
        with store.receive(sha256, size, key) as incoming:
            for piece in answer.chunks or iter([answer.body]):
                if cancelled():
                    raise Cancelled
                incoming.write(piece)
                on_bytes(len(piece))
            incoming.complete()
    if not cache.file_arrived(sha256):
        store.remove(sha256)
        raise evidence_gone(sha256)


def evidence_gone(sha256: str) -> KnownError:
    return KnownError(
        "evidence_gone",
        "This file no longer belongs to one of your requests.",
        "Nothing needs to be done.",
        details=sha256,
    )


def _lies_here(store: FileStore, sha256: str, key: bytes) -> bool:
    """Whether the file arrived before, but the computer stopped before that was noted."""
    if not store.has(sha256):
        return False
    try:
        sealed = store.open(sha256, key)
        try:
            for _ in sealed.chunks():
                pass
        finally:
            sealed.close()
    except KnownError:
        return False
    return True
