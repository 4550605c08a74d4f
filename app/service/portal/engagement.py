"""The Engagement Document's page: filled in half by half, by several people, and opened again once it is signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from app.domain.dates import clock_time, london_day
from app.domain.engagement import CedFault, ced_faults, ced_is_late
from app.domain.errors import KnownError
from app.domain.frameworks import year_words
from app.domain.people import Permission
from app.domain.review_terms import ReviewState, Scope
from app.domain.review_words import TEXT_LIMIT
from app.service.database import reading
from app.service.engagement_desk import CedSavedElsewhere, KeptCed, framework_of, reopen_ced, save_ced
from app.service.engagement_signing import as_signed
from app.service.portal.context import CentreContext, Form, centre_context
from app.service.portal.engagement_form import (
    CED_LEVELS,
    CHOICE,
    TypedCed,
    commentary_field,
    differences,
    fields_of,
    fingerprints,
    lay_over,
    level_field,
    read_form,
    values_of,
)
from app.service.portal.engagement_uploads import files_by_code
from app.service.portal.review_rows import (
    kept_at,
    must_see_reviews,
    review_address,
    signatures_of,
)
from app.service.services import GivenServices, Services

CED_BYTES = 4 * 1024 * 1024
"""How large the form may be: its texts at their longest, as a browser encodes them."""

FILLING_IN = "filling in its Engagement Document"

_ADDRESS = "/centres/{centre_id:str}/reviews/{review_id:str}/engagement"
_TRIES = 5
"""How often changes are laid over what others save at that very moment, before the page is shown again."""


@dataclass(frozen=True, slots=True)
class FaultLink:
    """What is missing, and the way to its field."""

    href: str
    says: str


@get(_ADDRESS, sync_to_thread=True)
def engagement_page(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    check: FromQuery[bool] = False,
    done: FromQuery[str] = "",
) -> Response[Any]:
    """The document: to fill in, or to read once it is signed. ``check``: what is missing is named at its field too."""
    context = centre_context(request, services, centre_id)
    must_see_reviews(context)
    with reading(services.engine) as connection:
        kept = kept_at(connection, context, review_id)
    return _page(services, context, kept, check=check, done=_done_words(kept, done))


@post(_ADDRESS, sync_to_thread=True, status_code=200, request_max_body_size=CED_BYTES)
def work_on_ced(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Saves what was changed, however unfinished the rest is, and goes where the button leads.

    What others saved meanwhile stays: changes are laid over it field by field, and where two changed the same field
    both texts are shown.
    """
    context = centre_context(request, services, centre_id)
    context.must(Permission.FILL_IN_CED, FILLING_IN)
    with reading(services.engine) as connection:
        kept = kept_at(connection, context, review_id)
    framework = framework_of(kept)
    typed = read_form(framework, data)
    for _ in range(_TRIES):
        saved = values_of(framework, kept.ced)
        laid = lay_over(saved, typed)
        if laid.values == saved:
            break
        try:
            fields = fields_of(framework, laid.values)
            kept = save_ced(
                services.engine, context.visitor, kept.review.id, fields, kept.version, services.clock()
            )
            break
        except CedSavedElsewhere as refusal:
            kept = refusal.theirs
        except KnownError as refusal:
            with reading(services.engine) as connection:
                kept = kept_at(connection, context, review_id)
            return _page(services, context, kept, problem=refusal, typed=typed)
    if laid.contested:
        return _page(services, context, kept, typed=typed, contested=laid.contested)
    return Redirect(_next_address(context, kept, data.get("do", "save")), status_code=303)


