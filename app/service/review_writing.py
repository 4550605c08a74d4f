"""Records of quality reviews on their way into the database: gathered while acts are taken, written at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select, update

from app.domain.dates import london_day
from app.domain.people import Person
from app.domain.reviews import (
    Ced,
    Meeting,
    NomineeContact,
    PlannedAction,
    QualityJudgement,
    Review,
    ReviewAction,
    VisitEvidence,
    VisitReport,
)
from app.service import tables as t
from app.service.accounts import new_id
from app.service.blobs import record_blob
from app.service.ced_records import end_signature, write_scope_of_ced
from app.service.feed import Changes
from app.service.review_records import planned_columns, review_row


class ReviewWriter:
    """Gathers what one author's acts change in reviews that are locked. ``write`` puts all of it down."""

    def __init__(self, connection: Connection, author: Person, now: datetime) -> None:
        self._connection = connection
        self._author = author
        self._now = now
        self._judgements: list[QualityJudgement] = []
        self._evidence: dict[str, VisitEvidence] = {}
        self._new_evidence: list[str] = []
        self._meetings: list[Meeting] = []
        self._contacts: list[NomineeContact] = []
        self._actions: dict[str, ReviewAction] = {}
        self._new_actions: set[str] = set()
        self._signed_off: set[str] = set()
        self._ceds: dict[str, Ced] = {}
        self._reports: list[tuple[VisitReport, str, tuple[str, ...]]] = []

    def add_judgement(self, judgement: QualityJudgement) -> None:
        self._judgements.append(judgement)

    def put_evidence(self, evidence: VisitEvidence) -> None:
        """New evidence; or, with a reason why it was withdrawn, evidence that was there."""
        if not evidence.withdrawn:
            self._new_evidence.append(evidence.id)
        self._evidence[evidence.id] = evidence

    def add_meeting(self, meeting: Meeting) -> None:
        self._meetings.append(meeting)

    def add_contact(self, contact: NomineeContact) -> None:
        self._contacts.append(contact)

    def put_action(self, action: ReviewAction, *, signed_off: bool) -> None:
        """An action that is new or changed. signed_off: the author signs it off with this."""
        self._actions[action.id] = action
        if signed_off:
            self._signed_off.add(action.id)

    def put_ced(self, ced: Ced) -> None:
        self._ceds[ced.id] = ced

    def add_report(self, report: VisitReport, summary: str, judgement_ids: tuple[str, ...]) -> None:
        self._reports.append((report, summary, judgement_ids))

    def actions_of_report(
        self,
        review: Review,
        report: VisitReport,
        listed: Iterable[ReviewAction],
        asked: Iterable[tuple[str, PlannedAction]],
    ) -> Iterator[ReviewAction]:
        """What a version of a report changes in its review's list of actions: those it asks for anew or in other words,
        and, signed off, those that an earlier version asked for and this one does not.

        listed: the review's list so far. asked: code and action of each judgement that the report states.
        """
        own = {action.id: action for action in listed if action.origin == review.number}
        wanted = list(asked)
        elsewhere = self._elsewhere(review, (action.id for _, action in wanted))
        kept: set[str] = set()
        for code, action in wanted:
            origin = elsewhere.get(action.id)
            if origin == review.number:
                # It has moved on into the list of a later review, where it is worked on.
                continue
            identifier = new_id() if origin is not None or action.id in kept else action.id
            kept.add(identifier)
            before = own.get(identifier)
            if before is not None and before.signed_off_on is not None:
                continue
            if before is None:
                self._new_actions.add(identifier)
                before = ReviewAction(
                    identifier, review.id, review.number, code, "", essential=False, owner="", due_on=None
                )
            yield replace(
                before,
                code=code,
                text=action.text,
                essential=action.essential,
                owner=action.owner,
                due_on=action.due_on,
            )
        for identifier in sorted(own.keys() - kept):
            if own[identifier].signed_off_on is None:
                yield replace(
                    own[identifier],
                    signed_off_on=london_day(self._now),
                    signed_off_by=self._author.name,
                    sign_off_says=f"Version {report.version} of the report asks for it no more.",
                )

    def _elsewhere(self, review: Review, action_ids: Iterable[str]) -> dict[str, str]:
        """Of these ids those that are actions in other reviews' lists, with the number of the review they are from."""
        table = t.review_actions
        rows = self._connection.execute(
            select(table.c.id, table.c.origin).where(
                table.c.id.in_(sorted(set(action_ids))), table.c.review_id != review.id
            )
        )
        return {row.id: row.origin for row in rows}

    # -- writing -------------------------------------------------------------------------------------------------

    def write(self, changes: Changes) -> None:
        """Puts everything gathered down, and adds it to ``changes``."""
        self._insert(t.quality_judgements, [self._judgement_row(item) for item in self._judgements])
        self._write_evidence()
        self._insert(t.meetings, [self._meeting_row(item) for item in self._meetings])
        self._insert(t.nominee_contacts, [self._contact_row(item) for item in self._contacts])
        self._write_reports()
        self._write_actions()
        for ced in self._ceds.values():
            write_scope_of_ced(self._connection, ced)
            if ced.signature is None:
                end_signature(self._connection, ced.review_id, self._now)
        changes.put(
            *self._judgements,
            *self._evidence.values(),
            *self._meetings,
            *self._contacts,
            *self._actions.values(),
            *self._ceds.values(),
            *(report for report, _, _ in self._reports),
        )

    def write_review(self, before: Review, after: Review, moved_tag: str) -> None:
        """Puts a review down as it now stands. moved_tag: of the change that moved it; empty if it did not move."""
        table, values = t.reviews, review_row(after)
        if moved_tag:
            values |= {"moved_by": self._author.id, "moved_tag": moved_tag}
        self._connection.execute(update(table).where(table.c.id == after.id).values(values))
        if before.ced_due_on != after.ced_due_on:
            record_ced_date(
                self._connection, after, "The day of the visit was agreed.", self._author.id, self._now
            )

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(table.insert(), rows)

    def _write_evidence(self) -> None:
        new = [self._evidence[identifier] for identifier in self._new_evidence]
        self._insert(t.visit_evidence, [self._evidence_row(item) for item in new])
        self._insert(t.visit_files, [row for item in new for row in _file_rows(item)])
        for item in self._evidence.values():
            if item.withdrawn and item.id not in self._new_evidence:
                table = t.visit_evidence
                self._connection.execute(
                    update(table).where(table.c.id == item.id).values(withdrawn=item.withdrawn)
                )

    def _write_actions(self) -> None:
        table = t.review_actions
        for action in self._actions.values():
            values = {
                "review_id": action.review_id,
                "origin": action.origin,
                "code": action.code,
                "text": action.text,
                "essential": action.essential,
                "owner": action.owner,
                "due_on": action.due_on,
            }
            if action.id in self._signed_off:
                values |= {
                    "signed_off_on": action.signed_off_on,
                    "signed_off_by": self._author.id,
                    "sign_off_says": action.sign_off_says,
                }
            if action.id in self._new_actions:
                self._connection.execute(table.insert().values(id=action.id, **values))
            else:
                self._connection.execute(update(table).where(table.c.id == action.id).values(values))

    def _write_reports(self) -> None:
        for report, summary, judgement_ids in self._reports:
            record_blob(self._connection, report.pdf_sha256, report.pdf_size, self._now)
            self._connection.execute(
                t.visit_reports.insert().values(
                    id=report.id,
                    review_id=report.review_id,
                    version=report.version,
                    outcome=report.outcome.value,
                    changes=report.changes,
                    summary=summary,
                    judgement_ids=list(judgement_ids),
                    reviewer_id=report.reviewer_id,
                    issued_at=report.issued_at,
                    pdf_sha256=report.pdf_sha256,
                    pdf_size=report.pdf_size,
                )
            )

    def _judgement_row(self, item: QualityJudgement) -> dict[str, Any]:
        return {
            "id": item.id,
            "review_id": item.review_id,
            "code": item.code,
            "level": item.level.value,
            "reason": item.reason,
            "commentary": item.commentary,
            "cites": list(item.cites),
            "actions": [planned_columns(action) for action in item.actions],
            "supersedes": list(item.supersedes),
            "reviewer_id": item.reviewer_id,
            "recorded_at": item.recorded_at,
            "received_at": self._now,
            "withdrawn": item.withdrawn,
        }

    def _evidence_row(self, item: VisitEvidence) -> dict[str, Any]:
        return {
            "id": item.id,
            "review_id": item.review_id,
            "code": item.code,
            "source": item.source.value,
            "text": item.text,
            "suggestion": item.suggestion,
            "author_id": item.author_id,
            "recorded_at": item.recorded_at,
            "received_at": self._now,
            "withdrawn": item.withdrawn,
        }

    def _meeting_row(self, item: Meeting) -> dict[str, Any]:
        return {
            "id": item.id,
            "review_id": item.review_id,
            "kind": item.kind.value,
            "who": item.who,
            "role": item.role,
            "began": item.began,
            "ended": item.ended,
            "throughout": item.throughout,
            "notes": item.notes,
            "supersedes": list(item.supersedes),
            "author_id": item.author_id,
            "recorded_at": item.recorded_at,
            "received_at": self._now,
            "withdrawn": item.withdrawn,
        }

    def _contact_row(self, item: NomineeContact) -> dict[str, Any]:
        return {
            "id": item.id,
            "review_id": item.review_id,
            "spoke_with": item.spoke_with,
            "means": item.means,
            "summary": item.summary,
            "proposed_on": item.proposed_on,
            "author_id": item.author_id,
            "recorded_at": item.recorded_at,
            "received_at": self._now,
        }


def record_ced_date(
    connection: Connection, review: Review, reason: str, set_by: str | None, now: datetime
) -> None:
    """Puts the due date of the review's Engagement Document on record, with who set it and why (D-8)."""
    connection.execute(
        t.ced_dates.insert().values(
            id=new_id(),
            review_id=review.id,
            due_on=review.ced_due_on,
            reason=reason,
            set_by=set_by,
            set_at=now,
        )
    )


def _file_rows(evidence: VisitEvidence) -> list[dict[str, Any]]:
    return [
        {
            "evidence_id": evidence.id,
            "position": position,
            "name": file.name,
            "sha256": file.sha256,
            "size": file.size,
            "media_type": file.media_type,
            "original_sha256": original,
        }
        for position, (file, original) in enumerate(zip(evidence.files, evidence.originals, strict=True))
    ]
