"""The other process of ``test_killed``: pushes acts and kills itself, as a power cut would, at one chosen point."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, event

from app.domain.people import Person
from app.service.blobs import BlobStore
from app.service.database import open_engine
from app.service.push import PushDesk
from app.wire.messages import ActMessage, Push
from tests.service.ground import NOW

NEVER = -1


class Points:
    """Counts every point at which the process could die: before and after each statement and each commit."""

    def __init__(self, fatal: int) -> None:
        self.passed = 0
        self._fatal = fatal

    def reach(self, *_: Any, **__: Any) -> None:
        if self.passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1

    def watch(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", self.reach)
        event.listen(engine, "after_cursor_execute", self.reach)
        commit = engine.dialect.do_commit

        def commit_between_points(connection: Any) -> None:
            self.reach()
            commit(connection)
            self.reach()

        engine.dialect.do_commit = commit_between_points  # type: ignore[assignment,method-assign]


def push_until_killed(
    database_url: str, files_url: str, person: Person, pushes: Sequence[bytes], fatal: int, told: str
) -> None:
    """Pushes one after the other; dies at point ``fatal``. Whoever survives tells how many there were."""
    engine = open_engine(database_url)
    with engine.connect():
        pass  # What a connection does when it is opened is not a part of any push.
    points = Points(fatal)
    points.watch(engine)
    desk = PushDesk(engine, BlobStore(files_url), lambda: NOW)
    for acts in pushes:
        desk.answer(person, Push(device_id="device-1", acts=msgspec.json.decode(acts, type=list[ActMessage])))
    Path(told).write_text(str(points.passed))
