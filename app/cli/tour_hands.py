"""The moderator of the tour: fetches a request, judges it without a network, and signs its report off."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QListView, QPlainTextEdit, QWidget

from app.cli.tour_window import AtTheWindow
from app.domain.moderation import Decision, Outcome
from app.views.rows import ITEM_ROLE
from app.workspace.snapshots import Offline, Reach, WorkRow

if TYPE_CHECKING:
    from app.views.moderation.bench import Bench
    from app.views.report.screen import ReportScreen

_REASONS = (
    "The second criterion of outcome 3 is described rather than evaluated; the merit is not supported.",
    "The appendix that the assignment refers to is missing, so outcome 2 cannot be confirmed.",
)
_ACTIONS = (
    "Re-assess outcome 3 against the published criteria and re-submit the marking sheet.",
    "Send the appendix with the learner's survey results.",
)


class Hands(AtTheWindow):
    """A moderator at the window. Pictures go to ``out``; ``theme`` is light or dark."""

    def __init__(self, out: Path, theme: str) -> None:
        super().__init__(out, theme)
        self._request_id = ""

    @property
    def _bench(self) -> Bench:
        return cast("Bench", self._screen("bench"))

    @property
    def _report(self) -> ReportScreen:
        return cast("ReportScreen", self._screen("report"))

    def first_sync(self) -> None:
        self._wait(lambda: self._desk.status().reach is Reach.ONLINE, "the first sync")
        work = self._find(QListView, "workList")
        self._wait(lambda: work.model().rowCount() > 0, "rows in the Work list")

    # -- the Work list ------------------------------------------------------------------------------------------

    def fetch_files(self) -> None:
        """Chooses the largest request that nobody judged yet, and fetches its evidence."""
        ready = [row for row in self._desk.work() if row.state_words == "In moderation" and not row.judged]
        assert ready, "no request waits to be moderated"
        self._request_id = max(ready, key=lambda row: row.samples).request_id
        self._choose_row()
        self._click("takeOffline")
        self._wait(lambda: self._row().offline is Offline.READY, "the evidence to arrive")

    def open_request(self) -> None:
        self._press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
        self._choose_row()
        self._press(Qt.Key.Key_Return)
        self._wait(
            lambda: self._bench.sheet is not None and self._bench.request_id == self._request_id, "the bench"
        )

    def look_at_work(self) -> None:
        self._press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)

    def _row(self) -> WorkRow:
        return next(row for row in self._desk.work() if row.request_id == self._request_id)

    def _choose_row(self) -> None:
        work = self._find(QListView, "workList")
        work.setFocus()
        model = work.model()
        for place in range(model.rowCount()):
            index = model.index(place, 0)
            item = model.data(index, ITEM_ROLE)
            if isinstance(item, WorkRow) and item.request_id == self._request_id:
                work.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
                return
        raise AssertionError("the request is not in the Work list")

    # -- help and palette ---------------------------------------------------------------------------------------

    def look_at_help(self) -> None:
        self._press(Qt.Key.Key_F1)
        self._wait(lambda: self._window.findChild(QWidget, "help") is not None, "the help")
        self._subject = self._find(QWidget, "help")

    def look_at_palette(self) -> None:
        self._find(QWidget, "help").close()
        self._window.activateWindow()
        QApplication.processEvents()
        self._press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        field = self._find(QLineEdit, "paletteField")
        self._wait(field.isVisible, "the palette")
        QTest.keyClicks(field, "sample 1")

    # -- the bench ----------------------------------------------------------------------------------------------

    def open_every_kind(self) -> None:
        """Opens every file of the request, one sample after the other; one picture of each kind of view."""
        field = self._find(QLineEdit, "paletteField")
        QTest.keyClick(field, Qt.Key.Key_Escape)
        sheet = self._bench.sheet
        assert sheet is not None
        kinds: set[str] = set()
        for one in sheet.samples:
            self._bench.choose(one.sample.id)
            self._bench.focus_samples()
            for row in self._bench.browser.files.rows:
                if row.item is None or not row.item.here:
                    continue
                self._bench.browser.files.choose(row.key)
                self._settle()
                ending = Path(row.item.evidence.name).suffix.lower().lstrip(".") or "none"
                if ending not in kinds:
                    kinds.add(ending)
                    self.shoot(f"evidence {ending}")
        assert len(kinds) >= 10, f"only {len(kinds)} kinds of files: {', '.join(sorted(kinds))}"
        self._bench.choose(sheet.samples[0].sample.id)

    def judge_every_sample(self) -> None:
        """Judges all: most agreed by key 1, some not, with rationale, action and note; one is undone and redone."""
        sheet = self._bench.sheet
        assert sheet is not None
        self._bench.focus_samples()
        for number in range(len(sheet.samples)):
            if number % 4 == 1:
                self._judge_with_words(Qt.Key.Key_2, number)
            elif number % 4 == 3:
                self._judge_with_words(Qt.Key.Key_3, number)
            else:
                self._press(Qt.Key.Key_1)
            if number == 0:
                self._press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
                self._bench.focus_samples()
                self._press(Qt.Key.Key_1)
            self._settle()
        found = self._desk.request(self._request_id)
        left = [one.sample.position for one in found.samples if one.judgement is None]
        assert not left, f"samples {left} are not judged"

    def _judge_with_words(self, key: Qt.Key, number: int) -> None:
        self._press(Qt.Key.Key_C)
        self._type(f"Please see page {number + 1} again.")
        self._press_add("addNote")
        self._bench.focus_samples()
        self._press(key)
        self._type(_REASONS[number // 2 % len(_REASONS)])
        self._bench.focus_samples()
        self._press(Qt.Key.Key_A)
        self._type(_ACTIONS[number // 2 % len(_ACTIONS)])
        if number == 1:
            self.shoot("while judging")
        self._press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def _press_add(self, name: str) -> None:
        button = self._find(QAbstractButton, name)
        button.setFocus()
        self._press(Qt.Key.Key_Space)

    def look_at_judged(self) -> None:
        found = self._desk.request(self._request_id)
        judged = next(one for one in found.samples if one.judgement and one.judgement.actions)
        assert judged.judgement is not None
        assert judged.judgement.decision is not Decision.AGREED
        assert any(one.notes for one in found.samples), "the notes are not there"
        self._bench.choose(judged.sample.id)

    # -- the report ---------------------------------------------------------------------------------------------

    def prepare_report(self) -> None:
        assert self._window.house is not None
        self._window.house.go("report", self._request_id)
        summary = self._find(QPlainTextEdit, "reportSummary")
        self._wait(summary.isVisible, "the report screen")
        self._settle()
        summary.setFocus()
        self._type("Most of the sample is sound; outcome 3 must be looked at again before certification.")
        self._click("reportOutcomeRejected")
        self._wait(
            lambda: self._desk.report_desk(self._request_id).draft.outcome is Outcome.REJECTED, "draft"
        )
        self._wait(
            lambda: self._find(QAbstractButton, "submitReport").isEnabled(), "the report to be complete"
        )
        self._wait(lambda: self._report.preview.ready, "the live preview")

    def submit_and_export(self) -> Path:
        """Signs the report off and exports it from the report screen; the preview then shows the fixed bytes."""
        self._click("submitReport")
        self._wait(
            lambda: self._report.report is not None and bool(self._report.report.submitted),
            "the report to be signed off",
        )
        self._wait(lambda: self._report.preview.ready, "the signed report to be shown")
        path = self._out / "moderation-report.pdf"
        path.unlink(missing_ok=True)
        self._report.export_to(path)
        self._wait(path.exists, "the report to be written")
        return path
