"""Looking into 7z and RAR archives without unpacking them: locked, broken, or meant to do harm?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.evidence.findings import Entry, Finding, damaged, encrypted, odd
from app.evidence.listing import judge
from app.evidence.sources import ByteSource, BytesSource, as_stream
from app.evidence.zips import ONE_OF_SEVERAL

# A 7z is unpacked as a whole or not at all: this much of it, for a look at what lies inside.
_MOST_OF_A_7Z = 64 << 20
_MOST_FILES_OF_A_7Z = 2_000
_RAR5 = b"Rar!\x1a\x07\x01\x00"
_RAR_VOLUME = 0x1
_RAR_MAIN, _RAR4_MAIN = 1, 0x73


def look_into_7z(source: ByteSource, what: str = "This archive") -> Finding:
    """A 7z archive; one whose list of names is locked too counts as protected."""
    import py7zr
    from py7zr.exceptions import PasswordRequired

    try:
        with py7zr.SevenZipFile(as_stream(source)) as archive:
            if archive.needs_password():
                return encrypted(what)
            entries = tuple(
                Entry(info.filename, info.uncompressed or 0, info.compressed or 0) for info in archive.list()
            )
    except PasswordRequired:
        return encrypted(what)
    except Exception as error:
        return _broken(what, error)
    return _judged(entries, what, source)


def look_into_rar(source: ByteSource, what: str = "This archive") -> Finding:
    """A RAR archive of version 3 to 5; one whose list of names is locked too counts as protected."""
    import rarfile

    try:
        with _rar(source) as archive:
            if archive.needs_password() or any(info.needs_password() for info in archive.infolist()):
                return encrypted(what)
            entries = tuple(_rar_entry(info) for info in archive.infolist())
    except rarfile.NeedFirstVolume:
        return odd(ONE_OF_SEVERAL)
    except Exception as error:
        return odd(ONE_OF_SEVERAL) if is_rar_volume(source) else _broken(what, error)
    if is_rar_volume(source):
        return odd(ONE_OF_SEVERAL)
    return _judged(entries, what, source)


def files_in_7z(source: ByteSource) -> Iterator[tuple[str, ByteSource | None]]:
    """The files in a sound 7z, unpacked in memory; without their bytes where they are too many or too large."""
    import py7zr
    from py7zr.io import BytesIOFactory

    with py7zr.SevenZipFile(as_stream(source)) as archive:
        infos = [info for info in archive.list() if not info.is_directory]
        if sum(info.uncompressed or 0 for info in infos) > _MOST_OF_A_7Z or len(infos) > _MOST_FILES_OF_A_7Z:
            yield from ((info.filename, None) for info in infos)
            return
        made = BytesIOFactory(_MOST_OF_A_7Z)
        archive.extract(targets=[info.filename for info in infos], factory=made)
    for name, product in made.products.items():
        yield name, BytesSource(product.read())


def files_in_rar(source: ByteSource) -> Iterator[tuple[str, ByteSource | None]]:
    """The files in a sound RAR; only those stored as they are can be read without another program."""
    import rarfile

    with _rar(source) as archive:
        for info in archive.infolist():
            if info.is_dir() or getattr(info, "file_redir", None):
                continue
            if info.compress_type != rarfile.RAR_M0 or info.file_size > _MOST_OF_A_7Z:
                yield info.filename, None
                continue
            with archive.open(info) as file:
                yield info.filename, BytesSource(file.read())


def is_rar_volume(source: ByteSource) -> bool:
    """True when the archive's own header says that it is one part of several."""
    head = source.read_at(0, 64)
    if not head.startswith(_RAR5):
        return len(head) > 11 and head[9] == _RAR4_MAIN and bool(head[10] & _RAR_VOLUME)
    # After the sign and a checksum: size, type, flags, the extra area's size if there is one, the archive's flags.
    numbers = _numbers(head[12:])
    kind, flags = numbers[1], numbers[2]
    return kind == _RAR_MAIN and bool(numbers[4 if flags & 1 else 3] & _RAR_VOLUME)


def _numbers(data: bytes) -> list[int]:
    """The first five of RAR's numbers of any length: seven bits a byte, the lowest first."""
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            found.append(value)
            value = shift = 0
    return (found + [0] * 5)[:5]


def _rar(source: ByteSource) -> Any:
    import rarfile

    # Old archives pack their comment, and the library would start another program to unpack it.
    rarfile.rar3_decompress = _no_comment
    return rarfile.RarFile(as_stream(source))


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


def _judged(entries: tuple[Entry, ...], what: str, source: ByteSource) -> Finding:
    found = judge(entries, what, source.size)
    return Finding(found.verdict, found.says, entries=entries)


def _broken(what: str, error: Exception) -> Finding:
    # Memory is ours, not the file's: whoever runs out of it must hear of it.
    if isinstance(error, MemoryError):
        raise error
    return damaged(what)
