"""How a report leaves the program: as a PDF file, or on paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.errors import KnownError
from app.views.evidence.source import Document
from app.views.report.printing import AskPrinter, Printing
from app.views.tasks import run_task

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

AskPath = Callable[[QWidget, str, Callable[[Path], None]], None]
"""Asks where to write a file of the proposed name, and calls back with the path; silent on cancel."""


def ask_path(parent: QWidget, name: str, then: Callable[[Path], None]) -> None:
    """The system's own dialog for saving. PDF is the only format (M-74)."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    dialog = QFileDialog(parent, "", str(Path(folder) / name), "PDF (*.pdf)")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("pdf")
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda path: then(Path(path)))
    dialog.open()


class OpensPdf(Protocol):
    """Shows a PDF of our own. Slow."""

    def open_pdf(self, data: bytes, name: str) -> Document: ...


class ReportsHere(Protocol):
    """Where the reports come from, by the id of what they are about; all calls are slow."""

    @property
    def evidence(self) -> OpensPdf: ...
    def report_pdf(self, request_id: str, /) -> bytes | None: ...
    def preview_report(self, request_id: str, /) -> bytes: ...
    def export_report(self, request_id: str, path: Path, /) -> Path: ...


class Leaving(QObject):
    """Exports and prints. told(str), refused(KnownError): as of a screen.

    busy(words, done, total): printing is under way; empty words when it is over.
    """

    told = Signal(str)
    refused = Signal(object)
    busy = Signal(str, int, int)

    def __init__(
        self, parent: QWidget, desk: ReportsHere, ask_path: AskPath, ask_printer: AskPrinter
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._desk = desk
        self._ask_path = ask_path
        self._ask_printer = ask_printer
        self._printing: Printing | None = None

    def file_name(self, number: str) -> str:
        """What the file is called unless the person says otherwise."""
        return self.tr("Moderation report {number}").format(number=number) + ".pdf"

    def export(self, request_id: str, number: str) -> None:
        """Ask where, then write."""
        self._ask_path(self._window, self.file_name(number), lambda path: self.export_to(request_id, path))

    def export_to(self, request_id: str, path: Path, then: Callable[[Path], None] | None = None) -> None:
        """Write the report there, in the background; ``then`` is called when it is done."""
        desk = self._desk

        def written(result: Path) -> None:
            self.told.emit(self.tr("Exported to {path}").format(path=result))
            if then is not None:
                then(result)

        run_task(self, lambda: desk.export_report(request_id, path), written, self.refused.emit)

    def print(self, request_id: str, number: str, *, fixed: bool) -> None:
        """Ask for a printer, then print. fixed: the bytes that were signed off, not a draft."""
        if self._printing is not None:
            self.told.emit(self.tr("The report is being printed already."))
            return
        desk, name = self._desk, self.file_name(number)

        def open_report() -> Document:
            data = desk.report_pdf(request_id) if fixed else None
            return desk.evidence.open_pdf(data or desk.preview_report(request_id), name)

        def begin(printer: QPrinter) -> None:
            printer.setDocName(name)
            printing = self._printing = Printing(self, open_report, printer)
            printing.paged.connect(self._paged)
            printing.done.connect(lambda: self._ended(self.tr("The report went to the printer.")))
            printing.failed.connect(self._failed)
            self.busy.emit(self.tr("Printing…"), 0, 0)
            printing.start()

        self._ask_printer(self._window, begin)

    def stop(self) -> None:
        """Print no further page."""
        if self._printing is not None:
            self._printing.stop()

    def _paged(self, done: int, total: int) -> None:
        self.busy.emit(self.tr("Printing page {done} of {total}").format(done=done, total=total), done, total)

    def _failed(self, error: KnownError) -> None:
        self._ended("")
        self.refused.emit(error)

    def _ended(self, says: str) -> None:
        self.busy.emit("", 0, 0)
        if self._printing is not None:
            self._printing.deleteLater()
            self._printing = None
        if says:
            self.told.emit(says)
