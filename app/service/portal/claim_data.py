"""What the claim pages read: the qualification with its units, the learners registered for it, and their credits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from app.domain.claiming import DraftLine
from app.domain.credits import CreditSum, credit_sums
from app.domain.schemes import known_scheme
from app.service import tables as t

CHUNK = 500
"""Names in one query, well below what either database allows."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a qualification."""

    id: str
    code: str
    title: str
    credits: int


@dataclass(frozen=True, slots=True)
class Qualification:
    """A qualification as a claim needs it. ``required``: the credits of its threshold (M-33).

    attainment: the awarding body's grades, lowest first; empty where it has none.
    """

    id: str
    title: str
    awarding_body: str
    required: int
    units: tuple[Unit, ...]
    attainment: tuple[str, ...]
    contact: str

    @property
    def unit_credits(self) -> dict[str, int]:
        return {unit.code: unit.credits for unit in self.units}


@dataclass(frozen=True, slots=True)
class FoundLearner:
    """A learner as the list shows them. ``taken``: codes of the units that are claimed or achieved already (M-22)."""

    number: str
    name: str
    registered_on: date
    achieved: int
    taken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LearnerSum:
    """The credits of one learner of a claim (M-21), with what a script needs to go on adding.

    counted: codes of units that count whatever the lines on this page say: achieved, or on another page.
    """

    name: str
    sum: CreditSum
    counted: tuple[str, ...]


def qualification_of(connection: Connection, qualification_id: str) -> Qualification | None:
    """The qualification with its units by code, or None if there is none."""
    row = connection.execute(
        select(t.qualifications).where(t.qualifications.c.id == qualification_id)
    ).one_or_none()
    if row is None:
        return None
    units = connection.execute(
        select(t.units).where(t.units.c.qualification_id == row.id).order_by(t.units.c.code)
    )
    scheme = known_scheme(row.awarding_body)
    return Qualification(
        row.id,
        row.title,
        row.awarding_body,
        row.credits_required,
        tuple(Unit(unit.id, unit.code, unit.title, unit.credits) for unit in units),
        scheme.attainment if scheme else (),
        scheme.contact.remit.words if scheme else "",
    )


def registered_numbers(connection: Connection, centre_id: str, qualification_id: str) -> frozenset[str]:
    """The numbers of all the centre's learners who are registered for the qualification (M-14)."""
    query = select(t.learners.c.number).join(t.registrations, _registered(centre_id, qualification_id))
    return frozenset(connection.scalars(query))


def all_learners(connection: Connection, centre_id: str, qualification_id: str) -> list[tuple[str, str]]:
    """Number and name of every learner registered for the qualification, by name."""
    query = (
        select(t.learners.c.number, t.learners.c.name)
        .join(t.registrations, _registered(centre_id, qualification_id))
        .order_by(func.lower(t.learners.c.name), t.learners.c.number)
    )
    return [(row.number, row.name) for row in connection.execute(query)]


def names_of(
    connection: Connection, centre_id: str, qualification_id: str, numbers: Iterable[str]
) -> dict[str, str]:
    """Names by number, of those of these learners who are registered for the qualification at the centre."""
    query = select(t.learners.c.number, t.learners.c.name).join(
        t.registrations, _registered(centre_id, qualification_id)
    )
    return {
        row.number: row.name
        for chunk in _chunks(numbers)
        for row in connection.execute(query.where(t.learners.c.number.in_(chunk)))
    }


def count_learners(connection: Connection, centre_id: str, qualification_id: str, words: str) -> int:
    """How many of the registered learners the words find; without words, how many there are."""
    query = (
        select(func.count())
        .select_from(t.learners)
        .join(t.registrations, _registered(centre_id, qualification_id))
        .where(*_found_by(words))
    )
    return int(connection.scalar(query) or 0)


def find_learners(
    connection: Connection,
    centre_id: str,
    qualification: Qualification,
    words: str,
    *,
    descending: bool,
    first: int,
    limit: int,
) -> tuple[FoundLearner, ...]:
    """Learners registered for the qualification, and no others (M-14), whose name or number has every word, by name
    (M-15).
    """
    by_name = func.lower(t.learners.c.name)
    order = (
        [by_name.desc(), t.learners.c.number.desc()] if descending else [by_name.asc(), t.learners.c.number]
    )
    rows = connection.execute(
        select(t.learners.c.number, t.learners.c.name, t.registrations.c.registered_on)
        .join(t.registrations, _registered(centre_id, qualification.id))
        .where(*_found_by(words))
        .order_by(*order)
        .offset(first)
        .limit(limit)
    ).all()
    numbers = [row.number for row in rows]
    achieved = _units_in(connection, t.achievements, qualification, numbers)
    claimed = _units_in(connection, t.claimed_units, qualification, numbers)
    worth = qualification.unit_credits
    return tuple(
        FoundLearner(
            row.number,
            row.name,
            row.registered_on,
            sum(worth.get(code, 0) for code in achieved.get(row.number, ())),
            tuple(sorted(achieved.get(row.number, set()) | claimed.get(row.number, set()))),
        )
        for row in rows
    )


