"""What the engine says to whoever carries its messages: a call goes out, an answer or ``Unreachable`` comes in."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from app.domain.errors import KnownError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One request. ``path`` begins at the service's address; ``stream``: the answer's body is read in pieces.

    ahead: the answer is wanted later. Whoever carries the call may begin it and answer ``BEGUN`` at once; the same
    call without ``ahead`` then fetches the answer. Carrying it to its end at once is right as well, only slower.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    stream: bool = False
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One answer. Header names are in small letters; ``body`` is decompressed. Of a streamed answer that succeeded
    ``chunks`` brings the body instead; reading on may raise ``Unreachable``.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunks: Iterator[bytes] | None = None


BEGUN = HttpAnswer(0)
"""Stands for the answer to a call that was begun ahead."""


class Unreachable(KnownError):
    """No answer came. ``maybe_received``: the service may have the message all the same; then nobody knows."""

    def __init__(self, details: str, *, maybe_received: bool, says: str = "", do: str = "") -> None:
        super().__init__(
            "service_unreachable",
            says or "The service cannot be reached.",
            do or "Go on working; everything is kept here and sent when there is a network again.",
            details=details,
        )
        self.maybe_received = maybe_received


class BadAnswer(KnownError):
    """An answer came that cannot be read at all. What it was about may have been taken, as after no answer."""


Steps: TypeAlias = Generator[HttpCall, HttpAnswer, T]
"""A conversation with the service that does no input or output itself."""
