"""The two processes of the real stack that may be killed: one life of a laptop's program, and the service."""

from __future__ import annotations

import os
import random
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import app.cli
import app.cli.service
import app.evidence.cage
import app.reports.moderation
import app.service.main
import app.sync.driver
from app.domain.errors import KnownError
from app.domain.moderation import Decision
from app.workspace.desk import Desk
from app.workspace.entrance import enter
from tests.support.keys import FileKeys


class SafeKeys(FileKeys):
    """A password store that, like a real one, is never found half written."""

    def _write(self, secrets: dict[str, str]) -> None:
        part = self._path.with_suffix(f".{os.getpid()}")
        FileKeys(part)._write(secrets)
        part.replace(self._path)


def serve(options: list[str], said: Connection) -> None:
    """``touchstone service run`` in a process that has everything imported already; ``said``: its standard output."""
    os.dup2(said.fileno(), 1)
    sys.exit(app.cli.main(["service", "run", *options]))


def live(folder: Path, seed: str, told: Connection) -> None:
    """Records and syncs at random until it is done. Tells ``recorded <id>`` once an act is safe, and where it is."""
    chance = random.Random(seed)
    desk = enter(folder, keys=SafeKeys(folder.parent / "keys.json"))
    told.send("open")
    requests = [row.request_id for row in desk.work() if not row.update_needed]
    for _ in range(chance.randint(4, 14)):
        if requests and chance.random() < 0.65:
            recorded = _record(desk, chance, chance.choice(requests))
            told.send(f"recorded {recorded}")
        else:
            told.send("syncing")
            try:
                desk.sync(lambda changes: None)
            except KnownError as error:
                told.send(f"refused {error.code}")
            else:
                told.send("synced")
                requests = [row.request_id for row in desk.work() if not row.update_needed]
    desk.close()
    told.send("closed")


def _record(desk: Desk, chance: random.Random, request_id: str) -> str:
    """A note, or a judgement where one may be made now; the id of the act."""
    samples = desk.request(request_id).samples
    if samples and chance.random() < 0.4:
        sample_id = chance.choice(samples).sample.id
        try:
            return desk.record_judgement(request_id, sample_id, Decision.AGREED, "It shows.", []).undo
        except KnownError as error:
            if error.code in ("disk_full", "disk_failing", "work_locked", "work_damaged"):
                raise
    return desk.add_note(request_id, "", f"A word {chance.random()}").undo
