"""The bench as a screen: its header, its states in words, what it remembers, and what assistive programs read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.domain.evidence import Fetch
from app.domain.moderation import ActionForCentre, Decision, Outcome, RequestState
from app.views import style
from app.views.evidence.cards import AbsentCard
from app.workspace.desk import Desk
from app.workspace.snapshots import EvidenceItem, ReportDraft
from tests.support import records
from tests.support.desks import desk_with_requests, make_profile, one_request, open_desk
from tests.views.bench_window import CTRL, REQUEST, OnBench, sample

Key = Qt.Key
Settled = Callable[[], None]


@pytest.fixture
def on(desk: Desk, qtbot: QtBot, settled: Settled) -> OnBench:
    return OnBench(desk, qtbot, settled)


def words_on(widget: QWidget) -> str:
    """Every label's words, visible or not."""
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


# What is shown


def test_the_header_tells_request_centre_clock_and_what_is_left(on: OnBench) -> None:
    header = on.bench.header
    words = words_on(header)
    for part in ("MR-2041", "Larkfield Management College (C-1001)", "L5-DML Level 5 Diploma"):
        assert part in words
    assert header.state.text == "In moderation"
    assert "working days left, due Mon 30 Mar" in header.clock.text
    assert header.left.text == "3 left"
    assert header.hold.isHidden()
    on.press(Key.Key_1, Key.Key_1, Key.Key_1)
    assert header.left.text == "All judged"


def test_M57_a_certification_hold_is_said(tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    desk = desk_with_requests(tmp_path, certification_hold=True)
    on = OnBench(desk, qtbot, settled)
    assert on.bench.header.hold.text == "Certification on hold"
    assert on.bench.header.hold.isVisible()
    desk.close()


def test_M52_no_way_to_reach_the_centre_is_shown(on: OnBench) -> None:
    words = words_on(on.bench).casefold()
    assert "@" not in words
    assert "telephone" not in words
    assert "contact" not in words


def test_the_judgement_pane_tells_learner_unit_assessor_and_why_sampled(on: OnBench) -> None:
    words = words_on(on.bench.pane.facts)
    for part in ("Learner 1", "L-0001", "501 Principles of Management · 7 credits", "Ines Calloway", "Pass",
                 "only unit 501"):  # fmt: skip
        assert part in words
    tip = on.bench.samples.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Why sampled: only unit 501" in tip


def test_drafts_and_unsent_judgements_are_marked_in_the_list(on: OnBench) -> None:
    on.press(Key.Key_1, Key.Key_2)
    on.bench.save_now()
    spoken = [
        on.bench.samples.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)
    ]
    assert spoken[0].endswith("Agreed, waits to be sent")
    assert spoken[1].endswith("Not judged, unrecorded draft")
    assert spoken[2].endswith("Not judged")


def test_two_judgements_side_by_side_are_shown_as_disputed(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    items, _ = one_request(1)
    both = [
        records.judgement("act-1", sample(1), request_id=REQUEST),
        records.judgement("act-2", sample(1), request_id=REQUEST, decision=Decision.NOT_AGREED,
                          rationale="No.", actions=(ActionForCentre("Re-mark."),)),
    ]  # fmt: skip
    desk = open_desk(make_profile(tmp_path, [*items, *both]))
    on = OnBench(desk, qtbot, settled)
    spoken = on.bench.samples.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Two judgements" in spoken
    assert all("Disputed" in card for card in on.bench.pane.history.cards)
    assert on.bench.header.left.text == "1 left"
    desk.close()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {
                "state": RequestState.ON_HOLD,
                "held_on": date(2026, 3, 3),
                "hold_reason": "Suspected malpractice",
            },
            "On hold (suspected malpractice): judgements wait for the finding. Notes stay possible.",
        ),
        (
            {"state": RequestState.RETURNED_TO_CENTRE},
            "Moderation is over: returned to centre. Notes stay possible.",
        ),
        (
            {"state": RequestState.SAMPLE_REQUESTED, "due_on": None, "evidence_complete_on": None},
            "Not in moderation yet: waiting for the centre's evidence. Notes stay possible.",
        ),
    ],
)
def test_M53_where_nothing_can_be_judged_the_reason_is_said_and_notes_stay_possible(
    tmp_path: Path, qtbot: QtBot, settled: Settled, changes: dict[str, Any], says: str
) -> None:
    desk = desk_with_requests(tmp_path, **changes)
    on = OnBench(desk, qtbot, settled)
    pane = on.bench.pane
    assert pane.notice is not None
    assert pane.notice.says == says
    assert not pane.save.isEnabled()
    assert not pane.form.choice.isEnabled()
    on.press(Key.Key_2)
    assert on.said == says
    assert on.decisions() == [None, None, None]
    on.press(Key.Key_C)
    on.type("Still possible.")
    pane.notes.add_button.click()
    assert [note.text for note in on.sheet(1).notes] == ["Still possible."]
    desk.close()


