"""What a person records in a review: each call makes one act durable, or says what is missing and changes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import date, datetime

from app.domain.dates import day
from app.domain.errors import KnownError
from app.domain.review_deeds import (
    AddVisitEvidence,
    AgreeDate,
    DecideBlock,
    DecideScope,
    DeclareConsortium,
    LogNomineeContact,
    RecordMeeting,
    RecordQuality,
    SignOffAction,
    WithdrawVisitEvidence,
)
from app.domain.review_terms import Level, MeetingKind
from app.domain.review_terms import Source as EvidenceSource
from app.domain.reviews import PlannedAction, QualityJudgement
from app.domain.superseding import current
from app.workspace.snapshots import Changes
from app.workspace.taking import Source, as_named
from app.workspace.visits.deeds import VisitDeeds
from app.workspace.visits.files import VisitFiles
from app.workspace.visits.overlay import VisitPicture
from app.workspace.visits.pictures import VisitPictures
from app.workspace.visits.snapshots import AttachedPhoto

Saving = Callable[[], contextlib.AbstractContextManager[None]]
"""Held while something is recorded."""

_NOT_READ = "0" * 64
"""Stands for the hash of an original that was not read yet, while the rest of a note is checked."""


class VisitActs:
    """The recording half of ``VisitsDesk``."""

    def __init__(
        self,
        deeds: VisitDeeds,
        pictures: VisitPictures,
        files: VisitFiles,
        new_id: Callable[[], str],
        saving: Saving,
    ) -> None:
        self._deeds = deeds
        self._pictures = pictures
        self._files = files
        self._new_id = new_id
        self._saving = saving

    def judge(
        self,
        review_id: str,
        code: str,
        level: Level,
        reason: str,
        commentary: str,
        cites: Sequence[str],
        actions: Sequence[PlannedAction],
        seen: Sequence[str] | None = None,
    ) -> Changes:
        """Judges a measure or objective (Q-25, D-9). ``cites`` may be empty while recording (Q-26 is asked at
        sign-off). An action without an id gets one; one without words is passed over.

        seen: the judgements the person had before them (None: all that stand). One that came meanwhile is kept
        beside the new one, and both are to be compared.
        """
        deed = RecordQuality(review_id, code, level, reason, commentary, tuple(cites), tuple(actions))
        with self._saving():
            picture = self._pictures.of(review_id)
            act = self._deeds.judge(picture, deed, seen=seen)
        said = f"{code}: {level.words}"
        met = [one for one in _rivals(picture, code, seen) if one.id != act.id]
        if met:
            said = f"{said}. {met[-1].reviewer_name} judged it meanwhile: compare both"
        return Changes.of(review_id, said, act.id)

    def settle(self, review_id: str, code: str, judgement_id: str) -> Changes:
        """Of judgements that stand side by side one is recorded anew as it is and replaces all; every one of them
        stays in the history, and what is typed stays a draft. Raises KnownError ``decided_already`` where there is
        nothing to choose any more.
        """
        with self._saving():
            picture = self._pictures.of(review_id)
            standing = current(picture.judgements_of(code))
            chosen = next((one for one in standing if one.id == judgement_id), None)
            if chosen is None or len(standing) < 2:
                raise KnownError(
                    "decided_already",
                    "This was decided meanwhile.",
                    "Nothing was changed; there is nothing left to choose here.",
                )
            deed = RecordQuality(
                review_id,
                code,
                chosen.level,
                chosen.reason,
                chosen.commentary,
                chosen.cites,
                chosen.actions,
            )
            act = self._deeds.judge(picture, deed, seen=None, keep_draft=True)
        return Changes.of(review_id, f"{code}: {chosen.level.words}", act.id)

    def add_evidence(
        self,
        review_id: str,
        code: str,
        source: EvidenceSource,
        text: str,
        suggestion: str = "",
        files: Sequence[AttachedPhoto | Source] = (),
    ) -> Changes:
        """Notes evidence that was seen, heard or photographed (Q-28), or that suggested evidence was seen or does
        not apply (Q-27, Q-29). ``undo`` of the answer is its id, which a judgement may cite at once.
        """
        told = tuple(one.file if isinstance(one, AttachedPhoto) else as_named(one) for one in files)
        deed = AddVisitEvidence(
            review_id, code, source, text.strip(), suggestion, told, tuple(_NOT_READ for _ in told)
        )
        self._deeds.check_evidence(self._pictures.of(review_id), deed)
        act_id = self._new_id()
        photos = self._files.take_in(review_id, act_id, files)
        deed = AddVisitEvidence(
            review_id,
            code,
            source,
            text.strip(),
            suggestion,
            tuple(photo.file for photo in photos),
            tuple(photo.original_sha256 for photo in photos),
        )
        with self._saving():
            act = self._deeds.add_evidence(self._pictures.of(review_id), deed, act_id)
        return Changes.of(review_id, f"{code}: {source.words.lower()}", act.id)

    def withdraw_evidence(self, review_id: str, evidence_id: str, reason: str) -> Changes:
        """Takes my own note of evidence back after it was sent; it stays on record. Before, ``take_back`` undoes it."""
        deed = WithdrawVisitEvidence(review_id, evidence_id, reason.strip())
        with self._saving():
            act = self._deeds.withdraw_evidence(self._pictures.of(review_id), deed)
        return Changes.of(review_id, "Evidence taken back", act.id)

    def record_meeting(
        self,
        review_id: str,
        kind: MeetingKind,
        who: str,
        role: str,
        began: datetime,
        ended: datetime | None = None,
        throughout: bool = False,
        notes: str = "",
        replaces: Sequence[str] = (),
    ) -> Changes:
        """Records a moment of the visit (Q-22..Q-24). ``replaces``: the records of the same meeting it takes the
        place of.
        """
        deed = RecordMeeting(
            review_id,
            kind,
            who.strip(),
            role.strip(),
            began,
            ended,
            throughout,
            notes.strip(),
            tuple(replaces),
        )
        with self._saving():
            act = self._deeds.meet(self._pictures.of(review_id), deed)
        return Changes.of(review_id, f"{kind.words} recorded", act.id)

    def log_contact(
        self, review_id: str, spoke_with: str, means: str, summary: str, proposed_on: date | None = None
    ) -> Changes:
        """Logs that I spoke with the quality nominee (Q-16)."""
        deed = LogNomineeContact(review_id, spoke_with.strip(), means.strip(), summary.strip(), proposed_on)
        with self._saving():
            act = self._deeds.log_contact(self._pictures.of(review_id), deed)
        return Changes.of(review_id, f"Contact with {deed.spoke_with} logged", act.id)

    def declare_consortium(self, review_id: str, member: bool, consortium: str, answer: str) -> Changes:
        """Records what the quality nominee answered (Q-17): with ``member`` the quality team is asked (Q-18)."""
        deed = DeclareConsortium(review_id, member, consortium.strip(), answer.strip())
        with self._saving():
            act = self._deeds.declare(self._pictures.of(review_id), deed)
        said = "The quality team is asked to confirm the consortium" if member else "Full scope"
        return Changes.of(review_id, said, act.id)

    def decide_scope(self, review_id: str, approved: bool, reason: str) -> Changes:
        """The quality team confirms the consortium or refuses it, with a reason (Q-19)."""
        with self._saving():
            deed = DecideScope(review_id, approved, reason.strip())
            act = self._deeds.decide_scope(self._pictures.of(review_id), deed)
        return Changes.of(
            review_id, "Consortium confirmed" if approved else "Consortium not confirmed", act.id
        )

    def agree_date(self, review_id: str, on: date) -> Changes:
        """The day of the visit as agreed with the centre; it moves when the Engagement Document is due (D-8)."""
        with self._saving():
            act = self._deeds.agree_date(self._pictures.of(review_id), AgreeDate(review_id, on))
        return Changes.of(review_id, f"Visit agreed for {day(on)}", act.id)

    def sign_off_action(self, review_id: str, action_id: str, says: str) -> Changes:
        """Finds that an action was done."""
        with self._saving():
            deed = SignOffAction(review_id, action_id, says.strip())
            act = self._deeds.sign_off(self._pictures.of(review_id), deed)
        return Changes.of(review_id, "Action signed off", act.id)

    def decide_block(self, review_id: str, confirmed: bool, reason: str) -> Changes:
        """The quality manager confirms or declines the proposed certification block (Q-06, D-9)."""
        with self._saving():
            deed = DecideBlock(review_id, confirmed, reason.strip())
            act = self._deeds.decide_block(self._pictures.of(review_id), deed)
        said = "Certification block confirmed" if confirmed else "Certification block declined"
        return Changes.of(review_id, said, act.id)


def _rivals(picture: VisitPicture, code: str, seen: Sequence[str] | None) -> list[QualityJudgement]:
    """The judgements that stand beside one that knew only ``seen``."""
    if seen is None:
        return []
    return [one for one in current(picture.judgements_of(code)) if one.id not in seen]
