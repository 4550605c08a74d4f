"""How many learner-units are sampled, which, and why: chosen by the system, never by the centre (M-26..M-28, D-1, D-2).

Chance comes from SHA-256 of the seed and of what is drawn, so that a sample can be drawn again years later with any
version of the language, in whatever order its lines come.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import groupby
from math import isqrt

from app.domain import dates
from app.domain.covering import Line, Point, cover, points_of
from app.domain.schemes import Risk, SamplingPolicy


@dataclass(frozen=True, slots=True)
class ClaimedUnit:
    """One learner-unit of a claim. ``id`` is the caller's own; chance and order rest on the other fields alone.

    learner: number. unit: code. assessor: as written; empty where none is known. attainment: a mark, a grade or empty.
    """

    id: str
    learner: str
    unit: str
    assessor: str
    attainment: str = ""


@dataclass(frozen=True, slots=True)
class SamplingHistory:
    """When units (by code) and assessors (by name) of this centre and qualification were last drawn; unknown: never."""

    unit_last: Mapping[str, date] = field(default_factory=dict)
    assessor_last: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pick:
    """One drawn learner-unit by its id, and why it was drawn, in words for moderator, quality manager and centre."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sums:
    """How many learner-units a submission has to have drawn (D-1). All counts are learner-units of one quarter.

    rate: per cent, 0 without one. claimed: this submission included. fulfilled: drawn before it. shortfall: at least 0;
    it may exceed what the submission has.
    """

    policy: str
    risk: Risk
    rate: int
    minimum: int
    claimed: int
    required: int
    fulfilled: int
    shortfall: int

    def as_data(self) -> dict[str, str | int]:
        """The sums as they are stored beside the request, so that anybody may check them later (M-11)."""
        return {
            "policy": self.policy,
            "risk": self.risk.value,
            "rate": self.rate,
            "minimum": self.minimum,
            "claimed": self.claimed,
            "required": self.required,
            "fulfilled": self.fulfilled,
            "shortfall": self.shortfall,
        }


FULL_SAMPLE = "full_sample"
"""The policy's name in sums while a sanction has every claim fully sampled (D-7)."""


