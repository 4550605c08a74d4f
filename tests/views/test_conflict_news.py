"""Conflicts are told in the banner slot, in nobody's way, and every way to them works without a mouse."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.moderation import Decision
from app.views.conflicts.screen import ConflictsScreen
from app.views.shell.house import House
from app.views.shell.window import MainWindow
from app.workspace.snapshots import Changes, SyncMark
from tests.support.elsewhere import arrives, judged

Settled = Callable[[], None]
REQUEST, FIRST, SECOND = "request-1", "request-1/sample-1", "request-1/sample-2"
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)


def meet(house: House, settled: Settled, sample_id: str = FIRST, number: int = 1) -> None:
    """Jules and Ash judged a sample without knowing of each other, and a round of sync brings it."""
    arrives(
        house.desk,
        judged(f"j{number}", sample_id, rationale="One."),
        judged(f"k{number}", sample_id, Decision.NOT_AGREED, "Two.", ("Ask.",), by=("person-3", "Ash")),
    )
    house.spread(Changes(frozenset({REQUEST}), work=True))
    settled()


def screen_of(house: House) -> ConflictsScreen:
    screen = house.room("conflicts")
    assert isinstance(screen, ConflictsScreen)
    return screen


def test_a_conflict_is_told_in_the_banner_and_takes_nobody_s_focus(house: House, settled: Settled) -> None:
    focused = QApplication.focusWidget()
    meet(house, settled)
    assert house.banner.text("conflicts") == "1 conflict: Sample 1 of MR-2041. Everything else goes on."
    assert QApplication.focusWidget() is focused
    meet(house, settled, SECOND, 2)
    words = "2 conflicts: Sample 1 of MR-2041, and 1 more. Everything else goes on."
    assert house.banner.text("conflicts") == words
    # The Work list says it without being asked again.
    shown = {row.request_id: row.mark for row in house.room("work").model.rows}
    assert shown[REQUEST] is SyncMark.ATTENTION
    marks = {row.request_id: row.mark for row in house.desk.work()}
    assert marks[REQUEST] is SyncMark.ATTENTION


def test_the_banner_leads_there_and_back_leads_to_where_one_was(
    house: House, qtbot: QtBot, settled: Settled
) -> None:
    house.go("bench", REQUEST, SECOND)
    settled()
    meet(house, settled)
    (compare,) = (
        button
        for button in house.banner.findChildren(QPushButton)
        if button.text() == "Compare…" and button.isVisible()
    )
    qtbot.mouseClick(compare, Qt.MouseButton.LeftButton)
    settled()
    assert house.where[0] == "conflicts"
    assert house.rail.button("outbox").isChecked()
    # On the screen itself the banner would only be in the way.
    assert house.banner.text("conflicts") == ""
    press(Qt.Key.Key_Left, ALT)
    settled()
    assert house.where == ("bench", REQUEST, SECOND)
    assert house.banner.text("conflicts") != ""


def test_by_keyboard_alone_from_the_bench_to_the_decision_and_undone(
    house: House, qtbot: QtBot, settled: Settled
) -> None:
    house.go("bench", REQUEST, FIRST)
    settled()
    meet(house, settled)
    press(Qt.Key.Key_V)
    settled()
    assert house.where == ("conflicts", REQUEST, FIRST)
    qtbot.waitUntil(lambda: (QApplication.focusWidget() or house).objectName() == "field_decision")
    press(Qt.Key.Key_M, SHIFT)
    press(Qt.Key.Key_Return, CTRL)
    settled()
    assert house.desk.conflicts.all() == ()
    assert house.banner.text("conflicts") == ""
    assert house.foot.toast.says == "Sample 1 of MR-2041: Agreed"
    # Undone while it was not sent: the conflict is back, here and in the banner of every other screen.
    house.undo(house.foot.toast.undo_act)
    settled()
    assert screen_of(house).shown is not None
    press(Qt.Key.Key_1, CTRL)
    assert house.banner.text("conflicts").startswith("1 conflict")


def test_the_action_and_the_palette_know_the_screen(
    window: MainWindow, house: House, settled: Settled
) -> None:
    meet(house, settled)
    house.go("work")
    press(Qt.Key.Key_C, CTRL | SHIFT)
    settled()
    assert house.where[0] == "conflicts"
    assert window.actions_.entry("go_conflicts").text == "Conflicts"
    assert window.actions_.get("go_conflicts").isEnabled()
    press(Qt.Key.Key_1, CTRL)
    # Its letters sleep while another screen is in front.
    assert not window.actions_.get("conflict_mine").isEnabled()


def test_the_conflict_that_was_open_is_open_again_after_a_restart(house: House, settled: Settled) -> None:
    meet(house, settled)
    meet(house, settled, SECOND, 2)
    house.go("conflicts", REQUEST, SECOND)
    settled()
    memory = screen_of(house).memory()
    again = ConflictsScreen(house.desk, type(house._actions)(house))
    again.recall(memory)
    again.entered()
    settled()
    assert again.shown is not None
    assert again.shown.sample_id == SECOND
    again.deleteLater()


def test_what_comes_while_one_looks_is_looked_at_as_well(
    house: House, qtbot: QtBot, settled: Settled
) -> None:
    meet(house, settled)
    before = house.desk.conflicts.known
    house.news.look()
    while house.desk.conflicts.known is before:
        pass  # it was looked, and the window has not heard of it yet
    arrives(house.desk, judged("j2", SECOND, rationale="One."), judged("k2", SECOND, rationale="Two."))
    house.spread(Changes(frozenset({REQUEST}), work=True))
    qtbot.waitUntil(lambda: house.banner.text("conflicts").startswith("2 conflicts"))
