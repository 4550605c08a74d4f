"""The service's database: SQLite for one desk, PostgreSQL for everyone, and how transactions run on either."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError

from app.domain.errors import KnownError
from app.service import tables

T = TypeVar("T")

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every schema this program knows, oldest first; the last one is the schema it works with."""

LEAST_SQLITE = (3, 51, 3)
"""Older SQLite can corrupt a WAL database that has two connections."""

BUSY_SECONDS = 10
"""How long a writer waits for another writer on SQLite."""

ATTEMPTS = 8
"""How often a transaction that lost a race is begun again."""

PASSING_FAULTS = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for a serialization failure and a deadlock: nothing happened, and trying again helps."""


def database_url(text: str) -> URL:
    """The URL with the drivers this service uses. Raises KnownError for any other kind of database."""
    try:
        url = make_url(text)
    except Exception as error:
        raise KnownError(
            "database_url_wrong",
            "The address of the database cannot be read.",
            "Write it like sqlite:///folder/service.db or postgresql://user:password@host/name.",
        ) from error
    match url.get_backend_name():
        case "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case "sqlite" if url.database and url.database != ":memory:":
            return url.set(drivername="sqlite")
        case _:
            raise KnownError(
                "database_unknown",
                "The service keeps its data in an SQLite file or in PostgreSQL.",
                "Write the address like sqlite:///folder/service.db or postgresql://user:password@host/name.",
            )


def is_sqlite(url: str) -> bool:
    return database_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path:
    """The file of an SQLite address."""
    return Path(str(database_url(url).database))


def open_engine(url: str) -> Engine:
    """An engine for the address; SQLite's folder is made if it is missing."""
    address = database_url(url)
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(address)
    return create_engine(
        address,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=30,
        isolation_level="READ COMMITTED",
        hide_parameters=True,  # What people wrote does not belong into logs.
    )


def _open_sqlite(address: URL) -> Engine:
    from sqlcipher3 import dbapi2

    # Never the standard library's module: its SQLite has the WAL-reset bug. Here it is used without encryption.
    if dbapi2.sqlite_version_info < LEAST_SQLITE:
        raise KnownError(
            "sqlite_too_old",
            f"SQLite {dbapi2.sqlite_version} can damage a database that several connections use.",
            "Install the dependencies of Touchstone again; they bring a newer SQLite.",
        )
    Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, module=dbapi2, pool_size=10, max_overflow=30, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    mode = cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":  # The pragma can fail without saying so.
        raise KnownError(
            "wal_refused",
            "The database cannot be kept safely on this disk.",
            "Put the service's database on a local disk, not on a network share.",
        )
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the write lock at once: one that finds out later that it must write can no longer wait for it.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection whose every statement sees the same moment of the database."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


def transact(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Runs ``work`` in one write transaction and commits it; begins again when it merely lost a race.

    ``work`` may therefore run several times and must keep what it learns to itself until it returns.
    """
    for attempt in range(ATTEMPTS):
        try:
            with (
                engine.connect().execution_options(writes=True) as connection,
                connection.begin(),
            ):
                return work(connection)
        except DBAPIError as error:
            if not is_passing(error):
                raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))
    raise KnownError(
        "service_busy", "The service is busy just now.", "Try again in a minute; nothing was lost."
    )


def is_passing(error: DBAPIError) -> bool:
    """Whether the fault was only a lost race: nothing happened, and the same work may succeed when begun again."""
    if getattr(error.orig, "sqlstate", None) in PASSING_FAULTS:
        return True
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def upsert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can be given ``on_conflict_do_update``, for the database at hand."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


# -- schema ------------------------------------------------------------------------------------------------------


def migrate(engine: Engine) -> None:
    """Brings the database to the schema of this program and gives a new one its identity."""
    from alembic import command

    from app.service.by_role import publish_queues

    refuse_newer(engine)

    def upgrade(connection: Connection) -> None:
        configuration = migration_config()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        known = set(connection.scalars(select(tables.service_settings.c.name)))
        for name, value in _first_settings().items():
            if name not in known:
                connection.execute(tables.service_settings.insert().values(name=name, value=value))
        if connection.scalar(select(tables.feed_head.c.n)) is None:
            connection.execute(tables.feed_head.insert().values(id=1, n=0, tag=""))
        publish_queues(connection)

    transact(engine, upgrade)


def migration_config() -> Any:
    """Alembic's configuration for the migrations that come with this package."""
    from alembic.config import Config

    configuration = Config()
    folder = str(Path(__file__).parent / "migrations")
    configuration.set_main_option("script_location", folder.replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration


def _first_settings() -> dict[str, str]:
    return {
        "epoch": secrets.token_hex(8),
        "csrf_secret": secrets.token_hex(32),
        "durable_seq": "0",
        "last_request_number": "0",
    }


def revision(engine: Engine) -> str | None:
    """The schema the database has, or None while it has none."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if found is None else str(found)


@contextmanager
def _reached(engine: Engine) -> Iterator[None]:
    """Says in words that a database cannot be opened at all."""
    try:
        yield
    except DBAPIError as error:
        raise KnownError(
            "database_unreachable",
            f"The database {engine.url.render_as_string(hide_password=True)} cannot be opened.",
            "See that it runs, that its address and password are right, and that it is a database of Touchstone's.",
            details=str(error.orig),
        ) from error


def refuse_newer(engine: Engine) -> None:
    """Raises KnownError if a newer program made the database, or it cannot be opened."""
    with _reached(engine):
        found = revision(engine)
    if found is not None and found not in REVISIONS:
        raise KnownError(
            "database_newer",
            "This database was made by a newer version of Touchstone.",
            "Install that version; this one leaves the database untouched.",
            details=f"schema {found}",
        )


def require_current(engine: Engine) -> None:
    """Raises KnownError unless the database can be reached and has exactly the schema this program works with."""
    refuse_newer(engine)
    if revision(engine) != REVISIONS[-1]:
        raise KnownError(
            "database_not_ready",
            "The database is not set up for this version of Touchstone.",
            "Run “touchstone service init” first.",
        )


def setting(connection: Connection, name: str) -> str:
    """One value of the service's own settings, which ``migrate`` makes."""
    table = tables.service_settings
    return str(connection.execute(select(table.c.value).where(table.c.name == name)).scalar_one())