@post(f"{_ADDRESS}/reopen", sync_to_thread=True, status_code=200)
def reopen(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Opens a signed document for changes; its signature ends."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.FILL_IN_CED, FILLING_IN)
    with reading(services.engine) as connection:
        kept = kept_at(connection, context, review_id)
    try:
        reopen_ced(services.engine, context.visitor, kept.review.id, services.clock())
    except KnownError as refusal:
        return _page(services, context, kept, problem=refusal)
    address = f"{review_address(centre_id, kept.review.id)}/engagement?done=reopened"
    return Redirect(address, status_code=303)


def fault_links(kept: KeptCed) -> tuple[FaultLink, ...]:
    """Everything that keeps the document from being signed, each with the way to its field."""
    framework = framework_of(kept)
    faults = ced_faults(framework, as_signed(framework, kept.ced), kept.review)
    return tuple(FaultLink(f"#{field_of(fault)}", fault.says) for fault in faults)


def field_of(fault: CedFault) -> str:
    """The field of the form where a fault is mended."""
    match fault.field:
        case "level":
            return level_field(fault.code)
        case "commentary":
            return commentary_field(fault.code)
        case "register_only":
            return CHOICE
        case name:
            return f"{name}-accepted"


def may_change(kept: KeptCed) -> bool:
    """Whether the document, signed or not, may still be changed at all."""
    return kept.review.state is not ReviewState.COMPLETE


def _page(
    services: Services,
    context: CentreContext,
    kept: KeptCed,
    *,
    check: bool = False,
    done: str = "",
    problem: KnownError | None = None,
    typed: TypedCed | None = None,
    contested: tuple[str, ...] = (),
) -> Template:
    """``typed``: what is not saved and must not be lost. contested: fields of it that somebody else saved meanwhile."""
    framework = framework_of(kept)
    saved = values_of(framework, kept.ced)
    shown = {**saved, **_unsaved(typed, saved)} if typed else saved
    with reading(services.engine) as connection:
        files = files_by_code(connection, kept.review.id)
        signatures = signatures_of(connection, kept.review.id)
    missing = fault_links(kept)
    locked = kept.ced.signature is not None or not may_change(kept)
    mine = tuple(_unsaved(typed, saved)) if typed else ()
    return Template(
        "engagement.html",
        status_code=409 if contested else 422 if problem else 200,
        context=context.page(
            "reviews",
            kept=kept,
            review=kept.review,
            ced=as_signed(framework, kept.ced),
            framework=framework,
            year=year_words(kept.review.year),
            late=ced_is_late(kept.review, london_day(services.clock())),
            address=f"{review_address(context.centre.id, kept.review.id)}/engagement",
            review_address=review_address(context.centre.id, kept.review.id),
            values=shown,
            marks=fingerprints(saved),
            levels=CED_LEVELS,
            choosing=kept.review.scope is not Scope.FULL or kept.ced.register_only,
            files=files,
            missing=missing,
            wrong={link.href[1:]: link.says for link in missing} if check else {},
            signatures=signatures,
            locked=locked,
            may_fill=context.may(Permission.FILL_IN_CED),
            may_sign=context.may(Permission.SIGN_CED),
            may_change=may_change(kept),
            limit=TEXT_LIMIT,
            done=done,
            problem=problem,
            conflict=bool(contested),
            differences=differences(framework, typed, saved, contested or mine) if typed else (),
        ),
    )


def _unsaved(typed: TypedCed, saved: Mapping[str, str]) -> dict[str, str]:
    """What the person changed and is not kept."""
    marks = fingerprints(typed.values)
    return {
        name: value
        for name, value in typed.values.items()
        if marks[name] != typed.was[name] and value != saved[name]
    }


def _done_words(kept: KeptCed, done: str) -> str:
    if done == "saved" and kept.saved_at is not None:
        return f"Saved at {clock_time(kept.saved_at)}."
    return {
        "signed": "Signed and submitted",
        "reopened": "The document is open for changes. It needs a new signature before it counts as submitted.",
    }.get(done, "")


def _next_address(context: CentreContext, kept: KeptCed, do: str) -> str:
    """Where a button leads after saving."""
    address = f"{review_address(context.centre.id, kept.review.id)}/engagement"
    codes = {objective.code for objective in framework_of(kept).objectives}
    match do.split(":"):
        case ["files", code] if code in codes:
            return f"{address}/files#place-{code}"
        case ["sign"]:
            return f"{address}/sign"
        case ["check"]:
            return f"{address}?check=true"
        case _:
            return f"{address}?done=saved"


HANDLERS = (engagement_page, work_on_ced, reopen)
