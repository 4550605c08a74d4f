"""The dashboard: everything of the chosen centre by stage (M-38, M-39), and links that open one claim (M-37)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import Connection, Row, Select, select

from app.domain.dates import london_day
from app.domain.moderation import RequestState
from app.domain.people import Permission, Person
from app.service import tables as t
from app.service.database import reading
from app.service.errors import Refusal
from app.service.portal.context import (
    centre_context,
    claim_address,
    ground,
    is_staff,
    plain,
    require_visitor,
    saved_address,
)
from app.service.portal.paging import Paging
from app.service.portal.review_rows import ced_notices, may_see_reviews
from app.service.portal.stages import (
    COMPLETED,
    ONGOING,
    STAGE_WORDS,
    ClaimRow,
    SavedRow,
    claim_rows,
    count_saved,
    saved_rows,
    stage_counts,
)
from app.service.services import GivenServices
from app.service.standing import remit_of, stops_for

PER_PART = 10
"""Claims in each part while all parts are shown."""

PER_PAGE = 50

_WHOLE_PARTS: dict[str, tuple[str, tuple[RequestState, ...]]] = {
    "ongoing": ("Ongoing", ONGOING),
    "completed": ("Completed", COMPLETED),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the dashboard: claims in some stages. ``paging`` tells how many there are in all."""

    key: str
    words: str
    claims: tuple[ClaimRow, ...]
    paging: Paging


@dataclass(frozen=True, slots=True)
class StageLink:
    """A stage with its number of claims, to look at by itself."""

    key: str
    words: str
    count: int


@get("/centres/{centre_id:str}", sync_to_thread=True)
def dashboard(
    centre_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    stage: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[Any]:
    """All claims of the chosen centre and of no other, by stage (M-38).

    ``stage``: only that one, in pages: ``saved``, ``ongoing``, ``completed`` or a state of a request.
    """
    context = centre_context(request, services, centre_id)
    today = london_day(services.clock())
    chosen = _chosen(stage)
    with reading(services.engine) as connection:
        counts = stage_counts(connection, centre_id)
        saved_count = count_saved(connection, centre_id)
        stops = _stops(connection, centre_id, today)
        notices = ced_notices(connection, centre_id, today) if may_see_reviews(context) else ()
        size = PER_PAGE if stage else PER_PART
        saved, saved_paging = _saved(connection, centre_id, stage, page, saved_count, size)
        parts = []
        for key, (words, states) in chosen.items():
            count = sum(counts.get(state, 0) for state in states)
            paging = Paging.of(page if stage else 1, count, size)
            rows = claim_rows(connection, centre_id, states, today, first=paging.first, limit=size)
            parts.append(Part(key, words, rows, paging))
    links = [StageLink("saved", RequestState.SAVED.words, saved_count)]
    links += [StageLink(state.value, words, counts.get(state, 0)) for state, words in STAGE_WORDS.items()]
    return Template(
        "dashboard.html",
        context=context.page(
            "dashboard",
            stage=stage,
            stops=stops,
            notices=notices,
            links=[link for link in links if link.count],
            saved=saved,
            saved_paging=saved_paging,
            parts=parts,
        ),
    )


@get("/claims/{claim_id:str}", sync_to_thread=True)
def open_claim(
    claim_id: FromPath[str], request: Request[Any, Any, Any], services: GivenServices
) -> Response[Any]:
    """The very claim an e-mail speaks of, at the right one of the person's centres (M-37).

    Its moderator reads where it is opened: they work on the desktop, and nothing of theirs is done here. Raises
    Refusal 404 for a claim that is not theirs, as for one that does not exist.
    """
    visitor = require_visitor(request, services)
    with reading(services.engine) as connection:
        for table, address in ((t.requests, claim_address), (t.saved_claims, saved_address)):
            centre_id = connection.scalar(select(table.c.centre_id).where(table.c.id == plain(claim_id)))
            if centre_id is None:
                continue
            if centre_id in visitor.centres:
                return Redirect(address(centre_id, claim_id), status_code=303)
            if table is t.requests and is_staff(visitor):
                return Redirect(f"/staff/claims/{claim_id}", status_code=303)
        assigned = _assigned(connection, visitor, plain(claim_id))
    if assigned is None:
        raise _nothing_here(visitor)
    stage = RequestState(assigned.state).words
    return Template("staff_assigned.html", context=ground(visitor, services, claim=assigned, stage=stage))


def _assigned(connection: Connection, visitor: Person, request_id: str) -> Row[Any] | None:
    """The request if it is assigned to the visitor, who is still a moderator; else None."""
    if not visitor.may(Permission.JUDGE_SAMPLES):
        return None
    table = t.requests
    query: Select[Any] = select(table.c.number, table.c.state, table.c.due_on).where(
        table.c.id == request_id, table.c.moderator_id == visitor.id
    )
    return connection.execute(query).one_or_none()


def _stops(connection: Connection, centre_id: str, today: date) -> tuple[str, ...]:
    """What stops all of the centre's claims to an awarding body just now, as it may be told (M-72, D-5)."""
    bodies = sorted({remit.awarding_body for remit in remit_of(connection, centre_id, today)})
    found = (stop.says for body in bodies for stop in stops_for(connection, centre_id, body, "", today))
    return tuple(dict.fromkeys(found))


def _nothing_here(visitor: Person) -> Refusal:
    return Refusal(
        404,
        "not_found",
        "There is no such claim, or none at your centres.",
        f"You are signed in as {visitor.email}; the e-mail may have been meant for another account.",
    )


def _chosen(stage: str) -> dict[str, tuple[str, tuple[RequestState, ...]]]:
    """The parts to show for a stage; all of them for none. Raises Refusal 404 for what is no stage."""
    if not stage:
        return _WHOLE_PARTS
    if stage == "saved":
        return {}
    if stage in _WHOLE_PARTS:
        return {stage: _WHOLE_PARTS[stage]}
    for state, words in STAGE_WORDS.items():
        if state.value == stage:
            return {stage: (words, (state,))}
    raise Refusal(404, "not_found", "There is no such stage.")


def _saved(
    connection: Connection, centre_id: str, stage: str, page: int, count: int, size: int
) -> tuple[tuple[SavedRow, ...] | None, Paging]:
    """The saved claims if they are to be shown, else None."""
    paging = Paging.of(page if stage else 1, count, size)
    if stage not in ("", "saved"):
        return None, paging
    return saved_rows(connection, centre_id, first=paging.first, limit=size), paging


HANDLERS = (dashboard, open_claim)
