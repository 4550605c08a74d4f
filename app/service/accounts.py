"""Accounts: who there is, with which roles, and how they prove it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import uuid_utils
from sqlalchemy import Connection, Engine, delete, select, update

from app.domain.errors import KnownError
from app.domain.people import AT_A_CENTRE, Grant, Person, Role, login_name
from app.service import tables as t
from app.service.by_role import follow_roles, lock_person
from app.service.database import reading, transact
from app.service.errors import Refusal
from app.service.feed import Changes
from app.service.limits import WINDOW, count_attempt, forget_attempts
from app.service.passwords import Passwords, check_new_password, hash_password

NO_PASSWORD = ""
"""What is kept for an account that came with an import: no password opens it until one is set."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to be given an account. Grants name centres by id."""

    email: str
    name: str
    password: str
    grants: tuple[Grant, ...]


def new_id() -> str:
    """An id that sorts by when it was made (UUIDv7)."""
    return str(uuid_utils.uuid7())


def add_user(engine: Engine, person: NewPerson, now: datetime | None = None) -> Person:
    """Makes an account, or gives an existing one further roles (the password then stays as it is).

    Whoever reaches every request by role holds the queues from now on.

    Raises KnownError for an address, password or role that cannot be, in words.
    """
    email = login_name(person.email)
    if not person.name.strip():
        raise KnownError("name_missing", "An account needs the person's name.")
    for grant in person.grants:
        if (grant.role in AT_A_CENTRE) != (grant.centre_id is not None):
            raise KnownError(
                "grant_wrong",
                f"The role “{grant.role.words}” "
                + ("needs a centre." if grant.role in AT_A_CENTRE else "is not held at a centre."),
            )
    check_new_password(person.password)
    password_hash = hash_password(person.password)

    def add(connection: Connection) -> Person:
        found = person_by_email(connection, email)
        if found is None:
            identifier = new_id()
            connection.execute(
                t.persons.insert().values(
                    id=identifier, email=email, name=person.name.strip(), password_hash=password_hash
                )
            )
        else:
            identifier = found.id
        _give_grants(connection, identifier, person.grants)
        _tell_devices(connection, identifier, now)
        return load_person(connection, identifier)

    return transact(engine, add)


def take_roles(engine: Engine, email: str, grants: Iterable[Grant], now: datetime | None = None) -> Person:
    """Takes roles away; those the person does not hold are no matter. With the last role that reaches every request
    the queues go, and all that was opened from them; with that of a moderator, all that is assigned to them. What
    they recorded before they could know still counts for a time (``late_work``).

    Raises KnownError for an unknown person.
    """
    wanted = tuple(grants)

    def take(connection: Connection) -> Person:
        person = require_person(connection, email)
        lock_person(connection, person.id)
        table, changes = t.grants, Changes(now=now)
        for grant in wanted:
            taken = connection.execute(
                delete(table).where(
                    table.c.person_id == person.id,
                    table.c.role == grant.role.value,
                    table.c.centre_id.is_not_distinct_from(grant.centre_id),
                )
            )
            if taken.rowcount:
                changes.take_role(person.id, grant)
        follow_roles(connection, changes, person.id)
        changes.publish(connection)
        return load_person(connection, person.id)

    return transact(engine, take)


def _tell_devices(connection: Connection, person_id: str, now: datetime | None) -> None:
    changes = Changes(now=now)
    follow_roles(connection, changes, person_id)
    changes.publish(connection)


def _give_grants(connection: Connection, person_id: str, grants: Iterable[Grant]) -> None:
    """Adds roles the person does not hold yet."""
    lock_person(connection, person_id)
    held = set(_grants(connection, person_id))
    for grant in grants:
        if grant not in held:
            connection.execute(
                t.grants.insert().values(
                    id=new_id(), person_id=person_id, role=grant.role.value, centre_id=grant.centre_id
                )
            )


def load_person(connection: Connection, person_id: str) -> Person:
    row = connection.execute(select(t.persons).where(t.persons.c.id == person_id)).one()
    return Person(row.id, row.email, row.name, _grants(connection, row.id))


