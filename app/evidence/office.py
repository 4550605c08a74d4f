"""Looking into office documents: the old compound files, the newer ZIP packages, and OpenDocument."""

from __future__ import annotations

import re
import zipfile
from typing import Any

from app.evidence.findings import NOTHING_OFF, Finding, damaged, encrypted, hostile, odd, warning
from app.evidence.kinds import FileKind
from app.evidence.sources import ByteSource, as_stream
from app.evidence.zips import look_into_zip

_MACROS = "{} contains macros, which Touchstone never runs; another program may offer to."
_OUTSIDE = "{} fetches parts of itself from another address when another program opens it."
# What an XML part may cost at most; longer ones are not read to the end.
_LONGEST_PART = 4 << 20
_MOST_PARTS = 300
_RELATION = re.compile(rb"<[\w:]*Relationship\s[^>]*>", re.IGNORECASE)
# Seen with slashes only: another computer's address, not a drive of the author's own.
_ELSEWHERE = re.compile(rb'target="\s*(?:https?:|ftp:|//|file:////|file://[^/])')
# Field codes of Word that load something, or start something, without a click.
_ADDRESS = rb"[^<]*?(?:https?:|ftp:|(?:[\s\"]|&quot;)\\\\)"
_FIELD = re.compile(
    rb'(?:instrText[^>]*>|instr=")\s*(?:DDE(?:AUTO)?\s|(?:INCLUDETEXT|IMPORT|LINK)\s' + _ADDRESS + rb")",
    re.IGNORECASE,
)
# What is left in a text when a picture is copied from a page of the web: it tells that address who reads it, no more.
_PICTURE_FIELD = re.compile(rb'(?:instrText[^>]*>|instr=")\s*INCLUDEPICTURE\s' + _ADDRESS, re.IGNORECASE)
_IS_PICTURE = b"/image"

_WORD_LOCKED = 0x0100
_PPT_LOCKED_TOKEN = b"\xdf\xc4\xd1\xf3"
_XLS_FILEPASS = 0x002F
_XLS_BOUNDSHEET = 0x0085


def look_into_ole(source: ByteSource, what: str) -> Finding:
    """An OLE compound file: old Word, Excel, PowerPoint, Outlook – or a locked newer document inside one."""
    import olefile

    try:
        with olefile.OleFileIO(as_stream(source)) as ole:
            streams = {"/".join(path).lower() for path in ole.listdir(streams=True, storages=False)}
            kind = _ole_kind(streams)
            if _ole_is_locked(ole, streams):
                return _of_kind(encrypted(what), kind)
            broken = any(ole.exists(name) and not _readable(ole, name) for name in _MAIN_STREAMS)
    except Exception as error:
        if isinstance(error, MemoryError):
            raise
        return damaged(what)
    if broken:
        return _of_kind(damaged(what), kind)
    if any("vba/" in name for name in streams):
        return _of_kind(warning(_MACROS.format(what)), kind)
    return Finding(kind=kind)


def _of_kind(finding: Finding, kind: FileKind | None) -> Finding:
    return Finding(finding.verdict, finding.says, kind)


_MAIN_STREAMS = ("WordDocument", "Workbook", "Book", "PowerPoint Document", "__properties_version1.0")


def _ole_kind(streams: set[str]) -> FileKind | None:
    for name, kind in (
        ("worddocument", FileKind.WORD),
        ("workbook", FileKind.SHEET),
        ("book", FileKind.SHEET),
        ("powerpoint document", FileKind.SLIDES),
        ("__properties_version1.0", FileKind.MAIL),
    ):
        if name in streams:
            return kind
    return None


def _ole_is_locked(ole: Any, streams: set[str]) -> bool:
    if "encryptedpackage" in streams or "\tdrmcontent" in streams or "encryptedsummary" in streams:
        return True
    if "worddocument" in streams:
        start = ole.openstream("WordDocument").read(12)
        return len(start) == 12 and bool(int.from_bytes(start[10:12], "little") & _WORD_LOCKED)
    if "current user" in streams:
        return bool(ole.openstream("Current User").read(16)[12:16] == _PPT_LOCKED_TOKEN)
    for name in ("Workbook", "Book"):
        if name.lower() in streams:
            return sheet_is_locked(ole.openstream(name))
    return False


