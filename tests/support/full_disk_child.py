"""Saves drafts on a small disk of its own until it is full; then makes room and looks what was kept.

Run inside a mount namespace of its own: ``unshare -rm python -m tests.support.full_disk_child PROFILE DISK``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from app.domain.errors import KnownError
from app.workspace.snapshots import JudgementDraft
from tests.support.desks import open_desk

PLACE = ("request-1", "request-1/sample-1")


def main() -> None:
    disk = Path(sys.argv[2])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)
    shutil.copytree(Path(sys.argv[1]).parent, disk / "laptop")
    ballast = disk / "ballast"
    ballast.write_bytes(b"\0" * 400_000)
    desk = open_desk(disk / "laptop" / "profile")
    saved = ""
    told: dict[str, str] = {}
    for number in range(1, 500):
        text = f"{number} " + "words " * 3_000 * number
        try:
            desk.save_draft(*PLACE, JudgementDraft(rationale=text))
        except KnownError as error:
            told = {"code": error.code, "says": error.says, "do": error.do}
            break
        saved = text
    ballast.unlink()
    desk.close()
    desk = open_desk(disk / "laptop" / "profile")
    draft = desk.request(PLACE[0]).samples[0].draft
    desk.close()
    told["kept"] = "all" if draft is not None and draft.rationale == saved and saved else "not all"
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
