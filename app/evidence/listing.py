"""What the mere list of an archive's entries tells: ways out of it, links, and sizes no honest archive has."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.evidence.findings import NOTHING_OFF, Entry, Finding, hostile

# Ordinary office files shrink to a tenth, plain text to a twentieth; zeros to a thousandth.
_BOMB_RATIO = 200
_BOMB_SIZE = 64 << 20
# Films and photographs hardly shrink: what is this large and shrinks at all well was made to be so large.
_HUGE, _HUGE_RATIO = 100 << 30, 20
_MOST_ENTRIES = 200_000
_DRIVE = re.compile(r"[A-Za-z]:")


def judge(entries: Iterable[Entry], what: str, size: int) -> Finding:
    """``size`` is the archive's own, in bytes."""
    total = count = 0
    for entry in entries:
        total += entry.size
        count += 1
        if leads_outside(entry.name):
            return hostile(f"{what} holds a file that would be unpacked outside its own folder.")
        if entry.link is not None and leads_outside(entry.link, entry.name):
            return hostile(f"{what} holds a link that leads outside it.")
    if count > _MOST_ENTRIES:
        return hostile(f"{what} holds {count:,} files, more than any computer unpacks in a reasonable time.")
    if is_bomb(total, size):
        return hostile(
            f"{what} would unpack to {total / max(1, size):,.0f} times its size and could fill the disk."
        )
    return NOTHING_OFF


def is_bomb(unpacked: int, packed: int) -> bool:
    """Both in bytes: what comes out, of everything inside, and the file that was handed in."""
    packed = max(1, packed)
    return (unpacked >= _BOMB_SIZE and unpacked > _BOMB_RATIO * packed) or (
        unpacked >= _HUGE and unpacked > _HUGE_RATIO * packed
    )


def leads_outside(path: str, beside: str = "") -> bool:
    """True when a path in an archive, seen from the folder of the entry ``beside``, leaves the archive."""
    plain = path.replace("\\", "/")
    if plain.startswith("/") or _DRIVE.match(plain):
        return True
    depth = len([part for part in beside.replace("\\", "/").split("/")[:-1] if part not in ("", ".")])
    for part in plain.split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return True
    return False
