"""Takes the place where a photo was taken out of the copy that is kept. The picture itself is not touched: what stands
beside it in the file goes, by a list of what may stay.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

PHOTO_LIMIT = 256 * 1024 * 1024
"""Bytes beyond which a picture is not taken into memory to be cleaned."""

HEAD = 16
"""Bytes that tell what kind of picture it is."""

TAKEN_OUT = "The copy holds no location data: what stood beside the picture was taken out."
NONE_HELD = "The picture holds no location data."
KEPT = "It is kept as it is: where it was taken may be told inside."

_ORIENTATION = 0x0112


class _Odd(Exception):
    """The file is not built as its kind is."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A picture's copy. says: what became of location data, for the person."""

    data: bytes
    says: str


def may_tell_place(head: bytes) -> bool:
    """Whether a file that begins like this is a picture or recording, which may tell where it was made."""
    return cleaner_of(head) is not None or _kept_with_place(head)


def without_place(data: bytes) -> Cleaned:
    """The copy without location data, every point of the picture as it was (JPEG, PNG, WebP).

    Of what stands beside the picture only its colours and which way up it is stay: place, author, words and
    thumbnails go, and so does whatever was added behind its end. Any other kind, or a file that is not built as
    its kind is, stays as it is, and that is said.
    """
    clean = cleaner_of(data[:HEAD])
    if clean is None:
        return Cleaned(data, KEPT if _kept_with_place(data[:HEAD]) else "")
    try:
        cleaned = clean(data)
    except (_Odd, struct.error, IndexError):
        return Cleaned(data, KEPT)
    return Cleaned(cleaned, NONE_HELD if cleaned == data else TAKEN_OUT)


def cleaner_of(head: bytes) -> Callable[[bytes], bytes] | None:
    """What cleans a picture that begins like this; None for a kind that cannot be cleaned without changing it."""
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg
    if head.startswith(_PNG):
        return _png
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp
    return None


def _kept_with_place(head: bytes) -> bool:
    """HEIC and AVIF, films (all of which begin with a box ``ftyp``), TIFF and the raw kinds made of it."""
    return head[4:8] == b"ftyp" or head[:4] in (b"II*\0", b"MM\0*")


# -- JPEG ---------------------------------------------------------------------------------------------------------

_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_SOS, _EOI = 0xDA, 0xD9
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_EXIF = b"Exif\0\0"
_COLOURS = b"ICC_PROFILE\0"


def _jpeg(data: bytes) -> bytes:
    out = bytearray(data[:2])
    turned = 1
    at = 2
    while True:
        if data[at] != 0xFF:
            raise _Odd
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1  # filling
            continue
        if marker == _EOI:
            out += b"\xff\xd9"
            break
        if marker in _ALONE:
            out += data[at : at + 2]
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if length < 2 or len(body) != length - 2:
            raise _Odd
        if marker == _APP1 and body.startswith(_EXIF):
            turned = _orientation(body[len(_EXIF) :])
        if _stays(marker, body):
            out += data[at : at + 2 + length]
        at += 2 + length
        if marker == _SOS:
            end = _end_of_scan(data, at)
            out += data[at:end]
            at = end
    if turned != 1:
        # Which way up it is would be lost with the rest: it is told alone, behind what says that this is a JPEG.
        told = _EXIF + _tiff_with(turned)
        place = 2
        if out[2:4] == b"\xff\xe0":
            place += 2 + int.from_bytes(out[4:6], "big")
        out[place:place] = b"\xff\xe1" + (len(told) + 2).to_bytes(2, "big") + told
        if bytes(out) == data:
            return data
    return bytes(out)


def _stays(marker: int, body: bytes) -> bool:
    if marker in (_APP0, _APP14):
        return True
    if marker == _APP2:
        return body.startswith(_COLOURS)
    return not (_APP1 <= marker <= _APP15 or marker == _COMMENT)


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the points of a scan end: at the next mark that is no part of them."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _Odd
        following = data[at + 1]
        if following == 0xFF:
            at += 1
        elif following == 0x00 or following in _ALONE:
            at += 2
        else:
            return at


# -- PNG ----------------------------------------------------------------------------------------------------------

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_STAYS = frozenset(
    {b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"pHYs", b"hIST", b"sPLT"}
    | {b"acTL", b"fcTL", b"fdAT"}
)
"""Parts without which a picture would look or move otherwise; besides them those whose names begin with a capital."""


def _png(data: bytes) -> bytes:
    out = bytearray(_PNG)
    turned, at = 1, len(_PNG)
    while True:
        (length,) = struct.unpack_from(">I", data, at)
        name = data[at + 4 : at + 8]
        whole = data[at : at + 12 + length]
        if len(whole) != 12 + length:
            raise _Odd
        if name == b"eXIf":
            turned = _orientation(whole[8:-4])
        if name == b"IDAT" and turned != 1:
            out += _chunk(b"eXIf", _tiff_with(turned))
            turned = 1
        if name[:1].isupper() or name in _PNG_STAYS:
            out += whole
        at += 12 + length
        if name == b"IEND":
            return bytes(out)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


# -- WebP ---------------------------------------------------------------------------------------------------------

_HAS_EXIF, _HAS_WORDS = 0x08, 0x04
_WEBP_STAYS = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})


def _webp(data: bytes) -> bytes:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise _Odd
    turned, parts = 1, []
    for name, body in _riff_parts(data[:end]):
        if name == b"EXIF":
            turned = _orientation(body.removeprefix(_EXIF))
        elif name in _WEBP_STAYS:
            parts.append((name, body))
    if turned != 1:
        parts.append((b"EXIF", _tiff_with(turned)))
    inside = bytearray(b"WEBP")
    for name, body in parts:
        if name == b"VP8X":
            flags = body[0] & ~(_HAS_EXIF | _HAS_WORDS) | (_HAS_EXIF if turned != 1 else 0)
            body = bytes([flags]) + body[1:]
        inside += name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
    return b"RIFF" + len(inside).to_bytes(4, "little") + bytes(inside)


def _riff_parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at < len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + length]
        if len(body) != length:
            raise _Odd
        yield data[at : at + 4], body
        at += 8 + length + length % 2


# -- which way up -------------------------------------------------------------------------------------------------

_ORDERS: Mapping[bytes, str] = {b"II*\0": "<", b"MM\0*": ">"}


def _orientation(tiff: bytes) -> int:
    """Which way up a picture is, 1 to 8; 1 where that is not told."""
    order = _ORDERS.get(tiff[:4])
    if order is None:
        return 1
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if tag == _ORIENTATION and kind == 3 and 1 <= value <= 8:
                return int(value)
    except struct.error:
        pass
    return 1


def _tiff_with(turned: int) -> bytes:
    """Exif data that tell which way up a picture is, and nothing else."""
    return struct.pack(">4sIHHHIHHI", b"MM\0*", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)
