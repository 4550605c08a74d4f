"""The report screen: what is missing and the outcome on the left, the live report on the right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout

from app.domain.errors import KnownError
from app.domain.judging import Missing
from app.domain.moderation import MODERATION_OVER, Outcome
from app.views.actions import ActionRegistry
from app.views.evidence.source import Document
from app.views.moderation.keeper import Keeper
from app.views.pages import TroublePage, recall_widths
from app.views.parts import EmptyState
from app.views.report.leaving import AskPath, Leaving, ask_path
from app.views.report.preview import ReportPreview
from app.views.report.printing import AskPrinter, ask_printer
from app.views.report.side import ReportSide
from app.views.screen import Screen, Unsaved, words_would_be_lost
from app.views.tasks import run_task
from app.workspace.snapshots import Changes, ReportDesk, ReportDraft, RequestSheet

if TYPE_CHECKING:
    from app.workspace.desk import Desk

LEFT, RIGHT = 400, 880
"""How the width is divided at first, in device-independent pixels."""


class ReportScreen(Screen):
    """The report of one request. ask_path, ask_printer: how the person is asked; tests hand in their own."""

    def __init__(
        self,
        desk: Desk,
        actions: ActionRegistry,
        *,
        ask_path: AskPath = ask_path,
        ask_printer: AskPrinter = ask_printer,
    ) -> None:
        super().__init__()
        self.setObjectName("reportScreen")
        self._desk = desk
        self.request_id = ""
        self.report: ReportDesk | None = None
        self._sheet: RequestSheet | None = None
        self._reading = 0
        self._shown_as: tuple[str, ...] = ()
        self._recalled: dict[str, Any] = {}
        self._busy = False
        self._focus_when_there = False
        self.side = ReportSide()
        self.preview = ReportPreview()
        self.keeper = Keeper(self._save_draft, self)
        self.leaving = Leaving(self, desk, ask_path, ask_printer)
        self._build()
        self._wire()
        self._add_actions(actions)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.side)
        self.splitter.addWidget(self.preview)
        self.splitter.setCollapsible(0, False)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([LEFT, RIGHT])
        self._empty = EmptyState(
            self.tr("No request is open. Choose one in Work."),
            "report",
            (self.tr("Go to Work"), lambda: self.wants.emit("work", "", "")),
        )
        self._trouble = TroublePage()
        self._stack = QStackedWidget()
        for page in (self._empty, self.splitter, self._trouble):
            self._stack.addWidget(page)
        column.addWidget(self._stack)

    def _wire(self) -> None:
        side = self.side
        side.back_wanted.connect(lambda: self.wants.emit("bench", self.request_id, ""))
        side.outcome.picked.connect(self._picked)
        side.summary.edited.connect(self.keeper.touch)
        side.summary.left.connect(self.save_now)
        side.missing.wanted.connect(self._go_to)
        side.submit_wanted.connect(self.submit)
        side.export_wanted.connect(self.export)
        side.print_wanted.connect(self.print)
        side.standing.take_back_wanted.connect(self.take_back)
        self.keeper.saved.connect(self._saved)
        self.keeper.failed.connect(self.refused)
        self.leaving.told.connect(lambda says: self.told.emit(says, ""))
        self.leaving.refused.connect(self.refused)
        self.leaving.busy.connect(side.say_busy)
        side.busy.cancelled.connect(self.leaving.stop)

    def _add_actions(self, actions: ActionRegistry) -> None:
        group = self.tr("&Moderation")
        actions.add("report_submit", self.tr("Sign the report off"), self.submit, group=group, screen=self)
        actions.add("report_export", self.tr("E&xport the report as PDF…"), self.export, shortcut="Ctrl+E",
                    group=group, screen=self)  # fmt: skip
        actions.add("report_print", self.tr("&Print the report…"), self.print, shortcut="Ctrl+P", group=group,
                    screen=self)  # fmt: skip

    # Opening and reading

    def open(self, request_id: str, sample_id: str = "") -> None:
        """Open the report of a request; ``sample_id`` is of no use here. Reads off the GUI thread.

        Raises KnownError ``words_unsaved`` where that would leave words behind that could not be written.
        """
        if not self.save_now() and request_id != self.request_id:
            raise words_would_be_lost()
        if request_id != self.request_id:
            self.request_id, self.report, self._sheet = request_id, None, None
            self._shown_as = ()
            self.side.clear()
            self.preview.clear(self.tr("Drawing the report…"))
            if self._recalled.get("request") == request_id:
                self.preview.recall(self._recalled.get("place", {}))
        self._stack.setCurrentWidget(self.splitter)
        self._read()

    def apply(self, changes: Changes) -> None:
        if self.request_id and self.request_id in changes.requests:
            self._read()

    def _read(self) -> None:
        self._reading += 1
        reading, request_id, desk = self._reading, self.request_id, self._desk

        def read() -> tuple[ReportDesk, RequestSheet, bool]:
            report = desk.report_desk(request_id)
            return report, desk.request(request_id), desk.report_pdf(request_id) is not None

        def then(result: tuple[ReportDesk, RequestSheet, bool]) -> None:
            if reading == self._reading:
                self._take(*result)

        def failed(error: KnownError) -> None:
            if reading == self._reading:
                self._show_trouble(error)

        run_task(self, read, then, failed)

    def _take(self, report: ReportDesk, sheet: RequestSheet, signed_here: bool) -> None:
        self.report, self._sheet = report, sheet
        self._stack.setCurrentWidget(self.splitter)
        waiting = bool(report.submitted)
        over = sheet.request.state in MODERATION_OVER
        self.side.show_report(report, sheet.request, typing=self.keeper.touched)
        can_leave = not over or signed_here
        self.side.allow_leaving(can_leave)
        if waiting or over:
            self._show_fixed(signed_here, report)
        else:
            self._shown_as = ("draft",)
            self._draw_soon()
        if self._focus_when_there:
            self._focus_when_there = False
            self.side.focus_first()

    def _show_fixed(self, signed_here: bool, report: ReportDesk) -> None:
        """Bytes that were signed off are shown as they are, and drawn again only if they are others."""
        shown_as = ("fixed", report.submitted, *(issued.id for issued in report.issued))
        if shown_as == self._shown_as:
            return
        self._shown_as = shown_as
        if not signed_here:
            self.preview.clear(
                self.tr("This report was issued on another computer and is not kept on this one.")
            )
            return
        request_id, desk, name = self.request_id, self._desk, self.leaving.file_name(self._number())

        def draw() -> Document:
            return desk.evidence.open_pdf(desk.report_pdf(request_id) or b"", name)

        self.preview.show_with(draw)

    def _draw_soon(self) -> None:
        request_id, desk, name = self.request_id, self._desk, self.leaving.file_name(self._number())

        def draw() -> Document:
            return desk.evidence.open_pdf(desk.preview_report(request_id), name)

        self.preview.show_with(draw)

    def _number(self) -> str:
        return self._sheet.request.number if self._sheet is not None else ""

    def _show_trouble(self, error: KnownError) -> None:
        self._trouble.tell(error, (self.tr("Go to Work"), lambda: self.wants.emit("work", "", "")))
        self._stack.setCurrentWidget(self._trouble)

    # Outcome and summary

    def save_now(self) -> bool:
        """Write outcome and summary at once; what cannot be written is told and stays on screen."""
        return self.keeper.save_now()

    def unsaved(self) -> Unsaved | None:
        if not self.keeper.touched or self._sheet is None:
            return None
        where = self.tr("{number}: report").format(number=self._number())
        outcome = self.side.outcome.outcome
        parts = (outcome.words if outcome is not None else "", self.side.summary.text.strip())
        return Unsaved(where, "\n".join(part for part in parts if part), self.keeper.trouble)

    def _save_draft(self) -> None:
        if self.request_id and self.report is not None:
            draft = ReportDraft(self.side.outcome.outcome, self.side.summary.text)
            self._desk.save_report_draft(self.request_id, draft)

    def _picked(self, _outcome: Outcome) -> None:
        self.keeper.touch()
        self.save_now()

    def _saved(self) -> None:
        """The draft changed: what is missing and the preview follow."""
        self._read()

    def _go_to(self, missing: Missing) -> None:
        if missing.field == "outcome":
            self.side.outcome.focus_choice()
        else:
            self.wants.emit("bench", self.request_id, missing.sample_id)

    # Signing off, taking back, leaving

    def submit(self) -> None:
        """Sign the report off: it goes to the outbox and can be taken back until it is sent."""
        if self._busy or not self.side.can_submit:
            return
        self.save_now()
        self._set_busy(True)
        request_id, desk = self.request_id, self._desk
        self.side.complaint.clear()

        def refused(error: KnownError) -> None:
            self._set_busy(False)
            self.side.complaint.say(error)
            self._read()

        run_task(self, lambda: desk.submit_report(request_id), self._took, refused)

    def take_back(self) -> None:
        """Take a report back that was not sent yet."""
        if self.report is None or not self.report.submitted or self._busy:
            return
        try:
            changes = self._desk.take_back(self.report.submitted)
        except KnownError as error:
            self.side.standing.complaint.say(error)
            return
        self._took(changes)

    def _took(self, changes: Changes) -> None:
        self._set_busy(False)
        self.keeper.forget()
        self._focus_when_there = True
        self._read()
        self.changed.emit(changes)
        self.told.emit(changes.said, changes.undo)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.side.set_busy(busy)

    def export(self) -> None:
        """Ask where, and write the PDF there (M-73, M-74)."""
        if self.request_id and self.side.can_leave:
            self.save_now()
            self.leaving.export(self.request_id, self._number())

    def export_to(self, path: Path, then: Callable[[Path], None] | None = None) -> None:
        """Write the PDF to a path that is known already."""
        self.save_now()
        self.leaving.export_to(self.request_id, path, then)

    def print(self) -> None:
        """Ask for a printer, and print the report (M-73)."""
        if self.request_id and self.side.can_leave:
            self.save_now()
            fixed = self._shown_as[:1] == ("fixed",)
            self.leaving.print(self.request_id, self._number(), fixed=fixed)

    # Screen

    def entered(self) -> None:
        if self.report is None:
            self._focus_when_there = True
        else:
            self.side.focus_first()

    def zoom(self, step: int) -> bool:
        return self.preview.zoom(step)

    def memory(self) -> dict[str, Any]:
        if not self.request_id:
            return self._recalled
        return {
            "request": self.request_id,
            "panes": self.splitter.sizes(),
            "place": self.preview.memory(),
        }

    def recall(self, memory: dict[str, Any]) -> None:
        self._recalled = dict(memory)
        recall_widths(self.splitter, memory.get("panes"))
