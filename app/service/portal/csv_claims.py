"""Lines of a claim from a CSV file: they fill the claim's page in, and submit nothing (M-19, M-20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Template
from sqlalchemy import Connection

from app.domain.claiming import ClaimFault, DraftLine, check_lines
from app.domain.errors import KnownError
from app.service.database import reading
from app.service.portal.claim_data import all_learners, registered_numbers
from app.service.portal.claim_form import number
from app.service.portal.claim_view import FAULTS_SHOWN
from app.service.portal.claims import OpenClaim, open_claim
from app.service.portal.context import saved_address
from app.service.portal.csv_reading import (
    COLUMNS,
    CSV_BYTES,
    NAME_COLUMN,
    CsvFile,
    CsvRow,
    read_csv,
    write_csv,
)
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
    """What a file gave: the lines to add, with their right fields only, and every field that was wrong.

    there: how many rows are in the claim already just as they are; they are no fault, and are not added once more.
    replaced: the lines take the place of those the claim had.
    """

    lines: tuple[DraftLine, ...]
    wrong: tuple[WrongField, ...]
    rows: int
    there: int = 0
    replaced: bool = False

    @property
    def named(self) -> tuple[WrongField, ...]:
        """The wrong fields that the page names."""
        return self.wrong[:FAULTS_SHOWN]


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
    replaced = number(str(data.get("version", ""))) if data.get("do") == "replace" else None
    return await sync_to_thread(_take, request, services, centre_id, claim_id, content, chosen, replaced)


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


def fill(connection: Connection, opened: OpenClaim, file: CsvFile, *, replaced: bool = False) -> Filled:
    """The lines of a file beside those the claim has already, checked by the same rule as a submission (M-20).

    A wrong field is left out of its line and named; a row in which nothing is right gives no line, and neither does
    one that is in the claim already. ``replaced``: the claim's own lines are to go, so that none of them counts.
    """
    learners = registered_numbers(connection, opened.context.centre.id, opened.qualification.id)
    own = () if replaced else opened.claim.lines
    held = set(own)
    learner_by, unit_by = _by_folded(learners), _by_folded(opened.qualification.unit_credits)
    read = [_as_registered(row, learner_by, unit_by) for row in file.rows]
    rows = [row for row in read if row.line not in held]
    before = len(own)
    everything = [*own, *(row.line for row in rows)]
    faults = check_lines(
        everything, learners, opened.qualification.unit_credits, opened.qualification.attainment
    )
    first = _first_places(everything, faults)
    wrong = []
    spoiled: dict[int, set[str]] = {}
    for fault in faults:
        place = fault.line - before - 1
        if place < 0:
            continue
        row = rows[place]
        says, earlier = fault.says, first.get((row.line.learner, row.line.unit), 0)
        if fault.field == "unit" and before < earlier < fault.line:
            # check_lines counts lines of the claim; whoever mends the file needs the file's own row.
            says = (
                f"Learner {row.line.learner} and unit {row.line.unit} are in row {rows[earlier - before - 1].number} "
                "already; each learner-unit is claimed once."
            )
        text = getattr(row.line, fault.field)
        wrong.append(
            WrongField(row.number, file.columns.get(fault.field, ""), COLUMNS[fault.field], text, says)
        )
        spoiled.setdefault(place, set()).add(fault.field)
    for row in file.rows:
        wrong.extend(
            WrongField(row.number, column, "", text, "This field stands beyond the last heading.")
            for column, text in row.surplus
        )
    lines = []
    for place, row in enumerate(rows):
        kept = replace(row.line, **dict.fromkeys(spoiled.get(place, ()), ""))
        if kept != DraftLine("", ""):
            lines.append(kept)
    wrong.sort(key=lambda field: (field.row, field.column))
    return Filled(tuple(lines), tuple(wrong), len(file.rows), len(file.rows) - len(rows), replaced)


def _by_folded(names: Iterable[str]) -> dict[str, str]:
    """Each name by itself without capitals; none of those that differ in nothing else."""
    folded: dict[str, list[str]] = {}
    for name in names:
        folded.setdefault(name.casefold(), []).append(name)
    return {plain: written[0] for plain, written in folded.items() if len(written) == 1}


def _as_registered(row: CsvRow, learner_by: Mapping[str, str], unit_by: Mapping[str, str]) -> CsvRow:
    """The row with learner and unit written as they are registered, where only capitals differ."""
    learner, unit = row.line.learner, row.line.unit
    line = replace(
        row.line,
        learner=learner_by.get(learner.casefold(), learner),
        unit=unit_by.get(unit.casefold(), unit),
    )
    return replace(row, line=line)


def _first_places(lines: Sequence[DraftLine], faults: Sequence[ClaimFault]) -> dict[tuple[str, str], int]:
    """Where each learner-unit stands first, from 1; a line with a fault holds none."""
    faulty = {fault.line for fault in faults}
    first: dict[tuple[str, str], int] = {}
    for place, line in enumerate(lines, start=1):
        if place not in faulty:
            first.setdefault((line.learner, line.unit), place)
    return first


def _take(
    request: Request[Any, Any, Any],
    services: Services,
    centre_id: str,
    claim_id: str,
    content: bytes,
    chosen: bool,
    replaced: int | None,
) -> Response[Any]:
    """``replaced``: the version of the claim whose lines are to go; None to add to whatever lines there are."""
    opened = open_claim(request, services, centre_id, claim_id)
    try:
        if replaced is not None and replaced != opened.claim.version:
            raise KnownError(
                "saved_elsewhere",
                "This claim was saved elsewhere since you opened this page, so none of its lines were replaced.",
                "Look at the claim, then choose the file again.",
            )
        if not chosen:
            raise KnownError("csv_wrong", "No file was chosen.", "Choose the CSV with your lines.")
        file = read_csv(content)
        with reading(services.engine) as connection:
            filled = fill(connection, opened, file, replaced=replaced is not None)
        if filled.replaced and not filled.lines:
            raise KnownError("csv_wrong", "Nothing in this file is right, so the claim keeps its lines.")
        opened = add_lines(services, opened, filled.lines, instead=filled.replaced)
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
