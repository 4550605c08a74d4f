"""What is wrong with a claim before anybody else is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.claiming import TEXT_LIMIT, DraftLine, check_lines

LEARNERS = {"A1", "A2", "A3"}
UNITS = {"501", "502"}
GRADES = ("Pass", "Merit", "Distinction")
texts = st.sampled_from(["A1", "A2", "", " ", "501", "502", "nul\x00", "x" * (TEXT_LIMIT + 1)])
lines = st.lists(st.builds(DraftLine, texts, texts, texts, texts, texts), max_size=12)


def test_M14_a_learner_not_found_names_both_reasons() -> None:
    (fault,) = check_lines([DraftLine("Z9", "501", "Ann")], LEARNERS, UNITS)
    assert (fault.line, fault.field) == (1, "learner")
    assert "registered for another qualification" in fault.says
    assert "not registered at all" in fault.says


def test_M20_each_wrong_field_has_a_fault_of_its_own_and_right_lines_have_none() -> None:
    faults = check_lines(
        [DraftLine("A1", "501", "Ann"), DraftLine("", "9", "", "d" * 1001), DraftLine("A1", "502", "Ann")],
        LEARNERS,
        UNITS,
    )
    assert [(fault.line, fault.field) for fault in faults] == [
        (2, "learner"),
        (2, "unit"),
        (2, "assessor"),
        (2, "decision"),
    ]


def test_M22_a_learner_unit_twice_in_one_claim_names_the_first_line() -> None:
    twice = [DraftLine("A1", "501", "Ann"), DraftLine("A2", "501", "Ann"), DraftLine("A1", "501", "Ben")]
    (fault,) = check_lines(twice, LEARNERS, UNITS)
    assert (fault.line, fault.field) == (3, "unit")
    assert "line 1" in fault.says


@given(lines)
def test_M20_what_has_no_fault_can_be_claimed(claim: list[DraftLine]) -> None:
    wrong = {fault.line for fault in check_lines(claim, LEARNERS, UNITS)}
    right = [line for place, line in enumerate(claim, start=1) if place not in wrong]
    assert all(line.learner in LEARNERS and line.unit in UNITS and line.assessor.strip() for line in right)
    assert len({(line.learner, line.unit) for line in right}) == len(right)
    assert not any(
        "\x00" in text for line in right for text in (line.assessor, line.decision, line.attainment)
    )
    assert all(fault.says.endswith(".") for fault in check_lines(claim, LEARNERS, UNITS))


@pytest.mark.parametrize("attainment", ["", "Pass", "merit", " Distinction ", "72", "72 %", "7.5"])
def test_M20_D2_an_attainment_is_a_grade_of_the_awarding_body_a_mark_or_nothing(attainment: str) -> None:
    line = DraftLine("A1", "501", "Ann", attainment=attainment)
    assert check_lines([line], LEARNERS, UNITS, GRADES) == ()


@pytest.mark.parametrize("attainment", ["Excellent", "Pas", "-3", "Pass Merit"])
def test_M20_D2_any_other_attainment_is_named_with_what_is_possible(attainment: str) -> None:
    line = DraftLine("A1", "501", "Ann", attainment=attainment)
    (fault,) = check_lines([line], LEARNERS, UNITS, GRADES)
    assert fault.field == "attainment"
    assert fault.says == f"“{attainment}” is no grade here: Pass, Merit or Distinction, or a mark in digits."
    assert check_lines([line], LEARNERS, UNITS) == (), "where the awarding body has none, any word will do"


def test_M20_a_name_that_reads_as_another_is_refused_and_joining_signs_are_not() -> None:
    turned = DraftLine("A1", "501", "Ann \u202eregor")
    (fault,) = check_lines([turned], LEARNERS, UNITS)
    assert (fault.field, "cannot be seen" in fault.says) == ("assessor", True)
    assert check_lines([DraftLine("A1", "501", "علی\u200cرضا")], LEARNERS, UNITS) == ()
