"""*Take offline* in a small window with large text: nothing that one needs is cut or left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.views import style
from app.views.shell.house import House
from app.views.shell.window import MainWindow
from app.views.style import spacing
from app.views.work.screen import WorkScreen
from app.views.work.travel_model import SIZE, STATE
from app.views.work.travel_page import TravelPage
from app.workspace.travel_plan import TravelChoice
from tests.support.desks import Clock, desk_with_requests, make_profile, one_request, open_desk
from tests.views.travel_window import Before, Settled


@pytest.fixture
def laden(window: MainWindow, tmp_path: Path, settled: Settled) -> House:
    """The window on a desk that was taken offline before, so that *Refresh before departure* is offered."""
    desk = desk_with_requests(tmp_path / "desk", evidence=[("essay.txt", b"words")])
    desk.travel.take(TravelChoice(frozenset({"request-1"})), lambda _: None, lambda: False)
    window.take(desk)
    settled()
    assert window.house is not None
    return window.house


def opened(house: House, settled: Settled) -> TravelPage:
    """The page, by then laid out."""
    house.go("work")
    screen = house.room("work")
    assert isinstance(screen, WorkScreen)
    screen.departure.open()
    settled()
    QApplication.processEvents()
    assert screen.departure.page is not None
    return screen.departure.page


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_head_is_whole_at_900_by_600_and_twice_the_size(
    laden: House, window: MainWindow, settled: Settled, scale: float
) -> None:
    window.resize(900, 600)
    style.look().put_on("light", scale)
    page = opened(laden, settled)
    assert page.refresh.isVisible()
    assert page._title.width() >= page._title.minimumSizeHint().width()
    assert page._summary.text() == page._summary.whole
    back = page.findChild(QToolButton, "travelBack")
    assert min(back.width(), back.height()) >= back.iconSize().width() + 8
    assert back.iconSize().width() == round(spacing.ICON * scale)
    assert page.rect().contains(QRect(page.refresh.pos(), page.refresh.size()))
    assert page.refresh.text() == ("Refresh before departure" if scale == 1.0 else "")
    assert page.refresh.toolTip() == ("" if scale == 1.0 else "Refresh before departure")
    assert page.refresh.accessibleName() == "Refresh before departure"


def test_the_foot_stays_whole_however_low_the_window_is(
    laden: House, window: MainWindow, settled: Settled
) -> None:
    style.look().put_on("light", 2.0)
    window.resize(900, 600)
    opened(laden, settled)
    for own in (laden.foot._pill, laden.foot._sync):
        assert own.height() >= own.sizeHint().height()
        assert laden.rect().contains(QRect(own.mapTo(laden, own.rect().topLeft()), own.size()))


def test_state_and_size_stand_below_the_name_where_there_is_no_room_beside_it(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    items, data = one_request(1, [("here.txt", b"words"), ("away.txt", b"marks")], id="r1", number="MR-1")
    desk = open_desk(make_profile(tmp_path, items, data[:1]), Clock())
    try:
        before = Before(desk, qtbot, settled)
        before.open()
        before.tree.expandAll()
        assert not before.tree.narrow
        assert before.tree.columnWidth(STATE) > 0
        low = before.tree.visualRect(before.page.model.index_of("r1")).height()
        style.look().put_on("light", 2.0)
        before.window.resize(780, 600)  # what the rail leaves of 900
        QApplication.processEvents()
        assert before.tree.narrow
        assert before.tree.columnWidth(STATE) == before.tree.columnWidth(SIZE) == 0
        here, away = (below(before, f"r1/evidence-1-{number}") for number in (0, 1))
        assert ink(here) > 50
        assert ink(away) > 50
        # Both have the same size, so that what differs is how they stand.
        assert here != away
        assert before.tree.visualRect(before.page.model.index_of("r1")).height() > 2 * low
        style.look().put_on("light", 1.0)
        before.window.resize(1100, 700)
        QApplication.processEvents()
        assert not before.tree.narrow
        assert before.tree.columnWidth(STATE) > 0
        assert before.tree.visualRect(before.page.model.index_of("r1")).height() == low
    finally:
        settled()
        desk.close()


def below(before: Before, key: str) -> QImage:
    """The lower half of a line, right of its box and glyph."""
    index = before.page.model.index_of(key)
    before.tree.scrollTo(index)
    QApplication.processEvents()
    line = before.tree.visualRect(index)
    half = QRect(line.left() + 100, line.center().y() + 4, line.width() - 100, line.height() // 2 - 6)
    return before.tree.viewport().grab(half).toImage()


def ink(image: QImage) -> int:
    return sum(
        QColor(image.pixel(x, y)).lightness() < 150
        for x in range(image.width())
        for y in range(image.height())
    )
