"""Invented domain records for tests; every field can be given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from app.domain.centres import Nation
from app.domain.evidence import Evidence, EvidenceKind
from app.domain.moderation import (
    ActionForCentre,
    Decision,
    Judgement,
    ModerationRequest,
    Note,
    RequestState,
    Sample,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def request(**changes: Any) -> ModerationRequest:
    values: dict[str, Any] = {
        "id": "request-1",
        "number": "MR-2041",
        "centre_id": "centre-1",
        "centre_number": "C-1001",
        "centre_name": "Larkfield Management College",
        "nation": Nation.ENGLAND,
        "qualification_code": "L5-DML",
        "qualification_title": "Level 5 Diploma in Management and Leadership",
        "awarding_body": "CMI",
        "state": RequestState.IN_MODERATION,
        "submitted_on": date(2026, 2, 16),
        "evidence_complete_on": date(2026, 2, 27),
        "due_on": date(2026, 3, 30),
        "samples": 3,
    }
    return ModerationRequest(**(values | changes))


def sample(position: int = 1, **changes: Any) -> Sample:
    values: dict[str, Any] = {
        "id": f"sample-{position}",
        "request_id": "request-1",
        "position": position,
        "learner_name": f"Learner {position}",
        "learner_number": f"L-{position:04}",
        "unit_code": "501",
        "unit_title": "Principles of Management",
        "unit_credits": 7,
        "assessor": "Ines Calloway",
        "assessor_decision": "Pass",
        "reason": "only unit 501",
    }
    return Sample(**(values | changes))


def judgement(identifier: str = "act-1", sample_id: str = "sample-1", **changes: Any) -> Judgement:
    values: dict[str, Any] = {
        "id": identifier,
        "request_id": "request-1",
        "sample_id": sample_id,
        "decision": Decision.AGREED,
        "rationale": "",
        "actions": (),
        "supersedes": (),
        "moderator_id": "person-1",
        "moderator_name": "Morgan Fairweather",
        "recorded_at": NOON,
    }
    return Judgement(**(values | changes))


def rejecting(
    identifier: str = "act-1", sample_id: str = "sample-1", action: str = "Re-mark unit 501."
) -> Judgement:
    return judgement(
        identifier,
        sample_id,
        decision=Decision.NOT_AGREED,
        rationale="The criteria of outcome 2 are not met.",
        actions=(ActionForCentre(action),) if action else (),
    )


def note(identifier: str = "note-1", **changes: Any) -> Note:
    values: dict[str, Any] = {
        "id": identifier,
        "request_id": "request-1",
        "sample_id": "",
        "stage": RequestState.IN_MODERATION,
        "author_id": "person-1",
        "author_name": "Morgan Fairweather",
        "text": "Please see page 4.",
        "written_at": NOON,
    }
    return Note(**(values | changes))


def evidence(
    identifier: str = "evidence-1", kind: EvidenceKind = EvidenceKind.LEARNER_WORK, **changes: Any
) -> Evidence:
    values: dict[str, Any] = {
        "id": identifier,
        "request_id": "request-1",
        "sample_id": "sample-1",
        "kind": kind,
        "name": "assignment.pdf",
        "sha256": "a" * 64,
        "size": 1234,
    }
    return Evidence(**(values | changes))
