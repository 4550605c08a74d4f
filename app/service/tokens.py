"""Opaque tokens: random, revocable, and only their hashes kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, bindparam, delete, select, update

from app.domain.people import Grant, Person, Role
from app.service import tables as t
from app.service.accounts import load_person, new_id
from app.service.database import reading, transact, upsert
from app.service.errors import signed_out
from app.wire.codec import tokens_of
from app.wire.messages import SignIn, Tokens

ACCESS = timedelta(minutes=30)
REFRESH = timedelta(days=90)
"""How long a token lasts; a refresh token lasts anew from each use."""


def begin_sign_in(engine: Engine, person: Person, device: SignIn, now: datetime) -> Tokens:
    """New tokens for a person who has proved who they are, on one device."""
    access, refresh, family = _random(), _random(), new_id()

    def begin(connection: Connection) -> None:
        _note_device(connection, person, device, now)
        connection.execute(
            t.tokens.insert(),
            [
                _row(refresh, "refresh", family, person.id, device.device_id, now, REFRESH),
                _row(access, "access", family, person.id, device.device_id, now, ACCESS),
            ],
        )

    transact(engine, begin)
    return tokens_of(person, access, int(ACCESS.total_seconds()), refresh)


def refresh_sign_in(engine: Engine, refresh: str, now: datetime) -> Tokens:
    """A new access token. Raises Refusal 401 if the refresh token is unknown, expired or revoked."""
    access = _random()

    def renew(connection: Connection) -> Person:
        row = connection.execute(
            update(t.tokens)
            .where(
                t.tokens.c.token_hash == _hash(refresh),
                t.tokens.c.kind == "refresh",
                t.tokens.c.expires_at > now,
            )
            .values(expires_at=now + REFRESH)
            .returning(t.tokens.c.family, t.tokens.c.person_id, t.tokens.c.device_id)
        ).one_or_none()
        if row is None:
            raise signed_out()
        connection.execute(
            delete(t.tokens).where(
                t.tokens.c.family == row.family, t.tokens.c.kind == "access", t.tokens.c.expires_at <= now
            )
        )
        connection.execute(
            t.tokens.insert().values(
                _row(access, "access", row.family, row.person_id, row.device_id, now, ACCESS)
            )
        )
        return load_person(connection, row.person_id)

    person = transact(engine, renew)
    return tokens_of(person, access, int(ACCESS.total_seconds()))


def end_sign_in(engine: Engine, token: str) -> None:
    """Revokes the sign-in this access or refresh token belongs to; an unknown token is signed out already."""

    def end(connection: Connection) -> None:
        family = select(t.tokens.c.family).where(t.tokens.c.token_hash == _hash(token)).scalar_subquery()
        connection.execute(delete(t.tokens).where(t.tokens.c.family == family))

    transact(engine, end)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is signed in, and on which device."""

    person: Person
    device_id: str


# Asked with every request; built once, as building it takes longer than the database does.
_VISIT = (
    select(
        t.persons.c.id,
        t.persons.c.email,
        t.persons.c.name,
        t.tokens.c.device_id,
        t.grants.c.role,
        t.grants.c.centre_id,
    )
    .join(t.persons, t.persons.c.id == t.tokens.c.person_id)
    .outerjoin(t.grants, t.grants.c.person_id == t.persons.c.id)
    .where(
        t.tokens.c.token_hash == bindparam("hash"),
        t.tokens.c.kind == "access",
        t.tokens.c.expires_at > bindparam("now"),
    )
    .order_by(t.grants.c.role, t.grants.c.centre_id)
)


def visit_of_token(engine: Engine, authorization: str | None, now: datetime) -> Visit:
    """Who sends this ``Authorization`` header, and from where. Raises Refusal 401 unless it has a valid access token.

    Asked of the database anew each time, in one question, so that whoever is revoked is out at once.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise signed_out()
    with reading(engine) as connection:
        rows = connection.execute(_VISIT, {"hash": _hash(token.strip()), "now": now}).all()
    if not rows:
        raise signed_out()
    grants = tuple(Grant(Role(row.role), row.centre_id) for row in rows if row.role is not None)
    first = rows[0]
    return Visit(Person(first.id, first.email, first.name, grants), first.device_id)


def _note_device(connection: Connection, person: Person, device: SignIn, now: datetime) -> None:
    insert = upsert(connection, t.devices).values(
        id=device.device_id,
        person_id=person.id,
        name=device.device_name[:200],
        first_seen=now,
        last_seen=now,
    )
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["id", "person_id"],
            set_={"name": insert.excluded.name, "last_seen": insert.excluded.last_seen},
        )
    )


def _row(
    token: str, kind: str, family: str, person_id: str, device_id: str, now: datetime, lasts: timedelta
) -> dict[str, object]:
    return {
        "id": new_id(),
        "token_hash": _hash(token),
        "kind": kind,
        "family": family,
        "person_id": person_id,
        "device_id": device_id,
        "issued_at": now,
        "expires_at": now + lasts,
    }


def _random() -> str:
    return secrets.token_urlsafe(32)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
