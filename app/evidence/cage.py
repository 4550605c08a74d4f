"""Evidence shown safely: every file is parsed in a child process of its own and arrives as pixels and words.

The parent decrypts and holds the keys; the child has neither keys nor network nor disk and asks for byte ranges over
a pipe, so that no decrypted byte touches the disk. A hostile file costs a message, never the window.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from app.domain.errors import KnownError
from app.evidence.cage_process import ChildProcess, refusal
from app.evidence.inspect import Inspection
from app.evidence.kinds import HEAD, can_show, kind_of
from app.evidence.looking import look_in_child
from app.evidence.sources import ByteSource
from app.evidence.viewer import LONGEST_SIDE, MOST_PIXELS

_KINDS = ("pages", "image", "text")
_MOST_PAGES = 100_000
_LONGEST_PAGE = 1e7


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A drawn page: rows from the top, each pixel the four bytes blue, green, red, 255 (Qt: ``Format_RGB32``).

    stride: bytes from one row to the next. scale: pixels per point really used, smaller than asked where the bitmap
    would have been too large.
    """

    width: int
    height: int
    stride: int
    data: bytes
    scale: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a searched text stands: boxes (left, top, right, bottom) in points from the page's top left."""

    page: int
    rects: tuple[tuple[float, float, float, float], ...]


