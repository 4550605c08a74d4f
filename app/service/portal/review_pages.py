"""A centre's quality reviews: all of them, one with its reports and actions, and answers to those actions."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template
from sqlalchemy import Connection, select

from app.catalogue.frameworks import framework_by_id
from app.domain.dates import london_day
from app.domain.engagement import ced_is_late
from app.domain.errors import KnownError
from app.domain.frameworks import year_words
from app.domain.people import Permission
from app.domain.review_words import TEXT_LIMIT
from app.service import tables as t
from app.service.database import reading
from app.service.engagement_desk import AnsweredElsewhere, answer_action
from app.service.errors import Refusal
from app.service.portal.context import CentreContext, Form, centre_context, plain, require_visitor
from app.service.portal.reports import PDF_POLICY
from app.service.portal.review_rows import (
    must_see_reviews,
    review_address,
    review_at,
    review_lines,
    signatures_of,
)
from app.service.services import GivenServices, Services

ANSWER_BYTES = 1024 * 1024
"""How large the form of an answer may be: its text at its longest, twice, as a browser encodes it."""

_ADDRESS = "/centres/{centre_id:str}/reviews/{review_id:str}"


@get("/centres/{centre_id:str}/reviews", sync_to_thread=True)
def reviews_page(
    centre_id: FromPath[str], request: Request[Any, Any, Any], services: GivenServices
) -> Response[Any]:
    """Every review of the centre, with how its Engagement Document stands."""
    context = centre_context(request, services, centre_id)
    must_see_reviews(context)
    with reading(services.engine) as connection:
        lines = review_lines(connection, centre_id, london_day(services.clock()))
    return Template("reviews.html", context=context.page("reviews", lines=lines))


@get(_ADDRESS, sync_to_thread=True)
def review_page(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    answered: FromQuery[bool] = False,
) -> Response[Any]:
    """One review: how its document stands, its reports and its actions. ``answered``: an answer was just kept."""
    context = centre_context(request, services, centre_id)
    must_see_reviews(context)
    return _page(services, context, review_id, done="Your answer is kept." if answered else "")


@get(f"{_ADDRESS}/reports/{{report_id:str}}", sync_to_thread=True)
def visit_report_pdf(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    report_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    view: FromQuery[bool] = False,
) -> Response[Any]:
    """A version of the report as PDF: the very bytes that were issued. ``view``: shown in the browser."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.READ_REPORTS, "its reports")
    table = t.visit_reports
    with reading(services.engine) as connection:
        row = connection.execute(
            select(table.c.pdf_sha256, table.c.pdf_size, table.c.version, t.reviews.c.number)
            .join(t.reviews, t.reviews.c.id == table.c.review_id)
            .where(
                table.c.id == plain(report_id),
                table.c.review_id == plain(review_id),
                t.reviews.c.centre_id == centre_id,
            )
        ).one_or_none()
    if row is None:
        raise Refusal(404, "not_found", "There is no such report at this centre.")
    number = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in row.number)
    name = f"review-{number}-version-{row.version}.pdf"
    return Stream(
        services.blobs.stream(row.pdf_sha256, 0, row.pdf_size),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'{"inline" if view else "attachment"}; filename="{name}"',
            "Content-Length": str(row.pdf_size),
            "Content-Security-Policy": PDF_POLICY,
        },
    )


@post(
    f"{_ADDRESS}/actions/{{action_id:str}}",
    sync_to_thread=True,
    status_code=200,
    request_max_body_size=ANSWER_BYTES,
)
def answer(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    action_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """What the centre says of an action; two colleagues who answer at once both see both texts."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.FILL_IN_CED, "answering actions")
    words, before = (data.get(name, "").replace("\r\n", "\n") for name in ("answer", "before"))
    with reading(services.engine) as connection:
        review_at(connection, context, review_id)
    try:
        answer_action(
            services.engine,
            context.visitor,
            plain(review_id),
            plain(action_id),
            words,
            services.clock(),
            before=before,
        )
    except KnownError as refusal:
        return _page(services, context, review_id, problem=refusal, action_id=action_id, typed=words)
    address = f"{review_address(centre_id, review_id)}?answered=true#action-{quote(action_id)}"
    return Redirect(address, status_code=303)


@get("/reviews/{review_id:str}", sync_to_thread=True)
def open_review(
    review_id: FromPath[str], request: Request[Any, Any, Any], services: GivenServices
) -> Response[Any]:
    """The very review an e-mail speaks of, at the right one of the person's centres (M-37)."""
    visitor = require_visitor(request, services)
    with reading(services.engine) as connection:
        query = select(t.reviews.c.centre_id).where(t.reviews.c.id == plain(review_id))
        centre_id = connection.scalar(query)
    if centre_id is None or centre_id not in visitor.centres:
        raise Refusal(
            404,
            "not_found",
            "There is no such review, or none at your centres.",
            f"You are signed in as {visitor.email}; reviewers and quality managers open it in the desktop.",
        )
    return Redirect(review_address(centre_id, review_id), status_code=303)


def _page(
    services: Services,
    context: CentreContext,
    review_id: str,
    *,
    done: str = "",
    problem: KnownError | None = None,
    action_id: str = "",
    typed: str = "",
) -> Template:
    """``typed``: an answer to the action ``action_id`` that was not kept and must not be lost."""
    with reading(services.engine) as connection:
        kept, actions, reports = review_at(connection, context, review_id)
        signatures = signatures_of(connection, kept.review.id)
        due_dates = _due_dates(connection, kept.review.id)
    review, today = kept.review, london_day(services.clock())
    framework = framework_by_id(review.framework_id)
    status = 409 if isinstance(problem, AnsweredElsewhere) else 422
    return Template(
        "review.html",
        status_code=status if problem else 200,
        context=context.page(
            "reviews",
            review=review,
            ced=kept.ced,
            kept=kept,
            year=year_words(review.year),
            late=ced_is_late(review, today),
            due_dates=due_dates,
            signatures=signatures,
            framework=framework,
            actions=actions,
            reports=reports if context.may(Permission.READ_REPORTS) else (),
            may_answer=context.may(Permission.FILL_IN_CED),
            may_sign=context.may(Permission.SIGN_CED),
            address=review_address(context.centre.id, review.id),
            limit=TEXT_LIMIT,
            done=done,
            problem=problem,
            action_id=action_id,
            typed=typed,
            theirs=problem.theirs if isinstance(problem, AnsweredElsewhere) else "",
        ),
    )


def _due_dates(connection: Connection, review_id: str) -> tuple[tuple[date, str], ...]:
    """Every day the document was ever due, with why, the oldest first (D-8)."""
    table = t.ced_dates
    rows = connection.execute(
        select(table.c.due_on, table.c.reason)
        .where(table.c.review_id == review_id)
        .order_by(table.c.set_at, table.c.id)
    )
    return tuple((row.due_on, row.reason) for row in rows)


HANDLERS = (reviews_page, review_page, visit_report_pdf, answer, open_review)
