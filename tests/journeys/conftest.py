"""A real service in a process of its own, and desks that sign in to it over loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli.house import LocalService
from app.service.blobs import BlobStore
from app.service.database import migrate, open_engine
from app.workspace.desk import Desk
from app.workspace.entrance import sign_in
from tests.service.ground import PASSWORD, lay_ground
from tests.support.keys import FileKeys

MORGAN = "morgan@people.invalid"

SignsIn = Callable[[], Desk]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LocalService]:
    """A running service with a few invented people and requests (`tests/service/ground.py`)."""
    made = LocalService(tmp_path / "service")
    made.folder.mkdir()
    engine = open_engine(made.database_url)
    migrate(engine)
    lay_ground(engine, BlobStore(made.files_url), tmp_path)
    engine.dispose()
    with made:
        yield made


@pytest.fixture
def signs_in(service: LocalService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignsIn]:
    """Signs Morgan, a moderator, in on a laptop; again and again, if asked."""
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path / "laptop"))
    (tmp_path / "laptop").mkdir()
    opened: list[Desk] = []

    def sign() -> Desk:
        keys = FileKeys(tmp_path / "laptop" / "keys.json")
        opened.append(sign_in(service.url, MORGAN, PASSWORD, keys=keys))
        return opened[-1]

    yield sign
    for desk in opened:
        desk.close()
