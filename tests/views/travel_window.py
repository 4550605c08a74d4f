"""The Work screen in a window, the evening before: its page *Take offline* and what is pressed there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from app.views.actions import ActionRegistry
from app.views.work.screen import WorkScreen
from app.views.work.travel_page import TravelPage
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes
from tests.views.windows import bring_up

Settled = Callable[[], None]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


class Before:
    """The Work screen in a window, the evening before."""

    def __init__(self, desk: Desk, qtbot: QtBot, settled: Settled) -> None:
        self.desk = desk
        self.qtbot = qtbot
        self.settled = settled
        self.told: list[str] = []
        self.refused: list[Any] = []
        self.changes: list[Changes] = []
        self.milestones: list[str] = []
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = ActionRegistry(self.window)
        self.actions.add("sync_now", "Sync now", lambda: None)
        self.screen = WorkScreen(desk, self.actions)
        self.screen.told.connect(lambda says, _: self.told.append(says))
        self.screen.refused.connect(self.refused.append)
        self.screen.changed.connect(self.changes.append)
        self.run.milestone.connect(self.milestones.append)
        self.window.setCentralWidget(self.screen)
        self.actions.bring_to_front(self.screen)
        bring_up(qtbot, self.window, 1100, 700)
        settled()
        self.screen.entered()

    @property
    def run(self) -> Any:
        return self.screen.departure.run

    @property
    def page(self) -> TravelPage:
        assert self.screen.departure.page is not None
        return self.screen.departure.page

    @property
    def tree(self) -> Any:
        return self.page.tree

    def open(self, keys: Qt.Key = Qt.Key.Key_T, modifier: Qt.KeyboardModifier = CTRL) -> None:
        self.press(keys, modifier)
        self.settled()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        focus = QApplication.focusWidget()
        assert focus is not None, "nothing has the focus"
        QTest.keyClick(focus, key, modifier)

    def button(self, name: str) -> QPushButton:
        found = self.screen.findChild(QPushButton, name)
        assert found is not None
        return found

    def click(self, name: str) -> None:
        button = self.button(name)
        assert button.isVisible()
        assert button.isEnabled()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def go_to(self, key: str) -> None:
        self.tree.setCurrentIndex(self.page.model.index_of(key))

    def state(self, key: str) -> Qt.CheckState:
        return self.page.model.index_of(key).data(Qt.ItemDataRole.CheckStateRole)

    def spoken(self, key: str) -> str:
        return str(self.page.model.index_of(key).data(Qt.ItemDataRole.AccessibleTextRole))

    def wait(self, when: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(when, timeout=20_000)

    def focus(self) -> str:
        focus = QApplication.focusWidget()
        return focus.objectName() if focus is not None else ""
