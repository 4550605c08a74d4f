"""The evidence child process: parses what nobody vouches for, with nothing at hand that is worth taking.

Started by ``app.evidence.cage_process`` with two pipes. It holds no key, no path and no network; it asks for the
parts of a file it needs and answers with sizes, pixels and words. It ends when its parent goes away.
"""

from __future__ import annotations

import os
import sys
from collections import OrderedDict
from dataclasses import asdict, replace
from typing import Any

from app.evidence.confine import confine, renew_time
from app.evidence.kinds import HEAD, FileKind, kind_of
from app.evidence.pipe import LONGEST_PIECE, BrokenPipesError, Read, Write, receive, send
from app.evidence.sources import ByteSource
from app.evidence.viewer import RefusalError, Viewer

BLOCK = 128 << 10
_KEPT_BLOCKS = 64


class RemoteSource:
    """A file that lies with the parent process, fetched over the pipe in blocks and kept for a while."""

    def __init__(self, size: int, read: Read, write: Write) -> None:
        self.size = size
        self._read = read
        self._write = write
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``. The parent's going away ends this process."""
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        first, last = offset // BLOCK, (end - 1) // BLOCK
        if last - first >= _KEPT_BLOCKS // 2:
            return self._fetch(offset, end - offset)
        wanted = range(first, last + 1)
        missing = [index for index in wanted if index not in self._blocks]
        if missing:
            start = missing[0] * BLOCK
            # A second read in a row is likely to go on: fetch twice as far when the file is read in order.
            further = 2 if missing[0] - 1 in self._blocks else 1
            piece = self._fetch(start, min((missing[-1] + further) * BLOCK, self.size) - start)
            for at in range(0, len(piece), BLOCK):
                self._blocks[missing[0] + at // BLOCK] = piece[at : at + BLOCK]
        for index in wanted:
            self._blocks.move_to_end(index)
        data = b"".join(self._blocks[index] for index in wanted)
        while len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        return data[offset - first * BLOCK : end - first * BLOCK]

    def _fetch(self, offset: int, length: int) -> bytes:
        pieces = []
        while length > 0:
            send(self._write, {"bytes": [offset, min(length, LONGEST_PIECE)]})
            _, piece = receive(self._read)
            if not piece:
                break
            pieces.append(piece)
            offset += len(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class Child:
    """Answers the parent's questions, one at a time, until it goes away."""

    def __init__(self, read: Read, write: Write) -> None:
        self._read = read
        self._write = write
        self._viewer: Viewer | None = None

    def serve(self) -> None:
        """Returns when the parent has gone."""
        while True:
            try:
                question, _ = receive(self._read)
                renew_time(float(question["seconds"]))
                send(self._write, *self._answer(question))
            except BrokenPipesError:
                return

    def _answer(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        try:
            done, data = getattr(self, f"_{question['do']}")(question)
        except RefusalError as refusal:
            return {"failed": refusal.code, "details": refusal.details}, b""
        except MemoryError:
            return {"failed": "evidence_too_large", "details": "out of memory"}, b""
        except BrokenPipesError:
            raise
        except Exception as error:  # parsers of hostile files may raise anything; the parent has words for it
            return {"failed": "evidence_unreadable", "details": repr(error)[:2_000]}, b""
        return {"done": done}, data

    def _open(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        self._viewer = open_viewer(self._source(question), str(question["name"]))
        return asdict(self._viewer.opened), b""

    def _inspect(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        from app.evidence.inspect import inspect
        from app.evidence.looking import MOST_ENTRIES

        found = inspect(self._source(question), str(question["name"]))
        return asdict(replace(found, entries=found.entries[:MOST_ENTRIES])), b""

    def _try_walls(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        from app.evidence.trying import try_walls

        return dict(try_walls(int(question["port"]), str(question["path"]))), b""

    def _render(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        drawn = self._shown().render(int(question["page"]), float(question["scale"]))
        return {"width": drawn.width, "height": drawn.height, "scale": drawn.scale}, drawn.pixels

    def _page_text(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        return {}, self._shown().page_text(int(question["page"])).encode("utf-8", "replace")

    def _text(self, _: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        return {}, self._shown().text().encode("utf-8", "replace")

    def _find(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        return {"hits": self._shown().find(str(question["needle"]))}, b""

    def _source(self, question: dict[str, Any]) -> ByteSource:
        return RemoteSource(int(question["size"]), self._read, self._write)

    def _shown(self) -> Viewer:
        if self._viewer is None:
            raise RefusalError("evidence_unreadable", "nothing is open")
        return self._viewer


def open_viewer(source: ByteSource, name: str) -> Viewer:
    """The viewer for a file of this kind, its libraries loaded only now. Raises ``RefusalError``."""
    kind = kind_of(source.read_at(0, HEAD), name)
    if kind is FileKind.PDF:
        from app.evidence.pages import Pages

        return Pages(source)
    if kind is FileKind.IMAGE:
        from app.evidence.pictures import Picture

        return Picture(source)
    if kind is FileKind.TEXT:
        from app.evidence.texts import Text

        return Text(source)
    raise RefusalError("evidence_not_shown", kind)


def main() -> None:
    """Puts up the walls, then answers until the parent goes away."""
    answers = os.dup(1)
    questions = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    # Whatever a library prints must not fall between two frames.
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    if sys.platform == "win32":
        import msvcrt

        for handle in (answers, questions):
            msvcrt.setmode(handle, os.O_BINARY)
    confine()
    Child(lambda length: os.read(questions, length), lambda data: os.write(answers, data)).serve()


if __name__ == "__main__":
    main()
