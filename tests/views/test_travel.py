"""*Take offline* as a person meets it: the tree, the run, and the panel that says whether one can leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.dates import clock_time, moment
from app.domain.evidence import EvidenceKind
from app.service.claims import Attachment, attach_evidence
from app.views import style
from app.views.actions import ActionRegistry
from app.views.work.screen import WorkScreen
from app.views.work.travel_model import NAME, NODE_ROLE, SIZE, STATE
from app.views.work.travel_page import TravelPage
from app.views.work.travelling import State
from app.workspace.desk import Desk
from app.workspace.entrance import enter, sign_in
from app.workspace.snapshots import Changes, Offline
from app.workspace.travel_plan import Stage, TravelChoice
from tests.service.ground import NOW, PASSWORD, Ground, House
from tests.support import records
from tests.support.desks import Clock, make_profile, one_request, open_desk
from tests.support.keys import FileKeys
from tests.support.travel import LINK, SlowRoad, copied, lay, on_the_road
from tests.views.windows import bring_up

Settled = Callable[[], None]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


class Before:
    """The Work screen in a window, the evening before."""

    def __init__(self, desk: Desk, qtbot: QtBot, settled: Settled) -> None:
        self.desk = desk
        self.qtbot = qtbot
        self.settled = settled
        self.told: list[str] = []
        self.refused: list[Any] = []
        self.changes: list[Changes] = []
        self.milestones: list[str] = []
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = ActionRegistry(self.window)
        self.actions.add("sync_now", "Sync now", lambda: None)
        self.screen = WorkScreen(desk, self.actions)
        self.screen.told.connect(lambda says, _: self.told.append(says))
        self.screen.refused.connect(self.refused.append)
        self.screen.changed.connect(self.changes.append)
        self.run.milestone.connect(self.milestones.append)
        self.window.setCentralWidget(self.screen)
        self.actions.bring_to_front(self.screen)
        bring_up(qtbot, self.window, 1100, 700)
        settled()
        self.screen.entered()

    @property
    def run(self) -> Any:
        return self.screen.departure.run

    @property
    def page(self) -> TravelPage:
        assert self.screen.departure.page is not None
        return self.screen.departure.page

    @property
    def tree(self) -> Any:
        return self.page.tree

    def open(self, keys: Qt.Key = Qt.Key.Key_T, modifier: Qt.KeyboardModifier = CTRL) -> None:
        self.press(keys, modifier)
        self.settled()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        focus = QApplication.focusWidget()
        assert focus is not None, "nothing has the focus"
        QTest.keyClick(focus, key, modifier)

    def button(self, name: str) -> QPushButton:
        found = self.screen.findChild(QPushButton, name)
        assert found is not None
        return found

    def click(self, name: str) -> None:
        button = self.button(name)
        assert button.isVisible()
        assert button.isEnabled()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def go_to(self, key: str) -> None:
        self.tree.setCurrentIndex(self.page.model.index_of(key))

    def state(self, key: str) -> Qt.CheckState:
        return self.page.model.index_of(key).data(Qt.ItemDataRole.CheckStateRole)

    def spoken(self, key: str) -> str:
        return str(self.page.model.index_of(key).data(Qt.ItemDataRole.AccessibleTextRole))

    def wait(self, when: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(when, timeout=20_000)

    def focus(self) -> str:
        focus = QApplication.focusWidget()
        return focus.objectName() if focus is not None else ""


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
    assert "does not fit" in before.page.totals.text()
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


# With a service


class Evening:
    """A laptop that signed in, beside a service whose files can be held up."""

    def __init__(self, house: House, road: SlowRoad, address: str, folder: Path) -> None:
        self.house = house
        self.road = road
        self.keys = FileKeys(folder / "keys.json")
        self.desk = sign_in(address, "morgan@people.invalid", PASSWORD, keys=self.keys)
        self.desk.sync(lambda _: None)
        self.request = house.request("R1")


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ground]:
    folder = tmp_path_factory.mktemp("service")
    return folder, lay(folder)


@pytest.fixture
def evening(
    laid: tuple[Path, Ground], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settled: Settled
) -> Iterator[Evening]:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path / "laptop"))
    (tmp_path / "laptop").mkdir()
    house = copied(laid, tmp_path / "service")
    road = SlowRoad(house.settings)
    with ExitStack() as things:
        address = things.enter_context(on_the_road(road))
        made = Evening(house, road, address, tmp_path / "laptop")
        yield made
        road.release()
        settled()
        made.desk.close()
    house.close()


def row_of(before: Before) -> Offline:
    return next(row.offline for row in before.screen.model.rows if row.number == "R1")


def test_M48_by_keyboard_alone_from_the_list_to_ready_to_travel_and_back(
    evening: Evening, qtbot: QtBot, settled: Settled
) -> None:
    before = Before(evening.desk, qtbot, settled)
    before.screen.list.setCurrentIndex(before.screen.model.index_of(evening.request))
    before.open(Qt.Key.Key_T, CTRL | SHIFT)
    before.press(Qt.Key.Key_Return)
    before.wait(lambda: before.run.report is not None)
    settled()
    outcome = before.page.outcome
    assert outcome.title.text() == "Ready to travel"
    assert outcome.ready
    assert "7 files" in outcome.text
    assert f"Filmed presentation (R1, sample 2): lies on the centre's own platform: {LINK}" in outcome.text
    assert before.focus() == "travelLeave"
    before.press(Qt.Key.Key_Return)
    assert before.focus() == "workList"
    assert row_of(before) is Offline.READY
    assert before.screen.departure.strip.text.startswith("Ready to travel: 7 files")
    assert any(evening.request in changes.requests for changes in before.changes)
    spoken = " ".join(before.milestones)
    assert "Fetching 7 files" in spoken
    assert "Reading 7 files whole" in spoken
    dismiss = before.screen.findChild(QAbstractButton, "stripDismiss")
    QTest.mouseClick(dismiss, Qt.MouseButton.LeftButton)
    assert not before.screen.departure.strip.isVisible()


def test_M48_pause_keeps_what_arrived_and_resume_goes_on(
    evening: Evening, qtbot: QtBot, settled: Settled
) -> None:
    before = Before(evening.desk, qtbot, settled)
    evening.road.hold(passing=2)
    before.open(Qt.Key.Key_T, CTRL | SHIFT)
    before.press(Qt.Key.Key_Return)
    before.wait(lambda: before.run.progress is not None and before.run.progress.done >= 1)
    assert before.page.names.isVisible()
    assert len(before.page.names.whole.split(" · ")) <= 4
    assert before.page.bar.isVisible()
    before.click("travelPause")
    assert before.run.state is State.STOPPING
    evening.road.release()
    before.wait(lambda: before.run.state is State.PAUSED)
    settled()
    assert row_of(before) is Offline.PARTLY
    assert before.page.resume.isVisible()
    assert not before.page.start.isVisible()
    assert "Paused" in before.page.totals.text()
    arrived = [file for file in evening.desk.travel.plan().requests[0].files if file.here]
    assert arrived
    seen: list[int] = []

    def note() -> None:
        if before.run.progress.stage is Stage.FETCH:
            seen.append(before.run.progress.total)

    before.run.progressed.connect(note)
    before.click("travelResume")
    before.wait(lambda: before.run.report is not None)
    assert before.run.report.ready
    assert set(seen) == {7 - len(arrived)}


def test_M48_the_run_goes_on_while_one_works_elsewhere_and_the_work_screen_shows_it(
    evening: Evening, qtbot: QtBot, settled: Settled
) -> None:
    before = Before(evening.desk, qtbot, settled)
    evening.road.hold(passing=2)
    before.open(Qt.Key.Key_T, CTRL | SHIFT)
    before.press(Qt.Key.Key_Return)
    before.wait(lambda: before.run.progress is not None and before.run.progress.done >= 1)
    before.press(Qt.Key.Key_Escape)
    strip = before.screen.departure.strip
    assert strip.isVisible()
    assert strip.text.startswith("Taking offline: fetching")
    other = QWidget()
    before.window.takeCentralWidget()
    before.window.setCentralWidget(other)
    evening.road.release()
    before.wait(lambda: before.run.report is not None)
    assert before.run.report.ready
    assert before.told == [
        f"Ready to travel: 7 files, 3.0 MB, checked at {clock_time(before.run.report.ended_at)}"
    ]
    settled()
    before.screen.deleteLater()


def test_cancel_stops_keeps_what_arrived_and_offers_a_new_start(
    evening: Evening, qtbot: QtBot, settled: Settled
) -> None:
    before = Before(evening.desk, qtbot, settled)
    evening.road.hold(passing=2)
    before.open(Qt.Key.Key_T, CTRL | SHIFT)
    before.press(Qt.Key.Key_Return)
    before.wait(lambda: before.run.progress is not None and before.run.progress.done >= 1)
    before.click("travelCancel")
    evening.road.release()
    before.wait(lambda: before.run.state is State.IDLE)
    settled()
    known = evening.desk.travel.remembered()
    assert known is not None
    assert not known.unfinished
    assert before.page.start.isVisible()
    assert not before.screen.departure.strip.text
    assert row_of(before) is Offline.PARTLY
    assert before.run.report is None


def test_M48_closing_while_it_runs_keeps_what_arrived_and_the_next_start_can_go_on(
    evening: Evening, qtbot: QtBot, settled: Settled
) -> None:
    before = Before(evening.desk, qtbot, settled)
    evening.road.hold(passing=2)
    before.open(Qt.Key.Key_T, CTRL | SHIFT)
    before.press(Qt.Key.Key_Return)
    before.wait(lambda: before.run.progress is not None and before.run.progress.done >= 1)
    before.screen.stop_fetching()
    evening.road.release()
    settled()
    before.window.close()
    folder = evening.desk.profile.folder
    evening.desk.close()
    evening.desk = enter(folder, keys=evening.keys)
    again = Before(evening.desk, qtbot, settled)
    assert again.screen.departure.strip.text.startswith("Taking offline is not finished.")
    again.click("stripResume")
    again.wait(lambda: again.run.report is not None)
    settled()
    again.click("stripShow")
    settled()
    assert again.page.outcome.isVisible()
    assert again.page.outcome.title.text() == "Ready to travel"


def test_M48_refresh_before_departure_is_one_step_also_after_a_restart(
    evening: Evening, qtbot: QtBot, settled: Settled
) -> None:
    evening.desk.travel.take(TravelChoice(frozenset({evening.request})), lambda _: None, lambda: False)
    folder = evening.desk.profile.folder
    evening.desk.close()
    evening.desk = enter(folder, keys=evening.keys)
    before = Before(evening.desk, qtbot, settled)
    assert before.actions.get("travel_refresh").isEnabled()
    before.actions.get("travel_refresh").trigger()
    before.wait(lambda: before.run.report is not None)
    assert before.run.report.ready
    settled()
    before.click("travelChoose")
    settled()
    assert before.state(evening.request) is Qt.CheckState.Checked
    assert before.page.refresh.isVisible()
    # With other ticks it would not be the same once more.
    before.go_to(evening.request)
    before.press(Qt.Key.Key_Space)
    assert not before.page.refresh.isVisible()


def test_M48_new_evidence_takes_ready_to_travel_back_until_it_is_here_as_well(
    evening: Evening, qtbot: QtBot, settled: Settled
) -> None:
    before = Before(evening.desk, qtbot, settled)
    before.screen.list.setCurrentIndex(before.screen.model.index_of(evening.request))
    before.open(Qt.Key.Key_T, CTRL | SHIFT)
    before.press(Qt.Key.Key_Return)
    before.wait(lambda: before.run.report is not None)
    settled()
    before.screen.apply(Changes(frozenset({evening.request}), work=True))
    settled()
    assert before.page.outcome.isVisible()
    added = Attachment(EvidenceKind.LEARNER_WORK, "added.txt", b"more words", sample=1)
    attach_evidence(evening.house.engine, evening.house.blobs, "R1", [added], NOW)
    before.screen.apply(evening.desk.sync(lambda _: None))
    settled()
    assert not before.page.outcome.isVisible()
    strip = before.screen.departure.strip
    assert strip.text == "No longer ready to travel: 1 file to fetch. Refresh before departure."
    before.click("travelRefresh")
    before.wait(lambda: before.run.report is not None)
    assert before.run.report.ready
    assert before.run.report.files == 8
    settled()


def test_while_it_runs_ticks_stay_as_they_are(evening: Evening, qtbot: QtBot, settled: Settled) -> None:
    before = Before(evening.desk, qtbot, settled)
    evening.road.hold()
    before.open(Qt.Key.Key_T, CTRL | SHIFT)
    before.press(Qt.Key.Key_Return)
    before.wait(lambda: before.run.progress is not None and before.run.progress.stage is Stage.FETCH)
    before.tree.setFocus()
    before.go_to(evening.request)
    before.press(Qt.Key.Key_Space)
    assert before.state(evening.request) is Qt.CheckState.Checked
    assert not before.actions.get("travel_chosen").isEnabled()
    before.press(Qt.Key.Key_Return)
    evening.road.release()
    before.wait(lambda: before.run.report is not None)
    settled()
