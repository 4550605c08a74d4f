"""Numbers that people read out to each other: of requests, reviews, certificates; one after the other, none twice."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from app.service import tables as t
from app.service.database import upsert


def next_request_number(connection: Connection, year: int) -> str:
    """The next number of a request, such as ``MR-2026-00042``."""
    (number,) = _draw(connection, "last_request_number", 1)
    return f"MR-{year}-{number:05}"


def next_review_number(connection: Connection, year: int) -> str:
    """The next number of a quality review, such as ``QR-2026-00042``. year: in which its academic year begins."""
    (number,) = _draw(connection, "last_review_number", 1)
    return f"QR-{year}-{number:05}"


def next_certificate_numbers(connection: Connection, year: int, count: int) -> list[str]:
    """So many numbers of certificates, such as ``CERT-2026-000042``."""
    return [f"CERT-{year}-{number:06}" for number in _draw(connection, "last_certificate_number", count)]


def _draw(connection: Connection, counter: str, count: int) -> range:
    """Draws numbers from a counter, whose row stays locked until the commit: whoever draws does so late."""
    table = t.service_settings
    connection.execute(upsert(connection, table).values(name=counter, value="0").on_conflict_do_nothing())
    last = int(
        connection.execute(
            select(table.c.value).where(table.c.name == counter).with_for_update()
        ).scalar_one()
    )
    connection.execute(update(table).where(table.c.name == counter).values(value=str(last + count)))
    return range(last + 1, last + count + 1)
