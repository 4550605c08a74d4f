"""The files of an Engagement Document: added for a measure or an objective, with or without script, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post, put
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Redirect, Stream, Template
from sqlalchemy import Connection, select

from app.domain.engagement import asked_objectives
from app.domain.errors import KnownError
from app.domain.evidence import LARGE_FILE, SEVERAL_FILES
from app.domain.frameworks import year_words
from app.domain.people import Permission
from app.service import tables as t
from app.service.api import files as api
from app.service.api.reading import read_message
from app.service.blobs import parts_of
from app.service.database import reading
from app.service.engagement_desk import KeptCed, framework_of, must_be_open
from app.service.engagement_files import add_ced_file, withdraw_ced_file
from app.service.errors import Refusal
from app.service.evidence_desk import BROWSER, Taken
from app.service.portal.context import CentreContext, Form, centre_context, plain
from app.service.portal.evidence import VERDICT_WORDS, Fault, Result
from app.service.portal.evidence_form import FileForm, pass_over
from app.service.portal.review_rows import kept_at, must_see_reviews, review_address
from app.service.portal.uploads import AttachAnswer, begin_upload, end_upload, script_router, take_part
from app.service.services import GivenServices, Services
from app.service.tokens import Visit
from app.service.uploads import bring_whole
from app.wire.messages import PART_BYTES, UploadState

BRINGING = "adding files to its Engagement Document"

_ADDRESS = "/centres/{centre_id:str}/reviews/{review_id:str}/engagement/files"


class CedAttachAsk(msgspec.Struct, kw_only=True):
    """Which file that was brought belongs to the document. kind: the code of its measure or objective, by the name
    that the script of all pages has for what a file is for.
    """

    sha256: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file of the document, with what a look into it found. added_by: a name."""

    id: str
    code: str
    name: str
    size: int
    verdict: str
    says: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class CedBringer:
    """Somebody who may bring files to a document of their centre, which takes them now."""

    context: CentreContext
    kept: KeptCed

    @property
    def visit(self) -> Visit:
        """As the upload desk knows them."""
        return Visit(self.context.visitor, BROWSER)


_ATTACH = msgspec.json.Decoder(CedAttachAsk)


def files_by_code(connection: Connection, review_id: str) -> Mapping[str, tuple[GivenFile, ...]]:
    """The files of a document by the measure or objective they are for, as they came; none that was taken back."""
    table = t.ced_files
    rows = connection.execute(
        select(table, t.persons.c.name.label("adder"))
        .outerjoin(t.persons, t.persons.c.id == table.c.added_by)
        .where(table.c.review_id == review_id, table.c.withdrawn_at.is_(None))
        .order_by(table.c.code, table.c.added_at, table.c.id)
    )
    found: dict[str, tuple[GivenFile, ...]] = {}
    for row in rows:
        given = GivenFile(
            row.id, row.code, row.name, row.size, row.verdict, row.says, row.adder or "", row.added_at
        )
        found[row.code] = (*found.get(row.code, ()), given)
    return found


@get(_ADDRESS, sync_to_thread=True)
def files_page(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    added: FromQuery[int] = 0,
    done: FromQuery[str] = "",
) -> Response[Any]:
    """All files, by objective, each with a form to add more while the document is open."""
    context = centre_context(request, services, centre_id)
    must_see_reviews(context)
    words = "Taken back." if done == "withdrawn" else ""
    if added > 0:
        words = "1 file was added." if added == 1 else f"{added} files were added."
    return _page(services, context, review_id, done=words)


