"""What was taken is seen: the result is brought into sight, also with large letters in a small window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.views import style
from app.workspace.desk import Desk
from tests.views.conflicts_window import Comparing, Settled


@pytest.mark.parametrize("key", [Qt.Key.Key_B, Qt.Key.Key_M, Qt.Key.Key_T])
def test_the_result_of_a_key_is_in_sight_at_200_per_cent(
    key: Qt.Key, disputed: Desk, qtbot: QtBot, settled: Settled, qapp: QApplication
) -> None:
    style.apply(qapp, "light", 2.0)
    comparing = Comparing(disputed, qtbot, settled)
    comparing.window.resize(900, 600)
    card = comparing.card("rationale")
    comparing.screen._focus(card)
    QCoreApplication.processEvents()
    comparing.press(key)

    def in_sight() -> bool:
        place, view = card.result_place, comparing.screen.area.viewport()
        top = place.mapTo(view, place.rect().topLeft()).y()
        return place.isVisible() and -1 <= top < view.height() - 20

    qtbot.waitUntil(in_sight)
