"""What is typed but not yet recorded: kept in the work database under a key of its own, read back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from app.domain.acts import AddNote, Deed, RecordJudgement, SubmitReport
from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.moderation import Decision, Judgement, Outcome
from app.workspace.comparing import TITLES
from app.workspace.pictures import Pictures
from app.workspace.queries import place_words
from app.workspace.snapshots import AsideText, DraftBase, JudgementDraft, ReportDraft
from app.workspace.standing import base_at, base_now

if TYPE_CHECKING:
    from app.models.work import WorkStore


WHERE = "where"
"""Under this a kept draft says what it is about, in words."""


SAMPLE = "sample"
"""The kind of a sample's drafts, and of an unfinished note on a whole request."""


def sample_key(request_id: str, sample_id: str) -> str:
    """Where the draft of one sample lies; an empty sample id is the request's own unfinished note."""
    return f"{SAMPLE}/{request_id}/{sample_id}"


def report_key(request_id: str) -> str:
    return f"report/{request_id}"


def place_of(key: str) -> tuple[str, str, str]:
    """What kind of draft a key names, its request and its sample (empty for a report)."""
    kind, request_id, *rest = key.split("/", 2)
    return kind, request_id, rest[0] if rest else ""


def body_of(draft: JudgementDraft) -> dict[str, Any]:
    body: dict[str, Any] = {
        "decision": _value(draft.decision),
        "rationale": draft.rationale,
        "actions": list(draft.actions),
        "note": draft.note,
    }
    if draft.files:
        body["files"] = [asdict(file) for file in draft.files]
    if draft.base is not None and draft.judges:
        body["base"] = {
            "stands": list(draft.base.stands),
            "decision": _value(draft.base.decision),
            "rationale": draft.base.rationale,
            "actions": list(draft.base.actions),
            "merged": dict(draft.base.merged),
        }
    return body


def draft_of(body: Mapping[str, Any]) -> JudgementDraft:
    """The draft that was kept. A decision of a newer version is left out; its words are not."""
    return JudgementDraft(
        decision=_decision(body),
        rationale=body.get("rationale", ""),
        actions=tuple(body.get("actions", ())),
        note=body.get("note", ""),
        base=_base_of(body.get("base")),
        files=tuple(
            AttachedFile(file["name"], file["sha256"], file["size"], file["media_type"])
            for file in body.get("files", ())
        ),
    )


def _base_of(body: Mapping[str, Any] | None) -> DraftBase | None:
    if body is None:
        return None
    return DraftBase(
        stands=tuple(body.get("stands", ())),
        decision=_decision(body),
        rationale=body.get("rationale", ""),
        actions=tuple(body.get("actions", ())),
        merged=tuple(body.get("merged", {}).items()),
    )


def _decision(body: Mapping[str, Any]) -> Decision | None:
    decision = body.get("decision", "")
    return Decision(decision) if decision in {value.value for value in Decision} else None


def _value(chosen: Decision | Outcome | None) -> str:
    return chosen.value if chosen is not None else ""


def report_body_of(draft: ReportDraft) -> dict[str, Any]:
    body: dict[str, Any] = {"outcome": _value(draft.outcome), "summary": draft.summary}
    if draft.since is not None:
        body["since"] = draft.since
    return body


def report_draft_of(body: Mapping[str, Any]) -> ReportDraft:
    outcome = body.get("outcome", "")
    known = {value.value for value in Outcome}
    chosen = Outcome(outcome) if outcome in known else None
    return ReportDraft(chosen, body.get("summary", ""), body.get("since"))


