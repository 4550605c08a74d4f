"""A stored file as something that can be read at any place, for whoever looks into it: nothing is copied to a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from app.service.blobs import PIECE, BlobStore, Part


class StoredSource:
    """A ``ByteSource`` over the file store. ``parts``: what the file consists of, if it came in parts.

    It is read from threads without an event loop of their own, as the store itself only streams.
    """

    def __init__(self, blobs: BlobStore, sha256: str, size: int, parts: Sequence[Part] = ()) -> None:
        self._blobs = blobs
        self._sha256 = sha256
        self._parts = parts
        self._size = size

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer only at the end. Raises what the store raises."""
        end = min(offset + length, self._size)
        return asyncio.run(self._read(offset, end)) if offset < end else b""

    def pieces(self) -> Iterator[bytes]:
        """The whole file from its start, a piece at a time."""
        for start in range(0, self._size, PIECE):
            yield self.read_at(start, PIECE)

    async def _read(self, start: int, end: int) -> bytes:
        found = self._blobs.stream(self._sha256, start, end, self._parts)
        return b"".join([piece async for piece in found])
