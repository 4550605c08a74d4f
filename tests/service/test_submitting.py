"""Submitting claims: what is taken, and what is refused and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.claiming import DraftLine
from app.domain.errors import KnownError
from app.domain.moderation import RequestState
from app.domain.restrictions import RestrictionKind
from app.domain.schemes import scheme_for
from app.service import tables as t
from app.service.database import transact
from app.service.standing import set_restriction, set_sanction
from tests.service.claims_ground import ASSESSOR, College, refused
from tests.service.ground import NOW, House


@pytest.fixture
def college(house: House) -> College:
    return College(house)


def test_M12_M14_a_learner_who_is_not_registered_for_it_cannot_be_claimed(
    house: House, college: College
) -> None:
    other = College(house, "L")
    lines = (*college.lines([1]), DraftLine("L001", "601", ASSESSOR), DraftLine("K999", "601", ASSESSOR))
    error = refused(lambda: college.submit(lines))
    assert [(fault.line, fault.field) for fault in error.faults] == [(2, "learner"), (3, "learner")]
    for fault in error.faults:
        assert "registered for another qualification, or is not registered at all" in fault.says
    assert scheme_for("CMI").contact.remit.words in error.do
    assert house.count(t.learners) == 9 + len(college.learners) + len(other.learners), (
        "nobody is registered here"
    )
    assert college.taken() == other.taken() == 0


def test_M20_every_wrong_field_is_named_and_nothing_is_taken(college: College) -> None:
    lines = (
        DraftLine("K001", "999", ASSESSOR),
        DraftLine("", "601", ""),
        DraftLine("K002", "601", ASSESSOR),
        DraftLine("K002", "601", ASSESSOR),
    )
    error = refused(lambda: college.submit(lines))
    assert [(fault.line, fault.field) for fault in error.faults] == [
        (1, "unit"),
        (2, "learner"),
        (2, "assessor"),
        (4, "unit"),
    ]
    assert "line 3" in error.faults[-1].says


def test_a_claim_without_lines_or_without_a_qualification_is_refused(college: College) -> None:
    assert refused(lambda: college.submit(())).code == "claim_empty"
    error = refused(lambda: college.submit(college.lines([1]), qualification_id=""))
    assert error.code == "qualification_missing"


@pytest.mark.parametrize(
    "change",
    [
        {"withdrawn_on": date(2026, 3, 10)},
        {"approved_on": date(2026, 3, 11)},
    ],
)
def test_M13_only_what_is_on_the_remit_can_be_claimed(college: College, change: dict[str, Any]) -> None:
    of_college = t.remits.c.centre_id == college.centre_id
    transact(college.house.engine, lambda c: c.execute(update(t.remits).where(of_college).values(change)))
    error = refused(lambda: college.claim([1]))
    assert error.code == "not_on_remit"
    assert "Partner Services" in error.do
    assert "Quality Manager" in error.do


@pytest.mark.parametrize(
    ("partner_type", "opens"),
    [("direct_delivery", date(2021, 11, 1)), ("dual_accredited", date(2021, 11, 29))],
)
def test_M07_M08_a_centre_claims_from_its_access_date_on_and_not_before(
    college: College, partner_type: str, opens: date
) -> None:
    house = college.house
    transact(
        house.engine,
        lambda c: c.execute(
            update(t.centres).where(t.centres.c.id == college.centre_id).values(partner_type=partner_type)
        ),
    )
    # The last minute before the day, in London.
    midnight = datetime.combine(opens, time(), UTC)  # London keeps UTC in November
    house.clock.now = midnight - timedelta(minutes=1)
    with pytest.raises(KnownError) as refusal:
        college.claim([1])
    assert refusal.value.code == "not_open_yet"
    assert house.count(t.saved_claims) == 0
    house.clock.now = midnight
    assert college.claim([1]).number.startswith("MR-2021-")


def test_M18_M71_a_sanction_stops_claims_and_drafts_are_still_saved(house: House, college: College) -> None:
    set_sanction(house.engine, house.person("quality"), college.centre_id, "CMI", 3, "It must be.", NOW)
    error = refused(lambda: college.claim([1]))
    assert error.code == "claims_stopped"
    assert [stop.level for stop in error.stops] == [3]
    assert house.count(t.saved_claims) == 1
    assert house.count(t.requests, t.requests.c.centre_id == college.centre_id) == 0


def test_M18_M70_past_issues_stop_claims(house: House, college: College) -> None:
    set_restriction(
        house.engine,
        house.person("quality"),
        college.centre_id,
        "CMI",
        RestrictionKind.PAST_ISSUES,
        "Looked into.",
        NOW,
    )
    assert refused(lambda: college.claim([1])).code == "claims_stopped"


def test_M22_the_same_learner_unit_is_claimed_once_and_the_refusal_names_who_holds_it(
    college: College,
) -> None:
    first = college.claim([1, 2])
    error = refused(lambda: college.submit((*college.lines([3, 2]), *college.lines([1], ["602"]))))
    assert [(fault.line, fault.field) for fault in error.faults] == [(2, "unit")]
    assert "Learner K002, unit 601 is claimed already" in error.faults[0].says
    assert first.number in error.faults[0].says
    assert college.taken() == 2, "a refused claim takes nothing"
    assert college.house.count(t.requests, t.requests.c.centre_id == college.centre_id) == 1


@pytest.mark.parametrize("outcome", ["accepted", "returned"])
def test_M22_M23_also_when_it_was_decided(college: College, outcome: str) -> None:
    first = college.claim([1, 2, 3])
    if outcome == "accepted":
        college.accept(first.request_id)
    else:
        college.reject(first.request_id)
    (fault,) = refused(lambda: college.claim([1])).faults
    assert first.number in fault.says
    assert ("presented again only there" in fault.says) == (outcome == "returned")


def test_M24_claims_are_made_before_and_after_fulfilment_is_met(college: College) -> None:
    first = college.claim(range(1, 10))
    assert len(first.picks) == 3
    assert college.claim([10]).state is RequestState.FULFILLED
    assert college.claim([11]).state is RequestState.FULFILLED


def test_M63_a_returned_claim_stops_no_other(college: College) -> None:
    college.reject(college.claim([1, 2, 3]).request_id)
    assert college.claim([4]).number
