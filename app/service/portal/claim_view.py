"""The claim's page as it is drawn: one page of its lines, what is wrong with them, and its learners' credits (M-21)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar.response import Template
from sqlalchemy import Connection

from app.domain.claiming import ClaimFault, DraftLine, SavedClaim, check_lines
from app.service.portal.claim_data import (
    LearnerSum,
    Qualification,
    learner_sums,
    names_of,
    registered_numbers,
    taken_by,
)
from app.service.portal.claim_form import (
    LINES_SHOWN,
    Difference,
    TypedClaim,
    fingerprint,
    key_of,
    my_changes,
    places_of,
)
from app.service.portal.context import CentreContext, saved_address
from app.service.portal.paging import Paging

FAULTS_SHOWN = 100
"""Faults that one page names: nobody reads more at once, and 20,000 would make a page of megabytes."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line in the form. place: from 1. name: the learner's, empty for a number that is not in the list.

    was, key: fingerprints of the line as it is saved, and of its learner and unit. faults: what is wrong, by field.
    """

    place: int
    line: DraftLine
    name: str
    removed: bool
    was: str
    key: str
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FaultLink:
    """One fault with the way to its field."""

    href: str
    says: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """Everything of a claim's page that does not depend on what just happened.

    faults: no more than FAULTS_SHOWN of them; faults_left: how many more there are.
    """

    rows: tuple[LineRow, ...]
    paging: Paging
    sums: tuple[LearnerSum, ...]
    faults: tuple[FaultLink, ...]
    faults_left: int = 0


def claim_view(
    connection: Connection,
    claim: SavedClaim,
    qualification: Qualification,
    page: int,
    *,
    typed: TypedClaim | None = None,
    faults: Sequence[ClaimFault] = (),
) -> ClaimView:
    """One page of the claim as it is saved, with what was typed laid over it if it is not saved yet."""
    paging = Paging.of(page, len(claim.lines), LINES_SHOWN)
    lines = list(claim.lines)
    removed = set()
    for item in typed.lines if typed else ():
        if item.place < len(lines):
            lines[item.place] = item.line
            if item.removed:
                removed.add(item.place)
    shown = range(paging.first, paging.last)
    names = names_of(connection, claim.centre_id, qualification.id, (lines[place].learner for place in shown))
    wrong = _by_line(faults)
    rows = tuple(
        LineRow(
            place + 1,
            lines[place],
            names.get(lines[place].learner, ""),
            place in removed,
            fingerprint(claim.lines[place]),
            key_of(claim.lines[place]),
            wrong.get(place + 1, {}),
        )
        for place in shown
    )
    # What is ticked away counts no more; the places of the others stay, so that "shown" still fits.
    counting = [DraftLine("", "") if place in removed else line for place, line in enumerate(lines)]
    sums = learner_sums(connection, qualification, names, counting, shown)
    links = links_of(claim, paging.number, faults[:FAULTS_SHOWN])
    return ClaimView(rows, paging, sums, links, max(0, len(faults) - FAULTS_SHOWN))


def conflict_view(
    connection: Connection, theirs: SavedClaim, qualification: Qualification, typed: TypedClaim
) -> ClaimView:
    """What I changed, to be saved beside what somebody else saved meanwhile: nobody's words are lost (M-16)."""
    mine = my_changes(typed)
    names = names_of(connection, theirs.centre_id, qualification.id, (item.line.learner for item in mine))
    # Each goes out with the saved line that it stands for now, so that the answer finds just that line again.
    found = (None if at is None else theirs.lines[at] for at in places_of(mine, theirs.lines))
    rows = tuple(
        LineRow(
            place,
            item.line,
            names.get(item.line.learner, ""),
            item.removed,
            fingerprint(saved) if saved else "",
            key_of(saved),
            {},
        )
        for place, (item, saved) in enumerate(zip(mine, found, strict=True), start=1)
    )
    return ClaimView(rows, Paging.of(1, len(rows), LINES_SHOWN), (), ())


def faults_of(
    connection: Connection, claim: SavedClaim, qualification: Qualification
) -> tuple[ClaimFault, ...]:
    """What in its lines would keep the claim from being submitted: their fields, and what is claimed already (M-22)."""
    if not claim.lines:
        return (ClaimFault(0, "lines", "Add at least one learner and unit."),)
    learners = registered_numbers(connection, claim.centre_id, qualification.id)
    faults = list(check_lines(claim.lines, learners, qualification.unit_credits, qualification.attainment))
    holders = taken_by(connection, qualification, [line.learner for line in claim.lines])
    for place, line in enumerate(claim.lines, start=1):
        number = holders.get((line.learner, line.unit))
        if number:
            says = f"Learner {line.learner}, unit {line.unit} is claimed already, in request {number}."
            faults.append(ClaimFault(place, "unit", says))
    return tuple(sorted(faults, key=lambda fault: fault.line))


def links_of(claim: SavedClaim, page: int, faults: Iterable[ClaimFault]) -> tuple[FaultLink, ...]:
    """The way to each faulty field, also to one on another page of the claim."""
    links = []
    for fault in faults:
        if not fault.line:
            links.append(FaultLink("#note" if fault.field == "note" else "", fault.says))
            continue
        there = (fault.line - 1) // LINES_SHOWN + 1
        anchor = f"#line-{fault.line}-{fault.field}"
        way = (
            anchor
            if there == page
            else f"{saved_address(claim.centre_id, claim.id)}?check=true&page={there}{anchor}"
        )
        links.append(FaultLink(way, f"Line {fault.line}: {fault.says}"))
    return tuple(links)


def claim_template(
    context: CentreContext,
    claim: SavedClaim,
    qualification: Qualification,
    view: ClaimView,
    *,
    status: int = 200,
    typed: TypedClaim | None = None,
    differences: Sequence[Difference] = (),
    **more: Any,
) -> Template:
    """The claim's page. ``typed``: what is not saved and must not be lost; ``differences``: two people's words."""
    note = claim.note
    if typed is not None and (typed.note_changed or typed.merged):
        note = typed.note
    return Template(
        "claim_edit.html",
        status_code=status,
        context=context.page(
            "claim",
            claim=claim,
            qualification=qualification,
            view=view,
            note=note,
            note_was=fingerprint(claim.note),
            address=saved_address(claim.centre_id, claim.id),
            differences=differences,
            **{"conflict": False, "problem": None, "done": "", "unsaved": typed is not None, **more},
        ),
    )


def _by_line(faults: Iterable[ClaimFault]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for fault in faults:
        found.setdefault(fault.line, {}).setdefault(fault.field, fault.says)
    return found
