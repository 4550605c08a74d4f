"""Rows of the database as the records of quality reviews, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.attached import AttachedFile
from app.domain.centres import Nation
from app.domain.review_terms import (
    Block,
    Level,
    MeetingKind,
    ReviewKind,
    ReviewOutcome,
    ReviewState,
    Scope,
    Source,
)
from app.domain.reviews import (
    Meeting,
    NomineeContact,
    PlannedAction,
    QualityJudgement,
    Review,
    ReviewAction,
    ReviewRecord,
    VisitEvidence,
    VisitReport,
)
from app.service import tables as t
from app.service.ced_records import load_ced_files, load_ceds
from app.service.records import rows_of

__all__ = [
    "load_ced_files",
    "load_ceds",
    "load_meetings",
    "load_nominee_contacts",
    "load_quality_judgements",
    "load_review_actions",
    "load_review_root",
    "load_reviews",
    "load_visit_evidence",
    "load_visit_reports",
    "planned_columns",
    "review_row",
]


def load_reviews(connection: Connection, ids: Iterable[str]) -> list[Review]:
    """The reviews with these ids, those that exist, in id order."""
    query = (
        select(
            t.reviews,
            t.centres.c.number.label("centre_number"),
            t.centres.c.name.label("centre_name"),
            t.centres.c.nation,
            t.persons.c.name.label("reviewer_name"),
        )
        .join(t.centres, t.centres.c.id == t.reviews.c.centre_id)
        .outerjoin(t.persons, t.persons.c.id == t.reviews.c.reviewer_id)
        .order_by(t.reviews.c.id)
    )
    return [_review(row) for row in rows_of(connection, query, t.reviews.c.id, sorted(set(ids)))]


def _review(row: Row[Any]) -> Review:
    return Review(
        id=row.id,
        number=row.number,
        centre_id=row.centre_id,
        centre_number=row.centre_number,
        centre_name=row.centre_name,
        nation=Nation(row.nation),
        awarding_body=row.awarding_body,
        year=row.year,
        framework_id=row.framework_id,
        kind=ReviewKind(row.kind),
        state=ReviewState(row.state),
        allocated_on=row.allocated_on,
        task_from=row.task_from,
        ced_due_on=row.ced_due_on,
        earlier_ced_due_on=tuple(date.fromisoformat(text) for text in row.earlier_ced_due_on),
        ced_extended=row.ced_extended,
        ced_submitted_on=row.ced_submitted_on,
        reviewer_id=row.reviewer_id or "",
        reviewer_name=row.reviewer_name or "",
        consortium=row.consortium,
        scope=Scope(row.scope),
        scope_says=row.scope_says,
        nominee=row.nominee,
        contacted_on=row.contacted_on,
        visit_on=row.visit_on,
        outcome=ReviewOutcome(row.outcome) if row.outcome else None,
        block=Block(row.block),
        block_says=row.block_says,
        report_version=row.report_version,
        measures=row.measures,
        judged=row.judged,
    )


def review_row(review: Review) -> dict[str, Any]:
    """The columns of a review that its course may change."""
    return {
        "state": review.state.value,
        "task_from": review.task_from,
        "ced_due_on": review.ced_due_on,
        "earlier_ced_due_on": [day.isoformat() for day in review.earlier_ced_due_on],
        "ced_extended": review.ced_extended,
        "ced_submitted_on": review.ced_submitted_on,
        "reviewer_id": review.reviewer_id or None,
        "consortium": review.consortium,
        "scope": review.scope.value,
        "scope_says": review.scope_says,
        "nominee": review.nominee,
        "contacted_on": review.contacted_on,
        "visit_on": review.visit_on,
        "outcome": review.outcome.value if review.outcome else None,
        "block": review.block.value,
        "block_says": review.block_says,
        "report_version": review.report_version,
        "measures": review.measures,
        "judged": review.judged,
    }


def load_quality_judgements(connection: Connection, review_ids: Iterable[str]) -> list[QualityJudgement]:
    """All judgements of the reviews, withdrawn and superseded ones included."""
    table = t.quality_judgements
    query = (
        select(table, t.persons.c.name.label("reviewer_name"))
        .join(t.persons, t.persons.c.id == table.c.reviewer_id)
        .order_by(table.c.id)
    )
    return [
        QualityJudgement(
            id=row.id,
            review_id=row.review_id,
            code=row.code,
            level=Level(row.level),
            reason=row.reason,
            commentary=row.commentary,
            cites=tuple(row.cites),
            actions=tuple(_planned(item) for item in row.actions),
            supersedes=tuple(row.supersedes),
            reviewer_id=row.reviewer_id,
            reviewer_name=row.reviewer_name,
            recorded_at=row.recorded_at,
            withdrawn=row.withdrawn,
        )
        for row in rows_of(connection, query, table.c.review_id, sorted(set(review_ids)))
    ]


def _planned(item: dict[str, Any]) -> PlannedAction:
    due_on = date.fromisoformat(item["due_on"]) if item["due_on"] else None
    return PlannedAction(item["id"], item["text"], item["essential"], item["owner"], due_on)


def planned_columns(action: PlannedAction) -> dict[str, Any]:
    """A planned action as it stands within its judgement's row."""
    return {
        "id": action.id,
        "text": action.text,
        "essential": action.essential,
        "owner": action.owner,
        "due_on": action.due_on.isoformat() if action.due_on else None,
    }


