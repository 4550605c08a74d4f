"""Which learner-units are drawn (D-2): against every possible sample on small claims, and over 10,000 random ones."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.sampling import ClaimedUnit, SamplingHistory, draw
from tests.domain.claims import (
    NO_HISTORY,
    claim_of,
    covered,
    drawn,
    histories,
    learners_of,
    random_claim,
    random_history,
    small_claims,
)


def for_cover(reason: str) -> bool:
    return "unit " in reason or "assessor " in reason


@given(small_claims(), histories(), st.integers(1, 9), st.text("0123456789abcdef", min_size=1, max_size=12))
@settings(max_examples=400, deadline=None)
def test_D2_no_other_sample_covers_more_or_draws_more_learners(
    lines: list[ClaimedUnit], history: SamplingHistory, shortfall: int, seed: str
) -> None:
    size = min(shortfall, len(lines))
    sample = drawn(lines, draw(lines, shortfall, history, seed))
    best = max((covered(other, history), learners_of(other)) for other in combinations(lines, size))
    assert (covered(sample, history), learners_of(sample)) == best


@given(small_claims(), histories(), st.integers(1, 8), st.text("0123456789abcdef", min_size=1, max_size=12))
@settings(max_examples=400, deadline=None)
def test_D2_the_cover_takes_as_few_picks_as_any_that_draws_as_many_learners(
    lines: list[ClaimedUnit], history: SamplingHistory, shortfall: int, seed: str
) -> None:
    size = min(shortfall, len(lines) - 1)
    picks = draw(lines, size, history, seed)
    sample = drawn(lines, picks)
    # What is left beside a cover can always go to learners who have none yet, while there are any.
    claimed = len({line.learner for line in lines})
    smallest = min(
        (
            few
            for few in range(1, size + 1)
            for other in combinations(lines, few)
            if covered(other, history) == covered(sample, history)
            and min(claimed, size - few + learners_of(other)) == learners_of(sample)
        ),
        default=0,
    )
    assert sum(for_cover(pick.reason) for pick in picks) == smallest


def test_D2_M28_10000_random_claims_cover_all_whenever_the_number_allows_and_meet_the_shortfall() -> None:
    chance = Random(20260312)
    all_covered = 0
    for number in range(10_000):
        lines = random_claim(chance, most=30)
        history = random_history(chance)
        shortfall = chance.randint(1, len(lines) + 2)
        picks = draw(lines, shortfall, history, f"{number:08x}")
        sample = drawn(lines, picks)
        assert len(picks) == len({pick.id for pick in picks}) == min(shortfall, len(lines))
        units, assessors = {line.unit for line in lines}, {line.assessor for line in lines}
        got_units, got_assessors = {line.unit for line in sample}, {line.assessor for line in sample}
        assert len(got_units) == min(len(units), len(picks))
        if len(picks) >= _edge_cover(lines):
            all_covered += 1
            assert got_units == units
            assert got_assessors == assessors
    assert 2_000 < all_covered < 10_000


def _edge_cover(lines: list[ClaimedUnit]) -> int:
    """The size of a minimum edge cover: points less a largest matching, found by the plainest method there is."""
    near: dict[str, set[str]] = {}
    for line in lines:
        near.setdefault(line.unit, set()).add(line.assessor)
    partner: dict[str, str] = {}

    def paired(unit: str, seen: set[str]) -> bool:
        for assessor in near[unit] - seen:
            seen.add(assessor)
            if assessor not in partner or paired(partner[assessor], seen):
                partner[assessor] = unit
                return True
        return False

    pairs = sum(paired(unit, set()) for unit in near)
    return len(near) + len({line.assessor for line in lines}) - pairs


def test_D2_the_random_part_of_10000_random_claims_treats_all_learners_alike() -> None:
    """Chi-square of how often learners were drawn at random, by how many units they claim and by their place."""
    chance = Random(40)
    observed: Counter[str] = Counter()
    expected: dict[str, float] = {}
    for number in range(10_000):
        lines = random_claim(chance, most=30)
        picks = draw(lines, chance.randint(1, len(lines)), random_history(chance), f"{number:08x}")
        by_id = {line.id: line for line in lines}
        at_random = [by_id[pick.id].learner for pick in picks if pick.reason.startswith("random")]
        others = {by_id[pick.id].learner for pick in picks if not pick.reason.startswith("random")}
        pool = sorted({line.learner for line in lines} - others)
        if not 0 < len(at_random) <= len(pool):
            continue
        many = Counter(line.learner for line in lines)
        for place, learner in enumerate(pool):
            for kind in (f"{min(many[learner], 4)} units", f"place {min(place, 9)}"):
                expected[kind] = expected.get(kind, 0.0) + len(at_random) / len(pool)
                observed[kind] += learner in at_random
    assert sum(observed.values()) > 10_000
    assert len(expected) == 14
    # 12 degrees of freedom in two families of kinds: 39.1 is passed once in 10,000 times, and the seeds are fixed.
    assert sum((observed[kind] - expected[kind]) ** 2 / expected[kind] for kind in expected) < 39.1


def test_D2_with_nothing_to_tell_learners_apart_all_have_the_same_chance() -> None:
    lines = [ClaimedUnit(str(number), f"L{number}", "501", "Jo") for number in range(12)]
    counts = Counter(
        pick.id for number in range(6_000) for pick in draw(lines, 4, NO_HISTORY, f"seed {number}")
    )
    expected = 6_000 * 4 / 12
    # 11 degrees of freedom: 37.4 is passed once in 10,000 times.
    assert sum((counts[line.id] - expected) ** 2 / expected for line in lines) < 37.4


def test_D2_who_was_passed_over_by_the_cover_has_no_smaller_chance_afterwards() -> None:
    # The cover takes one of nine and one of two; the third pick is open to the nine who are left, of both kinds.
    lines = [ClaimedUnit(str(n), f"L{n}", "501" if n < 9 else "502", "Jo") for n in range(11)]
    last = Counter(int(draw(lines, 3, NO_HISTORY, f"seed {number}")[-1].id) >= 9 for number in range(3_000))
    # Four standard deviations of a share of one in nine.
    assert abs(last[True] - 3_000 / 9) < 69


def test_D2_claiming_many_units_makes_nobody_likelier_to_be_drawn_at_random() -> None:
    few = [ClaimedUnit(f"few {n}", f"few {n}", "500", "Jo") for n in range(6)]
    many = [
        ClaimedUnit(f"many {n} {unit}", f"many {n}", f"50{unit}", "Jo") for n in range(6) for unit in range(4)
    ]
    observed, expected, spread = 0, 0.0, 0.0
    for number in range(2_000):
        picks = draw([*few, *many], 5, NO_HISTORY, f"seed {number}")
        covering = [pick.id.split()[0] for pick in picks[:4]]
        share = (6 - covering.count("many")) / 8
        observed += picks[4].id.startswith("many")
        expected += share
        spread += share * (1 - share)
    assert abs(observed - expected) < 4 * spread**0.5


@given(small_claims(), histories(), st.integers(1, 9), st.text(max_size=12), st.randoms())
def test_D2_M27_the_same_seed_gives_the_same_sample_in_whatever_order_the_lines_come(
    lines: list[ClaimedUnit], history: SamplingHistory, shortfall: int, seed: str, chance: Random
) -> None:
    other = [ClaimedUnit(f"another {line.id}", *_told(line)) for line in lines]
    chance.shuffle(other)
    first, second = draw(lines, shortfall, history, seed), draw(other, shortfall, history, seed)
    assert [(f"another {pick.id}", pick.reason) for pick in first] == [
        (pick.id, pick.reason) for pick in second
    ]


def _told(line: ClaimedUnit) -> tuple[str, str, str, str]:
    return line.learner, line.unit, line.assessor, line.attainment


def test_D2_M27_a_sample_stays_what_it_was_when_it_is_drawn_again_years_later() -> None:
    # Written down once. If this changes, samples drawn before can no longer be checked by their seed.
    lines = [ClaimedUnit(f"{n}", f"L{n:02}", f"50{n % 3}", "Jo" if n % 2 else "Al") for n in range(20)]
    assert [pick.id for pick in draw(lines, 6, NO_HISTORY, "81c4a2b7")] == ["6", "17", "19", "15", "0", "12"]


def test_D2_another_seed_gives_another_sample() -> None:
    lines = [ClaimedUnit(str(number), f"L{number}", "501", "Jo") for number in range(40)]
    assert len({draw(lines, 5, NO_HISTORY, f"seed {number}") for number in range(50)}) == 50


def test_D2_with_too_few_picks_units_come_before_assessors_and_the_longest_unseen_first() -> None:
    lines = claim_of("L1 501 Al", "L2 501 Bo", "L3 501 Cy", "L4 502 Al", "L5 503 Al")
    history = SamplingHistory(
        {"501": date(2026, 2, 1), "502": date(2025, 11, 1), "503": date(2026, 1, 1)},
        {"Al": date(2026, 1, 1), "Bo": date(2026, 2, 1)},
    )
    for number in range(40):
        seed = f"seed {number}"
        assert {line.unit for line in drawn(lines, draw(lines, 1, history, seed))} == {"502"}
        assert {line.unit for line in drawn(lines, draw(lines, 2, history, seed))} == {"502", "503"}
        # The third takes unit 501 and with it the assessor who is new.
        assert {line.id for line in drawn(lines, draw(lines, 3, history, seed))} == {
            "L4-502",
            "L5-503",
            "L3-501",
        }


def test_D2_a_learner_is_drawn_twice_only_where_a_unit_or_assessor_could_not_otherwise_be_covered() -> None:
    lines = claim_of("L1 501 Al", "L1 502 Al", "L1 503 Al", "L2 501 Al", "L3 501 Al", "L4 501 Al")
    for number in range(40):
        picks = draw(lines, 5, NO_HISTORY, f"seed {number}")
        assert learners_of(drawn(lines, picks)) == 4
        reasons = {pick.id: pick.reason for pick in picks}
        assert {"L1-502", "L1-503"} < set(reasons)
        assert sum("this learner again to cover it" in reason for reason in reasons.values()) == 1


def test_D2_more_picks_than_the_fewest_are_taken_where_that_saves_a_learner_from_being_drawn_twice() -> None:
    # The fewest picks that cover each half are three, two of them of one learner; four cover it with four learners.
    first = ("L1 1 a", "L1 2 b", "L2 3 c", "L3 1 b", "L4 2 c")
    second = ("L5 4 d", "L5 5 e", "L6 6 f", "L7 4 e", "L8 5 f")
    for number in range(20):
        picks = draw(claim_of(*first), 4, NO_HISTORY, f"seed {number}")
        assert learners_of(drawn(claim_of(*first), picks)) == 4
        assert all(for_cover(pick.reason) for pick in picks)
        both = claim_of(*first, *second)
        assert learners_of(drawn(both, draw(both, 8, NO_HISTORY, f"seed {number}"))) == 8


def test_D2_both_ends_of_attainment_are_drawn_where_there_is_room() -> None:
    lines = [ClaimedUnit(str(n), f"L{n}", "501", "Jo", f"{40 + n} %") for n in range(30)]
    for number in range(40):
        picks = draw(lines, 3, NO_HISTORY, f"seed {number}")
        reasons = {pick.id: pick.reason for pick in picks}
        assert "lowest attainment" in reasons["0"] or "501" in reasons["0"]
        assert "highest attainment" in reasons["29"] or "501" in reasons["29"]


def test_D2_an_end_of_attainment_takes_the_place_of_a_pick_that_covers_no_more_than_it() -> None:
    lines = [ClaimedUnit(str(n), f"L{n}", f"50{n % 2}", "Jo", str(40 + n)) for n in range(30)]
    for number in range(40):
        assert {pick.id for pick in draw(lines, 2, NO_HISTORY, f"seed {number}")} == {"0", "29"}


def test_D2_grades_in_words_have_ends_once_their_order_is_told() -> None:
    lines = [ClaimedUnit(str(n), f"L{n}", "501", "Jo", "Merit") for n in range(30)]
    lines[4] = ClaimedUnit("4", "L4", "501", "Jo", "pass")
    lines[9] = ClaimedUnit("9", "L9", "501", "Jo", "Distinction")
    grades = ("Pass", "Merit", "Distinction")
    samples = [
        {pick.id for pick in draw(lines, 2, NO_HISTORY, f"seed {number}", grades=grades)}
        for number in range(20)
    ]
    assert samples == [{"4", "9"}] * 20
    assert any({pick.id for pick in draw(lines, 2, NO_HISTORY, f"{n}")} != {"4", "9"} for n in range(20))


def test_D2_attainment_that_cannot_be_put_in_order_is_left_alone() -> None:
    lines = [ClaimedUnit(str(n), f"L{n}", "501", "Jo", "40" if n else "well done") for n in range(30)]
    reasons = {pick.reason for n in range(40) for pick in draw(lines, 3, NO_HISTORY, f"seed {n}")}
    assert not any("attainment" in reason for reason in reasons)


def test_D2_every_pick_says_why_in_words() -> None:
    lines = claim_of("L1 501 Al", "L2 501 Al", "L3 501 Bo", "L4 502 Cy", "L5 501 Al")
    history = SamplingHistory({}, {"Al": date(2026, 3, 12), "Bo": date(2026, 2, 1)})
    picks = draw(lines, 4, history, "81c4a2b7de")
    reasons = {pick.id: pick.reason for pick in picks}
    assert reasons.pop("L4-502") == "only unit 502; assessor not sampled before"
    assert reasons.pop("L3-501") == "for unit 501; assessor not sampled since February 2026"
    assert sorted(reasons.values()) == ["assessor not sampled since March 2026", "random, seed 81c4…"]


def test_D2_M28_a_claim_no_larger_than_the_shortfall_is_sampled_whole() -> None:
    lines = claim_of("L1 501 Al", "L2 501 Al")
    for shortfall in (2, 3):
        picks = draw(lines, shortfall, NO_HISTORY, "81c4")
        assert [(pick.id, pick.reason) for pick in picks] == [
            ("L1-501", "the whole claim is sampled"),
            ("L2-501", "the whole claim is sampled"),
        ]


@pytest.mark.parametrize("shortfall", [0, -1])
def test_D1_M28_without_a_shortfall_nothing_is_drawn(shortfall: int) -> None:
    assert draw(claim_of("L1 501 Al"), shortfall, NO_HISTORY, "81c4") == ()


def test_a_line_without_an_assessor_covers_its_unit_and_nobody_else() -> None:
    lines = claim_of("L1 501 -", "L2 501 -", "L3 502 Al")
    picks = draw(lines, 2, NO_HISTORY, "81c4")
    assert sorted(pick.reason for pick in picks) == [
        "for unit 501",
        "only unit 502; assessor not sampled before",
    ]


def test_a_learner_unit_that_occurs_twice_is_a_defect_of_the_caller() -> None:
    with pytest.raises(ValueError, match="twice"):
        draw(claim_of("L1 501 Al", "L1 501 Bo", "L2 501 Al"), 2, NO_HISTORY, "81c4")


@given(small_claims(), histories(), st.integers(1, 8))
def test_D2_no_exchange_of_one_pick_would_add_an_end_of_attainment(
    lines: list[ClaimedUnit], history: SamplingHistory, shortfall: int
) -> None:
    sample = drawn(lines, draw(lines, shortfall, history, "81c4"))
    reached = (covered(sample, history), learners_of(sample))
    for old in sample:
        for new in lines:
            if new not in sample:
                other = [new if line == old else line for line in sample]
                if (covered(other, history), learners_of(other)) == reached:
                    assert _ends(lines, other) <= _ends(lines, sample)


def _ends(lines: list[ClaimedUnit], sample: list[ClaimedUnit]) -> int:
    marks = [_mark(line) for line in lines if line.attainment]
    if not marks or min(marks) == max(marks):
        return 0
    return len({min(marks), max(marks)} & {_mark(line) for line in sample if line.attainment})


def _mark(line: ClaimedUnit) -> int:
    return int(line.attainment.removesuffix(" %"))


def _large(learners: int, units: int, assessors: int) -> list[ClaimedUnit]:
    chance = Random(learners)
    cells = chance.sample([(n, m) for n in range(learners) for m in range(units)], 2_000)
    return [ClaimedUnit(f"{n}-{m}", f"L{n}", f"U{m}", f"A{chance.randrange(assessors)}") for n, m in cells]


@pytest.mark.parametrize(("units", "assessors", "picks"), [(30, 40, 700), (30, 40, 40), (12, 250, 260)])
def test_D2_a_claim_of_2000_is_covered_and_nobody_drawn_twice_needlessly(
    units: int, assessors: int, picks: int
) -> None:
    lines = _large(400, units, assessors)
    sample = drawn(lines, draw(lines, picks, NO_HISTORY, "81c4"))
    assert len(sample) == picks
    assert {line.unit for line in sample} == {line.unit for line in lines}
    assert {line.assessor for line in sample} == {line.assessor for line in lines}
    assert learners_of(sample) == min(picks, learners_of(lines))


def test_D2_with_far_more_units_than_picks_every_pick_has_a_unit_of_its_own() -> None:
    lines = _large(400, 300, 20)
    sample = drawn(lines, draw(lines, 200, NO_HISTORY, "81c4"))
    assert len({line.unit for line in sample}) == 200
    assert len({line.assessor for line in sample}) == 20
