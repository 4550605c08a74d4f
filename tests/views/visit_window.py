"""A Visit screen in a window of its own over a real desk, driven as a person drives it: by keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from app.domain.review_terms import ReviewKind, ReviewState, Scope
from app.views.actions import ActionRegistry
from app.views.visits.screen import VisitScreen
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes
from app.workspace.visits.snapshots import MeasureItem
from tests.support.visits import REVIEW, ced, ced_file, last_year, review
from tests.views.windows import bring_up

Settled = Callable[[], None]

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def three_reviews() -> list[Any]:
    """One whose day is agreed (``review-1``), one not arranged yet (``r2``), and one from the desk (``r3``)."""
    return [
        review(),
        ced([ced_file()]),
        ced_file(),
        last_year(),
        review(id="r2", number="QR-0013", scope=Scope.NOT_DECIDED, state=ReviewState.ALLOCATED, visit_on=None,
               contacted_on=None, ced_submitted_on=None, consortium="", ced_due_on=date(2017, 12, 10)),
        review(id="r3", number="QR-0014", kind=ReviewKind.DESK_TOP, scope=Scope.FULL, visit_on=None),
    ]  # fmt: skip


def bring_news(on: OnVisit) -> None:
    """The screen hears that something changed, as after a round of sync."""
    on.screen.apply(Changes(frozenset({REVIEW}), work=True))
    on.settled()


class OnVisit:
    """The screen with a review open, and what it told the window."""

    def __init__(
        self, desk: Desk, qtbot: QtBot, settled: Settled, *, review: str = REVIEW, code: str = ""
    ) -> None:
        self.desk = desk
        self.qtbot = qtbot
        self.settled = settled
        self.told: list[tuple[str, str]] = []
        self.refused: list[KnownError] = []
        self.changes: list[Changes] = []
        self.browsed: list[str] = []
        self.export_to = Path()
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = ActionRegistry(self.window)
        self.screen = VisitScreen(
            desk,
            self.actions,
            browse=self._browse,
            ask_path=lambda _parent, _name, then: then(self.export_to),
            ask_printer=lambda _parent, _then: None,
        )
        self.screen.told.connect(lambda says, undo: self.told.append((says, undo)))
        self.screen.refused.connect(self.refused.append)
        self.screen.changed.connect(self.changes.append)
        self.window.setCentralWidget(self.screen)
        self.actions.bring_to_front(self.screen)
        bring_up(qtbot, self.window, 1290, 660)
        if review:
            self.screen.open(review, code)
            self.screen.entered()
            settled()

    def _browse(self, url: str) -> bool:
        self.browsed.append(url)
        return True

    @property
    def said(self) -> str:
        """What was told last."""
        return self.told[-1][0] if self.told else ""

    @property
    def focus(self) -> str:
        """Object name of what has the focus."""
        focused = QApplication.focusWidget()
        return focused.objectName() if focused is not None else ""

    @property
    def code(self) -> str:
        return self.screen.measures.code

    def press(self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press keys on whatever has the focus."""
        for key in keys:
            QTest.keyClick(self._target(), key, modifier)
            QApplication.processEvents()

    def type(self, text: str) -> None:
        """Type on whatever has the focus."""
        QTest.keyClicks(self._target(), text)

    def tab_to(self, name: str) -> None:
        """Press Tab until that control has the focus; fails when it is never reached."""
        for _ in range(60):
            if self.focus == name:
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab never reaches {name}")

    def _target(self) -> QWidget:
        focused = QApplication.focusWidget()
        assert focused is not None, "nothing has the focus"
        return focused

    def item(self, code: str) -> MeasureItem:
        """A measure as the desk has it."""
        found = self.desk.visits.sheet(self.screen.review_id).item(code)
        assert found is not None
        return found

    def back_to_window(self) -> None:
        """After a dialog closed: the window is in front again, as a window manager sees to it."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)
