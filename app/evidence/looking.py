"""The question "what is this file?" put to a child process, and its answer read with distrust."""

from __future__ import annotations

from typing import Any

from app.domain.errors import KnownError
from app.evidence.cage_process import ChildProcess, refusal
from app.evidence.findings import Entry, Verdict
from app.evidence.inspect import Inspection
from app.evidence.kinds import HEAD, FileKind, kind_and_media_type
from app.evidence.sources import ByteSource

MOST_ENTRIES = 1_000
_LONGEST_NAME = 500
_HARMFUL = "This file could not be looked into, for it is damaged or made to do harm."
_SLOW = "Looking into this file took too long, so nobody can say what it holds."


def look_in_child(child: ChildProcess, source: ByteSource, name: str, seconds: float) -> Inspection:
    """What ``app.evidence.inspect`` finds, at most ``MOST_ENTRIES`` entries of it, found out in ``child``.

    A file that the look dies of is hostile; one that takes longer than ``seconds`` is unknown, for a slow machine
    is no fault of its owner's. Raises only what ``source`` raises.
    """
    try:
        done, _ = child.ask({"do": "inspect", "name": name, "size": source.size}, source, seconds)
        return _inspection(done)
    except KnownError as error:
        if not error.code.startswith("evidence_"):
            raise
        kind, media_type = kind_and_media_type(source.read_at(0, HEAD), name)
        if error.code == "evidence_too_slow":
            return Inspection(kind, media_type, Verdict.UNKNOWN, _SLOW)
        return Inspection(kind, media_type, Verdict.HOSTILE, _HARMFUL)


def _inspection(done: dict[str, Any]) -> Inspection:
    try:
        return Inspection(
            FileKind(str(done.get("kind"))),
            _words(done.get("media_type")),
            Verdict(str(done.get("verdict"))),
            _words(done.get("says")),
            tuple(_entry(entry) for entry in done.get("entries") or ())[:MOST_ENTRIES],
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise refusal("evidence_unreadable", repr(error)[:200]) from error


def _entry(value: Any) -> Entry:
    size = value.get("size")
    if not isinstance(size, int) or not 0 <= size < 1 << 63:
        raise ValueError(f"not a size: {size!r}"[:100])
    return Entry(_words(value.get("name")), size)


def _words(value: object) -> str:
    return value[:_LONGEST_NAME] if isinstance(value, str) else ""
