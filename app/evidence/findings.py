"""What was found when a file was looked into."""

from __future__ import annotations

from dataclasses import dataclass

from app.evidence.kinds import FileKind


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look into a file told; ``says`` is a plain sentence when something is off, else empty.

    kind: a better word for the file than its first bytes and name gave, or None.
    """

    encrypted: bool = False
    damaged: bool = False
    hostile: bool = False
    says: str = ""
    kind: FileKind | None = None


NOTHING_OFF = Finding()


def encrypted(what: str) -> Finding:
    """``what`` names the thing: "This PDF"."""
    return Finding(encrypted=True, says=f"{what} is protected with a password, so nobody here can open it.")


def damaged(what: str) -> Finding:
    """``what`` names the thing: "This archive"."""
    return Finding(damaged=True, says=f"{what} is damaged or incomplete and may not open.")


def hostile(says: str) -> Finding:
    """``says`` is the whole sentence."""
    return Finding(hostile=True, says=says)
