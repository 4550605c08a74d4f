"""Lays a person's pending acts over a review as the service told it, so that everybody sees their own latest edit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from app.domain.acts import Act
from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.frameworks import Framework
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
from app.domain.review_moves import (
    after_block_decision,
    after_contact,
    after_date_agreed,
    after_declaration,
    after_scope_decision,
    after_work_began,
)
from app.domain.review_scope import with_counts
from app.domain.reviews import (
    Ced,
    CedFile,
    Meeting,
    NomineeContact,
    QualityJudgement,
    Review,
    ReviewAction,
    VisitEvidence,
    VisitReport,
)
from app.domain.superseding import current
from app.wire.codec import Record

T = TypeVar("T")


class _Recorded(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def recorded_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class VisitPicture:
    """One review with everything that hangs on it, as this person should see it now. All in the order of recording.

    pending: ids of the acts that are laid over and not yet in the service's own answer.
    submitted: the act id of a report that waits to be taken, or empty. problems: entries that cannot be read.
    """

    review: Review
    framework: Framework
    ced: Ced | None
    ced_files: tuple[CedFile, ...]
    evidence: tuple[VisitEvidence, ...]
    judgements: tuple[QualityJudgement, ...]
    meetings: tuple[Meeting, ...]
    contacts: tuple[NomineeContact, ...]
    actions: tuple[ReviewAction, ...]
    reports: tuple[VisitReport, ...]
    pending: frozenset[str] = frozenset()
    submitted: str = ""
    problems: tuple[str, ...] = ()

    def judgements_of(self, code: str) -> tuple[QualityJudgement, ...]:
        """All judgements on a measure or objective, superseded and withdrawn ones included."""
        return tuple(judgement for judgement in self.judgements if judgement.code == code)

    def current(self) -> tuple[QualityJudgement, ...]:
        """Every judgement that stands, those in dispute included."""
        return current(self.judgements)

    def evidence_standing(self) -> tuple[VisitEvidence, ...]:
        """The noted evidence that was not withdrawn."""
        return tuple(item for item in self.evidence if not item.withdrawn)


def picture_of(
    review: Review, framework: Framework, records: Iterable[Record], problems: Sequence[str] = ()
) -> VisitPicture:
    """Sorts the records of one review's root into a picture."""
    every = tuple(records)

    def of_type(record_type: type[T]) -> list[T]:
        return [record for record in every if isinstance(record, record_type)]

    return VisitPicture(
        review=review,
        framework=framework,
        ced=next(iter(of_type(Ced)), None),
        ced_files=tuple(sorted(of_type(CedFile), key=lambda file: (file.code, file.name, file.id))),
        evidence=tuple(sorted(of_type(VisitEvidence), key=_when)),
        judgements=tuple(sorted(of_type(QualityJudgement), key=_when)),
        meetings=tuple(sorted(of_type(Meeting), key=lambda meeting: (meeting.began, meeting.id))),
        contacts=tuple(sorted(of_type(NomineeContact), key=_when)),
        actions=tuple(sorted(of_type(ReviewAction), key=lambda one: (one.origin, one.code, one.id))),
        reports=tuple(sorted(of_type(VisitReport), key=lambda report: (report.version, report.id))),
        problems=tuple(problems),
    )


def lay_over(picture: VisitPicture, acts: Iterable[Act], author_name: str) -> VisitPicture:
    """The picture with the acts laid over it in the order in which they were recorded.

    An act whose record the service already sent is not laid over again. A step that the review cannot take any more
    changes nothing here: the service's answer will say so.
    """
    known = {judgement.id for judgement in picture.judgements} | {item.id for item in picture.evidence}
    known |= {meeting.id for meeting in picture.meetings} | {contact.id for contact in picture.contacts}
    known |= {report.id for report in picture.reports}
    for act in acts:
        if act.id not in known and isinstance(act.deed, ReviewDeed):
            with contextlib.suppress(KnownError):
                picture = replace(picture, review=_moved(picture, act.deed, act))
            picture = _with_record(picture, act.deed, act, author_name)
            picture = replace(picture, pending=picture.pending | {act.id})
    counted = with_counts(picture.framework, picture.review, picture.judgements)
    return replace(picture, review=counted)


