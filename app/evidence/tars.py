"""Looking into tar archives and files packed one by one (gzip, bzip2, xz), a bounded piece at a time."""

from __future__ import annotations

import bz2
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

from app.evidence.findings import Entry, Finding, damaged, hostile
from app.evidence.listing import is_bomb, judge
from app.evidence.sources import ByteSource, BytesSource, Slice, as_stream

_MOST = 64 << 20
_PIECE = 256 << 10
# An xz may ask for gigabytes of memory to be unpacked; an honest one of any level asks for less than this.
_XZ_MEMORY = 256 << 20
_MOST_ENTRIES = 200_000
GZIP, BZIP2, XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def look_into_tar(source: ByteSource, what: str = "This archive") -> Finding:
    """A tar that is not packed; only the headers are read, whatever its size."""
    entries = []
    try:
        with tarfile.open(fileobj=as_stream(source), mode="r:") as archive:
            for info in archive:
                if info.ischr() or info.isblk() or info.isfifo():
                    return hostile(f"{what} holds something that is no file but a part of a computer.")
                link = info.linkname if info.issym() else None
                # A hard link is told from the archive's top, a symbolic one from where it stands.
                if info.islnk() and judge([Entry(info.linkname, 0)], what, source.size).says:
                    return hostile(f"{what} holds a link that leads outside it.")
                entries.append(Entry(info.name, info.size if info.isreg() else 0, info.size, link))
                if len(entries) > _MOST_ENTRIES:
                    break
    except MemoryError:
        raise
    except Exception:  # a broken file may raise anything out of a parser
        return damaged(what)
    found = judge(entries, what, source.size)
    return Finding(found.verdict, found.says, entries=tuple(entries))


def files_in_tar(source: ByteSource) -> Iterator[tuple[str, ByteSource | None]]:
    """The files in a sound tar, each where it lies."""
    with tarfile.open(fileobj=as_stream(source), mode="r:") as archive:
        for info in archive:
            if info.isreg():
                yield info.name, Slice(source, info.offset_data, info.size)


def look_into_packed(source: ByteSource, what: str = "This archive") -> Finding:
    """A file packed by itself: a bomb, or broken within its first 64 MB?"""
    try:
        unpacked = _first(source)
    except MemoryError:
        raise
    except Exception:
        return damaged(what)
    if is_bomb(len(unpacked), source.size):
        return hostile(f"{what} would unpack to more than {len(unpacked) // source.size:,} times its size.")
    return Finding()


def unpacked(source: ByteSource) -> tuple[ByteSource, bool]:
    """What a sound packed file unpacks to, at most its first 64 MB, and whether that is all."""
    data = _first(source)
    return BytesSource(data), len(data) < _MOST


def _first(source: ByteSource) -> bytes:
    unpacker = _unpacker(source.read_at(0, 6))()
    made, length, place = [], 0, 0
    while length < _MOST and not unpacker.eof:
        packed = source.read_at(place, _PIECE)
        place += len(packed)
        if not packed:
            raise EOFError("cut short")
        waiting = packed
        while length < _MOST and not unpacker.eof:
            piece = unpacker.decompress(waiting, _MOST - length)
            made.append(piece)
            length += len(piece)
            waiting = getattr(unpacker, "unconsumed_tail", b"")
            if not piece or not (waiting or not getattr(unpacker, "needs_input", True)):
                break
    return b"".join(made)


def _unpacker(sign: bytes) -> Callable[[], _Unpacker]:
    if sign.startswith(GZIP):
        return lambda: zlib.decompressobj(zlib.MAX_WBITS | 16)
    if sign.startswith(BZIP2):
        return bz2.BZ2Decompressor
    return lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
