"""Searches the document on screen: pages in the cage, text where it is laid out; walks through the hits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.domain.errors import KnownError
from app.views.evidence.find_bar import FindBar
from app.views.evidence.pages import PageView
from app.views.evidence.source import Document, Hit
from app.views.evidence.text import TextView
from app.views.tasks import Task, run_task


class Searching(QObject):
    """Brings the bar, the document and what shows it together."""

    def __init__(self, parent: QWidget, bar: FindBar, pages: PageView, text: TextView) -> None:
        super().__init__(parent)
        self._bar, self._pages, self._text = bar, pages, text
        self._document: Document | None = None
        self._hits: Sequence[Hit] = ()
        self._count = 0
        self._chosen = -1
        self._task: Task | None = None
        bar.asked.connect(self._ask)
        bar.stepped.connect(self._step)
        bar.closed.connect(self._close_and_return)

    def open(self, document: Document) -> None:
        """Show the bar for this document; a former search is done again."""
        anew = document is not self._document
        self._document = document
        self._bar.open()
        if anew and self._bar.field.text():
            self._ask(self._bar.field.text())

    def close(self) -> None:
        """Take bar and marks away."""
        self._drop_task()
        if self._document is not None:
            self._pages.show_found(())
            self._text.find_all("")
        self._document = None
        self._hits, self._count, self._chosen = (), 0, -1
        self._bar.hide()

    def _close_and_return(self) -> None:
        shown: QWidget = self._text if self._is_text() else self._pages
        self.close()
        shown.setFocus()

    def _is_text(self) -> bool:
        return self._document is not None and self._document.kind == "text"

    def _ask(self, needle: str) -> None:
        self._drop_task()
        document = self._document
        if document is None:
            return
        if self._is_text():
            self._found(self._text.find_all(needle))
        elif not needle.strip():
            self._take_hits(())
        else:
            self._bar.say_searching()
            self._task = run_task(
                self, lambda: document.find(needle), self._take_hits, self._could_not, lane="evidence"
            )

    def _take_hits(self, hits: Sequence[Hit]) -> None:
        self._task = None
        self._hits = hits
        # The first hit from where one is reading, not from the beginning of the document.
        here = self._pages.page - 1
        first = next((number for number, hit in enumerate(hits) if hit.page >= here), 0)
        self._found(len(hits), first)

    def _could_not(self, _error: KnownError) -> None:
        self._task = None
        self._found(0)

    def _found(self, count: int, first: int = 0) -> None:
        self._count = count
        self._choose(first if count else -1)

    def _step(self, direction: int) -> None:
        if self._count:
            self._choose((self._chosen + direction) % self._count)

    def _choose(self, chosen: int) -> None:
        self._chosen = chosen
        if self._is_text():
            self._text.mark(chosen)
        else:
            self._pages.show_found(tuple(self._hits), chosen)
        self._bar.say_count(chosen, self._count)

    def _drop_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
