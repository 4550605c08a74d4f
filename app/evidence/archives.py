"""Looking into ZIP, 7z and RAR without unpacking them: locked, broken, or meant to do harm?"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

from app.evidence.findings import NOTHING_OFF, Finding, damaged, encrypted, hostile
from app.evidence.sources import ByteSource, as_stream

_LOCAL = struct.Struct("<4s2xHH")
_LOCAL_SIGN = b"PK\x03\x04"
_LOCKED_FLAG = 0x1
_AES_METHOD = 99
# Each look at a local header is a read of its own; an archive with more entries has told enough by then.
_MOST_LOCAL_HEADERS = 5_000
_LONGEST_LINK = 4_096
# The record at the end with the longest comment.
_LONGEST_END = 22 + 65_535
_ONE_OF_SEVERAL = "This is one part of an archive in several parts; the others are missing."
# Ordinary office files shrink to a tenth, plain text to a twentieth; zeros to a thousandth.
_BOMB_RATIO = 200
_BOMB_SIZE = 64 << 20
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in an archive: its name, sizes in bytes, and where it points if it is a link."""

    name: str
    size: int
    packed: int
    link: str | None = None


def look_into_zip(source: ByteSource, what: str = "This archive") -> Finding:
    """A ZIP, whatever it carries."""
    if is_locked_zip(source):
        return encrypted(what)
    if _is_one_of_several(source):
        return Finding(damaged=True, says=_ONE_OF_SEVERAL)
    try:
        with zipfile.ZipFile(as_stream(source)) as archive:
            entries = [_zip_entry(archive, info) for info in archive.infolist()]
    except Exception as error:  # a broken file may raise anything out of a parser
        return _broken(what, error)
    return judge(entries, what, source.size)


def is_locked_zip(source: ByteSource) -> bool:
    """True when any entry needs a password, by the directory or by the entry's own header alone."""
    try:
        with zipfile.ZipFile(as_stream(source)) as archive:
            infos = archive.infolist()
    except Exception:  # without a directory the first entry is all there is to go by
        return _locked_locally(source, 0)
    if any(info.flag_bits & _LOCKED_FLAG or info.compress_type == _AES_METHOD for info in infos):
        return True
    return any(_locked_locally(source, info.header_offset) for info in infos[:_MOST_LOCAL_HEADERS])


def _locked_locally(source: ByteSource, offset: int) -> bool:
    header = source.read_at(max(0, offset), _LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGN):
        return False
    _, flags, method = _LOCAL.unpack(header)
    return bool(flags & _LOCKED_FLAG) or method == _AES_METHOD


def _zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    link = None
    if stat.S_ISLNK(info.external_attr >> 16) and info.file_size <= _LONGEST_LINK:
        with archive.open(info) as target:
            link = target.read(_LONGEST_LINK).decode("utf-8", "replace")
    return Entry(info.orig_filename, info.file_size, info.compress_size, link)


def _is_one_of_several(source: ByteSource) -> bool:
    end = source.read_at(max(0, source.size - _LONGEST_END), _LONGEST_END)
    at = end.rfind(b"PK\x05\x06")
    # The number of this part and of the part where the directory starts; all ones refer to another record.
    return at >= 0 and end[at + 4 : at + 8] not in (bytes(4), b"\xff" * 4)


def look_into_7z(source: ByteSource, what: str = "This archive") -> Finding:
    """A 7z archive; one whose list of names is locked too counts as protected."""
    import py7zr
    from py7zr.exceptions import PasswordRequired

    try:
        with py7zr.SevenZipFile(as_stream(source)) as archive:
            if archive.needs_password():
                return encrypted(what)
            entries = [
                Entry(info.filename, info.uncompressed or 0, info.compressed or 0) for info in archive.list()
            ]
    except PasswordRequired:
        return encrypted(what)
    except Exception as error:
        return _broken(what, error)
    return judge(entries, what, source.size)


def look_into_rar(source: ByteSource, what: str = "This archive") -> Finding:
    """A RAR archive of version 3 to 5; one whose list of names is locked too counts as protected."""
    import rarfile

    # Old archives pack their comment, and the library would start another program to unpack it.
    rarfile.rar3_decompress = _no_comment
    try:
        with rarfile.RarFile(as_stream(source)) as archive:
            if archive.needs_password() or any(info.needs_password() for info in archive.infolist()):
                return encrypted(what)
            entries = [_rar_entry(info) for info in archive.infolist()]
    except rarfile.NeedFirstVolume:
        return Finding(damaged=True, says=_ONE_OF_SEVERAL)
    except Exception as error:
        return _broken(what, error)
    return judge(entries, what, source.size)


def _no_comment(*_: object, **__: object) -> bytes:
    return b""


def _rar_entry(info: object) -> Entry:
    redirection = getattr(info, "file_redir", None)
    return Entry(
        str(getattr(info, "filename", "")),
        int(getattr(info, "file_size", 0) or 0),
        int(getattr(info, "compress_size", 0) or 0),
        str(redirection[2]) if redirection else None,
    )


def judge(entries: Iterable[Entry], what: str, size: int) -> Finding:
    """What the list of an archive's entries tells; ``size`` is the archive's own, in bytes."""
    total = 0
    for entry in entries:
        total += entry.size
        if leads_outside(entry.name):
            return hostile(f"{what} holds a file that would be unpacked outside its own folder.")
        if entry.link is not None and leads_outside(entry.link, entry.name):
            return hostile(f"{what} holds a link that leads outside it.")
    if total >= _BOMB_SIZE and total > _BOMB_RATIO * max(1, size):
        return hostile(f"{what} would unpack to {total / size:,.0f} times its size and could fill the disk.")
    return NOTHING_OFF


def leads_outside(path: str, beside: str = "") -> bool:
    """True when a path in an archive, seen from the folder of the entry ``beside``, leaves the archive."""
    plain = path.replace("\\", "/")
    if plain.startswith("/") or _DRIVE.match(plain):
        return True
    depth = len([part for part in beside.replace("\\", "/").split("/")[:-1] if part not in ("", ".")])
    for part in plain.split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return True
    return False


def _broken(what: str, error: Exception) -> Finding:
    # Memory is ours, not the file's: whoever runs out of it must hear of it.
    if isinstance(error, MemoryError):
        raise error
    return damaged(what)
