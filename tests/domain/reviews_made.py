"""Invented reviews and what hangs on them; every field can be given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from app.catalogue.frameworks import framework_by_id
from app.domain.centres import Nation
from app.domain.engagement import ced_due
from app.domain.frameworks import Framework
from app.domain.review_deeds import RecordMeeting, RecordQuality, SubmitVisitReport
from app.domain.review_terms import Level, MeetingKind, ReviewKind, ReviewState, Scope, Source
from app.domain.reviewing import codes_to_judge, proposes_block, review_outcome
from app.domain.reviews import (
    Ced,
    CedEntry,
    CedFile,
    Meeting,
    PlannedAction,
    QualityJudgement,
    Redeclaration,
    Review,
    ReviewAction,
    VisitEvidence,
)

BTEC = framework_by_id("btec-qmr-2017")
NOON = datetime(2017, 12, 4, 12, 0, tzinfo=UTC)


def review(framework: Framework = BTEC, **changes: Any) -> Review:
    """A reduced visit on 4 December 2017 of a centre in England, its date agreed and its document in."""
    values: dict[str, Any] = {
        "id": "review-1",
        "number": "QR-0107",
        "centre_id": "centre-1",
        "centre_number": "C-1001",
        "centre_name": "Larkfield Management College",
        "nation": Nation.ENGLAND,
        "awarding_body": framework.awarding_body,
        "year": framework.first_year,
        "framework_id": framework.id,
        "kind": ReviewKind.VISIT,
        "state": ReviewState.DATE_AGREED,
        "allocated_on": date(framework.first_year, 10, 2),
        "task_from": framework.contact_from(framework.first_year),
        "ced_due_on": ced_due(framework, framework.first_year, date(2017, 12, 4), Nation.ENGLAND),
        "ced_submitted_on": date(2017, 11, 17),
        "reviewer_id": "reviewer-1",
        "reviewer_name": "Oona Farrell",
        "consortium": "Wharfedale Consortium",
        "scope": Scope.REDUCED,
        "scope_says": "Approved in 2015.",
        "nominee": "Petra Lindqvist",
        "contacted_on": date(2017, 11, 2),
        "visit_on": date(2017, 12, 4),
    }
    return Review(**(values | changes))


def fresh_review(framework: Framework = BTEC, **changes: Any) -> Review:
    """A review that was allocated and nothing more."""
    start: dict[str, Any] = {
        "state": ReviewState.ALLOCATED,
        "ced_due_on": framework.ced_latest(framework.first_year),
        "ced_submitted_on": None,
        "consortium": "",
        "scope": Scope.NOT_DECIDED,
        "scope_says": "",
        "nominee": "",
        "contacted_on": None,
        "visit_on": None,
    }
    return review(framework, **(start | changes))


def action(identifier: str = "planned-1", **changes: Any) -> PlannedAction:
    values: dict[str, Any] = {
        "id": identifier,
        "text": "Date every policy.",
        "essential": True,
        "owner": "Petra Lindqvist",
        "due_on": date(2018, 2, 1),
    }
    return PlannedAction(**(values | changes))


def judging(code: str, level: Level = Level.MET, **changes: Any) -> RecordQuality:
    values: dict[str, Any] = {"reason": "", "commentary": "", "cites": (), "actions": ()}
    return RecordQuality(review_id="review-1", code=code, level=level, **(values | changes))


def judgement(code: str, level: Level = Level.MET, **changes: Any) -> QualityJudgement:
    values: dict[str, Any] = {
        "id": f"j-{code}",
        "review_id": "review-1",
        "code": code,
        "level": level,
        "reason": "",
        "commentary": "",
        "cites": ("seen-1",),
        "actions": (),
        "supersedes": (),
        "reviewer_id": "reviewer-1",
        "reviewer_name": "Oona Farrell",
        "recorded_at": NOON,
    }
    return QualityJudgement(**(values | changes))


def all_met(framework: Framework, of: Review) -> dict[str, QualityJudgement]:
    """Every code of the review judged met on one piece of evidence, by code."""
    return {code: judgement(code) for code in codes_to_judge(framework, of)}


def evidence(identifier: str = "seen-1", **changes: Any) -> VisitEvidence:
    values: dict[str, Any] = {
        "id": identifier,
        "review_id": "review-1",
        "code": "QO.1.1",
        "source": Source.SEEN,
        "text": "The folder of policies.",
        "suggestion": "",
        "files": (),
        "originals": (),
        "author_id": "reviewer-1",
        "author_name": "Oona Farrell",
        "recorded_at": NOON,
    }
    return VisitEvidence(**(values | changes))


def meeting(kind: MeetingKind, **changes: Any) -> Meeting:
    values: dict[str, Any] = {
        "id": f"m-{kind}",
        "review_id": "review-1",
        "kind": kind,
        "who": "Petra Lindqvist",
        "role": "Quality nominee",
        "began": NOON,
        "ended": NOON.replace(hour=13),
        "throughout": kind is MeetingKind.NOMINEE,
        "notes": "",
        "supersedes": (),
        "author_id": "reviewer-1",
        "author_name": "Oona Farrell",
        "recorded_at": NOON,
    }
    return Meeting(**(values | changes))


BOTH_MEETINGS = (meeting(MeetingKind.NOMINEE), meeting(MeetingKind.EXAMS_OFFICER, who="Sol Abara"))
"""The two that every visit needs (Q-23, Q-24)."""


def meeting_deed(kind: MeetingKind, **changes: Any) -> RecordMeeting:
    values: dict[str, Any] = {"who": "Petra Lindqvist", "role": "Quality nominee", "began": NOON}
    return RecordMeeting(review_id="review-1", kind=kind, **(values | changes))


def earlier_action(**changes: Any) -> ReviewAction:
    """An action of last year's report, still open."""
    values: dict[str, Any] = {
        "id": "action-1",
        "review_id": "review-1",
        "origin": "QR-0042",
        "code": "QO.1.3",
        "text": "Put a date on each policy.",
        "essential": True,
        "owner": "Petra Lindqvist",
        "due_on": date(2017, 3, 1),
    }
    return ReviewAction(**(values | changes))


