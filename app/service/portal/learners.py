"""The learners registered for a claim's qualification: found, sorted, ticked and added (M-14, M-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from app.domain.claiming import LINES_LIMIT, DraftLine
from app.domain.errors import KnownError
from app.service.database import reading
from app.service.portal.claim_data import count_learners, find_learners, names_of
from app.service.portal.claim_form import number
from app.service.portal.claims import CLAIM_BYTES, OpenClaim, open_claim
from app.service.portal.context import Form, counted, saved_address
from app.service.portal.paging import Paging
from app.service.saved_claims import save_claim
from app.service.services import GivenServices, Services

PER_PAGE = 50
"""Learners on one page of the list."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which learners the person wants to see: those with these words, from Z to A or from A to Z, on this page."""

    words: str
    descending: bool
    page: int


@get("/centres/{centre_id:str}/saved/{claim_id:str}/learners", sync_to_thread=True)
def learners_page(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    q: FromQuery[str] = "",
    sort: FromQuery[str] = "name",
    page: FromQuery[int] = 1,
) -> Response[Any]:
    """Learners registered for the qualification and no others, to be ticked.

    q: words in the name or number. sort: ``name``, or ``-name`` from Z to A.
    """
    opened = open_claim(request, services, centre_id, claim_id)
    return _list(services, opened, Wanted(q[:200], sort == "-name", page))


@post(
    "/centres/{centre_id:str}/saved/{claim_id:str}/learners",
    sync_to_thread=True,
    status_code=200,
    request_max_body_size=CLAIM_BYTES,
)
def work_on_learners(
    centre_id: FromPath[str],
    claim_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """What a button of the list asks for: search, sort, another page, or to add what is ticked.

    Whatever was ticked or typed stays, also for learners that the list no longer shows.
    """
    opened = open_claim(request, services, centre_id, claim_id)
    wanted = Wanted(data.get("q", "")[:200], data.get("sort") == "-name", number(data.get("page", "1")))
    match data.get("do", "search").split(":"):
        case ["add"]:
            return _add(services, opened, wanted, data)
        case ["page", page]:
            wanted = replace(wanted, page=number(page))
        case ["sort", order]:
            wanted = replace(wanted, descending=order == "-name", page=1)
        case _:
            wanted = replace(wanted, page=1)
    return _list(services, opened, wanted, typed=data)


def _add(services: Services, opened: OpenClaim, wanted: Wanted, data: dict[str, str]) -> Template:
    """A line for each ticked learner and ticked unit, but none twice. They are saved at once."""
    learners = _ticked(data, "learner-")
    ticked = _ticked(data, "unit-")
    units = [code for code in opened.qualification.unit_credits if code in ticked]
    assessor = data.get("assessor", "").strip()
    faults = []
    if not learners:
        faults.append(("first-learner", "Tick at least one learner."))
    if not units:
        faults.append(("first-unit", "Tick at least one unit."))
    if not assessor:
        faults.append(("assessor", "Name the assessor."))
    if faults:
        return _list(services, opened, wanted, typed=data, faults=faults)
    held = {(line.learner, line.unit) for line in opened.claim.lines}
    decision, attainment = data.get("decision", "").strip(), data.get("attainment", "").strip()
    asked = [(learner, unit) for learner in learners for unit in units]
    new = [DraftLine(*pair, assessor, decision, attainment) for pair in asked if pair not in held]
    try:
        opened = add_lines(services, opened, new)
    except KnownError as refusal:
        return _list(services, opened, wanted, typed=data, problem=refusal)
    left = len(asked) - len(new)
    done = f"{counted(len(new), 'line')} added to the claim."
    if left:
        done += f" {left} {'was' if left == 1 else 'were'} in it already."
    # The next learners often have the same units and assessor; only the ticked names are done with.
    kept = {name: text for name, text in data.items() if not name.startswith("learner-")}
    return _list(services, opened, wanted, typed=kept, done=done)


def add_lines(
    services: Services, opened: OpenClaim, lines: Sequence[DraftLine], *, instead: bool = False
) -> OpenClaim:
    """The claim with these lines at its end, saved; ``instead``: with these alone.

    Raises KnownError for more lines than a claim may have.
    """
    claim = replace(opened.claim, lines=()) if instead else opened.claim
    if len(claim.lines) + len(lines) > LINES_LIMIT:
        raise KnownError(
            "claim_too_long",
            f"With these lines the claim would have {len(claim.lines) + len(lines):,}; {LINES_LIMIT:,} are possible.",
            "Make two claims of it; any number may be open at once.",
        )
    kept = save_claim(
        services.engine,
        opened.context.visitor,
        replace(claim, lines=(*claim.lines, *lines)),
        services.clock(),
    )
    return replace(opened, claim=kept)


def _ticked(data: dict[str, str], kind: str) -> list[str]:
    return [name.removeprefix(kind) for name in data if name.startswith(kind)]


def _list(
    services: Services,
    opened: OpenClaim,
    wanted: Wanted,
    *,
    typed: dict[str, str] | None = None,
    faults: Sequence[tuple[str, str]] = (),
    problem: KnownError | None = None,
    done: str = "",
) -> Template:
    centre_id, qualification = opened.context.centre.id, opened.qualification
    with reading(services.engine) as connection:
        count = count_learners(connection, centre_id, qualification.id, wanted.words)
        paging = Paging.of(wanted.page, count, PER_PAGE)
        learners = find_learners(
            connection,
            centre_id,
            qualification,
            wanted.words,
            descending=wanted.descending,
            first=paging.first,
            limit=PER_PAGE,
        )
        shown = {learner.number for learner in learners}
        elsewhere = [learner for learner in _ticked(typed or {}, "learner-") if learner not in shown]
        also = names_of(connection, centre_id, qualification.id, elsewhere)
    return Template(
        "claim_learners.html",
        status_code=422 if faults or problem else 200,
        context=opened.context.page(
            "claim",
            claim=opened.claim,
            qualification=qualification,
            address=saved_address(centre_id, opened.claim.id),
            learners=learners,
            also=sorted(also.items(), key=lambda item: (item[1].casefold(), item[0])),
            paging=paging,
            wanted=wanted,
            typed=typed or {},
            faults=[{"href": f"#{field}", "says": says} for field, says in faults],
            wrong=dict(faults),
            problem=problem,
            done=done,
        ),
    )


HANDLERS = (learners_page, work_on_learners)
