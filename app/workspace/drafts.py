"""What is typed but not yet recorded: kept in the work database under a key of its own, read back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.moderation import Decision, Outcome
from app.workspace.snapshots import JudgementDraft, ReportDraft


def sample_key(request_id: str, sample_id: str) -> str:
    """Where the draft of one sample lies; an empty sample id is the request's own unfinished note."""
    return f"sample/{request_id}/{sample_id}"


def report_key(request_id: str) -> str:
    return f"report/{request_id}"


def place_of(key: str) -> tuple[str, str, str]:
    """What kind of draft a key names, its request and its sample (empty for a report)."""
    kind, request_id, *rest = key.split("/", 2)
    return kind, request_id, rest[0] if rest else ""


def body_of(draft: JudgementDraft) -> dict[str, Any]:
    return {
        "decision": draft.decision.value if draft.decision else "",
        "rationale": draft.rationale,
        "actions": list(draft.actions),
        "note": draft.note,
    }


def draft_of(body: Mapping[str, Any]) -> JudgementDraft:
    """The draft that was kept. A decision of a newer version is left out; its words are not."""
    decision = body.get("decision", "")
    known = {value.value for value in Decision}
    return JudgementDraft(
        decision=Decision(decision) if decision in known else None,
        rationale=body.get("rationale", ""),
        actions=tuple(body.get("actions", ())),
        note=body.get("note", ""),
    )


def report_body_of(draft: ReportDraft) -> dict[str, Any]:
    return {"outcome": draft.outcome.value if draft.outcome else "", "summary": draft.summary}


def report_draft_of(body: Mapping[str, Any]) -> ReportDraft:
    outcome = body.get("outcome", "")
    known = {value.value for value in Outcome}
    return ReportDraft(Outcome(outcome) if outcome in known else None, body.get("summary", ""))
