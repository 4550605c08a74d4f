"""What keeps a hostile file in its cage on this very machine: not believed, but tried.

A child process like any other is started and tries its own walls (``app.evidence.trying``); whoever shows evidence
asks here whether a person should be asked first.
"""

from __future__ import annotations

import socket
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.domain.errors import KnownError
from app.evidence.cage_process import ChildProcess
from app.evidence.kinds import FileKind
from app.evidence.trying import TRIED

_SECONDS = 30.0
_WORDS = {
    "network": ("has no network", "could reach the network"),
    "writing": ("cannot write files", "could write your files"),
    "programs": ("cannot start programs", "could start programs"),
    "memory": ("has a limit on memory", "could take all memory"),
}
# What is taken apart by large libraries in machine code; plain text is not.
RISKY = frozenset({FileKind.PDF, FileKind.IMAGE})
_RUN_BY_ITS_MAKERS = ("linux",)
_QUESTION = (
    "Nothing on this computer would keep a harmful file in its place. Open “{}” only if you trust where it comes "
    "from. Open it?"
)


@dataclass(frozen=True, slots=True)
class Protection:
    """One wall around the process that reads evidence: ``name`` is one of ``trying.TRIED``."""

    name: str
    holds: bool

    @property
    def says(self) -> str:
        """A clause that continues "The process that reads evidence …"."""
        return _WORDS[self.name][0 if self.holds else 1]


def protections() -> tuple[Protection, ...]:
    """Every wall with whether the system really held the child to it. Takes about as long as opening a file.

    Where no child can be started, or it does not answer, none holds.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening, tempfile.TemporaryDirectory() as folder:
        mark = Path(folder) / "mark"
        mark.touch()
        held = _tried_by_a_child(listening.getsockname()[1], str(mark))
    return tuple(Protection(name, held.get(name) is True) for name in TRIED)


def _tried_by_a_child(port: int, path: str) -> dict[str, object]:
    try:
        child = ChildProcess()
    except KnownError:
        return {}
    try:
        held, _ = child.ask({"do": "try_walls", "port": port, "path": path}, None, _SECONDS)
    except KnownError:
        return {}
    finally:
        child.end()
    return held


@lru_cache(maxsize=1)
def known_protections() -> tuple[Protection, ...]:
    """``protections`` found out once and kept: they do not change while a program runs."""
    return protections()


def is_known_to_its_makers() -> bool:
    """False on systems whose walls were written but never run by Touchstone's makers."""
    return sys.platform in _RUN_BY_ITS_MAKERS


def question_before_opening(kind: FileKind, name: str, found: tuple[Protection, ...] | None = None) -> str:
    """What to ask a person before a file is shown inside; empty where it may simply be opened.

    ``found``: what is known of the walls; found out when it is not given, so call it off the window's thread.
    """
    if kind not in RISKY:
        return ""
    walls = known_protections() if found is None else found
    return "" if any(wall.holds for wall in walls) else _QUESTION.format(name)
