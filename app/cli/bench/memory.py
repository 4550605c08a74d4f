"""How much memory a first sync takes, in a process without a window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from app.cli.bench import RUNS, SIZES, Result, result
from app.cli.bench.ground import House, house


def memory() -> Iterator[Result]:
    """Megabytes of the process at its largest during a first sync, beside the same process before it begins."""
    for size in SIZES:
        with house(size) as ground:
            told = [_child(ground, f"new-{run}") for run in range(RUNS)]
        yield result("memory", size, [one["largest"] for one in told], "MB", [one["before"] for one in told])


def _child(ground: House, name: str) -> dict[str, float]:
    """Signs in on a new laptop and syncs it in a process of its own."""
    with ground.desk(name):
        pass
    command = [sys.executable, "-m", "app.cli.bench.memory"]
    done = subprocess.run(command, env=dict(os.environ), stdout=subprocess.PIPE, check=True, timeout=300)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> int:
    """The measured side: opens the desk that is known here, syncs it, and tells its memory in megabytes."""
    from app.workspace.entrance import enter, profiles

    desk = enter(profiles()[0].folder)
    try:
        before = _largest()
        desk.sync(lambda changes: None)
        print(json.dumps({"before": before, "largest": _largest()}))
    finally:
        desk.close()
    return 0


def _largest() -> float:
    """The most memory this process ever held, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage tells on Linux begins with the largest of whoever started this process.
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 2**10
    import resource

    # Bytes on macOS, the one other system with this module.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    sys.exit(main())
