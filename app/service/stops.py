"""What stops a centre's claims: sanctions and restrictions, set and lifted, and never erased (D-7, section 1.9)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update

from app.domain.dates import day, london_day
from app.domain.errors import KnownError
from app.domain.people import Permission, Person, require
from app.domain.restrictions import (
    Restriction,
    RestrictionKind,
    Sanction,
    Stop,
    check_reason,
    claims_stopped,
    full_sample,
    own_name,
    sanction_level,
)
from app.domain.schemes import scheme_for
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.remits import awarding_body_of, lock_centre


def stops_for(
    connection: Connection, centre_id: str, awarding_body: str, qualification_id: str, today: date
) -> tuple[Stop, ...]:
    """Everything that stops the centre's claims for this qualification (M-18, M-66, M-70, M-71); see
    ``claims_stopped``. An empty ``qualification_id``: what stops claims for any.
    """
    return claims_stopped(
        sanctions_of(connection, centre_id),
        restrictions_of(connection, centre_id),
        awarding_body,
        qualification_id,
        today,
    )


def needs_full_sample(connection: Connection, centre_id: str, qualification_id: str, today: date) -> bool:
    """Whether a sanction asks for every learner-unit of a claim to be sampled (D-7)."""
    body = awarding_body_of(connection, qualification_id)
    return full_sample(sanctions_of(connection, centre_id), body, qualification_id, today)


def sanctions_of(connection: Connection, centre_id: str) -> tuple[Sanction, ...]:
    """Every sanction the centre ever had, the latest first."""
    table = t.sanctions
    rows = connection.execute(
        select(table).where(table.c.centre_id == centre_id).order_by(table.c.set_at.desc(), table.c.id.desc())
    )
    return tuple(_sanction(row) for row in rows)


def restrictions_of(connection: Connection, centre_id: str) -> tuple[Restriction, ...]:
    """Every restriction the centre ever had, the latest first."""
    return all_restrictions(connection, centre_id)


def all_restrictions(connection: Connection, centre_id: str = "") -> tuple[Restriction, ...]:
    """Every restriction there ever was, the latest first; of all centres unless one is named."""
    table = t.restrictions
    query = select(table).order_by(table.c.began_at.desc(), table.c.id.desc())
    if centre_id:
        query = query.where(table.c.centre_id == centre_id)
    return tuple(_restriction(row) for row in connection.execute(query))


def set_sanction(
    engine: Engine,
    person: Person,
    centre_id: str,
    awarding_body: str,
    level: int,
    reason: str,
    now: datetime,
    *,
    qualification_id: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
) -> Sanction:
    """Sets a sanction from a day on (today, if not given) up to its last day (open, if not given) (D-7).

    One that stops claims is told to the Programme Director (M-72). Raises KnownError for somebody who may not, an
    unknown level, a qualification of another awarding body, days that run backwards, or without a reason.
    """
    require(person, Permission.SET_SANCTIONS)
    body = scheme_for(awarding_body).awarding_body
    effect = sanction_level(body, level)
    begins = from_on or london_day(now)
    if until_on is not None and until_on < begins:
        raise KnownError("days_backwards", "The sanction would end before it begins.", "Correct the days.")
    if effect.claims_stopped and not effect.whole_centre and not qualification_id:
        raise KnownError(
            "sanction_needs_qualification",
            f"A sanction of level {level} is about one qualification.",
            "Say which, or choose a level that is about the whole centre.",
        )
    sanction = Sanction(
        id=new_id(),
        centre_id=centre_id,
        awarding_body=body,
        level=level,
        reason=check_reason(reason),
        from_on=begins,
        qualification_id=qualification_id,
        until_on=until_on,
        set_by=person.id,
        set_at=now,
    )

    def work(connection: Connection) -> Sanction:
        lock_centre(connection, centre_id)
        if qualification_id and own_name(awarding_body_of(connection, qualification_id)) != body:
            raise KnownError("qualification_elsewhere", f"This qualification is not one of {body}'s.")
        connection.execute(
            t.sanctions.insert().values(
                id=sanction.id,
                centre_id=centre_id,
                qualification_id=qualification_id or None,
                awarding_body=body,
                level=level,
                reason=sanction.reason,
                set_by=person.id,
                set_at=now,
                from_on=begins,
                until_on=until_on,
            )
        )
        stops = claims_stopped([sanction], [], body, qualification_id, begins)
        _tell_stopped(connection, centre_id, body, stops, now, _only(connection, sanction))
        return sanction

    return transact(engine, work)


def lift_sanction(engine: Engine, person: Person, sanction_id: str, reason: str, now: datetime) -> None:
    """Ends a sanction from today on; it stays on record with who lifted it and why (D-7).

    Raises KnownError for somebody who may not, an unknown or already lifted one, or without a reason.
    """
    require(person, Permission.SET_SANCTIONS)
    words = check_reason(reason)

    def work(connection: Connection) -> None:
        table = t.sanctions
        centre_id = connection.scalar(select(table.c.centre_id).where(table.c.id == sanction_id))
        if centre_id is None:
            raise KnownError("sanction_unknown", "There is no such sanction.")
        lock_centre(connection, centre_id)
        sanction = _sanction(connection.execute(select(table).where(table.c.id == sanction_id)).one())
        if sanction.lifted_at is not None:
            raise KnownError("already_lifted", "This sanction has been lifted already.")
        scope = (sanction.awarding_body, sanction.qualification_id)
        before = stops_for(connection, centre_id, *scope, london_day(now))
        connection.execute(
            update(table)
            .where(table.c.id == sanction_id)
            .values(lifted_at=now, lifted_by=person.id, lift_reason=words)
        )
        _tell_freed(connection, centre_id, *scope, before, now, _only(connection, sanction))

    transact(engine, work)


def set_restriction(
    engine: Engine,
    person: Person,
    centre_id: str,
    awarding_body: str,
    kind: RestrictionKind,
    reason: str,
    now: datetime,
) -> Restriction:
    """Stops all of the centre's claims to the awarding body, because of past issues or a review (M-70, section 1.9).

    The Programme Director is told (M-72). Raises KnownError for somebody who may not, without a reason, or for
    malpractice, which only a suspicion can bring (``malpractice.open_case``).
    """
    require(person, Permission.SET_SANCTIONS)
    body = scheme_for(awarding_body).awarding_body
    words = check_reason(reason)
    if kind is RestrictionKind.MALPRACTICE:
        raise KnownError(
            "suspicion_needed", "Only a moderator's suspicion restricts a centre for malpractice."
        )

    def work(connection: Connection) -> Restriction:
        lock_centre(connection, centre_id)
        made = Restriction(new_id(), centre_id, body, kind, words, began_at=now, set_by=person.id)
        insert_restriction(connection, made, now)
        return made

    return transact(engine, work)


def insert_restriction(connection: Connection, restriction: Restriction, now: datetime) -> None:
    """Puts a restriction on record and tells the Programme Director (M-72). The centre is locked."""
    connection.execute(
        t.restrictions.insert().values(
            id=restriction.id,
            centre_id=restriction.centre_id,
            awarding_body=restriction.awarding_body,
            kind=restriction.kind.value,
            request_id=restriction.request_id or None,
            reason=restriction.reason,
            set_by=restriction.set_by or None,
            began_at=restriction.began_at,
        )
    )
    body = restriction.awarding_body
    stops = claims_stopped([], [restriction], body, "", london_day(now))
    _tell_stopped(connection, restriction.centre_id, body, stops, now)


def end_restriction(engine: Engine, person: Person, restriction_id: str, reason: str, now: datetime) -> None:
    """Ends a restriction from today on; it stays on record with who ended it and why.

    Raises KnownError for somebody who may not, an unknown or ended one, without a reason, and for suspected
    malpractice while a request of its inquiry has no finding (M-66).
    """
    require(person, Permission.SET_SANCTIONS)
    words = check_reason(reason)

    def work(connection: Connection) -> None:
        restriction = locked_restriction(connection, restriction_id)
        if restriction.ended_at is not None:
            raise KnownError("already_ended", "This restriction has been ended already.")
        waiting = select(t.inquiries.c.request_id).where(
            t.inquiries.c.restriction_id == restriction_id, t.inquiries.c.found_at.is_(None)
        )
        count = len(connection.execute(waiting).all())
        if count:
            requests = "1 request has" if count == 1 else f"{count} requests have"
            raise KnownError(
                "findings_missing",
                f"This restriction cannot be ended yet: {requests} no finding.",
                "Record a finding for each request of the inquiry; the last one ends the restriction.",
            )
        write_end(connection, restriction, person.id, words, now)

    transact(engine, work)


def locked_restriction(connection: Connection, restriction_id: str) -> Restriction:
    """The restriction, with its centre locked. Raises KnownError ``restriction_unknown``."""
    table = t.restrictions
    centre_id = connection.scalar(select(table.c.centre_id).where(table.c.id == restriction_id))
    if centre_id is None:
        raise KnownError("restriction_unknown", "There is no such restriction.")
    lock_centre(connection, centre_id)
    return _restriction(connection.execute(select(table).where(table.c.id == restriction_id)).one())


def write_end(
    connection: Connection, restriction: Restriction, ended_by: str, reason: str, now: datetime
) -> None:
    """Puts the end of a restriction on record; the centre hears of it once nothing else stops it."""
    body, centre_id = restriction.awarding_body, restriction.centre_id
    before = stops_for(connection, centre_id, body, "", london_day(now))
    connection.execute(
        update(t.restrictions)
        .where(t.restrictions.c.id == restriction.id)
        .values(ended_at=now, ended_by=ended_by, end_reason=reason)
    )
    _tell_freed(connection, centre_id, body, "", before, now)


def _tell_stopped(
    connection: Connection,
    centre_id: str,
    awarding_body: str,
    stops: tuple[Stop, ...],
    now: datetime,
    only: str = "",
) -> None:
    """The Programme Director hears what stops the centre's claims, in the words that the centre may know (M-72)."""
    if stops:
        says = " ".join(stop.says for stop in stops) + only
        detail = {"awarding_body": awarding_body, "says": says}
        write_mails(connection, MailEvent(MailKind.CLAIMS_STOPPED, centre_id=centre_id, detail=detail), now)


