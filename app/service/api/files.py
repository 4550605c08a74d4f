"""Files by their SHA-256: read whole or in part by those who may, and brought here in parts."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post, put
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Headers, State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import InternalServerException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, RawBody, SkipValidation
from litestar.response import Stream

from app.service import uploads
from app.service.api.guard import guarded_visit, only_signed_in
from app.service.api.problems import REFUSALS
from app.service.api.reading import read_message
from app.service.database import reading
from app.service.errors import Refusal, no_role
from app.service.file_rights import StoredFile, file_for
from app.service.services import GivenServices, Services, SignedInVisit
from app.service.tokens import Visit
from app.service.uploads_check import Checks
from app.wire.messages import PART_BYTES, PART_HASH_HEADER, Problem, UploadAsk, UploadState

PATIENCE = 2.0
"""Seconds for which an answer waits for a check that is soon over, so that a small file needs no second asking."""

_ASK = msgspec.json.Decoder(UploadAsk)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")
_NONE = {404: ResponseSpec(Problem, description="No such file, or none that you may know of.")}
_STANDS = {409: ResponseSpec(Problem, description="Something else stands there already.")}


@dataclass(frozen=True, slots=True)
class _Span:
    """Bytes ``start`` up to, not including, ``end``; ``partial``: not the whole file."""

    start: int
    end: int
    partial: bool


GivenChecks = NamedDependency[SkipValidation[Checks]]


def checks_of(state: State, services: GivenServices) -> Checks:
    """The checks of this process."""
    if "upload_checks" not in state:
        state["upload_checks"] = Checks(services.engine, services.blobs, services.clock)
    found: Checks = state["upload_checks"]
    return found


@get("/{sha256:str}", responses={**REFUSALS, **_NONE}, media_type="application/octet-stream")
async def blob(
    sha256: FromPath[str], request: Request[Any, Any, Any], services: GivenServices, visit: SignedInVisit
) -> Response[Any]:
    """A file, whole or in part (Range, If-Range). What you may not read looks like what does not exist."""
    file = await sync_to_thread(_readable, services, visit, sha256)
    etag = f'"{sha256}"'
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers)
    span = _wanted(request.headers, file.size, etag)
    if span is None:
        return Response(b"", status_code=416, headers={**headers, "Content-Range": f"bytes */{file.size}"})
    headers["Content-Length"] = str(span.end - span.start)
    if span.partial:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{file.size}"
    return Stream(
        services.blobs.stream(sha256, span.start, span.end, file.parts),
        status_code=206 if span.partial else 200,
        headers=headers,
        media_type="application/octet-stream",
    )


@post("/", status_code=200, request_max_body_size=16 * 1024, responses=REFUSALS)
async def begin(
    body: RawBody, services: GivenServices, visit: SignedInVisit, checks: GivenChecks
) -> UploadState:
    """Announces a file (`UploadAsk`) and tells which of its parts are here. Also asked to see how an upload stands."""
    ask = read_message(_ASK, body)
    state = await sync_to_thread(
        uploads.begin, services.engine, visit.person, visit.device_id, ask, services.clock()
    )
    return await checked(state, services, visit, checks)


@put(
    "/{sha256:str}/parts/{number:int}",
    status_code=204,
    request_max_body_size=PART_BYTES,
    responses={**REFUSALS, **_NONE, **_STANDS},
)
async def part(
    sha256: FromPath[str],
    number: FromPath[int],
    request: Request[Any, Any, Any],
    services: GivenServices,
    visit: SignedInVisit,
) -> Response[None]:
    """One part of an announced file; `X-Part-SHA256` is its hash. Sending the same part again does no harm."""
    size = await sync_to_thread(uploads.expected_part, services.engine, visit.person, sha256, number)
    announced = request.headers.get(PART_HASH_HEADER, "").lower()
    content = await announced_body(request, size, announced)
    await sync_to_thread(
        uploads.keep_part,
        services.engine,
        services.blobs,
        visit.person,
        sha256,
        number,
        announced,
        content,
        services.clock(),
    )
    return Response(None, status_code=204)


@post("/{sha256:str}/complete", status_code=202, request_max_body_size=1024, responses={**REFUSALS, **_NONE})
async def complete(
    sha256: FromPath[str], services: GivenServices, visit: SignedInVisit, checks: GivenChecks
) -> UploadState:
    """Every part was sent: the whole is checked. Asked again until the state is no longer `checking`."""
    state = await sync_to_thread(
        uploads.ask_complete, services.engine, visit.person, sha256, services.clock()
    )
    return await checked(state, services, visit, checks)


async def checked(state: UploadState, services: Services, visit: Visit, checks: Checks) -> UploadState:
    """How the upload stands once its check is over, or after a short wait. A check that nobody does is begun."""
    if state.state != uploads.Stage.CHECKING:
        return state
    under_way = asyncio.wrap_future(checks.check(visit.person.id, state.sha256))
    await asyncio.wait({under_way}, timeout=PATIENCE)
    return await sync_to_thread(uploads.standing, services.engine, visit.person.id, state.sha256)


async def announced_body(request: Request[Any, Any, Any], size: int, sha256: str) -> bytearray:
    """The body, verified while it comes. Raises Refusal 400 when it is not what was announced."""
    content, digest = bytearray(), hashlib.sha256()
    try:
        async for piece in request.stream():
            content += piece
            digest.update(piece)
    except InternalServerException as error:
        # Whoever was sending has gone; nobody reads this answer.
        raise Refusal(400, "broken_off", "The piece broke off on the way.", "It is sent again.") from error
    if len(content) != size:
        raise Refusal(
            400,
            "part_size_wrong",
            f"A piece of the file has {len(content)} bytes where {size} were announced.",
            "Send it again; nothing was lost.",
        )
    if digest.hexdigest() != sha256:
        raise Refusal(
            400,
            "part_changed",
            "A piece of the file arrived different from what was sent.",
            "It is sent again by itself; nothing was lost.",
        )
    return content


def _readable(services: Services, visit: Visit, sha256: str) -> StoredFile:
    if not visit.person.grants:
        raise no_role()
    with reading(services.engine) as connection:
        return file_for(connection, visit.person, visit.device_id, sha256, services.clock())


def _wanted(headers: Headers, size: int, etag: str) -> _Span | None:
    """What is asked for; None: a part the file does not have. Anything but one plain range gets the whole file."""
    whole = _Span(0, size, partial=False)
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
    return _Span(start, end, partial=True) if start < end else None


router = Router(
    path="/api/blobs",
    route_handlers=[blob, begin, part, complete],
    guards=[only_signed_in],
    dependencies={
        "visit": Provide(guarded_visit, sync_to_thread=False),
        "checks": Provide(checks_of, sync_to_thread=False),
    },
    tags=["files"],
)
