"""What window tests lean on: the look, a real desk without a network, and waiting without sleeping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.views import style, tasks
from app.workspace.desk import Desk
from tests.support.desks import desk_with_requests

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
