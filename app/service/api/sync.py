"""hello, pull and push: what the desktop and the service say to each other."""

from __future__ import annotations

import gzip
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, RawBody

from app.domain.dates import to_text
from app.service.api.problems import REFUSALS
from app.service.database import reading, setting
from app.service.errors import Refusal
from app.service.feed import SCHEMA
from app.service.pull import pull_page
from app.service.services import GivenServices, SignedIn, signed_in_person
from app.service.settings import product_version
from app.service.tokens import device_of_token
from app.wire.messages import (
    ACT_BYTES,
    PROTOCOL,
    PUSH_ACTS,
    PUSH_BYTES,
    Hello,
    Problem,
    Push,
    PushAnswer,
)

_ENVELOPE = 1024 * 1024
"""Room for what surrounds the payloads of a push."""

_PUSH = msgspec.json.Decoder(Push)


@get("/hello", sync_to_thread=True)
def hello(services: GivenServices) -> Hello:
    """Proof that the service is there, and what it understands. Needs no sign-in."""
    with reading(services.engine) as connection:
        durable = int(setting(connection, "durable_seq"))
    return Hello(
        protocol_min=PROTOCOL,
        protocol_max=PROTOCOL,
        schema=SCHEMA,
        epoch=services.epoch,
        durable_seq=durable,
        push_acts=PUSH_ACTS,
        push_bytes=PUSH_BYTES,
        server_time=to_text(services.clock()),
        version=product_version(),
    )


@get(
    "/pull",
    sync_to_thread=True,
    dependencies={"person": Provide(signed_in_person, sync_to_thread=True)},
    responses=REFUSALS,
    response_description="NDJSON: one record, enter or leave per line; the last line has `end` and the next `cursor`.",
    media_type="application/x-ndjson",
)
def pull(
    request: Request[Any, Any, Any], services: GivenServices, person: SignedIn, cursor: FromQuery[str] = ""
) -> Response[bytes]:
    """The next page of the feed since the cursor, as far as the person may see it. No cursor: from the beginning."""
    page = pull_page(services.engine, person.id, cursor)
    headers = {"Vary": "Accept-Encoding"}
    # A page of a line or two would only grow.
    if len(page) > 1_000 and "gzip" in request.headers.get("accept-encoding", ""):
        page = gzip.compress(page, compresslevel=1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(page, media_type="application/x-ndjson", headers=headers)


@post(
    "/push",
    status_code=200,
    sync_to_thread=True,
    dependencies={"person": Provide(signed_in_person, sync_to_thread=True)},
    request_max_body_size=ACT_BYTES + _ENVELOPE,
    responses={**REFUSALS, 413: ResponseSpec(Problem, description="More than the limits of `hello`.")},
)
def push(
    request: Request[Any, Any, Any], body: RawBody, services: GivenServices, person: SignedIn
) -> PushAnswer:
    """Takes acts, each exactly once, and answers each one. A push that timed out is simply sent again.

    The body is a `Push`. It is decoded here, so that each payload's bytes stay exactly as they travelled: their
    hash is part of the act.
    """
    try:
        data = _PUSH.decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise Refusal(400, "malformed", "The service cannot read this message.") from error
    if data.protocol != PROTOCOL:
        raise Refusal(
            400,
            "protocol_unknown",
            "This service does not speak the language of your Touchstone.",
            "Update Touchstone; your work is kept.",
        )
    if data.device_id != device_of_token(services.engine, request.headers.get("authorization")):
        raise Refusal(
            403,
            "other_device",
            "These entries say that they come from another device than the one that is signed in.",
            "Sign in again on this device; your work is kept.",
        )
    sizes = [len(bytes(act.payload)) for act in data.acts]
    if (
        len(sizes) > PUSH_ACTS
        or any(size > ACT_BYTES for size in sizes)
        or (len(sizes) > 1 and sum(sizes) > PUSH_BYTES)
    ):
        raise Refusal(
            413,
            "too_large",
            "These entries are more than the service takes at once.",
            "Send fewer at a time.",
        )
    return services.push_desk.answer(person, data)


router = Router(path="/api/sync", route_handlers=[hello, pull, push], tags=["sync"])
