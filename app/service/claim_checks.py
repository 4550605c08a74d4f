"""What a claim's lines stand for, and which of them cannot be claimed: unknown, not registered, or taken already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.domain.claiming import ClaimFault, DraftLine, SavedClaim, check_lines
from app.domain.moderation import RequestState
from app.domain.schemes import known_scheme
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import upsert

_AT_ONCE = 1_000
"""Values per query, well below what either database allows."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a claim with the ids it stands for. ``id``: of the row it becomes; ``place``: from 1."""

    id: str
    place: int
    learner_id: str
    unit_id: str
    draft: DraftLine


def read_lines(connection: Connection, claim: SavedClaim) -> tuple[tuple[Line, ...], tuple[ClaimFault, ...]]:
    """The lines with their learners and units, or everything that is wrong with them (M-12, M-14)."""
    learners = registered_learners(
        connection, claim.centre_id, claim.qualification_id, {line.learner for line in claim.lines}
    )
    units = units_of(connection, claim.qualification_id)
    faults = check_lines(claim.lines, learners, units, grades_of(connection, claim.qualification_id))
    if faults:
        return (), faults
    lines = tuple(
        Line(new_id(), place, learners[draft.learner], units[draft.unit], draft)
        for place, draft in enumerate(claim.lines, start=1)
    )
    return lines, ()


def registered_learners(
    connection: Connection, centre_id: str, qualification_id: str, numbers: Collection[str]
) -> dict[str, str]:
    """Ids by number of those of the learners who are registered for the qualification at the centre (M-12, M-14)."""
    found: dict[str, str] = {}
    for some in _in_chunks(sorted(number for number in numbers if "\x00" not in number)):
        rows = connection.execute(
            select(t.learners.c.number, t.learners.c.id)
            .join(t.registrations, t.registrations.c.learner_id == t.learners.c.id)
            .where(
                t.learners.c.number.in_(some),
                t.learners.c.centre_id == centre_id,
                t.registrations.c.qualification_id == qualification_id,
            )
        )
        found.update(rows.all())
    return found


def units_of(connection: Connection, qualification_id: str) -> dict[str, str]:
    """Ids by code of the qualification's units."""
    rows = connection.execute(
        select(t.units.c.code, t.units.c.id).where(t.units.c.qualification_id == qualification_id)
    )
    return dict(rows.all())


def grades_of(connection: Connection, qualification_id: str) -> tuple[str, ...]:
    """The grades of the qualification's awarding body, lowest first; none where it has none or is unknown here."""
    body = connection.scalar(
        select(t.qualifications.c.awarding_body).where(t.qualifications.c.id == qualification_id)
    )
    scheme = known_scheme(body or "")
    return scheme.attainment if scheme else ()


def take_units(connection: Connection, request_id: str, lines: Sequence[Line]) -> tuple[ClaimFault, ...]:
    """Takes the learner-units for this request (M-22); those that another submission holds come back as faults, each
    naming the request that holds it (M-23).

    The key decides, also between two submissions at the same moment: the later one waits here for the earlier, and
    both take in the same order, so that neither waits for ever.
    """
    insert = upsert(connection, t.claimed_units).on_conflict_do_nothing()
    ordered = sorted(lines, key=lambda line: (line.learner_id, line.unit_id))
    connection.execute(
        insert,
        [
            {"learner_id": line.learner_id, "unit_id": line.unit_id, "request_id": request_id}
            for line in ordered
        ],
    )
    return _taken_elsewhere(connection, request_id, lines)


def _taken_elsewhere(
    connection: Connection, request_id: str, lines: Sequence[Line]
) -> tuple[ClaimFault, ...]:
    taken, requests = t.claimed_units, t.requests
    own = select(taken.c.learner_id).where(taken.c.request_id == request_id)
    if len(connection.scalars(own).all()) == len(lines):
        return ()
    holders: dict[tuple[str, str], tuple[str, RequestState]] = {}
    for learners in _in_chunks(sorted({line.learner_id for line in lines})):
        rows = connection.execute(
            select(taken.c.learner_id, taken.c.unit_id, requests.c.number, requests.c.state)
            .join(requests, requests.c.id == taken.c.request_id)
            .where(taken.c.learner_id.in_(learners), taken.c.request_id != request_id)
        )
        for learner_id, unit_id, number, state in rows:
            holders[learner_id, unit_id] = (number, RequestState(state))
    return tuple(
        ClaimFault(line.place, "unit", _taken_says(line.draft, *holder))
        for line in lines
        if (holder := holders.get((line.learner_id, line.unit_id))) is not None
    )


def _taken_says(line: DraftLine, number: str, state: RequestState) -> str:
    what = f"Learner {line.learner}, unit {line.unit}"
    if state is RequestState.RETURNED_TO_CENTRE:
        return f"{what} was returned to you in request {number}: it is presented again only there, by re-submitting it."
    return f"{what} is claimed already, in request {number} ({state.words.lower()})."


def _in_chunks(values: Iterable[str]) -> Iterator[list[str]]:
    every = list(values)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))
