"""Files that people add to what they write."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that a person added, such as a photo taken at a visit. ``size`` in bytes; ``sha256`` in hex."""

    name: str
    sha256: str
    size: int
    media_type: str = ""
