"""Everything a person can do, each checked by the domain and made durable before it is called done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.domain.acts import (
    Act,
    AddNote,
    Deed,
    RecordJudgement,
    SubmitReport,
    WithdrawJudgement,
)
from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.judging import check_judgement, check_note, check_report, check_withdrawal
from app.domain.moderation import ActionForCentre, Decision, Judgement, current_judgements
from app.domain.people import Permission
from app.workspace import drafts
from app.workspace.overlay import Picture
from app.workspace.recording import Recorder
from app.workspace.snapshots import JudgementDraft

if TYPE_CHECKING:
    from app.models.work import WorkStore
    from app.workspace.reports import SignedReport


class Deeds:
    """What a person does in moderation requests. ``recorder``: makes it durable, in the person's name."""

    def __init__(self, work: WorkStore, recorder: Recorder) -> None:
        self._work = work
        self._recorder = recorder

    def judge(
        self,
        picture: Picture,
        sample_id: str,
        decision: Decision,
        rationale: str,
        actions: Sequence[str],
        *,
        seen: Sequence[str] | None = None,
        keep_draft: bool = False,
    ) -> Act:
        """Records a judgement; it supersedes what stands (M-64: a suspicion holds the request).

        seen: the judgements that the person had before them (None: all that stand). One that came meanwhile is not
        superseded unseen: both stand, and a person compares them. keep_draft: what is typed is not what is recorded.
        Raises KnownError with what is missing (D-12), or why judging is not possible now.
        """
        self._recorder.must(Permission.JUDGE_SAMPLES, "Only a moderator judges samples.")
        self._must_be_open(picture)
        if all(sample.id != sample_id for sample in picture.samples):
            raise KnownError("sample_gone", "This sample no longer belongs to the request.")
        history = picture.judgements_of(sample_id)
        standing = [judgement.id for judgement in current_judgements(history)]
        replaced = standing if seen is None else [j.id for j in history if j.id in seen]
        deed = RecordJudgement(
            request_id=picture.request.id,
            sample_id=sample_id,
            decision=decision,
            rationale=rationale.strip(),
            actions=tuple(ActionForCentre(text.strip()) for text in actions if text.strip()),
            supersedes=tuple(replaced),
        )
        check_judgement(picture.request, deed)
        key = drafts.sample_key(picture.request.id, sample_id)
        # A note that is not finished yet is no part of the judgement: it stays a draft.
        kept = drafts.draft_of(self._work.draft(key) or {})
        return self._record(
            deed,
            base_rev=self._rev_of(picture, sample_id),
            rests_on=tuple(identifier for identifier in replaced if identifier in picture.pending),
            draft=(key, kept if keep_draft else JudgementDraft(note=kept.note, files=kept.files)),
        )

    def withdraw(self, picture: Picture, judgement: Judgement, reason: str) -> Act:
        """Takes back a judgement that was sent already, with a reason; both stay on record."""
        self._must_be_open(picture)
        deed = WithdrawJudgement(picture.request.id, judgement.sample_id, judgement.id, reason.strip())
        check_withdrawal(picture.request, judgement, deed, self._recorder.person.id)
        rests_on = (judgement.id,) if judgement.id in picture.pending else ()
        return self._record(deed, base_rev=judgement.rev, rests_on=rests_on)

    def check_note(
        self, request_id: str, sample_id: str, text: str, files: tuple[AttachedFile, ...]
    ) -> AddNote:
        """The note as it would be recorded. Raises KnownError with what keeps it from being so."""
        self._recorder.must(Permission.WRITE_NOTES, "Your role does not write notes here.")
        deed = AddNote(request_id, sample_id, text.strip(), files)
        check_note(deed)
        return deed

    def note(
        self,
        picture: Picture,
        sample_id: str,
        text: str,
        files: tuple[AttachedFile, ...] = (),
        *,
        act_id: str = "",
    ) -> Act:
        """Writes a note into the request, at whatever stage it is (M-53).

        files: kept for ``act_id`` already, so that no note names what is nowhere.
        """
        deed = self.check_note(picture.request.id, sample_id, text, files)
        key = drafts.sample_key(picture.request.id, sample_id)
        kept = drafts.draft_of(self._work.draft(key) or {})
        return self._record(deed, draft=(key, replace(kept, note="", files=())), act_id=act_id)

    def submit(self, picture: Picture, report: SignedReport) -> Act:
        """Signs the report off (M-55, M-59). It rests on every judgement that still waits to be taken."""
        self._recorder.must(Permission.SUBMIT_REPORT, "Only a moderator submits a moderation report.")
        self._must_be_open(picture)
        ids = tuple(sorted(judgement.id for judgement in picture.current().values()))
        deed = SubmitReport(
            picture.request.id, report.outcome, report.summary.strip(), ids, report.pdf, report.pdf_sha256
        )
        check_report(picture.request, picture.samples, picture.judgements, deed)
        return self._record(
            deed,
            base_rev=picture.request.rev,
            rests_on=tuple(identifier for identifier in ids if identifier in picture.pending),
            drop=drafts.report_key(picture.request.id),
        )

    def _record(
        self,
        deed: Deed,
        *,
        base_rev: int = 0,
        rests_on: tuple[str, ...] = (),
        draft: tuple[str, JudgementDraft] | None = None,
        drop: str = "",
        act_id: str = "",
    ) -> Act:
        """The act into the outbox, and the draft it came from emptied of what it recorded."""
        changed: dict[str, Mapping[str, Any] | None] = {drop: None} if drop else {}
        if draft is not None:
            key, left = draft
            changed[key] = None if left.empty else drafts.body_of(left)
        return self._recorder.record(
            deed, base_rev=base_rev, rests_on=rests_on, drafts=changed, act_id=act_id
        )

    @staticmethod
    def _must_be_open(picture: Picture) -> None:
        if picture.submitted:
            raise KnownError(
                "report_waiting",
                "The report of this request is signed off and waits to be sent.",
                "Take the report back first, then change the judgement.",
            )

    @staticmethod
    def _rev_of(picture: Picture, sample_id: str) -> int:
        return max((j.rev for j in picture.judgements_of(sample_id)), default=0)
