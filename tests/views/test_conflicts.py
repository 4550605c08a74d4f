"""The Conflicts screen, driven by keys and mouse over a real desk: two versions side by side, and a person decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from app.domain.merging import Marked
from app.domain.moderation import Decision, RequestState, Standing
from app.views import style
from app.views.actions import ActionRegistry
from app.views.conflicts.card import FieldCard
from app.views.conflicts.screen import ConflictsScreen
from app.views.conflicts.versions import VersionText, runs_of
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, JudgementDraft, SampleSheet
from tests.support import records
from tests.support.elsewhere import arrives, judged
from tests.views.windows import bring_up

Settled = Callable[[], None]
REQUEST = "request-1"
FIRST, SECOND = f"{REQUEST}/sample-1", f"{REQUEST}/sample-2"
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
JULES = "Jules Okafor, 3 March 2026, 12:00"
BEFORE, MINE, THEIRS = "The plan is thin.", "The plan is thin and late.", "The plan is good."


class Comparing:
    """The Conflicts screen in a window of its own, and what it told that window."""

    def __init__(self, desk: Desk, qtbot: QtBot, settled: Settled, *, sample: str = "") -> None:
        self.desk, self.settled = desk, settled
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = ActionRegistry(self.window)
        self.screen = ConflictsScreen(desk, self.actions)
        self.told: list[tuple[str, str]] = []
        self.changes: list[Changes] = []
        self.wanted: list[tuple[str, str, str]] = []
        self.refused: list[KnownError] = []
        self.screen.told.connect(lambda says, undo: self.told.append((says, undo)))
        self.screen.changed.connect(self.changes.append)
        self.screen.wants.connect(lambda *where: self.wanted.append(where))
        self.screen.refused.connect(self.refused.append)
        self.window.setCentralWidget(self.screen)
        self.actions.bring_to_front(self.screen)
        bring_up(qtbot, self.window, 1000, 700)
        self.screen.open(REQUEST, sample)
        self.screen.entered()
        settled()
        # A layout shows what is new in it only with the next events.
        qtbot.waitUntil(lambda: all(card.isVisible() for card in self.screen.cards))
        qtbot.waitUntil(
            lambda: all(
                button.isVisible()
                for card in self.screen.cards
                if card.field.differs
                for button in card.buttons.values()
            )
        )

    def press(self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            focused = QApplication.focusWidget()
            assert focused is not None
            QTest.keyClick(focused, key, modifier)

    def save(self) -> None:
        self.press(Qt.Key.Key_Return, modifier=CTRL)
        self.settled()

    @property
    def focus(self) -> str:
        focused = QApplication.focusWidget()
        return focused.objectName() if focused is not None else ""

    def card(self, name: str) -> FieldCard:
        return next(card for card in self.screen.cards if card.field.name == name)

    def child(self, name: str) -> QWidget:
        found = self.screen.findChild(QWidget, name)
        assert found is not None, name
        return found

    def result(self, name: str) -> str:
        field = self.child(f"result_{name}")
        assert isinstance(field, QPlainTextEdit)
        return field.toPlainText()


def sheet(desk: Desk, sample_id: str = FIRST) -> SampleSheet:
    found = desk.request(REQUEST).sheet(sample_id)
    assert found is not None
    return found


@pytest.fixture
def disputed(desk: Desk) -> Desk:
    """Sample 1: Jules judged; then I and Jules anew, neither knowing of the other."""
    arrives(desk, judged("j1", FIRST, Decision.NOT_AGREED, BEFORE, ("Re-mark.",)))
    desk.record_judgement(REQUEST, FIRST, Decision.NOT_AGREED, MINE, ["Re-mark.", "Send the sheet."])
    arrives(desk, judged("j2", FIRST, Decision.AGREED, THEIRS, ("Re-mark.",), supersedes=("j1",)))
    return desk


@pytest.fixture
def clashing(disputed: Desk) -> Desk:
    """Sample 2 as well: Jules recorded another rationale, and an action, while I had a draft."""
    arrives(disputed, judged("k1", SECOND, Decision.AGREED, "So."))
    disputed.save_draft(REQUEST, SECOND, JudgementDraft(Decision.AGREED, "Mine.", (), "a note"))
    arrives(disputed, judged("k2", SECOND, Decision.AGREED, "Theirs.", ("Ask.",), supersedes=("k1",)))
    return disputed


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


# -- how it looks, and what is spoken -----------------------------------------------------------------------------


def test_differences_are_marked_by_more_than_colour(disputed: Desk) -> None:
    (conflict,) = disputed.conflicts.all()
    _, mine, theirs = runs_of(conflict.field("rationale"))
    assert mine == (
        (Marked.KEPT, "The plan is thin"),
        (Marked.ADDED, " and late"),
        (Marked.KEPT, "."),
    )
    assert (Marked.REMOVED, "thin") in theirs
    text = VersionText()
    text.show_runs(theirs)
    assert text.toPlainText() == "The plan is −thin+good."
    assert text.accessibleName() == THEIRS
    assert text.accessibleDescription() == "removed: thin; added: good"
    cursor = text.textCursor()
    cursor.setPosition(text.toPlainText().index("−thin") + 2)
    assert cursor.charFormat().fontStrikeOut()
    cursor.setPosition(text.toPlainText().index("+good") + 2)
    assert cursor.charFormat().fontUnderline()


def test_what_is_copied_from_a_version_are_its_own_words(disputed: Desk, qtbot: QtBot) -> None:
    text = VersionText()
    qtbot.addWidget(text)
    text.show_runs(((Marked.KEPT, "Один 🙂 is "), (Marked.REMOVED, "thin"), (Marked.ADDED, "good\nnow")))
    cursor = text.textCursor()
    cursor.select(QTextCursor.SelectionType.Document)
    text.setTextCursor(cursor)
    text.copy()
    assert QGuiApplication.clipboard().text() == "Один 🙂 is good\nnow"


def test_names_tell_whose_and_when_and_which_key(disputed: Desk, qtbot: QtBot, settled: Settled) -> None:
    comparing = Comparing(disputed, qtbot, settled)
    card = comparing.card("rationale")
    assert card.accessibleName() == "Rationale, Differs: choose"
    assert card.columns.theirs.text.accessibleName() == f"Theirs, {JULES}: {THEIRS}"
    button = comparing.child("both_rationale")
    assert isinstance(button, QPushButton)
    assert (button.text(), button.accessibleName()) == ("Both (B)", "Both: Rationale, key B")
    comparing.actions.set_letters(False)
    assert button.text() == "Both"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert card.accessibleName().startswith("Rationale, Chosen, result: ")
    assert button.isChecked()


def test_every_control_has_a_name_and_can_be_hit(clashing: Desk, qtbot: QtBot, settled: Settled) -> None:
    comparing = Comparing(clashing, qtbot, settled)
    comparing.press(Qt.Key.Key_M, modifier=SHIFT)
    for widget in comparing.screen.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            spoken = widget.accessibleName() or widget.property("text")
            assert spoken or widget is comparing.screen.area, widget
            assert widget.height() >= 24, widget.objectName()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_versions_stand_beside_each_other_where_there_is_room_and_below_where_there_is_not(
    disputed: Desk, qtbot: QtBot, settled: Settled, qapp: QApplication, scale: float
) -> None:
    style.apply(qapp, "light", scale)
    comparing = Comparing(disputed, qtbot, settled)
    columns = comparing.card("rationale").columns
    if scale == 1.0:
        qtbot.waitUntil(lambda: columns.theirs.x() > columns.mine.x() > columns.before.x())
    else:
        qtbot.waitUntil(lambda: columns.theirs.y() > columns.mine.y() > columns.before.y())
    # Nothing is cut off at the side, and every version is as high as its words.
    assert comparing.screen.area.horizontalScrollBar().maximum() == 0
    for column in (columns.before, columns.mine, columns.theirs):
        assert column.text.verticalScrollBar().maximum() == 0


def test_two_others_are_called_first_and_second(desk: Desk, qtbot: QtBot, settled: Settled) -> None:
    arrives(
        desk,
        judged("j1", FIRST, rationale="One."),
        judged("j2", FIRST, rationale="Two.", by=("person-3", "Ash Lindqvist")),
    )
    comparing = Comparing(desk, qtbot, settled)
    button = comparing.child("mine_rationale")
    assert isinstance(button, QPushButton)
    assert button.text() == "First (M)"
    # What is the same on both sides is shown, and asks for nothing.
    assert comparing.card("decision").decided
    assert not comparing.child("mine_decision").isVisible()


def test_without_conflicts_one_sentence_and_a_way_out(desk: Desk, qtbot: QtBot, settled: Settled) -> None:
    comparing = Comparing(desk, qtbot, settled)
    button = comparing.screen._empty.button
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert comparing.wanted == [("work", "", "")]
