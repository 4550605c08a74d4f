"""Prints a report page by page, drawn in the background and laid on paper here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QObject, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtWidgets import QWidget

from app.domain.errors import KnownError
from app.views.evidence.source import Document, picture_of
from app.views.tasks import run_task

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

MOST_DOTS_PER_INCH = 300
"""Finer than this nobody sees, and a page would need hundreds of megabytes."""

AskPrinter = Callable[[QWidget, Callable[["QPrinter"], None]], None]
"""Asks for a printer, and calls back with it; does not call back when the person cancels."""


def ask_printer(parent: QWidget, then: Callable[[QPrinter], None]) -> None:
    """The system's own print dialog."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = QPrintDialog(printer, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(lambda: then(printer))
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.show()


class Printing(QObject):
    """Prints one document. paged(done, total): a page was printed. done: all of them. failed(KnownError)."""

    paged = Signal(int, int)
    done = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject, open_document: Callable[[], Document], printer: QPrinter) -> None:
        """open_document: slow; the document is closed when printing ends."""
        super().__init__(parent)
        self._open = open_document
        self._printer = printer
        self._painter = QPainter()
        self._document: Document | None = None
        self._stopped = False

    def start(self) -> None:
        run_task(self, self._open, self._opened, self._fail, lane="print")

    def stop(self) -> None:
        """Print no further page."""
        self._stopped = True

    def _opened(self, document: Document) -> None:
        self._document = document
        width, height = document.page_sizes[0]
        size = QPageSize(
            QSizeF(width, height), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch
        )
        layout = QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
        layout.setMode(QPageLayout.Mode.FullPageMode)
        self._printer.setPageLayout(layout)
        if not self._painter.begin(self._printer):
            self._fail(
                KnownError(
                    "cannot_print",
                    self.tr("The printer does not take the report."),
                    self.tr("Choose another printer, or export the PDF and print that."),
                )
            )
            return
        self._draw(0)

    def _draw(self, page: int) -> None:
        document = self._document
        assert document is not None
        scale = min(self._printer.resolution(), MOST_DOTS_PER_INCH) / 72

        def draw() -> QImage:
            return picture_of(document.render(page, scale))

        run_task(self, draw, lambda image: self._print(page, image), self._fail, lane="print")

    def _print(self, page: int, image: QImage) -> None:
        assert self._document is not None
        if page:
            self._printer.newPage()
        paper = QRectF(self._printer.paperRect(self._printer.Unit.DevicePixel))
        size = QSizeF(image.size()).scaled(paper.size(), Qt.AspectRatioMode.KeepAspectRatio)
        self._painter.drawImage(QRectF(0, 0, size.width(), size.height()), image)
        total = len(self._document.page_sizes)
        self.paged.emit(page + 1, total)
        if page + 1 < total and not self._stopped:
            self._draw(page + 1)
        else:
            self._end()
            self.done.emit()

    def _fail(self, error: KnownError) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        if self._painter.isActive():
            self._painter.end()
        document, self._document = self._document, None
        if document is not None:
            run_task(self, document.close, lambda _: None, lambda _: None)
