"""Opening requests, attaching evidence and declaring it complete: for operators now, for the centre's portal later."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select, update

from app.domain.clocks import moderation_due
from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.evidence import MAY_BE_NOT_APPLICABLE, Evidence, EvidenceKind, missing_evidence
from app.domain.moderation import Note, RequestState
from app.service import tables as t
from app.service.accounts import new_id, require_person
from app.service.assignments import request_id_of
from app.service.blobs import BlobStore, record_blob
from app.service.database import transact
from app.service.feed import Changes, lock_requests
from app.service.ledger import note_row
from app.service.records import load_evidence, load_requests, load_samples

_TAKES_EVIDENCE = frozenset({RequestState.SAMPLE_REQUESTED, RequestState.IN_MODERATION})


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One learner-unit a centre claims; ``reason``: why it was sampled, empty if it was not."""

    learner_number: str
    unit_code: str
    assessor: str
    assessor_decision: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A claim with its sample, as submitted. ``number`` empty: the next free one."""

    centre_number: str
    qualification_code: str
    submitted_on: date
    lines: tuple[ClaimLine, ...]
    sampling_words: str = ""
    centre_note: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One piece of evidence: a file's bytes or path, a link to the centre's own platform, or the centre's reason
    why there is none of this kind.

    ``sample``: position of the sample it belongs to, 0 for the whole request.
    """

    kind: EvidenceKind
    name: str = ""
    content: bytes | Path = b""
    sample: int = 0
    not_applicable: str = ""
    url: str = ""


def open_request(engine: Engine, new: NewRequest) -> str:
    """Makes a request with its claim lines and samples, waiting for evidence. Returns its number.

    Raises KnownError for a centre, qualification, learner or unit that does not exist or does not fit.
    """

    def make(connection: Connection) -> str:
        changes = Changes()
        number = _insert_request(connection, new, changes)
        changes.publish(connection)
        return number

    return transact(engine, make)


def attach_evidence(
    engine: Engine, blobs: BlobStore, request_number: str, attachments: Sequence[Attachment], now: datetime
) -> None:
    """Adds evidence to a request; files go into the store first, so that no record names a file that is not there."""
    stored = [_store(blobs, item) for item in attachments]

    def attach(connection: Connection) -> None:
        request_id = request_id_of(connection, request_number)
        lock_requests(connection, [request_id])
        (request,) = load_requests(connection, [request_id])
        if request.state not in _TAKES_EVIDENCE:
            raise KnownError(
                "evidence_not_asked",
                f"Request {request.number} takes no evidence now: {request.state.words.lower()}.",
            )
        at = {sample.position: sample.id for sample in load_samples(connection, [request_id])}
        changes = Changes()
        for item, (sha256, size) in zip(attachments, stored, strict=True):
            if item.sample and item.sample not in at:
                raise KnownError("sample_unknown", f"Request {request.number} has no sample {item.sample}.")
            if sha256:
                record_blob(connection, sha256, size, now)
            record = Evidence(
                id=new_id(),
                request_id=request_id,
                sample_id=at[item.sample] if item.sample else "",
                kind=item.kind,
                name=item.name,
                sha256=sha256,
                size=size,
                media_type=(mimetypes.guess_type(item.name)[0] or "application/octet-stream")
                if sha256
                else "",
                not_applicable=item.not_applicable,
                url=item.url,
            )
            connection.execute(t.evidence.insert().values(_evidence_row(record, now)))
            changes.put(record)
        changes.publish(connection)

    transact(engine, attach)


def declare_evidence_complete(engine: Engine, request_number: str, now: datetime) -> date:
    """The centre's declaration: moderation begins and its 21 working days run (M-50, D-6). Returns the due date.

    Raises KnownError naming the first thing that is missing.
    """

    def declare(connection: Connection) -> date:
        request_id = request_id_of(connection, request_number)
        lock_requests(connection, [request_id])
        (request,) = load_requests(connection, [request_id])
        if request.state is not RequestState.SAMPLE_REQUESTED:
            raise KnownError(
                "evidence_not_asked",
                f"Request {request.number} does not wait for evidence: {request.state.words.lower()}.",
            )
        samples = load_samples(connection, [request_id])
        missing = missing_evidence(samples, load_evidence(connection, [request_id]))
        if missing:
            kind, where = missing[0]
            named = {sample.id: f"sample {sample.position}" for sample in samples}
            place = named.get(where, f"unit {where}" if where else "the request")
            raise KnownError(
                "evidence_missing",
                f"The evidence is not complete: {kind.words.lower()} for {place} is missing.",
                "Attach it, or give the reason why there is none where that is allowed.",
            )
        today = london_day(now)
        due = moderation_due(today, request.nation)
        changes = Changes()
        connection.execute(
            t.due_dates.insert().values(
                id=new_id(), request_id=request_id, due_on=due, reason="evidence complete", set_at=now
            )
        )
        connection.execute(
            update(t.requests)
            .where(t.requests.c.id == request_id)
            .values(
                state=RequestState.IN_MODERATION.value,
                evidence_complete_on=today,
                due_on=due,
                moved_by="",
                moved_tag=changes.tag,
            )
        )
        changes.put(*load_requests(connection, [request_id]))
        changes.publish(connection)
        return due

    return transact(engine, declare)


