"""A submitted claim: its stage and clock, its sample with reasons, its lines, notes and reports (M-49, M-53, M-60)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template
from sqlalchemy import Connection, func, select

from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.moderation import Decision, Note, RequestState, Sample, current_judgements
from app.domain.people import Permission
from app.service import tables as t
from app.service.blobs import parts_of
from app.service.database import reading
from app.service.errors import Refusal
from app.service.file_rights import COMPLETE
from app.service.notes import write_note
from app.service.portal.context import CentreContext, Form, centre_context, claim_address, plain
from app.service.portal.paging import Paging
from app.service.portal.reports import report_rows
from app.service.portal.stages import STAGE_WORDS, ClaimRow, claim_row
from app.service.records import load_judgements, load_notes, load_samples
from app.service.services import GivenServices, Services
from app.service.submitting import resubmit

LINES_SHOWN = 50
CERTIFICATES_SHOWN = 50
NOTE_BYTES = 512 * 1024
"""How large a form with a note may be: 20,000 characters as a browser encodes them."""

_TOLD = frozenset(
    {
        RequestState.RETURNED_TO_CENTRE,
        RequestState.ACCEPTED,
        RequestState.RECORDS_UPDATED,
        RequestState.CERTIFICATED,
        RequestState.ARCHIVED,
    }
)
"""States in which the centre has been told the outcome; before, and on hold, decisions are the moderator's (D-5)."""


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One sampled learner-unit with why it was chosen, and, once the centre was told, what was decided (M-56)."""

    sample: Sample
    decision: str
    rationale: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineShown:
    """One claimed learner-unit."""

    learner: str
    number: str
    unit: str
    title: str
    credits: int
    assessor: str
    decision: str
    attainment: str


@dataclass(frozen=True, slots=True)
class CertificateShown:
    """One certificate that came of the claim, and whose it is."""

    learner: str
    learner_number: str
    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What else a claim's page tells. too_late: its last day is over, and the next round of the service archives it
    (M-62). earlier_due: former due dates, none erased (M-51).
    """

    sampling_words: str
    centre_note: str
    resubmissions: int
    last_day: date | None
    too_late: bool
    earlier_due: tuple[date, ...]


@get("/centres/{centre_id:str}/claims/{request_id:str}", sync_to_thread=True)
def claim_page(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    page: FromQuery[int] = 1,
    of: FromQuery[str] = "",
    new: FromQuery[bool] = False,
) -> Response[Any]:
    """The claim, whoever of the centre submitted it (M-41). ``new``: it has just been submitted.

    ``page``: of its lines, or with ``of=certificates`` of its certificates.
    """
    context = centre_context(request, services, centre_id)
    if of == "certificates":
        return _page(services, context, request_id, certificate_page=page)
    return _page(services, context, request_id, page=page, new=new)


