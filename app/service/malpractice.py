"""Suspected malpractice: what a suspicion does at once, and what is still under inquiry (M-64 to M-67, D-5).

What the quality manager decides about it lies in ``decisions``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.domain.moderation import ModerationRequest, RequestState
from app.domain.people import Permission, Person, require
from app.domain.restrictions import ONGOING, Restriction, RestrictionKind, own_name
from app.service import tables as t
from app.service.accounts import new_id
from app.service.feed import Changes
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.remits import lock_centre
from app.service.stops import all_restrictions, insert_restriction

_CHUNK = 500
"""Ids per query, well below what either database allows."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One request that a case is about. ``found_at``: when its finding was recorded; None while it is open."""

    request_id: str
    number: str
    state: RequestState
    suspected: bool
    found_at: datetime | None
    finding: str


@dataclass(frozen=True, slots=True)
class Case:
    """A suspicion: the restriction it put on the centre, and every request that needs a finding."""

    restriction: Restriction
    centre_name: str
    inquiries: tuple[Inquiry, ...]

    @property
    def open(self) -> bool:
        """Whether a finding is still missing, so that the centre stays restricted (M-66)."""
        return self.restriction.ended_at is None


def open_case(
    connection: Connection,
    changes: Changes,
    request: ModerationRequest,
    suspected_by: str,
    reason: str,
    now: datetime,
) -> str:
    """What a suspicion does beside holding its request, without anybody's approval (M-64).

    The centre makes no more claims to this awarding body (M-66), and an inquiry opens for this request and every other
    one of the centre with it that is ongoing now; those go on being moderated, but their certificates wait (M-67,
    D-5). The Programme Director is told that claims are stopped, and whoever the request concerns that it is on hold;
    neither is told why (M-72, D-5).

    request: the suspected one, whose lock is held; it is held or about to be. suspected_by: id of the moderator.
    changes: the transaction's; the other requests' records do not change. Returns the restriction's id; suspecting a
    request once more while its inquiry is open changes nothing.
    """
    lock_centre(connection, request.centre_id)
    table = t.restrictions
    earlier = connection.scalar(
        select(table.c.id).where(table.c.request_id == request.id, table.c.ended_at.is_(None))
    )
    if earlier is not None:
        return str(earlier)
    restriction = Restriction(
        id=new_id(),
        centre_id=request.centre_id,
        awarding_body=own_name(request.awarding_body),
        kind=RestrictionKind.MALPRACTICE,
        reason=reason,
        began_at=now,
        request_id=request.id,
        set_by=suspected_by,
    )
    insert_restriction(connection, restriction, now)
    covered = sorted({request.id, *_ongoing(connection, request.centre_id, restriction.awarding_body)})
    connection.execute(
        t.inquiries.insert(),
        [{"restriction_id": restriction.id, "request_id": identifier} for identifier in covered],
    )
    write_mails(
        connection, MailEvent(MailKind.ON_HOLD, request_id=request.id, centre_id=request.centre_id), now
    )
    return restriction.id


def _ongoing(connection: Connection, centre_id: str, awarding_body: str) -> list[str]:
    """Ids of the centre's requests with this awarding body that are ongoing."""
    rows = connection.execute(
        select(t.requests.c.id, t.qualifications.c.awarding_body)
        .join(t.qualifications, t.qualifications.c.id == t.requests.c.qualification_id)
        .where(
            t.requests.c.centre_id == centre_id,
            t.requests.c.state.in_([state.value for state in ONGOING]),
        )
    )
    return [identifier for identifier, body in rows if own_name(body) == awarding_body]


def open_inquiries(connection: Connection, request_ids: Iterable[str]) -> frozenset[str]:
    """Those of the requests that still need a finding in any inquiry; none of their learners is certificated (D-5)."""
    table = t.inquiries
    found: set[str] = set()
    for ids in _in_chunks(request_ids):
        query = select(table.c.request_id).where(table.c.request_id.in_(ids), table.c.found_at.is_(None))
        found.update(connection.scalars(query))
    return frozenset(found)


def refused_learners(connection: Connection, request_ids: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Per request the learners that a finding refused: they are not certificated on it (M-69).

    Where several inquiries found about one learner, one refusal is enough.
    """
    table = t.findings
    found: dict[str, set[str]] = {}
    for ids in _in_chunks(request_ids):
        query = select(table.c.request_id, table.c.learner_id)
        for request_id, learner_id in connection.execute(
            query.where(table.c.request_id.in_(ids), table.c.cleared.is_(False))
        ):
            found.setdefault(request_id, set()).add(learner_id)
    return {request_id: frozenset(learners) for request_id, learners in found.items()}


def cases(connection: Connection, person: Person, centre_id: str = "") -> tuple[Case, ...]:
    """Every case, open ones first and then the latest, of one centre or of all: for the quality manager (M-67).

    Raises KnownError ``not_allowed`` for anybody else: nobody outside a case learns why (D-5).
    """
    require(person, Permission.RELEASE_HOLDS)
    restrictions = [
        item for item in all_restrictions(connection, centre_id) if item.kind is RestrictionKind.MALPRACTICE
    ]
    names = {row.id: row.name for row in connection.execute(select(t.centres.c.id, t.centres.c.name))}
    listed = _inquiries(connection, restrictions)
    found = [Case(item, names[item.centre_id], tuple(listed[item.id])) for item in restrictions]
    return tuple(sorted(found, key=lambda case: not case.open))


def _inquiries(connection: Connection, restrictions: Sequence[Restriction]) -> dict[str, list[Inquiry]]:
    suspected = {item.id: item.request_id for item in restrictions}
    listed: dict[str, list[Inquiry]] = {identifier: [] for identifier in suspected}
    for ids in _in_chunks(suspected):
        rows = connection.execute(
            select(t.inquiries, t.requests.c.number, t.requests.c.state)
            .join(t.requests, t.requests.c.id == t.inquiries.c.request_id)
            .where(t.inquiries.c.restriction_id.in_(ids))
            .order_by(t.requests.c.number)
        )
        for row in rows:
            first = suspected[row.restriction_id] == row.request_id
            state = RequestState(row.state)
            listed[row.restriction_id].append(
                Inquiry(row.request_id, row.number, state, first, row.found_at, row.finding)
            )
    for inquiries in listed.values():
        inquiries.sort(key=lambda inquiry: not inquiry.suspected)
    return listed


def _in_chunks(ids: Iterable[str]) -> Iterable[list[str]]:
    wanted = sorted(set(ids))
    return (wanted[start : start + _CHUNK] for start in range(0, len(wanted), _CHUNK))
