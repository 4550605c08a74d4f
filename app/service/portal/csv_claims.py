"""Lines of a claim from a CSV file: they fill the claim's page in, and submit nothing (M-19, M-20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Template
from sqlalchemy import Connection

from app.domain.claiming import DraftLine, check_lines
from app.domain.errors import KnownError
from app.service.database import reading
from app.service.portal.claim_data import all_learners, registered_numbers
from app.service.portal.claims import OpenClaim, open_claim
from app.service.portal.context import saved_address
from app.service.portal.csv_reading import COLUMNS, CSV_BYTES, NAME_COLUMN, CsvFile, read_csv, write_csv
from app.service.portal.learners import add_lines
from app.service.services import GivenServices, Services

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


@dataclass(frozen=True, slots=True)
class WrongField:
    """One field of the file that was not taken. row, column: as a spreadsheet names them."""

    row: int
    column: str
    heading: str
    text: str
    says: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What a file gave: the lines to add, with their right fields only, and every field that was wrong."""

    lines: tuple[DraftLine, ...]
    wrong: tuple[WrongField, ...]
    rows: int


@get("/centres/{centre_id:str}/saved/{claim_id:str}/csv", sync_to_thread=True)
def csv_page(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """How a CSV has to look, the template, and the field for it."""
    return _page(open_claim(request, services, centre_id, claim_id))


@post(
    "/centres/{centre_id:str}/saved/{claim_id:str}/csv",
    status_code=200,
    request_max_body_size=CSV_BYTES + 1024 * 1024,
)
async def take_csv(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    data: Upload,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Adds the file's lines to the saved claim: right fields as they are, wrong ones left empty and named."""
    file = data.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    chosen = isinstance(file, UploadFile) and bool(file.filename)
    return await sync_to_thread(_take, request, services, centre_id, claim_id, content, chosen)


@get("/centres/{centre_id:str}/saved/{claim_id:str}/template.csv", sync_to_thread=True)
def template(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[bytes]:
    """The headings, to be filled in."""
    open_claim(request, services, centre_id, claim_id)
    return _download("claim-template.csv", write_csv(list(COLUMNS.values()), ()))


@get("/centres/{centre_id:str}/saved/{claim_id:str}/learners.csv", sync_to_thread=True)
def learners_template(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[bytes]:
    """The template with every learner who is registered for the qualification, one row each."""
    opened = open_claim(request, services, centre_id, claim_id)
    with reading(services.engine) as connection:
        learners = all_learners(connection, centre_id, opened.qualification.id)
    return _download(
        "claim-with-learners.csv",
        write_csv(
            ["Learner number", NAME_COLUMN, *list(COLUMNS.values())[1:]],
            ((number, name, "", "", "", "") for number, name in learners),
        ),
    )


@get("/centres/{centre_id:str}/saved/{claim_id:str}/lines.csv", sync_to_thread=True)
def lines_as_csv(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[bytes]:
    """The claim's lines as they are saved; the file can be brought back as it is."""
    opened = open_claim(request, services, centre_id, claim_id)
    rows = ([getattr(line, field) for field in COLUMNS] for line in opened.claim.lines)
    return _download("claim-lines.csv", write_csv(list(COLUMNS.values()), rows))


def fill(connection: Connection, opened: OpenClaim, file: CsvFile) -> Filled:
    """The lines of a file beside those the claim has already, checked by the same rule as a submission (M-20).

    A wrong field is left out of its line and named; a row in which nothing is right gives no line.
    """
    learners = registered_numbers(connection, opened.context.centre.id, opened.qualification.id)
    before = len(opened.claim.lines)
    everything = [*opened.claim.lines, *(row.line for row in file.rows)]
    wrong = []
    spoiled: dict[int, set[str]] = {}
    for fault in check_lines(everything, learners, opened.qualification.unit_credits):
        place = fault.line - before - 1
        if place < 0:
            continue
        row = file.rows[place]
        text = getattr(row.line, fault.field)
        wrong.append(
            WrongField(row.number, file.columns.get(fault.field, ""), COLUMNS[fault.field], text, fault.says)
        )
        spoiled.setdefault(place, set()).add(fault.field)
    for row in file.rows:
        wrong.extend(
            WrongField(row.number, column, "", text, "This field stands beyond the last heading.")
            for column, text in row.surplus
        )
    lines = []
    for place, row in enumerate(file.rows):
        kept = replace(row.line, **dict.fromkeys(spoiled.get(place, ()), ""))
        if kept != DraftLine("", ""):
            lines.append(kept)
    wrong.sort(key=lambda field: (field.row, field.column))
    return Filled(tuple(lines), tuple(wrong), len(file.rows))


def _take(
    request: Request[Any, Any, Any],
    services: Services,
    centre_id: str,
    claim_id: str,
    content: bytes,
    chosen: bool,
) -> Response[Any]:
    opened = open_claim(request, services, centre_id, claim_id)
    try:
        if not chosen:
            raise KnownError("csv_wrong", "No file was chosen.", "Choose the CSV with your lines.")
        file = read_csv(content)
        with reading(services.engine) as connection:
            filled = fill(connection, opened, file)
        opened = add_lines(services, opened, filled.lines)
    except KnownError as refusal:
        return _page(opened, refusal=refusal)
    return _page(opened, filled=filled, unknown=file.unknown)


def _page(
    opened: OpenClaim,
    *,
    refusal: KnownError | None = None,
    filled: Filled | None = None,
    unknown: Sequence[str] = (),
) -> Template:
    return Template(
        "claim_csv.html",
        status_code=422 if refusal else 200,
        context=opened.context.page(
            "claim",
            claim=opened.claim,
            qualification=opened.qualification,
            address=saved_address(opened.claim.centre_id, opened.claim.id),
            columns=COLUMNS,
            refusal=refusal,
            filled=filled,
            unknown=unknown,
        ),
    )


def _download(name: str, content: bytes) -> Response[bytes]:
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


HANDLERS = (csv_page, take_csv, template, learners_template, lines_as_csv)
