"""A key held down: moving may repeat, recording never does."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.moderation import Decision, RequestState
from tests.support.desks import desk_with_requests
from tests.views.bench_window import CTRL, REQUEST, OnBench, Settled, sample

MOVING = {"bench_next_sample", "bench_previous_sample", "bench_next_file", "bench_previous_file"}


def test_only_moving_repeats_while_a_key_is_held(tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    desk = desk_with_requests(tmp_path / "laptop")
    bench = OnBench(desk, qtbot, settled)
    assert {entry.id for entry in bench.actions.all() if entry.action.autoRepeat()} == MOVING
    desk.close()


def test_ctrl_enter_in_a_new_note_adds_the_note_and_keeps_the_caret(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    desk = desk_with_requests(tmp_path / "laptop")
    bench = OnBench(desk, qtbot, settled)
    bench.press(Qt.Key.Key_C)
    bench.type("Please see page 4.")
    bench.press(Qt.Key.Key_Return, modifier=CTRL)
    settled()
    sheet = desk.request(REQUEST).samples[0]
    assert [note.text for note in sheet.notes] == ["Please see page 4."]
    assert sheet.judgement is None
    assert bench.focus == "noteText"
    desk.close()


def test_M64_a_suspicion_may_be_raised_after_the_request_was_returned(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    desk = desk_with_requests(tmp_path / "laptop", state=RequestState.RETURNED_TO_CENTRE)
    bench = OnBench(desk, qtbot, settled)
    bench.press(Qt.Key.Key_4)
    settled()
    assert bench.bench.judging.question is not None
    bench.bench.judging.question.reject()
    desk.record_judgement(REQUEST, sample(1), Decision.SUSPECTED_MALPRACTICE, "Two are alike.", [])
    assert desk.request(REQUEST).request.state is RequestState.ON_HOLD
    desk.close()
