"""Bodies of requests as messages: whatever else somebody sends is refused in words."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from app.service.errors import Refusal
from app.wire.messages import UNREADABLE

T = TypeVar("T")


def read_message(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """The message in a body. Raises Refusal 400 for anything else, such as bytes that are no text, or brackets nested
    without end.
    """
    try:
        return decoder.decode(body)
    except UNREADABLE as error:
        raise Refusal(400, "malformed", "The service cannot read this message.") from error
