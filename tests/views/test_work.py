"""The Work list: groups, rows, quick filter, opening, fetching, and staying quick with thousands of requests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QPushButton, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from app.domain.clocks import ClockReading, ClockState
from app.domain.moderation import Decision, RequestState
from app.views import style
from app.views.actions import ActionRegistry
from app.views.rows import ITEM_ROLE, Head
from app.views.work.delegate import WorkDelegate
from app.views.work.model import WorkModel
from app.views.work.screen import WorkScreen
from app.views.work.sizes import size_words
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, Group, Offline, SyncMark, WorkRow
from tests.support.desks import Clock, make_profile, one_request, open_desk
from tests.views.windows import bring_up

Settled = Callable[[], None]


class Opened:
    """A Work screen in a window, over a real desk."""

    def __init__(self, desk: Desk, qtbot: QtBot, settled: Settled) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = ActionRegistry(self.window)
        self.syncs: list[bool] = []
        self.actions.add("sync_now", "Sync now", lambda: self.syncs.append(True))
        self.screen = WorkScreen(desk, self.actions)
        self.window.setCentralWidget(self.screen)
        self.actions.bring_to_front(self.screen)
        bring_up(qtbot, self.window, 1100, 700)
        settled()
        self.screen.entered()
        self.wanted: list[tuple[str, str, str]] = []
        self.told: list[str] = []
        self.changes: list[Changes] = []
        self.screen.wants.connect(lambda *where: self.wanted.append(where))
        self.screen.told.connect(lambda says, _: self.told.append(says))
        self.screen.changed.connect(self.changes.append)

    @property
    def search(self) -> QLineEdit:
        return self.screen.findChild(QLineEdit, "workFilter")

    def button(self, name: str) -> QPushButton:
        return self.screen.findChild(QPushButton, name)

    def shown(self) -> list[str]:
        """What stands in the list from top to bottom: headings in capitals, requests by their number."""
        model = self.screen.model
        items = [model.index(row).data(ITEM_ROLE) for row in range(model.rowCount())]
        return [item.group.name if isinstance(item, Head) else item.number for item in items]

    def chosen(self) -> str:
        row = self.screen.model.row_at(self.screen.list.currentIndex())
        return row.number if row else ""


def several(folder: Path) -> Desk:
    """Requests in every group; the clock stands at Wednesday 4 March 2026."""
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("MR-1", {"due_on": date(2026, 2, 27), "centre_name": "Ambleforth Academy"}),
        ("MR-2", {"due_on": date(2026, 3, 6), "centre_name": "Brackenwell College"}),
        ("MR-3", {"due_on": date(2026, 3, 30), "centre_name": "Copperfield Training"}),
        ("MR-4", {"state": RequestState.ON_HOLD, "held_on": date(2026, 3, 2)}),
        ("MR-5", {"state": RequestState.SAMPLE_REQUESTED, "due_on": None, "evidence_complete_on": None}),
        ("MR-6", {"state": RequestState.RETURNED_TO_CENTRE, "certification_hold": True}),
        ("MR-7", {"state": RequestState.RECORDS_UPDATED}),
    ]
    items: list[Any] = []
    for number, changes in wanted:
        items += one_request(2, **({"id": f"id-{number}", "number": number} | changes))[0]
    return open_desk(make_profile(folder, items), Clock())


@pytest.fixture
def work(tmp_path: Path, qtbot: QtBot, settled: Settled) -> Iterator[Opened]:
    desk = several(tmp_path)
    yield Opened(desk, qtbot, settled)
    settled()
    desk.close()


def test_requests_stand_in_groups_the_most_urgent_first(work: Opened) -> None:
    assert work.shown() == [
        "OVERDUE", "MR-1",
        "DUE_SOON", "MR-2",
        "IN_MODERATION", "MR-3",
        "ON_HOLD", "MR-4",
        "WAITING_FOR_CENTRE", "MR-5", "MR-6",
        "DONE", "MR-7",
    ]  # fmt: skip


def test_a_row_says_everything_in_words(work: Opened) -> None:
    spoken = work.screen.model.index_of("id-MR-1").data(Qt.ItemDataRole.AccessibleTextRole)
    for part in ("Ambleforth Academy", "MR-1", "0/2 judged", "working days overdue", "was due Fri 27 Feb"):
        assert part in spoken
    held = work.screen.model.index_of("id-MR-6").data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Returned to centre" in held
    assert "Held for certification" in held


def test_a_screen_reader_finds_the_rows_and_headings(work: Opened) -> None:
    face = QAccessible.queryAccessibleInterface(work.screen.list)
    assert face.text(QAccessible.Text.Name) == "Moderation requests"
    names = [face.child(number).text(QAccessible.Text.Name) for number in range(face.childCount())]
    assert "Overdue, 1 request" in names
    assert any(name.startswith("Brackenwell College") for name in names)


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


def row_of(number: int, group: Group = Group.IN_MODERATION, **changes: Any) -> WorkRow:
    values: dict[str, Any] = {
        "request_id": f"r{number}",
        "number": f"MR-{number}",
        "centre": f"Centre {number % 97}",
        "qualification": "Level 5 Diploma in Management and Leadership",
        "state_words": "In moderation",
        "judged": number % 12,
        "samples": 12,
        "clock": ClockReading(ClockState.RUNNING, 8, "8 of 21 working days left, due Thu 12 Mar"),
        "group": group,
        "offline": Offline.NONE,
        "mark": SyncMark.SYNCED,
    }
    return WorkRow(**(values | changes))


def test_of_five_thousand_requests_only_those_in_sight_are_painted(
    qtbot: QtBot, tmp_path: Path, settled: Settled
) -> None:
    """However long the list, it costs no widget and no painting for what is not in sight."""
    desk = several(tmp_path)
    work = Opened(desk, qtbot, settled)
    groups = list(Group)
    rows = [row_of(number, groups[number % len(groups)]) for number in range(5_000)]

    painted: set[int] = set()

    class Watched(WorkDelegate):
        def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
            painted.add(index.row())
            super().paint(painter, option, index)

    work.screen.list.setItemDelegate(Watched(work.screen.list, work.screen.model))
    work.screen.model.take(rows)
    work.screen.grab()
    assert 3 < len(painted) < 100
    work.screen.model.filter("centre 41")
    assert 40 < len(work.screen.model.shown) < 600
    work.screen.model.filter("")
    assert len(work.screen.model.shown) == 5_000
    assert len(work.screen.list.viewport().children()) < 5
    desk.close()


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("width", [700, 1100, 1800])
def test_every_row_is_painted_inside_its_own_place(
    work: Opened, qapp: QApplication, width: int, scale: float
) -> None:
    """What a row paints never runs over its edge, at any width and text size."""
    style.apply(qapp, "light", scale)
    work.window.resize(width, 700)
    qapp.processEvents()
    view = work.screen.list
    index: QModelIndex = work.screen.model.index_of("id-MR-4")
    option = QStyleOptionViewItem()
    view.initViewItemOption(option)
    size = view.itemDelegate().sizeHint(option, index)
    line = view.fontMetrics().height()
    assert size.height() >= 2 * line
    margin = 30
    wide = view.viewport().width()
    image = QImage(wide + 2 * margin, size.height() + 2 * margin, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    option.rect = QRect(margin, margin, wide, size.height())
    view.itemDelegate().paint(painter, option, index)
    painter.end()
    outside = [
        QPoint(x, y)
        for y in range(image.height())
        for x in range(image.width())
        if not option.rect.contains(x, y) and image.pixelColor(x, y).alpha()
    ]
    assert outside == []


def test_a_request_that_needs_a_newer_version_stands_there_and_cannot_be_opened(
    work: Opened, qtbot: QtBot
) -> None:
    work.screen.model.take([row_of(1, update_needed=True, centre="")])
    index = work.screen.model.index_of("r1")
    assert "Needs a newer Touchstone" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    work.screen.list.setCurrentIndex(index)
    work.screen.open_current()
    assert work.wanted == []
    assert not work.button("openRequest").isEnabled()


def test_the_model_keeps_headings_without_their_requests_away() -> None:
    model = WorkModel()
    model.take([row_of(1), row_of(2, Group.DONE)])
    model.filter("mr-2")
    assert model.rowCount() == 2
    assert model.first().data(ITEM_ROLE).number == "MR-2"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (820, "820 B"),
        (14_400, "14 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (3_140_000, "3.1 MB"),
        (9_960_000, "10 MB"),
        (312_000_000, "312 MB"),
        (999_600_000, "1.0 GB"),
        (2_500_000_000, "2.5 GB"),
        (41_000_000_000, "41 GB"),
    ],
)
def test_sizes_are_told_for_people(size: int, words: str) -> None:
    assert size_words(size) == words