def sums(policy: SamplingPolicy, risk: Risk, claimed: int, fulfilled: int, full_sample: bool = False) -> Sums:
    """What a quarter needs and still lacks (D-1).

    claimed: learner-units claimed this quarter, this submission included; a re-submission is no new claim. fulfilled:
    learner-units drawn this quarter, archived and refused ones left out. full_sample: a sanction asks for everything.
    """
    rate, minimum = 0, policy.minimum.get(risk, 0)
    if full_sample:
        needed, minimum = claimed, 0
    elif policy.name == "square_root":
        needed = isqrt(claimed - 1) + 1 if claimed > 0 else 0
    else:
        rate = policy.rates[risk]
        needed = -(-rate * claimed // 100)
    required = max(minimum, needed)
    return Sums(
        policy=FULL_SAMPLE if full_sample else policy.name,
        risk=risk,
        rate=rate,
        minimum=minimum,
        claimed=claimed,
        required=required,
        fulfilled=fulfilled,
        shortfall=max(0, required - fulfilled),
    )


def draw(
    lines: Sequence[ClaimedUnit],
    shortfall: int,
    history: SamplingHistory,
    seed: str,
    *,
    grades: Sequence[str] = (),
) -> tuple[Pick, ...]:
    """Draws ``min(shortfall, lines)`` learner-units (D-2): first those that cover units and assessors, then the rest.

    In this precedence: every unit, every assessor (new or least recently sampled first), distinct learners, both ends
    of attainment, then at random with equal chances for every learner. ``grades`` orders attainment told in words,
    lowest first; marks need no order. Raises ValueError when a learner-unit occurs twice.
    """
    if shortfall <= 0:
        return ()
    by_line = {Line(line.learner, line.unit, line.assessor): line for line in lines}
    if len({(line.learner, line.unit) for line in lines}) < len(lines):
        raise ValueError("a learner-unit occurs twice in one claim")
    if shortfall >= len(lines):
        return tuple(Pick(by_line[line].id, "the whole claim is sampled") for line in sorted(by_line))
    sample = _Sample(by_line, _Chance(seed), _ends(by_line, grades))
    sample.take_cover(shortfall, history)
    sample.take_ends(shortfall)
    sample.take_at_random(shortfall)
    sample.exchange_for_ends()
    reasons = _reasons(sample, history, seed)
    return tuple(Pick(by_line[line].id, reason) for line, reason in zip(sample.lines, reasons, strict=True))


def sampling_words(of: Sums, picks: Sequence[Pick]) -> str:
    """How a sample came about, for moderator, quality manager and centre: the sums of D-1 in two or three sentences."""
    drawn = "1 is" if len(picks) == 1 else f"{len(picks)} are"
    if of.policy == FULL_SAMPLE:
        return f"Every claim is sampled in full for now: {drawn} drawn from this one."
    claimed = "1 learner-unit" if of.claimed == 1 else f"{of.claimed} learner-units"
    share = "the square root" if of.policy == "square_root" else f"{of.rate} %"
    least = f", at least {of.minimum}" if of.minimum else ""
    told = [f"{of.risk.words}: {of.required} needed for {claimed} claimed this quarter ({share}{least})."]
    if of.fulfilled:
        before = "1 was" if of.fulfilled == 1 else f"{of.fulfilled} were"
        told.append(f"{before} drawn before.")
    told.append(f"{drawn if picks else 'None is'} drawn from this claim.")
    if len(picks) < of.shortfall:
        told.append(
            f"It has no more: {of.shortfall - len(picks)} will be drawn from later claims of this quarter."
        )
    return " ".join(told)


class _Chance:
    """A number for anything, which the seed alone decides. Purposes are independent of each other."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def of(self, purpose: str, *names: object) -> bytes:
        told = "\x1f".join((self._seed, purpose, *(str(name) for name in names)))
        return sha256(told.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class _End:
    """The lines at one end of what was attained in this claim."""

    words: str
    lines: frozenset[Line]


class _Sample:
    """The sample as it grows. Each step keeps what the steps before it have reached."""

    def __init__(self, claim: Mapping[Line, ClaimedUnit], chance: _Chance, ends: tuple[_End, ...]) -> None:
        self._claim = tuple(claim)
        self._chance = chance
        self._ends = ends
        self._learners = Counter[str]()
        self._covered = Counter[Point]()
        self._claimed = Counter(point for line in self._claim for point in points_of(line))
        self._importance: dict[Point, tuple[str, date]] = {}
        self.lines: list[Line] = []
        self.covering = 0
        self.for_end: dict[Line, str] = {}

    def take_cover(self, picks: int, history: SamplingHistory) -> None:
        """The fewest lines that cover every unit and assessor, or as much of that as ``picks`` lines can."""

        def by_chance(line: Line) -> bytes:
            return self._chance.of("cover", line.learner, line.unit)

        units = self._groups("unit", history.unit_last)
        assessors = self._groups("assessor", history.assessor_last)
        for line in cover(sorted(self._claim, key=by_chance), picks, units, assessors):
            self._take(line)
        self.covering = len(self.lines)
        self._covered.update(point for line in self.lines for point in points_of(line))

    def take_ends(self, picks: int) -> None:
        """A line at each end of attainment that has none yet, while nobody is drawn twice for it needlessly."""
        for end in self._ends:
            if len(self.lines) >= picks or not end.lines.isdisjoint(self.lines):
                continue
            fewest = min(self._learners[line.learner] for line in self._claim)
            fitting = [line for line in end.lines if self._learners[line.learner] == fewest]
            if fitting:
                line = min(fitting, key=lambda line: self._chance.of("end", line.learner, line.unit))
                self._take(line)
                self.for_end[line] = end.words

    def take_at_random(self, picks: int) -> None:
        """Fills up at random: whoever has the fewest picks has the same chance, however many lines they have."""
        left: dict[str, list[Line]] = {}
        taken = set(self.lines)
        for line in self._claim:
            if line not in taken:
                left.setdefault(line.learner, []).append(line)
        for own in left.values():
            own.sort(key=lambda line: self._chance.of("random, unit", line.learner, line.unit))
        waiting = [self._turn(learner) for learner in left]
        heapq.heapify(waiting)
        while len(self.lines) < picks:
            *_, learner = heapq.heappop(waiting)
            self._take(left[learner].pop())
            if left[learner]:
                heapq.heappush(waiting, self._turn(learner))

    def exchange_for_ends(self) -> None:
        """Where an end of attainment still has none: exchanges a pick for one, if nothing else gets worse by it."""
        for end in self._ends:
            if end.lines.isdisjoint(self.lines):
                self._exchange_for(end)

    def has_one_line_for(self, point: Point) -> bool:
        """Whether only one line of the claim covers this unit or assessor."""
        return self._claimed[point] == 1

    def _exchange_for(self, end: _End) -> None:
        for new in sorted(end.lines, key=lambda line: self._chance.of("end", line.learner, line.unit)):
            for place in reversed(range(len(self.lines))):
                if self._may_replace(place, new):
                    self._replace(place, new)
                    self.for_end[new] = end.words
                    return

    def _replace(self, place: int, new: Line) -> None:
        old = self.lines[place]
        self.lines[place] = new
        self.for_end.pop(old, None)
        self._learners[old.learner] -= 1
        self._learners[new.learner] += 1
        if place < self.covering:
            self._covered.subtract(points_of(old))
            self._covered.update(points_of(new))

    def _may_replace(self, place: int, new: Line) -> bool:
        old = self.lines[place]
        if old.learner != new.learner and self._learners[new.learner] and self._learners[old.learner] == 1:
            return False
        if place < self.covering:
            # One unit or assessor may give way to another of the same importance, where not all can be covered.
            before, after = points_of(old), points_of(new)
            lost = [self._importance[at] for at in before if self._covered[at] == 1 and at not in after]
            if lost and not Counter(lost) <= Counter(
                self._importance[at] for at in after if not self._covered[at]
            ):
                return False
        return not any(
            old in end.lines and len(end.lines.intersection(self.lines)) == 1 for end in self._ends
        )

    def _groups(self, kind: str, last: Mapping[str, date]) -> list[list[str]]:
        """The new first, then the least recently drawn; those of the same day together."""

        def by_last(point: Point) -> date:
            return last.get(point.name, date.min)

        points = [point for point in self._claimed if point.kind == kind]
        self._importance.update((point, (kind, by_last(point))) for point in points)
        points.sort(key=lambda point: (by_last(point), self._chance.of(kind, point.name)))
        return [[point.name for point in group] for _, group in groupby(points, key=by_last)]

    def _turn(self, learner: str) -> tuple[int, bytes, str]:
        count = self._learners[learner]
        return (count, self._chance.of("random, learner", learner, count), learner)

    def _take(self, line: Line) -> None:
        self.lines.append(line)
        self._learners[line.learner] += 1


def _ends(claim: Mapping[Line, ClaimedUnit], grades: Sequence[str]) -> tuple[_End, ...]:
    """The lowest and the highest attainment of a claim, where its texts can be told apart: all marks, or all grades."""
    told = {line: unit.attainment.strip() for line, unit in claim.items() if unit.attainment.strip()}
    known = {grade.casefold(): float(height) for height, grade in enumerate(grades)}
    for measure in (mark_of, lambda text: known.get(text.casefold())):
        heights = {line: height for line, text in told.items() if (height := measure(text)) is not None}
        if told and len(heights) == len(told):
            break
    else:
        return ()
    lowest, highest = min(heights.values()), max(heights.values())
    if lowest == highest:
        return ()
    return tuple(
        _End(words, frozenset(line for line, height in heights.items() if height == wanted))
        for words, wanted in (("lowest", lowest), ("highest", highest))
    )


def mark_of(text: str) -> float | None:
    """The number that a mark tells: ``72``, ``72 %``, ``7.5``; None for any other text."""
    digits = text.removesuffix("%").rstrip()
    whole, _, part = digits.partition(".")
    if whole.isascii() and whole.isdigit() and len(digits) < 12 and (not part or part.isdecimal()):
        return float(digits)
    return None


def _reasons(sample: _Sample, history: SamplingHistory, seed: str) -> tuple[str, ...]:
    """Why each line of a sample was drawn, in the order of its lines."""
    shown = seed if len(seed) <= 8 else f"{seed[:4]}…"
    explained: set[Point] = set()
    learners: set[str] = set()
    reasons = []
    for place, line in enumerate(sample.lines):
        parts = []
        if place < sample.covering:
            for point in points_of(line):
                if point not in explained:
                    explained.add(point)
                    parts.append(_covers(point, sample, history))
            if line.learner in learners:
                parts.append("this learner again to cover it")
        if line in sample.for_end:
            parts.append(f"{sample.for_end[line]} attainment of the claim")
        reasons.append("; ".join(parts) or f"random, seed {shown}")
        learners.add(line.learner)
    return tuple(reasons)


def _covers(point: Point, sample: _Sample, history: SamplingHistory) -> str:
    if point.kind == "unit":
        return f"only unit {point.name}" if sample.has_one_line_for(point) else f"for unit {point.name}"
    last = history.assessor_last.get(point.name)
    # “12 March 2026” without its day.
    return (
        f"assessor not sampled since {dates.day(last).partition(' ')[2]}"
        if last
        else "assessor not sampled before"
    )
