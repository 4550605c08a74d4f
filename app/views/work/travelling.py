"""The run that takes evidence along: it goes on whatever screen is in front, and can be paused and resumed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.errors import KnownError
from app.views.tasks import from_worker, run_task
from app.views.work.travel_words import files_words
from app.workspace.travel_plan import Stage, TravelChoice, TravelMemory, TravelProgress, TravelReport

if TYPE_CHECKING:
    from app.workspace.desk import Desk


class State(Enum):
    """Where the run is. ``STOPPING``: asked to, and not there yet."""

    IDLE = "idle"
    RUNNING = "running"
    STOPPING = "stopping"
    PAUSED = "paused"


class _Newest:
    """Progress on its way to the window: however fast it comes, only the newest waits there to be shown."""

    def __init__(self, post: Callable[[_Newest], None]) -> None:
        self._post = post
        self._lock = threading.Lock()
        self._waiting: list[TravelProgress] = []

    def tell(self, progress: TravelProgress) -> None:
        """On the worker's thread. Every stage is shown at least once."""
        with self._lock:
            if self._waiting and self._waiting[-1].stage is progress.stage:
                self._waiting[-1] = progress
                return
            self._waiting.append(progress)
        self._post(self)

    def take(self) -> TravelProgress:
        """On the GUI thread, once for each time that it was posted."""
        with self._lock:
            return self._waiting.pop(0)


class Travelling(QObject):
    """One run at a time, off the GUI thread.

    moved(): state or report are others now. progressed(): it is further. milestone(str): something to be spoken.
    ended(TravelReport): the run came to its end. arrived(Changes): files came, or the service had news.
    refused(KnownError): this computer's own files failed.
    """

    moved = Signal()
    progressed = Signal()
    milestone = Signal(str)
    ended = Signal(object)
    arrived = Signal(object)
    refused = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._stop = threading.Event()
        self._cancelling = False
        self._quarter = 0
        self.state = State.IDLE
        self.choice = TravelChoice()
        self.progress: TravelProgress | None = None
        self.report: TravelReport | None = None
        self.memory: TravelMemory | None = None
        self.behind = 0
        """How many files the centre added since one was ready to travel."""

    @property
    def busy(self) -> bool:
        return self.state in (State.RUNNING, State.STOPPING)

    def look(self) -> None:
        """Find out what was chosen before, and whether a run was broken off, such as by a restart."""
        run_task(self, self._desk.travel.remembered, self._recalled, self.refused.emit)

    def start(self, choice: TravelChoice) -> None:
        """Take this along; nothing happens while a run is under way."""
        if self.busy or not choice:
            return
        stop = self._stop = threading.Event()
        self._cancelling = False
        self._quarter = 0
        self.choice, self.report, self.progress, self.behind = choice, None, None, 0
        self.state = State.RUNNING
        progress = _Newest(from_worker(self, self._progressed)).tell
        changes = from_worker(self, self.arrived.emit)
        travel = self._desk.travel
        # One lane with all other fetching: no file is brought twice at the same time.
        run_task(
            self,
            lambda: (travel.take(choice, progress, stop.is_set, changes), travel.remembered()),
            self._done,
            self._failed,
            lane="fetch",
        )
        self.milestone.emit(self.tr("Asking the service for what is new"))
        self.moved.emit()

    def resume(self) -> None:
        """Go on where it was paused."""
        if self.state is State.PAUSED:
            self.start(self.choice)

    def refresh(self) -> None:
        """The same choice once more, such as before departure."""
        if self.memory is not None and self.state is State.IDLE:
            self.start(self.memory.choice)

    def pause(self) -> None:
        """Stop soon; what has arrived stays, and ``resume`` goes on."""
        if self.state is State.RUNNING:
            self.state = State.STOPPING
            self._stop.set()
            self.moved.emit()

    def cancel(self) -> None:
        """Stop soon and not go on; what has arrived stays."""
        if self.busy:
            self.state = State.STOPPING
            self._cancelling = True
            self._stop.set()
            self.moved.emit()
        elif self.state is State.PAUSED:
            self._give_up()

    def set_aside_report(self) -> None:
        """The report was read."""
        self.report, self.behind = None, 0
        self.moved.emit()

    def look_again(self) -> None:
        """Records changed: whoever was ready to travel may not be any more, and must not go on being told so."""
        if self.busy or self.report is None or not self.report.whole or self.memory is None:
            return
        memory, travel = self.memory, self._desk.travel
        run_task(
            self,
            lambda: travel.plan(memory.numbers).need(memory.choice).to_fetch,
            self._compared,
            self.refused.emit,
        )

    # -- inside -----------------------------------------------------------------------------------------------

    def _recalled(self, memory: TravelMemory | None) -> None:
        self.memory = memory
        if memory is not None and memory.unfinished and self.state is State.IDLE and memory.choice:
            self.choice = memory.choice
            self.state = State.PAUSED
        self.moved.emit()

    def _compared(self, missing: int) -> None:
        if missing and not self.busy and self.report is not None:
            self.report, self.behind = None, missing
            self.milestone.emit(self.tr("No longer ready to travel: refresh before departure"))
            self.moved.emit()

    def _progressed(self, newest: _Newest) -> None:
        progress = newest.take()
        if not self.busy:
            return
        before, self.progress = self.progress, progress
        if before is None or before.stage is not progress.stage:
            self._quarter = 0
            self._say_stage(progress)
        quarter = 4 * progress.bytes_done // progress.bytes_total if progress.bytes_total else 0
        if progress.stage is Stage.FETCH and self._quarter < quarter < 4:
            self._quarter = quarter
            self.milestone.emit(self.tr("{n} % fetched").format(n=25 * quarter))
        self.progressed.emit()

    def _say_stage(self, progress: TravelProgress) -> None:
        if progress.stage is Stage.FETCH:
            self.milestone.emit(self.tr("Fetching {files}").format(files=files_words(progress.total)))
        elif progress.stage is Stage.CHECK:
            self.milestone.emit(
                self.tr("Reading {files} whole, to see that they agree").format(
                    files=files_words(progress.total)
                )
            )

    def _done(self, result: tuple[TravelReport, TravelMemory | None]) -> None:
        report, self.memory = result
        self.progress = None
        if report.stopped:
            if self._cancelling:
                self._give_up()
            else:
                self.state = State.PAUSED
                self.milestone.emit(self.tr("Paused. What has arrived stays on this computer."))
        else:
            self.state, self.report = State.IDLE, report
        self.moved.emit()
        if not report.stopped:
            self.ended.emit(report)

    def _failed(self, error: KnownError) -> None:
        self.progress = None
        self.state = State.PAUSED
        self.refused.emit(error)
        self.moved.emit()

    def _give_up(self) -> None:
        self.state = State.IDLE

        def forget() -> TravelMemory | None:
            self._desk.travel.give_up()
            return self._desk.travel.remembered()

        # Behind the run that is being stopped, and before any that is begun from now on.
        run_task(self, forget, self._recalled, self.refused.emit, lane="fetch")
        self.milestone.emit(self.tr("Stopped. What has arrived stays on this computer."))
        self.moved.emit()