def write_note(engine: Engine, request_number: str, author_email: str, text: str, now: datetime) -> None:
    """A note of the centre or of CMI in a request, at whatever stage it is (M-49, M-53)."""

    def write(connection: Connection) -> None:
        request_id = request_id_of(connection, request_number)
        lock_requests(connection, [request_id])
        (request,) = load_requests(connection, [request_id])
        author = require_person(connection, author_email)
        note = Note(new_id(), request_id, "", request.state, author.id, author.name, text, now)
        connection.execute(t.notes.insert().values(note_row(note)))
        changes = Changes()
        changes.put(note)
        changes.publish(connection)

    transact(engine, write)


def _insert_request(connection: Connection, new: NewRequest, changes: Changes) -> str:
    centre_id = connection.scalar(select(t.centres.c.id).where(t.centres.c.number == new.centre_number))
    qualification_id = connection.scalar(
        select(t.qualifications.c.id).where(t.qualifications.c.code == new.qualification_code)
    )
    if centre_id is None or qualification_id is None:
        raise KnownError(
            "claim_unknown",
            f"There is no centre {new.centre_number} or qualification {new.qualification_code}.",
        )
    request_id, number = new_id(), new.number or _next_number(connection, new.submitted_on)
    sampled = sum(bool(line.reason) for line in new.lines)
    connection.execute(
        t.requests.insert().values(
            id=request_id,
            number=number,
            centre_id=centre_id,
            qualification_id=qualification_id,
            state=RequestState.SAMPLE_REQUESTED.value,
            submitted_on=new.submitted_on,
            sampling_words=new.sampling_words,
            centre_note=new.centre_note,
            samples=sampled,
            judged=0,
            moved_by="",
            moved_tag=changes.tag,
        )
    )
    position = 0
    for line in new.lines:
        line_id = new_id()
        connection.execute(
            t.claim_lines.insert().values(
                id=line_id,
                request_id=request_id,
                learner_id=_registered_learner(connection, line.learner_number, centre_id, qualification_id),
                unit_id=_unit(connection, line.unit_code, qualification_id),
                assessor=line.assessor,
                assessor_decision=line.assessor_decision,
            )
        )
        if line.reason:
            position += 1
            connection.execute(
                t.samples.insert().values(
                    id=new_id(),
                    request_id=request_id,
                    claim_line_id=line_id,
                    position=position,
                    reason=line.reason,
                )
            )
    changes.put(*load_requests(connection, [request_id]), *load_samples(connection, [request_id]))
    return number


def _registered_learner(connection: Connection, number: str, centre_id: str, qualification_id: str) -> str:
    found = connection.scalar(
        select(t.learners.c.id)
        .join(t.registrations, t.registrations.c.learner_id == t.learners.c.id)
        .where(
            t.learners.c.number == number,
            t.learners.c.centre_id == centre_id,
            t.registrations.c.qualification_id == qualification_id,
        )
    )
    if found is None:
        raise KnownError(
            "learner_not_registered",
            f"Learner {number} is not registered for this qualification at this centre.",
        )
    return str(found)


def _unit(connection: Connection, code: str, qualification_id: str) -> str:
    found = connection.scalar(
        select(t.units.c.id).where(t.units.c.code == code, t.units.c.qualification_id == qualification_id)
    )
    if found is None:
        raise KnownError("unit_unknown", f"The qualification has no unit {code}.")
    return str(found)


def _next_number(connection: Connection, submitted_on: date) -> str:
    """The next number; the counter's row is locked, so that no two requests share one."""
    table = t.service_settings
    last = connection.execute(
        select(table.c.value).where(table.c.name == "last_request_number").with_for_update()
    ).scalar_one()
    following = int(last) + 1
    connection.execute(
        update(table).where(table.c.name == "last_request_number").values(value=str(following))
    )
    return f"MR-{submitted_on.year}-{following:05}"


def _store(blobs: BlobStore, item: Attachment) -> tuple[str, int]:
    if item.not_applicable:
        if item.kind not in MAY_BE_NOT_APPLICABLE:
            raise KnownError(
                "always_needed", f"{item.kind.words} is always needed; it cannot be “not applicable”."
            )
        return "", 0
    if item.url:
        return "", 0
    if isinstance(item.content, Path):
        if not item.content.is_file():
            raise KnownError("file_missing", f"There is no file {item.content}.")
        return blobs.put_file(item.content)
    return blobs.put_bytes(item.content), len(item.content)


def _evidence_row(record: Evidence, now: datetime) -> dict[str, object]:
    return {
        "id": record.id,
        "request_id": record.request_id,
        "sample_id": record.sample_id or None,
        "kind": record.kind.value,
        "name": record.name,
        "sha256": record.sha256,
        "size": record.size,
        "media_type": record.media_type,
        "not_applicable": record.not_applicable,
        "url": record.url,
        "added_at": now,
    }