def ced(framework: Framework = BTEC, **changes: Any) -> Ced:
    """A complete Engagement Document of a register-only centre, not signed yet."""
    values: dict[str, Any] = {
        "id": "review-1",
        "review_id": "review-1",
        "register_only": True,
        "entries": answers(objective.code for objective in framework.blocking),
        "recognition": Redeclaration(True, "A new Head of Centre since May."),
        "approvals": Redeclaration(True),
    }
    return Ced(**(values | changes))


def answers(codes: Iterable[str]) -> tuple[CedEntry, ...]:
    return tuple(CedEntry(code, Level.MET, f"How we meet {code}.") for code in codes)


def full_ced(framework: Framework = BTEC, **changes: Any) -> Ced:
    """A complete Engagement Document of a centre that delivers."""
    entries = answers(objective.code for objective in framework.objectives)
    return ced(framework, register_only=False, **({"entries": entries} | changes))


def with_entry(document: Ced, code: str, **changes: Any) -> Ced:
    """The document with the entry of one objective changed."""
    return replace(
        document,
        entries=tuple(
            replace(entry, **changes) if entry.code == code else entry for entry in document.entries
        ),
    )


def ced_file(identifier: str = "file-1", **changes: Any) -> CedFile:
    values: dict[str, Any] = {
        "id": identifier,
        "review_id": "review-1",
        "code": "QO.1.2",
        "name": "Registration policy.pdf",
        "sha256": "a" * 64,
        "size": 20_000,
    }
    return CedFile(**(values | changes))


def report_deed(
    framework: Framework, judgements: Iterable[QualityJudgement], **changes: Any
) -> SubmitVisitReport:
    """The first version, stating exactly these judgements and what follows from them."""
    stated = tuple(judgements)
    values: dict[str, Any] = {
        "version": 1,
        "changes": "",
        "outcome": review_outcome(framework, stated),
        "summary": "A sound year.",
        "propose_block": proposes_block(framework, stated),
        "judgement_ids": tuple(one.id for one in stated),
        "pdf": b"%PDF",
        "pdf_sha256": "b" * 64,
    }
    return SubmitVisitReport(review_id="review-1", **(values | changes))
