"""The digest by which a device and the service find out whether they hold the same records."""

from __future__ import annotations

import hashlib


class Digest:
    """A digest of records that does not depend on their order; adding one twice takes it out again.

    It is the exclusive or of the first 16 bytes of SHA-256 over kind, NUL, id, NUL, rev (in decimal) of each record.
    """

    __slots__ = ("_sum", "count")

    def __init__(self) -> None:
        self._sum = 0
        self.count = 0

    def add(self, kind: str, identifier: str, rev: int) -> None:
        """One more record, with the feed number it was last changed at."""
        told = hashlib.sha256(f"{kind}\0{identifier}\0{rev}".encode()).digest()
        self._sum ^= int.from_bytes(told[:16], "big")
        self.count += 1

    def text(self) -> str:
        """The digest as 32 hexadecimal digits; all zeros for no record."""
        return f"{self._sum:032x}"
