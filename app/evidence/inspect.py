"""One question answered: what is this file, and is anything wrong with it?

The parsers underneath are given files that nobody vouches for. On a person's laptop ``Cage.inspect`` asks the same
question in the evidence child process; this module is what runs there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.evidence import archives, office
from app.evidence.findings import NOTHING_OFF, Finding, damaged, encrypted, hostile
from app.evidence.kinds import (
    HEAD,
    OLE,
    RAR,
    SEVEN_ZIP,
    ZIP,
    FileKind,
    is_not_what_its_name_says,
    kind_and_media_type,
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
_PDF_ACTION = re.compile(rb"/(?:JavaScript|Launch)\b")
_PIECE = 1 << 20
# A script is looked for in this much of a PDF; the child process never runs one wherever it stands.
_SEARCHED = 64 << 20


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is and what is off about it.

    encrypted: it cannot be read without a password (M-47: refused, with the reason in ``says``).
    damaged: it is broken or cut short, as far as a look at its structure tells.
    hostile: it could do harm in another program: scripts, links that lead out, a bomb.
    says: a plain sentence when any of these is so, else empty.
    """

    kind: FileKind
    media_type: str
    encrypted: bool
    damaged: bool
    hostile: bool
    says: str


def inspect(source: ByteSource, name: str) -> Inspection:
    """Looks into a file without unpacking, running or fetching anything. Raises only what ``source`` raises.

    An empty file is what its name says, and damaged if that promises more than nothing.
    """
    head = source.read_at(0, HEAD)
    kind, media_type = kind_and_media_type(head, name)
    what = _WHAT.get(kind, "This file")
    if is_not_what_its_name_says(head, name):
        # The last part of a split archive has no sign in front; its own parser says so better.
        split = archives.look_into_zip(source, what) if kind is FileKind.ARCHIVE else NOTHING_OFF
        finding = split if split.says else damaged(what)
    else:
        finding = _look_into(source, head, kind, what)
    if not finding.says and runs_when_opened(head, name):
        finding = hostile(
            "This is a program or script: it can be kept, but Touchstone neither runs nor hands it over."
        )
    found = finding.kind if kind in (FileKind.OTHER, FileKind.ARCHIVE) and finding.kind else kind
    return Inspection(found, media_type, finding.encrypted, finding.damaged, finding.hostile, finding.says)


def _look_into(source: ByteSource, head: bytes, kind: FileKind, what: str) -> Finding:
    if head.startswith(OLE):
        return office.look_into_ole(source, what)
    if head.startswith(ZIP):
        return _look_into_some_zip(source, kind, what)
    for sign, look in _BY_SIGN:
        if head.startswith(sign):
            return look(source, what)
    if kind is FileKind.PDF:
        return _look_into_pdf(source, what)
    if kind is FileKind.IMAGE:
        from app.evidence.pictures import look_into_picture

        return look_into_picture(source, what)
    if kind is FileKind.MAIL and _LOCKED_MAIL.search(head.replace(b"\r\n", b"\n")):
        return encrypted(what)
    if b"-----BEGIN PGP MESSAGE-----" in head:
        return encrypted(what)
    return NOTHING_OFF


_BY_SIGN: tuple[tuple[bytes | tuple[bytes, ...], Callable[[ByteSource, str], Finding]], ...] = (
    (SEVEN_ZIP, archives.look_into_7z),
    (RAR, archives.look_into_rar),
)


def _look_into_some_zip(source: ByteSource, kind: FileKind, what: str) -> Finding:
    if kind in _A_DOCUMENT:
        return office.look_into_package(source, what)
    hidden = office.kind_of_package(source)
    if hidden is None:
        return archives.look_into_zip(source, what)
    finding = office.look_into_package(source, _WHAT[hidden])
    return Finding(finding.encrypted, finding.damaged, finding.hostile, finding.says, hidden)


def _look_into_pdf(source: ByteSource, what: str) -> Finding:
    from app.evidence.pages import look_into_pdf

    finding = look_into_pdf(source, what)
    if not finding.says and _has_actions(source):
        return hostile(
            f"{what} contains a script or starts a program; Touchstone never runs it, another program may."
        )
    return finding


def _has_actions(source: ByteSource) -> bool:
    end = min(source.size, _SEARCHED)
    # Pieces overlap a little, so that a word across their border is seen.
    return any(_PDF_ACTION.search(source.read_at(at, _PIECE + 16)) for at in range(0, end, _PIECE))
