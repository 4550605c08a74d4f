"""The staff area: where the support team works off certificates, and the pages of the others put together (M-35)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from app.domain.errors import KnownError
from app.domain.people import Permission
from app.service.certificates import DISPATCH_NOTE_LIMIT, dispatch_list, mark_dispatched
from app.service.database import reading
from app.service.portal import staff_accounts, staff_agreements, staff_claims
from app.service.portal.context import Form, plain
from app.service.portal.staff_context import PLACES, StaffContext, staff_context
from app.service.services import GivenServices

_TICK = "send-"
"""What the name of a certificate's tick begins with; its id follows."""

SHOWN = 500
"""Certificates on the dispatch list at once: what comes after them comes when these are sent."""


@get("/staff", sync_to_thread=True)
def staff_front(request: Request[Any, Any, Any], services: GivenServices) -> Response[Any]:
    """The first of the pages that the person may use."""
    context = staff_context(request, services)
    address = next((place[2] for place in PLACES if context.visitor.may(place[3])), "/centres")
    return Redirect(address, status_code=303)


@get("/staff/dispatch", sync_to_thread=True)
def dispatch_page(
    request: Request[Any, Any, Any],
    services: GivenServices,
    sent: FromQuery[bool] = False,
    marked: FromQuery[int] = 0,
) -> Response[Any]:
    """Certificates that wait to be sent off, the oldest first; or (``sent``) those that were (M-35)."""
    context = staff_context(request, services, Permission.DISPATCH_CERTIFICATES)
    return _dispatch(context, sent=sent, marked=marked)


@post("/staff/dispatch", sync_to_thread=True, status_code=200, request_max_body_size=512 * 1024)
def mark(
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Notes that the ticked certificates were sent off, by whom and with what words (M-11)."""
    context = staff_context(request, services, Permission.DISPATCH_CERTIFICATES)
    note = data.get("note", "")
    ids = [plain(name.removeprefix(_TICK)) for name in data if name.startswith(_TICK)]
    try:
        if not ids:
            raise KnownError("nothing_chosen", "Tick at least one certificate.")
        count = mark_dispatched(services.engine, context.visitor, ids[:SHOWN], note, services.clock())
    except KnownError as refusal:
        return _dispatch(context, refusal=refusal, note=note, ticked=frozenset(ids))
    return Redirect(f"/staff/dispatch?marked={count}", status_code=303)


def _dispatch(
    context: StaffContext,
    *,
    sent: bool = False,
    marked: int = 0,
    refusal: KnownError | None = None,
    note: str = "",
    ticked: frozenset[str] = frozenset(),
) -> Template:
    with reading(context.services.engine) as connection:
        rows = dispatch_list(connection, dispatched=sent, limit=SHOWN + 1)
    return Template(
        "staff_dispatch.html",
        status_code=422 if refusal else 200,
        context=context.page(
            "dispatch",
            rows=rows[:SHOWN],
            more=len(rows) > SHOWN,
            sent=sent,
            marked=marked,
            refusal=refusal,
            note=note,
            note_limit=DISPATCH_NOTE_LIMIT,
            ticked=ticked,
        ),
    )


HANDLERS = (
    staff_front,
    dispatch_page,
    mark,
    *staff_claims.HANDLERS,
    *staff_agreements.HANDLERS,
    *staff_accounts.HANDLERS,
)
