"""The page on which the Head of Centre reads the whole Engagement Document and signs it (Q-13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.domain.dates import london_day
from app.domain.engagement import NAME_LIMIT, ced_content_sha256, ced_is_late
from app.domain.errors import KnownError
from app.domain.frameworks import year_words
from app.domain.people import Permission, Role
from app.domain.review_terms import Scope
from app.service.ced_records import load_ced_files
from app.service.database import reading
from app.service.engagement_desk import framework_of
from app.service.engagement_signing import Signing, as_signed, sign_ced
from app.service.errors import Refusal
from app.service.portal.context import CentreContext, Form, centre_context
from app.service.portal.engagement import fault_links
from app.service.portal.engagement_uploads import files_by_code
from app.service.portal.review_rows import kept_at, review_address, signatures_of
from app.service.services import GivenServices, Services, client_address

SIGNING = "signing its Engagement Document; only the Head of Centre does"

_ADDRESS = "/centres/{centre_id:str}/reviews/{review_id:str}/engagement/sign"
_FIELDS = {
    "wrong_password": "sign-password",
    "signature_incomplete": "sign-name",
    "ced_changed": "document",
}
"""Where on the page what kept somebody from signing is put right."""


@get(_ADDRESS, sync_to_thread=True)
def sign_page(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """The document as it will be signed, and the form for it; while something is missing, the way to that."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.SIGN_CED, SIGNING)
    return _page(services, context, review_id)


@post(_ADDRESS, sync_to_thread=True, status_code=200)
def sign(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Signs what the page showed; whoever signs proves once more who they are."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.SIGN_CED, SIGNING)
    with reading(services.engine) as connection:
        review = kept_at(connection, context, review_id).review
    signing = Signing(
        name=data.get("name", ""),
        role=data.get("role", ""),
        password=data.get("password", "").replace("\x00", ""),
        content_sha256=data.get("content", ""),
        address=client_address(request),
    )
    try:
        sign_ced(services.engine, services.passwords, context.visitor, review.id, signing, services.clock())
    except KnownError as refusal:
        if refusal.code == "wrong_password":
            # Whoever is signed in already need not hear about an e-mail address they did not type.
            refusal = Refusal(
                401, "wrong_password", "This is not your password, so nothing was signed.", "Type it again."
            )
        return _page(services, context, review_id, problem=refusal, typed=data)
    address = f"{review_address(centre_id, review.id)}/engagement?done=signed"
    return Redirect(address, status_code=303)


def _page(
    services: Services,
    context: CentreContext,
    review_id: str,
    *,
    problem: KnownError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response[Any]:
    with reading(services.engine) as connection:
        kept = kept_at(connection, context, review_id)
        records = load_ced_files(connection, [kept.review.id])
        files = files_by_code(connection, kept.review.id)
        signatures = signatures_of(connection, kept.review.id)
    review, framework = kept.review, framework_of(kept)
    address = f"{review_address(context.centre.id, review.id)}/engagement"
    if kept.ced.signature is not None:
        return Redirect(address, status_code=303)
    typed = typed or {}
    status = 200 if problem is None else getattr(problem, "status", 422)
    return Template(
        "engagement_sign.html",
        status_code=status,
        context=context.page(
            "reviews",
            kept=kept,
            review=review,
            ced=as_signed(framework, kept.ced),
            framework=framework,
            year=year_words(review.year),
            late=ced_is_late(review, london_day(services.clock())),
            address=address,
            files=files,
            missing=fault_links(kept),
            content=ced_content_sha256(framework, as_signed(framework, kept.ced), records),
            provisional=kept.ced.register_only and review.scope is not Scope.REDUCED,
            signatures=signatures,
            name=typed.get("name", ""),
            role=typed.get("role", Role.HEAD_OF_CENTRE.words),
            name_limit=NAME_LIMIT,
            problem=problem,
            field=_FIELDS.get(problem.code, "") if problem else "",
        ),
    )


HANDLERS = (sign_page, sign)
