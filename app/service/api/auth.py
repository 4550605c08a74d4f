"""Signing in, staying signed in, signing out."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, Router, post
from litestar.params import RawBody

from app.service.accounts import prove_person
from app.service.api.problems import REFUSALS
from app.service.api.reading import read_message
from app.service.errors import Refusal
from app.service.services import GivenServices, client_address
from app.service.tokens import begin_sign_in, end_sign_in, refresh_sign_in
from app.wire.messages import Refresh, SignIn, Tokens

_SIGN_IN = msgspec.json.Decoder(SignIn)
_REFRESH = msgspec.json.Decoder(Refresh)


@post("/sign-in", status_code=200, sync_to_thread=True, responses=REFUSALS)
def sign_in(body: RawBody, request: Request[Any, Any, Any], services: GivenServices) -> Tokens:
    """E-mail and password (`SignIn`) for an access and a refresh token (M-01). The refresh token is shown this once."""
    data = read_message(_SIGN_IN, body)
    fields = (data.email, data.password, data.device_id, data.device_name)
    if any("\x00" in text for text in fields) or not 0 < len(data.device_id) <= 64:
        raise Refusal(400, "malformed", "The service cannot read this message.")
    now = services.clock()
    person = prove_person(
        services.engine, services.passwords, data.email, data.password, client_address(request), now
    )
    return begin_sign_in(services.engine, person, data, now)


@post("/refresh", status_code=200, sync_to_thread=True, responses=REFUSALS)
def refresh(body: RawBody, services: GivenServices) -> Tokens:
    """A new access token for a `Refresh`; the refresh token lasts anew from now."""
    return refresh_sign_in(services.engine, read_message(_REFRESH, body).refresh, services.clock())


@post("/sign-out", status_code=204, sync_to_thread=True, responses=REFUSALS)
def sign_out(body: RawBody, services: GivenServices) -> Response[None]:
    """Revokes the sign-in that the refresh token of a `Refresh` belongs to, its access tokens included."""
    end_sign_in(services.engine, read_message(_REFRESH, body).refresh)
    return Response(None, status_code=204)


router = Router(
    path="/api/auth",
    route_handlers=[sign_in, refresh, sign_out],
    request_max_body_size=64 * 1024,
    tags=["auth"],
)
