"""One file by its SHA-256, for those who may read a record that names it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, Router, get
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Headers
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection, and_, or_, select

from app.domain.people import Permission, Person
from app.service import tables as t
from app.service.api.problems import REFUSALS
from app.service.apply import reaches_by_role
from app.service.database import reading
from app.service.errors import Refusal
from app.service.services import GivenServices, Services, SignedIn, signed_in_person

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")


@dataclass(frozen=True, slots=True)
class _Part:
    """Bytes ``start`` up to, not including, ``end``; ``partial``: not the whole file."""

    start: int
    end: int
    partial: bool


@get(
    "/{sha256:str}",
    dependencies={"person": Provide(signed_in_person, sync_to_thread=True)},
    responses=REFUSALS,
    media_type="application/octet-stream",
)
async def blob(
    sha256: FromPath[str], request: Request[Any, Any, Any], services: GivenServices, person: SignedIn
) -> Response[Any]:
    """A file, whole or in part (Range, If-Range). What you may not read looks like what does not exist."""
    size = await sync_to_thread(_size_for, services, person, sha256)
    etag = f'"{sha256}"'
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers)
    part = _wanted(request.headers, size, etag)
    if part is None:
        return Response(b"", status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Length"] = str(part.end - part.start)
    if part.partial:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    return Stream(
        services.blobs.stream(sha256, part.start, part.end),
        status_code=206 if part.partial else 200,
        headers=headers,
        media_type="application/octet-stream",
    )


def _size_for(services: Services, person: Person, sha256: str) -> int:
    """The file's bytes. Raises Refusal 404 if there is none, or none that this person may read."""
    with reading(services.engine) as connection:
        if not _HASH.match(sha256) or not _may_read(connection, person, sha256):
            raise Refusal(404, "not_found", "There is no such file, or none that you may read.")
        size: int = connection.execute(select(t.blobs.c.size).where(t.blobs.c.sha256 == sha256)).scalar_one()
        return size


def _may_read(connection: Connection, person: Person, sha256: str) -> bool:
    held = select(t.memberships.c.root).where(t.memberships.c.person == person.id, t.memberships.c.entered)
    naming = [
        and_(t.evidence.c.sha256 == sha256, t.evidence.c.request_id.in_(held)),
        and_(t.reports.c.pdf_sha256 == sha256, t.reports.c.request_id.in_(held)),
    ]
    if reaches_by_role(person, Permission.READ_REPORTS):
        naming.append(t.reports.c.pdf_sha256 == sha256)
    of_evidence = select(t.evidence.c.id).where(naming[0]).exists()
    of_reports = select(t.reports.c.id).where(or_(*naming[1:])).exists()
    return bool(connection.scalar(select(or_(of_evidence, of_reports))))


def _wanted(headers: Headers, size: int, etag: str) -> _Part | None:
    """What part is asked for; None: one the file does not have. Anything but one plain range gets the whole file."""
    whole = _Part(0, size, partial=False)
    text = headers.get("range")
    if text is None or headers.get("if-range", etag) != etag:
        return whole
    found = _RANGE.match(text.strip())
    if found is None or found.groups() == ("", ""):
        return whole
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return whole
    return _Part(start, end, partial=True) if start < end else None


router = Router(path="/api/blobs", route_handlers=[blob], tags=["files"])
