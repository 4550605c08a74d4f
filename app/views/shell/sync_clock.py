"""When to sync: at the start, soon after a change, every minute, and more rarely while it fails."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.errors import KnownError
from app.views.tasks import from_worker, run_task
from app.workspace.snapshots import Changes

PERIOD = 60.0
"""Seconds between two rounds when nothing happens."""

GRACE = 8.0
"""Seconds after a change before it is sent, so that *Undo* stays possible."""

PATIENCE = 30.0
"""Seconds after which a change is sent although more keep coming."""

GATHER = 400
"""Milliseconds for which the first news from a running round is gathered before screens redraw."""

GATHER_LONGEST = 6_400
"""Each further time in the same round it is gathered twice as long, up to so many milliseconds: during a first sync
the list is soon there, and is not read again with every page.
"""


class Line(Protocol):
    """The way to the service; a desk is one. ``next_try_in``: seconds to wait after so many failures in a row."""

    def sync(self, on_changes: Callable[[Changes], None]) -> Changes: ...

    def next_try_in(self, attempt: int) -> float: ...


class SyncClock(QObject):
    """Starts ``sync`` off the GUI thread and is armed again whatever comes of it.

    began(): a round begins. ended(KnownError or None): it is over. changes(Changes): records changed.
    """

    began = Signal()
    ended = Signal(object)
    changes = Signal(object)

    def __init__(
        self, line: Line, parent: QObject | None = None, *, period: float = PERIOD, grace: float = GRACE
    ) -> None:
        super().__init__(parent)
        self._line = line
        self._period = period
        self._grace = grace
        self._attempt = 0
        self._running = False
        self._stopped = False
        self._first_change: float | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.now)
        self._gathered = Changes()
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gathering = GATHER
        self._gather.timeout.connect(self._hand_on)

    @property
    def running(self) -> bool:
        return self._running

    @property
    def due_in(self) -> float | None:
        """Seconds until the next round begins by itself; None while one is running or after ``stop``."""
        return self._timer.remainingTime() / 1000 if self._timer.isActive() else None

    def now(self) -> None:
        """Begin a round at once. While one runs, another follows it if something changed since."""
        if self._running or self._stopped:
            return
        self._timer.stop()
        self._running = True
        self._gathering = GATHER
        self._first_change = None
        self.began.emit()
        news = from_worker(self, self._news)
        run_task(
            self, lambda: self._line.sync(news), self._done, self._failed, defect=self._stumbled, lane="sync"
        )

    def soon(self) -> None:
        """Something was recorded: send it after the grace, counted from the last change but not for ever."""
        if self._stopped:
            return
        moment = monotonic()
        if self._first_change is None:
            self._first_change = moment
        if self._running:
            return
        patience = max(0.0, self._first_change + PATIENCE - moment)
        self._arm(min(self._grace, patience))

    def stop(self) -> None:
        """No more rounds; one that is running ends without being heard."""
        self._stopped = True
        self._timer.stop()
        self._gather.stop()

    def _news(self, changes: Changes) -> None:
        self._gathered |= changes
        if not self._gather.isActive() and not self._stopped:
            self._gather.start(self._gathering)
            self._gathering = min(2 * self._gathering, GATHER_LONGEST)

    def _hand_on(self) -> None:
        self._gather.stop()
        gathered, self._gathered = self._gathered, Changes()
        if gathered != Changes():
            self.changes.emit(gathered)

    def _done(self, changes: Changes) -> None:
        self._attempt = 0
        self._gathered |= changes
        self._finish(None, self._period)

    def _failed(self, error: KnownError) -> None:
        self._attempt += 1
        self._finish(error, self._line.next_try_in(self._attempt))

    def _stumbled(self, _: Exception) -> None:
        # Also after a defect the next round is armed: what one answer cannot do, the next may.
        self._attempt += 1
        self._finish(None, self._line.next_try_in(self._attempt))

    def _finish(self, error: KnownError | None, wait: float) -> None:
        self._running = False
        if self._stopped:
            return
        self._hand_on()
        # A change that came while the round was running is not left to the next minute.
        hurry = error is None and self._first_change is not None
        self._arm(self._grace if hurry else wait)
        self.ended.emit(error)

    def _arm(self, seconds: float) -> None:
        self._timer.start(max(0, round(seconds * 1000)))
