"""The centre as the legacy system approved it: when it may enter, and what it may claim for (M-07, M-08, M-13)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from app.domain.centres import PartnerType
from app.domain.errors import KnownError
from app.domain.restrictions import Remit, own_name
from app.domain.schemes import all_schemes, scheme_for
from app.service import tables as t


def lock_centre(connection: Connection, centre_id: str) -> None:
    """Locks how the centre stands until the commit; rows that merely name the centre are not kept waiting.

    Taken after the locks of requests (``lock_requests``). Raises KnownError ``centre_unknown``.
    """
    query = select(t.centres.c.id).where(t.centres.c.id == centre_id).with_for_update(key_share=True)
    if connection.execute(query).one_or_none() is None:
        raise KnownError("centre_unknown", "There is no such centre.")


def access_day(connection: Connection, centre_id: str, awarding_body: str) -> date:
    """From when on the centre claims here, by its partner type (M-07, M-08). Raises KnownError for unknown ones."""
    return scheme_for(awarding_body).access_from[_partner_type(connection, centre_id)]


def may_enter(connection: Connection, centre_id: str, today: date) -> bool:
    """Whether the centre's access date has come (M-07), with any awarding body on its remit; with none there, of all.

    Raises KnownError ``centre_unknown``.
    """
    partner_type = _partner_type(connection, centre_id)
    bodies = {own_name(item.awarding_body) for item in remits(connection, centre_id)}
    schemes = all_schemes()
    asked = [scheme for scheme in schemes if scheme.awarding_body in bodies] or schemes
    return any(scheme.access_from[partner_type] <= today for scheme in asked)


def remit_of(connection: Connection, centre_id: str, today: date) -> tuple[Remit, ...]:
    """The qualifications that the centre is approved for on this day, by title (M-13)."""
    return tuple(item for item in remits(connection, centre_id) if item.holds(today))


def on_remit(connection: Connection, centre_id: str, qualification_id: str, today: date) -> bool:
    """Whether the centre is approved for the qualification on this day (M-13)."""
    return any(item.qualification_id == qualification_id for item in remit_of(connection, centre_id, today))


def _partner_type(connection: Connection, centre_id: str) -> PartnerType:
    found = connection.scalar(select(t.centres.c.partner_type).where(t.centres.c.id == centre_id))
    if found is None:
        raise KnownError("centre_unknown", "There is no such centre.")
    return PartnerType(found)


def remits(connection: Connection, centre_id: str) -> list[Remit]:
    """Every qualification the centre was ever approved for, by title."""
    rows = connection.execute(
        select(t.remits, t.qualifications.c.code, t.qualifications.c.title, t.qualifications.c.awarding_body)
        .join(t.qualifications, t.qualifications.c.id == t.remits.c.qualification_id)
        .where(t.remits.c.centre_id == centre_id)
        .order_by(t.qualifications.c.title, t.qualifications.c.code)
    )
    return [
        Remit(row.qualification_id, row.code, row.title, row.awarding_body, row.approved_on, row.withdrawn_on)
        for row in rows
    ]


def awarding_body_of(connection: Connection, qualification_id: str) -> str:
    """Whose qualification it is. Raises KnownError ``qualification_unknown``."""
    table = t.qualifications
    found = connection.scalar(select(table.c.awarding_body).where(table.c.id == qualification_id))
    if found is None:
        raise KnownError("qualification_unknown", "There is no such qualification.")
    return str(found)
