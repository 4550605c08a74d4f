"""What time alone brings about: the end of the 120 days, and warnings."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.errors import KnownError
from app.domain.moderation import RequestState
from app.service import tables as t
from app.service.decisions import release_batch
from app.service.holds import end_hold, place_hold
from app.service.submitting import ClaimRefused, resubmit
from app.service.tick import tick
from tests.service.claims_ground import College, at
from tests.service.ground import House

ALL_UNITS = ("601", "602", "603")


@pytest.fixture
def college(house: House) -> College:
    return College(house)


def test_M61_M62_D4_worked_example_5_archived_at_midnight_in_london_and_the_units_are_free(
    college: College,
) -> None:
    house = college.house
    house.clock.now = at(2026, 1, 15, 23, 30)
    claim = college.claim(range(1, 6))
    college.reject(claim.request_id)
    assert college.request(claim.request_id).last_day_on == date(2026, 5, 15)
    house.clock.now = at(2026, 5, 15, 22, 59)
    assert tick(house.engine, house.clock()).archived == 0
    house.clock.now = at(2026, 5, 15, 23, 0)
    assert tick(house.engine, house.clock()).archived == 1
    assert tick(house.engine, house.clock()).archived == 0
    assert college.state(claim.request_id) is RequestState.ARCHIVED
    assert "archived" in college.mails(claim.request_id)
    with pytest.raises(KnownError) as refusal:
        resubmit(house.engine, college.staff, claim.request_id, "", house.clock())
    assert refusal.value.code == "archived"
    again = college.claim(range(1, 6))
    assert again.request_id != claim.request_id


def test_M61_after_the_last_day_a_resubmission_is_refused_even_before_the_clock_job_ran(
    college: College,
) -> None:
    claim = college.claim(range(1, 6))
    college.reject(claim.request_id)
    college.later(121)
    house = college.house
    with pytest.raises(KnownError) as refusal:
        resubmit(house.engine, college.staff, claim.request_id, "", house.clock())
    assert refusal.value.code == "archived"


def test_D4_a_hold_freezes_the_120_days(college: College) -> None:
    claim = college.claim(range(1, 6))
    college.reject(claim.request_id)
    house = college.house
    college.later(100)
    place_hold(house.engine, claim.number, "Something must be looked into.", house.clock())
    college.later(60)
    assert tick(house.engine, house.clock()).archived == 0
    end_hold(house.engine, claim.number, house.clock(), house.blobs)
    college.later(20)
    assert tick(house.engine, house.clock()).archived == 0, "day 120 is still open"
    college.later(1)
    assert tick(house.engine, house.clock()).archived == 1


def test_M22_what_was_achieved_before_the_archive_is_not_free_again(college: College) -> None:
    claim = college.claim(range(1, 6))
    college.reject(claim.request_id)
    failed = college.sampled_learners(claim.request_id)[0]
    house = college.house
    release_batch(house.engine, house.person("quality"), claim.request_id, "Looked at all.", house.clock())
    college.later(121)
    tick(house.engine, house.clock())
    freed = {place for place in range(1, 6) if college.learners[place - 1] == failed}
    with pytest.raises(ClaimRefused) as refusal:
        college.claim(range(1, 6))
    assert len(refusal.value.faults) == 4
    assert college.claim(freed).number


def test_M57_M62_an_archived_batch_holds_its_learners_no_longer(college: College) -> None:
    held = college.claim(range(1, 4), ("604",))
    college.reject(held.request_id)
    college.claim(range(1, 4), ALL_UNITS)
    assert college.certificated() == set()
    college.later(121)
    tick(college.house.engine, college.house.clock())
    assert college.certificated() == set(college.learners[:3])


def test_M50_each_due_date_is_warned_about_once_when_near_and_once_when_over(college: College) -> None:
    house = college.house
    claim = college.claim(range(1, 6))
    college.bring_evidence(claim.request_id)  # due on 10 April 2026
    given = []
    for month, day in ((3, 31), (4, 1), (4, 2), (4, 10), (4, 10), (4, 11), (4, 13), (4, 20)):
        house.clock.now = at(2026, month, day)
        before = house.count(t.warnings, t.warnings.c.request_id == claim.request_id)
        tick(house.engine, house.clock())
        given.append(house.count(t.warnings, t.warnings.c.request_id == claim.request_id) - before)
        assert tick(house.engine, house.clock()).warned == 0
    assert given == [0, 1, 0, 0, 0, 1, 0, 0]
    rows = house.rows(t.warnings, t.warnings.c.request_id == claim.request_id)
    assert {(row.kind, row.about_on) for row in rows} == {
        ("due_soon", date(2026, 4, 10)),
        ("overdue", date(2026, 4, 10)),
    }
    assert "sla_warning" in college.mails(claim.request_id)


def test_D6_a_request_on_hold_is_not_warned_about(college: College) -> None:
    house = college.house
    claim = college.claim(range(1, 6))
    college.bring_evidence(claim.request_id)
    place_hold(house.engine, claim.number, "Something must be looked into.", house.clock())
    house.clock.now = at(2026, 4, 20)
    tick(house.engine, house.clock())
    assert house.count(t.warnings, t.warnings.c.request_id == claim.request_id) == 0