def person_by_email(connection: Connection, email: str) -> Person | None:
    """The person with this login name, or None."""
    identifier = connection.scalar(select(t.persons.c.id).where(t.persons.c.email == login_name(email)))
    return None if identifier is None else load_person(connection, identifier)


def require_person(connection: Connection, email: str) -> Person:
    """The person with this login name. Raises KnownError if there is none."""
    person = person_by_email(connection, email)
    if person is None:
        raise KnownError("person_unknown", f"Nobody has an account with the address {email}.")
    return person


def people_at(connection: Connection, centre_id: str, role: Role) -> tuple[Person, ...]:
    """Everybody who holds this role at the centre, by name; so the Programme Director is found (M-68, M-72)."""
    rows = connection.scalars(
        select(t.persons.c.id)
        .join(t.grants, t.grants.c.person_id == t.persons.c.id)
        .where(t.grants.c.centre_id == centre_id, t.grants.c.role == role.value)
        .order_by(t.persons.c.name, t.persons.c.id)
    )
    return tuple(load_person(connection, person_id) for person_id in rows.all())


def set_password(engine: Engine, email: str, password: str) -> Person:
    """Gives an account a new password, such as the first one of an account that was imported (M-04). Whoever was
    signed in with the old one is signed out everywhere.

    Raises KnownError for an unknown person, or a password that cannot be.
    """
    check_new_password(password)
    password_hash = hash_password(password)

    def change(connection: Connection) -> Person:
        person = require_person(connection, email)
        connection.execute(
            update(t.persons).where(t.persons.c.id == person.id).values(password_hash=password_hash)
        )
        _sign_out(connection, person.id)
        return person

    return transact(engine, change)


def prove_person(
    engine: Engine, passwords: Passwords, email: str, password: str, address: str, now: datetime
) -> Person:
    """The person with this e-mail and password.

    Raises Refusal 401 with one sentence that does not tell whether the account exists, 429 after too many attempts,
    503 when too many people are being checked at once.
    """
    name = login_name(email)
    count_attempt(engine, name, address, now)
    with reading(engine) as connection:
        row = connection.execute(
            select(t.persons.c.id, t.persons.c.password_hash).where(t.persons.c.email == name)
        ).one_or_none()
    # An account without a password is answered like one that does not exist, and takes as long.
    stored = row.password_hash if row is not None and row.password_hash != NO_PASSWORD else None
    if not passwords.check(password, stored) or row is None:
        raise Refusal(
            401,
            "wrong_password",
            "This e-mail address and password do not belong together.",
            "Check both and try again.",
        )

    def finish(connection: Connection) -> Person:
        forget_attempts(connection, name, address)
        _forget_what_expired(connection, now)
        return load_person(connection, row.id)

    return transact(engine, finish)


def revoke_everything(engine: Engine, email: str) -> int:
    """Signs the person out on every device and in every browser. Returns how many sign-ins ended."""

    def revoke(connection: Connection) -> int:
        return _sign_out(connection, require_person(connection, email).id)

    return transact(engine, revoke)


def _sign_out(connection: Connection, person_id: str) -> int:
    families = connection.scalars(
        select(t.tokens.c.family).where(t.tokens.c.person_id == person_id).distinct()
    ).all()
    connection.execute(delete(t.tokens).where(t.tokens.c.person_id == person_id))
    sessions = connection.execute(delete(t.web_sessions).where(t.web_sessions.c.person_id == person_id))
    return len(families) + int(sessions.rowcount)


def _forget_what_expired(connection: Connection, now: datetime) -> None:
    """Tokens, sessions and counts that no longer mean anything go, so that these tables stay as small as they are."""
    connection.execute(delete(t.tokens).where(t.tokens.c.expires_at <= now))
    connection.execute(delete(t.web_sessions).where(t.web_sessions.c.expires_at <= now))
    connection.execute(delete(t.rate_limits).where(t.rate_limits.c.began_at <= now - WINDOW))


def _grants(connection: Connection, person_id: str) -> tuple[Grant, ...]:
    rows = connection.execute(
        select(t.grants.c.role, t.grants.c.centre_id)
        .where(t.grants.c.person_id == person_id)
        .order_by(t.grants.c.role, t.grants.c.centre_id)
    )
    return tuple(Grant(Role(role), centre_id) for role, centre_id in rows)
