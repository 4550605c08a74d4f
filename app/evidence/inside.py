"""Archives are looked into as deep as is bounded: what lies inside is judged like a file of its own.

Everything here is counted against one room for the whole look, so that no nesting, however wide or deep, costs more
than a single large file would.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.evidence import archives, tars, zips
from app.evidence.findings import NOTHING_OFF, Entry, Finding, Verdict, hostile, odd, warning
from app.evidence.kinds import HEAD, OLE, RAR, SEVEN_ZIP, ZIP, FileKind, is_tar, kind_of
from app.evidence.listing import is_bomb
from app.evidence.sources import ByteSource, BytesSource, Slice

DEEPEST = 5
_MOST_FILES = 20_000
_MOST_ARCHIVES = 1_000
_MOST_UNPACKED = 256 << 20
_LARGEST_FILE = 64 << 20
# Deflate makes at most this much out of a byte: what cannot become a bomb is not measured.
_MOST_OF_A_BYTE = 1_040
_WORTH_MEASURING = (64 << 20) // _MOST_OF_A_BYTE
_LOOKED_INTO = frozenset(
    {FileKind.PDF, FileKind.WORD, FileKind.SHEET, FileKind.SLIDES, FileKind.OPEN_DOCUMENT, FileKind.MAIL,
     FileKind.ARCHIVE, FileKind.PROGRAM}
)  # fmt: skip
TOO_DEEP = "This archive holds archives within archives without end."
_SWELLS = "This archive would unpack to {:,.0f} times its size and could fill the disk."
_LIES = (
    "{} holds a file that is larger than it says, “{}”, which is how archives are made that fill the disk."
)
_NESTED = "{} holds another archive, “{}”, which has to be unpacked by itself."
_UNREADABLE = "{} is packed in a way that cannot be looked into here: nobody can say what its files hold."
_NOT_ALL = "Not every file in it could be looked into."
_BROKEN_INSIDE = "A file in it, “{}”, is damaged and may not open."
_RUNS_INSIDE = "It holds a program or script, “{}”, which Touchstone never runs."


@dataclass(slots=True)
class Room:
    """How much more may be looked at: shared by all levels of one look, and used up for good.

    size: bytes of the file that was handed in. unpacked: bytes of all levels together, as the archives tell them.
    """

    size: int
    files: int = _MOST_FILES
    archives: int = _MOST_ARCHIVES
    bytes: int = _MOST_UNPACKED
    unpacked: int = 0


@dataclass(slots=True)
class Inside:
    """One level's findings that do not end the look at once."""

    what: str
    nested: str = ""
    remark: str = ""
    unread: int = 0
    unknown_method: int = 0
    count: int = 0

    def finding(self) -> Finding:
        """The gravest of them."""
        if self.count and self.unknown_method == self.count:
            return odd(_UNREADABLE.format(self.what))
        unread = self.unread or self.unknown_method
        if self.nested:
            return odd(_NESTED.format(self.what, self.nested) + (f" {_NOT_ALL}" if unread else ""))
        if self.remark:
            return warning(self.remark)
        return warning(_NOT_ALL) if unread else NOTHING_OFF


Look = Callable[[ByteSource, str, str, Room, int], Finding]
"""Looks into a file: source, name, how to call it in a sentence, room, depth."""


def look_inside(
    source: ByteSource, entries: tuple[Entry, ...], what: str, room: Room, depth: int, look: Look
) -> Finding:
    """What is off about the files in a sound archive; ``depth`` counts the archives around them, from 1."""
    if depth > DEEPEST:
        return hostile(TOO_DEEP)
    room.archives -= 1
    room.unpacked += sum(entry.size for entry in entries)
    if is_bomb(room.unpacked, room.size):
        return hostile(_SWELLS.format(room.unpacked / max(1, room.size)))
    inside = Inside(what)
    for name, file in _files_in(source, room, inside):
        if isinstance(file, Finding):
            return file
        if room.files <= 0 or room.archives <= 0:
            inside.unread += 1
            break
        room.files -= 1
        inside.count += 1
        if file is None or _is_about_others(name):
            continue
        found = _look_at(file, name, inside, room, depth, look)
        if found.verdict in (Verdict.ENCRYPTED, Verdict.HOSTILE):
            return found
    return inside.finding()


