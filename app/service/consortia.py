"""Consortia of centres, and which of their members have learners of their own to be reviewed for (Q-01, Q-02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from app.domain.errors import KnownError
from app.domain.restrictions import own_name
from app.service import tables as t


@dataclass(frozen=True, slots=True)
class Member:
    """A centre of a consortium. registered: whether it has active registrations with the awarding body (Q-02)."""

    centre_id: str
    centre_number: str
    centre_name: str
    registered: bool


@dataclass(frozen=True, slots=True)
class Consortium:
    """A consortium of an awarding body with the centres that are its members today, by number."""

    id: str
    name: str
    awarding_body: str
    members: tuple[Member, ...]


def all_consortia(connection: Connection, today: date) -> tuple[Consortium, ...]:
    """Every consortium, by name, with its members of today."""
    rows = connection.execute(select(t.consortia).order_by(t.consortia.c.name, t.consortia.c.id)).all()
    return tuple(
        Consortium(
            row.id, row.name, row.awarding_body, _members(connection, row.id, row.awarding_body, today)
        )
        for row in rows
    )


def consortium_by_id(connection: Connection, consortium_id: str, today: date) -> Consortium:
    """Raises KnownError ``consortium_unknown``."""
    for consortium in all_consortia(connection, today):
        if consortium.id == consortium_id:
            return consortium
    raise KnownError(
        "consortium_unknown", "There is no such consortium.", "Check its name, or import it first."
    )


def consortium_of(connection: Connection, centre_id: str, awarding_body: str, today: date) -> str:
    """The name of the awarding body's consortium that the centre belongs to on this day, or empty (Q-01)."""
    members, wanted = t.consortium_members, own_name(awarding_body).casefold()
    rows = connection.execute(
        select(t.consortia.c.name, t.consortia.c.awarding_body)
        .join(members, members.c.consortium_id == t.consortia.c.id)
        .where(members.c.centre_id == centre_id, *_holds(today))
        .order_by(members.c.joined_on.desc(), t.consortia.c.name)
    )
    return next((row.name for row in rows if own_name(row.awarding_body).casefold() == wanted), "")


def has_active_registrations(connection: Connection, centre_id: str, awarding_body: str) -> bool:
    """Whether a learner of the centre is registered for a qualification of the awarding body's and has no certificate
    in it yet (Q-02).
    """
    learners, registrations, certificates = t.learners, t.registrations, t.certificates
    certificated = exists().where(
        certificates.c.learner_id == registrations.c.learner_id,
        certificates.c.qualification_id == registrations.c.qualification_id,
    )
    bodies = connection.scalars(
        select(t.qualifications.c.awarding_body)
        .join(registrations, registrations.c.qualification_id == t.qualifications.c.id)
        .join(learners, learners.c.id == registrations.c.learner_id)
        .where(learners.c.centre_id == centre_id, ~certificated)
        .distinct()
    )
    wanted = own_name(awarding_body).casefold()
    return any(own_name(body).casefold() == wanted for body in bodies)


def _members(
    connection: Connection, consortium_id: str, awarding_body: str, today: date
) -> tuple[Member, ...]:
    members = t.consortium_members
    rows = connection.execute(
        select(t.centres.c.id, t.centres.c.number, t.centres.c.name)
        .join(members, members.c.centre_id == t.centres.c.id)
        .where(members.c.consortium_id == consortium_id, *_holds(today))
        .order_by(t.centres.c.number)
    ).all()
    return tuple(
        Member(row.id, row.number, row.name, has_active_registrations(connection, row.id, awarding_body))
        for row in rows
    )


def _holds(today: date) -> tuple[ColumnElement[bool], ...]:
    """The condition under which a membership holds on this day."""
    members = t.consortium_members
    return members.c.joined_on <= today, or_(members.c.left_on.is_(None), members.c.left_on > today)