class Document:
    """One opened file. Any thread may call; calls wait for one another, but ``close`` waits for nobody.

    Every call may raise ``KnownError``: ``evidence_unreadable``, ``evidence_page_unreadable``, ``evidence_too_slow``,
    ``evidence_too_large``, ``evidence_closed``, and what the source raises. After a crash or a time-out the next call
    begins with a fresh child, so that one hostile page costs only itself.

    kind: "pages", "image" (one page) or "text" (no pages).
    page_sizes: width and height of each page in points, as shown.
    remark: a plain sentence when not everything is shown ("Only the first 5 MB …"), else empty.
    """

    def __init__(self, cage: Cage, source: ByteSource, name: str) -> None:
        """Opened by ``Cage.open``."""
        self._cage = cage
        self._source = source
        self._name = name
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._child: ChildProcess | None = None
        with self._lock:
            opened = self._start()
            try:
                self.kind: str = _one_of(opened.get("kind"), _KINDS)
                self.page_sizes: tuple[tuple[float, float], ...] = _sizes(opened.get("sizes"))
                self.remark: str = _words(opened.get("remark"))
            except KnownError:
                self._end_child()
                raise

    @property
    def page_count(self) -> int:
        """How many pages there are: 1 for a picture, 0 for text."""
        return len(self.page_sizes)

    def render(self, page: int, scale: float) -> Bitmap:
        """Draws a page (from 0) at ``scale`` pixels per point; larger than 24 million pixels is drawn smaller."""
        if not math.isfinite(scale) or scale <= 0:
            raise ValueError(f"not a scale: {scale}")
        done, data = self._ask({"do": "render", "page": page, "scale": scale})
        width = _whole(done.get("width"), 1, LONGEST_SIDE + 1)
        height = _whole(done.get("height"), 1, LONGEST_SIDE + 1)
        if len(data) != width * height * 4 or width * height > MOST_PIXELS * 2:
            raise refusal("evidence_unreadable", f"{width} × {height} in {len(data)} bytes")
        return Bitmap(width, height, width * 4, data, _length(done.get("scale")))

    def text(self) -> str:
        """The whole text of a document of kind "text" (lines end in ``\\n``); of a picture, nothing."""
        return self._ask({"do": "text"})[1].decode("utf-8", "replace")

    def page_text(self, page: int) -> str:
        """The words of a page (from 0)."""
        return self._ask({"do": "page_text", "page": page})[1].decode("utf-8", "replace")

    def find(self, needle: str) -> list[Hit]:
        """Where ``needle`` stands in the pages, in any case, in page order; at most 2,000 places."""
        hits = self._ask({"do": "find", "needle": needle})[0].get("hits")
        try:
            return [
                Hit(_whole(page, 0, self.page_count), tuple(_box(box) for box in boxes))
                for page, boxes in hits or []
            ]
        except (TypeError, ValueError) as error:
            raise refusal("evidence_unreadable", repr(error)) from error

    def close(self) -> None:
        """Ends the child, even in the middle of a call, which then raises ``evidence_closed``."""
        self._closed.set()
        child = self._child
        if child is not None:
            child.kill()
        with self._lock:
            self._end_child()
            _close(self._source)
        self._cage._forget(self)

    def _ask(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            if self._closed.is_set():
                raise refusal("evidence_closed")
            if self._child is None or not self._child.alive:
                self._end_child()
                self._start()
            return self._ask_child(question)

    def _start(self) -> dict[str, Any]:
        self._child = self._cage._take_child()
        try:
            return self._ask_child({"do": "open", "name": self._name, "size": self._source.size})[0]
        except BaseException:
            self._end_child()
            raise

    def _ask_child(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        assert self._child is not None
        try:
            return self._child.ask(question, self._source, self._cage.seconds)
        except Exception as error:
            if self._closed.is_set():
                raise refusal("evidence_closed") from error
            raise

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def __enter__(self) -> Document:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Cage:
    """Opens evidence in child processes and keeps one spare child ready, so that opening is quick.

    seconds: how long one answer may take before the child is stopped. start: what starts a child.
    Nothing is started before ``warm`` or the first use; ``close`` (or leaving the context) ends every child.
    """

    def __init__(self, *, seconds: float = 20, start: Callable[[], ChildProcess] = ChildProcess) -> None:
        self.seconds = seconds
        self._start = start
        self._lock = threading.Lock()
        self._spare: ChildProcess | None = None
        self._documents: set[Document] = set()
        self._closed = False

    def warm(self) -> None:
        """Starts the spare child if there is none; returns at once."""
        with self._lock:
            if self._spare is None and not self._closed:
                self._spare = self._start()

    def open(self, source: ByteSource, name: str) -> Document:
        """Opens a PDF, a picture or a text and takes ``source`` over.

        A source with a ``close`` is closed with the document, and when it cannot be opened.

        Raises ``KnownError``: ``evidence_not_shown`` for every other kind (see ``can_show``),
        ``evidence_encrypted``, ``evidence_unreadable``, ``evidence_too_slow``, ``evidence_too_large``, and what the
        source raises.
        """
        try:
            if not can_show(kind_of(source.read_at(0, HEAD), name)):
                raise refusal("evidence_not_shown", name)
            try:
                document = Document(self, source, name)
            finally:
                self.warm()
        except BaseException:
            _close(source)
            raise
        with self._lock:
            self._documents.add(document)
            closed = self._closed
        if closed:
            document.close()
            raise refusal("evidence_closed")
        return document

    def inspect(self, source: ByteSource, name: str) -> Inspection:
        """What the file is and what is off about it (``app.evidence.inspect``), found out in a child process.

        Raises only what the source raises, and ``evidence_closed``.
        """
        child = self._take_child()
        try:
            return look_in_child(child, source, name, self.seconds)
        finally:
            child.end()
            self.warm()

    def close(self) -> None:
        """Ends every child, the open documents' too; nothing can be opened afterwards."""
        with self._lock:
            self._closed = True
            spare, self._spare = self._spare, None
            documents = list(self._documents)
        if spare is not None:
            spare.end()
        for document in documents:
            document.close()

    def _take_child(self) -> ChildProcess:
        with self._lock:
            if self._closed:
                raise refusal("evidence_closed")
            spare, self._spare = self._spare, None
        if spare is not None:
            if spare.alive:
                return spare
            spare.end()
        return self._start()

    def _forget(self, document: Document) -> None:
        with self._lock:
            self._documents.discard(document)

    def __enter__(self) -> Cage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _close(source: ByteSource) -> None:
    close = getattr(source, "close", None)
    if close is not None:
        close()


def _one_of(value: object, known: tuple[str, ...]) -> str:
    if value not in known:
        raise refusal("evidence_unreadable", f"{value!r} is none of {known}"[:200])
    return str(value)


def _words(value: object) -> str:
    return value[:500] if isinstance(value, str) else ""


def _whole(value: object, least: int, below: int) -> int:
    if not isinstance(value, int) or not least <= value < below:
        raise refusal("evidence_unreadable", f"{value!r} is out of bounds"[:200])
    return value


def _length(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > _LONGEST_PAGE:
        raise refusal("evidence_unreadable", f"{value!r} is not a length"[:200])
    return float(value)


def _sizes(value: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list) or len(value) > _MOST_PAGES:
        raise refusal("evidence_unreadable", "no sizes of pages")
    if not all(isinstance(size, list) and len(size) == 2 for size in value):
        raise refusal("evidence_unreadable", "sizes of pages without two sides")
    return tuple((max(1.0, _length(width)), max(1.0, _length(height))) for width, height in value)


def _box(value: Any) -> tuple[float, float, float, float]:
    left, top, right, bottom = value
    return _length(left), _length(top), _length(right), _length(bottom)
