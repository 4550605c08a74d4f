"""Who is told what when a claim moves on: e-mails are written in the transaction that moves it, and sent afterwards.

Written means: it will be sent, or be shown to an operator as given up (see ``mail_queue``). What is rolled back was
never written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, select

from app.domain.dates import to_text
from app.domain.moderation import RequestState
from app.domain.people import AT_A_CENTRE, PERMISSIONS, Permission, Role
from app.domain.schemes import known_scheme
from app.service import tables as t
from app.service.database import upsert
from app.service.mail_queue import GIVE_UP_AFTER, Sent, send_due
from app.service.mail_words import Audience, Facts, MailKind, SampledUnit, Words, one_line, words_for

__all__ = ["MailEvent", "MailKind", "Sent", "send_due", "write_mails"]


@dataclass(frozen=True, slots=True)
class MailEvent:
    """Something that people are told of. Without ``request_id`` it is about the centre as a whole.

    detail: what the database does not tell by itself, by kind:
    ``due`` and ``was`` (EXTENDED: days in words), ``report`` (outcomes: id of the report), ``certificates``
    (CERTIFICATE_ISSUED: how many), ``awarding_body`` and ``says`` (CLAIMS_STOPPED, CLAIMS_FREED: in words for the
    centre), ``warning`` and ``due`` (SLA_WARNING: ``due_soon`` or ``overdue``), ``author`` (NOTE_WRITTEN: id;
    of the latest note unless given).
    """

    kind: MailKind
    request_id: str = ""
    centre_id: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


_IF_NOBODY = {
    Audience.CENTRE: Audience.SUPPORT,
    Audience.DIRECTOR: Audience.QUALITY,
}
"""Who is told that there is nobody: the support team and the quality manager may speak with a centre (M-54, M-72)."""

_READERS: Mapping[MailKind, tuple[Audience, ...]] = {
    MailKind.CLAIM_SUBMITTED: (Audience.CENTRE,),
    MailKind.FULFILMENT_MET: (Audience.CENTRE,),
    MailKind.SAMPLE_REQUESTED: (Audience.CENTRE,),
    MailKind.EVIDENCE_RECEIVED: (Audience.MODERATOR, Audience.CENTRE),
    MailKind.EXTENDED: (Audience.CENTRE, Audience.MODERATOR),
    MailKind.OUTCOME_ACCEPTED: (Audience.CENTRE,),
    MailKind.OUTCOME_REJECTED: (Audience.CENTRE,),
    MailKind.RESUBMITTED: (Audience.MODERATOR, Audience.CENTRE),
    MailKind.ON_HOLD: (Audience.QUALITY, Audience.CENTRE, Audience.MODERATOR),
    MailKind.RELEASED: (Audience.CENTRE, Audience.MODERATOR),
    MailKind.ARCHIVED: (Audience.CENTRE,),
    MailKind.CERTIFICATE_ISSUED: (Audience.CENTRE,),
    MailKind.CLAIMS_STOPPED: (Audience.DIRECTOR,),
    MailKind.CLAIMS_FREED: (Audience.DIRECTOR,),
    MailKind.SLA_WARNING: (Audience.MODERATOR, Audience.QUALITY),
    MailKind.ASSIGNED: (Audience.MODERATOR,),
    MailKind.NOTE_WRITTEN: (Audience.CENTRE, Audience.MODERATOR),
}
"""In this order: whoever belongs to several is told as what comes first."""

_NEEDS_A_MODERATOR = frozenset({MailKind.EVIDENCE_RECEIVED, MailKind.RESUBMITTED})
"""Where there is work waiting: without a moderator the quality managers hear of it."""

_CLAIMING = [role.value for role in AT_A_CENTRE if Permission.CLAIM_FOR_LEARNERS in PERMISSIONS[role]]


@dataclass(frozen=True, slots=True)
class _Reader:
    name: str
    address: str
    audience: Audience
    instead_of: Audience | None = None


def write_mails(connection: Connection, event: MailEvent, now: datetime) -> None:
    """Writes an e-mail to everybody the event concerns, inside the caller's transaction (M-37).

    Call it once the change it speaks of is written, and before ``Changes.publish``. Nobody is told twice of one event,
    also where it is written twice in one transaction. A centre's staff come with whoever submitted the claim first;
    those without a right at this centre hear nothing (M-03).
    """
    facts, row = _facts(connection, event)
    readers = list(_readers(connection, event, facts, row))
    written = {(reader.audience, reader.instead_of) for reader in readers}
    words = {key: words_for(event.kind, facts, *key) for key in written}
    about = (event.kind.value, event.request_id, event.centre_id)
    rows = []
    for reader in readers:
        said = words[reader.audience, reader.instead_of]
        rows.append(
            mail_row(about, reader.name, reader.address, said, now) | {"request_id": event.request_id or None}
        )
    put_mails(connection, rows)


def mail_row(about: tuple[str, ...], name: str, address: str, said: Words, now: datetime) -> dict[str, Any]:
    """The row of an e-mail. about: its kind, then what the event is about.

    Its id is the same for the same words about the same event, so that the key refuses a second one.
    """
    parts = "\x1f".join((*about, address, said.subject, said.body, to_text(now)))
    return {
        "id": hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        "kind": about[0],
        "to_address": address,
        "to_name": one_line(name),
        "subject": said.subject,
        "body": said.body,
        "written_at": now,
        "next_try_at": now,
        "give_up_at": now + GIVE_UP_AFTER,
        "tries": 0,
    }


def put_mails(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes e-mails down to be sent; one that is there already stays as it is."""
    if rows:
        connection.execute(upsert(connection, t.mails).on_conflict_do_nothing(), rows)


