"""The evidence of a claim: what is asked for, what is there, adding it in a plain form, and declaring it complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template
from sqlalchemy import select

from app.domain.errors import KnownError
from app.domain.evidence import LARGE_FILE, ONCE_PER_REQUEST, SEVERAL_FILES, EvidenceKind
from app.domain.people import Permission
from app.evidence.verdicts import Verdict
from app.service import tables as t
from app.service.blobs import parts_of
from app.service.database import reading
from app.service.errors import Refusal
from app.service.evidence_checklist import LINK_NOT_AGREED, Checklist, Place
from app.service.evidence_desk import (
    BROWSER,
    attach_link,
    checklist,
    declare_complete,
    not_applicable,
    withdraw_evidence,
)
from app.service.portal.context import CentreContext, Form, centre_context, claim_address, plain
from app.service.portal.evidence_form import FileForm, pass_over
from app.service.portal.stages import STAGE_WORDS
from app.service.portal.uploads import BRINGING, AttachAsk, Bringer, attach_file, bringer, kind_of
from app.service.records import LINK_AGREED
from app.service.services import GivenServices, Services
from app.service.uploads import bring_whole
from app.wire.messages import PART_BYTES

_ADDRESS = "/centres/{centre_id:str}/claims/{request_id:str}/evidence"

VERDICT_WORDS: Mapping[str, str] = {
    Verdict.OK: "Looked into",
    Verdict.DAMAGED: "May not open",
    Verdict.UNKNOWN: "Taken as it is",
    LINK_AGREED: "Enough by agreement",
    LINK_NOT_AGREED: "Not enough alone",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file of a form. ``refused``: it was not taken, and ``do`` says what helps."""

    name: str
    says: str
    refused: bool
    do: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What kept a form from being done. href: where on the page it is put right."""

    says: str
    href: str


@get(_ADDRESS, sync_to_thread=True)
def evidence_page(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    added: FromQuery[int] = 0,
    done: FromQuery[str] = "",
) -> Response[Any]:
    """The checklist, for everybody of the centre. ``added``: how many files were just taken; ``done``: what was."""
    context = centre_context(request, services, centre_id)
    words = {"withdrawn": "Taken back.", "noted": "Noted.", "declared": "Declared complete."}.get(done, "")
    if added > 0:
        words = "1 file was added." if added == 1 else f"{added} files were added."
    return _page(services, context, request_id, done=words)


@post(
    f"{_ADDRESS}/files",
    status_code=200,
    request_max_body_size=None,
    # The form looks at its token itself, before the first of its files: see ``FileForm``.
    exclude_from_csrf=True,
)
async def add_files(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Files of any number and size from a form without script (M-46 to M-48), each with what became of it."""
    try:
        found = await sync_to_thread(bringer, request, services, centre_id, request_id)
    except Exception:
        await pass_over(request)
        raise
    form = FileForm(request, services.blobs)
    await form.read()
    return await sync_to_thread(_take_files, services, found, form)


