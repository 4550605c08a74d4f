"""Claims at the same moment: no learner-unit is taken twice, no claim is lost, no quarter drawn from twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.domain.claiming import SavedClaim
from app.domain.errors import KnownError
from app.domain.moderation import Decision, Outcome, RequestState
from app.service import tables as t
from app.service.submitting import ClaimRefused, Submitted, submit_claim
from app.service.tick import tick
from tests.service.claims_ground import College
from tests.service.ground import House

ON_POSTGRES = pytest.mark.parametrize(
    "backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
CENTRES = 50
AT_ONCE = 25


def submit_together(house: House, claims: list[tuple[College, SavedClaim]]) -> list[Submitted | KnownError]:
    """Submits every claim from a thread of its own, as many at once as the service has connections for."""
    together = Barrier(min(AT_ONCE, len(claims)))

    def submit(place: int) -> Submitted | KnownError:
        college, claim = claims[place]
        if place < together.parties:
            together.wait(60)
        try:
            return submit_claim(house.engine, college.staff, claim.id, house.clock())
        except KnownError as refusal:
            return refusal

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(submit, range(len(claims))))


@ON_POSTGRES
def test_M22_D1_fifty_centres_claim_at_once_and_nothing_is_taken_twice_or_lost(house: House) -> None:
    """Each centre submits three claims at the same moment; two of them name some of the same learner-units."""
    colleges = [College(house, f"N{place:02}", learners=9) for place in range(CENTRES)]
    claims = [
        (college, college.save(college.lines(learners)))
        for learners in ((1, 2, 3, 4), (3, 4, 5, 6), (7, 8, 9))
        for college in colleges
    ]
    answers = submit_together(house, claims)
    taken = [answer for answer in answers if isinstance(answer, Submitted)]
    refused = [answer for answer in answers if isinstance(answer, ClaimRefused)]
    assert len(taken) + len(refused) == len(claims), answers
    assert (len(taken), len(refused)) == (2 * CENTRES, CENTRES)
    assert {refusal.code for refusal in refused} == {"claimed_already"}
    assert {len(refusal.faults) for refusal in refused} == {2}
    # What was answered is what is there: no claim lost, none there that was refused.
    own = {college.centre_id for college in colleges}
    requests = [row for row in house.rows(t.requests) if row.centre_id in own]
    assert {row.id for row in requests} == {answer.request_id for answer in taken}
    assert len({row.number for row in requests}) == len(requests)
    assert house.count(t.saved_claims) == CENTRES, "refused ones stay saved"
    lines = Counter(
        (row.learner_id, row.unit_id) for row in house.rows(t.claim_lines) if row.learner_id[0] == "N"
    )
    assert set(lines.values()) == {1}
    assert len(lines) == 7 * CENTRES == sum(college.taken() for college in colleges)
    # And each quarter was drawn from once: 25 % of 7, at least 3.
    drawn = Counter[str]()
    for row in requests:
        drawn[row.centre_id] += row._mapping["samples"]
    assert set(drawn.values()) == {3}
    device = house.device("quality")
    device.pull()
    assert {row.id for row in requests} <= set(device.of_kind("queue_row"))


@ON_POSTGRES
def test_M16_one_claim_submitted_from_many_browsers_at_once_is_one_request(house: House) -> None:
    college = College(house)
    claim = college.save(college.lines([1, 2, 3, 4]))
    answers = submit_together(house, [(college, claim)] * 8)
    assert len({answer.number for answer in answers if isinstance(answer, Submitted)}) == 1
    assert not [answer for answer in answers if isinstance(answer, KnownError)]
    assert house.count(t.requests, t.requests.c.centre_id == college.centre_id) == 1


@ON_POSTGRES
def test_M66_a_claim_beside_a_suspicion_is_stopped_or_belongs_to_the_inquiry(house: House) -> None:
    colleges = [College(house, f"S{place}", learners=8) for place in range(8)]
    suspected = {}
    for college in colleges:
        suspected[college.name] = college.claim(range(1, 5)).request_id
        college.bring_evidence(suspected[college.name])
    claims = [college.save(college.lines([5, 6])) for college in colleges]
    together = Barrier(2 * len(colleges))

    def suspect(college: College) -> None:
        sample = college.samples(suspected[college.name])[0]
        deed = house.judgement(
            1,
            Decision.SUSPECTED_MALPRACTICE,
            request_id=suspected[college.name],
            sample_id=sample,
        )
        act = house.act(deed)
        together.wait(60)
        assert [outcome.outcome for outcome in house.push(act)] == ["applied"]

    def submit(college: College, claim: SavedClaim) -> str:
        together.wait(60)
        try:
            return submit_claim(house.engine, college.staff, claim.id, house.clock()).state.value
        except ClaimRefused as refusal:
            return refusal.code

    with ThreadPoolExecutor(2 * len(colleges)) as pool:
        suspecting = [pool.submit(suspect, college) for college in colleges]
        submitting = [
            pool.submit(submit, college, claim) for college, claim in zip(colleges, claims, strict=True)
        ]
        for item in suspecting:
            item.result()
        assert {item.result() for item in submitting} <= {"claims_stopped", "fulfilled"}
    inquired = {row.request_id for row in house.rows(t.inquiries)}
    own = {college.centre_id for college in colleges}
    assert {row.id for row in house.rows(t.requests) if row.centre_id in own} == inquired


@ON_POSTGRES
def test_D1_deciding_a_sample_while_others_claim_leaves_nothing_waiting_for_ever(house: House) -> None:
    colleges = [College(house, f"W{place}", learners=9) for place in range(8)]
    drawn = {}
    for college in colleges:
        drawn[college.name] = college.claim(range(1, 9)).request_id
        college.bring_evidence(drawn[college.name])
    judged = {college.name: college.judge(drawn[college.name]) for college in colleges}
    claims = {college.name: college.save(college.lines([9])) for college in colleges}
    together = Barrier(2 * len(colleges))

    def accept(college: College) -> None:
        together.wait(60)
        outcome = college.report(drawn[college.name], judged[college.name], Outcome.ACCEPTED)
        assert outcome == "applied"

    def submit(college: College) -> str:
        together.wait(60)
        return submit_claim(house.engine, college.staff, claims[college.name].id, house.clock()).request_id

    with ThreadPoolExecutor(2 * len(colleges)) as pool:
        accepting = [pool.submit(accept, college) for college in colleges]
        submitting = [pool.submit(submit, college) for college in colleges]
        for item in accepting:
            item.result()
        ids = [item.result() for item in submitting]
    assert {college.state(identifier) for college, identifier in zip(colleges, ids, strict=True)} == {
        RequestState.RECORDS_UPDATED
    }


@ON_POSTGRES
def test_M61_two_machines_that_tick_at_once_do_everything_once(house: House) -> None:
    college = College(house, learners=30)
    ids = [college.claim([place]).request_id for place in range(1, 4)]
    for identifier in ids:
        college.reject(identifier, Decision.NOT_AGREED)
    warned = [college.claim([place, place + 1, place + 2]).request_id for place in (10, 13, 16, 19, 22, 25)]
    for identifier in warned:
        if college.samples(identifier):
            college.bring_evidence(identifier)
    college.later(121)
    together = Barrier(4)

    def run(_: int) -> tuple[int, int]:
        together.wait(60)
        done = tick(house.engine, house.clock())
        return done.archived, done.warned

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(run, range(4)))
    again = tick(house.engine, house.clock())
    results.append((again.archived, again.warned))
    assert sum(archived for archived, _ in results) == 3
    assert sum(given for _, given in results) == house.count(t.warnings)
    archived = [row for row in house.rows(t.mails) if row.kind == "archived"]
    assert Counter(row.request_id for row in archived) == Counter(ids)
    warned_of = Counter(
        (row.request_id, row.to_address) for row in house.rows(t.mails) if row.kind == "sla_warning"
    )
    assert set(warned_of.values()) == {1}
