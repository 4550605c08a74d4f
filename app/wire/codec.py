"""Domain records to wire messages and back; acts have a module of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import msgspec

from app.domain.attached import AttachedFile
from app.domain.centres import Nation
from app.domain.dates import from_text, to_text
from app.domain.errors import KnownError
from app.domain.evidence import Evidence, EvidenceKind
from app.domain.moderation import (
    ActionForCentre,
    Decision,
    IssuedReport,
    Judgement,
    ModerationRequest,
    Note,
    Outcome,
    QueueRow,
    RequestState,
    Sample,
)
from app.domain.people import Grant, Person, Role
from app.domain.reviews import Review, ReviewRecord, ReviewRow
from app.wire import messages as m
from app.wire.review_codec import REVIEW_KINDS, review_body, review_reader

RequestRecord = ModerationRequest | Sample | Evidence | Judgement | Note | IssuedReport | QueueRow
"""What travels of a moderation request."""

Record = RequestRecord | ReviewRecord
T = TypeVar("T")


class UpdateNeeded(KnownError):
    """A record says something this version does not understand; only that record is affected."""

    def __init__(self, kind: str, identifier: str, details: str) -> None:
        super().__init__(
            "update_needed",
            "This entry needs a newer version of Touchstone.",
            "Update Touchstone; everything else goes on as usual.",
            details=f"{kind} {identifier}: {details}",
        )


class Codec:
    """Turns feed bodies into domain records and back; keeps its decoders, which are costly to make."""

    def __init__(self) -> None:
        self._read: dict[str, Callable[[str, str, int, bytes], Record]] = {
            "request": _reader(m.RequestBody, _request),
            "sample": _reader(m.SampleBody, _sample),
            "evidence": _reader(m.EvidenceBody, _evidence),
            "judgement": _reader(m.JudgementBody, _judgement),
            "note": _reader(m.NoteBody, _note),
            "report": _reader(m.ReportBody, _report),
            "queue_row": _reader(m.QueueRowBody, _queue_row),
            **{kind: review_reader(kind) for kind in REVIEW_KINDS},
        }

    def record(self, kind: str, identifier: str, root: str, rev: int, body: bytes) -> Record:
        """The domain record of one feed row. Raises UpdateNeeded for what this version cannot understand."""
        read = self._read.get(kind)
        if read is None:
            raise UpdateNeeded(kind, identifier, "unknown kind")
        try:
            return read(identifier, root, rev, body)
        except (*m.UNREADABLE, ValueError) as error:
            raise UpdateNeeded(kind, identifier, str(error)) from error


KINDS = ("request", "sample", "evidence", "judgement", "note", "report", "queue_row", *REVIEW_KINDS)
"""Every kind of record of the feed, in the order in which a root is sent. New ones come last: rows keep their place."""


def root_of(record: Record) -> str:
    """The root a record hangs on: its request or review, or the queues for a thin row."""
    match record:
        case ModerationRequest() | Review():
            return record.id
        case QueueRow() | ReviewRow():
            return m.QUEUE_ROOT
        case Sample() | Evidence() | Judgement() | Note() | IssuedReport():
            return record.request_id
        case _:
            return record.review_id


def body_of(record: Record) -> tuple[str, bytes]:
    """The kind of a record and its encoded feed body."""
    if isinstance(record, ReviewRecord):
        return review_body(record)
    kind, body = _body(record)
    return kind, msgspec.json.encode(body)


def _reader(
    body_type: type[T], make: Callable[[str, str, int, T], Record]
) -> Callable[[str, str, int, bytes], Record]:
    decoder = msgspec.json.Decoder(body_type)
    return lambda identifier, root, rev, body: make(identifier, root, rev, decoder.decode(body))


def _request(identifier: str, root: str, rev: int, b: m.RequestBody) -> ModerationRequest:
    return ModerationRequest(
        id=identifier,
        number=b.number,
        centre_id=b.centre_id,
        centre_number=b.centre_number,
        centre_name=b.centre_name,
        nation=Nation(b.nation),
        qualification_code=b.qualification_code,
        qualification_title=b.qualification_title,
        awarding_body=b.awarding_body,
        state=RequestState(b.state),
        submitted_on=date.fromisoformat(b.submitted_on),
        evidence_complete_on=_day(b.evidence_complete_on),
        due_on=_day(b.due_on),
        earlier_due_on=tuple(date.fromisoformat(text) for text in b.earlier_due_on),
        held_on=_day(b.held_on),
        hold_reason=b.hold_reason,
        certification_hold=b.certification_hold,
        outcome=Outcome(b.outcome) if b.outcome else None,
        moderator_id=b.moderator_id,
        moderator_name=b.moderator_name,
        sampling_words=b.sampling_words,
        centre_note=b.centre_note,
        samples=b.samples,
        judged=b.judged,
        returned_on=_day(b.returned_on),
        last_day_on=_day(b.last_day_on),
        rev=rev,
    )


def _sample(identifier: str, root: str, rev: int, b: m.SampleBody) -> Sample:
    return Sample(
        id=identifier,
        request_id=root,
        position=b.position,
        learner_name=b.learner_name,
        learner_number=b.learner_number,
        unit_code=b.unit_code,
        unit_title=b.unit_title,
        unit_credits=b.unit_credits,
        assessor=b.assessor,
        assessor_decision=b.assessor_decision,
        reason=b.reason,
        rev=rev,
    )


def _evidence(identifier: str, root: str, rev: int, b: m.EvidenceBody) -> Evidence:
    return Evidence(
        id=identifier,
        request_id=root,
        sample_id=b.sample_id,
        kind=EvidenceKind(b.kind),
        name=b.name,
        sha256=b.sha256,
        size=b.size,
        media_type=b.media_type,
        not_applicable=b.not_applicable,
        url=b.url,
        agreed=b.agreed,
        rev=rev,
    )


def _judgement(identifier: str, root: str, rev: int, b: m.JudgementBody) -> Judgement:
    return Judgement(
        id=identifier,
        request_id=root,
        sample_id=b.sample_id,
        decision=Decision(b.decision),
        rationale=b.rationale,
        actions=tuple(ActionForCentre(text) for text in b.actions),
        supersedes=tuple(b.supersedes),
        moderator_id=b.moderator_id,
        moderator_name=b.moderator_name,
        recorded_at=from_text(b.recorded_at),
        withdrawn=b.withdrawn,
        rev=rev,
    )


def _note(identifier: str, root: str, rev: int, b: m.NoteBody) -> Note:
    return Note(
        id=identifier,
        request_id=root,
        sample_id=b.sample_id,
        stage=RequestState(b.stage),
        author_id=b.author_id,
        author_name=b.author_name,
        text=b.text,
        written_at=from_text(b.written_at),
        files=tuple(AttachedFile(f.name, f.sha256, f.size, f.media_type) for f in b.files),
        rev=rev,
    )


def _report(identifier: str, root: str, rev: int, b: m.ReportBody) -> IssuedReport:
    return IssuedReport(
        id=identifier,
        request_id=root,
        outcome=Outcome(b.outcome),
        moderator_id=b.moderator_id,
        moderator_name=b.moderator_name,
        issued_at=from_text(b.issued_at),
        pdf_sha256=b.pdf_sha256,
        pdf_size=b.pdf_size,
        rev=rev,
    )


def _queue_row(identifier: str, root: str, rev: int, b: m.QueueRowBody) -> QueueRow:
    return QueueRow(
        id=identifier,
        number=b.number,
        centre_number=b.centre_number,
        centre_name=b.centre_name,
        qualification_code=b.qualification_code,
        qualification_title=b.qualification_title,
        state=RequestState(b.state),
        submitted_on=date.fromisoformat(b.submitted_on),
        due_on=_day(b.due_on),
        held_on=_day(b.held_on),
        outcome=Outcome(b.outcome) if b.outcome else None,
        moderator_id=b.moderator_id,
        moderator_name=b.moderator_name,
        samples=b.samples,
        judged=b.judged,
        rev=rev,
    )


def _body(record: RequestRecord) -> tuple[str, msgspec.Struct]:
    match record:
        case ModerationRequest():
            return "request", m.RequestBody(
                number=record.number,
                centre_id=record.centre_id,
                centre_number=record.centre_number,
                centre_name=record.centre_name,
                nation=record.nation.value,
                qualification_code=record.qualification_code,
                qualification_title=record.qualification_title,
                awarding_body=record.awarding_body,
                state=record.state.value,
                submitted_on=record.submitted_on.isoformat(),
                evidence_complete_on=_day_text(record.evidence_complete_on),
                due_on=_day_text(record.due_on),
                earlier_due_on=[day.isoformat() for day in record.earlier_due_on],
                held_on=_day_text(record.held_on),
                hold_reason=record.hold_reason,
                certification_hold=record.certification_hold,
                outcome=record.outcome.value if record.outcome else "",
                moderator_id=record.moderator_id,
                moderator_name=record.moderator_name,
                sampling_words=record.sampling_words,
                centre_note=record.centre_note,
                samples=record.samples,
                judged=record.judged,
                returned_on=_day_text(record.returned_on),
                last_day_on=_day_text(record.last_day_on),
            )
        case Sample():
            return "sample", m.SampleBody(
                position=record.position,
                learner_name=record.learner_name,
                learner_number=record.learner_number,
                unit_code=record.unit_code,
                unit_title=record.unit_title,
                unit_credits=record.unit_credits,
                assessor=record.assessor,
                assessor_decision=record.assessor_decision,
                reason=record.reason,
            )
        case Evidence():
            return "evidence", m.EvidenceBody(
                kind=record.kind.value,
                name=record.name,
                sha256=record.sha256,
                size=record.size,
                sample_id=record.sample_id,
                media_type=record.media_type,
                not_applicable=record.not_applicable,
                url=record.url,
                agreed=record.agreed,
            )
        case Judgement():
            return "judgement", m.JudgementBody(
                sample_id=record.sample_id,
                decision=record.decision.value,
                rationale=record.rationale,
                actions=[action.text for action in record.actions],
                moderator_id=record.moderator_id,
                moderator_name=record.moderator_name,
                recorded_at=to_text(record.recorded_at),
                supersedes=list(record.supersedes),
                withdrawn=record.withdrawn,
            )
        case Note():
            return "note", m.NoteBody(
                stage=record.stage.value,
                author_id=record.author_id,
                author_name=record.author_name,
                text=record.text,
                written_at=to_text(record.written_at),
                sample_id=record.sample_id,
                files=[
                    m.FileBody(name=f.name, sha256=f.sha256, size=f.size, media_type=f.media_type)
                    for f in record.files
                ],
            )
        case IssuedReport():
            return "report", m.ReportBody(
                outcome=record.outcome.value,
                moderator_id=record.moderator_id,
                moderator_name=record.moderator_name,
                issued_at=to_text(record.issued_at),
                pdf_sha256=record.pdf_sha256,
                pdf_size=record.pdf_size,
            )
        case QueueRow():
            return "queue_row", m.QueueRowBody(
                number=record.number,
                centre_number=record.centre_number,
                centre_name=record.centre_name,
                qualification_code=record.qualification_code,
                qualification_title=record.qualification_title,
                state=record.state.value,
                submitted_on=record.submitted_on.isoformat(),
                due_on=_day_text(record.due_on),
                held_on=_day_text(record.held_on),
                outcome=record.outcome.value if record.outcome else "",
                moderator_id=record.moderator_id,
                moderator_name=record.moderator_name,
                samples=record.samples,
                judged=record.judged,
            )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _day_text(day: date | None) -> str:
    return day.isoformat() if day else ""


# -- people -----------------------------------------------------------------------------------------------------


def tokens_of(person: Person, access: str, expires_in: int, refresh: str = "") -> m.Tokens:
    return m.Tokens(
        access=access,
        expires_in=expires_in,
        person_id=person.id,
        person_name=person.name,
        email=person.email,
        grants=[
            m.GrantMessage(role=grant.role.value, centre_id=grant.centre_id or "") for grant in person.grants
        ],
        refresh=refresh,
    )


def person_of(tokens: m.Tokens) -> Person:
    """The signed-in person; roles of a newer service that this version does not know are left out."""
    known = {role.value for role in Role}
    return Person(
        id=tokens.person_id,
        email=tokens.email,
        name=tokens.person_name,
        grants=tuple(
            Grant(Role(grant.role), grant.centre_id or None) for grant in tokens.grants if grant.role in known
        ),
    )