def _look_at(file: ByteSource, name: str, inside: Inside, room: Room, depth: int, look: Look) -> Finding:
    head = file.read_at(0, HEAD)
    kind = kind_of(head, name)
    if kind not in _LOOKED_INTO and not head.startswith((*ZIP, OLE, SEVEN_ZIP, *RAR)):
        return NOTHING_OFF
    short = _short(name)
    found = look(file, name, f"“{short}” in this archive", room, depth)
    if kind is FileKind.ARCHIVE:
        inside.nested = inside.nested or short
    elif found.verdict is Verdict.DAMAGED:
        inside.remark = inside.remark or _BROKEN_INSIDE.format(short)
    elif kind is FileKind.PROGRAM:
        inside.remark = inside.remark or _RUNS_INSIDE.format(short)
    return found


def _files_in(
    source: ByteSource, room: Room, inside: Inside
) -> Iterator[tuple[str, ByteSource | Finding | None]]:
    """Every file with its bytes, None for one that cannot be read here, or the finding that ends the look."""
    head = source.read_at(0, HEAD)
    if head.startswith(ZIP):
        yield from _files_in_zip(source, room, inside)
        return
    files = archives.files_in_rar if head.startswith(RAR) else archives.files_in_7z
    if is_tar(head):
        files = tars.files_in_tar
    try:
        for name, file in files(source):
            if file is None:
                inside.unread += 1
            yield name, file
    except MemoryError:
        raise
    except Exception:  # the list was sound; what it lists is not
        inside.remark = inside.remark or _NOT_ALL


def _files_in_zip(
    source: ByteSource, room: Room, inside: Inside
) -> Iterator[tuple[str, ByteSource | Finding | None]]:
    for part in zips.parts_of(source):
        name = part.info.filename
        try:
            if _may_lie(part, room) and zips.is_larger_than_told(source, part):
                yield name, hostile(_LIES.format(inside.what, _short(name)))
                return
            file = _unpacked(source, part, room)
        except zlib.error:
            inside.remark = inside.remark or _BROKEN_INSIDE.format(_short(name))
            file = None
        else:
            if file is None:
                known = part.info.compress_type in (0, 8)
                inside.unread += known
                inside.unknown_method += not known
        yield name, file


def _may_lie(part: zips.Part, room: Room) -> bool:
    if part.info.compress_type == 0:
        return True
    if part.info.compress_size < _WORTH_MEASURING or part.info.file_size > room.bytes:
        return False
    room.bytes -= part.info.file_size
    return True


def _unpacked(source: ByteSource, part: zips.Part, room: Room) -> ByteSource | None:
    """The file in whole where it is of a kind to be looked into, else its beginning, which tells the kind."""
    start = zips.opened(source, part, HEAD)
    if start is None or isinstance(start, Slice):
        return start
    kind = kind_of(start, part.info.filename)
    if kind not in _LOOKED_INTO and not start.startswith((*ZIP, OLE, SEVEN_ZIP, *RAR)):
        return BytesSource(start)
    if part.info.file_size > min(_LARGEST_FILE, room.bytes):
        return None
    room.bytes -= part.info.file_size
    whole = zips.opened(source, part, part.info.file_size)
    assert isinstance(whole, bytes)
    return BytesSource(whole)


def _is_about_others(name: str) -> bool:
    """True for what systems put into archives by themselves: it has the names of files and is none of them."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._")


def _short(name: str) -> str:
    plain = "".join(sign if sign.isprintable() else "\ufffd" for sign in name)
    return plain if len(plain) <= 80 else f"…{plain[-79:]}"
