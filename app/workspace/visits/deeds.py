"""Everything a person can do in a review, each checked by the rules and made durable before it is called done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.domain.acts import Act
from app.domain.attached import AttachedFile, must_be_a_file
from app.domain.errors import KnownError
from app.domain.judging import FILES_LIMIT
from app.domain.people import Permission
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
from app.domain.reviewing import (
    after_block_decision,
    after_date_agreed,
    after_declaration,
    after_scope_decision,
    check_contact_with_nominee,
    check_evidence_withdrawal,
    check_meeting,
    check_quality,
    check_sign_off,
    check_visit_evidence,
    check_visit_report,
)
from app.domain.superseding import current
from app.workspace.recording import Recorder
from app.workspace.visits import drafts
from app.workspace.visits.overlay import VisitPicture
from app.workspace.visits.snapshots import VisitDraft

if TYPE_CHECKING:
    from app.models.work import WorkStore


class VisitDeeds:
    """What a person does in reviews. ``recorder``: makes it durable, in the person's name."""

    def __init__(self, work: WorkStore, recorder: Recorder) -> None:
        self._work = work
        self._recorder = recorder

    def judge(
        self,
        picture: VisitPicture,
        deed: RecordQuality,
        *,
        seen: Sequence[str] | None,
        keep_draft: bool = False,
    ) -> Act:
        """Records a judgement (Q-25); what it supersedes is filled in here.

        seen: the judgements that the person had before them (None: all that stand). One that came meanwhile is not
        superseded unseen: both stand, and a person compares them. keep_draft: what is typed is not what is recorded.
        """
        self._must_review()
        self._must_be_open(picture)
        history = picture.judgements_of(deed.code)
        standing = [judgement.id for judgement in current(history)]
        replaced = standing if seen is None else [one.id for one in history if one.id in seen]
        deed = replace(
            deed,
            reason=deed.reason.strip(),
            commentary=deed.commentary.strip(),
            actions=tuple(
                replace(action, id=action.id or self._recorder.new_id(), text=action.text.strip())
                for action in deed.actions
                if action.text.strip()
            ),
            supersedes=tuple(replaced),
        )
        check_quality(picture.framework, picture.review, deed, citable_ids(picture))
        key = drafts.draft_key(deed.review_id, deed.code)
        kept = drafts.draft_of(self._work.draft(key) or {})
        # A note of evidence that is not finished yet is no part of the judgement: it stays a draft.
        left = kept if keep_draft else VisitDraft(note=kept.note, files=kept.files)
        return self._record(
            picture,
            deed,
            base_rev=max((one.rev for one in history), default=0),
            rests_on=(*replaced, *deed.cites),
            changed={key: None if left.empty else drafts.body_of(left)},
        )

    def check_evidence(self, picture: VisitPicture, deed: AddVisitEvidence) -> None:
        """Raises KnownError with what keeps this evidence from being noted (Q-27..Q-29)."""
        self._must_review()
        self._must_be_open(picture)
        check_visit_evidence(picture.framework, picture.review, deed)

    def check_files(self, files: Sequence[AttachedFile]) -> None:
        """Raises KnownError where no evidence can have these files, whatever its words will be."""
        self._must_review()
        if len(files) > FILES_LIMIT:
            raise KnownError(
                "too_many_files",
                f"{FILES_LIMIT} files are possible at once.",
                "Add the others by themselves.",
            )
        for file in files:
            must_be_a_file(file)

    def add_evidence(self, picture: VisitPicture, deed: AddVisitEvidence, act_id: str) -> Act:
        """Notes evidence. Its files are kept for ``act_id`` already, so that no note names what is nowhere."""
        self.check_evidence(picture, deed)
        changed: dict[str, Mapping[str, Any] | None] = {}
        if deed.source not in drafts.TICKS:
            key = drafts.draft_key(deed.review_id, deed.code)
            kept = drafts.draft_of(self._work.draft(key) or {})
            left = replace(kept, note="", files=())
            changed[key] = None if left.empty else drafts.body_of(left)
        return self._record(picture, deed, changed=changed, act_id=act_id)

    def withdraw_evidence(self, picture: VisitPicture, deed: WithdrawVisitEvidence) -> Act:
        """Takes one's own noted evidence back, with a reason; it stays on record."""
        self._must_review()
        self._must_be_open(picture)
        item = next((one for one in picture.evidence if one.id == deed.evidence_id), None)
        check_evidence_withdrawal(item, deed, self._recorder.person.id)
        return self._record(
            picture, deed, base_rev=item.rev if item is not None else 0, rests_on=(deed.evidence_id,)
        )

    def meet(self, picture: VisitPicture, deed: RecordMeeting) -> Act:
        """Records a moment of the visit (Q-22..Q-24)."""
        self._must_review()
        self._must_be_open(picture)
        known = {meeting.id for meeting in picture.meetings if meeting.kind is deed.kind}
        if not known.issuperset(deed.supersedes):
            raise KnownError("meeting_unknown", "The meeting that this replaces is not here any more.")
        check_meeting(picture.review, deed)
        return self._record(picture, deed, rests_on=deed.supersedes)

    def log_contact(self, picture: VisitPicture, deed: LogNomineeContact) -> Act:
        """Logs a talk with the quality nominee (Q-16)."""
        self._must_review()
        check_contact_with_nominee(deed)
        return self._record(picture, deed)

    def declare(self, picture: VisitPicture, deed: DeclareConsortium) -> Act:
        """Records what the quality nominee answered (Q-17, Q-18). It rests on the contact, which may still wait."""
        self._must_review()
        self._must_be_open(picture)
        after_declaration(picture.review, deed)
        return self._record(picture, deed, rests_on=tuple(contact.id for contact in picture.contacts))

    def agree_date(self, picture: VisitPicture, deed: AgreeDate) -> Act:
        """Records the day of the visit (D-8)."""
        self._must_review()
        self._must_be_open(picture)
        after_date_agreed(picture.review, picture.framework, deed)
        return self._record(picture, deed)

    def decide_scope(self, picture: VisitPicture, deed: DecideScope) -> Act:
        """The quality team's answer about a consortium (Q-18, Q-19)."""
        self._recorder.must(Permission.DECIDE_REVIEWS, "Only the quality team decides about a consortium.")
        after_scope_decision(picture.review, deed)
        return self._record(picture, deed)

    def decide_block(self, picture: VisitPicture, deed: DecideBlock) -> Act:
        """The quality manager's answer to a proposed certification block (Q-06, D-9)."""
        self._recorder.must(
            Permission.DECIDE_REVIEWS, "Only the quality manager decides about a certification block."
        )
        after_block_decision(picture.review, deed)
        return self._record(picture, deed, base_rev=picture.review.rev)

    def sign_off(self, picture: VisitPicture, deed: SignOffAction) -> Act:
        """An action was found to be done."""
        self._recorder.must(
            Permission.SIGN_OFF_ACTIONS, "Only the reviewer or the quality manager signs actions off."
        )
        action = next((one for one in picture.actions if one.id == deed.action_id), None)
        check_sign_off(action, deed)
        return self._record(picture, deed, base_rev=action.rev if action is not None else 0)

    def submit(self, picture: VisitPicture, deed: SubmitVisitReport) -> Act:
        """Signs a version of the report off. It rests on everything of this review that still waits to be taken."""
        self._must_review()
        self._must_be_open(picture)
        check_visit_report(
            picture.framework,
            picture.review,
            picture.ced,
            picture.judgements,
            picture.evidence,
            picture.meetings,
            picture.actions,
            deed,
        )
        return self._record(
            picture, deed, base_rev=picture.review.rev, rests_on=tuple(sorted(picture.pending))
        )

    def _record(
        self,
        picture: VisitPicture,
        deed: ReviewDeed,
        *,
        base_rev: int = 0,
        rests_on: Sequence[str] = (),
        changed: Mapping[str, Mapping[str, Any] | None] | None = None,
        act_id: str = "",
    ) -> Act:
        """The act into the outbox, and the form it came from emptied. rests_on: of these, those that still wait."""
        name, _ = drafts.form_of(deed)
        emptied: dict[str, Mapping[str, Any] | None] = (
            {drafts.form_key(deed.review_id, name): None} if name else {}
        )
        waiting = dict.fromkeys(identifier for identifier in rests_on if identifier in picture.pending)
        return self._recorder.record(
            deed,
            base_rev=base_rev,
            rests_on=tuple(waiting),
            drafts={**emptied, **(changed or {})},
            act_id=act_id,
        )

    def _must_review(self) -> None:
        self._recorder.must(Permission.REVIEW_CENTRES, "Only a centre quality reviewer records this.")

    @staticmethod
    def _must_be_open(picture: VisitPicture) -> None:
        if picture.submitted:
            raise KnownError(
                "report_waiting",
                "The report of this review is signed off and waits to be sent.",
                "Take the report back first, then change what you recorded.",
            )


def citable_ids(picture: VisitPicture) -> frozenset[str]:
    """Everything that a judgement of this review may cite (Q-26): noted evidence that stands, files of the Engagement
    Document, and the document itself.
    """
    document = {picture.ced.id} if picture.ced is not None else set()
    return frozenset(
        {item.id for item in picture.evidence_standing() if item.source.counts}
        | {file.id for file in picture.ced_files}
        | document
    )