def _tell_freed(
    connection: Connection,
    centre_id: str,
    awarding_body: str,
    qualification_id: str,
    before: tuple[Stop, ...],
    now: datetime,
    only: str = "",
) -> None:
    """The Programme Director hears that claims can be made again, once nothing else stops them."""
    if before and not stops_for(connection, centre_id, awarding_body, qualification_id, london_day(now)):
        detail = {
            "awarding_body": awarding_body,
            "says": f"Since {day(london_day(now))} claims to {awarding_body} can be submitted again.{only}",
        }
        write_mails(connection, MailEvent(MailKind.CLAIMS_FREED, centre_id=centre_id, detail=detail), now)


def _only(connection: Connection, sanction: Sanction) -> str:
    """A further sentence where a sanction binds one qualification and leaves the others as they are."""
    if not sanction.qualification_id or sanction_level(sanction.awarding_body, sanction.level).whole_centre:
        return ""
    table = t.qualifications
    title = connection.scalar(select(table.c.title).where(table.c.id == sanction.qualification_id))
    return f" This is about {title} only."


def _sanction(row: Row[Any]) -> Sanction:
    return Sanction(
        id=row.id,
        centre_id=row.centre_id,
        awarding_body=row.awarding_body,
        level=row.level,
        reason=row.reason,
        from_on=row.from_on,
        qualification_id=row.qualification_id or "",
        until_on=row.until_on,
        set_by=row.set_by or "",
        set_at=row.set_at,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by or "",
        lift_reason=row.lift_reason,
    )


def _restriction(row: Row[Any]) -> Restriction:
    return Restriction(
        id=row.id,
        centre_id=row.centre_id,
        awarding_body=row.awarding_body,
        kind=RestrictionKind(row.kind),
        reason=row.reason,
        began_at=row.began_at,
        request_id=row.request_id or "",
        set_by=row.set_by or "",
        ended_at=row.ended_at,
        ended_by=row.ended_by or "",
        end_reason=row.end_reason,
    )
