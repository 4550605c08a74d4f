"""Each step of a quality review (section 2.7), from the first contact to the decision about a block."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import KnownError
from app.domain.review_deeds import (
    AgreeDate,
    DecideBlock,
    DecideScope,
    DeclareConsortium,
    LogNomineeContact,
)
from app.domain.review_terms import Block, Level, ReviewKind, ReviewOutcome, ReviewState, Scope
from app.domain.review_words import TEXT_LIMIT
from app.domain.reviewing import (
    after_block_decision,
    after_contact,
    after_date_agreed,
    after_declaration,
    after_scope_decision,
    after_visit_report,
    after_work_began,
    check_contact_with_nominee,
    codes_to_judge,
    objectives_in_scope,
    others_in_report,
    task_from,
    with_counts,
)
from tests.catalogue.invented import invented_framework
from tests.domain.reviews_made import BTEC, all_met, fresh_review, judgement, report_deed, review

CONTACT = LogNomineeContact("review-1", " Petra Lindqvist ", "Telephone", "Introduced myself.")
MEMBER = DeclareConsortium("review-1", True, "Wharfedale Consortium", "We deliver nothing here.")
NO_MEMBER = DeclareConsortium("review-1", False, "", "We teach all of it ourselves.")
CONFIRMED = DecideScope("review-1", True, "Approved in 2015.")
REFUSED = DecideScope("review-1", False, "There is no approval.")
BLOCKING = ["QO.1", "QO.3", "QO.4", "QO.9"]
OTHERS = ["QO.2", "QO.5", "QO.6", "QO.7", "QO.8", "QO.10"]
TWENTY = [f"{code}.{number}" for code in BLOCKING for number in range(1, 6)]


def refused(step: Any, *given: Any) -> str:
    with pytest.raises(KnownError) as caught:
        step(*given)
    return caught.value.code


def contacted(**changes: Any) -> Any:
    return after_contact(fresh_review(**changes), CONTACT, date(2017, 11, 2))


def test_Q16_the_task_begins_in_early_november_or_with_a_later_allocation() -> None:
    assert task_from(BTEC, 2017, date(2017, 10, 2)) == date(2017, 11, 1)
    assert task_from(BTEC, 2017, date(2017, 11, 20)) == date(2017, 11, 20)


def test_Q16_the_first_contact_names_the_nominee_and_a_later_one_keeps_its_day() -> None:
    first = contacted()
    assert (first.state, first.nominee, first.contacted_on) == (
        ReviewState.CONTACTED, "Petra Lindqvist", date(2017, 11, 2),
    )  # fmt: skip
    agreed = replace(first, state=ReviewState.DATE_AGREED)
    later = after_contact(agreed, replace(CONTACT, spoke_with="Ravi Oduya"), date(2017, 11, 9))
    assert (later.state, later.nominee, later.contacted_on) == (
        ReviewState.DATE_AGREED, "Ravi Oduya", date(2017, 11, 2),
    )  # fmt: skip


@pytest.mark.parametrize("field", ["spoke_with", "means", "summary"])
def test_Q16_a_contact_says_with_whom_by_what_means_and_what_about(field: str) -> None:
    check_contact_with_nominee(CONTACT)
    assert refused(check_contact_with_nominee, replace(CONTACT, **{field: " "})) == "contact_incomplete"
    long = replace(CONTACT, **{field: "x" * (TEXT_LIMIT + 1)})
    assert refused(check_contact_with_nominee, long) == "too_long"


def test_Q17_Q18_declared_membership_asks_the_quality_team() -> None:
    asked = after_declaration(contacted(), MEMBER)
    assert (asked.scope, asked.consortium) == (Scope.CONFIRMATION_ASKED, "Wharfedale Consortium")


def test_Q17_no_membership_gives_the_full_scope_at_once() -> None:
    assert after_declaration(contacted(), NO_MEMBER).scope is Scope.FULL


def test_Q17_a_known_consortium_need_not_be_named_again_but_an_unknown_one_must() -> None:
    unnamed = replace(MEMBER, consortium=" ")
    known = after_declaration(contacted(consortium="Wharfedale Consortium"), unnamed)
    assert (known.consortium, known.scope) == ("Wharfedale Consortium", Scope.CONFIRMATION_ASKED)
    assert refused(after_declaration, contacted(), unnamed) == "consortium_missing"


def test_Q17_a_declaration_needs_a_contact_and_words_and_an_open_review() -> None:
    assert refused(after_declaration, fresh_review(), MEMBER) == "not_contacted"
    assert refused(after_declaration, contacted(), replace(MEMBER, answer=" ")) == "answer_missing"
    assert refused(after_declaration, review(state=ReviewState.COMPLETE), MEMBER) == "review_complete"
    long = "x" * (TEXT_LIMIT + 1)
    assert refused(after_declaration, contacted(), replace(MEMBER, answer=long)) == "too_long"
    assert refused(after_declaration, contacted(), replace(MEMBER, consortium=long)) == "too_long"


def test_Q18_the_same_answer_after_the_confirmation_asks_nobody_again() -> None:
    confirmed = after_scope_decision(after_declaration(contacted(), MEMBER), CONFIRMED)
    assert after_declaration(confirmed, MEMBER) == confirmed
    other = after_declaration(confirmed, replace(MEMBER, consortium="Another Consortium"))
    assert (other.scope, other.scope_says) == (Scope.CONFIRMATION_ASKED, "")
    assert after_declaration(confirmed, NO_MEMBER).scope is Scope.FULL


def test_Q19_the_reduced_scope_is_in_force_only_after_the_confirmation() -> None:
    asked = after_declaration(contacted(), MEMBER)
    assert [objective.code for objective in objectives_in_scope(BTEC, asked)] != BLOCKING
    confirmed = after_scope_decision(asked, CONFIRMED)
    assert (confirmed.scope, confirmed.scope_says) == (Scope.REDUCED, "Approved in 2015.")
    assert [objective.code for objective in objectives_in_scope(BTEC, confirmed)] == BLOCKING
    assert after_scope_decision(asked, replace(CONFIRMED, reason="")).scope is Scope.REDUCED


def test_Q19_a_refusal_needs_a_reason_and_gives_the_full_scope() -> None:
    asked = after_declaration(contacted(), MEMBER)
    full = after_scope_decision(asked, REFUSED)
    assert (full.scope, full.scope_says) == (Scope.FULL, "There is no approval.")
    assert refused(after_scope_decision, asked, replace(REFUSED, reason=" ")) == "reason_missing"
    long = replace(REFUSED, reason="x" * (TEXT_LIMIT + 1))
    assert refused(after_scope_decision, asked, long) == "too_long"


@pytest.mark.parametrize("scope", [Scope.NOT_DECIDED, Scope.REDUCED, Scope.FULL])
def test_Q18_only_what_was_asked_can_be_confirmed(scope: Scope) -> None:
    assert refused(after_scope_decision, review(scope=scope), CONFIRMED) == "nothing_to_confirm"


def test_Q03_the_annual_activity_is_one_of_two() -> None:
    assert [kind.words for kind in ReviewKind] == ["Centre visit", "Desk-top review"]


@pytest.mark.parametrize("kind", list(ReviewKind))
def test_Q20_Q25_Q30_reduced_scope_judges_twenty_measures_and_four_objectives(kind: ReviewKind) -> None:
    assert list(codes_to_judge(BTEC, review(kind=kind))) == TWENTY + BLOCKING


@pytest.mark.parametrize("scope", [Scope.FULL, Scope.NOT_DECIDED, Scope.CONFIRMATION_ASKED])
def test_D10_a_visit_in_any_other_scope_judges_the_other_objectives_as_wholes(scope: Scope) -> None:
    assert list(codes_to_judge(BTEC, review(scope=scope))) == TWENTY + BLOCKING + OTHERS


@pytest.mark.parametrize("scope", list(Scope))
def test_D11_a_desk_top_review_covers_the_blocking_objectives_whatever_the_scope(scope: Scope) -> None:
    assert list(codes_to_judge(BTEC, review(kind=ReviewKind.DESK_TOP, scope=scope))) == TWENTY + BLOCKING


@pytest.mark.parametrize("kind", list(ReviewKind))
def test_Q31_in_reduced_scope_the_others_are_met_with_text_B_letter_for_letter(kind: ReviewKind) -> None:
    others = others_in_report(BTEC, review(kind=kind))
    assert [objective.code for objective, _, _ in others] == OTHERS
    assert {(words, commentary) for _, words, commentary in others} == {("meeting", BTEC.text_b)}


def test_D11_a_full_scope_centre_s_others_read_not_reviewed_from_the_desk_and_never_text_B() -> None:
    others = others_in_report(BTEC, review(kind=ReviewKind.DESK_TOP, scope=Scope.FULL))
    assert [objective.code for objective, _, _ in others] == OTHERS
    assert {(words, commentary) for _, words, commentary in others} == {("not reviewed", "")}


@pytest.mark.parametrize("scope", [Scope.FULL, Scope.NOT_DECIDED, Scope.CONFIRMATION_ASKED])
def test_Q31_a_full_visit_leaves_no_objective_out(scope: Scope) -> None:
    assert others_in_report(BTEC, review(scope=scope)) == ()


def test_Q25_a_review_counts_what_is_asked_for_and_what_stands_undisputed() -> None:
    of = review()
    found = all_met(BTEC, of)
    counted = with_counts(BTEC, of, found.values())
    assert (counted.measures, counted.judged) == (24, 24)
    rival = judgement("QO.1.1", Level.NOT_MET, id="rival")
    elsewhere = judgement("QO.2")
    withdrawn = replace(found["QO.9.5"], withdrawn="Too early.")
    few = [found["QO.1.1"], rival, elsewhere, withdrawn, found["QO.3"]]
    assert with_counts(BTEC, of, few).judged == 1


def test_states_only_go_forward() -> None:
    begun = after_work_began(contacted())
    assert begun.state is ReviewState.REVIEWING
    assert after_contact(begun, CONTACT, date(2017, 12, 1)).state is ReviewState.REVIEWING
    moved = after_date_agreed(begun, BTEC, AgreeDate("review-1", date(2017, 12, 8)))
    assert moved.state is ReviewState.REVIEWING
    complete = after_visit_report(begun, report_deed(BTEC, []))
    assert complete.state is ReviewState.COMPLETE
    assert after_work_began(complete).state is ReviewState.COMPLETE
    again = AgreeDate("review-1", date(2018, 1, 11))
    assert refused(after_date_agreed, complete, BTEC, again) == "review_complete"
    assert refused(after_scope_decision, complete, CONFIRMED) == "review_complete"


def test_a_report_gives_the_review_its_outcome_and_version() -> None:
    deed = report_deed(BTEC, [], outcome=ReviewOutcome.ACTION_REQUIRED, version=2)
    issued = after_visit_report(review(report_version=1), deed)
    assert (issued.outcome, issued.report_version) == (ReviewOutcome.ACTION_REQUIRED, 2)
    assert issued.block is Block.NONE


@pytest.mark.parametrize(
    ("before", "proposed", "after"),
    [
        (Block.NONE, True, Block.PROPOSED),
        (Block.PROPOSED, True, Block.PROPOSED),
        (Block.DECLINED, True, Block.PROPOSED),
        (Block.CONFIRMED, True, Block.CONFIRMED),
        *((block, False, Block.NONE) for block in Block),
    ],
)
def test_D9_what_a_report_does_to_a_certification_block(before: Block, proposed: bool, after: Block) -> None:
    of = review(block=before, block_says="As before.")
    issued = after_visit_report(of, report_deed(BTEC, [], propose_block=proposed))
    assert issued.block is after
    assert issued.block_says == ("As before." if after is Block.CONFIRMED else "")


def test_Q06_D9_the_quality_manager_confirms_or_declines_a_proposed_block_with_a_reason() -> None:
    proposed = review(state=ReviewState.COMPLETE, block=Block.PROPOSED)
    confirmed = after_block_decision(proposed, DecideBlock("review-1", True, "Claims are not safe."))
    assert (confirmed.block, confirmed.block_says) == (Block.CONFIRMED, "Claims are not safe.")
    declined = after_block_decision(proposed, DecideBlock("review-1", False, "Mended meanwhile."))
    assert (declined.block, declined.block_says) == (Block.DECLINED, "Mended meanwhile.")
    freed = after_block_decision(confirmed, DecideBlock("review-1", False, "Mended meanwhile."))
    assert freed.block is Block.DECLINED
    for nothing in (True, False):
        assert (
            refused(after_block_decision, proposed, DecideBlock("review-1", nothing, " ")) == "reason_missing"
        )
    long = DecideBlock("review-1", True, "x" * (TEXT_LIMIT + 1))
    assert refused(after_block_decision, proposed, long) == "too_long"
    for decided in (confirmed, declined):
        same = DecideBlock("review-1", decided.block is Block.CONFIRMED, "Once more.")
        assert refused(after_block_decision, decided, same) == "block_decided"
    assert (
        refused(after_block_decision, review(), DecideBlock("review-1", True, "Why?")) == "no_block_proposed"
    )


def test_D10_Q04_the_scope_of_another_framework_is_its_own(tmp_path: Path) -> None:
    invented = invented_framework(tmp_path)
    assert codes_to_judge(invented, review(invented)) == ("Q.1", "Q.2", "Q")
    # Measures of an objective that does not block are judged too once a framework carries them.
    full = review(invented, scope=Scope.FULL)
    assert codes_to_judge(invented, full) == ("Q.1", "Q.2", "B.1", "Q", "B", "W")
    words = [(objective.code, said) for objective, _, said in others_in_report(invented, review(invented))]
    assert words == [("B", "Nothing sails from this quay"), ("W", "Nothing sails from this quay")]
    assert task_from(invented, 2030, date(2030, 1, 7)) == date(2030, 3, 15)