@post(
    "/centres/{centre_id:str}/claims/{request_id:str}/notes",
    sync_to_thread=True,
    status_code=200,
    request_max_body_size=NOTE_BYTES,
)
def add_note(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """A note at the stage where the claim is (M-53)."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.WRITE_NOTES, "writing notes")
    _must_be_here(services, centre_id, request_id)
    text = data.get("text", "").replace("\r\n", "\n")
    try:
        write_note(services.engine, context.visitor, request_id, text, services.clock())
    except KnownError as refusal:
        return _page(services, context, request_id, problem=refusal, field="text", typed=text)
    return Redirect(f"{claim_address(centre_id, request_id)}#notes", status_code=303)


@post(
    "/centres/{centre_id:str}/claims/{request_id:str}/resubmit",
    sync_to_thread=True,
    status_code=200,
    request_max_body_size=NOTE_BYTES,
)
def resubmit_claim(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """The same claim once more after its actions are done; no new one is made (M-60, M-61)."""
    context = centre_context(request, services, centre_id)
    context.must(Permission.CLAIM_FOR_LEARNERS, "claims")
    _must_be_here(services, centre_id, request_id)
    note = data.get("note", "").replace("\r\n", "\n")
    try:
        resubmit(services.engine, context.visitor, request_id, note, services.clock())
    except KnownError as refusal:
        return _page(services, context, request_id, problem=refusal, field="note", typed=note)
    return Redirect(claim_address(centre_id, request_id), status_code=303)


@get(
    "/centres/{centre_id:str}/claims/{request_id:str}/notes/{note_id:str}/{position:int}", sync_to_thread=True
)
def note_file(
    centre_id: FromPath[str],
    request_id: FromPath[str],
    note_id: FromPath[str],
    position: FromPath[int],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """A file that a note carries, once its author has brought it: naming a file's hash in a note opens nothing."""
    centre_context(request, services, centre_id)
    files, notes, uploads = t.note_files, t.notes, t.uploads
    with reading(services.engine) as connection:
        row = connection.execute(
            select(files.c.name, files.c.sha256, t.blobs.c.size)
            .join(notes, notes.c.id == files.c.note_id)
            .join(t.requests, t.requests.c.id == notes.c.request_id)
            .join(t.blobs, t.blobs.c.sha256 == files.c.sha256)
            .join(
                uploads,
                (uploads.c.person_id == notes.c.author_id)
                & (uploads.c.sha256 == files.c.sha256)
                & (uploads.c.state == COMPLETE),
            )
            .where(
                files.c.note_id == plain(note_id),
                files.c.position == position,
                notes.c.request_id == plain(request_id),
                t.requests.c.centre_id == centre_id,
            )
        ).one_or_none()
        if row is None:
            raise Refusal(
                404,
                "not_found",
                "There is no such file here yet.",
                "It may still be on its way from its author.",
            )
        parts = parts_of(connection, row.sha256)
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in row.name) or "file"
    return Stream(
        services.blobs.stream(row.sha256, 0, row.size, parts),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(row.size),
        },
    )


def _page(
    services: Services,
    context: CentreContext,
    request_id: str,
    *,
    page: int = 1,
    certificate_page: int = 1,
    new: bool = False,
    problem: KnownError | None = None,
    field: str = "",
    typed: str = "",
) -> Template:
    today = london_day(services.clock())
    centre_id = context.centre.id
    with reading(services.engine) as connection:
        claim = claim_row(connection, centre_id, plain(request_id), today)
        if claim is None:
            raise _not_here()
        samples = _samples(connection, claim)
        paging = Paging.of(page, claim.lines, LINES_SHOWN)
        lines = _lines(connection, claim.id, paging)
        notes = load_notes(connection, [claim.id])
        ours = _of_the_centre(connection, centre_id, notes)
        facts = _facts(connection, claim.id, today)
        certificate_paging = Paging.of(
            certificate_page, _count_certificates(connection, claim.id), CERTIFICATES_SHOWN
        )
        certificates = _certificates(connection, claim.id, certificate_paging)
        reports = (
            report_rows(connection, centre_id, limit=100, request_id=claim.id)
            if context.may(Permission.READ_REPORTS)
            else ()
        )
    return Template(
        "claim.html",
        status_code=422 if problem else 200,
        context=context.page(
            "",
            claim=claim,
            facts=facts,
            certificates=certificates,
            certificate_paging=certificate_paging,
            samples=samples,
            decided=any(row.decision for row in samples),
            actions=[(row.sample, text) for row in samples for text in row.actions],
            lines=lines,
            paging=paging,
            notes=notes,
            ours=ours,
            stage_words={state: STAGE_WORDS.get(state, state.words) for state in RequestState},
            reports=reports,
            address=claim_address(centre_id, claim.id),
            may_write=context.may(Permission.WRITE_NOTES),
            new=new,
            problem=problem,
            field=field,
            typed=typed,
        ),
    )


def _must_be_here(services: Services, centre_id: str, request_id: str) -> None:
    query = select(t.requests.c.id).where(
        t.requests.c.id == plain(request_id), t.requests.c.centre_id == centre_id
    )
    with reading(services.engine) as connection:
        if connection.scalar(query) is None:
            raise _not_here()


