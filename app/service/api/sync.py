"""hello, pull, push and manifest: what the desktop and the service say to each other."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, RawBody

from app.domain.dates import to_text
from app.service.api.encodings import ENCODINGS, packed, unpacked
from app.service.api.guard import guarded_visit, only_signed_in
from app.service.api.problems import REFUSALS
from app.service.api.reading import read_message
from app.service.by_role import follow_lost_roles, open_root
from app.service.database import reading, setting
from app.service.errors import Refusal
from app.service.feed import SCHEMA
from app.service.manifest import compare
from app.service.pull import Reader, pull_page
from app.service.services import GivenServices, SignedInVisit, signed_in_visit
from app.service.settings import product_version
from app.wire.messages import (
    ACT_BYTES,
    PROTOCOL,
    PUSH_ACTS,
    PUSH_BYTES,
    PUSH_IDS,
    Hello,
    ManifestAnswer,
    ManifestAsk,
    Problem,
    Push,
    PushAnswer,
)

T = TypeVar("T")

_PUSH_LIMIT = ACT_BYTES + 1024 * 1024
"""Most bytes of a push, with room for what surrounds the payloads."""

_MANIFEST_LIMIT = 16 * 1024 * 1024
"""Most bytes of a manifest: the digests of more than a hundred thousand roots."""

_PUSH = msgspec.json.Decoder(Push)
_MANIFEST = msgspec.json.Decoder(ManifestAsk)

_TOO_LARGE = {413: ResponseSpec(Problem, description="More than the limits of `hello`.")}
_GUARDED: dict[str, Any] = {
    "guards": [only_signed_in],
    "dependencies": {"visit": Provide(guarded_visit, sync_to_thread=False)},
}


@get("/hello", sync_to_thread=True)
def hello(services: GivenServices) -> Hello:
    """Proof that the service is there, and what it understands. Needs no sign-in.

    A desktop older than `protocol_min` may still push.
    """
    with reading(services.engine) as connection:
        durable = int(setting(connection, "durable_seq"))
    return Hello(
        protocol_min=services.protocol_min,
        protocol_max=max(PROTOCOL, services.protocol_min),
        schema=SCHEMA,
        epoch=services.epoch,
        durable_seq=durable,
        push_acts=PUSH_ACTS,
        push_bytes=PUSH_BYTES,
        server_time=to_text(services.clock()),
        version=product_version(),
        push_encodings=list(ENCODINGS),
    )


@get(
    "/pull",
    sync_to_thread=True,
    responses=REFUSALS,
    response_description="NDJSON: one record, enter or leave per line; the last line has `end` and the next `cursor`.",
    media_type="application/x-ndjson",
)
def pull(
    request: Request[Any, Any, Any], services: GivenServices, cursor: FromQuery[str] = ""
) -> Response[bytes]:
    """The next page of the feed since the cursor, as far as the person may see it. No cursor: from the beginning."""
    visit = signed_in_visit(request.headers.get("authorization"), services)
    if not visit.person.grants:
        # Nothing but leaves is left to send, and these must come: the device empties itself by them.
        follow_lost_roles(services.engine, visit.person.id, services.clock())
    reader = Reader(visit.person.id, visit.device_id)
    page = pull_page(services.engine, reader, cursor, services.clock())
    page, encoding = packed(page, request.headers.get("accept-encoding", ""))
    headers = {"Vary": "Accept-Encoding"}
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(page, media_type="application/x-ndjson", headers=headers)


@post(
    "/push",
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=_PUSH_LIMIT,
    responses={**REFUSALS, **_TOO_LARGE},
    **_GUARDED,
)
def push(
    request: Request[Any, Any, Any], body: RawBody, services: GivenServices, visit: SignedInVisit
) -> PushAnswer:
    """Takes acts, each exactly once, and answers each one. A push that timed out is simply sent again.

    The body is a `Push`, plain, gzip or zstd (`Content-Encoding`). It is decoded here, so that each payload's bytes
    stay exactly as they travelled: their hash is part of the act.
    """
    data = _read(_PUSH, request, body, _PUSH_LIMIT)
    if data.protocol > PROTOCOL:
        raise Refusal(
            400,
            "protocol_unknown",
            "This service does not speak the language of your Touchstone yet.",
            "Your work is kept, and goes out once the service has been updated.",
        )
    if data.device_id != visit.device_id:
        raise Refusal(
            403,
            "other_device",
            "These entries say that they come from another device than the one that is signed in.",
            "Sign in again on this device; your work is kept.",
        )
    sizes = [len(memoryview(act.payload)) for act in data.acts]
    if (
        len(sizes) > PUSH_ACTS
        or any(size > ACT_BYTES for size in sizes)
        or (len(sizes) > 1 and sum(sizes) > PUSH_BYTES)
        or sum(len(act.rests_on) for act in data.acts) > PUSH_IDS
    ):
        raise Refusal(
            413,
            "too_large",
            "These entries are more than the service takes at once.",
            "Send fewer at a time.",
        )
    return services.push_desk.answer(visit.person, data)


@post(
    "/manifest",
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=_MANIFEST_LIMIT,
    responses={**REFUSALS, **_TOO_LARGE},
    **_GUARDED,
)
def manifest(
    request: Request[Any, Any, Any], body: RawBody, services: GivenServices, visit: SignedInVisit
) -> ManifestAnswer:
    """Compares what a device holds with what it should hold; asked with `roots`, the next pull mends what differs.

    The body is a `ManifestAsk`, plain, gzip or zstd.
    """
    ask = _read(_MANIFEST, request, body, _MANIFEST_LIMIT)
    return compare(services.engine, Reader(visit.person.id, visit.device_id), ask, services.clock())


@post(
    "/roots/{root:str}/open",
    status_code=204,
    sync_to_thread=True,
    request_max_body_size=1024,
    responses={**REFUSALS, 404: ResponseSpec(Problem, description="Nothing there, or nothing you may see.")},
    **_GUARDED,
)
def open_on_device(root: FromPath[str], services: GivenServices, visit: SignedInVisit) -> Response[None]:
    """Whoever reaches every request by role gets this one whole, on this device, for 30 days from now."""
    open_root(services.engine, visit.person.id, visit.device_id, root, services.clock())
    return Response(None, status_code=204)


def _read(decoder: msgspec.json.Decoder[T], request: Request[Any, Any, Any], body: bytes, limit: int) -> T:
    """The message in a body. Raises Refusal as ``read_message`` and ``unpacked``."""
    return read_message(decoder, unpacked(body, request.headers.get("content-encoding", ""), limit))


router = Router(path="/api/sync", route_handlers=[hello, pull, push, manifest, open_on_device], tags=["sync"])
