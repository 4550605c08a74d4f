"""One question answered: what is this file, and is anything wrong with it?

The parsers underneath are given files that nobody vouches for. Whoever asks about a file of somebody else's asks
``verdicts.judge_file`` or ``Cage.inspect``, which put the same question to a child process; this is what runs there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.evidence import archives, office, recordings, tars, zips
from app.evidence.findings import (
    NOTHING_OFF,
    Entry,
    Finding,
    Verdict,
    damaged,
    encrypted,
    hostile,
    odd,
    warning,
)
from app.evidence.inside import DEEPEST, TOO_DEEP, Room, look_inside
from app.evidence.kinds import (
    HEAD,
    OLE,
    RAR,
    SEVEN_ZIP,
    ZIP,
    FileKind,
    is_not_what_its_name_says,
    is_tar,
    kind_and_media_type,
    pretends_to_be_a_document,
    runs_when_opened,
)
from app.evidence.sources import ByteSource

_A_DOCUMENT = (FileKind.WORD, FileKind.SHEET, FileKind.SLIDES, FileKind.OPEN_DOCUMENT)
_WHAT = {
    FileKind.PDF: "This PDF",
    FileKind.IMAGE: "This picture",
    FileKind.PICTURE: "This picture",
    FileKind.WORD: "This document",
    FileKind.OPEN_DOCUMENT: "This document",
    FileKind.RTF: "This document",
    FileKind.SHEET: "This spreadsheet",
    FileKind.SLIDES: "This presentation",
    FileKind.MAIL: "This e-mail",
    FileKind.ARCHIVE: "This archive",
    FileKind.AUDIO: "This recording",
    FileKind.VIDEO: "This video",
}
_LOCKED_MAIL = re.compile(
    rb"^content-type:\s*(?:multipart/encrypted|application/(?:x-)?pkcs7-mime[^\n]*(?:\n[ \t][^\n]*)*enveloped-data)",
    re.IGNORECASE | re.MULTILINE,
)
# Files that are nothing but something locked: OpenSSL, age, PGP in letters, AxCrypt, and keys' own safes.
_LOCKED_SIGNS = (
    b"Salted__",
    b"age-encryption.org/",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"\xc0\xb9\x07\x2e\x4f\x93\xf1\x46\xa0\x15\x79\x2c\xa1\xd9\xe8\x21",
    b"\x03\xd9\xa2\x9a",
    b"LUKS\xba\xbe",
)
# What the name of one part of an archive in several parts ends in.
_PART = re.compile(r"\.(?:[zr]\d\d|(?:7z|zip|rar|tar)\.\d{3}|part\d+\.rar)$", re.IGNORECASE)
_RUNS = "This is a program or script: it can be kept, but Touchstone neither runs nor hands it over."
_DISGUISED = "This is a program under the name of a document; opened elsewhere, it might run."
_UNKNOWN = "Touchstone does not know this kind of file, so nobody has looked into it."
EMPTY_ARCHIVE = "This archive is empty; choose the right one."
"""What is said of an archive without a file that holds anything; it is damaged by its verdict, and no evidence."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is and what is off about it.

    says: a plain sentence for every verdict but OK; with OK a warning or nothing (M-47: an encrypted file is refused
    with this reason). entries: what an archive lists, of any length.
    """

    kind: FileKind
    media_type: str
    verdict: Verdict
    says: str
    entries: tuple[Entry, ...] = ()


def inspect(source: ByteSource, name: str) -> Inspection:
    """Looks into a file without writing, running or fetching anything. Raises only what ``source`` raises.

    An empty file is what its name says, and damaged if that promises more than nothing.
    """
    head = source.read_at(0, HEAD)
    kind, media_type = kind_and_media_type(head, name)
    finding = _look(source, name, _WHAT.get(kind, "This file"), Room(source.size), 0)
    found = finding.kind if kind in (FileKind.OTHER, FileKind.ARCHIVE) and finding.kind else kind
    if finding == NOTHING_OFF and found is FileKind.OTHER:
        finding = odd(_UNKNOWN)
    return Inspection(found, media_type, finding.verdict, finding.says, finding.entries)


def _look(source: ByteSource, name: str, what: str, room: Room, depth: int) -> Finding:
    """``depth``: how many archives are around this file; they share one ``room``."""
    head = source.read_at(0, HEAD)
    kind = kind_and_media_type(head, name)[0]
    if pretends_to_be_a_document(head, name):
        return hostile(_DISGUISED)
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(_LOCKED_SIGNS):
        return encrypted(what)
    if is_not_what_its_name_says(head, name):
        # The last part of a split archive has no sign in front; its own parser says so better.
        split = zips.look_into_zip(source, what) if kind is FileKind.ARCHIVE else damaged(what)
        finding = split if split.verdict is Verdict.UNKNOWN else damaged(what)
    else:
        finding = _look_by_content(source, head, name, kind, what, room, depth)
    if finding.verdict is Verdict.DAMAGED and _PART.search(name):
        return odd(zips.ONE_OF_SEVERAL)
    if finding == NOTHING_OFF and runs_when_opened(head, name):
        return odd(_RUNS)
    return finding


def _look_by_content(
    source: ByteSource, head: bytes, name: str, kind: FileKind, what: str, room: Room, depth: int
) -> Finding:
    if head.startswith(OLE):
        return office.look_into_ole(source, what)
    if head.startswith((*ZIP, SEVEN_ZIP, *RAR)) or is_tar(head):
        return _look_into_archive(source, head, kind, what, room, depth)
    if head.startswith((tars.GZIP, tars.BZIP2, tars.XZ)):
        return _look_into_packed(source, name, what, room, depth)
    if kind is FileKind.PDF:
        from app.evidence.pdfs import look_into_pdf

        return look_into_pdf(source, what)
    if kind is FileKind.IMAGE:
        from app.evidence.pictures import look_into_picture

        return look_into_picture(source, what)
    if kind in (FileKind.AUDIO, FileKind.VIDEO):
        return recordings.look_into_recording(source, head, what)
    if kind is FileKind.MAIL and _LOCKED_MAIL.search(head.replace(b"\r\n", b"\n")):
        return encrypted(what)
    return NOTHING_OFF


def _look_into_archive(
    source: ByteSource, head: bytes, kind: FileKind, what: str, room: Room, depth: int
) -> Finding:
    if head.startswith(ZIP):
        document = kind if kind in _A_DOCUMENT else office.kind_of_package(source)
        if document is not None:
            called = what if depth else _WHAT[document]
            found = office.look_into_package(source, called)
            if not found.is_worse_than_a_warning:
                # What is embedded in a document may be an archive; a lock on it leaves the document itself readable.
                within = look_inside(source, (), called, room, depth + 1, _look)
                found = within if within.verdict is Verdict.HOSTILE else found
            return Finding(found.verdict, found.says, document)
        found = zips.look_into_zip(source, what)
    elif head.startswith(SEVEN_ZIP):
        found = archives.look_into_7z(source, what)
    else:
        found = (
            archives.look_into_rar(source, what) if head.startswith(RAR) else tars.look_into_tar(source, what)
        )
    if found.verdict in (Verdict.ENCRYPTED, Verdict.HOSTILE, Verdict.DAMAGED):
        return found
    if found.verdict is Verdict.OK and not any(entry.size for entry in found.entries):
        # Folders and links have no size.
        return Finding(Verdict.DAMAGED, EMPTY_ARCHIVE, entries=found.entries)
    if not found.entries:
        return found
    within = look_inside(source, found.entries, what, room, depth + 1, _look)
    gravest = found if found.says and within.verdict not in (Verdict.ENCRYPTED, Verdict.HOSTILE) else within
    return Finding(gravest.verdict, gravest.says, entries=found.entries)


def _look_into_packed(source: ByteSource, name: str, what: str, room: Room, depth: int) -> Finding:
    found = tars.look_into_packed(source, what)
    if found.says:
        return found
    inner, is_all = tars.unpacked(source)
    if not is_all:
        return warning("Only the beginning of what is packed in it was looked at.")
    if not inner.size:
        return Finding(Verdict.DAMAGED, EMPTY_ARCHIVE)
    if depth >= DEEPEST:
        return hostile(TOO_DEEP)
    room.unpacked += inner.size
    return _look(inner, name.rpartition(".")[0].replace(".tgz", ".tar"), what, room, depth + 1)
