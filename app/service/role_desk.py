"""Roles as the support team gives and takes them, each change on record with who made it and why (M-03, M-11).

Accounts themselves come from the legacy system's staff-approval process, and nobody changes their own roles (M-04).
Only roles at a centre change hands here. Those of the awarding body stay with whoever operates the service: else
one account of the support team could appoint whom it likes to judge, release holds and manage accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, or_, select

from app.domain.errors import KnownError
from app.domain.people import AT_A_CENTRE, Grant, Permission, Person, Role, require
from app.service import tables as t
from app.service.accounts import load_person, new_id
from app.service.by_role import follow_roles, lock_person
from app.service.database import transact
from app.service.feed import Changes

REASON_LIMIT = 1_000
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with an account. ``roles``: what they hold, each with its centre, in words."""

    id: str
    name: str
    email: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role that was given or taken here, by whom, when and why. ``centre`` is empty for the awarding body."""

    role: Role
    centre: str
    given: bool
    reason: str
    changed_by: str
    changed_at: datetime


def give_role(
    engine: Engine, staff: Person, person_id: str, grant: Grant, reason: str, now: datetime
) -> Person:
    """Gives somebody with an account a further role at a centre; their desktops follow. Giving one they hold changes
    nothing.

    Raises KnownError for somebody whose role does not manage accounts, for one's own account, a role of the awarding
    body (``role_not_here``), an unknown person or centre, a role without its centre, and without a reason.
    """
    words = _must_be_able(staff, person_id, grant, reason)
    if grant.centre_id is None:
        raise KnownError(
            "grant_wrong", f"The role “{grant.role.words}” needs a centre.", "Choose a centre for it."
        )

    def give(connection: Connection) -> Person:
        person = _locked(connection, person_id)
        if not _known_centre(connection, str(grant.centre_id)):
            raise KnownError("centre_unknown", "There is no such centre.", "Check its number.")
        if grant in person.grants:
            return person
        connection.execute(
            t.grants.insert().values(
                id=new_id(), person_id=person_id, role=grant.role.value, centre_id=grant.centre_id
            )
        )
        _record(connection, staff, person_id, grant, True, words, now)
        changes = Changes(now=now)
        follow_roles(connection, changes, person_id)
        changes.publish(connection)
        return load_person(connection, person_id)

    return transact(engine, give)


def take_role(
    engine: Engine, staff: Person, person_id: str, grant: Grant, reason: str, now: datetime
) -> Person:
    """Takes a role at a centre from somebody; what they hold by it leaves their desktops, and what they recorded before
    they could know still counts for a time. Taking one they do not hold changes nothing. Raises KnownError as
    ``give_role``.
    """
    words = _must_be_able(staff, person_id, grant, reason)

    def take(connection: Connection) -> Person:
        person = _locked(connection, person_id)
        if grant not in person.grants:
            return person
        table = t.grants
        connection.execute(
            delete(table).where(
                table.c.person_id == person_id,
                table.c.role == grant.role.value,
                table.c.centre_id.is_not_distinct_from(grant.centre_id),
            )
        )
        _record(connection, staff, person_id, grant, False, words, now)
        changes = Changes(now=now)
        changes.take_role(person_id, grant)
        follow_roles(connection, changes, person_id)
        changes.publish(connection)
        return load_person(connection, person_id)

    return transact(engine, take)


def find_accounts(
    connection: Connection, words: str, *, first: int = 0, limit: int = 50
) -> tuple[Account, ...]:
    """Accounts whose name, address or centre has these words, by name."""
    rows = connection.execute(
        select(t.persons)
        .where(_named(words))
        .order_by(func.lower(t.persons.c.name), t.persons.c.email)
        .offset(first)
        .limit(limit)
    ).all()
    return tuple(Account(row.id, row.name, row.email, _roles(connection, row.id)) for row in rows)


def count_accounts(connection: Connection, words: str) -> int:
    """How many accounts ``find_accounts`` finds."""
    return int(connection.scalar(select(func.count()).select_from(t.persons).where(_named(words))) or 0)


def role_changes_of(connection: Connection, person_id: str) -> tuple[RoleChange, ...]:
    """What was given to somebody and taken from them here, the latest first."""
    table, who = t.role_changes, t.persons
    rows = connection.execute(
        select(table, who.c.name.label("who"), t.centres.c.name.label("centre"))
        .join(who, who.c.id == table.c.changed_by)
        .outerjoin(t.centres, t.centres.c.id == table.c.centre_id)
        .where(table.c.person_id == person_id)
        .order_by(table.c.changed_at.desc(), table.c.id.desc())
    )
    return tuple(
        RoleChange(Role(row.role), row.centre or "", row.given, row.reason, row.who, row.changed_at)
        for row in rows
    )


def _must_be_able(staff: Person, person_id: str, grant: Grant, reason: str) -> str:
    require(staff, Permission.MANAGE_ACCOUNTS)
    if person_id == staff.id:
        raise KnownError(
            "own_account", "Nobody changes their own roles.", "Ask a colleague of the support team."
        )
    if grant.role not in AT_A_CENTRE:
        raise KnownError(
            "role_not_here",
            f"The role “{grant.role.words}” is held for the awarding body; it is not given or taken here.",
            "Ask whoever operates the service.",
        )
    words = reason.strip()
    if not words or len(words) > REASON_LIMIT or "\x00" in words:
        raise KnownError(
            "reason_missing", "Say why.", f"A sentence is enough; {REASON_LIMIT:,} characters are possible."
        )
    return words


def _locked(connection: Connection, person_id: str) -> Person:
    if connection.scalar(select(t.persons.c.id).where(t.persons.c.id == person_id)) is None:
        raise KnownError("person_unknown", "There is no such account.")
    lock_person(connection, person_id)
    return load_person(connection, person_id)


def _known_centre(connection: Connection, centre_id: str) -> bool:
    return connection.scalar(select(t.centres.c.id).where(t.centres.c.id == centre_id)) is not None


def _record(
    connection: Connection,
    staff: Person,
    person_id: str,
    grant: Grant,
    given: bool,
    reason: str,
    now: datetime,
) -> None:
    connection.execute(
        t.role_changes.insert().values(
            id=new_id(),
            person_id=person_id,
            role=grant.role.value,
            centre_id=grant.centre_id,
            given=given,
            reason=reason,
            changed_by=staff.id,
            changed_at=now,
        )
    )


def _named(words: str) -> ColumnElement[bool]:
    wanted = words.strip().casefold()
    if not wanted:
        return t.persons.c.id != ""
    at_centre = (
        select(t.grants.c.id)
        .join(t.centres, t.centres.c.id == t.grants.c.centre_id)
        .where(
            t.grants.c.person_id == t.persons.c.id,
            or_(
                func.lower(t.centres.c.name).contains(wanted, autoescape=True),
                func.lower(t.centres.c.number) == wanted,
            ),
        )
        .exists()
    )
    return or_(
        func.lower(t.persons.c.name).contains(wanted, autoescape=True),
        t.persons.c.email.contains(wanted, autoescape=True),
        at_centre,
    )


def _roles(connection: Connection, person_id: str) -> tuple[str, ...]:
    rows = connection.execute(
        select(t.grants.c.role, t.centres.c.name)
        .outerjoin(t.centres, t.centres.c.id == t.grants.c.centre_id)
        .where(t.grants.c.person_id == person_id)
        .order_by(t.grants.c.role, t.centres.c.name)
    )
    return tuple(f"{Role(role).words}, {centre}" if centre else Role(role).words for role, centre in rows)
