"""How bodies are packed on the way: zstd where both sides have it, else gzip, else as they are."""

from __future__ import annotations

import gzip
import zlib

from app.service.errors import Refusal

ENCODINGS = ("zstd", "gzip")
"""In which a body may come, the better one first."""

SMALL = 1_000
"""A body of up to so many bytes travels as it is; packed it would hardly shrink."""

_WINDOW = 2**25
"""Most bytes of what came before that a zstd body may refer back to; they are held in memory."""

_STEP = 512
"""Bytes of a zstd body unpacked at once: at the worst they become 16 MiB before their number is looked at."""


def packed(body: bytes, accepted: str) -> tuple[bytes, str]:
    """The body and the encoding it is now in, by the request's ``Accept-Encoding``; empty: as it is."""
    if len(body) <= SMALL:
        return body, ""
    offered = _offered(accepted)
    if "zstd" in offered:
        import zstandard

        return zstandard.compress(body, level=1), "zstd"
    if "gzip" in offered:
        return gzip.compress(body, compresslevel=1, mtime=0), "gzip"
    return body, ""


def unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """The body as it was before its ``Content-Encoding``, never taking more memory than ``limit`` bytes for it.

    Raises Refusal 413 for one that unpacks to more, 400 for one that is damaged, 415 for an encoding not known here.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "zstd":
            text = _from_zstd(body, limit)
        case "gzip":
            text = _from_gzip(body, limit)
        case _:
            raise Refusal(
                415,
                "encoding_unknown",
                "This message is packed in a way the service does not know.",
                "Update Touchstone; your work is kept.",
            )
    if len(text) > limit:
        raise Refusal(
            413, "too_large", "This message is larger than the service takes at once.", "Send less at a time."
        )
    return text


def _from_zstd(body: bytes, limit: int) -> bytes:
    import zstandard

    unpacking = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
    pieces, size = [], 0
    try:
        for start in range(0, len(body), _STEP):
            piece = unpacking.decompress(body[start : start + _STEP])
            pieces.append(piece)
            size += len(piece)
            if unpacking.eof or size > limit:
                break
    except zstandard.ZstdError as error:
        raise _damaged() from error
    if size <= limit and not unpacking.eof:
        raise _damaged()
    return b"".join(pieces)


def _from_gzip(body: bytes, limit: int) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(body, limit + 1)
    except zlib.error as error:
        raise _damaged() from error
    if len(text) <= limit and not unpacking.eof:
        raise _damaged()
    return text


def _damaged() -> Refusal:
    return Refusal(400, "malformed", "This message arrived damaged.", "Send it again; your work is kept.")


def _offered(accepted: str) -> set[str]:
    """The encodings that are named and not refused (``q=0``)."""
    found = set()
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        quality = weight.strip().removeprefix("q=").strip()
        if quality not in ("0", "0.0", "0.00", "0.000"):
            found.add(name.strip())
    return found
