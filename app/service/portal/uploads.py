"""Files from a browser: in hashed parts by a script, which can go on after a break, or whole in a plain form (M-48).

Both end in the same way: the file is in the store, its person has the right to it, and it is attached as evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, Router, post, put
from litestar.concurrency import sync_to_thread
from litestar.di import Provide
from litestar.params import FromPath, RawBody

from app.domain.errors import KnownError
from app.domain.evidence import EvidenceKind
from app.domain.people import Permission
from app.service import uploads
from app.service.api import files as api
from app.service.api.problems import problem_of
from app.service.api.reading import read_message
from app.service.database import reading
from app.service.errors import Refusal, signed_out
from app.service.evidence_desk import BROWSER, Taken, attach_upload
from app.service.evidence_spot import must_take_evidence
from app.service.portal.context import CentreContext, SignInFirst, centre_context, plain
from app.service.services import GivenServices, Services
from app.service.tokens import Visit
from app.service.uploads_check import Checks
from app.wire.messages import PART_BYTES, PART_HASH_HEADER, UploadAsk, UploadState

BRINGING = "bringing evidence"

_ADDRESS = "/centres/{centre_id:str}/claims/{request_id:str}/evidence"


class AttachAsk(msgspec.Struct, kw_only=True):
    """Which file that was brought becomes evidence, and where. ``sample_id`` empty: for the whole request."""

    sha256: str
    kind: str
    name: str
    sample_id: str = ""


class AttachAnswer(msgspec.Struct, kw_only=True):
    """What a look into the file found. ``warning`` is empty unless its owner should know something."""

    id: str
    name: str
    verdict: str
    says: str
    warning: str


@dataclass(frozen=True, slots=True)
class Bringer:
    """Somebody who may bring evidence to one request of their centre, which takes it now."""

    context: CentreContext
    request_id: str

    @property
    def visit(self) -> Visit:
        """As the upload desk knows them."""
        return Visit(self.context.visitor, BROWSER)


_ASK = msgspec.json.Decoder(UploadAsk)
_ATTACH = msgspec.json.Decoder(AttachAsk)


def bringer(request: Request[Any, Any, Any], services: Services, centre_id: str, request_id: str) -> Bringer:
    """Who sends this, looked at before anything of a body is read.

    Raises SignInFirst; Refusal for another's centre or claim; KnownError for a claim that takes no evidence now.
    """
    context = centre_context(request, services, centre_id)
    context.must(Permission.CLAIM_FOR_LEARNERS, BRINGING)
    request_id = plain(request_id)
    with reading(services.engine) as connection:
        found = must_take_evidence(connection, context.visitor, request_id)
    if found.centre_id != centre_id:
        raise Refusal(404, "not_found", "There is no such claim at this centre.")
    return Bringer(context, request_id)


def kind_of(text: str) -> EvidenceKind:
    """The kind with this name. Raises KnownError for any other word."""
    try:
        return EvidenceKind(text)
    except ValueError as error:
        raise KnownError("kind_missing", "Choose what kind of evidence this is.") from error


async def begin_upload(services: Services, visit: Visit, body: bytes, checks: Checks) -> UploadState:
    """Announces a file, for somebody who may bring it; tells which of its parts are here already."""
    ask = read_message(_ASK, body)
    state = await sync_to_thread(uploads.begin, services.engine, visit.person, BROWSER, ask, services.clock())
    return await api.checked(state, services, visit, checks)


async def take_part(
    services: Services, visit: Visit, sha256: str, number: int, request: Request[Any, Any, Any]
) -> None:
    """Keeps one part, read from the request's body, of a file that was announced."""
    size = await sync_to_thread(uploads.expected_part, services.engine, visit.person, plain(sha256), number)
    announced = request.headers.get(PART_HASH_HEADER, "").lower()
    content = await api.announced_body(request, size, announced)
    await sync_to_thread(
        uploads.keep_part,
        services.engine,
        services.blobs,
        visit.person,
        plain(sha256),
        number,
        announced,
        content,
        services.clock(),
    )


async def end_upload(services: Services, visit: Visit, sha256: str, checks: Checks) -> UploadState:
    """Every part was sent: the whole is checked, or is being checked."""
    state = await sync_to_thread(
        uploads.ask_complete, services.engine, visit.person, plain(sha256), services.clock()
    )
    return await api.checked(state, services, visit, checks)


@post(f"{_ADDRESS}/uploads", status_code=200, request_max_body_size=16 * 1024)
async def begin(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    body: RawBody,
    request: Request[Any, Any, Any],
    services: GivenServices,
    checks: api.GivenChecks,
) -> UploadState:
    """Announces a file (`UploadAsk`) and tells which of its parts are here already."""
    visit = (await sync_to_thread(bringer, request, services, centre_id, request_id)).visit
    return await begin_upload(services, visit, body, checks)


@put(
    f"{_ADDRESS}/uploads/{{sha256:str}}/parts/{{number:int}}",
    status_code=204,
    request_max_body_size=PART_BYTES,
)
async def part(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    sha256: FromPath[str],
    number: FromPath[int],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[None]:
    """One part; `X-Part-SHA256` is its hash. Sending the same part again does no harm."""
    visit = (await sync_to_thread(bringer, request, services, centre_id, request_id)).visit
    await take_part(services, visit, sha256, number, request)
    return Response(None, status_code=204)


@post(f"{_ADDRESS}/uploads/{{sha256:str}}/complete", status_code=202, request_max_body_size=1024)
async def complete(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    sha256: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    checks: api.GivenChecks,
) -> UploadState:
    """Every part was sent: the whole is checked. Asked again until the state is no longer `checking`."""
    visit = (await sync_to_thread(bringer, request, services, centre_id, request_id)).visit
    return await end_upload(services, visit, sha256, checks)


@post(f"{_ADDRESS}/attach", status_code=200, request_max_body_size=16 * 1024)
async def attach(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    body: RawBody,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> AttachAnswer:
    """A file that was brought becomes evidence, once it was looked into (`AttachAsk`, M-46, M-47)."""
    found = await sync_to_thread(bringer, request, services, centre_id, request_id)
    ask = read_message(_ATTACH, body)
    taken = await sync_to_thread(attach_file, services, found, ask)
    return AttachAnswer(
        id=taken.id, name=taken.name, verdict=taken.verdict, says=taken.says, warning=taken.warning
    )


def attach_file(services: Services, found: Bringer, ask: AttachAsk) -> Taken:
    """As ``attach_upload``, for what a browser asks."""
    return attach_upload(
        services.engine,
        services.blobs,
        found.context.visitor,
        found.request_id,
        plain(ask.sample_id),
        kind_of(ask.kind),
        ask.name,
        ask.sha256,
        services.clock(),
    )


def as_problem(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Every refusal as a ``Problem`` that the script puts into the page."""
    status, problem, headers = problem_of(signed_out() if isinstance(error, SignInFirst) else error)
    return Response(problem, status_code=status, media_type="application/json", headers=headers)


def script_router(handlers: Sequence[Any]) -> Router:
    """The addresses that a page's script asks: their refusals are messages, not pages."""
    return Router(
        path="/",
        route_handlers=list(handlers),
        dependencies={"checks": Provide(api.checks_of, sync_to_thread=False)},
        exception_handlers={Exception: as_problem, SignInFirst: as_problem},
    )


HANDLERS = (script_router((begin, part, complete, attach)),)
