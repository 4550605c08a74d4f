"""What goes over the pipes between the window's process and the evidence child: framed questions and answers.

A frame is two lengths (big-endian, 4 bytes each), a JSON object, and raw bytes beside it.

    parent → child   {"do": "open" | "inspect" | "render" | …}         one question at a time
    child → parent   {"bytes": [offset, length]}                       any number: it needs a part of the file
    parent → child   {} and those bytes
    child → parent   {"done": {…}} and bytes, or {"failed": code, "details": …}
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

_LENGTHS = struct.Struct(">II")
LONGEST_WORDS = 16 << 20
LONGEST_BYTES = 160 << 20
# The most the child may ask for at once.
LONGEST_PIECE = 8 << 20

Read = Callable[[int], bytes]
Write = Callable[[bytes | memoryview], int | None]


class BrokenPipesError(Exception):
    """The other side has gone, or does not keep to the form."""


def send(write: Write, words: dict[str, Any], data: bytes | memoryview = b"") -> None:
    """Writes one frame with an unbuffered ``write``. Raises ``BrokenPipesError``."""
    text = json.dumps(words, separators=(",", ":")).encode()
    rest = memoryview(_LENGTHS.pack(len(text), len(data)) + text)
    try:
        for part in (rest, memoryview(data)):
            while part:
                part = part[write(part) or 0 :]
    except (OSError, ValueError) as error:
        raise BrokenPipesError(repr(error)) from error


def receive(read: Read) -> tuple[dict[str, Any], bytes]:
    """Reads one frame with an unbuffered ``read``. Raises ``BrokenPipesError``, also for a frame out of all measure."""
    lengths = _read_fully(read, _LENGTHS.size)
    text_length, data_length = _LENGTHS.unpack(lengths)
    if text_length > LONGEST_WORDS or data_length > LONGEST_BYTES:
        raise BrokenPipesError(f"a frame of {text_length} and {data_length} bytes")
    try:
        words = json.loads(_read_fully(read, text_length))
    except (ValueError, RecursionError) as error:
        raise BrokenPipesError(repr(error)) from error
    if not isinstance(words, dict):
        raise BrokenPipesError("a frame without an object")
    return words, _read_fully(read, data_length)


def _read_fully(read: Read, length: int) -> bytes:
    pieces = []
    missing = length
    while missing:
        try:
            piece = read(min(missing, 1 << 20))
        except (OSError, ValueError) as error:
            raise BrokenPipesError(repr(error)) from error
        if not piece:
            raise BrokenPipesError("the other side has gone")
        pieces.append(piece)
        missing -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
