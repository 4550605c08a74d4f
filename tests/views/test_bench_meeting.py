"""What was judged elsewhere while one writes on the bench: merged and marked, or to be compared, never overwritten."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.domain.moderation import Decision, Standing
from app.views.moderation.history import VersionCard
from app.views.style import spacing
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, JudgementDraft
from tests.support.elsewhere import arrives, judged
from tests.views.bench_window import CTRL, REQUEST, OnBench, sample

Settled = Callable[[], None]
FIRST = sample(1)
JULES = "Jules Okafor, 3 March 2026, 12:00"


def news(on: OnBench) -> None:
    """A round of sync told the bench that its request changed."""
    on.bench.apply(Changes(frozenset({REQUEST})))
    on.settled()


def begun(desk: Desk, qtbot: QtBot, settled: Settled) -> OnBench:
    """Jules agreed; I began to write a rationale, and left the field."""
    arrives(desk, judged("j1", FIRST, Decision.AGREED))
    on = OnBench(desk, qtbot, settled, sample_id=FIRST)
    on.bench.pane.focus_field(on.bench.pane.form.rationale)
    on.type("I looked twice.")
    on.press(Qt.Key.Key_Escape)
    return on


def test_what_fits_is_taken_over_and_marked_below_its_field(
    desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    on = begun(desk, qtbot, settled)
    arrives(desk, judged("j2", FIRST, Decision.NOT_AGREED, "", ("Re-mark.",), supersedes=("j1",)))
    news(on)
    form = on.bench.pane.form
    assert form.content.decision is Decision.NOT_AGREED
    assert form.content.rationale == "I looked twice."
    assert form.content.actions == ("Re-mark.",)
    assert form.merged["decision"].text == f"Merged from {JULES}"
    assert form.merged["decision"].accessibleName() == f"Merged from {JULES}"
    assert form.merged["actions"].text == f"Merged from {JULES}"
    assert form.merged["rationale"].text == ""
    assert on.bench.pane.meeting is None
    # Recorded from here it follows theirs, and nothing is disputed.
    on.press(Qt.Key.Key_Return, modifier=CTRL)
    assert on.sheet(1).standing is Standing.JUDGED
    assert on.sheet(1).history[-1].supersedes == ("j2",)


def test_what_is_being_typed_is_not_touched_until_the_field_is_left(
    desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    on = begun(desk, qtbot, settled)
    field = on.bench.pane.form.rationale
    on.bench.pane.focus_field(field)
    arrives(desk, judged("j2", FIRST, Decision.NOT_AGREED, "", ("Re-mark.",), supersedes=("j1",)))
    news(on)
    on.type(" And again.")
    news(on)
    assert on.bench.pane.form.content.decision is Decision.AGREED
    on.press(Qt.Key.Key_Escape)
    news(on)
    content = on.bench.pane.form.content
    assert (content.decision, content.rationale) == (Decision.NOT_AGREED, "I looked twice. And again.")


def test_a_clash_is_said_where_one_writes_and_leads_to_comparing(
    desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    on = begun(desk, qtbot, settled)
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
    news(on)
    pane = on.bench.pane
    assert pane.form.content.rationale == "I looked twice."
    assert pane.meeting is not None
    assert pane.meeting.says == f"Judged elsewhere while you were writing: {JULES}. Rationale differs."
    (press,) = (button for button in pane.meeting.findChildren(QPushButton) if button.text() == "Compare…")
    qtbot.mouseClick(press, Qt.MouseButton.LeftButton)
    on.bench.focus_samples()
    on.press(Qt.Key.Key_V)
    assert on.wanted == [("conflicts", REQUEST, FIRST)] * 2


def test_recording_in_a_clash_interrupts_nobody_and_keeps_both(
    desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    on = begun(desk, qtbot, settled)
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
    news(on)
    on.press(Qt.Key.Key_Return, modifier=CTRL)
    assert on.said == "Sample 1: Agreed. Jules Okafor judged it meanwhile: compare both"
    assert on.sheet(1).standing is Standing.DISPUTED


def test_one_s_own_judgement_that_was_just_recorded_is_not_disputed_by_the_next(
    desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    on = OnBench(desk, qtbot, settled, sample_id=FIRST)
    pane = on.bench.pane
    on.press(Qt.Key.Key_2)
    on.type("No. ")
    pane.focus_field(pane.form.to_do.field)
    on.type("Re-mark.")
    # Saved with the caret in a field, then written on in the same place.
    on.bench.judging.save(go_on=False)
    pane.focus_field(pane.form.rationale)
    on.type("Not at all.")
    on.bench.judging.save(go_on=False)
    assert on.sheet(1).standing is Standing.JUDGED
    assert len(on.sheet(1).history) == 2


def test_a_draft_decided_on_the_conflicts_screen_is_shown_on_the_bench(
    desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    on = begun(desk, qtbot, settled)
    arrives(desk, judged("j2", FIRST, Decision.AGREED, "Theirs.", supersedes=("j1",)))
    news(on)
    (conflict,) = desk.conflicts.all()
    chosen = {field.name: field.value for field in conflict.fields} | {"rationale": "Settled by me."}
    desk.conflicts.decide(conflict, chosen)
    news(on)
    assert on.bench.pane.form.content.rationale == "Settled by me."
    assert on.bench.pane.meeting is None
    on.bench.save_now()
    assert on.sheet(1).draft == JudgementDraft(Decision.AGREED, "Settled by me.")


def test_the_list_marks_two_versions_in_words_and_the_mark_can_be_pressed(
    desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    arrives(desk, judged("j1", FIRST), judged("j2", FIRST, rationale="Second."))
    on = OnBench(desk, qtbot, settled, sample_id=sample(2))
    model = on.bench.samples.model()
    spoken = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Two judgements" in spoken
    assert "changed elsewhere, to be compared" in spoken
    row = on.bench.samples.visualRect(model.index(0, 0))
    place = QPoint(row.right() - spacing.ICON // 2 - spacing.SNUG, row.top() + row.height() // 3)
    QTest.mouseClick(on.bench.samples.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert on.wanted == [("conflicts", REQUEST, FIRST)]
    on.press(Qt.Key.Key_J)
    on.bench.focus_samples()
    on.press(Qt.Key.Key_V)
    assert on.said == "There is only one version of this sample."


def test_a_withdrawal_meanwhile_is_said_and_the_words_stay(
    desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    on = begun(desk, qtbot, settled)
    arrives(desk, judged("j1", FIRST, withdrawn="The wrong learner."))
    news(on)
    assert on.bench.pane.form.content.rationale == "I looked twice."
    assert on.bench.pane.whole_merged.text == f"Withdrawn meanwhile by {JULES}: The wrong learner."


def test_the_history_tells_every_version_and_what_was_set_aside_and_all_can_be_copied(
    desk: Desk, qtbot: QtBot, settled: Settled
) -> None:
    arrives(
        desk,
        judged("j0", FIRST, Decision.FURTHER_EVIDENCE, "Where is it?", ("Send it.",), withdrawn="Found it."),
        judged("j1", FIRST, Decision.NOT_AGREED, "Thin.", ("Re-mark.",)),
    )
    desk.save_draft(REQUEST, FIRST, JudgementDraft(Decision.NOT_AGREED, "Mine.", ("Re-mark.",)))
    arrives(desk, judged("j2", FIRST, Decision.NOT_AGREED, "Better.", ("Re-mark.",), supersedes=("j1",)))
    (conflict,) = desk.conflicts.all()
    desk.conflicts.decide(conflict, {field.name: field.theirs for field in conflict.fields})
    on = OnBench(desk, qtbot, settled, sample_id=FIRST)
    cards = on.bench.pane.history.cards
    assert len(cards) == 4
    assert "Better." in cards[0]
    assert "Stands" in cards[0]
    assert "Superseded by Jules Okafor on 3 March 2026, 12:00" in cards[1]
    assert "Jules Okafor · 3 March 2026, 12:00. Thin.\n→ Re-mark." in cards[1]
    assert "Withdrawn" in cards[2]
    assert "Taken back: Found it." in cards[2]
    assert cards[3].startswith("Set aside: rationale, From your draft; not chosen beside what")
    assert cards[3].endswith("Mine.")
    texts = []
    for card in on.bench.pane.history.findChildren(VersionCard):
        qtbot.mouseClick(card.copy_button, Qt.MouseButton.LeftButton)
        texts.append(QGuiApplication.clipboard().text())
    for word in ("Better.", "Thin.", "Where is it?", "Mine."):
        assert any(word in text for text in texts), word
