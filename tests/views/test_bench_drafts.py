"""Nothing typed is lost: saved within 300 ms, on every way out, after a crash, and when recording is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from app.domain.moderation import Decision
from app.views.moderation.keeper import SAVE_AFTER_MS, Keeper
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, JudgementDraft
from tests.support import records
from tests.support.desks import desk_with_requests, make_profile, one_request, open_desk
from tests.views.bench_window import CTRL, REQUEST, OnBench, sample

Key = Qt.Key
Settled = Callable[[], None]


@pytest.fixture
def on(desk: Desk, qtbot: QtBot, settled: Settled) -> OnBench:
    return OnBench(desk, qtbot, settled)


def kept(on: OnBench, position: int = 1) -> JudgementDraft:
    """The draft as it lies in the database; an empty one when there is none."""
    return on.sheet(position).draft or JudgementDraft()


# In time


def test_a_keystroke_is_in_the_database_within_300_ms(on: OnBench, qtbot: QtBot) -> None:
    on.press(Key.Key_2)
    on.bench.save_now()
    on.type("x")
    assert 0 <= on.bench.keeper.due_in_ms <= SAVE_AFTER_MS <= 200
    qtbot.waitUntil(lambda: kept(on).rationale == "x", timeout=20_000)


def test_going_on_typing_does_not_put_saving_off(on: OnBench, qtbot: QtBot) -> None:
    on.press(Key.Key_2)
    on.bench.save_now()
    field = on.bench.pane.form.rationale
    QTest.keyClick(field, Key.Key_X)

    def saved_while_typing() -> bool:
        # The keys never pause for long, so a save that waited for a pause would never come.
        QTest.keyClick(field, Key.Key_X)
        return bool(kept(on).rationale)

    qtbot.waitUntil(saved_while_typing, timeout=20_000)


def test_the_keeper_counts_from_the_first_touch(qtbot: QtBot) -> None:
    keeper = Keeper(lambda: None)
    assert keeper.due_in_ms == -1
    keeper.touch()
    left = keeper.due_in_ms
    assert 0 <= left <= SAVE_AFTER_MS
    qtbot.waitUntil(lambda: keeper.due_in_ms < left, timeout=20_000)
    later = keeper.due_in_ms
    keeper.touch()
    assert keeper.due_in_ms <= later
    qtbot.waitUntil(lambda: not keeper.touched, timeout=20_000)
    assert keeper.due_in_ms == -1
    keeper.touch()
    assert 0 <= keeper.due_in_ms <= SAVE_AFTER_MS


def test_what_could_not_be_saved_stays_unsaved_is_told_once_and_tried_again(qtbot: QtBot) -> None:
    disk = {"full": True}

    def save() -> None:
        if disk["full"]:
            raise KnownError("disk_full", "The disk is full.", "Make room.")

    keeper = Keeper(save)
    told: list[KnownError] = []
    keeper.failed.connect(told.append)
    keeper.touch()
    assert keeper.save_now() is False
    assert keeper.save_now() is False
    assert keeper.touched
    assert [error.code for error in told] == ["disk_full"]
    disk["full"] = False
    with qtbot.waitSignal(keeper.saved, timeout=5_000):
        keeper.touch()
    assert not keeper.touched


def test_every_part_of_a_draft_is_kept(on: OnBench) -> None:
    on.press(Key.Key_3)
    on.type("Unsigned.")
    on.press(Key.Key_Tab)
    on.type("Sign it.")
    on.press(Key.Key_Return)
    on.type("Not yet added")
    on.press(Key.Key_Escape, Key.Key_C)
    on.type("A note")
    on.bench.save_now()
    draft = kept(on)
    assert draft.decision is Decision.FURTHER_EVIDENCE
    assert draft.rationale == "Unsigned."
    assert draft.actions == ("Sign it.", "Not yet added")
    assert draft.note == "A note"


# Ways out


def test_leaving_a_field_saves_at_once(on: OnBench) -> None:
    on.press(Key.Key_2)
    on.type("left at once")
    on.press(Key.Key_Tab)
    assert kept(on).rationale == "left at once"


def test_changing_the_pane_saves_at_once(on: OnBench) -> None:
    on.press(Key.Key_2)
    on.type("pane")
    on.press(Key.Key_F6)
    assert kept(on).rationale == "pane"


def test_text_is_there_again_after_going_to_another_sample_and_back(on: OnBench) -> None:
    on.press(Key.Key_2)
    on.type("first sample's words")
    on.bench.choose(sample(2))
    assert on.bench.pane.form.rationale.text == ""
    on.press(Key.Key_Escape, Key.Key_2)
    on.type("second sample's words")
    on.bench.choose(sample(1))
    assert on.bench.pane.form.rationale.text == "first sample's words"
    on.bench.choose(sample(2))
    assert on.bench.pane.form.rationale.text == "second sample's words"
    assert (kept(on, 1).rationale, kept(on, 2).rationale) == (
        "first sample's words",
        "second sample's words",
    )


def test_text_saved_by_the_timer_is_there_again_after_going_away_and_back(on: OnBench, qtbot: QtBot) -> None:
    on.press(Key.Key_2)
    on.type("by the timer")
    qtbot.waitUntil(lambda: kept(on).rationale == "by the timer")
    on.bench.choose(sample(2))
    on.bench.choose(sample(1))
    assert on.bench.pane.form.rationale.text == "by the timer"
    assert on.bench.pane.form.choice.decision is Decision.NOT_AGREED


def test_opening_the_request_again_does_not_wipe_a_draft(on: OnBench, settled: Settled) -> None:
    on.press(Key.Key_2)
    on.type("still mine")
    on.bench.open(REQUEST, sample(1))
    settled()
    assert on.bench.pane.form.rationale.text == "still mine"
    assert kept(on).rationale == "still mine"


def test_opening_another_request_keeps_what_was_typed_in_the_first(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    desk = desk_with_requests(tmp_path, requests=2)
    on = OnBench(desk, qtbot, settled)
    on.press(Key.Key_2)
    on.type("first request")
    on.bench.open("request-2")
    settled()
    assert on.bench.request_id == "request-2"
    assert on.bench.pane.form.rationale.text == ""
    assert kept(on).rationale == "first request"
    desk.close()


def test_a_draft_that_is_emptied_again_is_gone(on: OnBench) -> None:
    on.press(Key.Key_C)
    on.type("x")
    on.bench.save_now()
    assert on.sheet(1).draft is not None
    on.press(Key.Key_Backspace)
    on.bench.save_now()
    assert on.sheet(1).draft is None


# After a crash


def test_after_a_crash_the_draft_is_on_screen_again(tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    desk = desk_with_requests(tmp_path / "laptop")
    on = OnBench(desk, qtbot, settled)
    on.press(Key.Key_J, Key.Key_2)
    on.type("typed just before the crash")
    qtbot.waitUntil(lambda: kept(on, 2).rationale == "typed just before the crash")
    # What lies on the disk at this moment is all that a crash leaves.
    shutil.copytree(tmp_path / "laptop", tmp_path / "after")
    desk.close()
    again = open_desk(tmp_path / "after" / "profile")
    assert again.recovered_at() is not None
    after = OnBench(again, qtbot, settled, sample_id=sample(2))
    form = after.bench.pane.form
    assert form.rationale.text == "typed just before the crash"
    assert form.choice.decision is Decision.NOT_AGREED
    assert after.bench.pane.state_words.whole == "Unrecorded draft"
    again.close()


# Other people's changes


def test_changes_from_elsewhere_do_not_touch_text_or_caret(on: OnBench, settled: Settled) -> None:
    on.press(Key.Key_2)
    on.type("half a sente")
    on.press(Key.Key_Left, Key.Key_Left)
    field = on.bench.pane.form.rationale
    caret = field.caret()
    on.desk.add_note(REQUEST, sample(1), "From the other window")
    on.bench.apply(Changes(frozenset({REQUEST})))
    settled()
    assert any("From the other window" in card for card in on.bench.pane.notes.cards)
    assert field.text == "half a sente"
    assert field.caret() == caret
    assert field.hasFocus()


def test_a_judgement_from_elsewhere_is_shown_once_the_untouched_field_is_left(
    on: OnBench, settled: Settled
) -> None:
    field = on.bench.pane.form.rationale
    on.bench.pane.focus_field(field)
    on.desk.record_judgement(REQUEST, sample(1), Decision.AGREED, "Seen on the other laptop.", [])
    on.bench.apply(Changes(frozenset({REQUEST})))
    settled()
    assert field.text == ""
    on.press(Key.Key_Escape)
    assert field.text == "Seen on the other laptop."
    assert on.sheet(1).draft is None


def test_a_draft_saved_while_the_request_is_being_read_is_not_forgotten(
    on: OnBench, settled: Settled
) -> None:
    on.bench.apply(Changes(frozenset({REQUEST})))
    on.press(Key.Key_2)
    on.type("saved meanwhile")
    on.bench.save_now()
    settled()
    on.bench.choose(sample(2))
    on.bench.choose(sample(1))
    assert on.bench.pane.form.rationale.text == "saved meanwhile"


def test_a_note_that_was_just_deleted_does_not_come_back(on: OnBench, settled: Settled) -> None:
    on.press(Key.Key_C)
    on.type("n")
    on.bench.save_now()
    on.press(Key.Key_Backspace)
    on.bench.took(Changes(frozenset({REQUEST})))
    assert on.bench.pane.notes.field.text == ""
    on.bench.save_now()
    assert on.sheet(1).draft is None


def test_changes_of_another_request_are_none_of_the_bench(on: OnBench, settled: Settled) -> None:
    before = on.bench.sheet
    on.bench.apply(Changes(frozenset({"request-9"}), outbox=True))
    settled()
    assert on.bench.sheet is before


# When it is refused


def test_a_missing_rationale_is_said_beside_the_field_and_nothing_is_lost(on: OnBench) -> None:
    on.press(Key.Key_2, Key.Key_Tab)
    on.type("Re-mark.")
    on.press(Key.Key_Return, modifier=CTRL)
    form = on.bench.pane.form
    assert "needs a rationale" in form.rationale_complaint.text
    assert on.focus == "rationale"
    assert form.content.actions == ("Re-mark.",)
    assert kept(on).actions == ("Re-mark.",)
    assert on.bench.sample_id == sample(1)
    on.type("Because.")
    assert form.complaint == ""
    on.press(Key.Key_Return, modifier=CTRL)
    assert on.decisions()[0] is Decision.NOT_AGREED


def test_M59_a_missing_action_is_said_beside_the_field_and_the_text_stays(on: OnBench) -> None:
    on.press(Key.Key_2)
    on.type("The plan is missing.")
    on.press(Key.Key_Return, modifier=CTRL)
    form = on.bench.pane.form
    assert "needs an action for the centre" in form.actions_complaint.text
    assert on.focus == "actionText"
    assert form.rationale.text == "The plan is missing."
    assert on.decisions()[0] is None


def test_a_note_that_is_too_long_is_refused_and_stays(on: OnBench) -> None:
    notes = on.bench.pane.notes
    on.press(Key.Key_C)
    notes.field.insertPlainText("x" * 20_001)
    notes.add_button.click()
    assert "20,001 characters" in notes.complaint.text
    assert len(notes.field.text) == 20_001
    assert notes.field.hasFocus()
    assert on.sheet(1).notes == ()


# Notes, actions, what is recorded


def test_recording_leaves_an_unfinished_note_alone(on: OnBench) -> None:
    on.press(Key.Key_C)
    on.type("to be finished")
    on.press(Key.Key_Escape, Key.Key_1)
    draft = on.sheet(1).draft
    assert draft is not None
    assert draft.note == "to be finished"
    assert draft.decision is None
    on.press(Key.Key_K)
    assert on.bench.pane.notes.field.text == "to be finished"
    assert on.bench.pane.form.choice.decision is Decision.AGREED


def test_M53_a_note_tells_its_stage_author_and_moment(on: OnBench) -> None:
    on.press(Key.Key_C)
    on.type("Please see page 4.")
    on.bench.pane.notes.add_button.click()
    (card,) = on.bench.pane.notes.cards
    for words in (
        "Morgan Fairweather",
        "4 March 2026, 10:42",
        "In moderation",
        "this sample",
        "Please see page 4.",
    ):
        assert words in card
    assert on.bench.pane.notes.field.text == ""
    assert on.sheet(1).draft is None
    assert on.said == "Note added"


def test_M53_a_note_on_the_whole_request_leaves_no_draft_behind(on: OnBench, settled: Settled) -> None:
    on.press(Key.Key_C)
    on.type("For everyone.")
    about = on.bench.findChild(QComboBox, "noteAbout")
    about.setCurrentIndex(1)
    on.bench.pane.notes.add_button.click()
    assert [note.text for note in on.desk.request(REQUEST).notes] == ["For everyone."]
    assert on.sheet(1).draft is None
    on.bench.choose(sample(2))
    assert any("whole request" in card for card in on.bench.pane.notes.cards)


def test_actions_can_be_changed_and_removed(on: OnBench) -> None:
    editor = on.bench.pane.form.to_do
    on.press(Key.Key_A)
    for text in ("one", "two", "three"):
        on.type(text)
        on.press(Key.Key_Return)
    editor.rows[1].field.setFocus()
    on.press(Key.Key_End)
    on.type(" changed")
    editor.rows[0].removed.emit()
    assert editor.texts == ("two changed", "three")
    on.bench.save_now()
    assert kept(on).actions == ("two changed", "three")


def test_a_judgement_is_changed_by_recording_another(tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    items, _ = one_request(1)
    sent = records.judgement("act-sent", sample(1), request_id=REQUEST)
    desk = open_desk(make_profile(tmp_path, [*items, sent]))
    on = OnBench(desk, qtbot, settled)
    assert on.bench.pane.form.choice.decision is Decision.AGREED
    on.press(Key.Key_3)
    on.type("Page 2 is missing.")
    assert on.bench.samples.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole).endswith("Agreed")
    on.press(Key.Key_Tab)
    on.type("Send page 2.")
    on.press(Key.Key_Return, modifier=CTRL)
    cards = on.bench.pane.history.cards
    assert [("Superseded" in card, "Stands" in card) for card in cards] == [(False, True), (True, False)]
    desk.close()
