"""Who may read which file. Knowing a hash grants nothing; what one may not read looks like what does not exist.

Whoever has a note may read its files once that is *granted*: when the note is taken, if its author then had a right to
the file, or when the author brings it, be it that the service has no need of their copy. A grant stays when the
author's right ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, and_, or_, select, union, update

from app.domain.people import Permission, Person
from app.service import tables as t
from app.service.apply import reaches_by_role
from app.service.blobs import Part, parts_of
from app.service.errors import Refusal
from app.service.scope import readable_roots

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


def file_for(
    connection: Connection, person: Person, device_id: str, sha256: str, now: datetime
) -> StoredFile:
    """The file, if this person may read it on this device at ``now``.

    Raises Refusal 404 ``not_found``, or ``evidence_awaited`` to those who may read it once its author has sent it.
    """
    if not is_hash(sha256):
        raise _nothing_there()
    if not may_read(connection, person, device_id, sha256, now):
        if connection.scalar(_named_by_notes(person.id, device_id, sha256, now)):
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


def may_read(connection: Connection, person: Person, device_id: str, sha256: str, now: datetime) -> bool:
    """Whether a record in the person's scope names the file, or they have brought it here themselves."""
    held = readable_roots(person.id, device_id, now)
    uploaded = select(t.uploads.c.sha256).where(
        t.uploads.c.person_id == person.id, t.uploads.c.sha256 == sha256, t.uploads.c.state == COMPLETE
    )
    evidence = select(t.evidence.c.id).where(
        and_(t.evidence.c.sha256 == sha256, t.evidence.c.request_id.in_(held))
    )
    report = select(t.reports.c.id).where(
        and_(t.reports.c.pdf_sha256 == sha256, t.reports.c.request_id.in_(held))
    )
    if reaches_by_role(person, Permission.READ_REPORTS):
        report = select(t.reports.c.id).where(t.reports.c.pdf_sha256 == sha256)
    # A note alone opens no file: whoever wrote it may only have guessed a hash.
    granted = _named_by_notes(person.id, device_id, sha256, now).where(t.note_files.c.granted_at.is_not(None))
    ways = (uploaded.exists(), evidence.exists(), report.exists(), granted.exists())
    return bool(connection.scalar(select(or_(*ways))))


def may_bring(connection: Connection, person: Person, sha256: str) -> bool:
    """Whether the person may bring the file here: anybody with a role, and without one whoever has written a note that
    names it, as work recorded while they had a role still counts.
    """
    if person.grants:
        return True
    named = _naming(sha256).where(t.notes.c.author_id == person.id)
    return connection.scalar(named.limit(1)) is not None


def roots_with(connection: Connection, sha256: str) -> list[str]:
    """The requests of which the file is evidence, or a report."""
    query = union(
        select(t.evidence.c.request_id).where(t.evidence.c.sha256 == sha256),
        select(t.reports.c.request_id).where(t.reports.c.pdf_sha256 == sha256),
    )
    return sorted(connection.scalars(query))


def lock_uploads(connection: Connection, person_id: str, hashes: Iterable[str]) -> None:
    """Locks the person's uploads of these files until the commit: one that is just being completed is waited for, so
    that either it finds the note that names its file, or the note finds it complete.
    """
    table = t.uploads
    connection.execute(
        select(table.c.sha256)
        .where(table.c.person_id == person_id, table.c.sha256.in_(sorted(set(hashes))))
        .order_by(table.c.sha256)
        .with_for_update()
    ).all()


def grant(connection: Connection, author_id: str, sha256: str, now: datetime, note_id: str = "") -> None:
    """From now on whoever has this note of the author's, or any note of theirs that names the file, may read it."""
    notes = select(t.notes.c.id).where(t.notes.c.author_id == author_id)
    if note_id:
        notes = notes.where(t.notes.c.id == note_id)
    table = t.note_files
    connection.execute(
        update(table)
        .where(table.c.sha256 == sha256, table.c.granted_at.is_(None), table.c.note_id.in_(notes))
        .values(granted_at=now)
    )


def _naming(sha256: str) -> Select[tuple[str]]:
    """The notes that name the file."""
    return (
        select(t.notes.c.id)
        .join(t.note_files, t.note_files.c.note_id == t.notes.c.id)
        .where(t.note_files.c.sha256 == sha256)
    )


def _named_by_notes(person_id: str, device_id: str, sha256: str, now: datetime) -> Select[tuple[str]]:
    """The notes in this person's scope that name the file."""
    return _naming(sha256).where(t.notes.c.request_id.in_(readable_roots(person_id, device_id, now)))


def _nothing_there() -> Refusal:
    return Refusal(404, "not_found", "There is no such file, or none that you may read.")
