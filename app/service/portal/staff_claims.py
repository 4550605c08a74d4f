"""A claim as the awarding body's staff see it here: its stage, its notes, and the log of contacts (M-53, M-54)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy import ColumnElement, func, or_, select

from app.domain.errors import KnownError
from app.domain.moderation import RequestState
from app.domain.people import Permission
from app.service import tables as t
from app.service.contact_desk import contacts_of, log_contact
from app.service.database import reading
from app.service.errors import Refusal
from app.service.notes import write_note
from app.service.portal.claim_page import NOTE_BYTES
from app.service.portal.context import Form, plain
from app.service.portal.paging import Paging
from app.service.portal.staff_context import StaffContext, do_or_tell, staff_context
from app.service.records import load_notes, load_requests
from app.service.services import GivenServices

PER_PAGE = 50

MEANS = ("Telephone", "E-mail", "Video call", "Visit")
"""What is offered for how somebody was reached; any other word does as well."""


@dataclass(frozen=True, slots=True)
class ClaimFound:
    """A claim in the list. ``contacts``: how often somebody spoke with the centre about it."""

    id: str
    number: str
    centre: str
    qualification: str
    stage: str
    submitted_on: date
    contacts: int


@get("/staff/claims", sync_to_thread=True)
def claims_page(
    request: Request[Any, Any, Any],
    services: GivenServices,
    q: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[Any]:
    """Claims by number or centre, the latest first."""
    context = staff_context(request, services, Permission.CONTACT_CENTRE)
    words = plain(q)[:200]
    spoken = (
        select(func.count())
        .select_from(t.contact_log)
        .where(t.contact_log.c.request_id == t.requests.c.id)
        .scalar_subquery()
    )
    named = t.requests.join(t.centres, t.centres.c.id == t.requests.c.centre_id).join(
        t.qualifications, t.qualifications.c.id == t.requests.c.qualification_id
    )
    with reading(services.engine) as connection:
        count = connection.scalar(select(func.count()).select_from(named).where(_named(words)))
        paging = Paging.of(page, int(count or 0), PER_PAGE)
        rows = connection.execute(
            select(
                t.requests.c.id,
                t.requests.c.number,
                t.centres.c.name,
                t.qualifications.c.title,
                t.requests.c.state,
                t.requests.c.submitted_on,
                spoken.label("contacts"),
            )
            .select_from(named)
            .where(_named(words))
            .order_by(t.requests.c.submitted_on.desc(), t.requests.c.number.desc())
            .offset(paging.first)
            .limit(PER_PAGE)
        ).all()
    claims = [
        ClaimFound(
            row.id,
            row.number,
            row.name,
            row.title,
            RequestState(row.state).words,
            row.submitted_on,
            row.contacts,
        )
        for row in rows
    ]
    link = f"/staff/claims?q={quote(words)}&" if words else "/staff/claims?"
    return Template(
        "staff_claims.html",
        context=context.page("claims", claims=claims, paging=paging, words=words, link=link),
    )


@get("/staff/claims/{request_id:str}", sync_to_thread=True)
def staff_claim_page(
    request_id: FromPath[str], request: Request[Any, Any, Any], services: GivenServices
) -> Response[Any]:
    """One claim: what an e-mail to the support team or a quality manager leads to (M-37)."""
    context = staff_context(request, services, Permission.CONTACT_CENTRE)
    return _claim(context, request_id)


@post(
    "/staff/claims/{request_id:str}/contacts",
    sync_to_thread=True,
    status_code=200,
    request_max_body_size=NOTE_BYTES,
)
def add_contact(
    request_id: FromPath[str], data: Form, request: Request[Any, Any, Any], services: GivenServices
) -> Response[Any]:
    """Somebody spoke with the centre about the claim (M-54)."""
    context = staff_context(request, services, Permission.CONTACT_CENTRE)
    request_id = plain(request_id)

    def work() -> None:
        log_contact(
            services.engine,
            context.visitor,
            request_id,
            data.get("spoke_with", ""),
            data.get("means", ""),
            data.get("summary", "").replace("\r\n", "\n"),
            services.clock(),
        )

    return do_or_tell(
        work,
        f"/staff/claims/{quote(request_id)}#contacts",
        lambda refusal: _claim(context, request_id, refusal=refusal, field="spoke_with", typed=data),
    )


@post(
    "/staff/claims/{request_id:str}/notes",
    sync_to_thread=True,
    status_code=200,
    request_max_body_size=NOTE_BYTES,
)
def add_staff_note(
    request_id: FromPath[str], data: Form, request: Request[Any, Any, Any], services: GivenServices
) -> Response[Any]:
    """A note in the claim, read by the centre and the moderator (M-53)."""
    context = staff_context(request, services, Permission.WRITE_NOTES)
    request_id = plain(request_id)
    text = data.get("text", "").replace("\r\n", "\n")
    return do_or_tell(
        lambda: write_note(services.engine, context.visitor, request_id, text, services.clock()),
        f"/staff/claims/{quote(request_id)}#notes",
        lambda refusal: _claim(context, request_id, refusal=refusal, field="text", typed=data),
    )


def _claim(
    context: StaffContext,
    request_id: str,
    *,
    refusal: KnownError | None = None,
    field: str = "",
    typed: dict[str, str] | None = None,
) -> Template:
    request_id = plain(request_id)
    with reading(context.services.engine) as connection:
        found = load_requests(connection, [request_id])
        if not found:
            raise Refusal(404, "not_found", "There is no such claim.")
        contacts = contacts_of(connection, context.visitor, request_id)
        notes = load_notes(connection, [request_id])
    return Template(
        "staff_claim.html",
        status_code=422 if refusal else 200,
        context=context.page(
            "claims",
            claim=found[0],
            contacts=contacts,
            notes=notes,
            means=MEANS,
            refusal=refusal,
            field=field,
            typed=typed or {},
        ),
    )


def _named(words: str) -> ColumnElement[bool]:
    wanted = words.strip().casefold()
    if not wanted:
        return t.requests.c.id != ""
    return or_(
        func.lower(t.requests.c.number).contains(wanted, autoescape=True),
        func.lower(t.centres.c.name).contains(wanted, autoescape=True),
        func.lower(t.centres.c.number) == wanted,
    )


HANDLERS = (claims_page, staff_claim_page, add_contact, add_staff_note)
