"""Certificates: issued by themselves once a learner has the credits, once only, and dispatched by the support team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, func, or_, select, update

from app.domain.credits import reaches_certificate
from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.life import BRINGS_NO_CERTIFICATE
from app.domain.moderation import RequestState
from app.domain.people import Permission, Person, require
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact, upsert
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.numbers import next_certificate_numbers

DISPATCH_NOTE_LIMIT = 1_000
"""Characters a note on a dispatch may have."""


def certify(
    connection: Connection, qualification_id: str, request_ids: Sequence[str], now: datetime
) -> list[str]:
    """Issues a certificate to every learner of these requests whose credits reach the threshold of the qualification
    they are registered for, and who has none (M-33, M-34).

    A learner waits while any claim of theirs for the qualification is on hold, its batch is held, or an inquiry is open
    about it (M-57, M-65, D-5). Returns the requests whose every learner is certificated now, of those that are due.
    """
    issued: Counter[str] = Counter()
    due = _due(connection, qualification_id, request_ids)
    numbers = next_certificate_numbers(connection, london_day(now).year, len(due)) if due else []
    insert = upsert(connection, t.certificates).on_conflict_do_nothing()
    for (learner_id, request_id, credits), number in zip(due, numbers, strict=True):
        issued[request_id] += 1
        connection.execute(
            insert.values(
                id=new_id(),
                learner_id=learner_id,
                qualification_id=qualification_id,
                request_id=request_id,
                number=number,
                credits=credits,
                issued_at=now,
            )
        )
    centres = _centres(connection, issued)
    for request_id, count in issued.items():
        event = MailEvent(
            MailKind.CERTIFICATE_ISSUED, request_id, centres[request_id], {"certificates": str(count)}
        )
        write_mails(connection, event, now)
    return _complete(connection, qualification_id, request_ids)


def _due(
    connection: Connection, qualification_id: str, request_ids: Sequence[str]
) -> list[tuple[str, str, int]]:
    """Learner, the request by which they are certificated, and their credits; by learner's number."""
    lines, required = t.claim_lines, _credits_required(connection, qualification_id)
    of_these = (
        select(lines.c.learner_id, func.max(lines.c.request_id).label("request_id"))
        .where(lines.c.request_id.in_(request_ids))
        .group_by(lines.c.learner_id)
        .subquery()
    )
    learner = of_these.c.learner_id
    has_one = exists().where(
        t.certificates.c.learner_id == learner, t.certificates.c.qualification_id == qualification_id
    )
    registered = exists().where(
        t.registrations.c.learner_id == learner, t.registrations.c.qualification_id == qualification_id
    )
    total = func.sum(t.units.c.credits)
    rows = connection.execute(
        select(learner, of_these.c.request_id, total)
        .join(t.achievements, t.achievements.c.learner_id == learner)
        .join(t.units, t.units.c.id == t.achievements.c.unit_id)
        .join(t.learners, t.learners.c.id == learner)
        .where(
            t.units.c.qualification_id == qualification_id,
            registered,
            ~has_one,
            ~_is_held(learner, qualification_id),
        )
        .group_by(learner, of_these.c.request_id, t.learners.c.number)
        .order_by(t.learners.c.number)
    )
    return [(a, b, int(credits)) for a, b, credits in rows if reaches_certificate(int(credits), required)]


def _is_held(learner: ColumnElement[str], qualification_id: str) -> ColumnElement[bool]:
    """Whether any claim for this learner and qualification may certificate nobody for now (M-57, M-65, D-5)."""
    lines, requests, inquiries = t.claim_lines.alias(), t.requests.alias(), t.inquiries
    inquired = exists().where(inquiries.c.request_id == requests.c.id, inquiries.c.found_at.is_(None))
    return exists().where(
        lines.c.learner_id == learner,
        requests.c.id == lines.c.request_id,
        requests.c.qualification_id == qualification_id,
        requests.c.state.not_in([state.value for state in BRINGS_NO_CERTIFICATE]),
        or_(
            requests.c.certification_hold,
            requests.c.state == RequestState.ON_HOLD.value,
            inquired,
        ),
    )


