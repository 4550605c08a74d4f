"""The bench by keyboard: judging everything, moving about, taking back, and what single letters must not do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.moderation import Decision, RequestState
from app.workspace.desk import Desk
from tests.support import records
from tests.support.desks import desk_with_requests, make_profile, one_request, open_desk
from tests.views.bench_window import CTRL, REQUEST, OnBench, sample

Key = Qt.Key
Settled = Callable[[], None]


@pytest.fixture
def on(desk: Desk, qtbot: QtBot, settled: Settled) -> OnBench:
    return OnBench(desk, qtbot, settled)


def test_every_sample_is_judged_with_the_keyboard_alone(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    desk = desk_with_requests(tmp_path, samples=4)
    on = OnBench(desk, qtbot, settled)
    on.press(Key.Key_1)
    on.press(Key.Key_2)
    on.type("The marks do not match the criteria.")
    on.press(Key.Key_Tab)
    on.type("Re-mark unit 501.")
    on.press(Key.Key_Return)
    on.type("Standardise the team.")
    on.press(Key.Key_Return, modifier=CTRL)
    on.press(Key.Key_3)
    on.type("The witness statement is unsigned.")
    on.press(Key.Key_Escape)
    on.press(Key.Key_A)
    on.type("Send the signed statement.")
    on.press(Key.Key_Return, modifier=CTRL)
    on.press(Key.Key_C)
    on.type("Seen on page 3.")
    on.press(Key.Key_Escape)
    on.press(Key.Key_1)
    settled()
    assert on.decisions() == [
        Decision.AGREED,
        Decision.NOT_AGREED,
        Decision.FURTHER_EVIDENCE,
        Decision.AGREED,
    ]
    second, third = on.sheet(2).judgement, on.sheet(3).judgement
    assert second is not None
    assert third is not None
    assert second.rationale == "The marks do not match the criteria."
    assert [action.text for action in second.actions] == ["Re-mark unit 501.", "Standardise the team."]
    assert [action.text for action in third.actions] == ["Send the signed statement."]
    fourth = on.sheet(4).draft
    assert fourth is not None
    assert fourth.note == "Seen on page 3."
    assert on.said == "Sample 4: Agreed. All samples are judged."
    desk.close()


def test_1_agrees_goes_on_and_can_be_undone(on: OnBench) -> None:
    on.press(Key.Key_1)
    judgement = on.sheet(1).judgement
    assert judgement is not None
    assert on.told == [("Sample 1: Agreed", judgement.id)]
    assert on.bench.sample_id == sample(2)
    assert on.bench.samples.sample_id == sample(2)
    assert on.changes[-1].requests == {REQUEST}


def test_ctrl_z_takes_the_last_judgement_back_and_returns_to_its_sample(on: OnBench) -> None:
    on.press(Key.Key_2)
    on.type("Not on the evidence.")
    on.press(Key.Key_Tab)
    on.type("Re-mark.")
    on.press(Key.Key_Return, modifier=CTRL)
    assert on.bench.sample_id == sample(2)
    on.press(Key.Key_Z, modifier=CTRL)
    assert on.bench.sample_id == sample(1)
    assert on.sheet(1).judgement is None
    form = on.bench.pane.form.content
    assert form.decision is Decision.NOT_AGREED
    assert form.rationale == "Not on the evidence."
    assert form.actions == ("Re-mark.",)
    assert "taken back" in on.said


def test_ctrl_z_without_a_judgement_says_so(on: OnBench) -> None:
    on.press(Key.Key_Z, modifier=CTRL)
    assert on.said == "There is no judgement of yours to take back."


def test_ctrl_z_withdraws_what_was_sent_and_asks_why(tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    items, _ = one_request(2)
    sent = records.judgement("act-sent", sample(1), request_id=REQUEST)
    desk = open_desk(make_profile(tmp_path, [*items, sent]))
    on = OnBench(desk, qtbot, settled)
    on.press(Key.Key_Z, modifier=CTRL)
    question = on.question
    assert question.objectName() == "withdraw"
    assert not question.do.isEnabled()
    on.type("Judged the wrong learner.")
    assert question.do.isEnabled()
    question.do.click()
    on.back_to_window()
    settled()
    sheet = on.sheet(1)
    assert sheet.judgement is None
    assert [old.withdrawn for old in sheet.history] == ["Judged the wrong learner."]
    assert "Withdrawn" in on.bench.pane.history.cards[0]
    assert "Judged the wrong learner." in on.bench.pane.history.cards[0]
    desk.close()


def test_n_goes_on_from_here_round_the_end_and_tells_when_none_is_left(on: OnBench) -> None:
    on.press(Key.Key_J)
    on.press(Key.Key_1)
    assert on.bench.sample_id == sample(3)
    on.press(Key.Key_N)
    assert on.bench.sample_id == sample(1)
    on.press(Key.Key_N)
    assert on.bench.sample_id == sample(3)
    on.press(Key.Key_1)
    assert on.bench.sample_id == sample(1)
    on.press(Key.Key_N)
    assert on.said == "This is the only sample left to judge."
    on.press(Key.Key_1)
    on.press(Key.Key_N)
    assert on.said == "All samples are judged."


def test_j_and_k_stop_at_either_end(on: OnBench) -> None:
    visited = []
    for key in (Key.Key_K, Key.Key_J, Key.Key_J, Key.Key_J, Key.Key_K):
        on.press(key)
        visited.append(on.bench.sample_id)
    assert visited == [sample(1), sample(2), sample(3), sample(3), sample(2)]


@pytest.mark.parametrize(
    ("key", "decision"),
    [(Key.Key_2, Decision.NOT_AGREED), (Key.Key_3, Decision.FURTHER_EVIDENCE)],
)
def test_2_and_3_decide_and_put_the_caret_into_the_rationale(
    on: OnBench, key: Qt.Key, decision: Decision
) -> None:
    on.press(key)
    assert on.bench.pane.form.choice.decision is decision
    assert on.focus == "rationale"
    assert on.decisions() == [None, None, None]


def test_single_letters_sleep_in_text_fields(on: OnBench) -> None:
    on.press(Key.Key_2)
    on.type("n j k 1 2 3 4 c a [ ]")
    assert on.bench.pane.form.rationale.text == "n j k 1 2 3 4 c a [ ]"
    assert on.bench.sample_id == sample(1)
    assert on.bench.judging.question is None
    assert on.decisions() == [None, None, None]


def test_letters_that_are_switched_off_do_nothing(on: OnBench) -> None:
    on.actions.set_letters(False)
    on.press(Key.Key_1, Key.Key_J)
    assert on.bench.sample_id == sample(1)
    assert on.decisions() == [None, None, None]
    assert on.bench.pane.form.choice.button(Decision.AGREED).keys == ""


def test_a_remapped_key_is_shown_beside_its_decision(on: OnBench) -> None:
    on.actions.remap({"bench_agree": "G"})
    assert on.bench.pane.form.choice.button(Decision.AGREED).keys == "G"
    on.press(Key.Key_G)
    assert on.decisions()[0] is Decision.AGREED


def test_1_does_not_record_words_that_were_meant_for_another_decision(on: OnBench) -> None:
    on.press(Key.Key_2)
    on.type("The plan is missing.")
    on.press(Key.Key_Escape)
    on.press(Key.Key_1)
    assert on.decisions() == [None, None, None]
    assert "Not agreed" in on.said
    assert on.focus == "rationale"
    assert on.bench.pane.form.rationale.text == "The plan is missing."
    on.press(Key.Key_Return, modifier=CTRL)
    assert on.decisions()[0] is Decision.AGREED


def test_agreeing_twice_records_once(on: OnBench) -> None:
    on.press(Key.Key_1)
    on.press(Key.Key_K)
    on.press(Key.Key_1)
    assert len(on.sheet(1).history) == 1
    assert on.said == "Sample 1 is agreed already"


def test_saving_without_a_decision_says_what_is_wanted(on: OnBench) -> None:
    on.press(Key.Key_Return, modifier=CTRL)
    assert on.bench.pane.form.complaint == "Choose a decision first."
    assert on.focus == "decisionAgreed"


def test_f6_walks_through_the_panes_and_unfolds_a_folded_one(on: OnBench) -> None:
    bench = on.bench
    bench.splitter.setSizes([300, 900, 0])
    assert on.focus == "benchSamples"
    on.press(Key.Key_F6)
    assert bench.browser.isAncestorOf(bench.window().focusWidget())
    on.press(Key.Key_F6)
    assert on.focus == "decisionAgreed"
    assert bench.splitter.sizes()[2] > 0
    on.press(Key.Key_F6)
    assert on.focus == "benchSamples"


def test_brackets_go_through_the_files(tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    evidence = [("a.txt", b"first"), ("b.txt", b"second"), ("c.docx", b"PK\x03\x04third")]
    desk = desk_with_requests(tmp_path, samples=1, evidence=evidence)
    on = OnBench(desk, qtbot, settled)
    names = []
    for key in (Key.Key_BracketRight, Key.Key_BracketRight, Key.Key_BracketRight, Key.Key_BracketLeft):
        on.press(key)
        settled()
        item = on.bench.browser.view.item
        assert item is not None
        names.append(item.evidence.name)
    assert names == ["b.txt", "c.docx", "c.docx", "b.txt"]
    desk.close()


def test_M64_a_suspicion_needs_a_reason_and_a_confirmation(on: OnBench, settled: Settled) -> None:
    on.press(Key.Key_4)
    question = on.question
    on.press(Key.Key_4, Key.Key_4, Key.Key_Return, Key.Key_Space, Key.Key_Enter)
    on.press(Key.Key_Return, modifier=CTRL)
    assert on.bench.judging.question is question
    assert on.decisions() == [None, None, None]
    assert not question.do.isEnabled()
    on.type("The same text in three learners' work.")
    assert not question.do.isEnabled()
    on.press(Key.Key_Tab, Key.Key_Space)
    assert question.do.isEnabled()
    on.press(Key.Key_Tab, Key.Key_Tab, Key.Key_Space)
    on.back_to_window()
    settled()
    assert on.decisions()[0] is Decision.SUSPECTED_MALPRACTICE
    assert on.desk.request(REQUEST).request.state is RequestState.ON_HOLD


def test_M64_the_key_that_opened_the_question_is_not_typed_into_it(on: OnBench) -> None:
    on.press(Key.Key_4)
    reason = on.question.reason
    held_down = QKeyEvent(QEvent.Type.KeyPress, Key.Key_4, Qt.KeyboardModifier.NoModifier, "4", True)
    QApplication.sendEvent(reason, held_down)
    assert reason.text == ""
    on.type("44")
    assert reason.text == "44"
    on.question.reject()


def test_M64_a_cancelled_suspicion_holds_nothing_and_keeps_what_was_typed(on: OnBench) -> None:
    on.press(Key.Key_4)
    assert on.question.reason.hasFocus()
    on.type("Looks copied.")
    on.press(Key.Key_Escape)
    on.back_to_window()
    on.bench.save_now()
    assert on.desk.request(REQUEST).request.state is RequestState.IN_MODERATION
    draft = on.sheet(1).draft
    assert draft is not None
    assert draft.decision is Decision.SUSPECTED_MALPRACTICE
    assert draft.rationale == "Looks copied."
    assert on.bench.pane.save.text() == "Raise suspicion…"


def test_M64_saving_a_suspicion_asks_as_key_4_does(on: OnBench) -> None:
    on.bench.pane.form.decide(Decision.SUSPECTED_MALPRACTICE)
    on.press(Key.Key_Return, modifier=CTRL)
    assert on.question.objectName() == "suspicion"
    assert on.decisions() == [None, None, None]
    on.question.reject()


def test_M64_after_a_suspicion_judging_is_closed_in_words_and_M53_notes_stay_possible(
    on: OnBench, settled: Settled
) -> None:
    on.desk.record_judgement(REQUEST, sample(1), Decision.SUSPECTED_MALPRACTICE, "Copied.", [])
    on.bench.open(REQUEST, sample(2))
    settled()
    pane = on.bench.pane
    assert pane.notice is not None
    assert "On hold" in pane.notice.says
    assert not pane.save.isEnabled()
    assert pane.form.rationale.isReadOnly()
    on.press(Key.Key_1)
    assert on.said == pane.notice.says
    assert on.decisions()[1] is None
    on.press(Key.Key_C)
    on.type("The centre should know.")
    on.bench.pane.notes.add_typed()
    assert [note.text for note in on.sheet(2).notes] == ["The centre should know."]
