"""Requests put there quickly, for tests, the simulation and measuring: nothing is drawn, looked into, or mailed.

What centres do goes through ``saved_claims``, ``submitting`` and ``evidence_desk`` instead. Learner-units are taken as
by a claim, so that nobody claims them again (M-22).
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select, update

from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.evidence import Evidence, EvidenceKind, missing_evidence
from app.domain.life import after_evidence_complete
from app.domain.moderation import RequestState
from app.domain.quarters import quarter_of
from app.service import tables as t
from app.service.accounts import new_id
from app.service.assignments import request_id_of
from app.service.blobs import BlobStore, record_blob
from app.service.database import transact
from app.service.feed import Changes, lock_requests
from app.service.numbers import next_request_number
from app.service.records import load_evidence, load_requests, load_samples, request_row


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One learner-unit of a request; ``reason``: why it was sampled, empty if it was not."""

    learner_number: str
    unit_code: str
    assessor: str
    assessor_decision: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request with its sample. ``number`` empty: the next free one."""

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
    """Adds evidence to a request at whatever stage; files go into the store first, so that no record names a file that
    is not there. Raises KnownError for a sample that is not there.
    """
    stored = [_store(blobs, item) for item in attachments]

    def attach(connection: Connection) -> None:
        request_id = request_id_of(connection, request_number)
        lock_requests(connection, [request_id])
        at = {sample.position: sample.id for sample in load_samples(connection, [request_id])}
        changes = Changes()
        for item, (sha256, size) in zip(attachments, stored, strict=True):
            if item.sample and item.sample not in at:
                raise KnownError("sample_unknown", f"Request {request_number} has no sample {item.sample}.")
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
    """The centre's declaration, without asking whose scheme it is: its 21 working days run. Returns the due date.

    Raises KnownError for a request that does not wait for evidence, and where some is missing.
    """

    def declare(connection: Connection) -> date:
        request_id = request_id_of(connection, request_number)
        lock_requests(connection, [request_id])
        (request,) = load_requests(connection, [request_id])
        moved = after_evidence_complete(request, london_day(now))
        missing = missing_evidence(
            load_samples(connection, [request_id]), load_evidence(connection, [request_id])
        )
        if missing:
            raise KnownError("evidence_missing", f"The evidence is not complete: {missing[0][0].words}.")
        assert moved.due_on is not None
        changes = Changes()
        connection.execute(
            t.due_dates.insert().values(
                id=new_id(),
                request_id=request_id,
                due_on=moved.due_on,
                reason="evidence complete",
                set_at=now,
            )
        )
        connection.execute(
            update(t.requests)
            .where(t.requests.c.id == request_id)
            .values(**request_row(moved), moved_by="", moved_tag=changes.tag)
        )
        changes.put(*load_requests(connection, [request_id]))
        changes.publish(connection)
        return moved.due_on

    return transact(engine, declare)


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
    request_id = new_id()
    number = new.number or next_request_number(connection, new.submitted_on.year)
    connection.execute(
        t.requests.insert().values(
            id=request_id,
            number=number,
            centre_id=centre_id,
            qualification_id=qualification_id,
            state=RequestState.SAMPLE_REQUESTED.value,
            submitted_on=new.submitted_on,
            quarter=quarter_of(new.submitted_on),
            sampling_words=new.sampling_words,
            centre_note=new.centre_note,
            samples=sum(bool(line.reason) for line in new.lines),
            judged=0,
            moved_by="",
            moved_tag=changes.tag,
        )
    )
    position = 0
    for line in new.lines:
        line_id = new_id()
        learner_id = _registered_learner(connection, line.learner_number, centre_id, qualification_id)
        unit_id = _unit(connection, line.unit_code, qualification_id)
        connection.execute(
            t.claim_lines.insert().values(
                id=line_id,
                request_id=request_id,
                learner_id=learner_id,
                unit_id=unit_id,
                assessor=line.assessor,
                assessor_decision=line.assessor_decision,
            )
        )
        connection.execute(
            t.claimed_units.insert().values(learner_id=learner_id, unit_id=unit_id, request_id=request_id)
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


def _store(blobs: BlobStore, item: Attachment) -> tuple[str, int]:
    """Hash and size of the file; nothing for what has none."""
    if item.not_applicable or item.url:
        return "", 0
    if isinstance(item.content, Path):
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
