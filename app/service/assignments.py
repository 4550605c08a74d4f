"""Who moderates what: assigning puts the request into the moderator's scope, and takes it out of anybody else's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.people import Grant, Role
from app.service import tables as t
from app.service.accounts import load_person, require_person
from app.service.by_role import lock_person
from app.service.database import transact
from app.service.feed import Changes, lock_requests
from app.service.interests import refuse_interest
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.records import load_requests
from app.service.settings import present


def assign_moderator(
    engine: Engine, request_number: str, moderator_email: str, now: datetime | None = None
) -> None:
    """Gives the request to a moderator, taking it from whoever had it. Doing it twice changes nothing.

    ``now``: when, as work of whoever had it still counts for a time; by the machine's clock if not given.

    Raises KnownError if there is no such request or person, the person is no moderator, or has an interest in the
    centre (D-13).
    """

    def assign(connection: Connection) -> None:
        changes = Changes(now=now)
        assign_in(connection, changes, request_id_of(connection, request_number), moderator_email, now)
        changes.publish(connection)

    transact(engine, assign)


def assign_in(
    connection: Connection,
    changes: Changes,
    request_id: str,
    moderator_email: str,
    now: datetime | None = None,
) -> None:
    """``assign_moderator`` as a part of a larger transaction."""
    moderator = require_person(connection, moderator_email)
    # Their roles stay as they are until the commit, so that nobody holds what was assigned as the role was taken.
    lock_person(connection, moderator.id)
    moderator = load_person(connection, moderator.id)
    lock_requests(connection, [request_id])
    at = now or present()
    if Grant(Role.MODERATOR) not in moderator.grants:
        raise KnownError("not_a_moderator", f"{moderator.name} is not a moderator.")
    row = connection.execute(
        select(t.requests.c.moderator_id, t.requests.c.centre_id).where(t.requests.c.id == request_id)
    ).one()
    before = row.moderator_id
    if before == moderator.id:
        return
    refuse_interest(connection, moderator, row.centre_id, london_day(at))
    connection.execute(
        update(t.requests)
        .where(t.requests.c.id == request_id)
        .values(moderator_id=moderator.id, moved_by="", moved_tag=changes.tag)
    )
    if before:
        changes.leave(before, request_id)
    changes.put(*load_requests(connection, [request_id]))
    changes.enter(moderator.id, request_id)
    write_mails(connection, MailEvent(MailKind.ASSIGNED, request_id), at)


def request_id_of(connection: Connection, number: str) -> str:
    """The id of the request with this number. Raises KnownError if there is none."""
    found = connection.scalar(select(t.requests.c.id).where(t.requests.c.number == number.strip()))
    if found is None:
        raise KnownError("request_unknown", f"There is no moderation request {number}.")
    return str(found)
