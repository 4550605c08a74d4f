"""Rows of the Work list: what they say, to eyes and to a screen reader, and what is painted of thousands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from app.views import style
from app.views.rows import ITEM_ROLE
from app.views.work.delegate import WorkDelegate
from app.views.work.model import WorkModel
from app.views.work.sizes import size_words
from app.workspace.snapshots import Group
from tests.views.work_window import Opened, Settled, row_of, several


def test_a_row_says_everything_in_words(work: Opened) -> None:
    spoken = work.screen.model.index_of("id-MR-1").data(Qt.ItemDataRole.AccessibleTextRole)
    for part in ("Ambleforth Academy", "MR-1", "0/2 judged", "working days overdue", "was due Fri 27 Feb"):
        assert part in spoken
    held = work.screen.model.index_of("id-MR-6").data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Returned to centre" in held
    assert "Held for certification" in held


def test_M61_a_returned_row_says_until_when_it_may_be_re_submitted(work: Opened) -> None:
    model = work.screen.model
    row = model.index_of("id-MR-6").data(ITEM_ROLE)
    assert model.due(row)[:2] == ("Returned to centre", "Open until Fri 15 May")
    assert model.due(replace(row, open_until=None))[1] == "Held for certification"


def test_a_screen_reader_finds_the_rows_and_headings(work: Opened) -> None:
    face = QAccessible.queryAccessibleInterface(work.screen.list)
    assert face.text(QAccessible.Text.Name) == "Moderation requests"
    names = [face.child(number).text(QAccessible.Text.Name) for number in range(face.childCount())]
    assert "Overdue, 1 request" in names
    assert any(name.startswith("Brackenwell College") for name in names)


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