def _complete(connection: Connection, qualification_id: str, request_ids: Sequence[str]) -> list[str]:
    """Those requests with updated records of whose learners none is left without a certificate, refused ones aside."""
    requests, lines, findings = t.requests, t.claim_lines, t.findings
    certificated = exists().where(
        t.certificates.c.learner_id == lines.c.learner_id,
        t.certificates.c.qualification_id == qualification_id,
    )
    refused = exists().where(
        findings.c.request_id == lines.c.request_id,
        findings.c.learner_id == lines.c.learner_id,
        findings.c.cleared.is_(False),
    )
    left = exists().where(and_(lines.c.request_id == requests.c.id, ~certificated, ~refused))
    return list(
        connection.scalars(
            select(requests.c.id).where(
                requests.c.id.in_(request_ids),
                requests.c.state == RequestState.RECORDS_UPDATED.value,
                ~left,
            )
        )
    )


def _credits_required(connection: Connection, qualification_id: str) -> int:
    table = t.qualifications
    return int(
        connection.execute(
            select(table.c.credits_required).where(table.c.id == qualification_id)
        ).scalar_one()
    )


def _centres(connection: Connection, request_ids: Collection[str]) -> dict[str, str]:
    table = t.requests
    rows = connection.execute(select(table.c.id, table.c.centre_id).where(table.c.id.in_(request_ids)))
    return dict(rows.all())


# -- dispatch --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One certificate on the dispatch list (M-35). ``dispatched_at`` is None while it waits."""

    id: str
    number: str
    learner_name: str
    learner_number: str
    centre_number: str
    centre_name: str
    qualification_code: str
    qualification_title: str
    credits: int
    request_id: str
    request_number: str
    issued_at: datetime
    dispatched_at: datetime | None = None
    dispatched_by: str = ""
    note: str = ""


def dispatch_list(
    connection: Connection, *, dispatched: bool = False, limit: int = 1_000
) -> tuple[Dispatch, ...]:
    """Certificates that wait to be dispatched, the oldest first; or those that were, the latest first (M-35)."""
    table, people = t.certificates, t.persons
    query = (
        select(
            table,
            t.learners.c.name.label("learner_name"),
            t.learners.c.number.label("learner_number"),
            t.centres.c.number.label("centre_number"),
            t.centres.c.name.label("centre_name"),
            t.qualifications.c.code.label("qualification_code"),
            t.qualifications.c.title.label("qualification_title"),
            t.requests.c.number.label("request_number"),
            people.c.name.label("dispatcher"),
        )
        .join(t.learners, t.learners.c.id == table.c.learner_id)
        .join(t.requests, t.requests.c.id == table.c.request_id)
        .join(t.centres, t.centres.c.id == t.requests.c.centre_id)
        .join(t.qualifications, t.qualifications.c.id == table.c.qualification_id)
        .outerjoin(people, people.c.id == table.c.dispatched_by)
        .limit(limit)
    )
    if dispatched:
        query = query.where(table.c.dispatched_at.is_not(None)).order_by(
            table.c.dispatched_at.desc(), table.c.number
        )
    else:
        query = query.where(table.c.dispatched_at.is_(None)).order_by(table.c.issued_at, table.c.number)
    return tuple(
        Dispatch(
            id=row.id,
            number=row.number,
            learner_name=row.learner_name,
            learner_number=row.learner_number,
            centre_number=row.centre_number,
            centre_name=row.centre_name,
            qualification_code=row.qualification_code,
            qualification_title=row.qualification_title,
            credits=row.credits,
            request_id=row.request_id,
            request_number=row.request_number,
            issued_at=row.issued_at,
            dispatched_at=row.dispatched_at,
            dispatched_by=row.dispatcher or "",
            note=row.dispatch_note,
        )
        for row in connection.execute(query)
    )


def mark_dispatched(engine: Engine, person: Person, ids: Collection[str], note: str, now: datetime) -> int:
    """Notes that certificates were sent off, and by whom (M-35). One that was sent before stays as it was.

    Returns how many were marked. Raises KnownError for somebody whose role does not dispatch, and for a note too long.
    """
    require(person, Permission.DISPATCH_CERTIFICATES)
    if len(note) > DISPATCH_NOTE_LIMIT or "\x00" in note:
        raise KnownError(
            "note_too_long",
            f"A note on a dispatch can have {DISPATCH_NOTE_LIMIT:,} characters.",
            "Shorten it.",
        )

    def mark(connection: Connection) -> int:
        table = t.certificates
        marked = connection.execute(
            update(table)
            .where(table.c.id.in_(ids), table.c.dispatched_at.is_(None))
            .values(dispatched_at=now, dispatched_by=person.id, dispatch_note=note.strip())
        )
        return int(marked.rowcount)

    return transact(engine, mark)
