"""The measured side of the window benchmarks: a process that opens a window, tells a number, and ends."""

from __future__ import annotations

import json
import sys
import time


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
    from app.views.tasks import run_task

    app = open_application(sys.argv[:1])
    window = new_window()
    desk = open_last()
    assert desk is not None
    window.show()
    window.take(desk)
    window.house.sync.stop() if window.house is not None else None
    clock = QElapsedTimer()
    longest = {"idle": 0.0, "sync": 0.0}
    phase = ["idle"]

    def tick() -> None:
        longest[phase[0]] = max(longest[phase[0]], clock.nsecsElapsed() / 1e6)
        clock.restart()

    heart = QTimer()
    heart.setInterval(1)
    heart.timeout.connect(tick)

    def begin() -> None:
        phase[0] = "sync"
        clock.restart()
        run_task(window, lambda: desk.sync(lambda _: None), lambda _: done(), lane="measured")

    def done() -> None:
        # What the window does with the news counts as well: one more turn of the loop, and a second of life.
        QTimer.singleShot(1000, finish)

    def finish() -> None:
        tick()
        heart.stop()
        window.close()
        app.quit()

    clock.start()
    heart.start()
    QTimer.singleShot(1000, begin)
    app.exec()
    return {"longest": longest["sync"], "idle": longest["idle"]}


if __name__ == "__main__":
    sys.exit(main())
