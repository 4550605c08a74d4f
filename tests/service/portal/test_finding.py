"""Finding a claim again: the dashboard by stage, and the link of an e-mail."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import insert, update

from app.domain.moderation import RequestState
from app.domain.people import Role
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.browsing import Visit, board, claim


def set_state(house: House, request_id: str, state: RequestState, **more: Any) -> None:
    def move(connection: Any) -> None:
        connection.execute(
            update(t.requests).where(t.requests.c.id == request_id).values(state=state.value, **more)
        )

    transact(house.engine, move)


def test_M38_the_dashboard_shows_saved_ongoing_and_completed_of_the_chosen_centre_only(
    visit: Visit, college: College, house: House
) -> None:
    other = College(house, "L")
    foreign = other.claim((1, 2, 3))
    saved = college.save(college.lines((7,)))
    done = college.claim((1, 2, 3))
    college.accept(done.request_id)
    back = college.claim(range(4, 13), ("601", "602"))
    college.reject(back.request_id)
    page = visit.get(board(college))
    for heading in ("Saved, not submitted", "Ongoing", "Completed"):
        assert f">{heading}</h2>" in page.html
    assert f"{board(college)}/saved/{saved.id}" in page.links
    assert page.html.index(back.number) < page.html.index(">Completed</h2>") < page.html.index(done.number)
    assert "Returned to you" in page.words
    assert "Re-submit by 8 July 2026, 120 days left" in page.words, "M-61"
    assert "Records updated" in page.words, "M-39"
    assert foreign.number not in page.html
    assert "L College" not in page.words


def test_M38_a_claim_without_a_draw_waits_for_the_earlier_sample_in_words(
    visit: Visit, college: College
) -> None:
    college.claim(range(1, 10))
    second = college.claim((10,))
    assert second.picks == ()
    row = re.search(rf"{second.number}</a>.*?</tr>", visit.get(board(college)).html, re.DOTALL)
    assert row
    assert "Waiting for earlier sample" in row[0]
    page = visit.get(claim(college, second.request_id))
    assert "No sample was drawn from this claim." in page.words
    assert "2026" in page.words


def test_M38_each_stage_can_be_looked_at_alone_and_in_pages(
    visit: Visit, college: College, house: House
) -> None:
    for place in range(1, 13):
        college.save(college.lines((place,)))
    first = college.claim((1, 2, 3))
    page = visit.get(board(college))
    (link,) = [link for link in page.links if link.endswith("stage=sample_requested")]
    alone = visit.get(link)
    assert first.number in alone.html
    assert ">Completed</h2>" not in alone.html
    assert page.html.count("/saved/") == 10
    assert visit.get(f"{board(college)}?stage=saved").html.count("/saved/") == 12
    assert visit.get(f"{board(college)}?stage=nonsense").status == 404


@pytest.mark.parametrize("state", [state for state in RequestState if state is not RequestState.SAVED])
@NOT_OF_THE_DATABASE
def test_M38_every_state_has_its_place_on_the_dashboard_and_a_page(
    visit: Visit, college: College, house: House, state: RequestState
) -> None:
    made = college.claim((1, 2, 3))
    set_state(house, made.request_id, state)
    assert made.number in visit.get(board(college)).html
    assert made.number in visit.get(f"{board(college)}?stage={state.value}").html
    assert visit.get(claim(college, made.request_id)).status == 200


# -- the link of an e-mail -----------------------------------------------------------------------------------------


def test_M37_the_mails_link_opens_that_very_claim_after_signing_in(
    stranger: Visit, college: College, house: House
) -> None:
    college.claim((4, 5, 6))
    made = college.claim((1, 2, 3, 7, 8, 9, 10, 11, 12))
    form = stranger.get(f"/claims/{made.request_id}")
    assert "<h1>Sign in</h1>" in form.html
    page = stranger.sign_in(college.staff.email, form)
    assert page.path == claim(college, made.request_id)
    assert f"<h1>Claim {made.number}</h1>" in page.html


def test_M37_the_link_picks_the_right_one_of_several_centres(
    stranger: Visit, college: College, house: House
) -> None:
    def give(connection: Any) -> None:
        connection.execute(
            insert(t.grants).values(
                id=new_id(),
                person_id=college.staff.id,
                role=Role.CENTRE_STAFF.value,
                centre_id=house.ground.centres["C1"],
            )
        )

    transact(house.engine, give)
    made = college.claim((1, 2, 3))
    stranger.sign_in(college.staff.email)
    assert stranger.get(f"/claims/{made.request_id}").path == claim(college, made.request_id)
    assert "Oakvale College" in stranger.get(f"/claims/{house.request('R1')}").words
    saved = college.save(college.lines((5,)))
    assert stranger.get(f"/claims/{saved.id}").path == f"{board(college)}/saved/{saved.id}"


def test_M03_a_link_to_somebody_elses_claim_opens_nothing(
    visit: Visit, college: College, house: House
) -> None:
    foreign = House.request(house, "R1")
    for address in (f"/claims/{foreign}", "/claims/none", "/claims/%00", claim(college, foreign)):
        page = visit.get(address)
        assert page.status == 404, address
        assert "R1" not in page.html
