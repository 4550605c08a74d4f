"""What may be judged and reported, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.acts import LogCentreContact, RecordJudgement, SubmitReport, WithdrawJudgement
from app.domain.errors import KnownError
from app.domain.judging import (
    NOTE_LIMIT,
    after_judgement,
    after_report,
    check_contact,
    check_judgement,
    check_report,
    check_withdrawal,
    missing_for_report,
    propose_outcome,
)
from app.domain.life import after_records_updated
from app.domain.moderation import (
    HOLDABLE,
    ActionForCentre,
    Decision,
    Judgement,
    Outcome,
    RequestState,
    certification_stopped,
    current_judgements,
    learner_standings,
    learners_on_hold,
    proposed_outcome,
)
from tests.support.records import judgement, rejecting, request, sample

decisions = st.sampled_from(list(Decision))
TODAY = date(2026, 3, 4)


def deed(decision: Decision, rationale: str = "", *actions: str) -> RecordJudgement:
    return RecordJudgement(
        "request-1", "sample-1", decision, rationale, tuple(ActionForCentre(text) for text in actions)
    )


def code(error: pytest.ExceptionInfo[KnownError]) -> str:
    return error.value.code


@given(decisions, st.sampled_from(["", "  ", "Because."]), st.sampled_from(["", " ", "Re-mark."]))
def test_D12_what_a_decision_needs(decision: Decision, rationale: str, action: str) -> None:
    complete = (not decision.needs_rationale or rationale.strip()) and (
        not decision.needs_action or action.strip()
    )
    if complete:
        check_judgement(request(), deed(decision, rationale, action))
    else:
        with pytest.raises(KnownError):
            check_judgement(request(), deed(decision, rationale, action))


@given(st.sampled_from([s for s in RequestState if s is not RequestState.IN_MODERATION]))
def test_a_judgement_needs_a_request_in_moderation(state: RequestState) -> None:
    with pytest.raises(KnownError) as error:
        check_judgement(request(state=state), deed(Decision.AGREED))
    assert code(error) in {"on_hold", "moderation_over", "not_in_moderation"}


def test_a_text_that_is_too_long_is_refused_in_words() -> None:
    with pytest.raises(KnownError) as error:
        check_judgement(request(), deed(Decision.AGREED, "x" * (NOTE_LIMIT + 1)))
    assert "20,000" in error.value.says


@given(st.sampled_from(sorted(HOLDABLE)))
def test_M64_a_suspicion_holds_the_request_at_once(state: RequestState) -> None:
    held = after_judgement(request(state=state), Decision.SUSPECTED_MALPRACTICE, date(2026, 3, 4))
    assert held.state is RequestState.ON_HOLD
    assert held.held_on == date(2026, 3, 4)


@given(st.sampled_from([d for d in Decision if d is not Decision.SUSPECTED_MALPRACTICE]))
def test_M64_no_other_decision_holds_the_request(decision: Decision) -> None:
    before = request()
    assert after_judgement(before, decision, date(2026, 3, 4)) == before


def test_M65_all_learners_of_a_held_request_are_on_hold() -> None:
    held = after_judgement(request(), Decision.SUSPECTED_MALPRACTICE, date(2026, 3, 4))
    assert learners_on_hold(held.state)
    assert certification_stopped(held)
    assert not learners_on_hold(request().state)


@given(st.lists(decisions, min_size=1, max_size=12))
def test_D12_all_agreed_proposes_accepted_else_rejected(found: list[Decision]) -> None:
    expected = Outcome.ACCEPTED if all(d is Decision.AGREED for d in found) else Outcome.REJECTED
    assert proposed_outcome(found) is expected


def test_M55_no_outcome_is_proposed_until_every_sample_is_judged() -> None:
    samples = [sample(1), sample(2)]
    assert propose_outcome(samples, {"sample-1": judgement()}) is None
    both = {"sample-1": judgement(), "sample-2": judgement("act-2", "sample-2")}
    assert propose_outcome(samples, both) is Outcome.ACCEPTED
    assert proposed_outcome([]) is None


@given(st.lists(decisions, min_size=1, max_size=8))
def test_M56_learner_outcomes_stand_apart_from_the_batch(found: list[Decision]) -> None:
    samples = [sample(i + 1) for i in range(len(found))]
    current = {
        s.id: judgement(f"a{s.position}", s.id, decision=d) for s, d in zip(samples, found, strict=True)
    }
    standings = learner_standings(samples, current)
    assert [entry.satisfactory for entry in standings] == [d is Decision.AGREED for d in found]


def test_M57_D3_one_unsatisfactory_learner_holds_the_whole_request() -> None:
    rejected = after_report(request(), Outcome.REJECTED, TODAY)
    assert rejected.state is RequestState.RETURNED_TO_CENTRE
    assert rejected.certification_hold
    assert certification_stopped(rejected)


def test_M58_acceptance_lifts_the_batch_hold_and_the_records_are_updated() -> None:
    accepted = after_report(request(certification_hold=True), Outcome.ACCEPTED, TODAY)
    assert (accepted.state, accepted.certification_hold) == (RequestState.ACCEPTED, False)
    assert after_records_updated(accepted).state is RequestState.RECORDS_UPDATED


def test_M59_a_rejection_without_an_action_cannot_be_completed() -> None:
    samples = [sample(1)]
    without = missing_for_report(request(), samples, [rejecting(action="")], Outcome.REJECTED)
    assert [item.code for item in without] == ["no_action"]
    assert missing_for_report(request(), samples, [rejecting()], Outcome.REJECTED) == ()


def test_M55_acceptance_needs_every_sample_agreed() -> None:
    missing = missing_for_report(request(), [sample(1)], [rejecting()], Outcome.ACCEPTED)
    assert [item.code for item in missing] == ["accepted_with_doubt"]


def test_missing_names_each_unjudged_and_disputed_sample_in_order() -> None:
    samples = [sample(1), sample(2), sample(3)]
    found = [judgement("a", "sample-1"), judgement("b", "sample-3"), judgement("c", "sample-3")]
    missing = missing_for_report(request(), samples, found, None)
    assert [(item.code, item.sample_id) for item in missing] == [
        ("not_judged", "sample-2"),
        ("disputed", "sample-3"),
        ("no_outcome", ""),
    ]


@given(st.sampled_from(list(Outcome)))
def test_D5_a_suspicion_that_stands_keeps_the_report_until_its_sample_is_judged_anew(
    outcome: Outcome,
) -> None:
    samples = [sample(1), sample(2)]
    suspicion = replace(
        rejecting("a1", "sample-1", "Send it."), decision=Decision.SUSPECTED_MALPRACTICE, rationale="Alike."
    )
    agreed = judgement("a2", "sample-2")
    missing = missing_for_report(request(), samples, [suspicion, agreed], outcome)
    assert (missing[0].code, missing[0].sample_id, missing[0].field) == (
        "suspicion_stands",
        "sample-1",
        "decision",
    )
    assert missing[0].says == "Sample 1 still carries a suspicion; judge it anew."
    with pytest.raises(KnownError) as error:
        check_report(
            request(),
            samples,
            [suspicion, agreed],
            SubmitReport("request-1", outcome, "", ("a1", "a2"), b"", ""),
        )
    assert code(error) == "suspicion_stands"
    anew = replace(rejecting("a3", "sample-1", "Re-mark."), supersedes=("a1",))
    assert missing_for_report(request(), samples, [suspicion, agreed, anew], Outcome.REJECTED) == ()


def test_a_report_must_state_exactly_what_stands() -> None:
    samples = [sample(1)]
    first = judgement("a", "sample-1")
    second = judgement("b", "sample-1", supersedes=("a",))
    stale = SubmitReport("request-1", Outcome.ACCEPTED, "", ("a",), b"%PDF", "")
    with pytest.raises(KnownError) as error:
        check_report(request(), samples, [first, second], stale)
    assert code(error) == "report_outdated"
    fresh = SubmitReport("request-1", Outcome.ACCEPTED, "", ("b",), b"%PDF", "")
    check_report(request(), samples, [first, second], fresh)
    assert [j.id for j in current_judgements([first, second])] == ["b"]


def test_a_report_waits_while_the_request_is_on_hold() -> None:
    missing = missing_for_report(
        request(state=RequestState.ON_HOLD), [sample(1)], [judgement()], Outcome.ACCEPTED
    )
    assert missing[0].code == "on_hold"


@st.composite
def chains(draw: st.DrawFn) -> list[Judgement]:
    """Judgements of one sample, each superseding at most one earlier one, some withdrawn."""
    made: list[Judgement] = []
    for index in range(draw(st.integers(0, 7))):
        earlier = draw(st.sampled_from(["", *(j.id for j in made)]))
        made.append(
            judgement(
                f"act-{index}",
                supersedes=(earlier,) if earlier else (),
                withdrawn="a slip" if draw(st.booleans()) else "",
            )
        )
    return made


@given(chains())
def test_facts_are_added_never_overwritten(made: list[Judgement]) -> None:
    current = current_judgements(made)
    replaced = {identifier for j in made for identifier in j.supersedes}
    for j in made:
        assert (j in current) == (not j.withdrawn and j.id not in replaced)


@pytest.mark.parametrize(
    ("found", "author", "reason", "expected"),
    [
        (None, "person-1", "a slip", "judgement_unknown"),
        (judgement(), "person-2", "a slip", "not_your_judgement"),
        (judgement(), "person-1", "  ", "reason_missing"),
        (judgement(decision=Decision.SUSPECTED_MALPRACTICE), "person-1", "a slip", "suspicion_stays"),
    ],
)
def test_what_cannot_be_taken_back(found: Judgement | None, author: str, reason: str, expected: str) -> None:
    with pytest.raises(KnownError) as error:
        check_withdrawal(
            request(), found, WithdrawJudgement("request-1", "sample-1", "act-1", reason), author
        )
    assert code(error) == expected


def test_M54_a_logged_contact_says_with_whom_how_and_what_about() -> None:
    check_contact(LogCentreContact("request-1", "Programme Director", "telephone", "Asked for the brief."))
    with pytest.raises(KnownError) as error:
        check_contact(LogCentreContact("request-1", "Programme Director", "telephone", " "))
    assert code(error) == "contact_incomplete"
