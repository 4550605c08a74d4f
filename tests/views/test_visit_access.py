"""The visit for everybody: names for a screen reader, room for fingers and for words, at any size of the text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.domain.review_terms import Level, ReviewKind, ReviewState, Scope
from app.views import style
from app.views.visits.screen import PAGES
from app.workspace.desk import Desk
from tests.support.visits import ced, ced_file, judge_one, last_year, meet_everybody, review, visit_desk
from tests.views.visit_window import OnVisit, Settled

_PRESSED = {
    QAccessible.Role.Button,
    QAccessible.Role.ButtonMenu,
    QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton,
    QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.List,
    QAccessible.Role.ListItem,
    QAccessible.Role.PageTab,
    QAccessible.Role.PageTabList,
}


@pytest.fixture
def busy(tmp_path: Path, settled: Settled) -> Iterator[Desk]:
    """A review in the midst of things: judged, photographed, disputed with nobody, met, and asked to decide."""
    items = [
        review(),
        ced([ced_file()]),
        ced_file(),
        last_year(),
        review(id="review-2", scope=Scope.NOT_DECIDED, state=ReviewState.CONTACTED, visit_on=None),
        review(id="review-3", kind=ReviewKind.DESK_TOP, visit_on=None, ced_submitted_on=None),
    ]
    desk = visit_desk(tmp_path / "reviewer", items)
    for item, level in zip(desk.visits.sheet("review-1").items[:4], Level, strict=False):
        if level is not Level.NOT_APPLICABLE:
            judge_one(desk, item, level=level)
    meet_everybody(desk)
    yield desk
    settled()
    desk.close()


@pytest.fixture
def on(busy: Desk, qtbot: QtBot, settled: Settled) -> OnVisit:
    opened = OnVisit(busy, qtbot, settled, code="QO.1.4")
    opened.window.resize(1366, 700)
    return opened


def walk(root: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """Everything below that a screen reader comes to, with what is off the screen by scrolling."""
    for place in range(root.childCount()):
        child = root.child(place)
        if child is not None and child.isValid() and not child.state().invisible:
            yield child
            yield from walk(child)


def turn(on: OnVisit, page: str) -> None:
    on.screen.turn_to(page)
    on.settled()
    for _ in range(3):
        QApplication.processEvents()


def test_every_control_in_the_accessible_tree_has_a_name(on: OnVisit) -> None:
    for page in PAGES:
        turn(on, page)
        if page == "measures":
            on.screen.add_action()
            on.screen.measures.quality.decide(Level.NOT_APPLICABLE)
        QApplication.processEvents()
        controls = [
            one
            for one in walk(QAccessible.queryAccessibleInterface(on.screen))
            if one.role() in _PRESSED and not (one.object() and one.object().objectName().startswith("qt_"))
        ]
        nameless = [
            f"{page}: {one.role().name} {one.object().objectName() if one.object() else ''}"
            for one in controls
            if not one.text(QAccessible.Text.Name).strip()
        ]
        assert len(controls) > 10
        assert nameless == []


def test_each_line_of_the_tree_is_read_out_whole(on: OnVisit) -> None:
    listed = QAccessible.queryAccessibleInterface(on.screen.measures.tree.list)
    said = [listed.child(place).text(QAccessible.Text.Name) for place in range(listed.childCount())]
    assert said[0] == "QO.1 Centre management systems, 6 to judge here"
    assert said[2].startswith("QO.1.2 Quality systems that fit the centre, Partly met, waits to be sent")
    assert said[4].startswith("QO.1.4 Physical resources and access, Not judged")
    assert said[6].startswith("QO.1 as a whole, Not judged")


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_everything_has_room_for_fingers_and_words_and_fits_a_laptop(on: OnVisit, scale: float) -> None:
    """At 100 % and at 200 %: what is pressed has 24 px, no words are cut off, and the screen is not too large."""
    style.look().put_on("light", scale)
    for page in PAGES:
        turn(on, page)
        assert small(on) == []
        assert cut(on) == []
        least = on.screen.minimumSizeHint()
        assert least.width() <= 1366 - 80
        assert least.height() <= 768 - 90


def small(on: OnVisit) -> list[str]:
    return [
        f"{one.objectName()} {one.text()} {one.width()}×{one.height()}"
        for one in on.screen.findChildren(QAbstractButton)
        if one.isVisible()
        and not one.objectName().startswith("qt_")
        # The cross inside a text field is an extra; Escape does the same.
        and not isinstance(one.parent(), QLineEdit)
        and min(one.width(), one.height()) < 24
    ]


def cut(on: OnVisit) -> list[str]:
    found = []
    for words in on.screen.findChildren(QLabel):
        if words.isVisible() and words.text():
            wide, high = words.contentsRect().width(), words.contentsRect().height()
            flags = Qt.TextFlag.TextWordWrap if words.wordWrap() else Qt.TextFlag.TextSingleLine
            need = words.fontMetrics().boundingRect(0, 0, wide, 10_000, int(flags), words.text())
            if "\n" not in words.text() and (need.width() > wide + 1 or need.height() > high + 1):
                found.append(f"{words.text()} needs {need.width()}×{need.height()}, has {wide}×{high}")
    for kind in (QAbstractButton, QLineEdit, QComboBox):
        for control in on.screen.findChildren(kind):
            # A pixel goes astray where a row is shared with something higher.
            pressed = control.height() < control.sizeHint().height() - 1
            if pressed and control.isVisible() and not control.objectName().startswith("qt_"):
                found.append(f"{control.objectName()} {control.height()} < {control.sizeHint().height()}")
    return found


def test_Tab_reaches_the_ticks_where_they_stand(on: OnVisit) -> None:
    """From the tree through the middle to the judgement, and never back to front."""
    order = []
    on.screen.measures.focus_tree()
    for _ in range(40):
        on.press(Qt.Key.Key_Tab)
        order.append(on.focus)
        if on.focus == "saveQuality":
            break
    told = list(dict.fromkeys(order))
    wanted = [
        "suggestionSeen",
        "evidenceText",
        "attachFile",
        "evidenceSource",
        "commentary",
        "levelMet",
        "citedBox",
        "addAction",
        "saveQuality",
    ]
    assert [name for name in told if name in wanted] == wanted
