"""What a person feels of the window: the time to a usable Work list, and how long it ever stands still."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from app.cli.bench import RUNS, SIZES, Result, result
from app.cli.bench.ground import House, house


def start_up() -> Iterator[Result]:
    """Seconds from starting the program to a Work list one can use, beside a bare PySide6 window."""
    for size in SIZES:
        with house(size) as ground:
            with ground.desk("laptop") as desk:
                desk.sync(lambda _: None)
            _child(ground, "start-up")
            _child(ground, "bare-window")
            values = [_child(ground, "start-up")["seconds"] for _ in range(RUNS)]
            floors = [_child(ground, "bare-window")["seconds"] for _ in range(RUNS)]
            yield result("start-up", size, values, "s", floors)


def stall() -> Iterator[Result]:
    """Milliseconds of the longest pause of the window's event loop during a first sync, beside an idle window."""
    for size in SIZES:
        with house(size) as ground:
            values, floors = [], []
            for run in range(RUNS):
                with ground.desk(f"new-{run}"):
                    pass
                told = _child(ground, "stall")
                values.append(told["longest"])
                floors.append(told["idle"])
            yield result("stall", size, values, "ms", floors)


def _child(ground: House, what: str) -> dict[str, float]:
    """Runs one measurement in a process of its own, which is told when it was started."""
    command = [sys.executable, "-m", "app.cli.bench.window_child", what, str(time.time())]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=300)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
