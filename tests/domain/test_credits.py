"""Credits of a claim (M-21) and the threshold of a certificate (M-33, M-34)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.credits import CreditSum, credit_sums, reaches_certificate

CREDITS = {"501": 6, "502": 7, "503": 5}


def test_M21_credits_required_achieved_and_projected_for_each_learner() -> None:
    found = credit_sums(
        18, CREDITS, {"L1": ["501"]}, [("L2", "501"), ("L1", "502"), ("L1", "503"), ("L2", "503")]
    )
    assert found == (CreditSum("L2", 18, 0, 11), CreditSum("L1", 18, 6, 18))
    assert [of.claimed for of in found] == [11, 12]
    assert [of.completes for of in found] == [False, True]


def test_M21_no_unit_counts_twice_and_a_foreign_one_not_at_all() -> None:
    claimed = [("L1", "501"), ("L1", "502"), ("L1", "502"), ("L1", "999")]
    assert credit_sums(18, CREDITS, {"L1": {"501", "888"}, "L9": {"502"}}, claimed) == (
        CreditSum("L1", 18, 6, 13),
    )


def test_M33_a_certificate_is_due_from_the_threshold_on() -> None:
    assert not reaches_certificate(12, 13)
    assert reaches_certificate(13, 13)


def test_M34_more_credits_than_needed_do_not_stop_it() -> None:
    assert reaches_certificate(14, 13)
    assert not CreditSum("L1", 13, achieved=14, projected=20).completes


@given(st.sets(st.sampled_from(sorted(CREDITS))), st.lists(st.sampled_from([*CREDITS, "999"]), min_size=1))
def test_M21_what_is_projected_is_what_would_be_achieved(had: set[str], claimed: list[str]) -> None:
    (before,) = credit_sums(13, CREDITS, {"L1": had}, [("L1", unit) for unit in claimed])
    (after,) = credit_sums(13, CREDITS, {"L1": had | set(claimed)}, [("L1", claimed[0])])
    assert after.achieved == before.projected == after.projected
    assert before.achieved <= before.projected <= sum(CREDITS.values())
