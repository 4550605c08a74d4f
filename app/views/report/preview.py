"""The live report: drawn anew in the background whenever it changed, while place and zoom stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views.evidence.documents import OneDocument
from app.views.evidence.pages import PageView
from app.views.evidence.source import Document
from app.views.evidence.tools import ViewTools
from app.views.parts import EmptyState

PAUSE_MS = 400
"""After the last change before the report is drawn anew."""


class ReportPreview(QWidget):
    """Shows the report; where it cannot be drawn, why not. shown: a newer report is on screen."""

    shown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._draw: Callable[[], Document] | None = None
        self._has_pages = False
        self._drawing = False
        self._recalled: dict[str, Any] = {}
        self._documents = OneDocument(self, lane="report")
        self._documents.opened.connect(self._opened)
        self._documents.failed.connect(self._could_not)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.draw_now)
        self.tools = ViewTools()
        self.tools.show_for("pages", outside=False, find=False)
        self.pages = PageView(lane="report")
        self.pages.setObjectName("reportPreview")
        self.pages.setAccessibleName(self.tr("Preview of the report"))
        self._words = EmptyState("", "report")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._words)
        self._stack.addWidget(self.pages)
        column.addWidget(self._stack, 1)
        self.pages.moved.connect(self._say_page)
        self.pages.sized.connect(self._say_zoom)
        self.tools.page_wanted.connect(self.pages.go_to_page)
        self.tools.zoom_wanted.connect(self.zoom)
        self.tools.fit_wanted.connect(self.pages.set_fit)
        self.tools.turn_wanted.connect(self.pages.turn)
        self.clear(self.tr("Drawing the report…"))

    @property
    def ready(self) -> bool:
        """Whether the newest report is on screen, or words why there is none."""
        at_rest = not self._pause.isActive() and not self._drawing
        return at_rest and (self.pages.drawn or self._stack.currentWidget() is self._words)

    def show_with(self, draw: Callable[[], Document]) -> None:
        """The report changed, or another one is wanted: draw it soon.

        draw: makes the document; slow, called off the GUI thread, raises KnownError.
        """
        self._draw = draw
        self._pause.start()

    def draw_now(self) -> None:
        """Without the pause."""
        self._pause.stop()
        if self._draw is not None:
            self._drawing = True
            self._documents.open(self._draw)

    def clear(self, says: str) -> None:
        """Show words instead of a report."""
        self._pause.stop()
        self._draw = None
        self._has_pages = self._drawing = False
        self._documents.leave()
        self.pages.clear()
        self.tools.setVisible(False)
        self._words.say(says)
        self._stack.setCurrentWidget(self._words)

    def zoom(self, step: int) -> bool:
        if self._has_pages:
            self.pages.step_zoom(step)
        return self._has_pages

    def memory(self) -> dict[str, Any]:
        return self.pages.memory() if self._has_pages else self._recalled

    def recall(self, memory: dict[str, Any]) -> None:
        """Where to begin when the report is drawn."""
        self._recalled = memory

    def _opened(self, document: Document, _text: str | None) -> None:
        self._drawing = False
        if self._has_pages:
            self.pages.replace_document(document)
        else:
            self._has_pages = True
            self.tools.setVisible(True)
            self._stack.setCurrentWidget(self.pages)
            self.pages.show_document(document)
            self.pages.recall(self._recalled)
        self._say_zoom()
        self.shown.emit()

    def _could_not(self, error: KnownError) -> None:
        self.clear(f"{error.says} {error.do}".strip())

    def _say_page(self) -> None:
        self.tools.say_page(self.pages.page, self.pages.page_count)

    def _say_zoom(self) -> None:
        self.tools.say_zoom(self.pages.zoom, self.pages.fit)
        self._say_page()
