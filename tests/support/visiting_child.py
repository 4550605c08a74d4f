"""A reviewer carrying a visit out, in a process that will be killed.

Run as ``python -m tests.support.visiting_child PROFILE KEYS REVIEW``. Goes on from wherever the profile stands, and
tells the id of each act on standard output once the desk has called it done.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.workspace.entrance import enter
from tests.conftest import REPOSITORY
from tests.support.desks import Clock
from tests.support.keys import FileKeys
from tests.support.visits import ARRIVAL, whole_visit


def visit_and_be_killed(profile: Path, keys: Path, review_id: str, after: int) -> list[str]:
    """The ids of the acts that were told as recorded before the kill, which comes when so many were."""
    visiting = subprocess.Popen(
        [sys.executable, "-m", "tests.support.visiting_child", str(profile), str(keys), review_id],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert visiting.stdout is not None
    told = [visiting.stdout.readline() for _ in range(after)]
    visiting.kill()
    told += visiting.stdout.read().splitlines(keepends=True)
    visiting.wait()
    visiting.stdout.close()
    return [line.strip() for line in told if line.endswith("\n")]


def main() -> None:
    desk = enter(Path(sys.argv[1]), keys=FileKeys(Path(sys.argv[2])), clock=Clock(ARRIVAL))
    for act_id in whole_visit(desk, sys.argv[3]):
        sys.stdout.write(f"{act_id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
