"""The one task runner: work goes off the GUI thread, its result comes back to it by signal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, Signal, Slot
from shiboken6 import isValid

from app.domain.errors import KnownError

T = TypeVar("T")

_WIDTH = {"": 3}
"""Threads per lane. Every lane not named here has one thread, and so keeps its order."""


class Task:
    """One piece of work under way. ``cancelled`` may be read from any thread, for instance by the work itself."""

    def __init__(
        self,
        owner: QObject,
        work: Callable[[], Any],
        then: Callable[[Any], None],
        failed: Callable[[KnownError], None] | None,
        defect: Callable[[Exception], None] | None = None,
    ) -> None:
        self._owner = owner
        self._work = work
        self._then = then
        self._failed = failed
        self._defect = defect
        self._cancelled = threading.Event()
        self._discard: Callable[[Any], None] | None = None
        self._result: Any = None
        self._error: Exception | None = None

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self, discard: Callable[[Any], None] | None = None) -> None:
        """From now on neither ``then`` nor ``failed`` is called; work that has not begun does not begin.

        discard: given the result, on the GUI thread, of work that could not be stopped any more.
        """
        self._discard = discard
        self._cancelled.set()

    def _run(self) -> None:
        """On the worker thread."""
        if self.cancelled:
            return
        try:
            self._result = self._work()
        except Exception as error:
            self._error = error

    def _deliver(self) -> None:
        """On the GUI thread."""
        if self.cancelled:
            if self._discard is not None and self._result is not None:
                self._discard(self._result)
            return
        if not isValid(self._owner):
            return
        if self._error is None:
            self._then(self._result)
        elif isinstance(self._error, KnownError) and self._failed is not None:
            self._failed(self._error)
        else:
            # A defect, or an error nobody asked to hear of: it must not vanish.
            if self._defect is not None:
                self._defect(self._error)
            sys.excepthook(type(self._error), self._error, self._error.__traceback__)


class _Lane:
    """Threads that take their work from one queue, in order."""

    def __init__(self, name: str, done: Callable[[Task], None]) -> None:
        self._queue: SimpleQueue[Task] = SimpleQueue()
        self._done = done
        for number in range(_WIDTH.get(name, 1)):
            threading.Thread(target=self._work, name=f"{name or 'task'}-{number}", daemon=True).start()

    def put(self, task: Task) -> None:
        self._queue.put(task)

    def _work(self) -> None:
        while True:
            task = self._queue.get()
            task._run()
            self._done(task)
            del task  # an idle thread must not keep the last owner alive


class Runner(QObject):
    """Owns the signals that bring results home; lives on the GUI thread as long as the application."""

    idle = Signal()
    _finished = Signal(object)
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, _Lane] = {}
        self._busy = 0
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> int:
        """How many tasks are waiting or running."""
        return self._busy

    def start(self, task: Task, lane: str) -> None:
        self._busy += 1
        if lane not in self._lanes:
            self._lanes[lane] = _Lane(lane, self._report)
        self._lanes[lane].put(task)

    def _report(self, task: Task) -> None:
        """On the worker thread. A runner that went with its application has nobody to tell."""
        if isValid(self):
            self._finished.emit(task)

    def post(self, call: Callable[[], None]) -> None:
        """From any thread: call this on the GUI thread soon."""
        if isValid(self):
            self._posted.emit(call)

    @Slot(object)
    def _deliver(self, task: Task) -> None:
        try:
            task._deliver()
        finally:
            self._busy -= 1
            if not self._busy:
                self.idle.emit()

    @Slot(object)
    def _call(self, call: Callable[[], None]) -> None:
        call()


_runner: Runner | None = None


def runner() -> Runner:
    """The application's runner; made at first use, which must be on the GUI thread."""
    global _runner
    app = QCoreApplication.instance()
    if _runner is None or not isValid(_runner):
        if app is None or QThread.currentThread() is not app.thread():
            raise RuntimeError("the task runner is made on the GUI thread")
        _runner = Runner(app)
    return _runner


def run_task(
    owner: QObject,
    work: Callable[[], T],
    then: Callable[[T], None],
    failed: Callable[[KnownError], None] | None = None,
    *,
    defect: Callable[[Exception], None] | None = None,
    lane: str = "",
) -> Task:
    """Do ``work`` on a worker thread, then hand its result to ``then`` on the GUI thread.

    owner: when it is gone, the result is dropped. failed: told of a KnownError; any other exception, and a
    KnownError without ``failed``, goes to ``sys.excepthook`` on the GUI thread, after ``defect`` was told.
    lane: work of one named lane runs one after the other; the lane without a name runs three at a time.
    """
    task = Task(owner, work, then, failed, defect)
    runner().start(task, lane)
    return task


def from_worker(owner: QObject, call: Callable[[T], None]) -> Callable[[T], None]:
    """A function for worker threads that calls ``call`` on the GUI thread, as long as ``owner`` lives.

    For news on the way, such as progress. To be made on the GUI thread.
    """
    home = runner()

    def tell(news: T) -> None:
        home.post(lambda: call(news) if isValid(owner) else None)

    return tell
