"""The database itself: schema, safety, and transactions that lose a race."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.domain.errors import KnownError
from app.service import tables as t
from app.service.application import create_app
from app.service.database import (
    ATTEMPTS,
    REVISIONS,
    database_url,
    migrate,
    migration_config,
    open_engine,
    reading,
    require_current,
    revision,
    setting,
    transact,
)
from app.service.settings import Settings
from tests.service.ground import House


def test_migrating_from_nothing_gives_exactly_the_tables_the_program_uses(empty_database: str) -> None:
    engine = open_engine(empty_database)
    migrate(engine)
    assert revision(engine) == REVISIONS[-1]
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, t.metadata) == []
    engine.dispose()


def test_the_program_knows_every_migration_and_no_other() -> None:
    steps = ScriptDirectory.from_config(migration_config()).walk_revisions()
    assert tuple(step.revision for step in steps)[::-1] == REVISIONS


def test_migrating_again_keeps_what_is_there(empty_database: str) -> None:
    engine = open_engine(empty_database)
    migrate(engine)
    with reading(engine) as connection:
        epoch = setting(connection, "epoch")
    migrate(engine)
    with reading(engine) as connection:
        assert setting(connection, "epoch") == epoch
        assert connection.scalars(select(t.feed_head.c.n)).all() == [0]
    engine.dispose()


def test_a_database_that_was_not_set_up_is_refused_with_what_to_do(
    empty_database: str, tmp_path: Path
) -> None:
    with pytest.raises(KnownError) as refusal:
        create_app(Settings(empty_database, str(tmp_path / "files")))
    assert refusal.value.code == "database_not_ready"
    assert "touchstone service init" in refusal.value.do


def test_a_database_of_a_newer_version_is_refused_and_left_alone(house: House) -> None:
    transact(house.engine, lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (require_current, migrate):
        with pytest.raises(KnownError) as refusal:
            attempt(house.engine)
        assert refusal.value.code == "database_newer"
    assert revision(house.engine) == "9999"


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "nonsense", ""])
def test_an_address_that_is_no_database_of_ours_is_refused_in_words(url: str) -> None:
    with pytest.raises(KnownError) as refusal:
        database_url(url)
    assert "sqlite:///" in refusal.value.do


def test_a_plain_postgresql_address_gets_its_driver() -> None:
    assert database_url("postgresql://me@there/touchstone").drivername == "postgresql+psycopg"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sqlite_is_kept_safely(house: House) -> None:
    with reading(house.engine) as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    assert tuple(int(part) for part in version.split(".")) >= (3, 51, 3)


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_postgresql_writes_at_read_committed_and_reads_one_moment(house: House) -> None:
    def level(connection: Connection) -> str:
        return str(connection.exec_driver_sql("SHOW transaction_isolation").scalar())

    assert transact(house.engine, level) == "read committed"
    with reading(house.engine) as connection:
        assert level(connection) == "repeatable read"
        with pytest.raises(DBAPIError):
            connection.execute(update(t.feed_head).values(n=0))


def test_reading_sees_one_moment_while_others_write(house: House) -> None:
    with reading(house.engine) as connection:
        before = connection.scalar(select(t.feed_head.c.n))
        house.push(house.act(house.note()))
        assert connection.scalar(select(t.feed_head.c.n)) == before
    assert house.head() > (before or 0)


def test_what_belongs_together_is_checked_by_the_database_too(house: House) -> None:
    row = {"id": "x", "number": "N", "name": "Nobody's learner", "centre_id": "no such centre"}
    with pytest.raises(IntegrityError):
        transact(house.engine, lambda c: c.execute(insert(t.learners).values(row)))


def test_work_that_fails_leaves_nothing(house: House) -> None:
    def work(connection: Connection) -> None:
        connection.execute(update(t.centres).values(name="Changed"))
        raise LookupError

    with pytest.raises(LookupError):
        transact(house.engine, work)
    assert house.count(t.centres, t.centres.c.name == "Changed") == 0


def passing_fault() -> DBAPIError:
    return DBAPIError("UPDATE", {}, psycopg.errors.DeadlockDetected("deadlock detected"))


def test_a_transaction_that_lost_a_race_is_begun_again(house: House) -> None:
    attempts: list[int] = []

    def work(connection: Connection) -> str:
        attempts.append(1)
        connection.execute(update(t.centres).values(name=f"Attempt {len(attempts)}"))
        if len(attempts) < 3:
            raise passing_fault()
        return "done"

    assert transact(house.engine, work) == "done"
    assert house.count(t.centres, t.centres.c.name == "Attempt 3") == 2


def test_a_race_lost_for_good_is_said_in_words(house: House) -> None:
    attempts: list[int] = []

    def work(_: Connection) -> None:
        attempts.append(1)
        raise passing_fault()

    with pytest.raises(KnownError) as refusal:
        transact(house.engine, work)
    assert refusal.value.code == "service_busy"
    assert len(attempts) == ATTEMPTS


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_real_deadlock_is_survived(house: House) -> None:
    """Two transactions lock the same two rows in opposite order, which nothing of ours does by itself."""
    import threading
    from concurrent.futures import ThreadPoolExecutor

    both_hold_one = threading.Barrier(2)
    numbers = ("C1", "C2")

    def work_in(order: tuple[str, ...]) -> Any:
        tries: list[int] = []

        def work(connection: Connection) -> int:
            tries.append(1)
            for place, number in enumerate(order):
                connection.execute(
                    update(t.centres).where(t.centres.c.number == number).values(name=f"{order} {len(tries)}")
                )
                if place == 0 and len(tries) == 1:
                    both_hold_one.wait(60)
            return len(tries)

        return work

    with ThreadPoolExecutor(2) as pool:
        results = list(
            pool.map(lambda order: transact(house.engine, work_in(order)), (numbers, numbers[::-1]))
        )
    assert sorted(results) == [1, 2]


def test_errors_of_the_database_do_not_quote_what_people_wrote(house: House) -> None:
    row = {"id": "x", "number": "A1", "name": "A Secret Name", "centre_id": house.ground.centres["C1"]}
    with pytest.raises(IntegrityError) as fault:
        transact(house.engine, lambda c: c.execute(insert(t.learners).values(row)))
    assert "A Secret Name" not in str(fault.value)
