"""A file that comes as a whole, its hash unknown until its end: what a form without a script sends.

It goes into the store part by part while it comes, so that a file of any size costs the service the memory of one part
and no room on its own disk (M-48). Its parts belong to nothing until its end is there; what breaks off is tidied away
as every piece without an owner is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from app.service.blobs import BlobStore, Part
from app.wire.messages import PART_BYTES


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that has come to its end: its hash, its bytes, and the stored parts it consists of."""

    sha256: str
    size: int
    parts: tuple[Part, ...]


class Arriving:
    """One file on its way. Every part is stored and durable before the next bytes are taken."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._digest = hashlib.sha256()
        self._waiting = bytearray()
        self._parts: list[Part] = []
        self._size = 0

    @property
    def is_full(self) -> bool:
        """Whether a part is to be stored before more is taken."""
        return len(self._waiting) >= PART_BYTES

    def take(self, piece: bytes) -> None:
        """The next bytes of the file."""
        self._digest.update(piece)
        self._size += len(piece)
        self._waiting += piece

    def store(self) -> None:
        """Stores every whole part that waits."""
        while self.is_full:
            self._store_one()

    def end(self) -> Arrived:
        """Stores the rest: there is no more of it."""
        self.store()
        if self._waiting:
            self._store_one()
        return Arrived(self._digest.hexdigest(), self._size, tuple(self._parts))

    def _store_one(self) -> None:
        content = bytes(self._waiting[:PART_BYTES])
        del self._waiting[:PART_BYTES]
        part = Part(hashlib.sha256(content).hexdigest(), len(content))
        self._blobs.put_part(part.sha256, content)
        self._parts.append(part)
