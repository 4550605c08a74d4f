"""What is off about a PDF beyond whether its pages open: scripts, programs it starts, broken streams and forms."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from app.evidence.findings import Finding, hostile, odd, warning
from app.evidence.pages import look_at_pages, opened_pdf
from app.evidence.sources import ByteSource

_SCRIPT = re.compile(rb"/JavaScript\b")
_LAUNCH = re.compile(rb"/Launch\b")
# What a PDF starts is harmless when it is another document beside it; these are programs.
_LAUNCHED = re.compile(
    rb"/Launch\b.{0,400}?(?:\.(?:exe|com|cmd|bat|ps1|vbs|vbe|js|jse|wsf|hta|scr|lnk|sh)\b|powershell|cmd\b)",
    re.IGNORECASE | re.DOTALL,
)
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_OTHER_FILTER = re.compile(rb"/(?:ASCIIHex|ASCII85|LZW|RunLength|CCITTFax|DCT|JBIG2|JPX|Crypt)Decode")
_PIECE = 1 << 20
# Words that are looked for are read with this much of what follows, so that a border between pieces hides nothing.
_OVERLAP = 512
# A script is looked for in this much of a PDF; the child process never runs one wherever it stands.
_SEARCHED = 64 << 20
_LONGEST_STREAM = 16 << 20
_MOST_UNPACKED = 128 << 20
_MOST_FORM_PARTS = 100

_STARTS = "{} starts a program when another program opens it."
_HAS_SCRIPT = "{} contains a script; Touchstone never runs it, another program may."
_LEADS_ON = "{} opens another file when another program shows it."
_BROKEN_STREAM = "A part of this PDF is damaged: something may be missing from its pages."
_BROKEN_FORM = "The form data of this PDF is damaged: what was filled in may be missing."


def look_into_pdf(source: ByteSource, what: str) -> Finding:
    """Locked or broken, as its pages tell; what it would do elsewhere; what is broken though it opens."""
    finding = look_at_pages(source, what)
    if finding.says:
        return finding
    launches = scripted = broken = False
    for words, is_broken in _searched(source):
        if _LAUNCHED.search(words):
            return hostile(_STARTS.format(what))
        scripted = scripted or _SCRIPT.search(words) is not None
        launches = launches or _LAUNCH.search(words) is not None
        broken = broken or is_broken
    if scripted:
        return odd(_HAS_SCRIPT.format(what))
    if launches:
        return odd(_LEADS_ON.format(what))
    if broken:
        return warning(_BROKEN_STREAM)
    return warning(_BROKEN_FORM) if _has_broken_form(source) else finding


def _searched(source: ByteSource) -> Iterator[tuple[bytes, bool]]:
    """The PDF's bytes in pieces, and what its packed lists of objects unpack to; True for a stream that is broken."""
    end = min(source.size, _SEARCHED)
    locked = False
    for at in range(0, end, _PIECE):
        piece = source.read_at(at, _PIECE + _OVERLAP)
        locked = locked or b"/Encrypt" in piece
        yield piece, False
    # An owner's password alone locks every stream: none of them can be unpacked here, and none is broken for that.
    if not locked:
        yield from _streams(source, end)


def _streams(source: ByteSource, end: int) -> Iterator[tuple[bytes, bool]]:
    room = _MOST_UNPACKED
    for at in range(0, end, _PIECE):
        piece = source.read_at(at, _PIECE + _OVERLAP)
        for sign in _STREAM.finditer(piece):
            if sign.start() >= _PIECE or room <= 0:
                continue
            before = source.read_at(max(0, at + sign.start() - _OVERLAP), min(_OVERLAP, at + sign.start()))
            described = before[before.rfind(b" obj") + 1 :]
            earlier, flate, _ = described.partition(b"FlateDecode")
            # What another filter wrapped first, as text perhaps, is not told apart from what is broken.
            if not flate or b"DecodeParms" in earlier or _OTHER_FILTER.search(earlier):
                continue
            unpacked, broken = _unpacked(source, at + sign.end(), min(room, _LONGEST_STREAM))
            room -= len(unpacked)
            yield (unpacked if b"ObjStm" in described else b""), broken


def _unpacked(source: ByteSource, start: int, most: int) -> tuple[bytes, bool]:
    unpacker = zlib.decompressobj()
    made: list[bytes] = []
    length, place = 0, start
    try:
        while length < most and not unpacker.eof:
            packed = unpacker.unconsumed_tail or source.read_at(place, 64 << 10)
            if not packed:
                break
            place += 0 if unpacker.unconsumed_tail else len(packed)
            piece = unpacker.decompress(packed, most - length)
            made.append(piece)
            length += len(piece)
    except zlib.error:
        return b"".join(made), True
    return b"".join(made), False


def _has_broken_form(source: ByteSource) -> bool:
    """True when the PDF carries a form in XML (XFA) that is not whole; nothing it refers to is fetched."""
    with opened_pdf(source) as pdf:
        parts = _form_parts(pdf)
    if not parts:
        return False
    reader = expat.ParserCreate()
    try:
        reader.Parse(b"".join(parts), True)
    except expat.ExpatError:
        return True
    return False


def _form_parts(pdf: Any) -> list[bytes]:
    import ctypes

    import pypdfium2.raw as raw

    parts = []
    for index in range(min(raw.FPDF_GetXFAPacketCount(pdf), _MOST_FORM_PARTS)):
        length = ctypes.c_ulong()
        if not raw.FPDF_GetXFAPacketContent(pdf, index, None, 0, length) or length.value > _LONGEST_STREAM:
            continue
        content = ctypes.create_string_buffer(length.value)
        raw.FPDF_GetXFAPacketContent(pdf, index, content, length.value, length)
        parts.append(content.raw)
    return parts
