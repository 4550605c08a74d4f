"""The cursor of a device: opaque to it, and all the service needs to go on where a page ended."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import msgspec

from app.wire.messages import UNREADABLE


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a device stands in the feed of one person.

    A device walks from ``base``, which it has wholly, to ``head``, the feed's head when the walk began, over as many
    pages as it takes; ``at`` is the last number it has wholly. ``base_tag`` and ``head_tag`` are the random tags of
    these two heads: a service that was restored from a backup does not know them. ``root``, ``place`` and ``id``
    name the last record sent of a root whose *enter* did not fit into one page. ``rows_done``: nothing but enters
    and leaves is left of the walk.
    """

    epoch: str
    schema: int
    person: str
    device: str
    base: int = 0
    base_tag: str = ""
    head: int = 0
    head_tag: str = ""
    at: int = 0
    root: str = ""
    place: int = -1
    id: str = ""
    rows_done: bool = False

    @property
    def finished(self) -> bool:
        """Whether the device has everything up to ``head``."""
        return self.base == self.head

    def text(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode("ascii").rstrip("=")


def read_cursor(text: str) -> Cursor | None:
    """The cursor that ``Cursor.text`` wrote, or None for anything else, such as one of an earlier schema."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.json.decode(raw, type=Cursor)
    except (binascii.Error, ValueError, *UNREADABLE):
        return None
    largest = 2**62
    numbers = (cursor.base, cursor.head, cursor.at)
    if any(not 0 <= number < largest for number in numbers) or not -1 <= cursor.place < 1000:
        return None
    if "\x00" in "".join((cursor.root, cursor.id, cursor.base_tag, cursor.head_tag)):
        return None
    return cursor