def learner_sums(
    connection: Connection,
    qualification: Qualification,
    names: dict[str, str],
    lines: Sequence[DraftLine],
    shown: range,
) -> tuple[LearnerSum, ...]:
    """The credits of every learner in the ``shown`` lines, counted over the whole claim (M-21)."""
    on_page = {lines[place].learner for place in shown if lines[place].learner in names}
    achieved = _units_in(connection, t.achievements, qualification, sorted(on_page))
    claimed = [(line.learner, line.unit) for line in lines if line.learner in on_page and line.unit]
    counted: dict[str, set[str]] = {learner: set(achieved.get(learner, ())) for learner in on_page}
    for place, line in enumerate(lines):
        if place not in shown and line.learner in on_page and line.unit:
            counted[line.learner].add(line.unit)
    # A learner whose line has no unit yet is shown all the same, with nothing added.
    everyone = [*claimed, *((line.learner, "") for line in lines if line.learner in on_page)]
    sums = credit_sums(qualification.required, qualification.unit_credits, achieved, everyone)
    return tuple(
        LearnerSum(names[sum_.learner], sum_, tuple(sorted(counted[sum_.learner])))
        for sum_ in sorted(sums, key=lambda sum_: (names[sum_.learner].casefold(), sum_.learner))
    )


def taken_by(
    connection: Connection, qualification: Qualification, numbers: Sequence[str]
) -> dict[tuple[str, str], str]:
    """Numbers of the requests that hold units of these learners, by learner and unit (M-22)."""
    query = (
        select(t.learners.c.number, t.units.c.code, t.requests.c.number.label("held_by"))
        .select_from(t.claimed_units)
        .join(t.learners, t.learners.c.id == t.claimed_units.c.learner_id)
        .join(t.units, t.units.c.id == t.claimed_units.c.unit_id)
        .join(t.requests, t.requests.c.id == t.claimed_units.c.request_id)
        .where(t.units.c.qualification_id == qualification.id)
    )
    return {
        (row.number, row.code): row.held_by
        for chunk in _chunks(numbers)
        for row in connection.execute(query.where(t.learners.c.number.in_(chunk)))
    }


def _registered(centre_id: str, qualification_id: str) -> ColumnElement[bool]:
    return and_(
        t.registrations.c.learner_id == t.learners.c.id,
        t.registrations.c.qualification_id == qualification_id,
        t.learners.c.centre_id == centre_id,
    )


def _found_by(words: str) -> list[ColumnElement[bool]]:
    """Every word must be in the name or the number; capitals do not matter."""
    return [
        or_(
            func.lower(t.learners.c.name).contains(word, autoescape=True),
            # SQLite lowers no accented letter, so such a word is also looked for as it was typed.
            t.learners.c.name.contains(typed, autoescape=True),
            func.lower(t.learners.c.number).contains(word, autoescape=True),
        )
        for typed in words.replace("\x00", "").split()[:8]
        for word in [typed.lower()]
    ]


def _units_in(
    connection: Connection, table: Any, qualification: Qualification, numbers: Sequence[str]
) -> dict[str, set[str]]:
    """Codes of the qualification's units by learner, in ``achievements`` or ``claimed_units``."""
    query = (
        select(t.learners.c.number, t.units.c.code)
        .select_from(table)
        .join(t.learners, t.learners.c.id == table.c.learner_id)
        .join(t.units, t.units.c.id == table.c.unit_id)
        .where(t.units.c.qualification_id == qualification.id)
    )
    found: dict[str, set[str]] = {}
    for chunk in _chunks(numbers):
        for row in connection.execute(query.where(t.learners.c.number.in_(chunk))):
            found.setdefault(row.number, set()).add(row.code)
    return found


def _chunks(numbers: Iterable[str]) -> Iterable[Sequence[str]]:
    """Learners' numbers as they were typed, each once; what no database keeps is nobody's number."""
    names = sorted({number for number in numbers if number and "\x00" not in number})
    return (names[start : start + CHUNK] for start in range(0, len(names), CHUNK))