def _moved(picture: VisitPicture, deed: ReviewDeed, act: Act) -> Review:
    """How far the review has come by this deed."""
    review = picture.review
    match deed:
        case LogNomineeContact():
            return after_contact(review, deed, london_day(act.recorded_at))
        case DeclareConsortium():
            return after_declaration(review, deed)
        case DecideScope():
            return after_scope_decision(review, deed)
        case AgreeDate():
            return after_date_agreed(review, picture.framework, deed)
        case RecordQuality() | AddVisitEvidence() | RecordMeeting():
            return after_work_began(review)
        case DecideBlock():
            return after_block_decision(review, deed)
        case _:
            # A report that waits does not complete the review yet: it may be taken back until it is sent.
            return review


def _with_record(picture: VisitPicture, deed: ReviewDeed, act: Act, author_name: str) -> VisitPicture:
    """The record that this deed makes or changes, as the service will."""
    match deed:
        case RecordQuality():
            return replace(picture, judgements=(*picture.judgements, _judgement(deed, act, author_name)))
        case AddVisitEvidence():
            return replace(picture, evidence=(*picture.evidence, _evidence(deed, act, author_name)))
        case WithdrawVisitEvidence():
            withdrawn = tuple(
                replace(item, withdrawn=deed.reason) if item.id == deed.evidence_id else item
                for item in picture.evidence
            )
            return replace(picture, evidence=withdrawn)
        case RecordMeeting():
            met = (*picture.meetings, _meeting(deed, act, author_name))
            return replace(picture, meetings=tuple(sorted(met, key=lambda one: (one.began, one.id))))
        case LogNomineeContact():
            return replace(picture, contacts=(*picture.contacts, _contact(deed, act, author_name)))
        case SignOffAction():
            signed = tuple(
                replace(
                    action,
                    signed_off_on=london_day(act.recorded_at),
                    signed_off_by=author_name,
                    sign_off_says=deed.says,
                )
                if action.id == deed.action_id
                else action
                for action in picture.actions
            )
            return replace(picture, actions=signed)
        case SubmitVisitReport():
            return replace(picture, submitted=act.id)
        case _:
            return picture


def _judgement(deed: RecordQuality, act: Act, author_name: str) -> QualityJudgement:
    return QualityJudgement(
        id=act.id,
        review_id=deed.review_id,
        code=deed.code,
        level=deed.level,
        reason=deed.reason,
        commentary=deed.commentary,
        cites=deed.cites,
        actions=deed.actions,
        supersedes=deed.supersedes,
        reviewer_id=act.author_id,
        reviewer_name=author_name,
        recorded_at=act.recorded_at,
    )


def _evidence(deed: AddVisitEvidence, act: Act, author_name: str) -> VisitEvidence:
    return VisitEvidence(
        id=act.id,
        review_id=deed.review_id,
        code=deed.code,
        source=deed.source,
        text=deed.text,
        suggestion=deed.suggestion,
        files=deed.files,
        originals=deed.originals,
        author_id=act.author_id,
        author_name=author_name,
        recorded_at=act.recorded_at,
    )


def _meeting(deed: RecordMeeting, act: Act, author_name: str) -> Meeting:
    return Meeting(
        id=act.id,
        review_id=deed.review_id,
        kind=deed.kind,
        who=deed.who,
        role=deed.role,
        began=deed.began,
        ended=deed.ended,
        throughout=deed.throughout,
        notes=deed.notes,
        supersedes=deed.supersedes,
        author_id=act.author_id,
        author_name=author_name,
        recorded_at=act.recorded_at,
    )


def _contact(deed: LogNomineeContact, act: Act, author_name: str) -> NomineeContact:
    return NomineeContact(
        id=act.id,
        review_id=deed.review_id,
        spoke_with=deed.spoke_with,
        means=deed.means,
        summary=deed.summary,
        proposed_on=deed.proposed_on,
        author_id=act.author_id,
        author_name=author_name,
        recorded_at=act.recorded_at,
    )


def _when(record: _Recorded) -> tuple[datetime, str]:
    return record.recorded_at, record.id