def test_a_request_without_samples_takes_notes_on_the_whole_request(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    desk = desk_with_requests(tmp_path, samples=0, state=RequestState.SUBMITTED)
    on = OnBench(desk, qtbot, settled)
    assert on.bench.pane.form.isHidden()
    on.press(Key.Key_C)
    on.type("unfinished")
    on.bench.save_now()
    assert desk.draft(REQUEST).note == "unfinished"
    on.bench.open(REQUEST)
    settled()
    assert on.bench.pane.notes.field.text == "unfinished"
    on.bench.pane.notes.add_button.click()
    assert [note.text for note in desk.request(REQUEST).notes] == ["unfinished"]
    assert desk.draft(REQUEST).note == ""
    desk.close()


def test_a_signed_off_report_closes_judging_until_it_is_taken_back(on: OnBench, settled: Settled) -> None:
    on.press(Key.Key_1, Key.Key_1, Key.Key_1)
    on.desk.save_report_draft(REQUEST, ReportDraft(Outcome.ACCEPTED))
    changes = on.desk.submit_report(REQUEST)
    on.bench.apply(changes)
    settled()
    assert on.bench.pane.notice is not None
    assert "waits to be sent" in on.bench.pane.notice.says
    on.bench.apply(on.desk.take_back(changes.undo))
    settled()
    assert on.bench.pane.notice is None
    assert on.bench.pane.save.isEnabled()


def test_a_request_that_is_gone_is_told_with_a_way_out(desk: Desk, qtbot: QtBot, settled: Settled) -> None:
    on = OnBench(desk, qtbot, settled, request="request-7")
    assert "no longer among yours" in words_on(on.bench)
    next(b for b in on.bench.findChildren(QPushButton) if b.text() == "Go to Work" and b.isVisible()).click()
    assert on.wanted == [("work", "", "")]


def test_without_a_request_there_is_one_sentence_and_one_button(
    desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    on = OnBench(desk, qtbot, settled, request="")
    shown = [b for b in on.bench.findChildren(QPushButton) if b.isVisible()]
    assert [b.text() for b in shown] == ["Go to Work"]


def test_the_header_leads_to_the_report(on: OnBench) -> None:
    on.bench.header.report.click()
    assert on.wanted == [("report", REQUEST, "")]


# Memory


def test_sample_file_place_panes_and_caret_are_found_again_after_a_restart(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    evidence = [("a.txt", b"first"), ("b.txt", ("line\n" * 500).encode())]
    desk = desk_with_requests(tmp_path, evidence=evidence)
    on = OnBench(desk, qtbot, settled, sample_id=sample(2))
    on.press(Key.Key_BracketRight)
    settled()
    on.bench.browser.view.text.verticalScrollBar().setValue(120)
    on.bench.splitter.setSizes([250, 600, 440])
    on.press(Key.Key_2)
    on.type("half a sentence")
    on.press(Key.Key_Left)
    on.bench.save_now()
    memory = on.bench.memory()
    sizes = on.bench.splitter.sizes()

    again = OnBench(desk, qtbot, settled, request="")
    again.bench.recall(memory)
    again.bench.open(REQUEST)
    again.bench.entered()
    settled()
    assert again.bench.sample_id == sample(2)
    item = again.bench.browser.view.item
    assert item is not None
    assert item.evidence.name == "b.txt"
    assert again.bench.browser.view.text.verticalScrollBar().value() == 120
    assert again.bench.splitter.sizes() == sizes
    assert again.focus == "rationale"
    assert again.bench.pane.form.rationale.caret() == len("half a sentence") - 1
    desk.close()


def test_a_memory_of_another_shape_is_passed_over(on: OnBench, settled: Settled) -> None:
    on.bench.recall(
        {"panes": "wide", "sample": 7, "request": REQUEST, "evidence": {"sizes": [1], "place": 3}}
    )
    on.bench.open(REQUEST)
    settled()
    assert on.bench.sample_id == sample(1)


# Reading the evidence


def test_marked_text_is_quoted_in_a_note(tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    desk = desk_with_requests(tmp_path, samples=1, evidence=[("log.txt", b"We agreed two actions.")])
    on = OnBench(desk, qtbot, settled)
    on.bench.browser.view.text.selectAll()
    on.bench.browser.view.focus_view()
    on.press(Key.Key_C)
    assert on.bench.pane.notes.field.text == "“We agreed two actions.” (log.txt)\n"
    desk.close()


def test_ctrl_f_searches_the_file_and_zoom_enlarges_it(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    desk = desk_with_requests(tmp_path, samples=1, evidence=[("log.txt", b"We agreed two actions.")])
    on = OnBench(desk, qtbot, settled)
    on.press(Key.Key_F, modifier=CTRL)
    assert on.focus == "findText"
    assert on.bench.zoom(1)
    assert on.bench.browser.view.text.zoom == pytest.approx(1.1)
    desk.close()


def test_zoom_is_left_to_the_window_where_there_is_nothing_to_enlarge(on: OnBench) -> None:
    assert on.bench.zoom(1) is False


def test_fetching_shows_how_far_it_is(qtbot: QtBot) -> None:
    card = AbsentCard()
    qtbot.addWidget(card)
    card.show_item(EvidenceItem(records.evidence(size=2_000_000), here=False, shown_inside=True))
    card.show_progress(Fetch(done=1, total=4, bytes_done=500_000, bytes_total=2_000_000))
    assert "1 of 4 files, 500 kB of 2.0 MB" in words_on(card)
    assert card.fetch.isHidden()


# For everybody


def test_every_control_has_a_name(on: OnBench) -> None:
    on.press(Key.Key_2)
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView)
    nameless = [
        widget
        for kind in kinds
        for widget in on.bench.findChildren(kind)
        if widget.isVisible()
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []


def test_fixed_names_find_their_widgets(on: OnBench) -> None:
    for name in ("benchSamples", "evidenceView", "decisionAgreed", "decisionNotAgreed", "decisionFurtherEvidence",
                 "decisionSuspicion", "rationale", "actionText", "addAction", "actionList", "noteText", "addNote",
                 "notesList", "saveJudgement"):  # fmt: skip
        assert on.bench.findChild(QWidget, name) is not None, name


def test_a_decision_says_its_key_and_its_state(on: OnBench) -> None:
    radio = on.bench.findChild(QRadioButton, "decisionNotAgreed")
    on.press(Key.Key_2)
    read = QAccessible.queryAccessibleInterface(radio)
    assert read.text(QAccessible.Text.Name) == "Not agreed, key 2"
    assert read.state().checked


def test_everything_that_is_pressed_is_at_least_24_pixels(on: OnBench) -> None:
    for button in on.bench.findChildren(QAbstractButton):
        if button.isVisible() and not button.objectName().startswith("qt_"):
            assert min(button.width(), button.height()) >= 24, button.accessibleName()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_on_a_small_laptop_nothing_is_wider_than_its_pane(
    on: OnBench, settled: Settled, scale: float
) -> None:
    app_look = style.look()
    app_look.put_on("light", scale)
    on.window.resize(QSize(1290, 660))
    settled()
    area = on.bench.pane.area
    page = area.widget()
    assert page is not None
    on.qtbot.waitUntil(lambda: page.minimumSizeHint().width() <= area.viewport().width())
    assert on.bench.width() <= 1290
