"""Asking the operator's virus scanner (clamd) about a file, if there is one: its bytes are streamed, never stored.

The scanner is named by a URL: ``tcp://host:3310`` or ``unix:///run/clamav/clamd.ctl``. It is the operator's own and
is trusted with the bytes; nothing it answers is trusted beyond its first line.
"""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Iterable, Iterator
from typing import IO
from urllib.parse import unquote, urlsplit

from app.domain.errors import KnownError
from app.evidence.findings import NOTHING_OFF, Finding, hostile, odd

VARIABLE = "TOUCHSTONE_CLAMD_URL"
SECONDS = 120.0
_PORT = 3310
_PIECE = 1 << 20
_LENGTH = struct.Struct(">I")
_LONGEST_ANSWER = 4_096
_FOUND = re.compile(r"^(?:stream|instream\([^)]*\)): (?P<name>.{1,200}) FOUND$", re.IGNORECASE)
_CLEAN = re.compile(r"^(?:stream|instream\([^)]*\)): OK$", re.IGNORECASE)
_TOO_LARGE = "size limit exceeded"
_UNSCANNED = "This file is larger than the virus scanner looks at, so it has not been scanned."
_AGAIN = "Try again in a few minutes; if it stays so, tell the operator of this service."


def scanner_url() -> str:
    """The scanner the operator names in ``TOUCHSTONE_CLAMD_URL``; empty when there is none."""
    return os.environ.get(VARIABLE, "").strip()


def scan(stream: IO[bytes] | Iterable[bytes], url: str, *, seconds: float = SECONDS) -> Finding:
    """What the scanner at ``url`` says of a file: nothing, hostile with the name of what it found, or too large.

    stream: a readable file, or pieces of bytes in order; one piece is in memory at a time. seconds: the longest wait
    for any single answer of the network. Raises ``KnownError``: ``scanner_url_wrong`` for a URL of another form, and
    ``scanner_unavailable`` when it cannot be reached, breaks off or answers out of form. A file that was not scanned
    is never taken for a clean one.
    """
    try:
        with _connected(url, seconds) as connection:
            answer = _ask(connection, _pieces(stream))
    except OSError as error:
        raise _unavailable(repr(error)) from error
    if _CLEAN.match(answer):
        return NOTHING_OFF
    found = _FOUND.match(answer)
    if found:
        return hostile(f"The virus scanner found “{_printable(found['name'])}” in this file.")
    if _TOO_LARGE in answer.lower():
        return odd(_UNSCANNED)
    raise _unavailable(answer[:200])


def _connected(url: str, seconds: float) -> socket.socket:
    place = urlsplit(url)
    try:
        port = place.port or _PORT
    except ValueError as error:
        raise _wrong(url) from error
    if place.scheme == "tcp" and place.hostname:
        return socket.create_connection((place.hostname, port), timeout=seconds)
    if place.scheme == "unix" and place.path and hasattr(socket, "AF_UNIX"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(seconds)
            connection.connect(unquote(place.path))
        except BaseException:
            connection.close()
            raise
        return connection
    raise _wrong(url)


def _ask(connection: socket.socket, pieces: Iterator[bytes]) -> str:
    """The command, each piece with its length in front, a length of nothing, and the answer's first line."""
    try:
        connection.sendall(b"zINSTREAM\0")
        for piece in pieces:
            connection.sendall(_LENGTH.pack(len(piece)) + piece)
        connection.sendall(_LENGTH.pack(0))
    except (BrokenPipeError, ConnectionResetError):
        # Whoever has seen enough answers at once and hangs up: that answer is what counts.
        answer = _answer(connection)
        if not answer:
            raise
        return answer
    return _answer(connection)


def _answer(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and b"\n" not in answer and len(answer) < _LONGEST_ANSWER:
        try:
            piece = connection.recv(_LONGEST_ANSWER)
        except ConnectionResetError:
            break
        if not piece:
            break
        answer += piece
    return answer.replace(b"\0", b"\n").partition(b"\n")[0].decode("utf-8", "replace").strip()


def _pieces(stream: IO[bytes] | Iterable[bytes]) -> Iterator[bytes]:
    read = getattr(stream, "read", None)
    whole = iter(lambda: read(_PIECE), b"") if read is not None else stream
    for piece in whole:
        for at in range(0, len(piece), _PIECE):
            yield piece[at : at + _PIECE]


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)


def _unavailable(details: str) -> KnownError:
    return KnownError(
        "scanner_unavailable",
        "The virus scanner does not answer, so this file was not taken in.",
        _AGAIN,
        details=details,
    )


def _wrong(url: str) -> KnownError:
    return KnownError(
        "scanner_url_wrong",
        f"The virus scanner's address “{url}” is not of a form that is known.",
        f"Set {VARIABLE} to tcp://host:port or unix:///path/of/the/socket.",
    )