@post(f"{_ADDRESS}/link", sync_to_thread=True, status_code=200)
def add_link(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """A link to the centre's own platform (M-43 to M-45)."""
    context = _contributor(request, services, centre_id, request_id)

    def note() -> None:
        attach_link(
            services.engine,
            context.visitor,
            plain(request_id),
            plain(data.get("sample", "")),
            kind_of(data.get("kind", "")),
            data.get("url", ""),
            services.clock(),
        )

    return _do(services, context, request_id, note, "noted", "#link-url", data)


@post(f"{_ADDRESS}/none", sync_to_thread=True, status_code=200)
def say_none(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """There is none of a kind, with the reason (D-6)."""
    context = _contributor(request, services, centre_id, request_id)

    def note() -> None:
        kind, reason = kind_of(data.get("kind", "")), data.get("reason", "").replace("\r\n", "\n")
        not_applicable(services.engine, context.visitor, plain(request_id), kind, reason, services.clock())

    return _do(services, context, request_id, note, "noted", "#none-reason", data)


@post(f"{_ADDRESS}/withdraw", sync_to_thread=True, status_code=200)
def withdraw(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Takes back what was added since the last declaration."""
    context = _contributor(request, services, centre_id, request_id)

    def take_back() -> None:
        withdraw_evidence(
            services.engine,
            context.visitor,
            plain(request_id),
            plain(data.get("evidence", "")),
            services.clock(),
        )

    return _do(services, context, request_id, take_back, "withdrawn", "", data)


@post(f"{_ADDRESS}/complete", sync_to_thread=True, status_code=200)
def declare(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """The centre declares its evidence complete: moderation begins (M-50)."""
    context = _contributor(request, services, centre_id, request_id)

    def complete() -> None:
        declare_complete(services.engine, context.visitor, plain(request_id), services.clock())

    return _do(services, context, request_id, complete, "declared", "#standing", data)


@get(f"{_ADDRESS}/{{evidence_id:str}}", sync_to_thread=True)
def evidence_file(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    evidence_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """A file that the centre gave, to be kept on the computer: no browser opens what somebody uploaded."""
    centre_context(request, services, centre_id)
    with reading(services.engine) as connection:
        row = connection.execute(
            select(t.evidence.c.name, t.evidence.c.sha256, t.evidence.c.size)
            .join(t.requests, t.requests.c.id == t.evidence.c.request_id)
            .where(
                t.evidence.c.id == plain(evidence_id),
                t.evidence.c.request_id == plain(request_id),
                t.evidence.c.sha256 != "",
                t.requests.c.centre_id == centre_id,
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


def _take_files(services: Services, found: Bringer, form: FileForm) -> Response[Any]:
    results = [_take_file(services, found, form, *file) for file in form.files]
    fault = None
    if not results:
        fault = Fault("Choose a file first, or several.", _href_of(form.fields))
    refused = [result for result in results if result.refused]
    if refused or fault:
        return _page(
            services,
            found.context,
            found.request_id,
            results=tuple(results),
            fault=fault,
            typed=form.fields,
        )
    address = claim_address(found.context.centre.id, found.request_id)
    return Redirect(f"{address}/evidence?added={len(results)}", status_code=303)


def _take_file(services: Services, found: Bringer, form: FileForm, name: str, file: Any) -> Result:
    fields = form.fields
    try:
        kind_of(fields.get("kind", ""))
        bring_whole(services.engine, found.context.visitor, BROWSER, file, "", services.clock())
        ask = AttachAsk(
            sha256=file.sha256, kind=fields.get("kind", ""), name=name, sample_id=fields.get("sample", "")
        )
        taken = attach_file(services, found, ask)
    except KnownError as refusal:
        return Result(name, refusal.says, True, refusal.do)
    return Result(taken.name, taken.says, False)


def _contributor(
    request: Request[Any, Any, Any], services: Services, centre_id: str, request_id: str
) -> CentreContext:
    """The visitor, if they may bring evidence to a claim of this centre. Raises SignInFirst or Refusal."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.CLAIM_FOR_LEARNERS, BRINGING)
    _checklist(services, context, request_id)
    return context


def _do(
    services: Services,
    context: CentreContext,
    request_id: str,
    work: Callable[[], None],
    done: str,
    href: str,
    data: Mapping[str, str],
) -> Response[Any]:
    """Does what a form asks for, and shows the page again: with what kept it from being done, if something did."""
    try:
        work()
    except KnownError as refusal:
        fault = Fault(f"{refusal.says} {refusal.do}".strip(), href)
        return _page(services, context, request_id, fault=fault, typed=data)
    address = claim_address(context.centre.id, plain(request_id))
    return Redirect(f"{address}/evidence?done={done}", status_code=303)


def _checklist(services: Services, context: CentreContext, request_id: str) -> Checklist:
    try:
        with reading(services.engine) as connection:
            found = checklist(connection, plain(request_id))
    except KnownError as refusal:
        raise Refusal(404, "not_found", refusal.says) from refusal
    if found.request.centre_id != context.centre.id:
        raise Refusal(404, "not_found", "There is no such claim at this centre.")
    return found


def _page(
    services: Services,
    context: CentreContext,
    request_id: str,
    *,
    done: str = "",
    results: tuple[Result, ...] = (),
    fault: Fault | None = None,
    typed: Mapping[str, str] | None = None,
) -> Template:
    found = _checklist(services, context, request_id)
    address = claim_address(context.centre.id, found.request.id)
    may_bring = found.is_open and context.may(Permission.CLAIM_FOR_LEARNERS)
    refused = [result for result in results if result.refused]
    return Template(
        "evidence.html",
        status_code=422 if refused or fault else 200,
        context=context.page(
            "",
            found=found,
            stage=STAGE_WORDS[found.request.state],
            address=address,
            may_bring=may_bring,
            kinds_for=_kinds_for,
            all_kinds=tuple(EvidenceKind),
            anchor=_anchor,
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


def _kinds_for(place: Place) -> tuple[EvidenceKind, ...]:
    """What can be added at a place, the first missing kind first."""
    kinds = [kind for kind in EvidenceKind if place.sample is None or kind not in ONCE_PER_REQUEST]
    missing = place.missing
    return tuple(sorted(kinds, key=lambda kind: kind not in missing))


def _anchor(place: Place) -> str:
    """The id of a place in the page."""
    return f"place-{place.sample.position}" if place.sample is not None else "place-whole"


def _href_of(fields: Mapping[str, str]) -> str:
    return f"#{fields.get('place', 'place-whole')}"


HANDLERS = (evidence_page, add_files, add_link, say_none, withdraw, declare, evidence_file)
