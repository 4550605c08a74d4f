"""Making a claim: choose a qualification, write its lines, save it, come back to it, submit it (M-12..M-24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import Connection, select

from app.domain.claiming import SavedClaim
from app.domain.dates import clock_time, london_day
from app.domain.errors import KnownError
from app.domain.people import Permission
from app.domain.restrictions import Remit
from app.service import tables as t
from app.service.database import reading
from app.service.errors import Refusal
from app.service.portal.claim_data import Qualification, qualification_of
from app.service.portal.claim_form import LINES_SHOWN, TypedClaim, differences, lay_over, read_form
from app.service.portal.claim_view import claim_template, claim_view, conflict_view, faults_of
from app.service.portal.context import (
    CentreContext,
    Form,
    centre_context,
    claim_address,
    plain,
    saved_address,
)
from app.service.portal.schemes import schemes_of
from app.service.saved_claims import SavedElsewhere, discard_claim, save_claim, saved_claim
from app.service.services import GivenServices, Services
from app.service.standing import remit_of, stops_for
from app.service.submitting import ClaimRefused, must_be_free, submit_claim

CLAIM_BYTES = 4 * 1024 * 1024
"""How large the form of one page of a claim may be: its texts at their longest, as a browser encodes them."""

CLAIMING = "claims"


@dataclass(frozen=True, slots=True)
class Choice:
    """A qualification to claim for, and what stops claims for it just now, in words."""

    remit: Remit
    stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """A saved claim that a visitor has open, with its qualification."""

    context: CentreContext
    claim: SavedClaim
    qualification: Qualification


@get("/centres/{centre_id:str}/claims/new", sync_to_thread=True)
def new_claim(
    centre_id: FromPath[str], request: Request[Any, Any, Any], services: GivenServices
) -> Response[Any]:
    """The qualifications of the centre's remit to choose from, and whom to ask for a missing one (M-13)."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.CLAIM_FOR_LEARNERS, CLAIMING)
    return _choices(context, services)


