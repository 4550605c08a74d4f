"""What the window tells: status, badges, banners, and the toast with its undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.cli.demo import desk_for, prepared_service
from app.domain.errors import KnownError
from app.domain.moderation import Decision
from app.views.shell.house import House
from app.views.shell.window import MainWindow
from app.workspace.snapshots import Changes, OutboxState, Reach, Status
from tests.views.whole_window import FIRST, REQUEST, Settled, pill

LUNCH = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)


def test_being_offline_is_said_by_the_pill_and_by_no_banner(house: House) -> None:
    assert pill(house) == "All sent · Offline"
    assert house.banner.text() == ""


def test_the_pill_and_badges_follow_every_judgement(house: House) -> None:
    changes = house.desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    house.screens["bench"].changed.emit(changes)
    words = pill(house)
    assert words.startswith("Saved ")
    assert words.endswith("· 1 queued · Offline")
    assert house.rail.button("outbox").count == 1
    assert house.rail.button("outbox").accessibleName() == "Outbox, 1 waiting"


def test_the_rail_counts_what_is_to_be_moderated(house: House, settled: Settled) -> None:
    assert house.rail.button("work").count == 2
    assert house.rail.button("work").accessibleName() == "Work, 2 to moderate"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status(Reach.ONLINE, 0, 0, None, None), "All sent · Online"),
        (Status(Reach.ONLINE, 2, 0, None, None, reached_at=LUNCH), "2 queued · Online 12:30"),
        (Status(Reach.OFFLINE, 2, 0, None, None, reached_at=LUNCH), "2 queued · Offline"),
        (Status(Reach.SYNCING, 3, 0, None, None), "3 queued · Syncing…"),
        (Status(Reach.OFFLINE, 3, 1, None, None), "1 needs attention · 3 queued · Offline"),
        (Status(Reach.SIGNED_OUT, 0, 2, None, None), "2 need attention · Signed out"),
    ],
)
def test_the_pill_is_always_true(house: House, status: Status, words: str) -> None:
    assert house.foot.words(status) == words


def test_trouble_stands_in_the_banner_with_a_way_on_and_goes_by_itself(house: House) -> None:
    trouble = Status(Reach.OFFLINE, 0, 0, None, None, "The service is newer.", "Update Touchstone.", "v9")
    house._show_trouble(trouble)
    assert house.banner.text("trouble") == "The service is newer. Update Touchstone."
    presses = {button.text() for button in house.banner.findChildren(QPushButton)}
    assert presses == {"Try again", "Copy details"}
    assert QApplication.activeModalWidget() is None
    house._show_trouble(replace(trouble, trouble="", do="", details=""))
    assert house.banner.text() == ""
    assert not house.banner.isVisible()


def test_signed_out_asks_for_the_password_and_keeps_the_work(house: House, qtbot: QtBot) -> None:
    changes = house.desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    house.spread(changes)
    house._show_trouble(Status(Reach.SIGNED_OUT, 1, 0, None, None, "Please sign in again.", ""))
    press = next(b for b in house.banner.findChildren(QPushButton) if b.text() == "Sign in again")
    qtbot.mouseClick(press, Qt.MouseButton.LeftButton)
    asking = house._asking
    assert asking is not None
    assert asking.findChild(QLineEdit, "signInAgainPassword") is not None
    house.ask_password()
    assert house._asking is asking
    asking.reject()
    assert house._asking is None
    assert [row.state for row in house.desk.outbox()] == [OutboxState.QUEUED]


def test_a_refusal_says_what_happened_and_what_to_do(house: House, qtbot: QtBot) -> None:
    error = KnownError("disk_full", "The disk is full.", "Free some space.", details="errno 28")
    house.screens["bench"].refused.emit(error)
    assert house.banner.text("refused") == "The disk is full. Free some space."
    copy = next(b for b in house.banner.findChildren(QPushButton) if b.text() == "Copy details")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert "errno 28" in QApplication.clipboard().text()


def test_undo_in_the_toast_takes_the_judgement_back(house: House, qtbot: QtBot, settled: Settled) -> None:
    house.go("bench", REQUEST)
    settled()
    changes = house.desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    house.screens["bench"].changed.emit(changes)
    house.screens["bench"].told.emit(changes.said, changes.undo)
    undo = house.findChild(QPushButton, "toastUndo")
    assert undo.isVisible()
    assert house.foot.toast.says == "Sample 1: Agreed"
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    settled()
    assert house.foot.toast.says == "Taken back"
    assert not undo.isVisible()
    sheet = house.desk.request(REQUEST).sheet(FIRST)
    assert sheet is not None
    assert sheet.judgement is None


def test_undo_is_no_longer_offered_once_a_round_of_sync_has_begun(house: House) -> None:
    changes = house.desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    house.tell(changes.said, changes.undo)
    house.sync.now()
    assert house.foot.toast.undo_act == ""
    assert house.foot.toast.says == "Sample 1: Agreed"


def test_what_was_told_goes_once_it_is_sent(house: House) -> None:
    """“It waits in the outbox” must not stand beside “All sent”."""
    house.tell("Report signed off; it waits in the outbox", "act")
    house.sync.began.emit()
    house.sync.ended.emit(KnownError("service_unreachable", "Not now."))
    assert house.foot.toast.says == "Report signed off; it waits in the outbox"
    house.sync.ended.emit(None)
    assert house.foot.toast.says == ""
    house.tell("Copied")
    house.sync.ended.emit(None)
    assert house.foot.toast.says == "Copied"


def test_a_change_is_sent_soon_but_not_at_once(house: House) -> None:
    assert house.sync.due_in is None or house.sync.due_in > 0
    house.screens["bench"].changed.emit(Changes(work=True))
    due = house.sync.due_in
    assert due is not None
    assert 4 < due < 10


def test_a_demonstration_says_so_for_good_and_syncs_by_itself(
    window: MainWindow, tmp_path: Path, settled: Settled, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path))
    with prepared_service(tmp_path) as (service, email, password):
        window.take(desk_for(service, email, password))
        house = window.house
        assert house is not None
        says = "Demonstration: invented people, keys in a file. Not for real work."
        qtbot.waitUntil(lambda: "· Online " in pill(house), timeout=30_000)
        settled()
        assert house.banner.text() == says
        assert not [b for b in house.banner.findChildren(QAbstractButton) if b.isVisible()]
        work: Any = house.screens["work"]
        assert len(work.model.rows) > 5
        window.close()
