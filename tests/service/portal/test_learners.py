"""The learners for a claim: of its qualification only, searched, sorted, in pages, ticked and added."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, update

from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.browsing import Visit, begin, give_password


def test_M13_only_the_remit_can_be_chosen_and_a_missing_qualification_leads_to_the_contact(
    visit: Visit, college: College, house: House
) -> None:
    other = house.rows(t.qualifications, t.qualifications.c.code == "Q5")[0]
    page = visit.get(f"/centres/{college.centre_id}/claims/new")
    assert "Diploma of K" in page.words
    assert other.title not in page.words
    assert "Partner Services team" in page.words
    assert "mailto:qualifications@managers.org.uk" in page.links
    refused = visit.send(page.form("/claims/new"), ("do", "learners"), qualification=other.id)
    assert refused.status == 422
    assert "#qualification" in refused.links
    assert house.count(t.saved_claims) == 0


def test_M14_M15_learners_of_the_qualification_are_searched_and_sorted_by_name(
    visit: Visit, college: College, house: House
) -> None:
    (wrong,) = house.rows(t.qualifications, t.qualifications.c.code == "Q5")
    names = {"K001": "Zoë Zander", "K002": "anna Abel", "K003": "Ölrun Oak", "K004": "Bo 100%"}

    def rename(connection: Any) -> None:
        for number, name in names.items():
            connection.execute(update(t.learners).where(t.learners.c.number == number).values(name=name))
        # Neither registered for something else, nor another centre's, nor registered at all.
        for number, centre, qualification in (
            ("K997", college.centre_id, wrong.id),
            ("K998", house.ground.centres["C1"], college.qualification_id),
            ("K999", college.centre_id, ""),
        ):
            connection.execute(
                insert(t.learners).values(
                    id=number, number=number, name=f"Not in the list {number}", centre_id=centre
                )
            )
            if qualification:
                connection.execute(
                    insert(t.registrations).values(
                        id=new_id(),
                        learner_id=number,
                        qualification_id=qualification,
                        registered_on=date(2025, 9, 1),
                    )
                )

    transact(house.engine, rename)
    page = begin(visit, college)
    assert page.path.endswith("/learners")
    assert page.html.index("anna Abel") < page.html.index("Bo 100%") < page.html.index("Zoë Zander")
    assert "Not in the list" not in page.words
    assert "12 learners registered" in page.words
    lists = visit.client.get(page.path.replace("/learners", "/learners.csv")).text
    assert "K012" in lists
    assert "Not in the list" not in lists
    assert "the wrong qualification was chosen" in page.words
    assert "the learner is not registered" in page.words
    assert "Partner Services team" in page.words
    turned = visit.send(page.form("/learners"), ("do", "sort:-name"))
    assert turned.html.index("Zoë Zander") < turned.html.index("anna Abel")
    for words, found in (
        ("ANNA", "K002"),
        ("zander zoë", "K001"),
        ("k004", "K004"),
        ("Ölrun", "K003"),
        ("100%", "K004"),
    ):
        answer = visit.send(page.form("/learners"), ("do", "search"), q=words)
        assert f"learner-{found}" in answer.html, words
        assert answer.html.count('name="learner-') == 1, words
    none = visit.send(page.form("/learners"), ("do", "search"), q="Nobody\x00 at all")
    assert "0 learners registered for this qualification with “Nobody" in none.words


def test_M15_a_long_list_comes_in_pages(visit: Visit, house: House) -> None:
    college = College(house, "L", learners=120)
    give_password(house, college)
    visit.send(visit.get(f"/centres/{_own(visit)}").form("/sign-out"))
    visit.sign_in(college.staff.email)
    page = begin(visit, college)
    assert "1 to 50 of 120" in page.words
    assert page.html.count('name="learner-') == 50
    ticked = {"learner-L002": "on", "unit-601": "on", "assessor": "Ann"}
    last = visit.send(visit.get(f"{page.path}?page=2").form("/learners"), ("do", "page:3"), **ticked)
    assert last.form("/learners").fields["learner-L002"] == "on", "what was ticked stays ticked"
    assert "Also ticked Learner L002 L002" in last.words
    assert "1 line added" in visit.send(last.form("/learners"), ("do", "add")).words
    last = visit.get(f"{page.path}?page=3")
    assert last.html.count('name="learner-') == 20
    assert "learner-L120" in last.html
    assert "learner-L120" in visit.get(f"{page.path}?page=99").html


def _own(visit: Visit) -> str:
    return visit.get("/").path.rpartition("/")[2]


@pytest.mark.parametrize(
    ("ticks", "fault"),
    [
        ({"unit-601": "on", "assessor": "A"}, "Tick at least one learner."),
        ({"learner-K001": "on", "assessor": "A"}, "Tick at least one unit."),
        ({"learner-K001": "on", "unit-601": "on"}, "Name the assessor."),
    ],
)
@NOT_OF_THE_DATABASE
def test_what_is_missing_when_adding_is_named_and_what_was_ticked_stays(
    visit: Visit, college: College, house: House, ticks: dict[str, str], fault: str
) -> None:
    page = begin(visit, college)
    answer = visit.send(page.form("/learners"), ("do", "add"), **ticks)
    assert answer.status == 422
    assert fault in answer.words
    for link in (link for link in answer.links if link.startswith("#") and link != "#main"):
        assert link.removeprefix("#") in answer.ids
    for name in ticks:
        if name.startswith(("learner-", "unit-")):
            assert answer.form("/learners").fields[name] == "on"
    assert [row.lines for row in house.rows(t.saved_claims)] == [[]]
