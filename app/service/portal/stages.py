"""A claim's stage in the words of the centre. Why something is on hold is never among them (D-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, select

from app.domain.centres import Nation
from app.domain.clocks import read_clock, working_days_between
from app.domain.dates import day
from app.domain.life import BRINGS_NO_CERTIFICATE
from app.domain.moderation import Outcome, RequestState
from app.service import tables as t

STAGE_WORDS: Mapping[RequestState, str] = {
    RequestState.SAMPLE_REQUESTED: "Waiting for your evidence",
    RequestState.RETURNED_TO_CENTRE: "Returned to you",
    RequestState.IN_MODERATION: "In moderation",
    RequestState.SUBMITTED: "Submitted",
    # A claim without a draw waits until all that was drawn in its quarter is decided (D-1).
    RequestState.FULFILLED: "Waiting for earlier sample",
    RequestState.ON_HOLD: "On hold",
    RequestState.ACCEPTED: "Accepted",
    RequestState.RECORDS_UPDATED: "Records updated",
    RequestState.CERTIFICATED: "Certificated",
    RequestState.REFUSED: "Refused",
    RequestState.ARCHIVED: "Archived",
}
"""Every stage a submitted claim can be in, in the order of the dashboard: what waits for the centre comes first."""

COMPLETED = (
    RequestState.ACCEPTED,
    RequestState.RECORDS_UPDATED,
    RequestState.CERTIFICATED,
    RequestState.REFUSED,
    RequestState.ARCHIVED,
)
ONGOING = tuple(state for state in STAGE_WORDS if state not in COMPLETED)
FOR_THE_CENTRE = (RequestState.SAMPLE_REQUESTED, RequestState.RETURNED_TO_CENTRE)
"""Stages in which the centre itself has something to do."""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A submitted claim as the centre's pages list it.

    clock: how the time runs, in words; empty where none does. held: it, or its certificates, are on hold.
    """

    id: str
    number: str
    qualification: str
    state: RequestState
    lines: int
    submitted_on: date
    submitted_by: str
    outcome: Outcome | None
    samples: int
    clock: str
    held: bool

    @property
    def stage(self) -> str:
        return STAGE_WORDS[self.state]

    @property
    def needs_you(self) -> bool:
        return self.state in FOR_THE_CENTRE


def stage_counts(connection: Connection, centre_id: str) -> dict[RequestState, int]:
    """How many claims of the centre are in each stage."""
    rows = connection.execute(
        select(t.requests.c.state, func.count().label("number"))
        .where(t.requests.c.centre_id == centre_id)
        .group_by(t.requests.c.state)
    )
    return {RequestState(row.state): row.number for row in rows}


def claim_rows(
    connection: Connection,
    centre_id: str,
    states: Iterable[RequestState],
    today: date,
    *,
    first: int = 0,
    limit: int,
) -> tuple[ClaimRow, ...]:
    """Claims of the centre in these stages from the ``first`` on: what waits for the centre, then the latest."""
    query = _rows(
        and_(t.requests.c.centre_id == centre_id, t.requests.c.state.in_([state.value for state in states]))
    )
    waits = t.requests.c.state.in_([state.value for state in FOR_THE_CENTRE])
    query = query.order_by(
        case((waits, 0), else_=1), t.requests.c.submitted_on.desc(), t.requests.c.number.desc()
    )
    return tuple(_claim_row(row, today) for row in connection.execute(query.offset(first).limit(limit)))


def claim_row(connection: Connection, centre_id: str, request_id: str, today: date) -> ClaimRow | None:
    """One claim of the centre, or None if it has no such claim."""
    row = connection.execute(
        _rows(and_(t.requests.c.centre_id == centre_id, t.requests.c.id == request_id))
    ).one_or_none()
    return None if row is None else _claim_row(row, today)


