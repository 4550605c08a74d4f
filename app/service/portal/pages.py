"""The centre's small web page: sign in, choose a centre, read its reports. Rendered here, without any script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import MediaType, Request, Response, Router, get, post
from litestar.di import Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Stream, Template
from sqlalchemy import Connection, select

from app.domain.centres import Centre, Nation, PartnerType
from app.domain.dates import moment
from app.domain.errors import KnownError
from app.domain.people import Permission, Person, choose_centre
from app.domain.resources import resources_folder
from app.service import tables as t
from app.service.accounts import load_person, prove_person
from app.service.database import reading
from app.service.errors import Refusal
from app.service.records import load_reports
from app.service.services import GivenServices, Services, Visitor, client_address
from app.service.sessions import renew_session
from app.wire.messages import Problem

Form = URLEncodedBody[dict[str, str]]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report as the page lists it."""

    id: str
    request_number: str
    qualification: str
    outcome: str
    issued: str
    kilobytes: int


def visitor(request: Request[Any, Any, Any], services: GivenServices) -> Person | None:
    """Who is signed in in this browser, or None."""
    person_id = request.session.get("person_id")
    if not person_id:
        return None
    with reading(services.engine) as connection:
        return load_person(connection, person_id)


@get("/", sync_to_thread=True)
def front(services: GivenServices, visitor: Visitor) -> Response[Any]:
    """The sign-in form, or the person's centres."""
    if visitor is None:
        return _sign_in_form(services)
    if len(visitor.centres) == 1:
        return Redirect(f"/centres/{visitor.centres[0]}")
    with reading(services.engine) as connection:
        centres = _centres(connection, visitor)
    return Template("centres.html", context={"visitor": visitor, "centres": centres, **_help(services)})


@post("/sign-in", status_code=200, sync_to_thread=True)
def sign_in(data: Form, request: Request[Any, Any, Any], services: GivenServices) -> Response[Any]:
    """Begins a session with a fresh id (M-01)."""
    email, password = data.get("email", ""), data.get("password", "")
    try:
        if "\x00" in email + password:
            raise Refusal(400, "malformed", "The service cannot read this form.")
        person = prove_person(
            services.engine, services.passwords, email, password, client_address(request), services.clock()
        )
    except KnownError as refusal:
        return _sign_in_form(services, refusal)
    renew_session(request)
    request.set_session({"person_id": person.id})
    return Redirect("/", status_code=303)


@post("/sign-out", status_code=303)
async def sign_out(request: Request[Any, Any, Any]) -> Response[Any]:
    """Ends the session."""
    request.clear_session()
    return Redirect("/", status_code=303)


@get("/centres/{centre_id:str}", sync_to_thread=True)
def centre_page(centre_id: FromPath[str], services: GivenServices, visitor: Visitor) -> Response[Any]:
    """All reports ever made here for one of the person's own centres (M-02, M-03, M-73, M-75)."""
    if visitor is None:
        return Redirect("/")
    _must_be_allowed(visitor, centre_id)
    with reading(services.engine) as connection:
        centres = _centres(connection, visitor)
        rows = _reports(connection, centre_id)
    centre = next(found for found in centres if found.id == centre_id)
    context = {"visitor": visitor, "centre": centre, "centres": centres, "reports": rows, **_help(services)}
    return Template("centre.html", context=context)


@get("/centres/{centre_id:str}/reports/{report_id:str}", sync_to_thread=True)
def report_pdf(
    centre_id: FromPath[str], report_id: FromPath[str], services: GivenServices, visitor: Visitor
) -> Response[Any]:
    """One report as PDF, the only format there is (M-74): the very bytes that were issued."""
    if visitor is None:
        return Redirect("/")
    _must_be_allowed(visitor, centre_id)
    with reading(services.engine) as connection:
        row = connection.execute(
            select(t.reports.c.pdf_sha256, t.reports.c.pdf_size, t.requests.c.number)
            .join(t.requests, t.requests.c.id == t.reports.c.request_id)
            .where(t.reports.c.id == report_id, t.requests.c.centre_id == centre_id)
        ).one_or_none()
    if row is None:
        raise Refusal(404, "not_found", "There is no such report at this centre.")
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in row.number)
    return Stream(
        services.blobs.stream(row.pdf_sha256, 0, row.pdf_size),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="report-{name}.pdf"',
            "Content-Length": str(row.pdf_size),
        },
    )


@get("/portal.css", media_type=MediaType.CSS, sync_to_thread=True)
def style() -> Response[bytes]:
    """The page's looks."""
    content = (resources_folder() / "portal" / "portal.css").read_bytes()
    return Response(content, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


def problem_page(request: Request[Any, Any, Any], status: int, problem: Problem) -> Response[Any]:
    """A refusal as a page in words."""
    return Template("problem.html", context={"problem": problem, "visitor": None}, status_code=status)


def _sign_in_form(services: Services, refusal: KnownError | None = None) -> Response[Any]:
    status = 200 if refusal is None else getattr(refusal, "status", 400)
    headers: dict[str, str] = {}
    if isinstance(refusal, Refusal) and refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    context = {"refusal": refusal, "visitor": None, **_help(services)}
    return Template("sign_in.html", context=context, status_code=status, headers=headers)


def _must_be_allowed(person: Person, centre_id: str) -> None:
    """Raises Refusal 403 for a centre that is not the person's, or where they may not read reports (M-03)."""
    try:
        choose_centre(person, centre_id)
    except KnownError as refusal:
        raise Refusal(403, refusal.code, refusal.says, refusal.do) from refusal
    if not person.may_at(Permission.READ_REPORTS, centre_id):
        raise Refusal(
            403,
            "not_permitted",
            "Your role at this centre does not include its reports.",
            "Ask the qualifications team if you need the right.",
        )


def _centres(connection: Connection, person: Person) -> list[Centre]:
    rows = connection.execute(
        select(t.centres).where(t.centres.c.id.in_(person.centres)).order_by(t.centres.c.name)
    )
    return [
        Centre(row.id, row.number, row.name, Nation(row.nation), PartnerType(row.partner_type))
        for row in rows
    ]


def _reports(connection: Connection, centre_id: str) -> list[ReportRow]:
    requests = {
        row.id: row
        for row in connection.execute(
            select(t.requests.c.id, t.requests.c.number, t.qualifications.c.title)
            .join(t.qualifications, t.qualifications.c.id == t.requests.c.qualification_id)
            .where(t.requests.c.centre_id == centre_id)
        )
    }
    return [
        ReportRow(
            report.id,
            requests[report.request_id].number,
            requests[report.request_id].title,
            report.outcome.words,
            moment(report.issued_at),
            -(-report.pdf_size // 1024),
        )
        for report in load_reports(connection, requests)
    ]


def _help(services: Services) -> dict[str, str]:
    """Whom to ask when signing in fails or a right is missing (M-05)."""
    return {"support": services.support_words}


def portal_router(middleware: list[Any]) -> Router:
    """The portal's routes, with sessions."""
    return Router(
        path="/",
        route_handlers=[front, sign_in, sign_out, centre_page, report_pdf, style],
        dependencies={"visitor": Provide(visitor, sync_to_thread=True)},
        middleware=middleware,
        include_in_schema=False,
        request_max_body_size=64 * 1024,
    )
