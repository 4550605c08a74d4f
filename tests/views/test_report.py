"""The report screen: what is missing, the outcome, the live report, signing off, taking back, export and print."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from app.domain.moderation import Decision, IssuedReport, Outcome, RequestState
from app.views.actions import ActionRegistry
from app.views.report.screen import ReportScreen
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, ReportDraft
from tests.support.desks import desk_with_requests, make_profile, one_request, open_desk
from tests.views.bench_window import REQUEST, sample
from tests.views.windows import bring_up

Settled = Callable[[], None]


class Reporting:
    """The report screen in a window of its own over a real desk; paths and printers are handed in."""

    def __init__(self, desk: Desk, qtbot: QtBot, settled: Settled, folder: Path) -> None:
        self.desk, self.qtbot, self.settled, self.folder = desk, qtbot, settled, folder
        self.told: list[tuple[str, str]] = []
        self.refused: list[KnownError] = []
        self.changes: list[Changes] = []
        self.wanted: list[tuple[str, str, str]] = []
        self.proposed: list[str] = []
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = ActionRegistry(self.window)
        self.screen = ReportScreen(desk, self.actions, ask_path=self._ask_path, ask_printer=self._ask_printer)
        self.screen.told.connect(lambda says, undo: self.told.append((says, undo)))
        self.screen.refused.connect(self.refused.append)
        self.screen.changed.connect(self.changes.append)
        self.screen.wants.connect(lambda *where: self.wanted.append(where))
        self.window.setCentralWidget(self.screen)
        self.actions.bring_to_front(self.screen)
        bring_up(qtbot, self.window, 1290, 660)
        self.screen.open(REQUEST)
        self.screen.entered()
        self.wait()

    def _ask_path(self, _parent: QWidget, name: str, then: Callable[[Path], None]) -> None:
        self.proposed.append(name)
        then(self.folder / name)

    def _ask_printer(self, _parent: QWidget, then: Callable[[QPrinter], None]) -> None:
        printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(self.folder / "printed.pdf"))
        then(printer)

    def wait(self) -> None:
        """Until everything is read and the newest report is drawn."""
        self.settled()
        self.qtbot.waitUntil(lambda: self.screen.preview.ready, timeout=20_000)
        self.settled()

    def judge_all(self, decision: Decision = Decision.AGREED) -> None:
        wants_words = decision is not Decision.AGREED
        for sheet in self.desk.request(REQUEST).samples:
            self.screen.apply(
                self.desk.record_judgement(
                    REQUEST,
                    sheet.sample.id,
                    decision,
                    "Not shown." if wants_words else "",
                    ["Show it."] if wants_words else [],
                )
            )
        self.wait()

    def radio(self, outcome: Outcome) -> QRadioButton:
        name = "reportOutcomeAccepted" if outcome is Outcome.ACCEPTED else "reportOutcomeRejected"
        found: QRadioButton = self.screen.findChild(QRadioButton, name)
        return found

    def confirm(self, outcome: Outcome) -> None:
        self.radio(outcome).click()
        self.wait()

    def missing(self) -> list[str]:
        return [entry.code for entry in self.screen.side.missing.missing]

    def words(self) -> str:
        return "\n".join(label.text() for label in self.screen.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def report(desk: Desk, qtbot: QtBot, settled: Settled, tmp_path: Path) -> Reporting:
    return Reporting(desk, qtbot, settled, tmp_path)


def pages_of(pdf: Path) -> int:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


# What is missing


def test_every_missing_thing_leads_to_its_field(report: Reporting) -> None:
    assert report.missing() == ["not_judged", "not_judged", "not_judged", "no_outcome"]
    assert not report.screen.side.submit.isEnabled()
    assert "4 things are missing" in report.words()
    listed = report.screen.side.missing
    listed.setFocus()
    listed.setCurrentRow(1)
    QTest.keyClick(listed, Qt.Key.Key_Return)
    assert report.wanted == [("bench", REQUEST, sample(2))]
    listed.itemClicked.emit(listed.item(3))
    assert report.radio(Outcome.ACCEPTED).hasFocus()


def test_M55_the_outcome_is_proposed_and_confirmed_by_the_moderator(report: Reporting) -> None:
    side = report.screen.side
    assert side.outcome.proposed.text == "Not proposed yet"
    report.judge_all()
    assert side.outcome.proposed.text == "Proposed: Accepted"
    assert side.outcome.outcome is None
    assert report.missing() == ["no_outcome"]
    assert not side.submit.isEnabled()
    report.confirm(Outcome.ACCEPTED)
    assert report.missing() == []
    assert side.submit.isEnabled()
    assert report.desk.report_desk(REQUEST).draft.outcome is Outcome.ACCEPTED


def test_M59_a_rejection_without_an_action_cannot_be_signed_off(report: Reporting) -> None:
    report.judge_all()
    report.confirm(Outcome.REJECTED)
    assert report.missing() == ["no_action"]
    assert not report.screen.side.submit.isEnabled()
    report.screen.submit()
    report.wait()
    assert report.desk.report_desk(REQUEST).submitted == ""


def test_a_doubt_cannot_be_accepted(report: Reporting) -> None:
    report.judge_all(Decision.NOT_AGREED)
    assert report.screen.side.outcome.proposed.text == "Proposed: Rejected"
    report.confirm(Outcome.ACCEPTED)
    assert report.missing() == ["accepted_with_doubt"]


def test_M64_on_hold_the_report_waits(tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    desk = desk_with_requests(tmp_path, state=RequestState.ON_HOLD, held_on=date(2026, 3, 2))
    report = Reporting(desk, qtbot, settled, tmp_path)
    assert report.missing()[0] == "on_hold"
    assert not report.radio(Outcome.ACCEPTED).isEnabled()
    assert report.screen.side.summary.isReadOnly()
    desk.close()


# Summary


def test_the_summary_is_kept_within_300_ms_and_at_once_when_left(report: Reporting, qtbot: QtBot) -> None:
    summary = report.screen.side.summary
    summary.setFocus()
    QTest.keyClicks(summary, "x")
    assert 0 <= report.screen.keeper.due_in_ms <= 200
    qtbot.waitUntil(lambda: report.desk.report_desk(REQUEST).draft.summary == "x", timeout=20_000)
    QTest.keyClicks(summary, "yz")
    QTest.keyClick(summary, Qt.Key.Key_Tab)
    assert report.desk.report_desk(REQUEST).draft.summary == "xyz"


def test_a_kept_summary_and_outcome_are_there_again(
    desk: Desk, qtbot: QtBot, settled: Settled, tmp_path: Path
) -> None:
    desk.save_report_draft(REQUEST, ReportDraft(Outcome.REJECTED, "From yesterday."))
    report = Reporting(desk, qtbot, settled, tmp_path)
    assert report.screen.side.summary.text == "From yesterday."
    assert report.radio(Outcome.REJECTED).isChecked()


def test_changes_from_elsewhere_leave_summary_and_caret_alone(report: Reporting) -> None:
    summary = report.screen.side.summary
    summary.setFocus()
    QTest.keyClicks(summary, "half a sente")
    QTest.keyClick(summary, Qt.Key.Key_Left)
    caret = summary.caret()
    report.desk.record_judgement(REQUEST, sample(1), Decision.AGREED, "", [])
    report.screen.apply(Changes(frozenset({REQUEST})))
    report.wait()
    assert summary.text == "half a sente"
    assert summary.caret() == caret
    assert summary.hasFocus()
    assert report.missing().count("not_judged") == 2


# The live report


def test_the_preview_follows_and_keeps_its_place(report: Reporting) -> None:
    pages = report.screen.preview.pages
    assert pages.page_count >= 1
    pages.set_zoom(1.5)
    pages.verticalScrollBar().setValue(400)
    before = pages.viewport().grab().toImage()
    report.judge_all()
    assert pages.zoom == pytest.approx(1.5)
    assert abs(pages.verticalScrollBar().value() - 400) <= 2
    assert pages.viewport().grab().toImage() != before
    assert report.screen.zoom(1)
    assert pages.zoom == pytest.approx(1.75)


def test_typing_the_summary_draws_the_report_anew(report: Reporting, qtbot: QtBot) -> None:
    before = report.screen.preview.pages.viewport().grab().toImage()
    QTest.keyClicks(report.screen.side.summary, "A summary that makes the report longer.")
    with qtbot.waitSignal(report.screen.preview.shown, timeout=20_000):
        pass
    report.wait()
    assert report.screen.preview.pages.viewport().grab().toImage() != before


# Signing off


def test_signing_off_goes_to_the_outbox_and_can_be_taken_back(report: Reporting) -> None:
    report.judge_all()
    QTest.keyClicks(report.screen.side.summary, "All sound.")
    report.confirm(Outcome.ACCEPTED)
    report.screen.side.submit.click()
    report.wait()
    submitted = report.desk.report_desk(REQUEST).submitted
    assert submitted != ""
    assert report.told[-1] == ("Report signed off; it waits in the outbox", submitted)
    assert "Signed off, waits to be sent" in report.screen.side.standing.text
    assert report.screen.side.submit.isHidden()
    assert report.changes[-1].requests == {REQUEST}
    report.screen.side.standing.take_back.click()
    report.wait()
    assert report.desk.report_desk(REQUEST).submitted == ""
    assert report.screen.side.standing.isHidden()
    assert report.screen.side.summary.text == "All sound."
    assert report.radio(Outcome.ACCEPTED).isChecked()
    assert report.screen.side.submit.isEnabled()


def test_M73_the_services_receipt_is_shown_beside_the_issued_report(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    from datetime import UTC, datetime

    items, _ = one_request(1, state=RequestState.RETURNED_TO_CENTRE, outcome=Outcome.REJECTED)
    issued = IssuedReport(
        id="act-report", request_id=REQUEST, outcome=Outcome.REJECTED, moderator_id="person-1",
        moderator_name="Morgan Fairweather", issued_at=datetime(2026, 3, 3, 9, 30, tzinfo=UTC),
        pdf_sha256="c" * 64, pdf_size=81_234,
    )  # fmt: skip
    desk = open_desk(make_profile(tmp_path, [*items, issued]))
    report = Reporting(desk, qtbot, settled, tmp_path)
    standing = report.screen.side.standing.text
    assert "Received by the service" in standing
    assert "3 March 2026, 09:30" in standing
    assert "81,234 bytes" in standing
    assert report.screen.side.outcome.isHidden()
    # Signed off elsewhere: it is not drawn anew here, and so cannot be exported either.
    assert "issued on another computer" in report.words()
    assert not report.screen.side.export.isEnabled()
    report.screen.export()
    assert report.proposed == []
    desk.close()


# Leaving


def test_M74_the_report_is_exported_as_pdf(report: Reporting) -> None:
    report.screen.side.export.click()
    report.settled()
    assert report.proposed == ["Moderation report MR-2041.pdf"]
    path = report.folder / "Moderation report MR-2041.pdf"
    assert path.read_bytes().startswith(b"%PDF-")
    assert report.told[-1][0] == f"Exported to {path}"


def test_M73_what_was_signed_off_is_exported_byte_by_byte(report: Reporting) -> None:
    report.judge_all()
    report.confirm(Outcome.ACCEPTED)
    report.screen.submit()
    report.wait()
    done: list[Path] = []
    report.screen.export_to(report.folder / "out.pdf", done.append)
    report.settled()
    signed = report.desk.report_pdf(REQUEST)
    assert signed is not None
    assert hashlib.sha256(done[0].read_bytes()).digest() == hashlib.sha256(signed).digest()


def test_an_export_that_fails_is_told_and_the_report_stays(report: Reporting) -> None:
    report.screen.export_to(report.folder / "no such folder" / "out.pdf")
    report.settled()
    assert [error.code for error in report.refused] == ["cannot_write"]
    assert report.screen.preview.pages.page_count >= 1


def test_M73_every_page_is_printed(report: Reporting, qtbot: QtBot) -> None:
    report.screen.side.print.click()
    assert report.screen.side.busy.isVisible()
    qtbot.waitUntil(lambda: bool(report.told), timeout=20_000)
    assert report.told[-1][0] == "The report went to the printer."
    assert report.screen.side.busy.isHidden()
    assert pages_of(report.folder / "printed.pdf") == report.screen.preview.pages.page_count


# As a screen


def test_place_and_panes_are_found_again(
    report: Reporting, desk: Desk, qtbot: QtBot, settled: Settled, tmp_path: Path
) -> None:
    report.screen.splitter.setSizes([450, 800])
    report.screen.preview.pages.set_zoom(2.0)
    report.screen.preview.pages.verticalScrollBar().setValue(300)
    memory = report.screen.memory()
    sizes = report.screen.splitter.sizes()
    again = ReportScreen(desk, ActionRegistry(report.window))
    qtbot.addWidget(again)
    bring_up(qtbot, again, 1290, 660)
    again.recall(memory)
    again.open(REQUEST)
    settled()
    qtbot.waitUntil(lambda: again.preview.ready, timeout=20_000)
    assert again.splitter.sizes() == sizes
    assert again.preview.pages.zoom == pytest.approx(2.0)
    assert abs(again.preview.pages.verticalScrollBar().value() - 300) <= 2
    settled()


def test_the_way_back_leads_to_the_samples(report: Reporting) -> None:
    report.screen.findChild(QPushButton, "backToSamples").click()
    assert report.wanted == [("bench", REQUEST, "")]


def test_a_request_that_is_gone_is_told_with_a_way_out(report: Reporting) -> None:
    report.screen.open("request-7")
    report.settled()
    assert "no longer among yours" in report.words()


def test_every_control_of_the_report_has_a_name(report: Reporting) -> None:
    kinds: Any = (QAbstractButton, QLineEdit, QPlainTextEdit, QAbstractItemView)
    nameless = [
        widget
        for kind in kinds
        for widget in report.screen.findChildren(kind)
        if widget.isVisible()
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []


def test_fixed_names_of_the_report_find_their_widgets(report: Reporting) -> None:
    for name in ("reportMissing", "reportPreview", "reportOutcomeAccepted", "reportOutcomeRejected",
                 "reportSummary", "submitReport", "exportReport"):  # fmt: skip
        assert report.screen.findChild(QWidget, name) is not None, name