def sheet_is_locked(stream: Any) -> bool:
    """Old Excel's workbook stream: the record FILEPASS comes right after the first, before any sheet is named."""
    for _ in range(64):
        head = stream.read(4)
        if len(head) < 4:
            return False
        record, length = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:], "little")
        if record == _XLS_FILEPASS:
            return True
        if record == _XLS_BOUNDSHEET:
            return False
        stream.seek(length, 1)
    return False


def _readable(ole: Any, name: str) -> bool:
    stream = ole.openstream(name)
    try:
        while stream.read(1 << 20):
            pass
    except OSError:
        return False
    return True


def look_into_package(source: ByteSource, what: str) -> Finding:
    """A newer Office document or an OpenDocument: a ZIP whose parts tell what it is."""
    as_archive = look_into_zip(source, what)
    if as_archive.is_worse_than_a_warning:
        return as_archive
    try:
        with zipfile.ZipFile(as_stream(source)) as package:
            return _look_at_parts(package, what)
    except MemoryError:
        raise
    except Exception:  # a broken file may raise anything out of a parser
        return damaged(what)


def kind_of_package(source: ByteSource) -> FileKind | None:
    """What a ZIP of no telling name is, by the parts it holds: a document, or None for a plain archive."""
    try:
        with zipfile.ZipFile(as_stream(source)) as package:
            names = set(package.namelist())
    except Exception:  # whoever looks into it as an archive says what is wrong
        return None
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", FileKind.WORD), ("xl/", FileKind.SHEET), ("ppt/", FileKind.SLIDES)):
            if any(name.startswith(folder) for name in names):
                return kind
    return FileKind.OPEN_DOCUMENT if {"mimetype", "META-INF/manifest.xml", "content.xml"} <= names else None


def _look_at_parts(package: zipfile.ZipFile, what: str) -> Finding:
    names = package.namelist()
    if any(name.endswith((".iwpv2", ".iwph")) for name in names):
        return encrypted(what)
    if "META-INF/manifest.xml" in names:
        return _look_at_open_document(package, names, what)
    if "[Content_Types].xml" not in names:
        return damaged(what)
    _read_part(package, "[Content_Types].xml")
    from_elsewhere = False
    for name in [name for name in names if name.endswith(".rels")][:_MOST_PARTS]:
        fetching = [found for found in _RELATION.findall(_read_part(package, name)) if _fetches(found)]
        if any(_IS_PICTURE not in relation.lower() for relation in fetching):
            return hostile(_OUTSIDE.format(what))
        from_elsewhere = from_elsewhere or bool(fetching)
    for name in [name for name in names if name.startswith("word/") and name.endswith(".xml")][:_MOST_PARTS]:
        part = _read_part(package, name)
        if _FIELD.search(part):
            return hostile(_OUTSIDE.format(what))
        from_elsewhere = from_elsewhere or _PICTURE_FIELD.search(part) is not None
    if from_elsewhere:
        return odd(_OUTSIDE.format(what))
    if any(name.endswith("vbaProject.bin") for name in names):
        return warning(_MACROS.format(what))
    return NOTHING_OFF


def _look_at_open_document(package: zipfile.ZipFile, names: list[str], what: str) -> Finding:
    if b"encryption-data" in _read_part(package, "META-INF/manifest.xml"):
        return encrypted(what)
    if "content.xml" not in names and "mimetype" in names:
        return damaged(what)
    if any(
        name.startswith(("Basic/", "Scripts/")) and name.endswith((".xml", ".py", ".js")) for name in names
    ):
        return warning(_MACROS.format(what))
    return NOTHING_OFF


def _fetches(relation: bytes) -> bool:
    """True for a part at an address elsewhere that a program loads by itself; a mere hyperlink waits for a click."""
    plain = relation.lower().replace(b"'", b'"').replace(b"\\", b"/")
    if b'targetmode="external"' not in plain or b"/hyperlink" in plain:
        return False
    return _ELSEWHERE.search(plain) is not None


def _read_part(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        return part.read(_LONGEST_PART)