def _not_here() -> Refusal:
    return Refusal(404, "not_found", "There is no such claim at this centre.")


def _samples(connection: Connection, claim: ClaimRow) -> tuple[SampleRow, ...]:
    """The sample in its order; of what the moderator decided no more than the centre has been told."""
    samples = load_samples(connection, [claim.id])
    decided: Mapping[str, list[Any]] = {}
    if claim.state in _TOLD:
        found: dict[str, list[Any]] = {}
        for judgement in load_judgements(connection, [claim.id]):
            found.setdefault(judgement.sample_id, []).append(judgement)
        decided = found
    rows = []
    for sample in samples:
        standing = current_judgements(decided.get(sample.id, ()))
        told = [item for item in standing if item.decision is not Decision.SUSPECTED_MALPRACTICE]
        rows.append(
            SampleRow(
                sample,
                told[0].decision.words if told else "",
                told[0].rationale if told else "",
                tuple(action.text for item in told for action in item.actions if action.text.strip())
                if claim.state is RequestState.RETURNED_TO_CENTRE
                else (),
            )
        )
    return tuple(rows)


def _lines(connection: Connection, request_id: str, paging: Paging) -> tuple[LineShown, ...]:
    rows = connection.execute(
        select(
            t.learners.c.name,
            t.learners.c.number,
            t.units.c.code,
            t.units.c.title,
            t.units.c.credits,
            t.claim_lines.c.assessor,
            t.claim_lines.c.assessor_decision,
            t.claim_lines.c.attainment,
        )
        .join(t.learners, t.learners.c.id == t.claim_lines.c.learner_id)
        .join(t.units, t.units.c.id == t.claim_lines.c.unit_id)
        .where(t.claim_lines.c.request_id == request_id)
        .order_by(func.lower(t.learners.c.name), t.learners.c.number, t.units.c.code)
        .offset(paging.first)
        .limit(LINES_SHOWN)
    )
    return tuple(LineShown(*row) for row in rows)


def _count_certificates(connection: Connection, request_id: str) -> int:
    table = t.certificates
    query = select(func.count()).select_from(table).where(table.c.request_id == request_id)
    return int(connection.scalar(query) or 0)


def _certificates(connection: Connection, request_id: str, paging: Paging) -> tuple[CertificateShown, ...]:
    """The certificates that came of the claim, by learner."""
    table, learners = t.certificates, t.learners
    rows = connection.execute(
        select(learners.c.name, learners.c.number.label("learner_number"), table.c.number, table.c.issued_at)
        .join(learners, learners.c.id == table.c.learner_id)
        .where(table.c.request_id == request_id)
        .order_by(func.lower(learners.c.name), learners.c.number)
        .offset(paging.first)
        .limit(CERTIFICATES_SHOWN)
    )
    return tuple(
        CertificateShown(row.name, row.learner_number, row.number, london_day(row.issued_at)) for row in rows
    )


def _of_the_centre(connection: Connection, centre_id: str, notes: list[Note]) -> frozenset[str]:
    """Which of the notes' authors belong to the centre."""
    query = select(t.grants.c.person_id).where(
        t.grants.c.centre_id == centre_id, t.grants.c.person_id.in_({note.author_id for note in notes})
    )
    return frozenset(connection.scalars(query)) if notes else frozenset()


def _facts(connection: Connection, request_id: str, today: date) -> Facts:
    row = connection.execute(select(t.requests).where(t.requests.c.id == request_id)).one()
    due = connection.scalars(
        select(t.due_dates.c.due_on)
        .where(t.due_dates.c.request_id == request_id)
        .order_by(t.due_dates.c.set_at, t.due_dates.c.id)
    ).all()
    return Facts(
        row.sampling_words,
        row.centre_note,
        row.resubmissions,
        row.last_day_on,
        row.last_day_on is not None and row.last_day_on < today,
        tuple(due[:-1]) if row.state == RequestState.IN_MODERATION.value else (),
    )


HANDLERS = (claim_page, add_note, resubmit_claim, note_file)