def _rows(condition: ColumnElement[bool]) -> Select[Any]:
    lines = (
        select(func.count())
        .select_from(t.claim_lines)
        .where(t.claim_lines.c.request_id == t.requests.c.id)
        .scalar_subquery()
    )
    inquiries = (
        select(t.inquiries.c.request_id)
        .where(t.inquiries.c.request_id == t.requests.c.id, t.inquiries.c.found_at.is_(None))
        .exists()
    )
    return (
        select(
            t.requests,
            t.qualifications.c.title,
            t.centres.c.nation,
            t.persons.c.name.label("submitted_by_name"),
            lines.label("line_count"),
            inquiries.label("inquired"),
        )
        .join(t.qualifications, t.qualifications.c.id == t.requests.c.qualification_id)
        .join(t.centres, t.centres.c.id == t.requests.c.centre_id)
        .outerjoin(t.persons, t.persons.c.id == t.requests.c.submitted_by)
        .where(condition)
    )


def _claim_row(row: Row[Any], today: date) -> ClaimRow:
    state = RequestState(row.state)
    return ClaimRow(
        id=row.id,
        number=row.number,
        qualification=row.title,
        state=state,
        lines=row.line_count,
        submitted_on=row.submitted_on,
        submitted_by=row.submitted_by_name or "",
        outcome=Outcome(row.outcome) if row.outcome else None,
        samples=row._mapping["samples"],
        clock=_clock(row, state, today),
        held=state is RequestState.ON_HOLD
        or (state not in BRINGS_NO_CERTIFICATE and (row.certification_hold or bool(row.inquired))),
    )


def _clock(row: Row[Any], state: RequestState, today: date) -> str:
    """The 21 working days, or the last day for the actions of a rejection (M-50, M-61)."""
    match state:
        case RequestState.IN_MODERATION | RequestState.ON_HOLD if row.due_on and row.evidence_complete_on:
            nation = Nation(row.nation)
            return read_clock(
                today=today,
                nation=nation,
                started_on=row.evidence_complete_on,
                due_on=row.due_on,
                held_on=row.held_on,
                finished=False,
                # As many as there are now: an extension or a hold has made them more (M-51).
                working_days=working_days_between(row.evidence_complete_on, row.due_on, nation),
            ).words
        case RequestState.RETURNED_TO_CENTRE if row.last_day_on is not None:
            left = (row.last_day_on - today).days
            if left < 0:
                # Nothing can be re-submitted any more; the next round of the service archives it (M-62).
                return f"its last day was {day(row.last_day_on)}"
            days = "today" if left == 0 else f"{left} {'day' if left == 1 else 'days'} left"
            return f"re-submit by {day(row.last_day_on)}, {days}"
        case _:
            return ""


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A claim that is saved and not submitted, as the dashboard lists it (M-16)."""

    id: str
    qualification: str
    lines: int
    saved_by: str
    saved_at: datetime


def saved_rows(connection: Connection, centre_id: str, *, first: int = 0, limit: int) -> tuple[SavedRow, ...]:
    """Saved claims of the centre, the latest first; anybody's, since colleagues work together (M-16)."""
    rows = connection.execute(
        select(
            t.saved_claims.c.id,
            t.saved_claims.c.saved_at,
            func.json_array_length(t.saved_claims.c.lines).label("line_count"),
            t.qualifications.c.title,
            t.persons.c.name,
        )
        .outerjoin(t.qualifications, t.qualifications.c.id == t.saved_claims.c.qualification_id)
        .join(t.persons, t.persons.c.id == t.saved_claims.c.saved_by)
        .where(t.saved_claims.c.centre_id == centre_id)
        .order_by(t.saved_claims.c.saved_at.desc(), t.saved_claims.c.id)
        .offset(first)
        .limit(limit)
    )
    return tuple(SavedRow(row.id, row.title or "", row.line_count, row.name, row.saved_at) for row in rows)


def count_saved(connection: Connection, centre_id: str) -> int:
    """How many claims of the centre are saved and not submitted."""
    query = select(func.count()).select_from(t.saved_claims).where(t.saved_claims.c.centre_id == centre_id)
    return int(connection.scalar(query) or 0)
