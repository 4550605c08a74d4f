"""What window tests lean on: the look, a real desk without a network, and waiting without sleeping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.moderation import Decision
from app.sync.access import REFRESH_NAME
from app.views import style, tasks
from app.views.main import new_window
from app.views.shell.house import House
from app.views.shell.window import MainWindow
from app.workspace.desk import Desk
from app.workspace.snapshots import JudgementDraft
from tests.support.desks import desk_with_requests, keys_of
from tests.support.elsewhere import arrives, judged
from tests.views.conflicts_window import BEFORE, FIRST, MINE, REQUEST, SECOND, THEIRS
from tests.views.evidence_pane import Shown
from tests.views.windows import bring_up
from tests.views.work_window import Opened, several

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a screen Qt can neither pass size hints on nor raise a window, and says so; all else fails the test."""
    without_screen = r"This plugin does not support (propagateSizeHints|raise)\(\)"
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore(without_screen, extend=True))


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Every window is drawn as people see it; each test begins light and at 100 %."""
    style.apply(qapp, "light", 1.0)
    yield
    # Outside an event loop nobody else carries out what ``deleteLater`` asked for.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    style.apply(qapp, "light", 1.0)


@pytest.fixture
def settled(qtbot: QtBot) -> Callable[[], None]:
    """Waits until no task is under way and its results have been shown."""

    def wait() -> None:
        qtbot.waitUntil(lambda: tasks.runner().busy == 0, timeout=20_000)

    return wait


@pytest.fixture
def desk(tmp_path: Path, settled: Callable[[], None]) -> Iterator[Desk]:
    """A moderator's desk with one request of three samples; its service is out of reach."""
    opened = desk_with_requests(tmp_path)
    yield opened
    settled()
    opened.close()


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """An empty window with a look file of its own; closed at the end, and its desk with it."""
    made = new_window(look=tmp_path / "window.ini")
    bring_up(qtbot, made, 1366, 768)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def house(window: MainWindow, tmp_path: Path, settled: Callable[[], None]) -> House:
    """The window on a desk with two requests of three samples, whose service is out of reach."""
    desk = desk_with_requests(tmp_path / "desk", requests=2)
    # A token from an earlier sign-in, so that it is the network that is missing.
    keys_of(tmp_path / "desk").put(desk.profile.id, REFRESH_NAME, "from an earlier sign-in")
    window.take(desk)
    settled()
    assert window.house is not None
    return window.house


@pytest.fixture
def work(tmp_path: Path, qtbot: QtBot, settled: Callable[[], None]) -> Iterator[Opened]:
    desk = several(tmp_path)
    yield Opened(desk, qtbot, settled)
    settled()
    desk.close()


@pytest.fixture
def shown(tmp_path: Path, qtbot: QtBot, settled: Callable[[], None]) -> Any:
    made = Shown(tmp_path, qtbot, settled)
    yield made
    made.close()


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
