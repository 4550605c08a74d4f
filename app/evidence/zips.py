"""Looking into ZIP archives without unpacking them: both headers of every entry, where each lies, and what is claimed.

A ZIP says everything twice, in the directory at its end and in front of each entry, and programs differ in which of
the two they go by. Both are read here, and what only one of them admits counts.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from app.evidence.findings import Entry, Finding, damaged, encrypted, hostile, odd
from app.evidence.listing import judge, leads_outside
from app.evidence.sources import ByteSource, Slice, as_stream

_LOCAL = struct.Struct("<4s2xHH16xHH")
_LOCAL_SIGN = b"PK\x03\x04"
_LOCKED_FLAG, _UNICODE_FLAG = 0x1, 0x800
_STORED, _DEFLATED, _AES_METHOD = 0, 8, 99
# Each look at a local header is a read of its own; an archive with more entries has told enough by then.
_MOST_LOCAL_HEADERS = 20_000
_LONGEST_LINK = 4_096
# The record at the end with the longest comment.
_LONGEST_END = 22 + 65_535
_PIECE = 256 << 10

ONE_OF_SEVERAL = (
    "This is one part of an archive in several parts: without the others nobody can see what is in it."
)
_OVERLAP = "{} holds files that lie over one another, which is how archives are made that fill the disk."
_TWICE = "{} holds two files of the same name, “{}”: which of them one gets depends on the program."
_OUTSIDE = "{} holds a file that would be unpacked outside its own folder."
_TWO_NAMES = "{} lists a file as “{}” and unpacks it under another name."
_OLD_NAMES = "{} names its files in a character set it does not tell, so some names may look wrong."


@dataclass(frozen=True, slots=True)
class Part:
    """One entry by the directory (``info``) and by its own header: name, method, flags, where its packed bytes lie."""

    info: zipfile.ZipInfo
    local_name: bytes
    flags: int
    method: int
    start: int

    @property
    def end(self) -> int:
        """The first byte after the packed bytes."""
        return self.start + self.info.compress_size

    @property
    def has_two_names(self) -> bool:
        """True when the entry's own header calls it by another name than the directory."""
        listed = self.info.orig_filename.encode(
            "utf-8" if self.info.flag_bits & _UNICODE_FLAG else "cp437", "replace"
        )
        return listed.replace(b"\\", b"/") != self.local_name.replace(b"\\", b"/")

    @property
    def is_locked(self) -> bool:
        """True when either header says that a password is needed, or AES is used."""
        return bool((self.flags | self.info.flag_bits) & _LOCKED_FLAG) or _AES_METHOD in (
            self.method,
            self.info.compress_type,
        )


def look_into_zip(source: ByteSource, what: str = "This archive") -> Finding:
    """A ZIP, whatever it carries. Raises ``MemoryError`` only."""
    if is_one_of_several(source):
        return encrypted(what) if _is_locked_in_front(source) else odd(ONE_OF_SEVERAL)
    try:
        with zipfile.ZipFile(as_stream(source)) as archive:
            infos = archive.infolist()
            parts = [part for info in infos[:_MOST_LOCAL_HEADERS] if (part := _part(source, info))]
            if any(part.is_locked for part in parts) or any(info.flag_bits & _LOCKED_FLAG for info in infos):
                return encrypted(what)
            entries = tuple(_entry(archive, info) for info in infos)
    except MemoryError:
        raise
    except Exception:  # without a directory the first entry is all there is to go by
        return encrypted(what) if _is_locked_in_front(source) else damaged(what)
    found = judge(entries, what, source.size)
    if found.is_worse_than_a_warning:
        return found
    if len(parts) < len(infos[:_MOST_LOCAL_HEADERS]):
        # An entry that the directory names is not where it should be.
        return damaged(what)
    return _look_at_parts(parts, what) or Finding(found.verdict, found.says, entries=entries)


def parts_of(source: ByteSource) -> Iterator[Part]:
    """The files in a ZIP that has been looked into and found sound, without its folders."""
    with zipfile.ZipFile(as_stream(source)) as archive:
        infos = archive.infolist()
    for info in infos[:_MOST_LOCAL_HEADERS]:
        part = None if info.is_dir() else _part(source, info)
        if part is not None:
            yield part