@post("/centres/{centre_id:str}/claims/new", sync_to_thread=True, status_code=200)
def begin_claim(
    centre_id: FromPath[str], data: Form, request: Request[Any, Any, Any], services: GivenServices
) -> Response[Any]:
    """A new saved claim for a qualification of the remit; any number may be open at once (M-16, M-17)."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.CLAIM_FOR_LEARNERS, CLAIMING)
    chosen = data.get("qualification", "")
    with reading(services.engine) as connection:
        remits = remit_of(connection, centre_id, london_day(services.clock()))
    if chosen not in {remit.qualification_id for remit in remits}:
        return _choices(context, services, "Choose the qualification that you claim for.")
    claim = save_claim(
        services.engine,
        context.visitor,
        SavedClaim(centre_id=centre_id, qualification_id=chosen),
        services.clock(),
    )
    way = "csv" if data.get("do") == "csv" else "learners"
    return Redirect(f"{saved_address(centre_id, claim.id)}/{way}", status_code=303)


@get("/centres/{centre_id:str}/saved/{claim_id:str}", sync_to_thread=True)
def saved_claim_page(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    page: FromQuery[int] = 1,
    check: FromQuery[bool] = False,
    added: FromQuery[int] = 0,
    saved: FromQuery[bool] = False,
) -> Response[Any]:
    """A saved claim, to go on with (M-16). ``check``: with everything that would keep it from being submitted."""
    try:
        opened = open_claim(request, services, centre_id, claim_id)
    except Refusal as refusal:
        if refusal.code == "claim_unknown" and _is_submitted(services, centre_id, claim_id):
            return Redirect(claim_address(centre_id, claim_id), status_code=303)
        raise
    with reading(services.engine) as connection:
        faults = faults_of(connection, opened.claim, opened.qualification) if check else ()
        problem = _not_free(connection, opened.claim, london_day(services.clock())) if check else None
        view = claim_view(connection, opened.claim, opened.qualification, page, faults=faults)
    done = ""
    if saved and opened.claim.saved_at is not None:
        done = f"Saved at {clock_time(opened.claim.saved_at)}. Nothing is submitted yet."
    return claim_template(
        opened.context,
        opened.claim,
        opened.qualification,
        view,
        done=done,
        problem=problem,
        check=check,
        checked=check and not faults and problem is None,
    )


@post(
    "/centres/{centre_id:str}/saved/{claim_id:str}",
    sync_to_thread=True,
    status_code=200,
    request_max_body_size=CLAIM_BYTES,
)
def work_on_claim(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """What a button of the claim's page asks for: save, recalculate, go to another page, add learners, submit.

    Everything but recalculating saves first; when somebody saved meanwhile, both texts are shown and neither is lost.
    """
    typed, do = read_form(data), data.get("do", "save")
    try:
        opened = open_claim(request, services, centre_id, claim_id)
    except Refusal as refusal:
        # Submitted meanwhile, most often by the same button pressed twice: it worked.
        if refusal.code == "claim_unknown" and _is_submitted(services, centre_id, claim_id):
            return Redirect(claim_address(centre_id, claim_id), status_code=303)
        raise
    if do == "submit" and typed.version != opened.claim.version and _saved_just_so(opened, typed):
        return _submit(services, opened, typed.page)
    with reading(services.engine) as connection:
        if typed.version != opened.claim.version:
            return _conflict(connection, opened, typed)
        if do == "recalculate":
            view = claim_view(connection, opened.claim, opened.qualification, typed.page, typed=typed)
            return claim_template(
                opened.context,
                opened.claim,
                opened.qualification,
                view,
                typed=typed,
                done="Credits are recalculated.",
            )
    try:
        kept = save_claim(
            services.engine, opened.context.visitor, lay_over(opened.claim, typed), services.clock()
        )
    except SavedElsewhere as refusal:
        opened = OpenClaim(opened.context, refusal.theirs, opened.qualification)
        if do == "submit" and _saved_just_so(opened, typed):
            return _submit(services, opened, typed.page)
        with reading(services.engine) as connection:
            return _conflict(connection, opened, typed)
    except KnownError as refusal:
        if refusal.code == "claim_unknown" and _is_submitted(services, centre_id, claim_id):
            return Redirect(claim_address(centre_id, claim_id), status_code=303)
        return _not_saved(services, opened, typed, refusal)
    if do == "submit":
        return _submit(services, OpenClaim(opened.context, kept, opened.qualification), typed.page)
    return Redirect(_next_address(kept, do, typed.page), status_code=303)


@get("/centres/{centre_id:str}/saved/{claim_id:str}/discard", sync_to_thread=True)
def ask_to_discard(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Asks before a saved claim is thrown away."""
    opened = open_claim(request, services, centre_id, claim_id)
    return Template(
        "claim_discard.html",
        context=opened.context.page(
            "claim",
            claim=opened.claim,
            qualification=opened.qualification,
            address=saved_address(centre_id, claim_id),
        ),
    )


