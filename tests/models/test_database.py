"""How a database file behaves under real faults: full, locked by another program, on a disk gone wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.domain.errors import KnownError
from app.models.cache import CacheStore
from app.models.database import Database, refuse_old_sqlite
from app.models.schema import CACHE, WORK, bring_up_to_date
from app.models.work import WorkStore
from tests.models.made import Clock, act, noting, page, put
from tests.support import records

KEY = "0123456789abcdef" * 4


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database("work", tmp_path / "work.db", KEY, busy_ms=50)
    bring_up_to_date(made, WORK)
    yield made
    made.close()


def pragma(database: Database, name: str) -> object:
    with database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_every_connection_keeps_what_it_acknowledged(database: Database) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
        "busy_timeout": 50,
    }
    assert {name: pragma(database, name) for name in wanted} == wanted


def test_a_sqlite_that_may_corrupt_its_log_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"3\.51\.2"):
        refuse_old_sqlite((3, 51, 2))
    refuse_old_sqlite((3, 51, 3))


def test_a_disk_without_a_write_ahead_log_is_refused_in_words() -> None:
    """As on some network drives, SQLite takes another way of logging here and says nothing."""
    database = Database("work", Path(":memory:"), KEY)
    with pytest.raises(KnownError) as refused:
        bring_up_to_date(database, WORK)
    assert refused.value.code == "disk_unsuitable"
    database.close()


def test_a_key_must_be_a_raw_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        Database("work", tmp_path / "work.db", "passphrase")


def test_a_full_disk_is_said_and_what_was_saved_stays(database: Database) -> None:
    work = WorkStore(database, Clock())
    work.add(act(1))
    with database.raw() as connection:
        # One connection is held by the pool: the limit that stands for the full disk applies to it.
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(KnownError) as refused:
        work.add(act(2, noting("x" * 100_000)), drafts={"a": {"text": "b"}})
    assert refused.value.code == "disk_full"
    assert [entry.act_id for entry in work.entries()] == ["act-1"]
    assert work.drafts() == ()
    with database.raw() as connection:
        connection.execute("PRAGMA max_page_count=1000000")
    work.add(act(2, noting("x" * 100_000)))
    assert len(work.entries()) == 2


def test_a_disk_without_space_is_said_for_a_page_too(tmp_path: Path) -> None:
    database = Database("cache", tmp_path / "cache.db", KEY)
    bring_up_to_date(database, CACHE)
    cache = CacheStore(database, Clock())
    cache.apply_page(page([put(records.request())]))
    with database.raw() as connection:
        connection.execute("PRAGMA max_page_count=12")
    with pytest.raises(KnownError) as refused:
        cache.apply_page(page([put(records.sample(n)) for n in range(500)], "c2", 2))
    assert refused.value.code == "disk_full"
    assert (cache.cursor(), cache.count("sample")) == ("c1", 0)
    database.close()


LOCKING = """
import sys
import sqlcipher3
connection = sqlcipher3.connect(sys.argv[1], isolation_level=None)
connection.execute(f"PRAGMA key=\\"x'{sys.argv[2]}'\\"")
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
connection.close()
"""


@pytest.fixture
def other_program(database: Database) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the write lock until its standard input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", LOCKING, str(database.path), KEY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
        process.wait(30)


def test_a_lock_of_another_program_is_said_and_reading_goes_on(
    database: Database, other_program: subprocess.Popen[str]
) -> None:
    work = WorkStore(database, Clock())
    with pytest.raises(KnownError) as refused:
        work.add(act(1))
    assert refused.value.code == "work_locked"
    assert work.entries() == ()
    assert other_program.stdin is not None
    other_program.stdin.close()
    other_program.wait(30)
    work.add(act(1))
    assert len(work.entries()) == 1


def test_a_locked_cache_is_said_in_its_own_words(
    database: Database, other_program: subprocess.Popen[str]
) -> None:
    as_cache = Database("cache", database.path, KEY, busy_ms=1)
    with pytest.raises(KnownError) as refused, as_cache.write():
        pass
    assert refused.value.code == "cache_locked"
    as_cache.close()


def test_readers_do_not_wait_for_a_writer_and_see_no_half_of_its_work(database: Database) -> None:
    work = WorkStore(database, Clock())
    work.add(act(1))
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'applied'")
        assert [str(entry.state) for entry in work.entries()] == ["queued"]
    assert [str(entry.state) for entry in work.entries()] == ["applied"]


def test_writers_of_many_threads_queue(tmp_path: Path) -> None:
    database = Database("work", tmp_path / "many.db", KEY)
    bring_up_to_date(database, WORK)
    work = WorkStore(database, Clock())

    def record(thread: int) -> None:
        for number in range(10):
            work.add(act(100 * thread + number))

    threads = [threading.Thread(target=record, args=(thread,)) for thread in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = work.entries()
    assert len(entries) == 40
    for thread in range(1, 5):
        mine = [entry.act_id for entry in entries if entry.act_id.startswith(f"act-{thread}")]
        assert mine == sorted(mine)
    database.close()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    database = Database("work", tmp_path / "not-there" / "work.db", KEY)
    with pytest.raises(KnownError) as refused:
        bring_up_to_date(database, WORK)
    assert refused.value.code == "folder_not_writable"
    database.close()


def test_a_defect_is_not_dressed_up_as_trouble_of_the_disk(database: Database) -> None:
    with pytest.raises(Exception, match="no such table"), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")


def test_no_learner_data_stands_in_the_text_of_a_defect(database: Database) -> None:
    with database.write() as connection, pytest.raises(Exception, match="no such column") as defect:
        connection.exec_driver_sql("UPDATE drafts SET colour = ?", ("Name of a learner",))
    assert "learner" not in str(defect.value)


def test_an_answer_is_remembered_until_something_is_written(database: Database) -> None:
    asked: list[int] = []

    def count(connection: Connection) -> int:
        asked.append(1)
        return int(connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one())

    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x UNIQUE)")
    assert [database.remembered("count", count) for _ in range(3)] == [0, 0, 0]
    assert len(asked) == 1
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    assert database.remembered("count", count) == 1
    assert database.remembered("another", lambda _: "answer") == "answer"
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (2), (1)")
    assert database.remembered("count", count) == 1, "what was rolled back was never there"


def test_a_file_put_back_from_a_copy_is_asked_anew(database: Database, tmp_path: Path) -> None:
    def count(connection: Connection) -> int:
        return int(connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one())

    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
    database.close()
    copy = tmp_path / "copy.db"
    shutil.copy(database.path, copy)
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    assert database.remembered("count", count) == 1
    database.close()
    shutil.copy(copy, database.path)
    assert database.remembered("count", count) == 0
