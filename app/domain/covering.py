"""Which learner-units to draw so that units and assessors are covered with as few picks as possible (D-2).

Units and assessors are the points of a graph and learner-units its edges; a fewest-picks cover is a minimum edge
cover, which a largest matching gives. Where not all can be covered, the most important are. Preferring distinct
learners on top of that is a matching of three sides, for which no fast method is known: it is matched for one
fewest-picks cover, and where that leaves a learner twice, others are searched within a fixed number of steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from app.domain.matching import Matching

SEARCH_STEPS = 20_000
"""How many picks the search for a cover with fewer learners drawn twice may try: a fraction of a second."""

SEARCH_DEPTH = 150
"""The largest cover that is searched at all: beyond it the steps would not suffice for anything."""

Groups = Sequence[Sequence[str]]
"""Units or assessors, the most important first, those of equal importance together."""


class Line(NamedTuple):
    """One learner-unit as the cover sees it; ``assessor`` may be empty, and then nobody is covered by it."""

    learner: str
    unit: str
    assessor: str


class Point(NamedTuple):
    """A unit or an assessor that is to be covered."""

    kind: str
    name: str


class Slot(NamedTuple):
    """One pick of a fewest-picks cover: for a unit, for an assessor, or for both. Empty where it is not for one."""

    unit: str
    assessor: str


def points_of(line: Line) -> tuple[Point, ...]:
    """The unit of a line, and its assessor if it names one."""
    unit = Point("unit", line.unit)
    return (unit, Point("assessor", line.assessor)) if line.assessor else (unit,)


def cover(lines: Sequence[Line], picks: int, units: Groups, assessors: Groups) -> tuple[Line, ...]:
    """At most ``picks`` lines that cover as much as can be, with as few lines and as few learners twice as possible.

    lines: distinct, in the order in which one of several equally good is preferred. units, assessors: all of them. All
    units come before any assessor, and of those equally important as many as can be, whichever they are.
    """
    slots = _slots(lines, picks, units, list(chain.from_iterable(assessors)))
    found = _fill(slots, lines)
    bearable = max(0, picks - len({line.learner for line in lines}))
    if repeats(found) <= bearable or len(found) > SEARCH_DEPTH:
        return found
    search = _Search(
        lines,
        _groups("unit", units, {slot.unit for slot in slots}),
        _groups("assessor", assessors, {slot.assessor for slot in slots}),
    )
    return search.better_than(found, picks, bearable)


def repeats(lines: Sequence[Line]) -> int:
    """How many of these picks go to a learner who has one already."""
    return len(lines) - len({line.learner for line in lines})


def _slots(lines: Sequence[Line], picks: int, units: Groups, assessors: Sequence[str]) -> tuple[Slot, ...]:
    """What each pick is for: the fewest picks that cover all, or with too few picks the most important."""
    offered: list[str] = []
    last: Sequence[str] = ()
    for group in units:
        if len(offered) >= picks:
            break
        offered += group
        last = group
    too_many = max(0, len(offered) - picks)

    places: dict[str, list[str]] = {assessor: [] for assessor in assessors}
    known = set(offered)
    for line in lines:
        if line.assessor and line.unit in known and line.unit not in places[line.assessor]:
            places[line.assessor].append(line.unit)
    # Of the last group only some can be covered. Stand-ins, who keep their partners like everybody else, take the
    # rest of it, so that which units are left out is decided together with which assessors are covered.
    stand_ins = {f"\x00{number}": last for number in range(too_many)}
    matching: Matching[str, str] = Matching(places | stand_ins)
    for stand_in, unit in zip(stand_ins, reversed(last), strict=False):
        matching.pair(stand_in, unit)

    extra: list[str] = []
    for assessor in assessors:
        if not matching.add(assessor) and len(offered) + len(extra) < picks:
            extra.append(assessor)
    slots = []
    for unit in offered:
        partner = matching.of_right.get(unit, "")
        if partner not in stand_ins:
            slots.append(Slot(unit, partner))
    return (*slots, *(Slot("", assessor) for assessor in extra))


def _fill(slots: Sequence[Slot], lines: Sequence[Line]) -> tuple[Line, ...]:
    """A line for each slot, of as many learners as possible."""
    fitting: dict[Slot, dict[str, Line]] = {slot: {} for slot in slots}
    for line in lines:
        for slot in (
            Slot(line.unit, line.assessor),
            Slot(line.unit, ""),
            Slot("", line.assessor),
        ):
            if slot in fitting:
                fitting[slot].setdefault(line.learner, line)
    matching: Matching[Slot, str] = Matching({slot: list(fitting[slot]) for slot in slots})
    for slot in slots:
        matching.add(slot)
    return tuple(
        fitting[slot][matching.of_left[slot]]
        if slot in matching.of_left
        else next(iter(fitting[slot].values()))
        for slot in slots
    )


class _Group(NamedTuple):
    """``needed`` of these points, which are equally important, are to be covered."""

    points: tuple[Point, ...]
    needed: int


def _groups(kind: str, groups: Groups, covered: set[str]) -> list[_Group]:
    """How many of each group one best cover covers; every best cover covers as many, and none covers more."""
    return [
        _Group(tuple(Point(kind, name) for name in group), len(covered.intersection(group)))
        for group in groups
    ]


class _State(NamedTuple):
    """A cover half made. missing: for each group, how many of its points are still to be covered.

    bearing: how many more picks may go to learners who have one. start: the first line that may be chosen freely, so
    that no free choice is tried in more than one order.
    """

    chosen: tuple[Line, ...]
    covered: frozenset[Point]
    missing: tuple[int, ...]
    bearing: int
    start: int


class _Search:
    """Looks for a cover in which fewer learners are drawn twice: exact for small claims, bounded for all."""

    def __init__(self, lines: Sequence[Line], units: Sequence[_Group], assessors: Sequence[_Group]) -> None:
        groups = (*units, *assessors)
        self._lines = lines
        self._unit_groups = len(units)
        self._group_of = {point: place for place, group in enumerate(groups) for point in group.points}
        self._start = _State((), frozenset(), tuple(group.needed for group in groups), 0, 0)
        self._steps = SEARCH_STEPS
        self._lines_of: dict[Point, list[Line]] = {}
        for line in lines:
            for point in points_of(line):
                self._lines_of.setdefault(point, []).append(line)
        # What must be covered and can be in the fewest ways comes first: a dead end shows itself early.
        musts = (point for group in groups if group.needed == len(group.points) for point in group.points)
        self._musts = sorted(musts, key=lambda point: len(self._lines_of[point]))

    def better_than(self, found: tuple[Line, ...], picks: int, bearable: int) -> tuple[Line, ...]:
        """The cover with the fewest repeats, and of those the fewest picks; ``found`` where none better turns up."""
        largest = min(picks, sum(self._start.missing))
        for bearing in range(bearable, repeats(found)):
            for size in range(len(found), largest + 1):
                better = self._complete(self._start._replace(bearing=bearing), size)
                if better is not None:
                    return better
        return found

    def _complete(self, state: _State, size: int) -> tuple[Line, ...] | None:
        """A cover of at most ``size`` lines that begins with those chosen; None: there is none, or no step is left."""
        if not any(state.missing):
            return state.chosen
        units, assessors = state.missing[: self._unit_groups], state.missing[self._unit_groups :]
        if len(state.chosen) + max(sum(units), sum(assessors)) > size:
            return None
        must = next((point for point in self._musts if point not in state.covered), None)
        choices = self._lines_of[must] if must else self._lines[state.start :]
        for place, line in enumerate(choices, start=state.start + 1):
            following = self._with(state, line)
            if following is None:
                continue
            self._steps -= 1
            if self._steps < 0:
                return None
            found = self._complete(following if must else following._replace(start=place), size)
            if found is not None:
                return found
        return None

    def _with(self, state: _State, line: Line) -> _State | None:
        """The cover with one line more; None where that covers nothing missing, or goes to a learner too often."""
        again = any(line.learner == other.learner for other in state.chosen)
        new = [point for point in points_of(line) if point not in state.covered]
        missing = list(state.missing)
        for point in new:
            missing[self._group_of[point]] -= 1
        if not new or min(missing) < 0 or again > state.bearing:
            return None
        return _State(
            chosen=(*state.chosen, line),
            covered=state.covered.union(new),
            missing=tuple(missing),
            bearing=state.bearing - again,
            start=state.start,
        )
