"""The report of a visit: what is missing and the sign-off on the left, the live report on the right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from app.domain.errors import KnownError
from app.views.evidence.source import Document
from app.views.pages import recall_widths
from app.views.report.leaving import AskPath, Leaving, OpensPdf
from app.views.report.preview import ReportPreview
from app.views.report.printing import AskPrinter
from app.views.tasks import run_task
from app.views.visits.former import SignOff
from app.views.visits.forms import Forms
from app.views.visits.report_side import VisitReportSide
from app.workspace.snapshots import Changes
from app.workspace.visits.snapshots import VisitSheet

if TYPE_CHECKING:
    from app.workspace.desk import Desk

LEFT, RIGHT = 400, 880
"""How the width is divided at first, in device-independent pixels."""


class _VisitReports:
    """The reports of visits, as exporting and printing know reports."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def evidence(self) -> OpensPdf:
        return self._desk.evidence

    def report_pdf(self, review_id: str, /) -> bytes | None:
        return self._desk.visits.report_pdf(review_id)

    def preview_report(self, review_id: str, /) -> bytes:
        return self._desk.visits.preview_report(review_id)

    def export_report(self, review_id: str, path: Path, /) -> Path:
        return self._desk.visits.export_report(review_id, path)


class _VisitLeaving(Leaving):
    def file_name(self, number: str) -> str:
        return self.tr("Visit report {number}").format(number=number) + ".pdf"


class ReportPage(QWidget):
    """told, refused: as of a screen. recorded(Changes): the report was signed off, or taken back.

    missing_wanted(Missing): the person wants to go where it is mended.
    """

    told = Signal(str, str)
    refused = Signal(object)
    recorded = Signal(object)
    missing_wanted = Signal(object)

    def __init__(
        self, desk: Desk, forms: Forms, sign_off: SignOff, ask_path: AskPath, ask_printer: AskPrinter
    ) -> None:
        super().__init__()
        self.setObjectName("visitReport")
        self._desk = desk
        self._forms = forms
        self.sheet: VisitSheet | None = None
        self._shown_as: tuple[object, ...] = ()
        self._busy = False
        self._dirty = False
        self.side = VisitReportSide(forms, sign_off)
        self.preview = ReportPreview()
        self.preview.pages.setObjectName("visitReportPreview")
        self.leaving = _VisitLeaving(self, _VisitReports(desk), ask_path, ask_printer)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.side)
        self.splitter.addWidget(self.preview)
        self.splitter.setCollapsible(0, False)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([LEFT, RIGHT])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.splitter)
        side = self.side
        side.submit_wanted.connect(self.submit)
        side.export_wanted.connect(self.export)
        side.print_wanted.connect(self.print)
        side.take_back_wanted.connect(self.take_back)
        side.missing.wanted.connect(self.missing_wanted)
        side.busy.cancelled.connect(self.leaving.stop)
        self.leaving.told.connect(lambda says: self.told.emit(says, ""))
        self.leaving.refused.connect(self.refused)
        self.leaving.busy.connect(side.say_busy)

    def forget(self) -> None:
        """Another review is coming."""
        self.sheet, self._shown_as = None, ()
        self.preview.clear(self.tr("Drawing the report…"))
        self.side.complaint.clear()

    def show_sheet(self, sheet: VisitSheet) -> None:
        """How the report stands; it is drawn when somebody looks at it."""
        self.sheet = sheet
        self.side.show_sheet(sheet)
        self._dirty = True
        if self.isVisible():
            self.entered()

    def entered(self) -> None:
        """The page is in front: what is drawn must be what stands."""
        if self.sheet is not None and self._dirty:
            self._dirty = False
            self._draw(self.sheet)

    def _draw(self, sheet: VisitSheet) -> None:
        report, review_id, desk = sheet.report, sheet.review.id, self._desk
        name = self.leaving.file_name(sheet.review.number)
        if report.submitted or (report.issued and (report.closed or not sheet.may.review)):
            # Bytes that were signed off are shown as they are, and drawn again only if they are others.
            shown_as = ("fixed", report.submitted, tuple(issued.id for issued in report.issued))
            if shown_as == self._shown_as:
                return
            self._shown_as = shown_as

            def fixed() -> Document:
                data = desk.visits.report_pdf(review_id)
                if data is None:
                    raise KnownError(
                        "report_not_here",
                        self.tr("This report was issued on another computer and is not kept on this one."),
                        self.tr("Connect to the service once, and it is fetched."),
                    )
                return desk.evidence.open_pdf(data, name)

            self.preview.show_with(fixed)
            return
        self._shown_as = ("draft",)
        self.preview.show_with(lambda: desk.evidence.open_pdf(desk.visits.preview_report(review_id), name))

    # -- signing off, taking back, leaving ------------------------------------------------------------------------

    def submit(self) -> None:
        """Sign the report off: it goes to the outbox and can be taken back until it is sent."""
        sheet = self.sheet
        if sheet is None or self._busy or not self.side.can_submit or not self._forms.keeper.save_now():
            return
        self._set_busy(True)
        self.side.complaint.clear()
        form, visits = self.side.form, self._desk.visits
        summary = form.summary.text
        changes = form.changes.text if sheet.report.next_version > 1 else ""

        def refused(error: KnownError) -> None:
            self._set_busy(False)
            self.side.complaint.say(error)
            if error.code == "changes_missing":
                form.changes.setFocus()

        run_task(self, lambda: visits.submit_report(sheet.review.id, summary, changes), self._signed, refused)

    def _signed(self, changes: Changes) -> None:
        self._set_busy(False)
        self._forms.put_kept(self.side.form)
        self._took(changes)

    def take_back(self) -> None:
        """Take a report back that was not sent yet."""
        if self.sheet is None or not self.sheet.report.submitted or self._busy:
            return
        try:
            changes = self._desk.visits.take_back(self.sheet.report.submitted)
        except KnownError as error:
            self.side.complaint.say(error)
            return
        self._forms.put_kept(self.side.form)
        self._took(changes)

    def _took(self, changes: Changes) -> None:
        self.recorded.emit(changes)
        self.told.emit(changes.said, changes.undo)
        if self.isVisible():
            self.side.focus_first()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.side.set_busy(busy)

    def export(self) -> None:
        """Ask where, and write the PDF there."""
        if self.sheet is not None and self._forms.keeper.save_now():
            self.leaving.export(self.sheet.review.id, self.sheet.review.number)

    def print(self) -> None:
        """Ask for a printer, and print the report."""
        if self.sheet is not None and self._forms.keeper.save_now():
            fixed = self._shown_as[:1] == ("fixed",)
            self.leaving.print(self.sheet.review.id, self.sheet.review.number, fixed=fixed)

    def summary_typed(self) -> None:
        """The summary was saved: the report on the right follows."""
        self._dirty = True
        if self.isVisible():
            self.entered()

    def memory(self) -> dict[str, Any]:
        return {"panes": self.splitter.sizes(), "place": self.preview.memory()}

    def recall(self, memory: dict[str, Any]) -> None:
        recall_widths(self.splitter, memory.get("panes"))
        place = memory.get("place")
        if isinstance(place, dict):
            self.preview.recall(place)
