"""*Take offline* without a service: the tree of what may come along, and why one is not ready."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.dates import moment
from app.views import style
from app.views.work.travel_model import NAME, NODE_ROLE, SIZE, STATE
from app.views.work.travelling import State
from app.workspace.desk import Desk
from app.workspace.travel_plan import TravelChoice
from tests.support import records
from tests.support.desks import Clock, make_profile, one_request, open_desk
from tests.support.travel import LINK
from tests.views.travel_window import CTRL, SHIFT, Before, Settled


def away(folder: Path, *, files: bool = True) -> Desk:
    """Two requests without a service: MR-1 with three files and a link, MR-2 with one file."""
    one, data = one_request(1, [("essay.txt", b"words"), ("sheet.txt", b"marks")], id="r1", number="MR-1")
    two, more = one_request(1, [("other.txt", b"other words")], id="r2", number="MR-2")
    plan = records.evidence(
        "plan", request_id="r1", sample_id="", name="plan.txt", sha256="c" * 64, size=2_000
    )
    link = records.evidence(
        "link", request_id="r1", sample_id="r1/sample-1", name="Filmed talk", sha256="", size=0, url=LINK
    )
    kept = [*data, *more] if files else []
    return open_desk(make_profile(folder, [*one, *two, plan, link], kept), Clock())


@pytest.fixture
def before(tmp_path: Path, qtbot: QtBot, settled: Settled) -> Iterator[Before]:
    desk = away(tmp_path)
    yield Before(desk, qtbot, settled)
    settled()
    desk.close()


# The tree


def test_ctrl_t_opens_the_page_and_escape_goes_back_to_the_list(before: Before) -> None:
    before.open()
    assert before.screen.departure.in_front
    assert before.focus() == "travelTree"
    assert not before.actions.get("work_filter").isEnabled()
    assert not before.actions.get("travel").isEnabled()
    before.press(Qt.Key.Key_Escape)
    assert not before.screen.departure.in_front
    assert before.focus() == "workList"
    assert before.actions.get("work_filter").isEnabled()


def test_the_button_opens_it_with_what_is_chosen_in_the_list_ticked(before: Before) -> None:
    before.screen.list.setCurrentIndex(before.screen.model.index_of("r2"))
    before.click("openTravel")
    before.settled()
    assert before.state("r1") is Qt.CheckState.Unchecked
    assert before.state("r2") is Qt.CheckState.Checked
    assert before.page.model.choice == TravelChoice(frozenset({"r2"}))


def test_space_ticks_and_a_part_of_a_request_is_told_as_such(before: Before) -> None:
    before.open()
    before.go_to("r1/evidence-1-0")
    assert before.state("r1") is Qt.CheckState.Checked
    before.press(Qt.Key.Key_Space)
    assert before.state("r1/evidence-1-0") is Qt.CheckState.Unchecked
    assert before.state("r1/r1/sample-1") is Qt.CheckState.PartiallyChecked
    assert before.state("r1") is Qt.CheckState.PartiallyChecked
    assert before.page.model.choice == TravelChoice(evidence=frozenset({"r1/evidence-1-1", "plan"}))
    before.press(Qt.Key.Key_Space)
    assert before.page.model.choice == TravelChoice(frozenset({"r1"}))
    before.go_to("r1")
    before.press(Qt.Key.Key_Space)
    assert before.page.model.choice == TravelChoice()
    before.go_to("r1/r1/sample-1")
    before.press(Qt.Key.Key_Space)
    assert before.state("r1") is Qt.CheckState.PartiallyChecked
    before.go_to("r1")
    before.press(Qt.Key.Key_Space)
    assert before.state("r1") is Qt.CheckState.Checked


def test_a_link_is_reached_by_the_arrows_has_no_tick_and_says_why(before: Before) -> None:
    before.open()
    model = before.page.model
    before.go_to("r1/r1/sample-1")
    before.press(Qt.Key.Key_Right)
    before.press(Qt.Key.Key_Down)
    assert before.tree.currentIndex().data(NODE_ROLE).key == "link"
    before.press(Qt.Key.Key_Space)
    assert before.state("link") is Qt.CheckState.Unchecked
    assert before.state("r1") is Qt.CheckState.Checked
    assert not model.index_of("link").flags() & Qt.ItemFlag.ItemIsUserCheckable
    assert (
        before.spoken("link") == f"Filmed talk, cannot come along, lies on the centre's own platform: {LINK}"
    )
    assert LINK in model.index_of("link").data(Qt.ItemDataRole.ToolTipRole)
    assert model.index_of("link", STATE).data() == "Only a link"


def test_sizes_stand_in_words_at_the_right_and_the_totals_below(before: Before) -> None:
    before.open()
    model = before.page.model
    size = model.index_of("plan", SIZE)
    assert size.data() == "2 kB"
    assert size.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert before.page.totals.text().startswith("3 files, 2 kB · to fetch 2 kB · free ")
    before.go_to("plan")
    before.press(Qt.Key.Key_Space)
    assert before.page.totals.text().startswith("2 files, 10 B · nothing to fetch · free ")
    before.go_to("r1/r1/sample-1")
    before.press(Qt.Key.Key_Space)
    assert before.page.totals.text().startswith("Nothing is chosen yet · free ")
    assert not before.page.start.isEnabled()


def test_a_press_on_the_box_ticks_and_a_press_on_the_name_does_not(before: Before) -> None:
    before.open()
    index = before.page.model.index_of("r2")
    line = before.tree.visualRect(index)
    box = before.tree.itemDelegate().box(line).center()
    QTest.mouseClick(before.tree.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert before.state("r2") is Qt.CheckState.Checked
    QTest.mouseClick(before.tree.viewport(), Qt.MouseButton.LeftButton, pos=line.center())
    assert before.state("r2") is Qt.CheckState.Checked
    QTest.mouseDClick(before.tree.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert before.state("r2") is Qt.CheckState.Unchecked
    assert not before.tree.isExpanded(index)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_tick_is_seen(before: Before, qapp: QApplication, theme: Any, scale: float) -> None:
    style.apply(qapp, theme, scale)
    before.open()
    qapp.processEvents()

    def colours_in_box() -> set[str]:
        line = before.tree.visualRect(before.page.model.index_of("r2"))
        box = before.tree.itemDelegate().box(line)
        image = before.tree.viewport().grab().toImage()
        return {
            QColor(image.pixel(x, y)).name()
            for x in range(box.left(), box.right())
            for y in range(box.top(), box.bottom())
        }

    assert style.colours().accent not in colours_in_box()
    before.go_to("r2")
    before.press(Qt.Key.Key_Space)
    assert style.colours().accent in colours_in_box()


def test_a_screen_reader_hears_name_tick_due_and_size(before: Before) -> None:
    before.open()
    assert before.spoken("r2").startswith("MR-2 · Larkfield Management College (C-1001), not ticked, ")
    before.go_to("r2")
    before.press(Qt.Key.Key_Space)
    assert ", ticked, " in before.spoken("r2")
    assert "due Mon 30 Mar" in before.spoken("r2")
    assert before.spoken("r2").endswith("On this computer, 11 B")
    before.go_to("plan")
    before.press(Qt.Key.Key_Space)
    assert "partly ticked" in before.spoken("r1")
    assert "2 of 3 to fetch" not in before.spoken("r1")
    face = QAccessible.queryAccessibleInterface(before.tree)
    assert face.text(QAccessible.Text.Name) == "What to take along"
    said = [face.child(number).text(QAccessible.Text.Name) for number in range(face.childCount())]
    assert before.spoken("r2") in said
    ticked = next(face.child(n) for n in range(face.childCount()) if said[n] == before.spoken("r2"))
    assert ticked.state().checkable  # type: ignore[attr-defined]
    assert ticked.state().checked  # type: ignore[attr-defined]


def test_every_control_has_a_name_and_nothing_is_cut_at_900_by_600_and_twice_the_size(
    before: Before, qapp: QApplication
) -> None:
    style.apply(qapp, "light", 2.0)
    before.window.resize(900, 600)
    before.open()
    for _ in ("page", "list"):
        qapp.processEvents()
        for button in before.screen.findChildren(QAbstractButton):
            if button.isVisible():
                assert button.accessibleName(), button.objectName()
                assert button.width() >= button.minimumSizeHint().width(), button.objectName()
                assert button.height() >= button.minimumSizeHint().height(), button.objectName()
                assert before.screen.rect().contains(
                    button.rect().translated(button.mapTo(before.screen, QPoint()))
                ), button.objectName()
        assert before.tree.columnWidth(NAME) > before.tree.columnWidth(SIZE)
        before.press(Qt.Key.Key_Escape)


def test_the_shortcuts_collide_with_nothing(before: Before) -> None:
    for id in ("travel", "travel_chosen"):
        assert before.actions.keys_of(id)
        assert before.actions.clash(id, before.actions.keys_of(id)) is None


# Without a service


def test_M48_return_starts_and_without_a_service_it_ends_in_not_ready_with_the_reasons(
    before: Before,
) -> None:
    before.open()
    before.press(Qt.Key.Key_Return)
    assert before.run.busy
    assert not before.page.start.isVisible()
    before.wait(lambda: before.run.report is not None)
    before.settled()
    outcome = before.page.outcome
    assert outcome.isVisible()
    assert outcome.title.text() == "Not ready"
    assert "Not refreshed" in outcome.text
    assert "Refresh once more before you leave." in outcome.text
    assert "plan.txt (MR-1)" in outcome.text
    assert f"Filmed talk (MR-1, sample 1): lies on the centre's own platform: {LINK}" in outcome.text
    assert "2 of 3 files are on this computer" in outcome.text
    assert before.focus() == "travelAgain"
    assert before.milestones[0] == "Asking the service for what is new"


def test_M48_whole_but_not_refreshed_is_not_ready_and_told_as_at_when(before: Before) -> None:
    before.screen.list.setCurrentIndex(before.screen.model.index_of("r2"))
    before.open(Qt.Key.Key_T, CTRL | SHIFT)
    assert before.page.model.choice == TravelChoice(frozenset({"r2"}))
    before.press(Qt.Key.Key_Return)
    before.wait(lambda: before.run.report is not None)
    assert before.page.outcome.title.text() == "Not ready"
    as_at = before.desk.travel.plan().as_at
    assert as_at is not None
    assert f"What is here is as at {moment(as_at)}." in before.page.outcome.text
    before.press(Qt.Key.Key_Escape)
    assert before.screen.departure.strip.text.startswith(
        "Not ready: every chosen file is here, but only as at"
    )


def test_M48_what_does_not_fit_cannot_be_started_and_says_how_much_is_lacking(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    items, files = one_request(1, [("essay.txt", b"words")], id="r1", number="MR-1")
    film = records.evidence("film", request_id="r1", sample_id="", name="film.mkv", size=10**17)
    desk = open_desk(make_profile(tmp_path, [*items, film], files), Clock())
    before = Before(desk, qtbot, settled)
    before.open()
    assert "too little room" in before.page.totals.text()
    assert "make room for another" in before.page.totals.text()
    assert before.page._sign.isVisible()
    assert not before.page.start.isEnabled()
    before.press(Qt.Key.Key_Return)
    assert before.run.state is State.IDLE
    before.go_to("film")
    before.press(Qt.Key.Key_Space)
    assert before.page.start.isEnabled()
    assert not before.page._sign.isVisible()
    settled()
    desk.close()


def test_nothing_to_take_along_is_one_sentence_and_one_button(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    desk = open_desk(make_profile(tmp_path, []), Clock())
    before = Before(desk, qtbot, settled)
    before.open()
    back = [
        b for b in before.page.findChildren(QPushButton) if b.isVisible() and b.text() == "Back to the list"
    ]
    QTest.mouseClick(back[0], Qt.MouseButton.LeftButton)
    assert not before.screen.departure.in_front
    settled()
    desk.close()
