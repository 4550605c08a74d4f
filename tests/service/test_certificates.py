"""How claims come to certificates, once and by themselves, and how these are dispatched."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, update

from app.domain.errors import KnownError
from app.domain.moderation import RequestState
from app.service import tables as t
from app.service.certificates import dispatch_list, mark_dispatched
from app.service.database import reading, transact
from app.service.feed import Changes, lock_requests
from app.service.records_update import settle
from app.service.tick import Ticked, tick
from tests.service.claims_ground import College
from tests.service.ground import House

ALL_UNITS = ("601", "602", "603")


@pytest.fixture
def college(house: House) -> College:
    return College(house)


def settle_once_more(college: College, *request_ids: str) -> None:
    def again(connection: Connection) -> None:
        lock_requests(connection, request_ids)
        changes = Changes()
        settle(connection, changes, request_ids, college.house.clock())
        changes.publish(connection)

    transact(college.house.engine, again)


def test_M33_M58_acceptance_updates_every_record_and_certificates_follow_by_themselves(
    college: College,
) -> None:
    claim = college.claim(range(1, 6), ALL_UNITS)
    college.accept(claim.request_id)
    assert college.state(claim.request_id) is RequestState.CERTIFICATED
    assert college.certificated() == set(college.learners[:5]), "not only those who were sampled"
    rows = college.house.rows(t.certificates)
    assert {row.credits for row in rows} == {18}
    assert [row.number for row in sorted(rows, key=lambda row: row.learner_id)] == [
        f"CERT-2026-{number:06}" for number in range(1, 6)
    ]
    assert {"outcome_accepted", "certificate_issued"} < college.mails(claim.request_id)


def test_M33_below_the_threshold_nobody_is_certificated(college: College) -> None:
    claim = college.claim(range(1, 6), ("601", "602"))
    college.accept(claim.request_id)
    assert college.state(claim.request_id) is RequestState.RECORDS_UPDATED
    assert college.certificated() == set()


def test_M33_a_claim_without_a_sample_completes_what_others_began(college: College) -> None:
    college.accept(college.claim(range(1, 6), ("601", "602")).request_id)
    second = college.claim([1, 2], ("603",))
    assert second.picks == ()
    assert college.state(second.request_id) is RequestState.CERTIFICATED
    assert college.certificated() == set(college.learners[:2])
    assert college.mails(second.request_id) == {"claim_submitted", "fulfilment_met", "certificate_issued"}


def test_M33_only_for_the_qualification_the_learner_is_registered_for(college: College) -> None:
    claim = college.claim(range(1, 4), ALL_UNITS)
    transact(
        college.house.engine,
        lambda c: c.execute(
            t.registrations.delete().where(t.registrations.c.learner_id == college.learners[0])
        ),
    )
    college.accept(claim.request_id)
    assert college.certificated() == set(college.learners[1:3])
    assert college.state(claim.request_id) is RequestState.RECORDS_UPDATED


def test_M34_over_achievement_is_certificated_once(college: College) -> None:
    first = college.claim(range(1, 4), (*ALL_UNITS, "604"))
    college.accept(first.request_id)
    assert {row.credits for row in college.house.rows(t.certificates)} == {25}
    other = College(college.house, "L", learners=4)
    college_after = college.house.count(t.certificates)
    other.accept(other.claim([1, 2, 3], ALL_UNITS).request_id)
    more = other.claim([1], ("604",))
    assert other.state(more.request_id) is RequestState.CERTIFICATED
    settle_once_more(other, more.request_id)
    settle_once_more(college, first.request_id)
    assert college.house.count(t.certificates) == college_after + 3


def test_settling_again_changes_nothing_and_tells_nobody(college: College) -> None:
    claim = college.claim(range(1, 6), ALL_UNITS)
    waiting = college.claim([6])
    college.accept(claim.request_id)
    house = college.house
    before = (house.head(), house.count(t.mails), house.count(t.certificates), house.count(t.achievements))
    college.later(1)
    settle_once_more(college, claim.request_id, waiting.request_id)
    assert tick(house.engine, house.clock()) == Ticked(0, 0, 0)
    assert (
        house.head(),
        house.count(t.mails),
        house.count(t.certificates),
        house.count(t.achievements),
    ) == before


def test_D1_the_tick_frees_a_claim_that_was_overlooked(college: College) -> None:
    house = college.house
    first, second = college.claim(range(1, 10)), college.claim([10])
    # As if whoever decided it had not come to look at the others.
    transact(
        house.engine,
        lambda c: c.execute(
            update(t.requests).where(t.requests.c.id == first.request_id).values(state="returned_to_centre")
        ),
    )
    assert tick(house.engine, house.clock()).settled == 1
    assert college.state(second.request_id) is RequestState.RECORDS_UPDATED


def test_M35_issued_certificates_are_dispatched_by_the_support_team_once(college: College) -> None:
    college.accept(college.claim(range(1, 4), ALL_UNITS).request_id)
    house = college.house
    with reading(house.engine) as connection:
        waiting = dispatch_list(connection)
    assert [entry.learner_number for entry in waiting] == list(college.learners[:3])
    assert (waiting[0].centre_number, waiting[0].qualification_code) == ("K", "CMI-K")
    support, ids = house.person("support"), [entry.id for entry in waiting[:2]]
    for name in ("staff", "morgan", "quality"):
        with pytest.raises(KnownError) as refusal:
            mark_dispatched(house.engine, house.person(name), ids, "", house.clock())
        assert refusal.value.code == "not_allowed"
    assert mark_dispatched(house.engine, support, ids, "By post.", house.clock()) == 2
    first_time = house.clock()
    college.later(1)
    assert mark_dispatched(house.engine, support, ids, "Again?", house.clock()) == 0
    with reading(house.engine) as connection:
        assert [entry.id for entry in dispatch_list(connection)] == [waiting[2].id]
        done = dispatch_list(connection, dispatched=True)
    assert {(entry.note, entry.dispatched_by, entry.dispatched_at) for entry in done} == {
        ("By post.", "Support", first_time)
    }
