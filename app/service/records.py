"""Rows of the database as the domain's records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from app.domain.attached import AttachedFile
from app.domain.centres import Nation
from app.domain.evidence import Evidence, EvidenceKind
from app.domain.moderation import (
    ActionForCentre,
    Decision,
    IssuedReport,
    Judgement,
    ModerationRequest,
    Note,
    Outcome,
    RequestState,
    Sample,
)
from app.service import tables as t

LINK_AGREED = "agreed"
"""The verdict kept of a link for whose platform an agreement was in force when it was given (M-43)."""

_CHUNK = 500
"""Ids per query, well below what either database allows."""


def load_requests(connection: Connection, ids: Iterable[str]) -> list[ModerationRequest]:
    """The requests with these ids, those that exist, in id order."""
    wanted = sorted(set(ids))
    earlier = _due_dates(connection, wanted)
    query = (
        select(
            t.requests,
            t.centres.c.number.label("centre_number"),
            t.centres.c.name.label("centre_name"),
            t.centres.c.nation,
            t.qualifications.c.code.label("qualification_code"),
            t.qualifications.c.title.label("qualification_title"),
            t.qualifications.c.awarding_body,
            t.persons.c.name.label("moderator_name"),
        )
        .join(t.centres, t.centres.c.id == t.requests.c.centre_id)
        .join(t.qualifications, t.qualifications.c.id == t.requests.c.qualification_id)
        .outerjoin(t.persons, t.persons.c.id == t.requests.c.moderator_id)
        .order_by(t.requests.c.id)
    )
    return [
        ModerationRequest(
            id=row.id,
            number=row.number,
            centre_id=row.centre_id,
            centre_number=row.centre_number,
            centre_name=row.centre_name,
            nation=Nation(row.nation),
            qualification_code=row.qualification_code,
            qualification_title=row.qualification_title,
            awarding_body=row.awarding_body,
            state=RequestState(row.state),
            submitted_on=row.submitted_on,
            evidence_complete_on=row.evidence_complete_on,
            due_on=row.due_on,
            earlier_due_on=earlier.get(row.id, ()),
            held_on=row.held_on,
            hold_reason=row.hold_reason,
            certification_hold=row.certification_hold,
            outcome=Outcome(row.outcome) if row.outcome else None,
            moderator_id=row.moderator_id or "",
            moderator_name=row.moderator_name or "",
            sampling_words=row.sampling_words,
            centre_note=row.centre_note,
            samples=row._mapping["samples"],
            judged=row.judged,
            returned_on=row.returned_on,
            last_day_on=row.last_day_on,
        )
        for row in rows_of(connection, query, t.requests.c.id, wanted)
    ]


def request_row(request: ModerationRequest) -> dict[str, Any]:
    """The columns of a request that moderation itself may change."""
    return {
        "state": request.state.value,
        "evidence_complete_on": request.evidence_complete_on,
        "due_on": request.due_on,
        "held_on": request.held_on,
        "hold_reason": request.hold_reason,
        "certification_hold": request.certification_hold,
        "outcome": request.outcome.value if request.outcome else None,
        "moderator_id": request.moderator_id or None,
        "judged": request.judged,
        "returned_on": request.returned_on,
        "last_day_on": request.last_day_on,
    }


def load_samples(connection: Connection, request_ids: Iterable[str]) -> list[Sample]:
    """All samples of the requests, by request and position."""
    return _samples(connection, t.samples.c.request_id, sorted(set(request_ids)))


def load_samples_of(
    connection: Connection, learner_ids: Iterable[str], unit_ids: Iterable[str]
) -> list[Sample]:
    """All samples that show one of these learners or units."""
    found = {
        sample.id: sample
        for column, ids in ((t.learners.c.id, learner_ids), (t.units.c.id, unit_ids))
        for sample in _samples(connection, column, sorted(set(ids)))
    }
    return list(found.values())


def _samples(connection: Connection, column: Any, ids: Sequence[str]) -> list[Sample]:
    query = (
        select(
            t.samples,
            t.learners.c.name.label("learner_name"),
            t.learners.c.number.label("learner_number"),
            t.units.c.code.label("unit_code"),
            t.units.c.title.label("unit_title"),
            t.units.c.credits.label("unit_credits"),
            t.claim_lines.c.assessor,
            t.claim_lines.c.assessor_decision,
        )
        .join(t.claim_lines, t.claim_lines.c.id == t.samples.c.claim_line_id)
        .join(t.learners, t.learners.c.id == t.claim_lines.c.learner_id)
        .join(t.units, t.units.c.id == t.claim_lines.c.unit_id)
        .order_by(t.samples.c.request_id, t.samples.c.position, t.samples.c.id)
    )
    return [
        Sample(
            id=row.id,
            request_id=row.request_id,
            position=row.position,
            learner_name=row.learner_name,
            learner_number=row.learner_number,
            unit_code=row.unit_code,
            unit_title=row.unit_title,
            unit_credits=row.unit_credits,
            assessor=row.assessor,
            assessor_decision=row.assessor_decision,
            reason=row.reason,
        )
        for row in rows_of(connection, query, column, ids)
    ]


def load_evidence(connection: Connection, request_ids: Iterable[str]) -> list[Evidence]:
    """All evidence of the requests but what the centre withdrew before it declared it complete."""
    query = (
        select(t.evidence)
        .where(t.evidence.c.withdrawn_at.is_(None))
        .order_by(t.evidence.c.request_id, t.evidence.c.id)
    )
    return [
        Evidence(
            id=row.id,
            request_id=row.request_id,
            sample_id=row.sample_id or "",
            kind=EvidenceKind(row.kind),
            name=row.name,
            sha256=row.sha256,
            size=row.size,
            media_type=row.media_type,
            not_applicable=row.not_applicable,
            url=row.url,
            agreed=row.verdict == LINK_AGREED,
        )
        for row in rows_of(connection, query, t.evidence.c.request_id, sorted(set(request_ids)))
    ]


def load_judgements(connection: Connection, request_ids: Iterable[str]) -> list[Judgement]:
    """All judgements of the requests, withdrawn and superseded ones included."""
    query = (
        select(t.judgements, t.persons.c.name.label("moderator_name"))
        .join(t.persons, t.persons.c.id == t.judgements.c.moderator_id)
        .order_by(t.judgements.c.id)
    )
    return [
        Judgement(
            id=row.id,
            request_id=row.request_id,
            sample_id=row.sample_id,
            decision=Decision(row.decision),
            rationale=row.rationale,
            actions=tuple(ActionForCentre(text) for text in row.actions),
            supersedes=tuple(row.supersedes),
            moderator_id=row.moderator_id,
            moderator_name=row.moderator_name,
            recorded_at=row.recorded_at,
            withdrawn=row.withdrawn,
        )
        for row in rows_of(connection, query, t.judgements.c.request_id, sorted(set(request_ids)))
    ]


def load_reports(connection: Connection, request_ids: Iterable[str]) -> list[IssuedReport]:
    """All reports ever issued for the requests, the latest first (M-75)."""
    query = (
        select(t.reports, t.persons.c.name.label("moderator_name"))
        .join(t.persons, t.persons.c.id == t.reports.c.moderator_id)
        .order_by(t.reports.c.issued_at.desc(), t.reports.c.id.desc())
    )
    return [
        IssuedReport(
            id=row.id,
            request_id=row.request_id,
            outcome=Outcome(row.outcome),
            moderator_id=row.moderator_id,
            moderator_name=row.moderator_name,
            issued_at=row.issued_at,
            pdf_sha256=row.pdf_sha256,
            pdf_size=row.pdf_size,
        )
        for row in rows_of(connection, query, t.reports.c.request_id, sorted(set(request_ids)))
    ]


def load_notes(connection: Connection, request_ids: Iterable[str]) -> list[Note]:
    """All notes of the requests, as they were written, with the files their authors added."""
    wanted = sorted(set(request_ids))
    files = _note_files(connection, wanted)
    query = (
        select(t.notes, t.persons.c.name.label("author_name"))
        .join(t.persons, t.persons.c.id == t.notes.c.author_id)
        .order_by(t.notes.c.written_at, t.notes.c.id)
    )
    return [
        Note(
            id=row.id,
            request_id=row.request_id,
            sample_id=row.sample_id or "",
            stage=RequestState(row.stage),
            author_id=row.author_id,
            author_name=row.author_name,
            text=row.text,
            written_at=row.written_at,
            files=tuple(files.get(row.id, ())),
        )
        for row in rows_of(connection, query, t.notes.c.request_id, wanted)
    ]


def _note_files(connection: Connection, request_ids: Sequence[str]) -> dict[str, list[AttachedFile]]:
    """The files of the notes of these requests, by note, in their order."""
    query = (
        select(t.note_files)
        .join(t.notes, t.notes.c.id == t.note_files.c.note_id)
        .order_by(t.note_files.c.note_id, t.note_files.c.position)
    )
    found: dict[str, list[AttachedFile]] = {}
    for row in rows_of(connection, query, t.notes.c.request_id, request_ids):
        file = AttachedFile(row.name, row.sha256, row.size, row.media_type)
        found.setdefault(row.note_id, []).append(file)
    return found


def _due_dates(connection: Connection, request_ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Former due dates of each request, oldest first; the latest one is in force and is left out (M-51)."""
    query = select(t.due_dates.c.request_id, t.due_dates.c.due_on).order_by(
        t.due_dates.c.set_at, t.due_dates.c.id
    )
    dates: dict[str, list[Any]] = {}
    for row in rows_of(connection, query, t.due_dates.c.request_id, request_ids):
        dates.setdefault(row.request_id, []).append(row.due_on)
    return {request_id: tuple(days[:-1]) for request_id, days in dates.items()}


def rows_of(connection: Connection, query: Select[Any], column: Any, ids: Sequence[str]) -> list[Row[Any]]:
    """The rows of a query whose column is one of these ids, asked in parts that either database takes."""
    rows: list[Row[Any]] = []
    for start in range(0, len(ids), _CHUNK):
        rows.extend(connection.execute(query.where(column.in_(ids[start : start + _CHUNK]))))
    return rows