# -- to whom ---------------------------------------------------------------------------------------------------------


def _readers(
    connection: Connection, event: MailEvent, facts: Facts, request: Row[Any] | None
) -> Iterator[_Reader]:
    told: set[str] = set()
    author = _author(connection, event) if event.kind is MailKind.NOTE_WRITTEN else ""
    if author:
        told.add(author)
    from_centre = bool(author) and _is_at(connection, author, facts.centre_id)
    for audience in _READERS[event.kind]:
        if from_centre and audience is Audience.CENTRE:
            continue
        found = _people(connection, audience, facts, request)
        instead = _instead(event.kind, audience, from_centre)
        told_as, instead_of = audience, None
        if not found and instead is not None:
            found, told_as, instead_of = _people(connection, instead, facts, request), instead, audience
        for person in found:
            if person.id not in told:
                told.add(person.id)
                yield _Reader(person.name, person.email, told_as, instead_of)


def _instead(kind: MailKind, audience: Audience, from_centre: bool) -> Audience | None:
    if audience is Audience.MODERATOR:
        if from_centre:
            return Audience.SUPPORT
        return Audience.QUALITY if kind in _NEEDS_A_MODERATOR else None
    return _IF_NOBODY.get(audience)


def _people(
    connection: Connection, audience: Audience, facts: Facts, request: Row[Any] | None
) -> Sequence[Row[Any]]:
    match audience:
        case Audience.CENTRE:
            submitter = request.submitted_by if request is not None else None
            first = case((t.persons.c.id == (submitter or ""), 0), else_=1)
            return connection.execute(
                holders(_CLAIMING, facts.centre_id).order_by(first, t.persons.c.email)
            ).all()
        case Audience.DIRECTOR:
            query = holders([Role.PROGRAMME_DIRECTOR.value], facts.centre_id)
        case Audience.MODERATOR:
            moderator = request.moderator_id if request is not None else None
            query = holders([Role.MODERATOR.value], None).where(t.persons.c.id == (moderator or ""))
        case Audience.QUALITY:
            query = holders([Role.QUALITY_MANAGER.value], None)
        case Audience.SUPPORT:
            query = holders([Role.SUPPORT.value], None)
    return connection.execute(query.order_by(t.persons.c.email)).all()


