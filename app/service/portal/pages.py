"""The portal: who comes in, which centre they choose, and all its pages put together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, Router, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import Provide
from litestar.exceptions import TooManyRequestsException
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from app.domain.errors import KnownError
from app.domain.people import Person
from app.domain.resources import resources_folder
from app.service.accounts import prove_person
from app.service.database import reading
from app.service.errors import Refusal
from app.service.portal import claim_page, claims, csv_claims, dashboard, help, learners, reports
from app.service.portal.context import (
    FORM_BYTES,
    Form,
    SignInFirst,
    centres_of,
    ground,
    is_staff,
    own_address,
    visitor_of,
)
from app.service.services import GivenServices, Services, Visitor, client_address
from app.service.sessions import renew_session
from app.wire.messages import Problem

PER_MINUTE = 600
"""Requests of one person, or of one address without a sign-in, in a minute: far more than anybody can click."""

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Scripts and styles come from files of this very service, never from within a page."""

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_PLAIN_NAME = re.compile(r"[a-z][a-z_-]*\.(?:css|js)\Z")


def visitor(request: Request[Any, Any, Any], services: GivenServices) -> Person | None:
    """Who is signed in in this browser, or None."""
    return visitor_of(request, services)


@get("/", sync_to_thread=True)
def front(services: GivenServices, visitor: Visitor, then: FromQuery[str] = "") -> Response[Any]:
    """The sign-in form, or the person's own page. ``then``: the address they asked for before signing in (M-37)."""
    if visitor is None:
        return sign_in_form(services, then=own_address(then))
    return Redirect(_home_of(visitor), status_code=303)


@get("/centres", sync_to_thread=True)
def choose(services: GivenServices, visitor: Visitor) -> Response[Any]:
    """The person's centres, to choose from without signing in again (M-02)."""
    if visitor is None:
        raise SignInFirst("/centres")
    with reading(services.engine) as connection:
        centres = centres_of(connection, visitor.centres)
    return Template("centres.html", context=ground(visitor, services, choices=centres))


@post("/sign-in", status_code=200, sync_to_thread=True)
def sign_in(data: Form, request: Request[Any, Any, Any], services: GivenServices) -> Response[Any]:
    """Begins a session with a fresh id (M-01)."""
    email, password = data.get("email", ""), data.get("password", "")
    then = own_address(data.get("then", ""))
    try:
        if "\x00" in email + password:
            raise Refusal(400, "malformed", "The service cannot read this form.")
        person = prove_person(
            services.engine, services.passwords, email, password, client_address(request), services.clock()
        )
    except KnownError as refusal:
        return sign_in_form(services, refusal, then=then, email=email)
    renew_session(request, services.engine)
    request.set_session({"person_id": person.id})
    return Redirect(then or _home_of(person), status_code=303)


@post("/sign-out", status_code=303)
async def sign_out(request: Request[Any, Any, Any]) -> Response[Any]:
    """Ends the session."""
    request.clear_session()
    return Redirect("/", status_code=303)


@get("/portal.css", sync_to_thread=True)
def style() -> Response[bytes]:
    """The pages' looks."""
    return _file(resources_folder() / "portal" / "portal.css")


@get("/favicon.svg", sync_to_thread=True)
def icon() -> Response[bytes]:
    """The mark beside the page's title."""
    return _file(resources_folder() / "icons" / "touchstone.svg")


@get("/portal/{name:str}", sync_to_thread=True)
def part(name: FromPath[str]) -> Response[bytes]:
    """A style or script of the portal. Raises Refusal 404 for anything else."""
    path = resources_folder() / "portal" / name
    if not _PLAIN_NAME.match(name) or not path.is_file():
        raise Refusal(404, "not_found", "There is no such file.")
    return _file(path)


def problem_page(request: Request[Any, Any, Any], status: int, problem: Problem) -> Response[Any]:
    """A refusal as a page in words."""
    return Template("problem.html", context={"problem": problem, "visitor": None}, status_code=status)


def sign_in_form(
    services: Services, refusal: KnownError | None = None, *, then: str = "", email: str = ""
) -> Response[Any]:
    """The sign-in form, with what went wrong if something did. ``email``: what was typed, so that it is kept."""
    status = 200 if refusal is None else getattr(refusal, "status", 400)
    headers: dict[str, str] = {}
    if isinstance(refusal, Refusal) and refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    context = ground(None, services, refusal=refusal, then=then, email=email)
    return Template("sign_in.html", context=context, status_code=status, headers=headers)


def _home_of(person: Person) -> str:
    """Where a person's own work lies: their centre, the choice of several, or the awarding body's pages."""
    if len(person.centres) == 1:
        return f"/centres/{person.centres[0]}"
    if not person.centres and is_staff(person):
        return "/staff"
    return "/centres"


def _file(path: Path) -> Response[bytes]:
    return Response(
        path.read_bytes(),
        media_type=_KINDS[path.suffix],
        headers={"Cache-Control": "public, max-age=3600"},
    )


def _to_sign_in(request: Request[Any, Any, Any], error: SignInFirst) -> Response[Any]:
    """To the form, and back to the page asked for; whoever has just sent a form is told where their words are."""
    services: Services = request.app.state.services
    if request.method == "GET":
        return Redirect(f"/?then={quote(error.then)}" if error.then else "/", status_code=303)
    refusal = Refusal(
        401,
        "signed_out",
        "You are signed out, so nothing was saved.",
        "Sign in in another tab, come back to this one, go one page back and send the form again: your words are"
        " still in it.",
    )
    return sign_in_form(services, refusal)


def _too_many(request: Request[Any, Any, Any], error: TooManyRequestsException) -> Response[Any]:
    problem = Problem(
        code="too_many_requests",
        says="These are more requests than the service takes from one person.",
        do="Wait a minute, then load the page again.",
    )
    response = problem_page(request, 429, problem)
    response.headers["Retry-After"] = "60"
    return response


def _whose(request: Request[Any, Any, Any]) -> str:
    """Whom a request counts for: the person, else the address it came from."""
    session = request.scope.get("session")
    person_id = session.get("person_id") if isinstance(session, dict) else None
    return f"person:{person_id}" if person_id else f"address:{client_address(request)}"


def portal_router(middleware: list[Any], further: Sequence[Any] = ()) -> Router:
    """The portal's routes, with sessions. ``further``: route handlers of the evidence and staff pages."""
    limit = RateLimitConfig(
        rate_limit=("minute", PER_MINUTE),
        identifier_for_request=_whose,
        set_rate_limit_headers=False,
        store="portal_limits",
    )
    return Router(
        path="/",
        route_handlers=[
            front,
            choose,
            sign_in,
            sign_out,
            style,
            icon,
            part,
            *dashboard.HANDLERS,
            *claims.HANDLERS,
            *learners.HANDLERS,
            *csv_claims.HANDLERS,
            *claim_page.HANDLERS,
            *reports.HANDLERS,
            *help.HANDLERS,
            *further,
        ],
        dependencies={"visitor": Provide(visitor, sync_to_thread=True)},
        middleware=[*middleware, limit.middleware],
        exception_handlers={SignInFirst: _to_sign_in, TooManyRequestsException: _too_many},
        response_headers=[ResponseHeader(name="content-security-policy", value=CONTENT_POLICY)],
        include_in_schema=False,
        request_max_body_size=FORM_BYTES,
    )