class Drafts:
    """The drafts of one profile. ``pictures`` show what stands when typing begins."""

    def __init__(self, work: WorkStore, pictures: Pictures) -> None:
        self._work = work
        self._pictures = pictures

    def of_sample(self, request_id: str, sample_id: str) -> JudgementDraft:
        """What is typed for one sample, or ("") as a note on the whole request."""
        return draft_of(self._work.draft(sample_key(request_id, sample_id)) or {})

    def of_request(self, request_id: str) -> dict[str, JudgementDraft]:
        """What is typed for the samples of a request, by sample id."""
        found = {}
        for kept in self._work.drafts():
            kind, request, sample_id = place_of(kept.key)
            if kind == SAMPLE and request == request_id and sample_id:
                found[sample_id] = draft_of(kept.body)
        return found

    def aside(self, request_id: str) -> dict[str, list[AsideText]]:
        """What was set aside of a request's texts, by sample id."""
        found: dict[str, list[AsideText]] = {}
        for kept in self._work.aside(request_id):
            assert kept.at is not None
            where = TITLES.get(kept.field, kept.field)
            found.setdefault(kept.sample_id, []).append(AsideText(where, kept.text, kept.why, kept.at))
        return found

    def of_report(self, request_id: str) -> ReportDraft:
        return report_draft_of(self._work.draft(report_key(request_id)) or {})

    def files_of(self, key: str) -> tuple[AttachedFile, ...]:
        """What was added to a draft, by the draft's key; none where there is no such draft of a sample."""
        if not key.startswith(f"{SAMPLE}/"):
            return ()
        return draft_of(self._work.draft(key) or {}).files

    def keep(self, request_id: str, sample_id: str, draft: JudgementDraft) -> None:
        """Keeps what is typed; an empty draft is removed. What does not say on what it stands goes on standing on
        what the kept draft does; when typing begins, on what stands now.
        """
        key = sample_key(request_id, sample_id)
        if draft.empty:
            self._work.drop_draft(key)
            return
        if draft.base is None and draft.judges:
            kept = self.of_sample(request_id, sample_id)
            history = () if kept.judges else self._history(request_id, sample_id)
            draft = replace(draft, base=kept.base if kept.judges else base_now(history))
        self._work.save_draft(key, self._named(body_of(draft), request_id, sample_id))

    def keep_report(self, request_id: str, draft: ReportDraft) -> None:
        """Keeps a report being prepared; when it is begun, together with the report that was issued last."""
        if draft.since is None:
            kept = self._work.draft(report_key(request_id))
            since = self._last_issued(request_id) if kept is None else report_draft_of(kept).since
            draft = replace(draft, since=since)
        self._work.save_draft(report_key(request_id), self._named(report_body_of(draft), request_id))

    def restore(self, deed: Deed) -> None:
        """What does not stand any more becomes typed text again, unless newer text is there."""
        match deed:
            case RecordJudgement():
                newer = self.of_sample(deed.request_id, deed.sample_id)
                if not newer.judges:
                    texts = tuple(action.text for action in deed.actions)
                    base = base_at(deed.supersedes, self._history(deed.request_id, deed.sample_id))
                    restored = JudgementDraft(
                        deed.decision, deed.rationale, texts, newer.note, base, newer.files
                    )
                    self.keep(deed.request_id, deed.sample_id, restored)
            case AddNote():
                kept = self.of_sample(deed.request_id, deed.sample_id)
                if not (kept.note.strip() or kept.files):
                    restored = replace(kept, note=deed.text, files=deed.files)
                    self.keep(deed.request_id, deed.sample_id, restored)
            case SubmitReport():
                if self.of_report(deed.request_id) == ReportDraft():
                    self.keep_report(deed.request_id, ReportDraft(deed.outcome, deed.summary))

    def _named(self, body: dict[str, Any], request_id: str, sample_id: str = "") -> dict[str, Any]:
        """With how people call the place it is about: once the request has left, nobody else here knows."""
        number, position = self._pictures.names(request_id, sample_id)
        return body | {WHERE: place_words(number, position)} if number else body

    def _history(self, request_id: str, sample_id: str) -> tuple[Judgement, ...]:
        """All judgements of a sample; none when its request is no longer mine: its words are kept all the same."""
        try:
            return self._pictures.of(request_id).judgements_of(sample_id)
        except KnownError:
            return ()

    def _last_issued(self, request_id: str) -> str | None:
        try:
            reports = self._pictures.of(request_id).reports
        except KnownError:
            return None
        return reports[-1].id if reports else ""
