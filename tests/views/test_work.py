"""The Work list: groups, quick filter, opening, fetching, and what is found again."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.moderation import Decision
from app.workspace.snapshots import Changes, Offline, SyncMark
from tests.support.desks import Clock, make_profile, one_request, open_desk
from tests.views.work_window import Opened, Settled, several


def test_requests_stand_in_groups_the_most_urgent_first(work: Opened) -> None:
    assert work.shown() == [
        "OVERDUE", "MR-1",
        "DUE_SOON", "MR-2",
        "IN_MODERATION", "MR-3",
        "ON_HOLD", "MR-4",
        "WAITING_FOR_CENTRE", "MR-5", "MR-6",
        "DONE", "MR-7",
    ]  # fmt: skip


def test_headings_are_passed_over_by_the_keyboard(work: Opened, qtbot: QtBot) -> None:
    assert work.chosen() == "MR-1"
    qtbot.keyClick(work.screen.list, Qt.Key.Key_Down)
    assert work.chosen() == "MR-2"
    qtbot.keyClick(work.screen.list, Qt.Key.Key_End)
    assert work.chosen() == "MR-7"


def test_return_opens_the_bench(work: Opened, qtbot: QtBot) -> None:
    qtbot.keyClick(work.screen.list, Qt.Key.Key_Down)
    qtbot.keyClick(work.screen.list, Qt.Key.Key_Return)
    assert work.wanted == [("bench", "id-MR-2", "")]


def test_a_double_click_opens_the_bench(work: Opened, qtbot: QtBot) -> None:
    view = work.screen.list
    at = view.visualRect(work.screen.model.index_of("id-MR-3")).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert work.wanted == []
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert work.wanted == [("bench", "id-MR-3", "")]


def test_the_filter_narrows_as_one_types_and_return_opens_the_first(work: Opened, qtbot: QtBot) -> None:
    qtbot.keyClick(work.screen.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert work.search.hasFocus()
    qtbot.keyClicks(work.search, "bracken")
    assert work.shown() == ["DUE_SOON", "MR-2"]
    assert work.chosen() == "MR-2"
    qtbot.keyClick(work.search, Qt.Key.Key_Return)
    assert work.wanted == [("bench", "id-MR-2", "")]
    qtbot.keyClick(work.search, Qt.Key.Key_Escape)
    assert len(work.shown()) == 13
    assert work.chosen() == "MR-2"


def test_the_filter_finds_words_in_any_order_and_in_the_group(work: Opened, qtbot: QtBot) -> None:
    work.search.setText("college overdue")
    assert work.shown() == []
    work.search.setText("academy overdue")
    assert work.shown() == ["OVERDUE", "MR-1"]


def test_a_filter_that_finds_nothing_says_so_and_offers_the_way_back(work: Opened, qtbot: QtBot) -> None:
    work.search.setText("zzz")
    words = work.screen.findChildren(QPushButton)
    clear = next(button for button in words if button.isVisible() and "Clear" in button.text())
    qtbot.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert work.search.text() == ""
    assert len(work.shown()) == 13


def test_a_judgement_changes_its_row_alone(tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    desk = several(tmp_path)
    work = Opened(desk, qtbot, settled)
    touched: list[tuple[int, int]] = []
    starts: list[bool] = []
    work.screen.model.dataChanged.connect(lambda a, b, _r: touched.append((a.row(), b.row())))
    work.screen.model.modelReset.connect(lambda: starts.append(True))
    changes = desk.record_judgement("id-MR-3", "id-MR-3/sample-1", Decision.AGREED, "", [])
    work.screen.apply(changes)
    settled()
    row = work.screen.model.index_of("id-MR-3")
    assert touched == [(row.row(), row.row())]
    assert starts == []
    assert work.screen.model.row_at(row).mark is SyncMark.WAITING
    assert "1/2 judged" in row.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Waiting to be sent" in row.data(Qt.ItemDataRole.AccessibleTextRole)
    desk.close()


def test_a_change_that_is_not_about_the_list_reads_nothing(work: Opened) -> None:
    from app.views.tasks import runner

    work.screen.apply(Changes(requests=frozenset({"id-MR-3"}), outbox=True))
    assert runner().busy == 0


def test_the_rail_hears_how_many_there_are_to_moderate(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    desk = several(tmp_path)
    work = Opened(desk, qtbot, settled)
    counts: list[int] = []
    work.screen.counted.connect(counts.append)
    work.screen.reload()
    settled()
    assert counts == [3]
    desk.close()


def test_what_was_chosen_and_filtered_is_found_again(work: Opened, qtbot: QtBot, settled: Settled) -> None:
    work.search.setText("level 5")
    work.screen.list.setCurrentIndex(work.screen.model.index_of("id-MR-4"))
    memory = work.screen.memory()
    work.search.clear()
    work.screen.list.setCurrentIndex(work.screen.model.index_of("id-MR-1"))
    work.screen.recall(memory)
    assert work.search.text() == "level 5"
    assert work.chosen() == "MR-4"


def test_a_list_that_cannot_be_read_says_why_and_offers_to_try_again(
    qtbot: QtBot, tmp_path: Path, settled: Settled
) -> None:
    desk = several(tmp_path)
    cache = next(tmp_path.rglob("cache.db"))
    cache.write_bytes(os.urandom(cache.stat().st_size))
    work = Opened(desk, qtbot, settled)
    damaged = "Touchstone's copy of the service's records on this computer is damaged."
    for _ in range(2):
        assert [one.text() for one in work.screen.findChildren(QLabel) if one.isVisible()].count(damaged) == 1
        again = [one for one in work.screen.findChildren(QPushButton) if one.text() == "Try again"][-1]
        qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
        settled()
    desk.close()


def test_memory_of_a_request_that_is_gone_is_no_trouble(work: Opened) -> None:
    work.screen.recall({"request": "gone", "scroll": 99999, "filter": ""})
    assert work.chosen() == "MR-1"


def test_fetching_without_a_network_says_so_and_keeps_the_list(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    items, _ = one_request(2, [("essay.txt", b"words of an essay")], id="id-1", number="MR-1")
    desk = open_desk(make_profile(tmp_path, items), Clock())
    work = Opened(desk, qtbot, settled)
    assert work.button("takeOffline").isEnabled()
    qtbot.mouseClick(work.button("takeOffline"), Qt.MouseButton.LeftButton)
    assert not work.button("takeOffline").isEnabled()
    qtbot.waitUntil(lambda: work.button("takeOffline").isEnabled())
    settled()
    from app.views.parts import Banner

    says = [banner.says for banner in work.screen.findChildren(Banner) if banner.isVisible()]
    assert len(says) == 1
    assert says[0].startswith("No file was fetched.")
    assert work.shown()[-1] == "MR-1"
    assert work.changes == [Changes(requests=frozenset({"id-1"}), work=True)]
    desk.close()


def test_fetching_what_is_here_already_says_so_and_does_not_promise_to_have_checked_it(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    items, files = one_request(2, [("essay.txt", b"words of an essay")], id="id-1", number="MR-1")
    desk = open_desk(make_profile(tmp_path, items, files), Clock())
    work = Opened(desk, qtbot, settled)
    assert work.screen.model.rows[0].offline is Offline.READY
    work.screen.fetch()
    qtbot.waitUntil(lambda: bool(work.told))
    assert work.told == ["All evidence that can be fetched is on this computer."]
    settled()
    desk.close()


def test_an_empty_list_is_one_sentence_and_one_button(tmp_path: Path, qtbot: QtBot, settled: Settled) -> None:
    desk = open_desk(make_profile(tmp_path, []), Clock())
    work = Opened(desk, qtbot, settled)
    visible = [button for button in work.screen.findChildren(QPushButton) if button.isVisible()]
    sync = next(button for button in visible if button.text() == "Sync now")
    qtbot.mouseClick(sync, Qt.MouseButton.LeftButton)
    assert work.syncs == [True]
    desk.close()
