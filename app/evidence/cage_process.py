"""The window's side of one evidence child process: start it, ask it, give it parts of the file, end it.

Nothing the child says is trusted: every answer is checked for its form, and a refusal is a code whose words stand here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from app.domain.errors import KnownError
from app.evidence.pipe import LONGEST_PIECE, BrokenPipesError, receive, send
from app.evidence.sources import ByteSource

FROZEN_WORD = "evidence-child"
"""The hidden command under which a frozen program starts itself as the child (``cage_child.main``)."""

_AWAY = "Open it with another program, or ask for the file again."
_ELSEWHERE = "Open it with another program."
_SAYS = {
    "evidence_encrypted": (
        "This file is protected with a password, so it cannot be shown.",
        "Ask for a copy without a password.",
    ),
    "evidence_unreadable": ("This file is damaged or not what its name says, so it cannot be shown.", _AWAY),
    "evidence_page_unreadable": ("This page is damaged and cannot be shown.", "Go on with the other pages."),
    "evidence_too_large": ("This file needs more memory than may be spent on showing it.", _ELSEWHERE),
    "evidence_not_shown": ("Touchstone does not show this kind of file itself.", _ELSEWHERE),
    "evidence_too_slow": (
        "Showing this file took too long, so it was stopped.",
        "Try once more, or open it with another program.",
    ),
    "evidence_closed": ("This file has been closed meanwhile.", "Open it again."),
}


def refusal(code: str, details: str = "") -> KnownError:
    """The sentence for one of the codes of this room; a code nobody knows counts as unreadable."""
    known = code if code in _SAYS else "evidence_unreadable"
    return KnownError(known, *_SAYS[known], details=details)


def child_command() -> list[str]:
    """How the child is started, from a checkout, an installed package or a frozen program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, FROZEN_WORD]
    # Isolated: no folder of the person's and no variable of the environment has a say in what is imported.
    return [sys.executable, "-I", "-B", "-X", "utf8", "-m", "app.evidence.cage_child"]


def child_environment() -> dict[str, str]:
    """Next to nothing: what the platform needs to start a program at all."""
    needed = ("SYSTEMROOT", "WINDIR") if sys.platform == "win32" else ()
    return {"LC_ALL": "C.UTF-8", **{name: os.environ[name] for name in needed if name in os.environ}}


class ChildProcess:
    """A running child. One question at a time; ``end`` may come from any thread at any moment."""

    def __init__(self, command: list[str] | None = None) -> None:
        """Starts the child and does not wait for it. Raises ``KnownError("evidence_unreadable")`` if it cannot."""
        try:
            self._process = subprocess.Popen(
                child_command() if command is None else command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=child_environment(),
                cwd=Path(sys.executable).anchor,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise KnownError(
                "evidence_unreadable",
                "The part of Touchstone that shows evidence could not be started.",
                "Close other programs and try again.",
                details=repr(error),
            ) from error
        self._late = False

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        return self._process.poll() is None

    def ask(
        self, question: dict[str, Any], source: ByteSource | None, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        """Puts one question and serves the child's reads from ``source`` until it answers.

        Raises ``KnownError``: what the child refuses, ``evidence_too_slow`` after ``seconds``, and
        ``evidence_unreadable`` when it dies; after the latter two the child is gone. What ``source`` raises
        ends the child too and goes through.
        """
        watch = threading.Timer(seconds, self._give_up)
        watch.daemon = True
        watch.start()
        try:
            words, data = self._talk({**question, "seconds": seconds}, source)
        except BrokenPipesError as error:
            self.end()
            details = f"{question['do']}: {error}; exit status {self._process.returncode}"
            raise refusal("evidence_too_slow" if self._late else "evidence_unreadable", details) from error
        except BaseException:
            self.end()
            raise
        finally:
            watch.cancel()
        if "failed" in words:
            raise refusal(str(words["failed"]), str(words.get("details", ""))[:2_000])
        done = words.get("done")
        if not isinstance(done, dict):
            self.end()
            raise refusal("evidence_unreadable", "an answer without its answer")
        return done, data

    def kill(self) -> None:
        """Stops the child at once, whatever it does; ``end`` is still to be called."""
        self._process.kill()

    def end(self) -> None:
        """Stops the child and clears up after it; harmless when called again."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _talk(self, question: dict[str, Any], source: ByteSource | None) -> tuple[dict[str, Any], bytes]:
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        assert pipe_in is not None
        assert pipe_out is not None
        send(pipe_in.write, question)
        while True:
            words, data = receive(pipe_out.read)
            if "bytes" not in words:
                return words, data
            offset, length = _wanted(words["bytes"])
            send(pipe_in.write, {}, b"" if source is None else source.read_at(offset, length))

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()


def _wanted(place: object) -> tuple[int, int]:
    if isinstance(place, list) and len(place) == 2:
        offset, length = place
        if (
            isinstance(offset, int)
            and isinstance(length, int)
            and 0 <= offset < 1 << 62
            and 0 < length <= LONGEST_PIECE
        ):
            return offset, length
    raise BrokenPipesError(f"asked for {place!r}"[:200])
