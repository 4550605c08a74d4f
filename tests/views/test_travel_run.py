"""*Take offline* beside a service: the run, pausing and going on, and *Ready to travel* until something is new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.dates import clock_time
from app.domain.evidence import EvidenceKind
from app.service.quick import Attachment, attach_evidence
from app.views.work.travelling import State
from app.workspace.entrance import enter, sign_in
from app.workspace.snapshots import Changes, Offline
from app.workspace.travel_plan import Stage, TravelChoice
from tests.service.ground import NOW, PASSWORD, Ground, House
from tests.support.keys import FileKeys
from tests.support.serving import copied
from tests.support.travel import LINK, SlowRoad, lay, on_the_road
from tests.views.travel_window import CTRL, SHIFT, Before, Settled


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


def under_way(evening: Evening, qtbot: QtBot, settled: Settled) -> Before:
    """A run that has brought its first file and waits on the road for the rest."""
    before = Before(evening.desk, qtbot, settled)
    evening.road.hold(passing=2)
    before.open(Qt.Key.Key_T, CTRL | SHIFT)
    before.press(Qt.Key.Key_Return)
    before.wait(lambda: before.run.progress is not None and before.run.progress.done >= 1)
    return before


def taken_along(evening: Evening, qtbot: QtBot, settled: Settled) -> Before:
    """R1 was chosen in the list and taken along, by keyboard alone."""
    before = Before(evening.desk, qtbot, settled)
    before.screen.list.setCurrentIndex(before.screen.model.index_of(evening.request))
    before.open(Qt.Key.Key_T, CTRL | SHIFT)
    before.press(Qt.Key.Key_Return)
    before.wait(lambda: before.run.report is not None)
    settled()
    return before


def test_M48_by_keyboard_alone_from_the_list_to_ready_to_travel_and_back(
    evening: Evening, qtbot: QtBot, settled: Settled
) -> None:
    before = taken_along(evening, qtbot, settled)
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
    before = under_way(evening, qtbot, settled)
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
    before = under_way(evening, qtbot, settled)
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
    before = under_way(evening, qtbot, settled)
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
    before = under_way(evening, qtbot, settled)
    before.screen.stop()
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
    before = taken_along(evening, qtbot, settled)
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


def test_the_lines_say_what_has_arrived_while_the_rest_is_under_way(
    evening: Evening, qtbot: QtBot, settled: Settled
) -> None:
    before = under_way(evening, qtbot, settled)

    def here() -> int:
        nodes = [before.page.model.index_of(file.id) for file in before.page.model.plan.requests[0].files]
        words = [str(node.siblingAtColumn(1).data(Qt.ItemDataRole.DisplayRole)) for node in nodes]
        assert "To fetch" in words
        return words.count("On this computer")

    before.wait(lambda: here() >= 1)
    evening.road.release()
    before.wait(lambda: before.run.report is not None)
    settled()
