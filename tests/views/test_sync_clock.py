"""When a round of sync begins, and that it always begins again."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.cli.demo import desk_for, prepared_service
from app.domain.errors import KnownError
from app.domain.moderation import Decision
from app.views.shell.sync_clock import PERIOD, SyncClock
from app.workspace.snapshots import Changes, Group, OutboxState

Settled = Callable[[], None]


class Line:
    """The network between a desk and its service, held by the test: up, down, or slow."""

    def __init__(self) -> None:
        self.rounds = 0
        self.error: Exception | None = None
        self.gate: threading.Event | None = None
        self.news: list[Changes] = []

    def sync(self, on_changes: Callable[[Changes], None]) -> Changes:
        self.rounds += 1
        if self.gate is not None:
            self.gate.wait(20)
        for changes in self.news:
            on_changes(changes)
        if self.error is not None:
            raise self.error
        return Changes()

    def next_try_in(self, attempt: int) -> float:
        return 100.0 + attempt


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def clock(qtbot: QtBot, line: Line, settled: Settled) -> Iterator[SyncClock]:
    made = SyncClock(line, grace=5.0)
    yield made
    made.stop()
    settled()
    made.deleteLater()


def test_after_a_good_round_the_next_comes_in_a_minute(
    clock: SyncClock, line: Line, settled: Settled
) -> None:
    heard: list[KnownError | None] = []
    clock.ended.connect(heard.append)
    clock.now()
    assert clock.running
    assert clock.due_in is None
    settled()
    assert heard == [None]
    assert clock.due_in == pytest.approx(PERIOD, abs=2)


def test_after_failures_it_waits_longer_and_is_armed_all_the_same(
    clock: SyncClock, line: Line, settled: Settled
) -> None:
    line.error = KnownError("service_unreachable", "Not now.")
    heard: list[KnownError | None] = []
    clock.ended.connect(heard.append)
    for attempt in (1, 2, 3):
        clock.now()
        settled()
        assert clock.due_in == pytest.approx(100 + attempt, abs=2)
    assert heard == [line.error] * 3
    line.error = None
    clock.now()
    settled()
    assert clock.due_in == pytest.approx(PERIOD, abs=2)
    line.error = KnownError("service_unreachable", "Not now.")
    clock.now()
    settled()
    assert clock.due_in == pytest.approx(101, abs=2)


def test_after_a_defect_it_is_armed_all_the_same_and_the_defect_is_heard_of(
    clock: SyncClock, line: Line, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: heard.append(kind))
    line.error = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "an odd answer")
    clock.now()
    settled()
    assert heard == [UnicodeDecodeError]
    assert not clock.running
    assert clock.due_in == pytest.approx(101, abs=2)
    line.error = None
    clock.now()
    settled()
    assert line.rounds == 2
    assert clock.due_in == pytest.approx(PERIOD, abs=2)


def test_a_change_is_sent_after_a_grace_in_which_undo_is_possible(
    clock: SyncClock, line: Line, settled: Settled
) -> None:
    clock.now()
    settled()
    clock.soon()
    assert line.rounds == 1
    assert clock.due_in == pytest.approx(5, abs=1)


def test_a_change_during_a_round_is_not_left_to_the_next_minute(
    clock: SyncClock, line: Line, settled: Settled
) -> None:
    line.gate = threading.Event()
    clock.now()
    clock.soon()
    clock.now()
    line.gate.set()
    settled()
    assert line.rounds == 1
    assert clock.due_in == pytest.approx(5, abs=1)


def test_a_change_does_not_break_into_the_pause_after_a_failure_for_ever(
    clock: SyncClock, line: Line, settled: Settled
) -> None:
    line.error = KnownError("service_unreachable", "Not now.")
    line.gate = threading.Event()
    clock.now()
    clock.soon()
    line.gate.set()
    settled()
    assert clock.due_in == pytest.approx(101, abs=2)


def test_news_from_a_round_comes_gathered(clock: SyncClock, line: Line, settled: Settled) -> None:
    line.news = [Changes(frozenset({str(number)}), work=True) for number in range(500)]
    heard: list[Changes] = []
    clock.changes.connect(heard.append)
    clock.now()
    settled()
    everything = Changes()
    for changes in heard:
        everything |= changes
    assert everything.requests == {str(number) for number in range(500)}
    assert len(heard) <= 10


def test_a_stopped_clock_starts_nothing_and_says_nothing(
    clock: SyncClock, line: Line, settled: Settled
) -> None:
    line.gate = threading.Event()
    heard: list[object] = []
    clock.ended.connect(heard.append)
    clock.now()
    clock.stop()
    line.gate.set()
    settled()
    clock.now()
    clock.soon()
    settled()
    assert line.rounds == 1
    assert heard == []
    assert clock.due_in is None


def test_a_real_desk_syncs_with_a_real_service(
    qtbot: QtBot, settled: Settled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path))
    with prepared_service(tmp_path) as (service, email, password):
        desk = desk_for(service, email, password)
        clock = SyncClock(desk, grace=0.0)
        heard: list[Changes] = []
        clock.changes.connect(heard.append)
        with qtbot.waitSignal(clock.ended, timeout=30_000):
            clock.now()
        assert any(changes.work for changes in heard)
        row = next(row for row in desk.work() if row.group is Group.IN_MODERATION and row.judged == 0)
        sample = desk.request(row.request_id).samples[0].sample
        desk.record_judgement(row.request_id, sample.id, Decision.AGREED, "", [])
        with qtbot.waitSignal(clock.ended, timeout=30_000) as ended:
            clock.soon()
        assert ended.args == [None]
        assert [entry.state for entry in desk.outbox()] == [OutboxState.SENT]
        clock.stop()
        settled()
        desk.close()
        clock.deleteLater()


def test_during_a_long_round_the_screens_are_told_ever_more_rarely(clock: SyncClock, line: Line) -> None:
    line.gate = threading.Event()
    clock.now()
    pauses = []
    for number in range(7):
        clock._news(Changes(frozenset({str(number)}), work=True))
        pauses.append(clock._gather.interval())
        clock._hand_on()
    assert pauses == [400, 800, 1600, 3200, 6400, 6400, 6400]
    line.gate.set()


def test_each_round_is_told_soon_again(clock: SyncClock, line: Line, settled: Settled) -> None:
    clock.now()
    clock._news(Changes(work=True))
    clock._hand_on()
    settled()
    clock.now()
    clock._news(Changes(work=True))
    assert clock._gather.interval() == 400
