"""Who may read which file. Knowing a hash grants nothing; what one may not read looks like what does not exist.

Whoever has a note, or evidence that a reviewer noted, may read its files once that is *granted*: when it is taken, if
its author then had a right to the file, or when the author brings it, be it that the service has no need of their
copy. A grant stays when the author's right ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, Table, and_, or_, select, union, update

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
        if any(connection.scalar(named) for named in _named(person.id, device_id, sha256, now)):
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
    visit_report = select(t.visit_reports.c.id).where(
        and_(t.visit_reports.c.pdf_sha256 == sha256, t.visit_reports.c.review_id.in_(held))
    )
    if reaches_by_role(person, Permission.READ_REPORTS):
        report = select(t.reports.c.id).where(t.reports.c.pdf_sha256 == sha256)
        visit_report = select(t.visit_reports.c.id).where(t.visit_reports.c.pdf_sha256 == sha256)
    # What the centre took back was perhaps never meant for anybody else.
    engagement = select(t.ced_files.c.id).where(
        t.ced_files.c.sha256 == sha256,
        t.ced_files.c.review_id.in_(held),
        t.ced_files.c.withdrawn_at.is_(None),
    )
    # A note alone opens no file, nor does noted evidence: whoever wrote it may only have guessed a hash.
    granted = [
        named.where(files.c.granted_at.is_not(None))
        for named, files in zip(_named(person.id, device_id, sha256, now), _NAMING, strict=True)
    ]
    ways = (uploaded, evidence, report, engagement, visit_report, *granted)
    return bool(connection.scalar(select(or_(*(way.exists() for way in ways)))))


def may_bring(connection: Connection, person: Person, sha256: str) -> bool:
    """Whether the person may bring the file here: anybody with a role, and without one whoever has written a note, or
    noted evidence, that names it, as work recorded while they had a role still counts.
    """
    if person.grants:
        return True
    return any(
        connection.scalar(_naming(files, sha256).where(said.c.author_id == person.id).limit(1)) is not None
        for files, (said, _, _) in _NAMING.items()
    )


def roots_with(connection: Connection, sha256: str) -> list[str]:
    """The requests and reviews of which the file is evidence, or a report."""
    query = union(
        select(t.evidence.c.request_id).where(t.evidence.c.sha256 == sha256),
        select(t.reports.c.request_id).where(t.reports.c.pdf_sha256 == sha256),
        select(t.ced_files.c.review_id).where(
            t.ced_files.c.sha256 == sha256, t.ced_files.c.withdrawn_at.is_(None)
        ),
        select(t.visit_reports.c.review_id).where(t.visit_reports.c.pdf_sha256 == sha256),
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


def grant(connection: Connection, author_id: str, sha256: str, now: datetime, act_id: str = "") -> None:
    """From now on whoever has what this act of the author's brought, a note or noted evidence, may read the file.
    Without an act: whoever has anything of theirs that names it.
    """
    for files, (said, link, _) in _NAMING.items():
        theirs = select(said.c.id).where(said.c.author_id == author_id)
        if act_id:
            theirs = theirs.where(said.c.id == act_id)
        connection.execute(
            update(files)
            .where(files.c.sha256 == sha256, files.c.granted_at.is_(None), files.c[link].in_(theirs))
            .values(granted_at=now)
        )


_NAMING: dict[Table, tuple[Table, str, str]] = {
    t.note_files: (t.notes, "note_id", "request_id"),
    t.visit_files: (t.visit_evidence, "evidence_id", "review_id"),
}
"""Tables of files that people named in what they wrote: where that lies, the column that links to it, and its root."""


def _naming(files: Table, sha256: str) -> Select[tuple[str]]:
    """What names the file: notes, or evidence that reviewers noted."""
    said, link, _ = _NAMING[files]
    return select(said.c.id).join(files, files.c[link] == said.c.id).where(files.c.sha256 == sha256)


def _named(person_id: str, device_id: str, sha256: str, now: datetime) -> list[Select[tuple[str]]]:
    """What names the file in this person's scope: notes, then evidence that reviewers noted."""
    held = readable_roots(person_id, device_id, now)
    return [
        _naming(files, sha256).where(said.c[root].in_(held)) for files, (said, _, root) in _NAMING.items()
    ]


def _nothing_there() -> Refusal:
    return Refusal(404, "not_found", "There is no such file, or none that you may read.")
