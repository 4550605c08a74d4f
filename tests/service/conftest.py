"""A house of one's own for every test, on SQLite and on a real PostgreSQL: copies of one that was laid out before."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from app.service.blobs import BlobStore
from app.service.database import migrate, open_engine
from tests.service.ground import Ground, House, lay_ground
from tests.support.postgres import Postgres

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, tmp_path: Path, backend: str) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(params=BOTH)
def backend(request: pytest.FixtureRequest) -> str:
    """``sqlite`` and ``postgres`` in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Ground]:
    folder = tmp_path_factory.mktemp("sqlite-template")
    files = folder / "files"
    ground = _lay(f"sqlite:///{folder / 'service.db'}", files, folder)
    return folder / "service.db", files, ground


@pytest.fixture(scope="session")
def postgres_template(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path, Ground]]:
    folder = tmp_path_factory.mktemp("postgres-template")
    name = postgres.create()
    yield name, folder / "files", _lay(postgres.url(name), folder / "files", folder)
    postgres.drop(name)


@pytest.fixture
def new_house(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> Iterator[Callable[[], House]]:
    """Makes houses on the backend at hand, each a fresh copy."""
    endings: list[Callable[[], None]] = []

    def make() -> House:
        folder = tmp_path / uuid.uuid4().hex
        folder.mkdir()
        if backend == "sqlite":
            database, files, ground = request.getfixturevalue("sqlite_template")
            shutil.copy(database, folder / "service.db")
            url = f"sqlite:///{folder / 'service.db'}"
        else:
            server: Postgres = request.getfixturevalue("postgres")
            template, files, ground = request.getfixturevalue("postgres_template")
            name = server.create(template)
            url = server.url(name)
            endings.append(lambda: server.drop(name))
        shutil.copytree(files, folder / "files")
        house = House(url, str(folder / "files"), ground)
        endings.append(house.close)
        return house

    yield make
    for end in reversed(endings):
        end()


@pytest.fixture
def house(new_house: Callable[[], House]) -> House:
    return new_house()


@pytest.fixture
def client(house: House) -> Iterator[TestClient[Any]]:
    """The house's service, asked over HTTP without a network."""
    with house.client() as client:
        yield client


def _lay(url: str, files: Path, folder: Path) -> Ground:
    engine = open_engine(url)
    try:
        migrate(engine)
        return lay_ground(engine, BlobStore(str(files)), folder)
    finally:
        # Also empties SQLite's write-ahead log into the file that is copied.
        engine.dispose()
