"""The Conflicts screen, driven by keys and mouse over a real desk: two versions side by side, and a person decides."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.moderation import Decision, RequestState, Standing
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, JudgementDraft
from tests.support import records
from tests.support.elsewhere import arrives, judged
from tests.views.conflicts_window import (
    CTRL,
    FIRST,
    JULES,
    MINE,
    REQUEST,
    SECOND,
    SHIFT,
    THEIRS,
    Comparing,
    Settled,
    sheet,
)

# -- deciding by keyboard alone -----------------------------------------------------------------------------------


def test_a_dispute_is_decided_by_keyboard_alone(disputed: Desk, qtbot: QtBot, settled: Settled) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    assert comparing.focus == "field_decision"
    comparing.press(Qt.Key.Key_T)
    comparing.press(Qt.Key.Key_J)
    assert comparing.focus == "field_rationale"
    comparing.press(Qt.Key.Key_B)
    assert comparing.result("rationale") == f"{MINE}\n\n— {JULES} —\n{THEIRS}"
    comparing.press(Qt.Key.Key_J, Qt.Key.Key_M)
    assert comparing.card("actions").value == ("Re-mark.", "Send the sheet.")
    comparing.save()
    found = sheet(disputed)
    assert found.standing is Standing.JUDGED
    assert found.judgement is not None
    assert (found.judgement.decision, found.judgement.rationale) == (
        Decision.AGREED,
        f"{MINE}\n\n— {JULES} —\n{THEIRS}",
    )
    assert comparing.told == [("Sample 1 of MR-2041: Agreed", found.judgement.id)]
    assert comparing.changes[0].requests == {REQUEST}
    assert comparing.screen.shown is None
    assert "No conflicts" in comparing.screen._empty.accessibleName()


def test_nothing_is_guessed_what_is_not_chosen_is_asked_for(
    disputed: Desk, qtbot: QtBot, settled: Settled
) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    comparing.press(Qt.Key.Key_M)
    comparing.save()
    assert comparing.screen.complaint.text == "Choose a version for: Rationale."
    assert comparing.focus == "field_rationale"
    assert sheet(disputed).standing is Standing.DISPUTED
    comparing.press(Qt.Key.Key_M)
    assert comparing.screen.complaint.text == ""


def test_all_mine_and_all_theirs_take_every_field(disputed: Desk, qtbot: QtBot, settled: Settled) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    comparing.press(Qt.Key.Key_M, modifier=SHIFT)
    assert [card.value for card in comparing.screen.cards] == [
        "not_agreed",
        MINE,
        ("Re-mark.", "Send the sheet."),
    ]
    comparing.press(Qt.Key.Key_T, modifier=SHIFT)
    assert [card.value for card in comparing.screen.cards] == ["agreed", THEIRS, ("Re-mark.",)]
    assert all(card.decided for card in comparing.screen.cards)


def test_a_decision_is_one_or_the_other(disputed: Desk, qtbot: QtBot, settled: Settled) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    comparing.press(Qt.Key.Key_B)
    assert not comparing.card("decision").decided
    assert comparing.told == [("Decision: one or the other", "")]


def test_letters_sleep_in_the_result_and_escape_wakes_them(
    disputed: Desk, qtbot: QtBot, settled: Settled
) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    comparing.press(Qt.Key.Key_J, Qt.Key.Key_T)
    comparing.child("result_rationale").setFocus()
    comparing.press(Qt.Key.Key_M, Qt.Key.Key_B)
    assert comparing.result("rationale") == f"{THEIRS}mb"
    comparing.press(Qt.Key.Key_Escape)
    assert comparing.focus == "field_rationale"
    comparing.press(Qt.Key.Key_M)
    assert comparing.result("rationale") == MINE


def test_every_button_can_be_reached_and_pressed_by_tab_and_space(
    disputed: Desk, qtbot: QtBot, settled: Settled
) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    passed = []
    for _ in range(6):
        comparing.press(Qt.Key.Key_Tab)
        passed.append(comparing.focus)
    assert passed == [
        "mine_decision",
        "theirs_decision",
        "field_rationale",
        "mine_rationale",
        "theirs_rationale",
        "both_rationale",
    ]
    comparing.press(Qt.Key.Key_Space)
    assert comparing.result("rationale") == f"{MINE}\n\n— {JULES} —\n{THEIRS}"
    comparing.press(Qt.Key.Key_Tab)
    assert comparing.focus == "result_rationale"


def test_the_result_may_be_edited_before_it_is_saved(disputed: Desk, qtbot: QtBot, settled: Settled) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    comparing.press(Qt.Key.Key_T, modifier=SHIFT)
    field = comparing.child("result_rationale")
    field.setFocus()
    QTest.keyClicks(field, " Now.")
    assert comparing.card("rationale").typed
    assert not any(button.isChecked() for button in comparing.card("rationale").buttons.values())
    comparing.save()
    judgement = sheet(disputed).judgement
    assert judgement is not None
    assert judgement.rationale == f"{THEIRS} Now."
    aside = {(text.where, text.text) for text in sheet(disputed).aside}
    assert ("Rationale", MINE) in aside
    assert ("Decision", "Not agreed") in aside


def test_what_is_refused_is_said_and_everything_chosen_stays(
    disputed: Desk, qtbot: QtBot, settled: Settled
) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    comparing.press(Qt.Key.Key_M, modifier=SHIFT)
    field = comparing.child("result_rationale")
    field.setFocus()
    comparing.press(Qt.Key.Key_A, modifier=CTRL)
    comparing.press(Qt.Key.Key_Delete)
    comparing.save()
    assert comparing.screen.complaint.text.startswith("“Not agreed” needs a rationale.")
    assert comparing.card("decision").value == "not_agreed"
    assert comparing.result("rationale") == ""
    assert sheet(disputed).standing is Standing.DISPUTED


# -- several, and what happens meanwhile --------------------------------------------------------------------------


def test_saving_goes_to_the_next_conflict(clashing: Desk, qtbot: QtBot, settled: Settled) -> None:
    comparing = Comparing(clashing, qtbot, settled)
    comparing.press(Qt.Key.Key_M, modifier=SHIFT)
    comparing.save()
    assert comparing.screen.shown is not None
    assert comparing.screen.shown.sample_id == SECOND
    # An action of theirs alone was merged already; the rationale is asked for.
    assert comparing.card("actions").decided
    assert comparing.focus in ("field_decision", "field_rationale")
    comparing.card("rationale").setFocus()
    comparing.press(Qt.Key.Key_T)
    comparing.save()
    assert clashing.conflicts.all() == ()
    assert sheet(clashing, SECOND).draft == JudgementDraft(note="a note")
    assert [text.text for text in sheet(clashing, SECOND).aside] == ["Mine."]


def test_a_conflict_is_opened_where_it_was_met_and_n_goes_round(
    clashing: Desk, qtbot: QtBot, settled: Settled
) -> None:
    comparing = Comparing(clashing, qtbot, settled, sample=SECOND)
    seen = []
    for _ in range(3):
        assert comparing.screen.shown is not None
        seen.append(comparing.screen.shown.sample_id)
        comparing.press(Qt.Key.Key_N)
    assert seen == [SECOND, FIRST, SECOND]
    comparing.press(Qt.Key.Key_O)
    assert comparing.wanted == [("bench", REQUEST, FIRST)]


def test_what_was_written_by_hand_survives_leaving_and_closing(
    clashing: Desk, qtbot: QtBot, settled: Settled
) -> None:
    comparing = Comparing(clashing, qtbot, settled)
    comparing.press(Qt.Key.Key_T, modifier=SHIFT)
    QTest.keyClicks(comparing.child("result_rationale"), " By hand.")
    comparing.screen.step(1)
    comparing.screen.step(1)
    assert comparing.result("rationale") == f"{THEIRS} By hand."
    assert not comparing.card("decision").decided  # only what was written by hand is more than a click
    again = Comparing(clashing, qtbot, settled)
    assert again.result("rationale") == f"{THEIRS} By hand."


def test_a_change_from_elsewhere_keeps_what_was_written(
    clashing: Desk, qtbot: QtBot, settled: Settled
) -> None:
    comparing = Comparing(clashing, qtbot, settled, sample=SECOND)
    comparing.card("rationale").setFocus()
    comparing.press(Qt.Key.Key_M)
    field = comparing.child("result_rationale")
    QTest.keyClicks(field, " By hand.")
    arrives(clashing, judged("k3", SECOND, Decision.AGREED, "Theirs, anew.", ("Ask.",), supersedes=("k2",)))
    comparing.screen.apply(Changes(frozenset({REQUEST})))
    settled()
    assert comparing.card("rationale").field.theirs == "Theirs, anew."
    assert comparing.result("rationale") == "Mine. By hand."


def test_the_same_news_again_leaves_choices_and_caret_alone(
    disputed: Desk, qtbot: QtBot, settled: Settled
) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    comparing.press(Qt.Key.Key_T, modifier=SHIFT)
    field = comparing.child("result_rationale")
    field.setFocus()
    comparing.screen.apply(Changes(frozenset({REQUEST}), outbox=True))
    settled()
    assert comparing.focus == "result_rationale"
    assert comparing.child("result_rationale") is field
    assert all(card.decided for card in comparing.screen.cards)


def test_what_was_decided_elsewhere_goes_away_and_what_was_written_for_it_is_set_aside(
    disputed: Desk, qtbot: QtBot, settled: Settled
) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    comparing.press(Qt.Key.Key_T, modifier=SHIFT)
    QTest.keyClicks(comparing.child("result_rationale"), " By hand.")
    mine = next(j.id for j in sheet(disputed).history if j.rationale == MINE)
    arrives(disputed, judged("j3", FIRST, rationale="Settled.", supersedes=("j2", mine)))
    comparing.screen.save_now()
    comparing.screen.apply(Changes(frozenset({REQUEST})))
    settled()
    assert comparing.screen.shown is None
    assert comparing.told == [("Sample 1 of MR-2041: decided elsewhere meanwhile", "")]
    (aside,) = sheet(disputed).aside
    assert aside.text == f"{THEIRS} By hand."
    assert "decided elsewhere" in aside.why


def test_M64_a_conflict_in_a_held_request_is_shown_and_waits(
    disputed: Desk, qtbot: QtBot, settled: Settled
) -> None:
    arrives(disputed, records.request(state=RequestState.ON_HOLD, samples=3))
    comparing = Comparing(disputed, qtbot, settled)
    comparing.press(Qt.Key.Key_M, modifier=SHIFT)
    assert not comparing.screen.save_button.isEnabled()
    comparing.save()
    assert sheet(disputed).standing is Standing.DISPUTED
