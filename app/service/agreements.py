"""Prior agreements that a centre's own platform may be used as evidence (M-43, M-44). No address is ever asked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, Engine, select, update

from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.people import Permission, Person, require
from app.domain.platforms import Agreement, agreement_among, checked_platform
from app.domain.restrictions import own_name
from app.domain.schemes import scheme_for
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from app.service.remits import lock_centre


def agreements_of(connection: Connection, centre_id: str) -> tuple[Agreement, ...]:
    """Every agreement the centre ever had, the latest first."""
    table = t.agreements
    rows = connection.execute(
        select(table)
        .where(table.c.centre_id == centre_id)
        .order_by(table.c.recorded_at.desc(), table.c.id.desc())
    )
    return tuple(
        Agreement(
            id=row.id,
            centre_id=row.centre_id,
            awarding_body=row.awarding_body,
            address=row.address,
            agreed_on=row.agreed_on,
            until_on=row.until_on,
            words=row.words,
            ended_at=row.ended_at,
        )
        for row in rows
    )


def agreement_for(
    connection: Connection, centre_id: str, awarding_body: str, url: str, today: date
) -> Agreement | None:
    """The agreement by which this link alone is enough evidence (M-43), or None: then it is not (M-44).

    Raises KnownError ``url_invalid`` for a link that is none (M-45).
    """
    body = own_name(awarding_body)
    theirs = [item for item in agreements_of(connection, centre_id) if item.awarding_body == body]
    return agreement_among(theirs, url, today)


def record_agreement(
    engine: Engine,
    person: Person,
    centre_id: str,
    awarding_body: str,
    address: str,
    words: str,
    now: datetime,
    *,
    agreed_on: date | None = None,
    until_on: date | None = None,
) -> Agreement:
    """Records that the centre may show evidence on this platform from a day on (today, if not given) (M-43).

    Raises KnownError for somebody who may not, an unknown centre or awarding body, a wrong address, or days that run
    backwards.
    """
    require(person, Permission.RECORD_AGREEMENTS)
    body = scheme_for(awarding_body).awarding_body
    begins = agreed_on or london_day(now)
    if until_on is not None and until_on < begins:
        raise KnownError("days_backwards", "The agreement would end before it begins.", "Correct the days.")
    made = Agreement(new_id(), centre_id, body, checked_platform(address), begins, until_on, words.strip())

    def work(connection: Connection) -> Agreement:
        lock_centre(connection, centre_id)
        connection.execute(
            t.agreements.insert().values(
                id=made.id,
                centre_id=centre_id,
                awarding_body=body,
                address=made.address,
                agreed_on=made.agreed_on,
                until_on=made.until_on,
                words=made.words,
                recorded_by=person.id,
                recorded_at=now,
            )
        )
        return made

    return transact(engine, work)


def end_agreement(engine: Engine, person: Person, agreement_id: str, now: datetime) -> None:
    """Ends an agreement from today on; links that were given under it stay evidence, and it stays on record.

    Raises KnownError for somebody who may not, and for an unknown or ended one.
    """
    require(person, Permission.RECORD_AGREEMENTS)

    def work(connection: Connection) -> None:
        table = t.agreements
        ended = connection.execute(
            update(table)
            .where(table.c.id == agreement_id, table.c.ended_at.is_(None))
            .values(ended_at=now, ended_by=person.id)
        )
        if not ended.rowcount:
            raise KnownError("agreement_unknown", "There is no such agreement, or it has been ended already.")

    transact(engine, work)
