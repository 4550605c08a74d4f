"""What was found when a file was looked into, in one of five verdicts and a plain sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.evidence.kinds import FileKind


class Verdict(StrEnum):
    """What becomes of a file: the first two are refused at upload (M-47), the others accepted (M-46)."""

    ENCRYPTED = "encrypted"
    """It, or a file inside it, cannot be read without a password."""
    HOSTILE = "hostile"
    """It is made in a way that harms whoever unpacks or opens it: bombs, ways out, disguises."""
    DAMAGED = "damaged"
    """It is broken or cut short and may not open."""
    UNKNOWN = "unknown-but-accepted"
    """It is odd, or nobody here can tell what is in it; nothing speaks against keeping it."""
    OK = "ok"
    """Nothing is wrong with it, or nothing that keeps it from opening: then there is a warning."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in an archive: its name, sizes in bytes, and where it points if it is a link."""

    name: str
    size: int
    packed: int = 0
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look into a file told.

    says: a plain sentence when something is off, else empty. With the verdict OK it is a warning.
    kind: a better word for the file than its first bytes and name gave, or None.
    entries: what an archive lists, of any length.
    """

    verdict: Verdict = Verdict.OK
    says: str = ""
    kind: FileKind | None = None
    entries: tuple[Entry, ...] = ()

    @property
    def is_worse_than_a_warning(self) -> bool:
        """True for every verdict but OK."""
        return self.verdict is not Verdict.OK


NOTHING_OFF = Finding()


def encrypted(what: str) -> Finding:
    """``what`` names the thing: "This PDF"."""
    return Finding(Verdict.ENCRYPTED, f"{what} is protected with a password, so nobody here can open it.")


def damaged(what: str) -> Finding:
    """``what`` names the thing: "This archive"."""
    return Finding(Verdict.DAMAGED, f"{what} is damaged or incomplete and may not open.")


def hostile(says: str) -> Finding:
    """``says`` is the whole sentence."""
    return Finding(Verdict.HOSTILE, says)


def odd(says: str) -> Finding:
    """Accepted, though out of the ordinary; ``says`` is the whole sentence."""
    return Finding(Verdict.UNKNOWN, says)


def warning(says: str) -> Finding:
    """It opens all the same; ``says`` is the whole sentence."""
    return Finding(Verdict.OK, says)
