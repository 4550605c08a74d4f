"""Agreements that a centre's own platform may show evidence: recorded and ended by the awarding body (M-43)."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy import select

from app.domain.centres import Centre
from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.people import Permission
from app.domain.platforms import Agreement
from app.domain.schemes import all_schemes
from app.service import tables as t
from app.service.database import reading
from app.service.portal.context import Form, centres_of, plain
from app.service.portal.staff_context import StaffContext, do_or_tell, staff_context
from app.service.services import GivenServices
from app.service.standing import agreements_of, end_agreement, record_agreement


@get("/staff/agreements", sync_to_thread=True)
def agreements_page(
    request: Request[Any, Any, Any],
    services: GivenServices,
    centre: FromQuery[str] = "",
    done: FromQuery[str] = "",
) -> Response[Any]:
    """The agreements of one centre, named by its number."""
    context = staff_context(request, services, Permission.RECORD_AGREEMENTS)
    words = {"recorded": "The agreement is recorded.", "ended": "The agreement ends today."}.get(done, "")
    return _page(context, centre, done=words)


@post("/staff/agreements", sync_to_thread=True, status_code=200)
def record(data: Form, request: Request[Any, Any, Any], services: GivenServices) -> Response[Any]:
    """A new agreement for a centre and a platform."""
    context = staff_context(request, services, Permission.RECORD_AGREEMENTS)
    number = data.get("centre", "")

    def work() -> None:
        centre = _centre(context, number)
        if centre is None:
            raise KnownError("centre_unknown", f"There is no centre with the number {number}.", "Check it.")
        words = plain(data.get("words", "")).replace("\r\n", "\n")
        if len(words) > 2_000:
            raise KnownError("too_long", "What was agreed has more than 2,000 characters.", "Shorten it.")
        record_agreement(
            services.engine,
            context.visitor,
            centre.id,
            data.get("awarding_body", ""),
            data.get("address", ""),
            words,
            services.clock(),
            agreed_on=_day(data.get("agreed_on", "")),
            until_on=_day(data.get("until_on", "")),
        )

    return do_or_tell(
        work,
        f"/staff/agreements?centre={quote(number)}&done=recorded",
        lambda refusal: _page(context, number, refusal=refusal, typed=data),
    )


@post("/staff/agreements/end", sync_to_thread=True, status_code=200)
def end(data: Form, request: Request[Any, Any, Any], services: GivenServices) -> Response[Any]:
    """Ends an agreement from today on; links given under it stay evidence."""
    context = staff_context(request, services, Permission.RECORD_AGREEMENTS)
    number = data.get("centre", "")

    def work() -> None:
        end_agreement(services.engine, context.visitor, plain(data.get("agreement", "")), services.clock())

    return do_or_tell(
        work,
        f"/staff/agreements?centre={quote(number)}&done=ended",
        lambda refusal: _page(context, number, refusal=refusal),
    )


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise KnownError("day_wrong", "A day is written like 2026-03-31.", "Correct it.") from error


def _centre(context: StaffContext, number: str) -> Centre | None:
    with reading(context.services.engine) as connection:
        wanted = plain(number).strip()
        found = connection.scalar(select(t.centres.c.id).where(t.centres.c.number == wanted))
        return None if found is None else centres_of(connection, [found])[0]


def _page(
    context: StaffContext,
    number: str,
    *,
    done: str = "",
    refusal: KnownError | None = None,
    typed: dict[str, str] | None = None,
) -> Template:
    today = london_day(context.services.clock())
    centre = _centre(context, number) if number.strip() else None
    agreements: tuple[tuple[Agreement, bool], ...] = ()
    if centre is not None:
        with reading(context.services.engine) as connection:
            agreements = tuple((item, item.in_force(today)) for item in agreements_of(connection, centre.id))
    return Template(
        "staff_agreements.html",
        status_code=422 if refusal else 200,
        context=context.page(
            "agreements",
            number=number[:64],
            place=centre,
            agreements=agreements,
            schemes=all_schemes(),
            today=today,
            done=done,
            refusal=refusal,
            typed=typed or {},
        ),
    )


HANDLERS = (agreements_page, record, end)
