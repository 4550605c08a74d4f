"""Who may read which file. Knowing a hash grants nothing; what one may not read looks like what does not exist."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection, and_, or_, select

from app.domain.people import Permission, Person
from app.service import tables as t
from app.service.apply import reaches_by_role
from app.service.blobs import Part, parts_of
from app.service.errors import Refusal
from app.service.scope import ALL_DEVICES, held_roots

COMPLETE = "complete"
"""The state of an upload whose whole content was verified."""

_HASH = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that may be read: its size in bytes, and its parts if it came in parts."""

    sha256: str
    size: int
    parts: tuple[Part, ...]


def is_hash(text: str) -> bool:
    """Whether a text can be the name of a file: 64 small hex digits."""
    return _HASH.match(text) is not None


def file_for(connection: Connection, person: Person, device_id: str, sha256: str) -> StoredFile:
    """The file, if this person may read it on this device.

    Raises Refusal 404 ``not_found``, or ``evidence_awaited`` to those who may read it once its author has sent it.
    """
    if not is_hash(sha256):
        raise _nothing_there()
    if not may_read(connection, person, device_id, sha256):
        if _is_awaited(connection, person.id, device_id, sha256):
            raise Refusal(
                404,
                "evidence_awaited",
                "The file is still on its way from its author's computer.",
                "Try again later; it comes when that computer has a network.",
            )
        raise _nothing_there()
    size = connection.scalar(select(t.blobs.c.size).where(t.blobs.c.sha256 == sha256))
    if size is None:
        raise _nothing_there()
    return StoredFile(sha256, size, parts_of(connection, sha256))


def may_read(connection: Connection, person: Person, device_id: str, sha256: str) -> bool:
    """Whether a record in the person's scope names the file, or they have brought it here themselves."""
    if _has_by_own_right(connection, person.id, device_id, sha256):
        return True
    if reaches_by_role(person, Permission.READ_REPORTS):
        report = select(t.reports.c.id).where(t.reports.c.pdf_sha256 == sha256)
        if connection.scalar(select(report.exists())):
            return True
    # A note alone opens no file: whoever wrote it may only have guessed a hash.
    return any(
        _has_by_own_right(connection, author, ALL_DEVICES, sha256)
        for author in _authors_naming(connection, person.id, device_id, sha256)
    )


def _has_by_own_right(connection: Connection, person_id: str, device_id: str, sha256: str) -> bool:
    """By an upload of their own, or by a record of the centre or of the awarding body in their scope."""
    held = held_roots(person_id, device_id)
    uploaded = select(t.uploads.c.sha256).where(
        t.uploads.c.person_id == person_id, t.uploads.c.sha256 == sha256, t.uploads.c.state == COMPLETE
    )
    evidence = select(t.evidence.c.id).where(
        and_(t.evidence.c.sha256 == sha256, t.evidence.c.request_id.in_(held))
    )
    report = select(t.reports.c.id).where(
        and_(t.reports.c.pdf_sha256 == sha256, t.reports.c.request_id.in_(held))
    )
    return bool(connection.scalar(select(or_(uploaded.exists(), evidence.exists(), report.exists()))))


def _authors_naming(connection: Connection, person_id: str, device_id: str, sha256: str) -> list[str]:
    """Who wrote the notes in this person's scope that name the file."""
    query = (
        select(t.notes.c.author_id)
        .join(t.note_files, t.note_files.c.note_id == t.notes.c.id)
        .where(
            t.note_files.c.sha256 == sha256,
            t.notes.c.request_id.in_(held_roots(person_id, device_id)),
        )
        .distinct()
    )
    return list(connection.scalars(query))


def _is_awaited(connection: Connection, person_id: str, device_id: str, sha256: str) -> bool:
    return bool(_authors_naming(connection, person_id, device_id, sha256))


def _nothing_there() -> Refusal:
    return Refusal(404, "not_found", "There is no such file, or none that you may read.")
