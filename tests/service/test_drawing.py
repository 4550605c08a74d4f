"""What is drawn from a claim and why, who is told, and when the records of one without a sample are updated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from app.domain.claiming import DraftLine
from app.domain.moderation import RequestState
from app.domain.sampling import ClaimedUnit, SamplingHistory, draw
from app.domain.schemes import Risk, scheme_for
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import reading, transact
from app.service.records_update import waits_for_earlier_sample
from app.service.standing import set_risk, set_sanction
from app.service.submitting import submit_claim
from tests.service.claims_ground import ASSESSOR, College, at, refused
from tests.service.ground import NOW, House


@pytest.fixture
def college(house: House) -> College:
    return College(house)


def sampling_of(college: College, request_id: str) -> dict[str, Any]:
    (row,) = college.house.rows(t.requests, t.requests.c.id == request_id)
    return dict(row.sampling)


def test_D1_worked_example_4_the_shortfall_of_the_quarter_is_drawn(college: College) -> None:
    a = college.claim(range(1, 10))
    assert len(a.picks) == 3
    b = college.submit(
        college.lines([10, 11, 12], ["601", "602", "603"])[:8] + college.lines([1, 2, 3], ["604"])
    )
    sums = sampling_of(college, b.request_id)
    assert (sums["claimed"], sums["required"], sums["fulfilled"], sums["shortfall"]) == (20, 5, 3, 2)
    assert len(b.picks) == 2


def test_D1_worked_example_4_a_small_second_claim_draws_nothing(college: College) -> None:
    college.claim(range(1, 10))
    b = college.claim([10, 11, 12])
    assert (b.state, b.picks) == (RequestState.FULFILLED, ())
    sums = sampling_of(college, b.request_id)
    assert (sums["claimed"], sums["required"], sums["shortfall"]) == (12, 3, 0)


def test_M32_D1_the_quarter_resets_at_midnight_in_london(college: College) -> None:
    college.house.clock.now = at(2026, 3, 31, 22, 59)  # 23:59 in London, summer time
    assert len(college.claim([1, 2, 3]).picks) == 3
    assert college.claim([4]).picks == ()
    college.house.clock.now = at(2026, 3, 31, 23, 0)
    spring = college.claim([5])
    assert len(spring.picks) == 1
    assert {row.quarter for row in college.house.rows(t.requests, t.requests.c.id == spring.request_id)} == {
        "2026Q2"
    }


def test_D1_each_centre_and_each_qualification_is_fulfilled_by_itself(house: House, college: College) -> None:
    college.claim(range(1, 10))
    assert len(College(house, "L").claim([1, 2, 3]).picks) == 3


def test_M25_M26_the_risk_decides_how_many_are_sampled(house: House, college: College) -> None:
    set_risk(
        house.engine,
        house.person("quality"),
        college.centre_id,
        college.qualification_id,
        Risk.HIGH,
        "New team.",
        NOW,
    )
    assert len(college.claim(range(1, 10)).picks) == 5


def test_D7_a_level_2_sanction_samples_everything(house: House, college: College) -> None:
    set_sanction(house.engine, house.person("quality"), college.centre_id, "CMI", 2, "Closer look.", NOW)
    assert len(college.claim(range(1, 8)).picks) == 7


def test_M27_D2_the_stored_seed_draws_the_same_sample_again(college: College) -> None:
    lines = college.lines(range(1, 10), ["601", "602"])
    submitted = college.submit(lines)
    (row,) = college.house.rows(t.requests, t.requests.c.id == submitted.request_id)
    assert len(row.seed) == 16
    again = draw(
        [ClaimedUnit(str(place), line.learner, line.unit, line.assessor) for place, line in enumerate(lines)],
        row.sampling["shortfall"],
        SamplingHistory({}, {}),
        row.seed,
        grades=scheme_for("CMI").attainment,
    )
    with reading(college.house.engine) as connection:
        stored = connection.execute(
            select(t.learners.c.number, t.units.c.code, t.samples.c.reason)
            .join(t.claim_lines, t.claim_lines.c.learner_id == t.learners.c.id)
            .join(t.units, t.units.c.id == t.claim_lines.c.unit_id)
            .join(t.samples, t.samples.c.claim_line_id == t.claim_lines.c.id)
            .where(t.samples.c.request_id == submitted.request_id)
            .order_by(t.samples.c.position)
        ).all()
    assert [tuple(row) for row in stored] == [
        (lines[int(pick.id)].learner, lines[int(pick.id)].unit, pick.reason) for pick in again
    ]
    other = College(college.house, "L")
    second = other.submit(other.lines(range(1, 10), ["601", "602"]))
    (theirs,) = college.house.rows(t.requests, t.requests.c.id == second.request_id)
    assert theirs.seed != row.seed


def test_D2_an_assessor_who_was_sampled_before_comes_after_a_new_one(college: College) -> None:
    college.claim([1, 2, 3])
    college.later(100)
    lines = [replace(line, assessor="Ben Assessor") for line in college.lines([4, 5])]
    second = college.submit([*lines, *college.lines([6])])
    assert len(second.picks) == 3
    rows = {
        (row.kind, row.name): row.last_on
        for row in college.house.rows(t.sampled_last, t.sampled_last.c.centre_id == college.centre_id)
    }
    assert rows == {
        ("unit", "601"): date(2026, 6, 18),
        ("assessor", ASSESSOR): date(2026, 6, 18),
        ("assessor", "Ben Assessor"): date(2026, 6, 18),
    }


def test_M28_only_sampled_learner_units_are_asked_for_evidence(college: College) -> None:
    submitted = college.claim(range(1, 10))
    samples = college.samples(submitted.request_id)
    assert len(samples) == len(submitted.picks) == college.request(submitted.request_id).samples == 3


def test_M29_M31_M37_the_mails_say_whether_moderation_is_required_and_what_is_sampled(
    college: College,
) -> None:
    first = college.claim(range(1, 10))
    assert first.state is RequestState.SAMPLE_REQUESTED
    assert college.mails(first.request_id) == {"claim_submitted", "sample_requested"}
    second = college.claim([10])
    assert college.mails(second.request_id) == {"claim_submitted"}, "it waits for the earlier sample"


def test_M30_without_a_sample_to_wait_for_the_records_are_updated_at_once(college: College) -> None:
    first = college.claim(range(1, 10))
    college.accept(first.request_id)
    second = college.claim([10])
    assert second.state is RequestState.RECORDS_UPDATED
    assert college.mails(second.request_id) == {"claim_submitted", "fulfilment_met"}
    assert college.house.count(t.achievements, t.achievements.c.request_id == second.request_id) == 1


def test_D1_records_wait_for_every_sample_of_the_quarter(college: College) -> None:
    house = college.house
    first, second = college.claim(range(1, 10)), college.claim([10])
    assert second.state is RequestState.FULFILLED
    with reading(house.engine) as connection:
        assert waits_for_earlier_sample(connection, second.request_id)
        assert not waits_for_earlier_sample(connection, first.request_id)
    assert house.count(t.achievements, t.achievements.c.request_id == second.request_id) == 0
    college.accept(first.request_id)
    assert college.state(second.request_id) is RequestState.RECORDS_UPDATED
    with reading(house.engine) as connection:
        assert not waits_for_earlier_sample(connection, second.request_id)
    device = house.device("quality")
    device.pull()
    assert device.of_kind("queue_row")[second.request_id]["state"] == "records_updated"


def test_D1_M63_a_rejected_sample_is_decided_too(college: College) -> None:
    first, second = college.claim(range(1, 10)), college.claim([10])
    college.reject(first.request_id)
    assert college.state(second.request_id) is RequestState.RECORDS_UPDATED


def test_submitting_twice_answers_the_same_and_makes_one_request(college: College) -> None:
    claim = college.save(college.lines(range(1, 10)))
    house = college.house
    answers = [submit_claim(house.engine, college.staff, claim.id, NOW) for _ in range(2)]
    assert answers[0] == answers[1]
    assert house.count(t.requests, t.requests.c.centre_id == college.centre_id) == 1


def test_numbers_are_drawn_in_order_and_a_refused_claim_uses_none(college: College) -> None:
    first = college.claim([1])
    refused(lambda: college.claim([1]))
    assert [first.number, college.claim([2]).number] == ["MR-2026-00001", "MR-2026-00002"]


def test_a_submitted_claim_is_in_the_queues_of_the_awarding_body(college: College) -> None:
    device = college.house.device("quality")
    device.pull()
    submitted = college.claim([1, 2, 3, 4])
    device.pull()
    row = device.of_kind("queue_row")[submitted.request_id]
    assert (row["number"], row["state"], row["samples"]) == (submitted.number, "sample_requested", 3)


def registered_elsewhere(college: College) -> None:
    """Another qualification with learners of the same centre."""

    def lay(connection: Connection) -> None:
        connection.execute(
            insert(t.learners).values(id="K900", number="K900", name="Late", centre_id=college.centre_id)
        )
        connection.execute(
            insert(t.registrations).values(
                id=new_id(),
                learner_id="K900",
                qualification_id=select(t.qualifications.c.id)
                .where(t.qualifications.c.code == "Q5")
                .scalar_subquery(),
                registered_on=date(2025, 9, 1),
            )
        )

    transact(college.house.engine, lay)


def test_M14_a_learner_of_the_centre_who_is_registered_for_something_else_is_not_in_the_list(
    college: College,
) -> None:
    registered_elsewhere(college)
    (fault,) = refused(lambda: college.submit([DraftLine("K900", "601", ASSESSOR)])).faults
    assert fault.field == "learner"
