"""The Conflicts screen in a window of its own over a real desk, driven as a person drives it: by keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from app.views.actions import ActionRegistry
from app.views.conflicts.card import FieldCard
from app.views.conflicts.screen import ConflictsScreen
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, SampleSheet
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
