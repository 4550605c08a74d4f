"""The task runner: work off the GUI thread, results back on it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.domain.errors import KnownError
from app.views.tasks import from_worker, run_task, runner

Settled = Callable[[], None]


def test_work_runs_elsewhere_and_its_result_comes_home(qapp: QApplication, settled: Settled) -> None:
    threads: list[object] = []
    heard: list[int] = []

    def work() -> int:
        threads.append(threading.current_thread() is not threading.main_thread())
        return 7

    def then(result: int) -> None:
        heard.append(result)
        threads.append(QThread.currentThread() is qapp.thread())

    run_task(qapp, work, then)
    assert runner().busy == 1
    settled()
    assert heard == [7]
    assert threads == [True, True]


def test_a_known_error_is_told_and_a_defect_surfaces(
    qapp: QApplication, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    surfaced: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: surfaced.append(kind))
    told: list[str] = []

    def refuse() -> None:
        raise KnownError("refused", "No.")

    def break_down() -> None:
        raise ZeroDivisionError

    run_task(qapp, refuse, lambda _: told.append("done"), lambda error: told.append(error.code))
    run_task(qapp, break_down, lambda _: told.append("done"), lambda error: told.append(error.code))
    run_task(qapp, refuse, lambda _: told.append("done"))
    settled()
    assert told == ["refused"]
    assert sorted(kind.__name__ for kind in surfaced) == ["KnownError", "ZeroDivisionError"]


def test_nobody_hears_of_work_whose_owner_is_gone(qapp: QApplication, settled: Settled) -> None:
    gate = threading.Event()
    heard: list[int] = []
    owner = QObject()
    run_task(owner, lambda: gate.wait(20), lambda _: heard.append(1))
    news = from_worker(owner, heard.append)
    delete(owner)
    news(2)
    gate.set()
    settled()
    assert heard == []


def test_cancelled_work_is_not_heard_and_what_it_opened_is_handed_back(
    qapp: QApplication, settled: Settled
) -> None:
    gate, begun = threading.Event(), threading.Event()
    heard: list[str] = []

    def open_something() -> str:
        begun.set()
        gate.wait(20)
        return "a door"

    task = run_task(qapp, open_something, heard.append)
    assert begun.wait(20)
    task.cancel(lambda door: heard.append(f"closed {door}"))
    assert task.cancelled
    gate.set()
    settled()
    assert heard == ["closed a door"]


def test_a_lane_keeps_its_order(qapp: QApplication, settled: Settled) -> None:
    done: list[int] = []
    for number in range(50):
        run_task(qapp, lambda number=number: number, done.append, lane="evidence")
    settled()
    assert done == list(range(50))


def test_a_slow_lane_holds_up_no_other(qapp: QApplication, qtbot: QtBot, settled: Settled) -> None:
    gate = threading.Event()
    heard: list[str] = []
    run_task(qapp, lambda: gate.wait(20), lambda _: heard.append("slow"), lane="sync")
    run_task(qapp, lambda: None, lambda _: heard.append("quick"))
    qtbot.waitUntil(lambda: heard == ["quick"])
    gate.set()
    settled()
    assert heard == ["quick", "slow"]


def test_idle_is_told_once_everything_is_shown(qapp: QApplication, qtbot: QtBot) -> None:
    shown: list[int] = []
    with qtbot.waitSignal(runner().idle, timeout=20_000):
        for number in range(5):
            run_task(qapp, lambda number=number: number, shown.append)
    assert sorted(shown) == [0, 1, 2, 3, 4]


def test_news_from_a_worker_arrives_on_the_gui_thread_in_order(qapp: QApplication, settled: Settled) -> None:
    heard: list[tuple[int, bool]] = []
    tell = from_worker(qapp, lambda n: heard.append((n, QThread.currentThread() is qapp.thread())))

    def work() -> None:
        for number in range(20):
            tell(number)

    run_task(qapp, work, lambda _: None)
    settled()
    assert heard == [(number, True) for number in range(20)]
