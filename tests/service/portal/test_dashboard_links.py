"""Where a link of an e-mail leads a moderator, and what the dashboard says of a claim that is over."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from app.domain.moderation import RequestState
from app.service import tables as t
from app.service.accounts import take_roles
from app.service.database import transact
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.browsing import Visit, board, claim

NOT_THERE = "There is no such claim, or none at your centres."


def test_M37_a_link_tells_the_assigned_moderator_where_the_claim_is_opened(
    stranger: Visit, college: College
) -> None:
    made = college.claim((1, 2, 3))
    college.bring_evidence(made.request_id)
    form = stranger.get(f"/claims/{made.request_id}")
    page = stranger.sign_in("morgan@people.invalid", form)
    assert (page.status, page.path) == (200, f"/claims/{made.request_id}")
    assert f"<h1>Claim {made.number}</h1>" in page.html
    assert "Stage In moderation Due 10 April 2026" in page.words
    assert "Open it in the Touchstone desktop." in page.words
    assert "Learner K0" not in page.html
    assert college.staff.name not in page.html


@pytest.mark.parametrize("name", ["jules", "staff"])
@NOT_OF_THE_DATABASE
def test_M37_M03_nobody_else_learns_of_the_claim_by_its_link(
    stranger: Visit, college: College, name: str
) -> None:
    made = college.claim((1, 2, 3))
    college.bring_evidence(made.request_id)
    stranger.sign_in(f"{name}@people.invalid")
    page = stranger.get(f"/claims/{made.request_id}")
    assert page.status == 404
    assert NOT_THERE in page.words
    assert made.number not in page.html
    assert page.words == stranger.get("/claims/none").words, "as if it did not exist"


@NOT_OF_THE_DATABASE
def test_M37_whoever_is_assigned_no_longer_or_is_no_moderator_any_more_learns_nothing(
    stranger: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    stranger.sign_in("morgan@people.invalid")
    assert stranger.get(f"/claims/{made.request_id}").status == 404, "nobody's yet"
    college.bring_evidence(made.request_id)
    assert stranger.get(f"/claims/{made.request_id}").status == 200
    morgan = house.person("morgan")
    take_roles(house.engine, morgan.email, morgan.grants)
    transact(
        house.engine,
        lambda c: c.execute(
            update(t.requests).where(t.requests.c.id == made.request_id).values(moderator_id=morgan.id)
        ),
    )
    assert stranger.get(f"/claims/{made.request_id}").status == 404


@NOT_OF_THE_DATABASE
def test_M61_M62_after_its_last_day_no_days_are_counted_below_none(
    visit: Visit, college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    college.reject(made.request_id)
    assert college.request(made.request_id).last_day_on == date(2026, 7, 8)
    assert "Re-submit by 8 July 2026, 120 days left" in visit.get(board(college)).words
    college.later(120)
    visit.sign_in_again(college.staff.email)
    assert "Re-submit by 8 July 2026, today" in visit.get(board(college)).words
    college.later(1)
    visit.sign_in_again(college.staff.email)
    for address in (board(college), claim(college, made.request_id)):
        page = visit.get(address)
        assert "Its last day was 8 July 2026" in page.words
        assert "-1" not in page.words
        assert "left" not in page.words


@pytest.mark.parametrize(
    ("state", "told"),
    [(RequestState.RECORDS_UPDATED, True), (RequestState.ARCHIVED, False), (RequestState.REFUSED, False)],
)
@NOT_OF_THE_DATABASE
def test_M57_certificates_are_on_hold_only_where_some_may_still_come(
    visit: Visit, college: College, house: House, state: RequestState, told: bool
) -> None:
    made = college.claim((1, 2, 3))
    transact(
        house.engine,
        lambda c: c.execute(
            update(t.requests)
            .where(t.requests.c.id == made.request_id)
            .values(state=state.value, certification_hold=True)
        ),
    )
    assert ("Certificates on hold" in visit.get(claim(college, made.request_id)).words) is told
