"""What is typed but not yet recorded: kept in the work database under a key of its own, read back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app.domain.acts import Deed, RecordJudgement, SubmitReport
from app.domain.moderation import Decision, Outcome
from app.workspace.snapshots import JudgementDraft, ReportDraft

if TYPE_CHECKING:
    from app.models.work import WorkStore


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


class Drafts:
    """The drafts of one profile."""

    def __init__(self, work: WorkStore) -> None:
        self._work = work

    def of_sample(self, request_id: str, sample_id: str) -> JudgementDraft:
        """What is typed for one sample, or ("") as a note on the whole request."""
        return draft_of(self._work.draft(sample_key(request_id, sample_id)) or {})

    def of_request(self, request_id: str) -> dict[str, JudgementDraft]:
        """What is typed for the samples of a request, by sample id."""
        found = {}
        for kept in self._work.drafts():
            kind, request, sample_id = place_of(kept.key)
            if kind == "sample" and request == request_id and sample_id:
                found[sample_id] = draft_of(kept.body)
        return found

    def of_report(self, request_id: str) -> ReportDraft:
        return report_draft_of(self._work.draft(report_key(request_id)) or {})

    def keep(self, request_id: str, sample_id: str, draft: JudgementDraft) -> None:
        """Keeps what is typed; an empty draft is removed."""
        key = sample_key(request_id, sample_id)
        if draft.empty:
            self._work.drop_draft(key)
        else:
            self._work.save_draft(key, body_of(draft))

    def keep_report(self, request_id: str, draft: ReportDraft) -> None:
        self._work.save_draft(report_key(request_id), report_body_of(draft))

    def restore(self, deed: Deed) -> None:
        """What does not stand any more becomes typed text again, unless newer text is there."""
        match deed:
            case RecordJudgement():
                newer = self.of_sample(deed.request_id, deed.sample_id)
                if newer.decision is None and not newer.rationale.strip() and not newer.actions:
                    texts = tuple(action.text for action in deed.actions)
                    restored = JudgementDraft(deed.decision, deed.rationale, texts, newer.note)
                    self.keep(deed.request_id, deed.sample_id, restored)
            case SubmitReport():
                if self.of_report(deed.request_id) == ReportDraft():
                    self.keep_report(deed.request_id, ReportDraft(deed.outcome, deed.summary))
