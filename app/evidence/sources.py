"""Where the bytes of a piece of evidence come from: any place can be read, nothing needs to lie on a disk."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import IO, Any, Protocol, cast


class ByteSource(Protocol):
    """Something of known length that can be read at any place; an encrypted file in the vault is one."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer only at the end."""


class BytesSource:
    """Bytes that are in memory already."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self._data)

    def read_at(self, offset: int, length: int) -> bytes:
        """A slice."""
        return self._data[offset : offset + length]


class PathSource:
    """A file on a disk, opened for each read so that nothing needs to be closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size

    @property
    def size(self) -> int:
        """Length in bytes when the source was made."""
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        """Reads from the disk; raises ``OSError`` as the disk does."""
        with self._path.open("rb") as file:
            file.seek(offset)
            return file.read(length)


class Slice:
    """A part of another source, read straight from it: a file that lies unpacked in an archive."""

    def __init__(self, source: ByteSource, start: int, size: int) -> None:
        self._source = source
        self._start = start
        self.size = max(0, min(size, source.size - start))

    def read_at(self, offset: int, length: int) -> bytes:
        """Nothing beyond the part's own end."""
        length = min(length, self.size - offset)
        return self._source.read_at(self._start + offset, length) if length > 0 else b""


class SourceStream(io.RawIOBase):
    """A source as an ordinary read-only, seekable stream. Every read is as long as asked, but for the end."""

    def __init__(self, source: ByteSource) -> None:
        super().__init__()
        self._source = source
        self._place = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """Offset of the next read, in bytes."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of any stream; a place before the start raises ``OSError``, which parsers expect of a broken file."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._source.size}[whence]
        if start + offset < 0:
            raise OSError("a place before the start of the file")
        self._place = start + offset
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer as far as the source reaches."""
        room = memoryview(buffer).cast("B")
        data = self._source.read_at(self._place, len(room))
        room[: len(data)] = data
        self._place += len(data)
        return len(data)


def as_stream(source: ByteSource) -> IO[bytes]:
    """The source as a raw, seekable, read-only stream (an ``io.RawIOBase``), for libraries that want one."""
    # The library's stub of IO asks for more than its own raw streams have.
    return cast("IO[bytes]", SourceStream(source))