def load_visit_evidence(connection: Connection, review_ids: Iterable[str]) -> list[VisitEvidence]:
    """All evidence that reviewers noted themselves, withdrawn included, with the files they added."""
    wanted = sorted(set(review_ids))
    files = _visit_files(connection, wanted)
    table = t.visit_evidence
    query = (
        select(table, t.persons.c.name.label("author_name"))
        .join(t.persons, t.persons.c.id == table.c.author_id)
        .order_by(table.c.id)
    )
    return [
        VisitEvidence(
            id=row.id,
            review_id=row.review_id,
            code=row.code,
            source=Source(row.source),
            text=row.text,
            suggestion=row.suggestion,
            files=tuple(
                AttachedFile(file.name, file.sha256, file.size, file.media_type)
                for file in files.get(row.id, ())
            ),
            originals=tuple(file.original_sha256 for file in files.get(row.id, ())),
            author_id=row.author_id,
            author_name=row.author_name,
            recorded_at=row.recorded_at,
            withdrawn=row.withdrawn,
        )
        for row in rows_of(connection, query, table.c.review_id, wanted)
    ]


def _visit_files(connection: Connection, review_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """The files of the evidence of these reviews, by evidence, in their order."""
    table = t.visit_files
    query = (
        select(table)
        .join(t.visit_evidence, t.visit_evidence.c.id == table.c.evidence_id)
        .order_by(table.c.evidence_id, table.c.position)
    )
    found: dict[str, list[Row[Any]]] = {}
    for row in rows_of(connection, query, t.visit_evidence.c.review_id, review_ids):
        found.setdefault(row.evidence_id, []).append(row)
    return found


def load_meetings(connection: Connection, review_ids: Iterable[str]) -> list[Meeting]:
    """Every recorded moment of the visits, superseded ones included."""
    table = t.meetings
    query = (
        select(table, t.persons.c.name.label("author_name"))
        .join(t.persons, t.persons.c.id == table.c.author_id)
        .order_by(table.c.began, table.c.id)
    )
    return [
        Meeting(
            id=row.id,
            review_id=row.review_id,
            kind=MeetingKind(row.kind),
            who=row.who,
            role=row.role,
            began=row.began,
            ended=row.ended,
            throughout=row.throughout,
            notes=row.notes,
            supersedes=tuple(row.supersedes),
            author_id=row.author_id,
            author_name=row.author_name,
            recorded_at=row.recorded_at,
            withdrawn=row.withdrawn,
        )
        for row in rows_of(connection, query, table.c.review_id, sorted(set(review_ids)))
    ]


def load_nominee_contacts(connection: Connection, review_ids: Iterable[str]) -> list[NomineeContact]:
    """Every talk with the centres that reviewers logged, as they had them (Q-16)."""
    table = t.nominee_contacts
    query = (
        select(table, t.persons.c.name.label("author_name"))
        .join(t.persons, t.persons.c.id == table.c.author_id)
        .order_by(table.c.recorded_at, table.c.id)
    )
    return [
        NomineeContact(
            id=row.id,
            review_id=row.review_id,
            spoke_with=row.spoke_with,
            means=row.means,
            summary=row.summary,
            proposed_on=row.proposed_on,
            author_id=row.author_id,
            author_name=row.author_name,
            recorded_at=row.recorded_at,
        )
        for row in rows_of(connection, query, table.c.review_id, sorted(set(review_ids)))
    ]


def load_review_actions(connection: Connection, review_ids: Iterable[str]) -> list[ReviewAction]:
    """The actions in the lists of these reviews, open and signed off, by when they are due."""
    table = t.review_actions
    query = (
        select(table, t.persons.c.name.label("signer"))
        .outerjoin(t.persons, t.persons.c.id == table.c.signed_off_by)
        .order_by(table.c.due_on, table.c.id)
    )
    return [
        ReviewAction(
            id=row.id,
            review_id=row.review_id,
            origin=row.origin,
            code=row.code,
            text=row.text,
            essential=row.essential,
            owner=row.owner,
            due_on=row.due_on,
            answer=row.answer,
            answered_on=row.answered_on,
            signed_off_on=row.signed_off_on,
            signed_off_by=row.signer or "",
            sign_off_says=row.sign_off_says,
        )
        for row in rows_of(connection, query, table.c.review_id, sorted(set(review_ids)))
    ]


def load_visit_reports(connection: Connection, review_ids: Iterable[str]) -> list[VisitReport]:
    """All versions of the reviews' reports ever issued, the latest first."""
    table = t.visit_reports
    query = (
        select(table, t.persons.c.name.label("reviewer_name"))
        .join(t.persons, t.persons.c.id == table.c.reviewer_id)
        .order_by(table.c.version.desc(), table.c.id)
    )
    return [
        VisitReport(
            id=row.id,
            review_id=row.review_id,
            version=row.version,
            outcome=ReviewOutcome(row.outcome),
            changes=row.changes,
            reviewer_id=row.reviewer_id,
            reviewer_name=row.reviewer_name,
            issued_at=row.issued_at,
            pdf_sha256=row.pdf_sha256,
            pdf_size=row.pdf_size,
        )
        for row in rows_of(connection, query, table.c.review_id, sorted(set(review_ids)))
    ]


def load_review_root(connection: Connection, review_id: str) -> list[ReviewRecord]:
    """A review with everything that hangs on it, in the order in which its root is sent; empty if there is none."""
    only = [review_id]
    return [
        *load_reviews(connection, only),
        *load_ceds(connection, only),
        *load_ced_files(connection, only),
        *load_visit_evidence(connection, only),
        *load_quality_judgements(connection, only),
        *load_meetings(connection, only),
        *load_nominee_contacts(connection, only),
        *load_review_actions(connection, only),
        *load_visit_reports(connection, only),
    ]
