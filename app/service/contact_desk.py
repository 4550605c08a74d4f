"""The contact log of a claim: only the support team and the quality manager speak with a centre (M-54)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from app.domain.acts import LogCentreContact
from app.domain.errors import KnownError
from app.domain.judging import check_contact
from app.domain.people import Permission, Person, require
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact


@dataclass(frozen=True, slots=True)
class Contact:
    """One talk with the centre: by whom of the awarding body, with whom, by what means, and about what.

    recorded_at: when it was written down; logged_at: when it reached the service.
    """

    person: str
    spoke_with: str
    means: str
    summary: str
    recorded_at: datetime
    logged_at: datetime


def log_contact(
    engine: Engine,
    person: Person,
    request_id: str,
    spoke_with: str,
    means: str,
    summary: str,
    now: datetime,
) -> None:
    """Notes that the person spoke with the centre about a claim (M-54).

    Raises KnownError for somebody whose role may not speak with a centre, for an unknown claim, and for an entry that
    does not say with whom, by what means and what about.
    """
    require(person, Permission.CONTACT_CENTRE)
    check_contact(LogCentreContact(request_id, spoke_with, means, summary))
    if "\x00" in spoke_with + means + summary:
        raise KnownError(
            "unreadable_character",
            "The text has a character that cannot be kept.",
            "Type the text anew instead of pasting it.",
        )

    def log(connection: Connection) -> None:
        if connection.scalar(select(t.requests.c.id).where(t.requests.c.id == request_id)) is None:
            raise KnownError("request_unknown", "There is no such claim.")
        connection.execute(
            t.contact_log.insert().values(
                id=new_id(),
                request_id=request_id,
                person_id=person.id,
                spoke_with=spoke_with.strip(),
                means=means.strip(),
                summary=summary.strip(),
                recorded_at=now,
                logged_at=now,
            )
        )

    transact(engine, log)


def contacts_of(connection: Connection, person: Person, request_id: str) -> tuple[Contact, ...]:
    """All talks about a claim, the latest first. Raises KnownError for somebody who may not contact centres."""
    require(person, Permission.CONTACT_CENTRE)
    table = t.contact_log
    rows = connection.execute(
        select(table, t.persons.c.name)
        .join(t.persons, t.persons.c.id == table.c.person_id)
        .where(table.c.request_id == request_id)
        .order_by(table.c.recorded_at.desc(), table.c.id.desc())
    )
    return tuple(
        Contact(row.name, row.spoke_with, row.means, row.summary, row.recorded_at, row.logged_at)
        for row in rows
    )
