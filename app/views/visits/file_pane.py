"""A photo or file of a review, shown in the place of the measure until one goes back to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.views.evidence.files import FileRow
from app.views.evidence.handing import open_with_system
from app.views.evidence.viewer import EvidenceView
from app.views.parts import button
from app.views.style import spacing
from app.views.visits.fetching import FetchingFiles
from app.views.words import Elided
from app.workspace.snapshots import EvidenceItem, HandedOver

if TYPE_CHECKING:
    from app.views.evidence.source import Document
    from app.workspace.desk import Desk


class _Files:
    """The files of reviews, opened as the viewer opens files."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, review_id: str, file_id: str, /, *, agreed: bool = False) -> Document:
        return self._desk.visits.open_file(review_id, file_id, agreed=agreed)

    def hand_over(self, review_id: str, file_id: str, /) -> HandedOver:
        return self._desk.visits.hand_over(review_id, file_id)

    def handed_over(self) -> tuple[HandedOver, ...]:
        return self._desk.evidence.handed_over()

    def purge(self) -> tuple[str, ...]:
        return self._desk.evidence.purge()


class _FilesDesk:
    def __init__(self, desk: Desk) -> None:
        self._files = _Files(desk)

    @property
    def evidence(self) -> _Files:
        return self._files


class FilePane(QWidget):
    """One file. closed: back to the measure. told, refused: as of a screen. fetched(review): files have come."""

    closed = Signal()
    told = Signal(str)
    refused = Signal(object)
    fetched = Signal(str)

    def __init__(self, desk: Desk, opener: Callable[[str], bool] = open_with_system) -> None:
        super().__init__()
        self._review_id = ""
        self.view = EvidenceView(_FilesDesk(desk), opener)
        self.view.setObjectName("visitFile")
        self.fetching = FetchingFiles(self, desk.visits)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QFrame()
        bar.setProperty("role", "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(spacing.SNUG, spacing.TIGHT, spacing.SNUG, spacing.TIGHT)
        row.setSpacing(spacing.SNUG)
        self.back = button(self.tr("Back to the measure"), self.closed.emit, icon="left", name="closeFile")
        self.back.setAutoDefault(True)
        self._name = Elided("", "strong", middle=True)
        row.addWidget(self.back)
        row.addWidget(self._name, 1)
        column.addWidget(bar)
        column.addWidget(self.view, 1)
        self.view.told.connect(self.told)
        self.view.refused.connect(self.refused)
        self.view.fetch_wanted.connect(lambda: self.fetching.fetch(self._review_id))
        self.view.stop_wanted.connect(self.fetching.stop)
        self.fetching.progressed.connect(self.view.absent.show_progress)
        self.fetching.ended.connect(self._fetched)

    @property
    def file_id(self) -> str:
        """The file that is shown, or empty."""
        return self.view.item.evidence.id if self.view.item is not None else ""

    def show_file(self, review_id: str, item: EvidenceItem) -> None:
        """Show it; what cannot be shown here is handed over after a question, and what is not here can be fetched."""
        self._review_id = review_id
        self._name.say(item.evidence.name)
        self.view.show_row(review_id, FileRow(item.evidence.kind, item))
        if self.fetching.busy:
            self.view.absent.show_progress(None)
        else:
            self.view.absent.show_rest()

    def clear(self) -> None:
        self.view.show_nothing()

    def _fetched(self, review_id: str, trouble: str) -> None:
        self.view.absent.show_rest(trouble)
        self.fetched.emit(review_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