def opened(source: ByteSource, part: Part, most: int) -> bytes | Slice | None:
    """The first ``most`` bytes of an entry unpacked, or its place where it is not packed; None for unknown methods.

    Raises ``zlib.error`` for broken bytes.
    """
    packed = Slice(source, part.start, part.info.compress_size)
    if part.info.compress_type == _STORED:
        return packed
    if part.info.compress_type == _DEFLATED:
        return b"".join(_unpacked(packed, most))
    return None


def is_larger_than_told(source: ByteSource, part: Part) -> bool:
    """True when an entry goes on after the size both headers may be believed for; at most that much is unpacked."""
    told = part.info.file_size
    if part.info.compress_type == _STORED:
        return told != part.info.compress_size
    if part.info.compress_type != _DEFLATED:
        return False
    packed = Slice(source, part.start, part.info.compress_size)
    try:
        return sum(len(piece) for piece in _unpacked(packed, told + 1)) > told
    except zlib.error:
        return False


def _unpacked(packed: Slice, most: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    place, waiting = 0, b""
    while most > 0 and not unpacker.eof:
        if not waiting:
            waiting = packed.read_at(place, _PIECE)
            place += len(waiting)
            if not waiting:
                return
        piece = unpacker.decompress(waiting, min(most, 4 * _PIECE))
        waiting = unpacker.unconsumed_tail
        most -= len(piece)
        yield piece


def _part(source: ByteSource, info: zipfile.ZipInfo) -> Part | None:
    offset = max(0, info.header_offset)
    header = source.read_at(offset, _LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGN):
        return None
    _, flags, method, name, extra = _LOCAL.unpack(header)
    at = offset + _LOCAL.size
    return Part(info, source.read_at(at, name), flags, method, at + name + extra)


def _is_locked_in_front(source: ByteSource) -> bool:
    # A split archive has a sign of its own before the first entry.
    header = source.read_at(0, _LOCAL.size + 4)
    header = header[4:] if header.startswith(b"PK\x07\x08") else header
    if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGN):
        return False
    _, flags, method, _, _ = _LOCAL.unpack(header[: _LOCAL.size])
    return bool(flags & _LOCKED_FLAG) or method == _AES_METHOD


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    link = None
    if stat.S_ISLNK(info.external_attr >> 16) and info.file_size <= _LONGEST_LINK:
        with archive.open(info) as target:
            link = target.read(_LONGEST_LINK).decode("utf-8", "replace")
    return Entry(info.orig_filename, info.file_size, info.compress_size, link)


def _look_at_parts(parts: list[Part], what: str) -> Finding | None:
    end = 0
    for part in sorted(parts, key=lambda part: (part.info.header_offset, part.end)):
        if part.info.header_offset < end:
            return hostile(_OVERLAP.format(what))
        end = part.end
    if any(leads_outside(part.local_name.decode("utf-8", "replace")) for part in parts):
        return hostile(_OUTSIDE.format(what))
    for part in parts:
        if part.has_two_names:
            return hostile(_TWO_NAMES.format(what, part.info.orig_filename[-80:]))
    names = Counter(part.info.orig_filename for part in parts if not part.info.is_dir())
    twice = next((name for name, count in names.items() if count > 1), None)
    if twice is not None:
        return hostile(_TWICE.format(what, twice[-80:]))
    if any(not part.info.flag_bits & _UNICODE_FLAG and not part.local_name.isascii() for part in parts):
        return odd(_OLD_NAMES.format(what))
    return None


def is_one_of_several(source: ByteSource) -> bool:
    """True for the first, a middle or the last part of a ZIP that was split."""
    end = source.read_at(max(0, source.size - _LONGEST_END), _LONGEST_END)
    at = end.rfind(b"PK\x05\x06")
    if at < 0:
        return source.read_at(0, 8) == b"PK\x07\x08" + _LOCAL_SIGN
    # The number of this part and of the part where the directory starts; all ones refer to another record.
    return end[at + 4 : at + 8] not in (bytes(4), b"\xff" * 4)
