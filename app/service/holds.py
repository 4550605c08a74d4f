"""Holds: placing one, and ending it, which lets the work that waited behind it take effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, select, update
from sqlalchemy.exc import DBAPIError

from app.domain.acts import OutcomeKind
from app.domain.dates import london_day
from app.domain.judging import after_hold_ended, after_hold_placed
from app.domain.moderation import ModerationRequest, RequestState
from app.service import tables as t
from app.service.accounts import load_person, new_id
from app.service.assignments import request_id_of
from app.service.batch import Batch
from app.service.blobs import BlobStore
from app.service.database import is_passing, transact
from app.service.feed import Changes, lock_requests
from app.service.ledger import record_hold
from app.service.offers import offer_held
from app.service.records import load_requests, request_row
from app.service.tokens import Visit
from app.wire.messages import OutcomeMessage

_log = structlog.get_logger("touchstone.holds")


def place_hold(engine: Engine, request_number: str, reason: str, now: datetime) -> None:
    """Puts a request on hold, as a suspicion of malpractice does by itself (M-64).

    Raises KnownError for one that does not exist or cannot be held, or without a reason.
    """

    def place(connection: Connection) -> None:
        request = _locked_request(connection, request_number)
        changes = Changes(now=now)
        place_in(connection, changes, request, reason, now)
        changes.publish(connection)

    transact(engine, place)


def end_hold(engine: Engine, request_number: str, now: datetime, blobs: BlobStore) -> list[OutcomeMessage]:
    """Ends the hold of a request, whatever it was for. Returns the answers to the acts that it had stopped.

    Raises KnownError for a request that does not exist or is not on hold.
    """

    def end(connection: Connection) -> list[OutcomeMessage]:
        request = _locked_request(connection, request_number)
        changes = Changes(now=now)
        end_in(connection, changes, request, now)
        outcomes = take_held(connection, blobs, request.id, changes, now)
        return numbered(outcomes, changes.publish(connection))

    return transact(engine, end)


# -- parts of a larger transaction, on a request that is locked ------------------------------------------------------


def place_in(
    connection: Connection,
    changes: Changes,
    request: ModerationRequest,
    reason: str,
    now: datetime,
    *,
    on_record: str = "",
    moved_by: str = "",
) -> ModerationRequest:
    """Puts the request on hold and returns it as it then is. ``reason`` is what everybody with the request reads;
    ``on_record`` what stands in the record of the hold, if that is another (D-5).
    """
    held = after_hold_placed(request, reason, london_day(now))
    table = t.requests
    moved = connection.execute(
        select(table.c.moved_by, table.c.moved_tag).where(table.c.id == request.id)
    ).one()
    recorded = replace(held, hold_reason=on_record or held.hold_reason)
    record_hold(connection, recorded, request.state, moved.moved_by or "", moved.moved_tag, now)
    write_request(connection, held, moved_by, changes.tag)
    changes.put(held)
    return held


def end_in(
    connection: Connection, changes: Changes, request: ModerationRequest, now: datetime
) -> ModerationRequest:
    """Gives the request back its state from before the hold, with the working days it had left (D-6, M-69).

    What the hold stopped takes effect with ``take_held``. Raises KnownError for a request that is not on hold.
    """
    hold = close_in(connection, request.id, now)
    before = RequestState(hold.state_before) if hold is not None else request.state
    ended = after_hold_ended(request, before, london_day(now))
    assert hold is not None
    if ended.due_on is not None and ended.due_on != request.due_on:
        connection.execute(
            t.due_dates.insert().values(
                id=new_id(), request_id=request.id, due_on=ended.due_on, reason="hold ended", set_at=now
            )
        )
    # As if there had been no hold: whoever looked at the request before it has not missed a move.
    write_request(connection, ended, hold.moved_by_before, hold.moved_tag_before)
    changes.put(*load_requests(connection, [request.id]))
    return ended


def close_in(connection: Connection, request_id: str, now: datetime) -> Row[Any] | None:
    """Notes that the hold in force is over, and returns its record; None if there was none."""
    table = t.holds
    hold = connection.execute(
        select(table).where(table.c.request_id == request_id, table.c.ended_at.is_(None))
    ).one_or_none()
    if hold is not None:
        connection.execute(update(table).where(table.c.id == hold.id).values(ended_at=now))
    return hold


def numbered(outcomes: list[OutcomeMessage], head: int) -> list[OutcomeMessage]:
    """The answers with the feed number that their effects got."""
    for outcome in outcomes:
        if outcome.outcome == OutcomeKind.APPLIED.value:
            outcome.n = head
    return outcomes


def _locked_request(connection: Connection, number: str) -> ModerationRequest:
    request_id = request_id_of(connection, number)
    lock_requests(connection, [request_id])
    return load_requests(connection, [request_id])[0]


def write_request(
    connection: Connection, request: ModerationRequest, moved_by: str | None, moved_tag: str | None
) -> None:
    """Writes what moderation may change of a request, and who moved it."""
    connection.execute(
        update(t.requests)
        .where(t.requests.c.id == request.id)
        .values(**request_row(request), moved_by=moved_by, moved_tag=moved_tag)
    )


def take_held(
    connection: Connection, blobs: BlobStore, request_id: str, changes: Changes, now: datetime
) -> list[OutcomeMessage]:
    """The acts that a hold stopped take effect in the order in which they came, each with an answer of its own:
    applied, conflict or rejected, as if they came now. Should one of them raise a new suspicion, those after it stay
    held and have none.
    """
    table = t.received_acts
    rows = connection.execute(
        select(table)
        .outerjoin(t.feed_tags, t.feed_tags.c.tag == table.c.tag)
        .where(table.c.request_id == request_id, table.c.outcome == OutcomeKind.HELD.value)
        .order_by(t.feed_tags.c.n, table.c.place, table.c.act_id)
    ).all()
    taken = [_take_one(connection, blobs, row, changes, now) for row in rows]
    return [outcome for outcome in taken if outcome and outcome.outcome != OutcomeKind.ALREADY_APPLIED.value]


def _take_one(
    connection: Connection, blobs: BlobStore, row: Row[Any], changes: Changes, now: datetime
) -> OutcomeMessage | None:
    """Takes one held act, or None if the service fails at it: then it stays held, until it is offered again."""
    author = Visit(load_person(connection, row.author_id), row.device_id)
    part = Changes(tag=changes.tag, now=now)
    try:
        with connection.begin_nested():
            offer = offer_held(row, author)
            batch = Batch(connection, blobs, author, now, part, [offer], [offer])
            outcome = batch.take(offer)
            batch.flush()
    except Exception as fault:
        if isinstance(fault, DBAPIError) and is_passing(fault):
            raise
        _log.error("held act failed", act_id=row.act_id, fault=type(fault).__name__)
        return None
    changes.join(part)
    return outcome
