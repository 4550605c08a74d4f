"""Sizes of files in words."""

from __future__ import annotations

_STEPS = ((1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"))


def size_words(size: int) -> str:
    """A file size for people: ``820 B``, ``14 kB``, ``3.1 MB``, ``312 MB``. ``size`` in bytes."""
    if size < 1000:
        return f"{size} B"
    if size < 999_500:
        return f"{size / 1000:.0f} kB"
    for step, name in _STEPS:
        # What would be rounded up to the next step is told in that step.
        if size >= step * 0.9995:
            share = size / step
            return f"{share:.1f} {name}" if share < 9.95 else f"{share:.0f} {name}"
    return f"{size / 1_000_000:.1f} MB"
