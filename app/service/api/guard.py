"""Sign-in is looked at before anything of a body is read, so that nobody unknown can fill the service's memory."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from app.service.errors import Refusal
from app.service.services import Services, SignedInVisit, signed_in_visit
from app.service.tokens import Visit
from app.wire.messages import ACT_BYTES

_VISIT = "touchstone.visit"

_PASSED_OVER = 2 * ACT_BYTES
"""Most bytes of a refused body that are let by."""


async def only_signed_in(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard of routes that take bodies. Raises Refusal as ``signed_in_visit``; the handler gets the visit from
    ``guarded_visit``. Somebody without any role is let in: what they recorded while they had one is still judged.
    """
    services: Services = connection.app.state["services"]
    try:
        connection.scope["state"][_VISIT] = await sync_to_thread(
            signed_in_visit, connection.headers.get("authorization"), services
        )
    except Refusal:
        await _pass_over(connection)
        raise


def guarded_visit(request: Request[Any, Any, Any]) -> SignedInVisit:
    """Who sends a request that ``only_signed_in`` has let in."""
    visit: Visit = request.scope["state"][_VISIT]
    return visit


async def _pass_over(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Lets what is still being sent go by, piece by piece and unkept: a desktop whose sign-in has lapsed would
    otherwise meet a closed connection in the middle of its sending, and never learn why.
    """
    left = _PASSED_OVER
    while left > 0:
        event = await connection.receive()
        if event["type"] != "http.request" or not event.get("more_body", False):
            return
        left -= len(event["body"])
