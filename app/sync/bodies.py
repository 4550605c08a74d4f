"""Unpacking the bodies of answers, piece by piece, whatever they were packed with and however far they would grow."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from app.sync.answers import answer_incomplete

ACCEPTED = "zstd, gzip"
"""What is offered with every call, the quickest first."""

PIECE = 256 * 1024
_SIP = 1024
"""Bytes given to zstd at once: one kilobyte cannot become more than some 32 MB."""

_WINDOW = 8 * 2**20
"""Most memory a zstd frame may ask for, as RFC 9659 bounds it for the web."""


def unpacked(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The body in pieces. Raises ``answer_incomplete`` for one that breaks off, is damaged or packed unknown to us."""
    match encoding.strip().lower():
        case "" | "identity":
            yield from pieces
        case "gzip" | "x-gzip":
            yield from _gunzipped(pieces)
        case "zstd":
            yield from _from_zstd(pieces)
        case other:
            raise answer_incomplete(f"packed as {other[:40]!r}")


def _gunzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    # 31: a gzip header, and the largest window.
    unpacker = zlib.decompressobj(31)
    anything = False
    try:
        for piece in pieces:
            rest = piece
            while rest:
                anything = True
                if unpacker.eof:
                    # Members may follow one another in one body.
                    unpacker = zlib.decompressobj(31)
                yield unpacker.decompress(rest, PIECE)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
        yield unpacker.flush()
    except zlib.error as error:
        raise answer_incomplete(f"gzip: {error}") from error
    if anything and not unpacker.eof:
        raise answer_incomplete("gzip: breaks off")


def _from_zstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    import zstandard

    unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
    anything = False
    try:
        for piece in pieces:
            for start in range(0, len(piece), _SIP):
                anything = True
                if unpacker.eof:
                    raise answer_incomplete("zstd: something follows the end")
                yield unpacker.decompress(piece[start : start + _SIP])
    except zstandard.ZstdError as error:
        raise answer_incomplete(f"zstd: {error}") from error
    if (anything and not unpacker.eof) or unpacker.unused_data:
        raise answer_incomplete("zstd: breaks off")
