"""What lost when two versions of the same text met: kept with why and when, so that nothing typed is thrown away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select

from app.domain.dates import from_text
from app.models.tables import set_aside


@dataclass(frozen=True, slots=True)
class SetAside:
    """One text that was not chosen. ``sample_id``: empty for a text about the whole request.

    field: what it stood in, such as ``rationale``. why: one sentence for the person. at: when it was set aside,
    None until it is kept.
    """

    request_id: str
    sample_id: str
    field: str
    text: str
    why: str
    at: datetime | None = None


def put_aside(connection: Connection, texts: Iterable[SetAside], at: str) -> None:
    """Keeps texts inside an open transaction. What lies there already, for the same reason, is not kept twice."""
    for text in texts:
        row = {
            "request_id": text.request_id,
            "sample_id": text.sample_id,
            "field": text.field,
            "text": text.text,
            "why": text.why,
        }
        known = select(set_aside.c.number).where(*(set_aside.c[name] == value for name, value in row.items()))
        if connection.execute(known.limit(1)).first() is None:
            connection.execute(set_aside.insert().values(row | {"at": at}))


def aside_of(connection: Connection, request_id: str) -> tuple[SetAside, ...]:
    """What was set aside of one request, in the order in which it was."""
    query = select(set_aside).where(set_aside.c.request_id == request_id).order_by(set_aside.c.number)
    return tuple(_text_of(row) for row in connection.execute(query))


def requests_with_aside(connection: Connection) -> frozenset[str]:
    """The requests of which some text was set aside."""
    return frozenset(connection.execute(select(set_aside.c.request_id).distinct()).scalars())


def drop_aside(connection: Connection, request_ids: Iterable[str]) -> None:
    """Removes what was set aside of requests that left this computer."""
    for request_id in request_ids:
        connection.execute(set_aside.delete().where(set_aside.c.request_id == request_id))


def _text_of(row: Row[tuple[object, ...]]) -> SetAside:
    return SetAside(row.request_id, row.sample_id, row.field, row.text, row.why, from_text(row.at))
