"""A file at hand that becomes evidence as if its owner had brought it in a browser: looked into, then taken (M-46)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from app.domain.errors import KnownError
from app.domain.evidence import EvidenceKind
from app.domain.life import TAKES_HANDED_EVIDENCE
from app.domain.people import Permission, Person, Role
from app.service import tables as t
from app.service.accounts import load_person, people_at, require_person
from app.service.assignments import request_id_of
from app.service.blobs import PIECE, BlobStore
from app.service.database import reading
from app.service.evidence_desk import BROWSER, Taken, attach_upload
from app.service.records import load_samples
from app.service.uploads import bring_whole
from app.service.uploads_whole import Arriving


def hand_in(
    engine: Engine,
    blobs: BlobStore,
    person: Person,
    request_id: str,
    sample_id: str,
    kind: EvidenceKind,
    content: Path | bytes,
    name: str,
    now: datetime,
) -> Taken:
    """Brings a file here for somebody who claims for the request's centre, and attaches it. ``sample_id`` empty: it
    counts for the whole request.

    Raises what ``attach_upload`` raises, and OSError for a path that cannot be read.
    """
    arriving = Arriving(blobs)
    if isinstance(content, Path):
        with content.open("rb") as file:
            while piece := file.read(PIECE):
                arriving.take(piece)
                arriving.store()
    else:
        arriving.take(content)
    arrived = arriving.end()
    bring_whole(engine, person, BROWSER, arrived, "application/octet-stream", now)
    return attach_upload(
        engine,
        blobs,
        person,
        request_id,
        sample_id,
        kind,
        name,
        arrived.sha256,
        now,
        takes=TAKES_HANDED_EVIDENCE,
    )


def hand_in_for(
    engine: Engine,
    blobs: BlobStore,
    email: str,
    request_number: str,
    position: int,
    kind: EvidenceKind,
    files: Sequence[Path],
    now: datetime,
) -> tuple[Taken, ...]:
    """Files on this computer become evidence for somebody of the request's centre, who need not come to the portal.

    email: theirs; empty for whoever submitted the claim, or else is first among the centre's staff. position: of the
    sample, 0 for the whole request. Raises KnownError for an unknown person, request or sample and for a file that is
    not there, before anything is taken; then as ``hand_in``.
    """
    for path in files:
        if not path.is_file():
            raise KnownError("file_missing", f"There is no file {path}.")
    with reading(engine) as connection:
        request_id = request_id_of(connection, request_number)
        person = require_person(connection, email) if email else _owner(connection, request_id)
        samples = {sample.position: sample.id for sample in load_samples(connection, [request_id])}
    if position and position not in samples:
        raise KnownError("sample_unknown", f"Request {request_number} has no sample {position}.")
    sample_id = samples[position] if position else ""
    return tuple(
        hand_in(engine, blobs, person, request_id, sample_id, kind, path, path.name, now) for path in files
    )


def _owner(connection: Connection, request_id: str) -> Person:
    """Who may bring evidence for this request without being named: its submitter, else the first who claims there."""
    request = connection.execute(select(t.requests).where(t.requests.c.id == request_id)).one()
    submitter = load_person(connection, request.submitted_by) if request.submitted_by else None
    staff = people_at(connection, request.centre_id, Role.CENTRE_STAFF)
    for person in (submitter, *staff):
        if person is not None and person.may_at(Permission.CLAIM_FOR_LEARNERS, request.centre_id):
            return person
    raise KnownError(
        "nobody_claims",
        "Nobody at this centre may bring evidence.",
        "Give somebody the role centre_staff there, or name another person.",
    )