@post("/centres/{centre_id:str}/saved/{claim_id:str}/discard", sync_to_thread=True, status_code=303)
def discard(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Throws a saved claim away."""
    opened = open_claim(request, services, centre_id, claim_id)
    discard_claim(services.engine, opened.context.visitor, opened.claim.id)
    return Redirect(f"/centres/{centre_id}", status_code=303)


def open_claim(
    request: Request[Any, Any, Any], services: Services, centre_id: str, claim_id: str
) -> OpenClaim:
    """The saved claim for a visitor who may claim for the centre (M-03).

    Raises SignInFirst, or Refusal for a centre, a right or a claim that is not theirs.
    """
    context = centre_context(request, services, centre_id)
    context.must(Permission.CLAIM_FOR_LEARNERS, CLAIMING)
    with reading(services.engine) as connection:
        try:
            claim = saved_claim(connection, plain(claim_id))
        except KnownError as refusal:
            raise Refusal(404, refusal.code, refusal.says, refusal.do) from refusal
        if claim.centre_id != centre_id:
            raise Refusal(404, "not_found", "There is no such claim at this centre.")
        qualification = qualification_of(connection, claim.qualification_id)
    if qualification is None:
        raise Refusal(
            409,
            "no_qualification",
            "No qualification was chosen for this saved claim.",
            "Begin a new claim and choose it there.",
        )
    return OpenClaim(context, claim, qualification)


def _is_submitted(services: Services, centre_id: str, claim_id: str) -> bool:
    query = select(t.requests.c.id).where(
        t.requests.c.id == plain(claim_id), t.requests.c.centre_id == centre_id
    )
    with reading(services.engine) as connection:
        return connection.scalar(query) is not None


def _saved_just_so(opened: OpenClaim, typed: TypedClaim) -> bool:
    """Whether this same person saved the same words a moment before: a button that was pressed twice."""
    return opened.claim.saved_by == opened.context.visitor.id and not differences(typed, opened.claim)


def _not_free(connection: Connection, claim: SavedClaim, today: date) -> KnownError | None:
    """Why the claim could not be submitted today whatever its lines are (M-13, M-18), or None."""
    try:
        must_be_free(connection, claim, today)
    except KnownError as refusal:
        return refusal
    return None


def _choices(context: CentreContext, services: Services, fault: str = "") -> Template:
    today = london_day(services.clock())
    with reading(services.engine) as connection:
        choices = tuple(
            Choice(
                remit,
                tuple(
                    stop.says
                    for stop in stops_for(
                        connection, context.centre.id, remit.awarding_body, remit.qualification_id, today
                    )
                ),
            )
            for remit in remit_of(connection, context.centre.id, today)
        )
        contacts = tuple(
            dict.fromkeys(scheme.contact.remit for scheme in schemes_of(connection, context.centre.id))
        )
    return Template(
        "claim_new.html",
        context=context.page("claim", choices=choices, contacts=contacts, fault=fault),
        status_code=422 if fault else 200,
    )


def _conflict(connection: Connection, opened: OpenClaim, typed: TypedClaim) -> Template:
    """Both texts: what is saved beside what I typed, which stays in the fields."""
    view = conflict_view(connection, opened.claim, opened.qualification, typed)
    return claim_template(
        opened.context,
        opened.claim,
        opened.qualification,
        view,
        typed=typed,
        status=409,
        conflict=True,
        differences=differences(typed, opened.claim),
    )


def _not_saved(services: Services, opened: OpenClaim, typed: TypedClaim, refusal: KnownError) -> Template:
    with reading(services.engine) as connection:
        view = claim_view(connection, opened.claim, opened.qualification, typed.page, typed=typed)
    return claim_template(
        opened.context, opened.claim, opened.qualification, view, typed=typed, status=422, problem=refusal
    )


def _submit(services: Services, opened: OpenClaim, page: int) -> Response[Any]:
    try:
        submitted = submit_claim(services.engine, opened.context.visitor, opened.claim.id, services.clock())
    except ClaimRefused as refusal:
        first = next((fault.line for fault in refusal.faults if fault.line), 0)
        with reading(services.engine) as connection:
            there = (first - 1) // LINES_SHOWN + 1 if first else page
            view = claim_view(connection, opened.claim, opened.qualification, there, faults=refusal.faults)
        return claim_template(
            opened.context, opened.claim, opened.qualification, view, status=422, problem=refusal
        )
    return Redirect(
        f"{claim_address(opened.claim.centre_id, submitted.request_id)}?new=true", status_code=303
    )


def _next_address(claim: SavedClaim, do: str, page: int) -> str:
    """Where a button leads after saving."""
    address = saved_address(claim.centre_id, claim.id)
    match do.split(":"):
        case ["learners" | "csv" as way]:
            return f"{address}/{way}"
        case ["page", number] if number.isdigit() and number.isascii():
            return f"{address}?page={number[:6]}"
        case ["check"]:
            return f"{address}?check=true&page={page}"
        case _:
            return f"{address}?saved=true&page={page}"


HANDLERS = (new_claim, begin_claim, saved_claim_page, work_on_claim, ask_to_discard, discard)
