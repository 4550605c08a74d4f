"""Words for a request that is no longer one's own are told where one is, and found in the Outbox."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.models.held import Page
from app.views.shell.house import House
from app.wire.messages import FeedLine
from app.workspace.snapshots import Changes, JudgementDraft
from tests.views.whole_window import FIRST, REQUEST, Settled


def test_M03_what_was_left_behind_is_told_and_shown(house: House, qtbot: QtBot, settled: Settled) -> None:
    house.desk.save_draft(REQUEST, FIRST, JudgementDraft(rationale="Half a thought"))
    house.news.synced()
    assert house.banner.text("left") == ""
    page = [FeedLine(op="leave", root=REQUEST)]
    house.desk._cache.apply_page(Page(page, cursor="cursor-99", seen=99, more=False))
    house.spread(Changes(frozenset({REQUEST}), work=True))
    house.news.synced()
    assert "no longer yours" in house.banner.text("left")
    press = next(b for b in house.banner.findChildren(QPushButton) if b.text() == "Show in the Outbox")
    qtbot.mouseClick(press, Qt.MouseButton.LeftButton)
    settled()
    assert house.where[0] == "outbox"
    assert house.banner.text("left") == ""
    # Told once: another round does not bring it back.
    house.news.synced()
    assert house.banner.text("left") == ""
