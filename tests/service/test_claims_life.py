"""A claim that was rejected or suspected: what holds it, and how it goes on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, update

from app.domain.clocks import moderation_due
from app.domain.errors import KnownError
from app.domain.moderation import Decision, Outcome, RequestState
from app.service import tables as t
from app.service.database import transact
from app.service.decisions import record_finding, release_batch
from app.service.submitting import ClaimRefused, resubmit, submit_claim
from app.service.tick import tick
from tests.service.claims_ground import College
from tests.service.ground import House

ALL_UNITS = ("601", "602", "603")


@pytest.fixture
def college(house: House) -> College:
    return College(house)


def finding(college: College, request_id: str, refused: frozenset[str] = frozenset()) -> None:
    """The quality manager's finding in every inquiry that is open about a request."""
    house = college.house
    learners = {row.learner_id for row in house.rows(t.claim_lines, t.claim_lines.c.request_id == request_id)}
    for row in house.rows(
        t.inquiries, t.inquiries.c.request_id == request_id, t.inquiries.c.found_at.is_(None)
    ):
        record_finding(
            house.engine,
            house.blobs,
            house.person("quality"),
            row.restriction_id,
            request_id,
            {learner: learner not in refused for learner in learners},
            "Looked into.",
            house.clock(),
        )


def test_M56_M57_D3_a_rejection_holds_the_whole_batch_and_a_release_lets_those_who_passed_go(
    college: College,
) -> None:
    claim = college.claim(range(1, 6), ALL_UNITS)
    college.reject(claim.request_id)
    assert college.certificated() == set()
    request = college.request(claim.request_id)
    assert (request.state, request.certification_hold) == (RequestState.RETURNED_TO_CENTRE, True)
    assert (request.returned_on, request.last_day_on) == (date(2026, 3, 10), date(2026, 7, 8))
    assert "outcome_rejected" in college.mails(claim.request_id)
    failed = college.sampled_learners(claim.request_id)[0]
    house = college.house
    release_batch(house.engine, house.person("quality"), claim.request_id, "Looked at all.", house.clock())
    assert college.certificated() == set(college.learners[:5]) - {failed}
    assert college.state(claim.request_id) is RequestState.RETURNED_TO_CENTRE
    college.house.clock.now += timedelta(days=1)
    resubmit(house.engine, college.staff, claim.request_id, "", house.clock())
    college.accept_in_moderation(claim.request_id)
    assert college.certificated() == set(college.learners[:5])
    assert college.state(claim.request_id) is RequestState.CERTIFICATED


def test_M57_a_learner_of_a_held_batch_is_not_certificated_by_another_claim(college: College) -> None:
    held = college.claim(range(1, 4), ("604",))
    college.reject(held.request_id)
    other = college.claim(range(1, 4), ALL_UNITS)
    assert other.state is RequestState.RECORDS_UPDATED
    assert college.certificated() == set()
    house = college.house
    release_batch(house.engine, house.person("quality"), held.request_id, "Looked at all.", house.clock())
    assert college.certificated() == set(college.learners[:3])


def test_M60_M61_the_same_claim_is_resubmitted_with_a_time_of_its_own(college: College) -> None:
    claim = college.claim(range(1, 6), ALL_UNITS)
    college.reject(claim.request_id)
    first_due = college.request(claim.request_id).due_on
    college.later(30)
    house = college.house
    due = resubmit(house.engine, college.staff, claim.request_id, "We assessed it again.", house.clock())
    request = college.request(claim.request_id)
    assert (request.number, request.state, request.due_on) == (
        claim.number,
        RequestState.IN_MODERATION,
        due,
    )
    assert due == moderation_due(date(2026, 4, 9), request.nation)
    assert request.earlier_due_on == (first_due,)
    assert (request.returned_on, request.last_day_on, request.certification_hold) == (None, None, True)
    assert "resubmitted" in college.mails(claim.request_id)
    assert house.count(t.requests, t.requests.c.centre_id == college.centre_id) == 1
    assert [row.text for row in house.rows(t.notes)] == ["We assessed it again."]
    (row,) = house.rows(t.requests, t.requests.c.id == claim.request_id)
    assert row.resubmissions == 1
    assert len(college.samples(claim.request_id)) == len(claim.picks), "no new sample: it is no new claim"
    college.accept_in_moderation(claim.request_id)
    assert college.state(claim.request_id) is RequestState.CERTIFICATED


