"""What time alone brings about: returned claims are archived, warnings given, and what was overlooked is settled.

Every part looks at each request again under its lock, so that running twice, or on two machines at once, does nothing
twice. The quarter needs no work here: what is claimed and drawn is always counted for the quarter of the day (M-32).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, Engine, delete, exists, select, update

from app.domain.centres import Nation
from app.domain.clocks import DUE_SOON_WORKING_DAYS, ClockState, add_working_days, read_clock
from app.domain.dates import day, london_day
from app.domain.life import after_archiving
from app.domain.moderation import ModerationRequest, RequestState
from app.service import tables as t
from app.service.database import reading, transact, upsert
from app.service.feed import Changes
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.records import load_requests, request_row
from app.service.records_update import settle
from app.service.review_tick import remind_of_ceds

DUE_SOON = "due_soon"
OVERDUE = "overdue"
"""Kinds of warnings about the time of moderation (M-50), each given once for a due date."""

_AT_ONCE = 100
"""Requests that one transaction takes: a service that runs meanwhile waits for no more."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one run did: how many requests were archived, warned about, and let move on, and how many centres were
    reminded of an Engagement Document.
    """

    archived: int
    warned: int
    settled: int
    reminded: int = 0

    def __str__(self) -> str:
        counts = f"{self.archived} archived, {self.warned} warned about, {self.settled} settled"
        return f"{counts}, {self.reminded} reminded" if self.reminded else counts


def tick(engine: Engine, now: datetime) -> Ticked:
    """Does everything whose time has come (M-50, M-61, D-1, D-4, Q-09). Safe to run at any moment, however often."""
    return Ticked(
        archive_what_is_over(engine, now),
        warn(engine, now),
        settle_what_waits(engine, now),
        remind_of_ceds(engine, now),
    )


def archive_what_is_over(engine: Engine, now: datetime) -> int:
    """Archives returned claims whose last day is over, and frees their learner-units (M-61, M-62, D-4)."""
    table = t.requests
    over = (
        table.c.state == RequestState.RETURNED_TO_CENTRE.value,
        table.c.last_day_on < london_day(now),
    )

    def archive(connection: Connection, ids: Sequence[str]) -> int:
        changes = Changes(now=now)
        found = _locked(connection, ids, *over)
        for request in found:
            moved = after_archiving(request, london_day(now))
            connection.execute(
                update(table)
                .where(table.c.id == request.id)
                .values(**request_row(moved), moved_by="", moved_tag=changes.tag)
            )
            _free_units(connection, request.id)
            changes.put(moved)
            write_mails(connection, MailEvent(MailKind.ARCHIVED, request.id, request.centre_id, {}), now)
        # What the batch held back in other claims of its learners may go on now.
        settle(connection, changes, [request.id for request in found], now)
        changes.publish(connection)
        return len(found)

    with reading(engine) as connection:
        ids = connection.scalars(select(table.c.id).where(*over)).all()
    return sum(transact(engine, partial(archive, ids=some)) for some in _in_parts(ids))


def warn(engine: Engine, now: datetime) -> int:
    """Warns once for each due date when moderation is due soon, and once when it is overdue (M-50).

    A request on hold is not warned about: its time stands still (D-6).
    """
    today = london_day(now)
    table = t.requests
    # No nation has fewer working days than there are days, so that nobody due soon is missed.
    latest = max(add_working_days(today, DUE_SOON_WORKING_DAYS, nation) for nation in Nation)
    due = (table.c.state == RequestState.IN_MODERATION.value, table.c.due_on <= latest)

    def give(connection: Connection, ids: Sequence[str]) -> int:
        given = 0
        for request in _locked(connection, ids, *due):
            kind = _warning_of(request, today)
            if kind and _is_new(connection, kind, request, now):
                detail = {"warning": kind, "due": day(request.due_on) if request.due_on else ""}
                event = MailEvent(MailKind.SLA_WARNING, request.id, request.centre_id, detail)
                write_mails(connection, event, now)
                given += 1
        return given

    with reading(engine) as connection:
        ids = connection.scalars(select(table.c.id).where(*due)).all()
    return sum(transact(engine, partial(give, ids=some)) for some in _in_parts(ids))


def settle_what_waits(engine: Engine, now: datetime) -> int:
    """Looks once more at what waits for others, so that nothing waits for ever. Returns how many moved on."""
    table = t.requests
    waits = (table.c.state.in_((RequestState.FULFILLED.value, RequestState.ACCEPTED.value)),)

    def look(connection: Connection, ids: Sequence[str]) -> int:
        changes = Changes(now=now)
        found = _locked(connection, ids, *waits)
        settle(connection, changes, [request.id for request in found], now)
        changes.publish(connection)
        left = connection.scalars(
            select(table.c.id).where(table.c.id.in_([request.id for request in found]), *waits)
        ).all()
        return len(found) - len(left)

    with reading(engine) as connection:
        ids = connection.scalars(select(table.c.id).where(*waits)).all()
    return sum(transact(engine, partial(look, ids=some)) for some in _in_parts(ids))


def _in_parts(ids: Sequence[str]) -> Iterator[list[str]]:
    ordered = sorted(ids)
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))


def _locked(
    connection: Connection, ids: Sequence[str], *still: ColumnElement[bool]
) -> list[ModerationRequest]:
    """Those of the requests that are still due, locked. One that somebody works on just now is left for next time."""
    table = t.requests
    query = select(table.c.id).where(table.c.id.in_(ids), *still).order_by(table.c.id)
    return load_requests(connection, connection.scalars(query.with_for_update(skip_locked=True)).all())


def _free_units(connection: Connection, request_id: str) -> None:
    """An archived claim holds its learner-units no longer, but for what learners achieved by it (M-22, M-62)."""
    taken, achieved = t.claimed_units, t.achievements
    kept = exists().where(
        achieved.c.request_id == request_id,
        achieved.c.learner_id == taken.c.learner_id,
        achieved.c.unit_id == taken.c.unit_id,
    )
    connection.execute(delete(taken).where(taken.c.request_id == request_id, ~kept))


def _warning_of(request: ModerationRequest, today: date) -> str:
    """Which warning the request's clock calls for today; empty for none."""
    clock = read_clock(
        today=today,
        nation=request.nation,
        started_on=request.evidence_complete_on,
        due_on=request.due_on,
        held_on=request.held_on,
        finished=False,
    )
    return {ClockState.DUE_SOON: DUE_SOON, ClockState.OVERDUE: OVERDUE}.get(clock.state, "")


def _is_new(connection: Connection, kind: str, request: ModerationRequest, now: datetime) -> bool:
    """Puts the warning on record; False if it was given before for this due date."""
    table = t.warnings
    written = connection.scalar(
        upsert(connection, table)
        .values(kind=kind, request_id=request.id, about_on=request.due_on, given_at=now)
        .on_conflict_do_nothing()
        .returning(table.c.kind)
    )
    return written is not None