@post(
    f"{_ADDRESS}/add",
    status_code=200,
    request_max_body_size=None,
    # The form looks at its token itself, before the first of its files: see ``FileForm``.
    exclude_from_csrf=True,
)
async def add_files(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Files of any number and size from a form without script, each with what became of it."""
    try:
        found = await sync_to_thread(bringer, request, services, centre_id, review_id)
    except Exception:
        await pass_over(request)
        raise
    form = FileForm(request, services.blobs)
    await form.read()
    return await sync_to_thread(_take_files, services, found, form)


@post(f"{_ADDRESS}/withdraw", sync_to_thread=True, status_code=200)
def withdraw(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Takes a file back, which is possible until the document is signed."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.FILL_IN_CED, BRINGING)
    with reading(services.engine) as connection:
        review = kept_at(connection, context, review_id).review
    try:
        withdraw_ced_file(
            services.engine, context.visitor, review.id, plain(data.get("file", "")), services.clock()
        )
    except KnownError as refusal:
        return _page(services, context, review_id, fault=Fault(f"{refusal.says} {refusal.do}".strip(), ""))
    return Redirect(
        f"{review_address(centre_id, review.id)}/engagement/files?done=withdrawn", status_code=303
    )


@get(f"{_ADDRESS}/{{file_id:str}}", sync_to_thread=True)
def ced_file(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    file_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """A file of the document, to be kept on the computer: no browser opens what somebody uploaded."""
    context = centre_context(request, services, centre_id)
    must_see_reviews(context)
    table = t.ced_files
    with reading(services.engine) as connection:
        row = connection.execute(
            select(table.c.name, table.c.sha256, table.c.size)
            .join(t.reviews, t.reviews.c.id == table.c.review_id)
            .where(
                table.c.id == plain(file_id),
                table.c.review_id == plain(review_id),
                t.reviews.c.centre_id == centre_id,
            )
        ).one_or_none()
        if row is None:
            raise Refusal(404, "not_found", "There is no such file at this centre.")
        parts = parts_of(connection, row.sha256)
    return Stream(
        services.blobs.stream(row.sha256, 0, row.size, parts),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name, safe='')}",
            "Content-Length": str(row.size),
        },
    )


def bringer(
    request: Request[Any, Any, Any], services: Services, centre_id: str, review_id: str
) -> CedBringer:
    """Who sends this, looked at before anything of a body is read.

    Raises SignInFirst; Refusal for another's centre or review; KnownError for a document that takes no files now.
    """
    context = centre_context(request, services, centre_id)
    context.must(Permission.FILL_IN_CED, BRINGING)
    with reading(services.engine) as connection:
        kept = kept_at(connection, context, review_id)
    must_be_open(kept)
    return CedBringer(context, kept)


# -- what the page's script asks --------------------------------------------------------------------------------------


@post(f"{_ADDRESS}/uploads", status_code=200, request_max_body_size=16 * 1024)
async def begin(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    body: RawBody,
    request: Request[Any, Any, Any],
    services: GivenServices,
    checks: api.GivenChecks,
) -> UploadState:
    """Announces a file (`UploadAsk`) and tells which of its parts are here already."""
    visit = (await sync_to_thread(bringer, request, services, centre_id, review_id)).visit
    return await begin_upload(services, visit, body, checks)


@put(
    f"{_ADDRESS}/uploads/{{sha256:str}}/parts/{{number:int}}",
    status_code=204,
    request_max_body_size=PART_BYTES,
)
async def part(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    sha256: FromPath[str],
    number: FromPath[int],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[None]:
    """One part; `X-Part-SHA256` is its hash. Sending the same part again does no harm."""
    visit = (await sync_to_thread(bringer, request, services, centre_id, review_id)).visit
    await take_part(services, visit, sha256, number, request)
    return Response(None, status_code=204)


@post(f"{_ADDRESS}/uploads/{{sha256:str}}/complete", status_code=202, request_max_body_size=1024)
async def complete(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    sha256: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    checks: api.GivenChecks,
) -> UploadState:
    """Every part was sent: the whole is checked. Asked again until the state is no longer `checking`."""
    visit = (await sync_to_thread(bringer, request, services, centre_id, review_id)).visit
    return await end_upload(services, visit, sha256, checks)


@post(f"{_ADDRESS}/attach", status_code=200, request_max_body_size=16 * 1024)
async def attach(
    centre_id: FromPath[str],
    review_id: FromPath[str],
    body: RawBody,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> AttachAnswer:
    """A file that was brought becomes part of the document, once it was looked into (`CedAttachAsk`)."""
    found = await sync_to_thread(bringer, request, services, centre_id, review_id)
    ask = read_message(_ATTACH, body)
    taken = await sync_to_thread(_attach, services, found, ask.kind, ask.name, ask.sha256)
    return AttachAnswer(
        id=taken.id, name=taken.name, verdict=taken.verdict, says=taken.says, warning=taken.warning
    )


# -- parts -----------------------------------------------------------------------------------------------------------


def _attach(services: Services, found: CedBringer, code: str, name: str, sha256: str) -> Taken:
    return add_ced_file(
        services.engine,
        services.blobs,
        found.context.visitor,
        found.kept.review.id,
        plain(code),
        name,
        sha256,
        services.clock(),
    )


def _take_files(services: Services, found: CedBringer, form: FileForm) -> Response[Any]:
    results = [_take_file(services, found, form, *file) for file in form.files]
    fault = None
    if not results:
        fault = Fault("Choose a file first, or several.", f"#{plain(form.fields.get('place', ''))}")
    review = found.kept.review
    if fault or any(result.refused for result in results):
        return _page(
            services, found.context, review.id, results=tuple(results), fault=fault, typed=form.fields
        )
    address = f"{review_address(found.context.centre.id, review.id)}/engagement/files"
    return Redirect(f"{address}?added={len(results)}", status_code=303)


def _take_file(services: Services, found: CedBringer, form: FileForm, name: str, file: Any) -> Result:
    try:
        bring_whole(services.engine, found.context.visitor, BROWSER, file, "", services.clock())
        taken = _attach(services, found, form.fields.get("kind", ""), name, file.sha256)
    except KnownError as refusal:
        return Result(name, refusal.says, True, refusal.do)
    return Result(taken.name, taken.says, False)


def _page(
    services: Services,
    context: CentreContext,
    review_id: str,
    *,
    done: str = "",
    results: tuple[Result, ...] = (),
    fault: Fault | None = None,
    typed: Mapping[str, str] | None = None,
) -> Template:
    with reading(services.engine) as connection:
        kept = kept_at(connection, context, review_id)
        files = files_by_code(connection, kept.review.id)
    framework = framework_of(kept)
    asked = asked_objectives(framework, kept.ced.register_only)
    places = {code for item in asked for code in (item.code, *(measure.code for measure in item.measures))}
    try:
        must_be_open(kept)
        closed = None
    except KnownError as refusal:
        closed = refusal
    refused = [result for result in results if result.refused]
    return Template(
        "engagement_files.html",
        status_code=422 if refused or fault else 200,
        context=context.page(
            "reviews",
            kept=kept,
            review=kept.review,
            framework=framework,
            year=year_words(kept.review.year),
            address=f"{review_address(context.centre.id, kept.review.id)}/engagement",
            asked=asked,
            files=files,
            others=[file for code in sorted(files) if code not in places for file in files[code]],
            may_bring=closed is None and context.may(Permission.FILL_IN_CED),
            closed=closed,
            verdict_words=VERDICT_WORDS,
            done=done,
            results=results,
            refused=refused,
            fault=fault,
            typed=typed or {},
            part_bytes=PART_BYTES,
            several=SEVERAL_FILES,
            large=LARGE_FILE,
        ),
    )


HANDLERS = (files_page, add_files, withdraw, ced_file, script_router((begin, part, complete, attach)))
