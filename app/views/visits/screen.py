"""The Visit screen: one review open, with its measures, its arranging, its meetings and its report."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views.actions import ActionRegistry
from app.views.evidence.linking import open_in_browser
from app.views.pages import TroublePage
from app.views.parts import EmptyState
from app.views.report.leaving import AskPath, ask_path
from app.views.report.printing import AskPrinter, ask_printer
from app.views.screen import Screen, Unsaved, words_would_be_lost
from app.views.tasks import run_task
from app.views.visits.arranging import ArrangingPage
from app.views.visits.fixing import Fixing
from app.views.visits.forms import Forms, KeptForm
from app.views.visits.header import VisitHeader
from app.views.visits.judging import VisitJudging
from app.views.visits.keys import VisitKeys
from app.views.visits.lacking import MissingFields
from app.views.visits.measures_page import MeasuresPage
from app.views.visits.meetings import MeetingsPage
from app.views.visits.report_page import ReportPage
from app.workspace.snapshots import Changes
from app.workspace.visits.snapshots import VisitSheet

if TYPE_CHECKING:
    from app.workspace.desk import Desk

PAGES = ("measures", "arranging", "meetings", "report")

_PAGE_OF_FORM = {
    "contact": "arranging",
    "consortium": "arranging",
    "scope": "arranging",
    "date": "arranging",
    "meeting": "meetings",
    "block": "report",
}
"""Where a form of the review stands, by its name."""


class VisitScreen(Screen):
    """One quality review, by visit or from the desk. browse, ask_path, ask_printer: tests hand in their own."""

    def __init__(
        self,
        desk: Desk,
        actions: ActionRegistry,
        *,
        browse: Callable[[str], bool] = open_in_browser,
        ask_path: AskPath = ask_path,
        ask_printer: AskPrinter = ask_printer,
    ) -> None:
        super().__init__()
        self.setObjectName("visit")
        self._desk = desk
        self.review_id = ""
        self.sheet: VisitSheet | None = None
        self._wanted = ""
        self._reading = 0
        self._is_reading = False
        self._focus_when_there = False
        self._recalled: dict[str, Any] = {}
        self._browse_with = browse
        self.forms = Forms(desk.visits, self)
        self.header = VisitHeader(self._browse)
        self.measures = MeasuresPage(desk, self.forms, self._sign_off)
        self.arranging = ArrangingPage()
        self.meetings = MeetingsPage()
        self.report = ReportPage(desk, self.forms, self._sign_off, ask_path, ask_printer)
        self.judging = VisitJudging(self.measures, desk.visits, self.forms, desk.person.id)
        self.fixing = Fixing(self, desk.visits)
        self.fields = MissingFields(self)
        self._build()
        self._wire()
        self._keys = VisitKeys(self, actions)
        self._keys.allow("measures")

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        self.tabs = QTabBar()
        self.tabs.setObjectName("visitTabs")
        self.tabs.setAccessibleName(self.tr("Parts of the review"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        for words in (self.tr("Measures"), self.tr("Arranging"), self.tr("Meetings"), self.tr("Report")):
            self.tabs.addTab(words)
        column.addWidget(self.tabs)
        self.pages = QStackedWidget()
        for page in (self.measures, self.arranging, self.meetings, self.report):
            self.pages.addWidget(page)
        self._empty = EmptyState(
            self.tr("No review is open. Choose one in Visits."),
            "work",
            (self.tr("Go to Visits"), lambda: self.wants.emit("visits", "", "")),
        )
        self._trouble = TroublePage()
        self._stack = QStackedWidget()
        for state in (self._empty, self.pages, self._trouble):
            self._stack.addWidget(state)
        column.addWidget(self._stack, 1)
        self._show_bars(False)

    def _wire(self) -> None:
        self.tabs.currentChanged.connect(self._turned)
        for page in (self.measures, self.report):
            page.told.connect(self.told)
            page.refused.connect(self.refused)
        self.measures.drafted.connect(self._drafted)
        self.measures.fetched.connect(self._fetched)
        self.measures.attaching.elsewhere.connect(lambda _id: self._read())
        self.judging.recorded.connect(self.took)
        self.report.recorded.connect(self.took)
        self.report.missing_wanted.connect(self.fields.go_to)
        self.forms.failed.connect(self.refused)
        self.forms.keeper.saved.connect(self.report.summary_typed)
        self.arranging.ced.open_wanted.connect(self._open_ced_file)
        self.arranging.ced.fetch_wanted.connect(self.fetch)
        arranging = self.arranging
        for form in (arranging.contact, arranging.consortium, arranging.scope, arranging.date,
                     self.meetings.form, self.report.side.form, self.report.side.block):  # fmt: skip
            self.forms.watch(form)

    # -- opening and reading --------------------------------------------------------------------------------------

    def open(self, review_id: str, code: str = "") -> None:
        """Open a review, at a measure, at a page or form by its name, or where one was last.

        Reads off the GUI thread. Raises KnownError ``words_unsaved`` where that would leave words behind that could
        not be written.
        """
        if not self.save_now() and review_id != self.review_id:
            raise words_would_be_lost()
        recalled = self._recalled if self._recalled.get("review") == review_id else {}
        self._recalled = {}
        if review_id != self.review_id:
            self.review_id, self.sheet = review_id, None
            self.measures.forget()
            self.report.forget()
            self.header.clear()
            self.turn_to(str(recalled.get("page", "measures")))
            self.pages.setEnabled(False)
        code = _PAGE_OF_FORM.get(code, code)
        if code in PAGES:
            self.turn_to(code)
        elif code:
            self.turn_to("measures")
        self._wanted = code if code not in PAGES else ""
        self._wanted = self._wanted or str(recalled.get("measures", {}).get("code", ""))
        self._show_bars(True)
        self._stack.setCurrentWidget(self.pages)
        self._focus_when_there = True
        self._read()

    def apply(self, changes: Changes) -> None:
        if self.review_id and self.review_id in changes.requests:
            self._read()

    def _read(self) -> None:
        if not self.review_id:
            return
        self._reading += 1
        reading, review_id, visits = self._reading, self.review_id, self._desk.visits

        def then(sheet: VisitSheet) -> None:
            if reading == self._reading:
                self._is_reading = False
                self._take(sheet)

        def failed(error: KnownError) -> None:
            if reading == self._reading:
                self._is_reading = False
                self._show_trouble(error)

        self._is_reading = True
        run_task(self, lambda: visits.sheet(review_id), then, failed)

    def took(self, changes: Changes) -> None:
        """The person changed something here: show it at once, and let the other screens know."""
        self._reading += 1  # an answer read before this would be out of date
        self._is_reading = False
        try:
            self._take(self._desk.visits.sheet(self.review_id))
        except KnownError as error:
            self._show_trouble(error)
        self.changed.emit(changes)

    def _take(self, sheet: VisitSheet) -> None:
        self.sheet = sheet
        self._stack.setCurrentWidget(self.pages)
        self._show_bars(True)
        self.pages.setEnabled(True)
        self.tabs.setTabVisible(PAGES.index("meetings"), sheet.on_site)
        missing = len(sheet.report.missing)
        self.tabs.setTabToolTip(PAGES.index("report"), self.tr("{n} still missing").format(n=missing))
        self.header.show_sheet(sheet)
        self.arranging.show_sheet(sheet)
        self.meetings.show_sheet(sheet)
        self.forms.open(self.review_id, sheet.saved_forms)
        wanted, self._wanted = self._wanted, ""
        self.measures.show_sheet(sheet, wanted)
        self.report.show_sheet(sheet)
        if self._focus_when_there:
            self._focus_when_there = False
            if self.isVisible():
                self._focus_page()

    def _show_trouble(self, error: KnownError) -> None:
        self._trouble.tell(error, (self.tr("Go to Visits"), lambda: self.wants.emit("visits", "", "")))
        self._stack.setCurrentWidget(self._trouble)
        self._show_bars(False)

    def _show_bars(self, on: bool) -> None:
        self.header.setVisible(on)
        self.tabs.setVisible(on)

    def _drafted(self) -> None:
        if self._is_reading:
            self._read()  # what is being read may not know this draft yet

    def _fetched(self, review_id: str) -> None:
        changes = Changes(frozenset({review_id}), work=True)
        self.apply(changes)
        self.changed.emit(changes)

    # -- the pages ------------------------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """Which part is in front, by its name in ``PAGES``."""
        return PAGES[self.tabs.currentIndex()]

    def turn_to(self, name: str) -> None:
        """Bring a part of the review to the front; what a desk-top review has not is passed over."""
        if name in PAGES and self.tabs.isTabVisible(PAGES.index(name)):
            self.tabs.setCurrentIndex(PAGES.index(name))
            if self.sheet is not None:
                self._focus_page()

    def _turned(self, number: int) -> None:
        self.save_now()
        self.pages.setCurrentIndex(number)
        self._keys.allow(self.page)
        if self.page == "report":
            self.report.entered()

    def _focus_page(self) -> None:
        match self.page:
            case "measures":
                self.measures.focus_tree()
            case "arranging":
                self.arranging.focus_first()
            case "meetings":
                self.meetings.focus_first()
            case "report":
                self.report.side.focus_first()

    # -- what keys do ---------------------------------------------------------------------------------------------

    def save_and_next(self) -> None:
        """Ctrl+Enter: record what one is writing, whichever page it is on."""
        match self.page:
            case "measures":
                self.judging.save(go_on=True)
            case "meetings":
                self.meetings.form.wanted.emit()
            case "arranging":
                self.fixing.record_focused()
            case _:
                self.save_now()

    def write_commentary(self) -> None:
        """C: put the caret into the commentary."""
        self.measures.close_file()
        self.measures.basis.commentary.setFocus()

    def note_evidence(self) -> None:
        """V: put the caret where one notes what was said or seen."""
        self.measures.close_file()
        self.measures.basis.focus_new()

    def add_photo(self) -> None:
        """P: choose photos or files."""
        self.measures.close_file()
        if self.measures.basis.new.isEnabled():
            self.measures.basis.focus_new()
            self.measures.basis.new.attach()

    def add_action(self) -> None:
        """A: a new action for the centre, with the caret in it."""
        self.measures.unfold(2)
        planned = self.measures.quality.planned
        if planned.add_button.isVisibleTo(planned):
            planned.add()
            QTimer.singleShot(
                0, self, lambda: self.measures.quality.area.ensureWidgetVisible(planned.rows[-1])
            )

    def step_pane(self, direction: int) -> None:
        """F6: the next pane of the measures; elsewhere between the tabs and the page."""
        if self.page == "measures":
            self.measures.step_pane(direction)
        elif self.tabs.hasFocus():
            self._focus_page()
        else:
            self.tabs.setFocus()

    def fetch(self) -> None:
        """Fetch the files of this review that are not on this computer."""
        if self.review_id:
            self.told.emit(self.tr("Fetching the files of this review…"), "")
            self.measures.file.fetching.fetch(self.review_id)

    def _open_ced_file(self, file_id: str) -> None:
        """A file of the Engagement Document, shown at the measure that it is for."""
        for item in self.sheet.items if self.sheet is not None else ():
            if any(file.id == file_id for cited in item.citable for file in cited.files):
                self.turn_to("measures")
                self.measures.choose(item.code)
                self.measures.open_file(file_id)
                return

    def _sign_off(self, action_id: str, form: KeptForm, says: str) -> None:
        self.judging.sign_off(action_id, form, says)

    def _browse(self, url: str) -> None:
        if not self._browse_with(url):
            self.refused.emit(
                KnownError(
                    "no_browser",
                    self.tr("This computer has no browser that Touchstone could open."),
                    self.tr("The document is at {url}").format(url=url),
                )
            )

    # -- Screen ---------------------------------------------------------------------------------------------------

    def save_now(self) -> bool:
        """Write unsaved text at once; what cannot be written is told through ``refused`` and stays on screen."""
        measures = self.measures.keeper.save_now()
        return self.forms.keeper.save_now() and measures

    def unsaved(self) -> Unsaved | None:
        words = "\n".join(filter(None, (self.measures.unsaved_words(), self.forms.unsaved_words())))
        if not words or self.sheet is None:
            return None
        where = " ".join((self.sheet.review.number, self.measures.code))
        return Unsaved(where, words, self.measures.keeper.trouble or self.forms.keeper.trouble)

    def stop(self) -> None:
        self.measures.attaching.stop()
        self.measures.file.fetching.stop()

    def entered(self) -> None:
        if self.sheet is None:
            self._focus_when_there = True
            if self._empty.button is not None:
                self._empty.button.setFocus()
        else:
            self._focus_page()

    def zoom(self, step: int) -> bool:
        focused: QWidget = QApplication.focusWidget() or self
        if self.page == "report" and self.report.preview.isAncestorOf(focused):
            return self.report.preview.zoom(step)
        if self.page == "measures" and self.measures.file.isAncestorOf(focused):
            return self.measures.file.view.zoom(step)
        return False

    def memory(self) -> dict[str, Any]:
        if not self.review_id:
            return self._recalled
        return {
            "review": self.review_id,
            "page": self.page,
            "measures": self.measures.memory(),
            "report": self.report.memory(),
        }

    def recall(self, memory: dict[str, Any]) -> None:
        self._recalled = dict(memory)
        for page, kept in ((self.measures, memory.get("measures")), (self.report, memory.get("report"))):
            if isinstance(kept, dict):
                page.recall(kept)
