"""Opens a document off the GUI thread, and lets go of it when nobody looks at it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.domain.errors import KnownError
from app.views.evidence.source import Document
from app.views.tasks import run_task


class OneDocument(QObject):
    """Holds at most one open document. A result that comes after the person went on is closed unseen.

    opened(document, text): ``text`` is None for what has pages. failed(KnownError).
    """

    opened = Signal(object, object)
    failed = Signal(object)

    def __init__(self, parent: QObject, lane: str = "evidence") -> None:
        super().__init__(parent)
        self._lane = lane
        self._left = threading.Event()
        self._document: Document | None = None

    @property
    def document(self) -> Document | None:
        return self._document

    def open(self, how: Callable[[], Document]) -> None:
        """Open another document; the former one is let go as soon as this one is there, or has failed."""
        self._left.set()
        left = self._left = threading.Event()

        def work() -> tuple[Document, str | None] | None:
            if left.is_set():
                return None
            document = how()
            if left.is_set():
                document.close()
                return None
            try:
                return document, document.text() if document.kind == "text" else None
            except KnownError:
                document.close()
                raise

        def then(result: tuple[Document, str | None] | None) -> None:
            if result is None:
                return
            document, text = result
            if left.is_set():
                self._close(document)
                return
            former, self._document = self._document, document
            self.opened.emit(document, text)
            self._close(former)

        def failed(error: KnownError) -> None:
            if not left.is_set():
                former, self._document = self._document, None
                self.failed.emit(error)
                self._close(former)

        run_task(self, work, then, failed, lane=self._lane)

    def leave(self) -> None:
        """Let go of what is open; what is being opened is closed unseen."""
        self._left.set()
        former, self._document = self._document, None
        self._close(former)

    def _close(self, document: Document | None) -> None:
        # Not on the lane of the documents: closing ends a call that hangs there.
        if document is not None:
            run_task(self, document.close, lambda _: None, lambda _: None)