def holders(roles: Sequence[str], centre_id: str | None) -> Select[tuple[str, str, str]]:
    """Whoever holds one of the roles now, at the centre or (None) for the awarding body."""
    held = select(t.grants.c.person_id).where(
        t.grants.c.role.in_(roles), t.grants.c.centre_id.is_not_distinct_from(centre_id)
    )
    people = t.persons
    return select(people.c.id, people.c.name, people.c.email).where(people.c.id.in_(held))


def _author(connection: Connection, event: MailEvent) -> str:
    """Who wrote the note; the latest of the request unless the event says."""
    notes = t.notes
    latest = select(notes.c.author_id).where(notes.c.request_id == event.request_id)
    return event.detail.get("author") or str(
        connection.scalar(latest.order_by(notes.c.written_at.desc(), notes.c.id.desc()).limit(1)) or ""
    )


def _is_at(connection: Connection, person_id: str, centre_id: str) -> bool:
    query = select(t.grants.c.id).where(t.grants.c.person_id == person_id, t.grants.c.centre_id == centre_id)
    return connection.execute(query.limit(1)).one_or_none() is not None


# -- about what ------------------------------------------------------------------------------------------------------


def _facts(connection: Connection, event: MailEvent) -> tuple[Facts, Row[Any] | None]:
    request = _request(connection, event.request_id) if event.request_id else None
    centre_id = request.centre_id if request is not None else event.centre_id
    centre = connection.execute(select(t.centres).where(t.centres.c.id == centre_id)).one()
    detail = {name: one_line(value) for name, value in event.detail.items()}
    body = request.awarding_body if request is not None else detail.get("awarding_body", "")
    scheme = known_scheme(body)
    told: dict[str, Any] = {
        "centre_id": centre_id,
        "centre_number": one_line(centre.number),
        "centre_name": one_line(centre.name),
        "awarding_body": one_line(body),
        "action_days": scheme.action_days if scheme else 0,
        "reports_elsewhere": scheme.legacy_reports if scheme else (),
        "contact": scheme.contact.support.words if scheme else "",
        "detail": detail,
    }
    if request is not None:
        told |= {
            "request_id": request.id,
            "number": one_line(request.number),
            "qualification": one_line(f"{request.code} {request.title}"),
            "state": RequestState(request.state),
            "due_on": request.due_on,
            "last_day_on": request.last_day_on,
            "moderator_name": one_line(request.moderator or ""),
            "sampling_words": request.sampling_words,
            "sampled": request.samples,
            "batch_released": bool(request.release_reason),
        }
    if event.kind is MailKind.SAMPLE_REQUESTED:
        told["samples"] = _samples(connection, event.request_id)
    return Facts(**told), request


def _request(connection: Connection, request_id: str) -> Row[Any]:
    requests, qualifications, people = t.requests, t.qualifications, t.persons
    return connection.execute(
        select(
            requests,
            qualifications.c.code,
            qualifications.c.title,
            qualifications.c.awarding_body,
            people.c.name.label("moderator"),
        )
        .join(qualifications, qualifications.c.id == requests.c.qualification_id)
        .outerjoin(people, people.c.id == requests.c.moderator_id)
        .where(requests.c.id == request_id)
    ).one()


def _samples(connection: Connection, request_id: str) -> tuple[SampledUnit, ...]:
    lines = t.claim_lines
    rows = connection.execute(
        select(t.learners.c.name, t.learners.c.number, t.units.c.code, t.units.c.title, t.samples.c.reason)
        .join(lines, lines.c.id == t.samples.c.claim_line_id)
        .join(t.learners, t.learners.c.id == lines.c.learner_id)
        .join(t.units, t.units.c.id == lines.c.unit_id)
        .where(t.samples.c.request_id == request_id)
        .order_by(t.samples.c.position)
    )
    return tuple(SampledUnit(*(one_line(value) for value in row)) for row in rows)
