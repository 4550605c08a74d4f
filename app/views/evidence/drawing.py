"""Draws pages off the GUI thread, one at a time and the most wanted first, and keeps what was drawn last."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.domain.errors import KnownError
from app.views.evidence.source import Pages, picture_of
from app.views.tasks import Task, run_task

KEPT_BYTES = 160_000_000
"""How much of what was drawn is kept."""


class DrawnPages(QObject):
    """Pictures of the pages of one document. changed: a page was drawn, or could not be."""

    changed = Signal()

    def __init__(self, parent: QObject, lane: str) -> None:
        super().__init__(parent)
        self._lane = lane
        self._document: Pages | None = None
        self._drawn: dict[int, tuple[QImage, float]] = {}
        self._broken: dict[int, str] = {}
        self._task: Task | None = None
        self._wanted: tuple[int, ...] = ()
        self._scale = 1.0

    def take(self, document: Pages | None, *, keep_pictures: bool = False) -> None:
        """Another document, or none. keep_pictures: show the old ones until the new ones are drawn."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._document = document
        self._broken.clear()
        self._wanted = ()
        old = self._drawn if keep_pictures else {}
        self._drawn = {page: (image, 0.0) for page, (image, _) in old.items()}

    def want(self, pages: Sequence[int], scale: float) -> None:
        """These pages are looked at or will be soon, the most wanted first. scale: pixels per point."""
        self._wanted, self._scale = tuple(pages), scale
        self._draw_next()

    def picture(self, page: int) -> QImage | None:
        """The newest picture of a page, perhaps drawn for another size."""
        return self._drawn[page][0] if page in self._drawn else None

    def trouble(self, page: int) -> str:
        """Why a page cannot be drawn; empty when it can."""
        return self._broken.get(page, "")

    def is_done(self, page: int) -> bool:
        """Whether a page is drawn for the size it is wanted in, or is told as broken."""
        if page in self._broken:
            return True
        return page in self._drawn and isclose(self._drawn[page][1], self._scale, rel_tol=1e-4)

    def _draw_next(self) -> None:
        if self._document is None or self._task is not None:
            return
        page = next((page for page in self._wanted if not self.is_done(page)), None)
        if page is None:
            return
        document, scale = self._document, self._scale

        def draw() -> QImage:
            return picture_of(document.render(page, scale))

        def drawn(image: QImage) -> None:
            self._task = None
            self._drawn[page] = (image, scale)
            self._forget_far_pages(page)
            self.changed.emit()
            self._draw_next()

        def failed(error: KnownError) -> None:
            self._task = None
            self._broken[page] = error.says
            self.changed.emit()
            self._draw_next()

        self._task = run_task(self, draw, drawn, failed, lane=self._lane)

    def _forget_far_pages(self, here: int) -> None:
        middle = self._wanted[0] if self._wanted else here
        kept = 0
        for page in sorted(self._drawn, key=lambda page: abs(page - middle)):
            kept += self._drawn[page][0].sizeInBytes()
            if kept > KEPT_BYTES and page != here and page not in self._wanted:
                del self._drawn[page]
