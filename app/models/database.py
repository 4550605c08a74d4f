"""One encrypted database file: how it is opened, read and written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3
from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event

from app.domain.errors import KnownError
from app.models.faults import Label, disk_unsuitable, in_words, is_unreadable_from_the_start

OLDEST_SQLITE = (3, 51, 3)
"""Before this SQLite could corrupt a write-ahead log that two connections used."""

BUSY_MS = 5_000
_HEX_KEY = re.compile(r"[0-9a-f]{64}")
_WRITING = "touchstone_writing"

T = TypeVar("T")


def is_database_key(text: str) -> bool:
    """Whether a secret from the keyring can be a database's key at all."""
    return _HEX_KEY.fullmatch(text) is not None


class Database:
    """A SQLCipher file with a pool of connections. Any thread may call; no connection outlives a call.

    Readers never wait for a writer (write-ahead log); writers begin at once with the write lock, so that two of
    them queue instead of failing half-way.
    """

    def __init__(self, label: Label, path: Path, key: str, *, busy_ms: int = BUSY_MS) -> None:
        """``key``: 64 hexadecimal digits, used raw. ``busy_ms``: how long a writer waits for another program."""
        if not is_database_key(key):
            raise ValueError("a database key is 64 small hexadecimal digits")
        refuse_old_sqlite(sqlcipher3.dbapi2.sqlite_version_info)
        self.label: Label = label
        self.path = path
        self._key = key
        self._engine = _engine(path, key, busy_ms)
        self._writes = itertools.count(1)
        self._written = 0
        self._remembered: dict[str, tuple[int, Any]] = {}

    def remembered(self, question: str, ask: Callable[[Connection], T]) -> T:
        """The answer to a question that the file was asked before, as long as nothing was written since: a computer at
        rest asks the same again and again. Only this program writes the file, and only through ``write``. The answer
        must be one that nobody changes.
        """
        written = self._written
        known = self._remembered.get(question)
        if known is not None and known[0] == written:
            answer: T = known[1]
            return answer
        with self.read() as connection:
            answer = ask(connection)
        self._remembered[question] = (written, answer)
        return answer

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the file. Raises ``KnownError`` as ``in_words`` says."""
        with self._faults(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start and is durable when this returns."""
        try:
            with self._faults(), self._engine.connect() as connection:
                connection = connection.execution_options(**{_WRITING: True})
                with connection.begin():
                    yield connection
        finally:
            # After the commit: whoever asks from now on is told of it. A number is given once, also to two threads.
            self._written = next(self._writes)

    def clear_log(self) -> bool:
        """Writes the log back into the file and cuts it to nothing, so that removed records do not linger in it.

        False when a reader was in the way; then it should be tried again later.
        """
        with self._faults():
            raw = self._engine.raw_connection()
            try:
                busy = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                raw.close()
        return not busy

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """The driver's own connection, for copying the file; no transaction is open."""
        with self._faults():
            raw = self._engine.raw_connection()
            try:
                yield raw.driver_connection
            finally:
                raw.close()

    def open_copy(self, path: Path) -> Any:
        """A driver connection to another file under this file's key; the caller closes it."""
        connection = sqlcipher3.connect(str(path), isolation_level=None)
        try:
            connection.execute("PRAGMA cipher_log_level=none")
            connection.execute(f"PRAGMA key=\"x'{self._key}'\"")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            with in_words(self.label, self.path):
                yield
        except KnownError as error:
            if error.code == f"{self.label}_damaged" and not is_unreadable_from_the_start(error):
                # A page may be broken that opening does not look at: the note has the file set aside next time.
                with suppress(OSError):
                    damage_note(self.path).touch()
            raise

    def close(self) -> None:
        """Closes every connection; the last one folds the log into the file. What is asked after that is asked of the
        file anew: it may have been put back from a copy meanwhile.
        """
        self._engine.dispose()
        self._written = next(self._writes)


def damage_note(path: Path) -> Path:
    """The mark beside a database that was found damaged while it was in use."""
    return path.with_suffix(".damaged")


def refuse_old_sqlite(version: tuple[int, ...]) -> None:
    """Raises RuntimeError for a SQLite whose write-ahead log is not safe: an installation fault, not a person's."""
    if version < OLDEST_SQLITE:
        found = ".".join(map(str, version))
        raise RuntimeError(f"SQLite {found} may corrupt its write-ahead log; 3.51.3 or later is needed")


def _engine(path: Path, key: str, busy_ms: int) -> Engine:
    url = URL.create("sqlite+pysqlcipher", password=f"x'{key}'", database=str(path))
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=12,
        connect_args={"check_same_thread": False, "timeout": busy_ms / 1000},
        hide_parameters=True,
    )

    @event.listens_for(engine, "do_connect")
    def quiet_first(dialect: Any, record: Any, args: Any, options: Any) -> Any:
        # SQLCipher would otherwise print a wrong key or a damaged page to the terminal.
        connection = dialect.connect(*args, **options)
        connection.execute("PRAGMA cipher_log_level=none")
        return connection

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        # Transactions are begun by the hook below and never by the driver.
        connection.isolation_level = None
        try:
            _set_up(connection, busy_ms)
        except BaseException:
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _set_up(connection: Any, busy_ms: int) -> None:
    connection.execute(f"PRAGMA busy_timeout={int(busy_ms)}")
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        # SQLite says nothing of it. Without the log a reader would block a save.
        raise disk_unsuitable(f"journal mode {mode}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA temp_store=MEMORY")
    # Measured with 210,000 records: larger cache and rarer checkpoints make a first sync about a fifth quicker.
    connection.execute("PRAGMA cache_size=-32000")
    connection.execute("PRAGMA wal_autocheckpoint=4000")
