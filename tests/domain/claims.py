"""Claims to draw samples from, and what may be read off a sample."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

from hypothesis import strategies as st

from app.domain.sampling import ClaimedUnit, Pick, SamplingHistory

NO_HISTORY = SamplingHistory({}, {})
_DAYS = (date(2025, 10, 3), date(2026, 1, 20))


def claim_of(*told: str) -> list[ClaimedUnit]:
    """Lines written ``learner unit assessor attainment``; a dash for no assessor."""
    lines = []
    for text in told:
        learner, unit, assessor, attainment = (*text.split(), "")[:4]
        lines.append(ClaimedUnit(f"{learner}-{unit}", learner, unit, assessor.removeprefix("-"), attainment))
    return lines


def random_claim(chance: Random, most: int) -> list[ClaimedUnit]:
    """A claim of up to ``most`` lines, of shapes that centres have: few units and assessors, or as many as lines."""
    learners = chance.randint(1, chance.choice((3, 12, 24)))
    units, assessors = (chance.randint(1, chance.choice((2, 4, 12))) for _ in range(2))
    cells = [(learner, unit) for learner in range(learners) for unit in range(units)]
    chosen = chance.sample(cells, min(len(cells), chance.randint(1, most)))
    return [
        ClaimedUnit(f"{learner}-{unit}", f"L{learner}", f"U{unit}", f"A{chance.randrange(assessors)}")
        for learner, unit in chosen
    ]


def random_history(chance: Random) -> SamplingHistory:
    """What was drawn before: on one of two days, or never."""
    return SamplingHistory(
        {f"U{n}": chance.choice(_DAYS) for n in range(12) if chance.random() < 0.4},
        {f"A{n}": chance.choice(_DAYS) for n in range(12) if chance.random() < 0.4},
    )


def drawn(lines: Sequence[ClaimedUnit], picks: Sequence[Pick]) -> list[ClaimedUnit]:
    """The lines that were picked."""
    by_id = {line.id: line for line in lines}
    return [by_id[pick.id] for pick in picks]


def covered(sample: Sequence[ClaimedUnit], history: SamplingHistory) -> tuple[int, ...]:
    """How much a sample covers, the most important first: units by the day they were last drawn, then assessors."""
    days = (date.min, *_DAYS)
    units = {line.unit for line in sample}
    assessors = {line.assessor for line in sample if line.assessor}
    return tuple(
        sum(last.get(name, date.min) == day for name in names)
        for names, last in ((units, history.unit_last), (assessors, history.assessor_last))
        for day in days
    )


def learners_of(sample: Sequence[ClaimedUnit]) -> int:
    return len({line.learner for line in sample})


@st.composite
def small_claims(draw: st.DrawFn) -> list[ClaimedUnit]:
    """Claims small enough to try every possible sample."""
    cells = draw(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), unique=True, min_size=1, max_size=9)
    )
    return [
        ClaimedUnit(
            f"{learner}-{unit}",
            f"L{learner}",
            f"U{unit}",
            draw(st.sampled_from(("A0", "A1", "A2", "A3", ""))),
            draw(st.sampled_from(("", "40", "61", "88 %"))),
        )
        for learner, unit in cells
    ]


@st.composite
def histories(draw: st.DrawFn) -> SamplingHistory:
    """What was drawn before of the units and assessors of a small claim."""
    days = st.sampled_from(_DAYS)
    return SamplingHistory(
        draw(st.dictionaries(st.sampled_from([f"U{n}" for n in range(5)]), days)),
        draw(st.dictionaries(st.sampled_from([f"A{n}" for n in range(4)]), days)),
    )