def test_M60_only_a_returned_claim_is_resubmitted_and_only_by_its_centre(college: College) -> None:
    claim = college.claim(range(1, 6))
    house = college.house

    def code(person: object = None) -> str:
        with pytest.raises(KnownError) as refusal:
            resubmit(house.engine, person or college.staff, claim.request_id, "", house.clock())  # type: ignore[arg-type]
        return refusal.value.code

    assert code() == "not_returned"
    college.reject(claim.request_id)
    assert code(house.person("staff")) == "not_your_centre"
    assert code(house.person("morgan")) == "not_your_centre"
    with pytest.raises(KnownError) as refusal:
        resubmit(house.engine, college.staff, "no such", "", house.clock())
    assert refusal.value.code == "request_unknown"


def test_D6_a_resubmission_needs_complete_evidence(college: College) -> None:
    claim = college.claim(range(1, 6))
    college.reject(claim.request_id)
    house = college.house
    transact(
        house.engine,
        lambda c: c.execute(
            update(t.evidence)
            .where(t.evidence.c.request_id == claim.request_id, t.evidence.c.kind == "marking_sheet")
            .values(withdrawn_at=house.clock())
        ),
    )
    with pytest.raises(KnownError) as refusal:
        resubmit(house.engine, college.staff, claim.request_id, "", house.clock())
    assert refusal.value.code == "evidence_missing"
    assert college.state(claim.request_id) is RequestState.RETURNED_TO_CENTRE


def test_M18_M60_stopped_claims_do_not_stop_a_resubmission(college: College) -> None:
    first, second = college.claim(range(1, 6)), college.save(college.lines([7]))
    college.reject(first.request_id)
    house = college.house
    transact(
        house.engine,
        lambda c: c.execute(
            insert(t.sanctions).values(
                id="s", centre_id=college.centre_id, awarding_body="CMI", level=3, reason="r",
                set_at=house.clock(), from_on=date(2026, 1, 1),
            )
        ),
    )  # fmt: skip
    with pytest.raises(ClaimRefused):
        submit_claim(house.engine, college.staff, second.id, house.clock())
    resubmit(house.engine, college.staff, first.request_id, "", house.clock())
    assert college.state(first.request_id) is RequestState.IN_MODERATION


def test_M64_M65_M66_D5_a_suspicion_stops_claims_and_every_certificate_until_the_findings(
    college: College,
) -> None:
    house = college.house
    suspected = college.claim(range(1, 6), ALL_UNITS)
    moderated = college.claim([9, 10], ALL_UNITS)
    waiting = college.claim([12], ("601",))
    college.bring_evidence(suspected.request_id)
    college.bring_evidence(moderated.request_id)
    college.judge(suspected.request_id, Decision.SUSPECTED_MALPRACTICE, Decision.AGREED)
    assert college.state(suspected.request_id) is RequestState.ON_HOLD
    with pytest.raises(ClaimRefused) as refusal:
        college.claim([7])
    assert refusal.value.code == "claims_stopped"
    assert "alpractice" not in str(refusal.value)
    college.accept_in_moderation(moderated.request_id)
    assert college.state(moderated.request_id) is RequestState.ACCEPTED, (
        "it is moderated, its certificates wait"
    )
    assert college.state(waiting.request_id) is RequestState.FULFILLED
    tick(house.engine, house.clock())
    assert college.certificated() == set()
    finding(college, moderated.request_id)
    assert college.state(moderated.request_id) is RequestState.CERTIFICATED
    finding(college, waiting.request_id)
    assert college.state(waiting.request_id) is RequestState.FULFILLED, "the suspected sample is undecided"
    refused = frozenset(college.learners[:2])
    finding(college, suspected.request_id, refused)
    assert college.state(suspected.request_id) is RequestState.IN_MODERATION
    assert college.claim([7]).number, "M-66: every finding is there"
    replaced = college.judge(suspected.request_id)
    assert college.report(suspected.request_id, replaced, Outcome.ACCEPTED) == "applied"
    assert college.certificated() == {*college.learners[8:10], *college.learners[2:5]}
    assert college.state(suspected.request_id) is RequestState.CERTIFICATED, "M-69: those refused aside"
    assert college.state(waiting.request_id) is RequestState.RECORDS_UPDATED


def test_D1_refused_picks_do_not_count(college: College) -> None:
    first = college.claim(range(1, 6))
    assert len(first.picks) == 3
    college.bring_evidence(first.request_id)
    college.judge(first.request_id, Decision.SUSPECTED_MALPRACTICE)
    finding(college, first.request_id, frozenset(college.learners))
    assert college.state(first.request_id) is RequestState.REFUSED
    assert len(college.claim([6, 7, 8, 9]).picks) == 3
