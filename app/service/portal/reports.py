"""The reports of a centre: all there ever were in this system, to view, print and download (M-41, M-73..M-75)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream, Template
from sqlalchemy import Connection, func, select

from app.domain.moderation import Outcome
from app.domain.people import Permission
from app.service import tables as t
from app.service.database import reading
from app.service.errors import Refusal
from app.service.portal.context import centre_context, plain
from app.service.portal.paging import Paging
from app.service.services import GivenServices

PDF_POLICY = (
    "default-src 'none'; object-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For a PDF that the browser itself shows: its viewer is an object inside the page it makes for it."""

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report as pages list it. ``kilobytes``: rounded up."""

    id: str
    request_id: str
    request_number: str
    qualification: str
    outcome: Outcome
    issued_at: datetime
    kilobytes: int


@get("/centres/{centre_id:str}/reports", sync_to_thread=True)
def reports_page(
    centre_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    page: FromQuery[int] = 1,
) -> Response[Any]:
    """All reports ever made here for the centre, the latest first, whoever submitted the claims (M-41, M-75)."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.READ_REPORTS, "its reports")
    with reading(services.engine) as connection:
        count = connection.scalar(
            select(func.count())
            .select_from(t.reports.join(t.requests, t.requests.c.id == t.reports.c.request_id))
            .where(t.requests.c.centre_id == centre_id)
        )
        paging = Paging.of(page, int(count or 0), PER_PAGE)
        rows = report_rows(connection, centre_id, paging.first, PER_PAGE)
    return Template("reports.html", context=context.page("reports", reports=rows, paging=paging))


@get("/centres/{centre_id:str}/reports/{report_id:str}", sync_to_thread=True)
def report_pdf(
    centre_id: FromPath[str],
    report_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    view: FromQuery[bool] = False,
) -> Response[Any]:
    """One report as PDF, the only format there is (M-74): the very bytes that were issued.

    ``view``: to be looked at and printed in the browser, instead of being downloaded.
    """
    context = centre_context(request, services, centre_id)
    context.must(Permission.READ_REPORTS, "its reports")
    with reading(services.engine) as connection:
        row = connection.execute(
            select(t.reports.c.pdf_sha256, t.reports.c.pdf_size, t.requests.c.number)
            .join(t.requests, t.requests.c.id == t.reports.c.request_id)
            .where(t.reports.c.id == plain(report_id), t.requests.c.centre_id == centre_id)
        ).one_or_none()
    if row is None:
        raise Refusal(404, "not_found", "There is no such report at this centre.")
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in row.number)
    return Stream(
        services.blobs.stream(row.pdf_sha256, 0, row.pdf_size),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'{"inline" if view else "attachment"}; filename="report-{name}.pdf"',
            "Content-Length": str(row.pdf_size),
            "Content-Security-Policy": PDF_POLICY,
        },
    )


def report_rows(
    connection: Connection, centre_id: str, first: int = 0, limit: int = PER_PAGE, request_id: str = ""
) -> tuple[ReportRow, ...]:
    """Reports of the centre from the ``first`` on, the latest before the older; of one request if it is named."""
    query = (
        select(
            t.reports,
            t.requests.c.number.label("request_number"),
            t.qualifications.c.title.label("qualification"),
        )
        .join(t.requests, t.requests.c.id == t.reports.c.request_id)
        .join(t.qualifications, t.qualifications.c.id == t.requests.c.qualification_id)
        .where(t.requests.c.centre_id == centre_id)
        .order_by(t.reports.c.issued_at.desc(), t.reports.c.id.desc())
        .offset(first)
        .limit(limit)
    )
    if request_id:
        query = query.where(t.reports.c.request_id == request_id)
    return tuple(
        ReportRow(
            row.id,
            row.request_id,
            row.request_number,
            row.qualification,
            Outcome(row.outcome),
            row.issued_at,
            -(-row.pdf_size // 1024),
        )
        for row in connection.execute(query)
    )


HANDLERS = (reports_page, report_pdf)
