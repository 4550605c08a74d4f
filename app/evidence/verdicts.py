"""One call for whoever takes files in: looked into in a child process, answered with a verdict and a reason.

The service calls it for every upload, ``touchstone inspect`` for every file it is given. The calling process parses
nothing itself: it only hands out byte ranges, so that a file of any size costs it no memory.
"""

from __future__ import annotations

import errno
import threading
from dataclasses import dataclass
from pathlib import Path

from app.evidence.cage_process import ChildProcess
from app.evidence.findings import Entry, Verdict
from app.evidence.inspect import EMPTY_ARCHIVE
from app.evidence.kinds import FileKind, kind_and_media_type
from app.evidence.looking import look_in_child
from app.evidence.sources import ByteSource, PathSource

__all__ = ["Judged", "Verdict", "judge_file"]

SECONDS = 60.0
# Each look may take up to the child's memory limit; more at once would be a way to exhaust the machine.
_AT_ONCE = threading.BoundedSemaphore(2)

EMPTY_FILE = "This file is empty; choose the right one."
_DO_IF_EMPTY = "Open it on your own computer to see whether the work is in it."
_WITHOUT_A_PASSWORD = "Save a copy without a password and use that."
_DO = {
    FileKind.PDF: "Save or print it as a PDF without a password and use that.",
    FileKind.WORD: "Open it, take the password away under File, Info, Protect Document, and save it again.",
    FileKind.SHEET: "Open it, take the password away under File, Info, Protect Workbook, and save it again.",
    FileKind.SLIDES: "Open it, take the password away under File, Info, Protect Presentation, and save it again.",
    FileKind.OPEN_DOCUMENT: "Open it, save it again with “Save with password” switched off, and use that.",
    FileKind.ARCHIVE: "Pack the files again without a password, with no protected file among them.",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file is and what becomes of it.

    reason: a plain sentence why, never empty. do: what its owner can do when it is refused or damaged, else empty.
    entries: what an archive lists, the first 1,000 of them. warning: the same sentence as ``reason`` when the file is
    accepted as it is and something about it should be known all the same, else empty.
    """

    verdict: Verdict
    kind: FileKind
    media_type: str
    reason: str
    do: str = ""
    entries: tuple[Entry, ...] = ()
    warning: str = ""

    @property
    def is_refused(self) -> bool:
        """True for what is not taken in: protected (M-47), hostile and empty files.

        An empty one would count as evidence of its kind, and evidence would be complete without any (M-42, M-50).
        """
        return self.verdict in (Verdict.ENCRYPTED, Verdict.HOSTILE) or self.reason in (
            EMPTY_FILE,
            EMPTY_ARCHIVE,
        )


def judge_file(what: Path | ByteSource, name: str = "", *, seconds: float = SECONDS) -> Judged:
    """Looks into a file in a child process of its own (M-46, M-47); waits while two others are being looked into.

    ``name`` is what its owner called it (default: the path's own); the verdict goes by the content. Raises
    ``OSError`` where the file itself cannot be read, what the source raises, and
    ``KnownError("evidence_unreadable")`` where no child process can be started.
    """
    if isinstance(what, Path):
        source, name = _readable(what), name or what.name
    else:
        source = what
    if source.size == 0:
        return Judged(Verdict.DAMAGED, *kind_and_media_type(b"", name), EMPTY_FILE, _DO_IF_EMPTY)
    with _AT_ONCE:
        child = ChildProcess()
        try:
            found = look_in_child(child, source, name, seconds)
        finally:
            child.end()
    return Judged(
        verdict=found.verdict,
        kind=found.kind,
        media_type=found.media_type,
        reason=found.says or _nothing_off(found.kind),
        do=_DO_IF_EMPTY if found.says == EMPTY_ARCHIVE else _what_to_do(found.verdict, found.kind),
        entries=found.entries,
        warning=found.says if found.verdict in (Verdict.OK, Verdict.UNKNOWN) else "",
    )


def _readable(path: Path) -> ByteSource:
    # Told now, not as a fault of the look; to read a pipe or a device would never end.
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "It is not an ordinary file", str(path))
    source = PathSource(path)
    source.read_at(0, 1)
    return source


def _nothing_off(kind: FileKind) -> str:
    return (
        "Nothing is wrong with this archive."
        if kind is FileKind.ARCHIVE
        else "Nothing is wrong with this file."
    )


def _what_to_do(verdict: Verdict, kind: FileKind) -> str:
    if verdict is Verdict.ENCRYPTED:
        return _DO.get(kind, _WITHOUT_A_PASSWORD)
    if verdict is Verdict.HOSTILE:
        return "Save or pack the work again in a plain way, from the original files, and use that."
    if verdict is Verdict.DAMAGED:
        return "Open it on your own computer to see whether it is whole, and save it again."
    return ""
