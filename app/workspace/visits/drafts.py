"""What is typed in a review but not yet recorded: kept in the work database, read back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.domain.attached import AttachedFile
from app.domain.dates import to_text
from app.domain.review_deeds import (
    AddVisitEvidence,
    AgreeDate,
    DecideBlock,
    DecideScope,
    DeclareConsortium,
    LogNomineeContact,
    RecordMeeting,
    RecordQuality,
    ReviewDeed,
    SignOffAction,
    SubmitVisitReport,
    WithdrawVisitEvidence,
)
from app.domain.review_terms import Level, Source
from app.domain.reviews import PlannedAction
from app.workspace.drafts import WHERE, place_of
from app.workspace.visits.snapshots import AttachedPhoto, VisitBase, VisitDraft

if TYPE_CHECKING:
    from app.models.work import WorkStore
    from app.workspace.pictures import Pictures

MEASURE = "visit"
FORM = "visit_form"
KINDS = frozenset({MEASURE, FORM})
"""The kinds of drafts that belong to a review."""

TICKS = (Source.SUGGESTED, Source.NOT_APPLICABLE)
"""Evidence that is noted by a tick: it leaves what is typed alone."""


def draft_key(review_id: str, code: str) -> str:
    """Where the draft of one measure or objective lies."""
    return f"{MEASURE}/{review_id}/{code}"


def form_key(review_id: str, name: str) -> str:
    """Where a form of the review as a whole lies."""
    return f"{FORM}/{review_id}/{name}"


def body_of(draft: VisitDraft) -> dict[str, Any]:
    body: dict[str, Any] = {
        "level": draft.level.value if draft.level is not None else "",
        "reason": draft.reason,
        "commentary": draft.commentary,
        "cites": list(draft.cites),
        "actions": [_action_body(action) for action in draft.actions],
        "note": draft.note,
    }
    if draft.files:
        body["files"] = [_photo_body(photo) for photo in draft.files]
    if draft.base is not None and draft.judges:
        body["base"] = {"stands": list(draft.base.stands)}
    return body


def draft_of(body: Mapping[str, Any]) -> VisitDraft:
    """The draft that was kept. A level of a newer version is left out; its words are not."""
    level = body.get("level", "")
    base = body.get("base")
    return VisitDraft(
        level=Level(level) if level in {value.value for value in Level} else None,
        reason=body.get("reason", ""),
        commentary=body.get("commentary", ""),
        cites=tuple(body.get("cites", ())),
        actions=tuple(_action_of(one) for one in body.get("actions", ())),
        note=body.get("note", ""),
        files=tuple(_photo_of(one) for one in body.get("files", ())),
        base=VisitBase(tuple(base.get("stands", ()))) if base is not None else None,
    )


def _action_body(action: PlannedAction) -> dict[str, Any]:
    return {
        "id": action.id,
        "text": action.text,
        "essential": action.essential,
        "owner": action.owner,
        "due_on": action.due_on.isoformat() if action.due_on is not None else "",
    }


def _action_of(body: Mapping[str, Any]) -> PlannedAction:
    due = body.get("due_on", "")
    return PlannedAction(
        body["id"],
        body["text"],
        bool(body["essential"]),
        body.get("owner", ""),
        date.fromisoformat(due) if due else None,
    )


def _photo_body(photo: AttachedPhoto) -> dict[str, Any]:
    file = photo.file
    return {
        "name": file.name,
        "sha256": file.sha256,
        "size": file.size,
        "media_type": file.media_type,
        "original": photo.original_sha256,
        "says": photo.says,
    }


def _photo_of(body: Mapping[str, Any]) -> AttachedPhoto:
    file = AttachedFile(body["name"], body["sha256"], body["size"], body["media_type"])
    return AttachedPhoto(file, body["original"], body.get("says", ""))


class VisitDrafts:
    """The drafts of one profile that belong to reviews. ``pictures``: how people call a review."""

    def __init__(self, work: WorkStore, pictures: Pictures) -> None:
        self._work = work
        self._pictures = pictures

    def of(self, review_id: str, code: str) -> VisitDraft:
        """What is typed for a measure or objective."""
        return draft_of(self._work.draft(draft_key(review_id, code)) or {})

    def of_review(self, review_id: str) -> dict[str, VisitDraft]:
        """What is typed for the measures of a review, by code."""
        found = {}
        for kept in self._work.drafts():
            kind, review, code = place_of(kept.key)
            if kind == MEASURE and review == review_id:
                found[code] = draft_of(kept.body)
        return found

    def keep(self, review_id: str, code: str, draft: VisitDraft, stands: tuple[str, ...]) -> None:
        """Keeps what is typed; an empty draft is removed. stands: the judgements that stand now, on which typing that
        begins stands; typing that goes on stands on what it began with.
        """
        key = draft_key(review_id, code)
        if draft.empty:
            self._work.drop_draft(key)
            return
        if draft.base is None and draft.judges:
            kept = self.of(review_id, code)
            draft = replace(draft, base=kept.base if kept.judges and kept.base else VisitBase(stands))
        self._work.save_draft(key, self._named(body_of(draft), review_id, code))

    def form(self, review_id: str, name: str) -> dict[str, str]:
        """What is typed in a form, by field."""
        kept = self._work.draft(form_key(review_id, name)) or {}
        return {field: value for field, value in kept.items() if field != WHERE}

    def forms_of(self, review_id: str) -> tuple[str, ...]:
        """Names of the forms in which something is typed."""
        places = (place_of(kept.key) for kept in self._work.drafts())
        return tuple(sorted(name for kind, review, name in places if (kind, review) == (FORM, review_id)))

    def keep_form(self, review_id: str, name: str, fields: Mapping[str, str]) -> None:
        """Keeps a form; one whose fields are all blank is removed."""
        key = form_key(review_id, name)
        if any(value.strip() for value in fields.values()):
            self._work.save_draft(key, self._named(dict(fields), review_id, ""))
        else:
            self._work.drop_draft(key)

    def files_of(self, key: str) -> tuple[AttachedFile, ...]:
        """What was attached in the draft with this key; none where it is no draft of a measure."""
        if not key.startswith(f"{MEASURE}/"):
            return ()
        return tuple(photo.file for photo in draft_of(self._work.draft(key) or {}).files)

    def restore(self, deed: ReviewDeed) -> None:
        """What does not stand any more becomes typed text again, unless newer text is there."""
        match deed:
            case RecordQuality():
                newer = self.of(deed.review_id, deed.code)
                if not newer.judges:
                    restored = replace(
                        newer,
                        level=deed.level,
                        reason=deed.reason,
                        commentary=deed.commentary,
                        cites=deed.cites,
                        actions=deed.actions,
                        base=VisitBase(deed.supersedes),
                    )
                    self.keep(deed.review_id, deed.code, restored, deed.supersedes)
            case AddVisitEvidence():
                kept = self.of(deed.review_id, deed.code)
                if deed.source not in TICKS and not (kept.note.strip() or kept.files):
                    photos = zip(deed.files, deed.originals, strict=False)
                    files = tuple(AttachedPhoto(file, original, "") for file, original in photos)
                    self.keep(
                        deed.review_id,
                        deed.code,
                        replace(kept, note=deed.text, files=files),
                        kept_stands(kept),
                    )
            case WithdrawVisitEvidence():
                pass
            case _:
                name, fields = form_of(deed)
                if not self.form(deed.review_id, name):
                    self.keep_form(deed.review_id, name, fields)

    def _named(self, body: dict[str, Any], review_id: str, code: str) -> dict[str, Any]:
        """With how people call the place it is about: once the review has left, nobody else here knows."""
        number, _ = self._pictures.names(review_id, "")
        return body | {WHERE: review_place(number, code)} if number else body


def kept_stands(draft: VisitDraft) -> tuple[str, ...]:
    """The judgements that a draft stands on."""
    return draft.base.stands if draft.base is not None else ()


def review_place(number: str, code: str = "") -> str:
    """``Review QR-0012, QO.3.4``; without a number it is a review that is no longer mine."""
    where = f"Review {number}" if number else "A former review"
    return f"{where}, {code}" if code else where


def form_of(deed: ReviewDeed) -> tuple[str, dict[str, str]]:
    """The form that a deed comes from: its name and its fields as typed. Empty for what no form is about."""
    match deed:
        case RecordMeeting():
            return "meeting", {
                "kind": deed.kind.value,
                "who": deed.who,
                "role": deed.role,
                "began": to_text(deed.began),
                "ended": to_text(deed.ended) if deed.ended is not None else "",
                "throughout": "yes" if deed.throughout else "",
                "notes": deed.notes,
            }
        case LogNomineeContact():
            return "contact", {
                "spoke_with": deed.spoke_with,
                "means": deed.means,
                "summary": deed.summary,
                "proposed_on": deed.proposed_on.isoformat() if deed.proposed_on is not None else "",
            }
        case DeclareConsortium():
            member = "yes" if deed.member else "no"
            return "consortium", {"member": member, "consortium": deed.consortium, "answer": deed.answer}
        case DecideScope():
            return "scope", {"reason": deed.reason}
        case DecideBlock():
            return "block", {"reason": deed.reason}
        case AgreeDate():
            return "date", {"visit_on": deed.visit_on.isoformat()}
        case SignOffAction():
            return f"action/{deed.action_id}", {"says": deed.says}
        case SubmitVisitReport():
            return "report", {"summary": deed.summary, "changes": deed.changes}
        case _:
            return "", {}
