"""How many learner-units a quarter needs (M-26, D-1), and how that is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.sampling import Pick, draw, sampling_words, sums
from app.domain.schemes import Risk, SamplingPolicy, scheme_for
from tests.domain.claims import NO_HISTORY, claim_of

CMI = scheme_for("CMI").policy
SQUARE_ROOT = SamplingPolicy("square_root", {}, {})


def test_D1_M26_worked_example_4_medium_risk() -> None:
    a = sums(CMI, Risk.MEDIUM, claimed=9, fulfilled=0)
    assert (a.required, a.shortfall) == (3, 3)
    b = sums(CMI, Risk.MEDIUM, claimed=9 + 11, fulfilled=3)
    assert (b.required, b.shortfall) == (5, 2)
    assert len(draw(claim_of(*(f"L{n} 501 Jo" for n in range(11))), b.shortfall, NO_HISTORY, "81c4")) == 2
    smaller = sums(CMI, Risk.MEDIUM, claimed=9 + 3, fulfilled=3)
    assert (smaller.required, smaller.shortfall) == (3, 0)
    assert draw(claim_of("L1 501 Jo", "L2 501 Jo", "L3 501 Jo"), smaller.shortfall, NO_HISTORY, "81c4") == ()


@pytest.mark.parametrize(
    ("risk", "claimed", "required"),
    [
        (Risk.LOW, 1, 3),
        (Risk.LOW, 30, 3),
        (Risk.LOW, 31, 4),
        (Risk.MEDIUM, 12, 3),
        (Risk.MEDIUM, 13, 4),
        (Risk.MEDIUM, 2000, 500),
        (Risk.HIGH, 14, 5),
        (Risk.HIGH, 15, 6),
        (Risk.HIGH, 100, 35),
        (Risk.HIGH, 101, 36),
    ],
)
def test_D1_M26_the_level_of_risk_decides_rate_and_minimum(risk: Risk, claimed: int, required: int) -> None:
    assert sums(CMI, risk, claimed, fulfilled=0).required == required


@given(st.sampled_from(Risk), st.integers(0, 5_000), st.integers(0, 5_000))
def test_D1_the_required_number_is_the_smallest_that_reaches_rate_and_minimum(
    risk: Risk, claimed: int, fulfilled: int
) -> None:
    found = sums(CMI, risk, claimed, fulfilled)
    assert found.required * 100 >= found.rate * claimed
    assert found.required >= found.minimum
    assert found.required == found.minimum or (found.required - 1) * 100 < found.rate * claimed
    assert found.shortfall == max(0, found.required - fulfilled)


@given(st.sampled_from(Risk), st.integers(0, 5_000))
def test_D1_square_root_policy_needs_no_rate(risk: Risk, claimed: int) -> None:
    needed = sums(SQUARE_ROOT, risk, claimed, fulfilled=0).required
    assert needed**2 >= claimed
    assert needed == 0 or (needed - 1) ** 2 < claimed


def test_D1_square_root_policy_may_have_a_minimum() -> None:
    policy = replace(SQUARE_ROOT, minimum=dict.fromkeys(Risk, 3))
    assert [sums(policy, Risk.LOW, claimed, 0).required for claimed in (1, 9, 10, 17)] == [3, 3, 4, 5]


def test_D7_under_a_full_sample_the_shortfall_reaches_over_the_whole_claim() -> None:
    # 20 claimed before, 5 of them drawn; now 8 more, and every one is to be drawn.
    found = sums(CMI, Risk.LOW, claimed=28, fulfilled=5, full_sample=True)
    lines = claim_of(*(f"L{n} 501 Jo" for n in range(8)))
    assert len(draw(lines, found.shortfall, NO_HISTORY, "81c4")) == 8
    assert found.as_data()["policy"] == "full_sample"


def test_M11_the_sums_are_kept_whole() -> None:
    assert sums(CMI, Risk.MEDIUM, claimed=20, fulfilled=3).as_data() == {
        "policy": "percentage",
        "risk": "medium",
        "rate": 25,
        "minimum": 3,
        "claimed": 20,
        "required": 5,
        "fulfilled": 3,
        "shortfall": 2,
    }


def test_D1_the_sums_are_told_in_words() -> None:
    two = (Pick("a", ""), Pick("b", ""))
    assert sampling_words(sums(CMI, Risk.MEDIUM, 20, 3), two) == (
        "Medium risk: 5 needed for 20 learner-units claimed this quarter (25 %, at least 3). "
        "3 were drawn before. 2 are drawn from this claim."
    )
    assert sampling_words(sums(CMI, Risk.MEDIUM, 12, 3), ()).endswith(
        "3 were drawn before. None is drawn from this claim."
    )
    assert sampling_words(sums(CMI, Risk.LOW, 1, 0), two[:1]) == (
        "Low risk: 3 needed for 1 learner-unit claimed this quarter (10 %, at least 3). 1 is drawn from this claim. "
        "It has no more: 2 will be drawn from later claims of this quarter."
    )
    assert sampling_words(sums(SQUARE_ROOT, Risk.HIGH, 17, 1), two) == (
        "High risk: 5 needed for 17 learner-units claimed this quarter (the square root). 1 was drawn before. "
        "2 are drawn from this claim. It has no more: 2 will be drawn from later claims of this quarter."
    )
    assert sampling_words(sums(CMI, Risk.LOW, 2, 0, full_sample=True), two) == (
        "Every claim is sampled in full for now: 2 are drawn from this one."
    )
