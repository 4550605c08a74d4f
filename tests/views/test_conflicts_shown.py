"""How conflicts look, and what is spoken of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.merging import Marked
from app.views import style
from app.views.conflicts.versions import VersionText, runs_of
from app.workspace.desk import Desk
from tests.support.elsewhere import arrives, judged
from tests.views.conflicts_window import FIRST, JULES, SHIFT, THEIRS, Comparing, Settled


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
