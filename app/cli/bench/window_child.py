"""The measured side of the window benchmarks: a process that opens a window, tells a number, and ends."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.workspace.snapshots import Changes


def main() -> int:
    what, started = sys.argv[1], float(sys.argv[2])
    told = {"start-up": _start_up, "bare-window": _bare_window, "stall": _stall}[what](started)
    print(json.dumps(told))
    return 0


def _bare_window(started: float) -> dict[str, float]:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication([])
    window = QMainWindow()
    window.show()
    taken: list[float] = []

    def painted() -> None:
        taken.append(time.time() - started)
        app.quit()

    QTimer.singleShot(0, painted)
    app.exec()
    return {"seconds": taken[0]}


def _start_up(started: float) -> dict[str, float]:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QListView

    from app.cli.window import open_last
    from app.views.main import new_window, open_application

    app = open_application(sys.argv[:1])
    window = new_window()
    taken: list[float] = []

    def look() -> None:
        found = window.findChild(QListView, "workList")
        if found is not None and found.isVisible() and found.model().rowCount():
            taken.append(time.time() - started)
            window.close()
            app.quit()

    watch = QTimer()
    watch.setInterval(5)
    watch.timeout.connect(look)
    watch.start()
    window.show()
    QTimer.singleShot(0, lambda: window.open_with(open_last))
    app.exec()
    return {"seconds": taken[0]}


def _stall(_: float) -> dict[str, float]:
    from PySide6.QtCore import QElapsedTimer, QTimer

    from app.cli.window import open_last
    from app.views.main import new_window, open_application
    from app.views.tasks import runner

    app = open_application(sys.argv[:1])
    window = new_window()
    desk = open_last()
    assert desk is not None
    may_sync = threading.Event()
    sync = desk.sync

    def sync_when_allowed(on_changes: Callable[[Changes], None]) -> Changes:
        may_sync.wait()
        return sync(on_changes)

    # The window begins its first sync by itself; it is held back until the idle window has been measured.
    desk.sync = sync_when_allowed  # type: ignore[method-assign]
    clock = QElapsedTimer()
    longest = {"opening": 0.0, "idle": 0.0, "sync": 0.0}
    phase = ["opening"]

    def tick() -> None:
        longest[phase[0]] = max(longest[phase[0]], clock.nsecsElapsed() / 1e6)
        clock.restart()
        if phase[0] == "sync" and not runner().busy:
            QTimer.singleShot(500, finish)

    def turn(to: str) -> None:
        tick()
        phase[0] = to
        if to == "sync":
            may_sync.set()

    def finish() -> None:
        heart.stop()
        window.close()
        app.quit()

    heart = QTimer()
    heart.setInterval(1)
    heart.timeout.connect(tick)
    window.show()
    window.take(desk)
    clock.start()
    heart.start()
    QTimer.singleShot(1500, lambda: turn("idle"))
    QTimer.singleShot(3000, lambda: turn("sync"))
    app.exec()
    return {"longest": longest["sync"], "idle": longest["idle"]}


if __name__ == "__main__":
    sys.exit(main())
