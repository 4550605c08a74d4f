"""A moderation bench in a window of its own over a real desk, driven as a person drives it: by keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from app.domain.moderation import Decision
from app.views.actions import ActionRegistry
from app.views.moderation.bench import Bench
from app.views.moderation.questions import Question
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, SampleSheet
from tests.views.windows import bring_up

Settled = Callable[[], None]

REQUEST = "request-1"
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def sample(position: int) -> str:
    """Id of a sample as `tests.support.desks` makes it."""
    return f"{REQUEST}/sample-{position}"


class OnBench:
    """The bench with a request open, and what it told the window."""

    def __init__(
        self, desk: Desk, qtbot: QtBot, settled: Settled, *, request: str = REQUEST, sample_id: str = ""
    ) -> None:
        self.desk = desk
        self.qtbot = qtbot
        self.settled = settled
        self.opened: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.refused: list[KnownError] = []
        self.changes: list[Changes] = []
        self.wanted: list[tuple[str, str, str]] = []
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = ActionRegistry(self.window)
        self.bench = Bench(desk, self.actions, self._open)
        self.bench.told.connect(lambda says, undo: self.told.append((says, undo)))
        self.bench.refused.connect(self.refused.append)
        self.bench.changed.connect(self.changes.append)
        self.bench.wants.connect(lambda *where: self.wanted.append(where))
        self.window.setCentralWidget(self.bench)
        self.actions.bring_to_front(self.bench)
        bring_up(qtbot, self.window, 1290, 660)
        if request:
            self.bench.open(request, sample_id)
            self.bench.entered()
            settled()

    def _open(self, path: str) -> bool:
        self.opened.append(path)
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
    def question(self) -> Question:
        """The question that stands before the bench, once it has the keyboard."""
        question = self.bench.judging.question
        assert question is not None
        self.qtbot.waitUntil(question.isActiveWindow)
        return question

    def press(self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press keys on whatever has the focus."""
        for key in keys:
            QTest.keyClick(self._target(), key, modifier)

    def type(self, text: str) -> None:
        """Type on whatever has the focus."""
        QTest.keyClicks(self._target(), text)

    def _target(self) -> QWidget:
        focused = QApplication.focusWidget()
        assert focused is not None, "nothing has the focus"
        return focused

    def back_to_window(self) -> None:
        """After a dialog closed: the window is in front again, as a window manager sees to it."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)

    def sheet(self, position: int) -> SampleSheet:
        """A sample as the desk has it."""
        found = self.desk.request(REQUEST).sheet(sample(position))
        assert found is not None
        return found

    def decisions(self) -> list[Decision | None]:
        """The standing decision of each sample, as the desk has it."""
        sheets = self.desk.request(REQUEST).samples
        return [sheet.judgement.decision if sheet.judgement else None for sheet in sheets]
