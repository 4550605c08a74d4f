"""Making a claim at the portal: choosing, saving, coming back, two people at once, submitting."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import insert, update

from app.domain.claiming import DraftLine
from app.domain.moderation import RequestState
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from tests.service.claims_ground import ASSESSOR, College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.browsing import Page, Visit, begin, saved_lines


def saved(college: College, learners: Any = (1, 2), units: tuple[str, ...] = ("601",), **more: Any) -> str:
    """A saved claim; its address."""
    claim = college.save(college.lines(learners, units), **more)
    return f"/centres/{college.centre_id}/saved/{claim.id}"


def claim_id(address: str) -> str:
    return address.rpartition("/")[2]


def test_M16_what_is_added_is_saved_and_found_on_the_dashboard_after_signing_off(
    visit: Visit, college: College, house: House
) -> None:
    page = begin(visit, college)
    added = visit.send(
        page.form("/learners"),
        ("do", "add"),
        **{"learner-K001": "on", "learner-K003": "on", "unit-601": "on", "unit-602": "on"},
        assessor=ASSESSOR,
        decision="Met",
        attainment="Merit",
    )
    assert "4 lines added to the claim." in added.words
    again = visit.send(
        added.form("/learners"), ("do", "add"), **{"learner-K001": "on", "unit-603": "on"}, assessor="B"
    )
    assert "1 line added to the claim. 2 were in it already." in again.words
    visit.send(again.form("/sign-out"))
    board = visit.sign_in(college.staff.email)
    (link,) = [link for link in board.links if "/saved/" in link]
    claim = visit.get(link)
    fields = claim.form(link).fields
    assert (fields["line-1-learner"], fields["line-1-unit"], fields["line-1-attainment"]) == (
        "K001", "601", "Merit",
    )  # fmt: skip
    assert fields["line-5-unit"] == "603"
    assert house.count(t.requests, t.requests.c.centre_id == college.centre_id) == 0


def test_M21_credits_are_shown_and_recalculated_without_script_and_nothing_is_saved_by_it(
    visit: Visit, college: College, house: House
) -> None:
    first = college.claim([1, 2, 3], ("601",))
    college.accept(first.request_id)
    address = saved(college, (1,), ("602",))
    page = visit.get(address)
    assert "Learner K001 K001 18 6 12 6 to go" in page.words
    assert counted_by_script(page) == {"K001": ["601"]}, "what is on this page the script counts itself"
    form = page.form(address)
    answer = visit.send(form, ("do", "recalculate"), **{"line-1-unit": "604", "note": "kept"})
    assert "Learner K001 K001 18 6 13 5 to go" in answer.words
    assert answer.form(address).fields["note"] == "kept"
    assert answer.form(address).fields["line-1-unit"] == "604"
    gone = visit.send(form, ("do", "recalculate"), **{"line-1-remove": "on"})
    assert gone.form(address).fields["line-1-remove"] == "on"
    assert saved_lines(house, claim_id(address))[0]["unit"] == "602"


def counted_by_script(page: Page) -> dict[str, list[str]]:
    """The units that count whatever the lines on the page say, as its script finds them."""
    found = re.findall(r'data-sum="([^"]+)" data-counted="([^"]*)"', page.html)
    return {learner: json.loads(unescape(units)) for learner, units in found}


def test_M16_saving_keeps_what_was_typed_and_takes_away_what_was_ticked(
    visit: Visit, college: College, house: House
) -> None:
    address = saved(college, (1, 2, 3))
    form = visit.get(address).form(address)
    page = visit.send(
        form,
        ("do", "save"),
        **{"line-1-decision": "Merit", "line-2-remove": "on", "note": "Two\r\nlines"},
    )
    assert "Saved at 10:00. Nothing is submitted yet." in page.words
    lines = saved_lines(house, claim_id(address))
    assert [(line["learner"], line["decision"]) for line in lines] == [("K001", "Merit"), ("K003", "Met")]
    (row,) = house.rows(t.saved_claims)
    assert row.note == "Two\nlines"
    assert row.version == 2
    assert visit.get(address).form(address).fields["note"] == "Two\nlines"


def test_M16_two_people_at_once_keep_both_their_texts(visit: Visit, college: College, house: House) -> None:
    address = saved(college, (1, 2))
    form = visit.get(address).form(address)
    theirs = visit.send(form, ("do", "save"), **{"line-1-assessor": "Their Assessor", "note": "Their note"})
    assert theirs.status == 200
    mine = visit.send(form, ("do", "save"), **{"line-1-assessor": "My Assessor", "note": "My note"})
    assert mine.status == 409
    for words in ("My Assessor", "Their Assessor", "My note", "Their note", "saved elsewhere"):
        assert words in mine.words or words in mine.html
    left = mine.form(address).fields
    assert (left["line-1-assessor"], left["note"]) == ("My Assessor", "My note")
    assert "line-2-assessor" not in left, "what I left alone is not mine"
    lines = saved_lines(house, claim_id(address))
    assert lines[0]["assessor"] == "Their Assessor", "not saved over it"
    both = visit.send(mine.form(address), ("do", "save"), note="Their note. My note")
    assert both.status == 200
    lines = saved_lines(house, claim_id(address))
    assert [line["assessor"] for line in lines] == ["My Assessor", ASSESSOR]
    assert house.rows(t.saved_claims)[0].note == "Their note. My note"


def test_M16_a_conflict_changes_my_line_in_theirs_and_brings_back_nothing_they_removed(
    visit: Visit, college: College, house: House
) -> None:
    address = saved(college, (1, 2, 3))
    form = visit.get(address).form(address)
    visit.send(form, ("do", "save"), **{"line-2-remove": "on"})
    mine = visit.send(form, ("do", "submit"), **{"line-3-unit": "603"})
    assert mine.status == 409
    visit.send(mine.form(address), ("do", "save"))
    lines = [(line["learner"], line["unit"]) for line in saved_lines(house, claim_id(address))]
    assert lines == [("K001", "601"), ("K003", "603")], (
        "the unit was changed, and not claimed beside the old one"
    )


def test_a_long_claim_comes_in_pages_and_turning_one_saves(
    visit: Visit, college: College, house: House
) -> None:
    address = saved(college, (*range(1, 13), 1), ("601", "602", "603", "604", "601"))
    page = visit.get(address)
    assert "Lines 1 to 50 of 65" in page.words
    second = visit.send(page.form(address), ("do", "page:2"), **{"line-50-decision": "Changed"})
    assert "line-51-unit" in second.ids
    assert "line-50-unit" not in second.ids
    counted = counted_by_script(second)
    assert counted["K001"] == ["601", "602", "603", "604"], "from the first page"
    assert counted["K012"] == [], "all on this page"
    visit.send(second.form(address), ("do", "save"), **{"line-60-remove": "on"})
    lines = saved_lines(house, claim_id(address))
    assert len(lines) == 64
    assert lines[49]["decision"] == "Changed"


def test_M20_faults_stand_next_to_their_fields_and_the_summary_leads_there(
    visit: Visit, college: College
) -> None:
    lines = [*college.lines((1,)), DraftLine("K777", "601", ASSESSOR), DraftLine("K002", "", "")]
    address = f"/centres/{college.centre_id}/saved/{college.save(lines).id}"
    page = visit.get(f"{address}?check=true")
    expected = {"#line-2-learner", "#line-3-unit", "#line-3-assessor"}
    assert expected <= set(page.links)
    for link in expected:
        assert link.removeprefix("#") in page.ids
        assert f'aria-describedby="{link.removeprefix("#")}-fault"' in page.html
        assert f"{link.removeprefix('#')}-fault" in page.ids
    assert page.title.startswith("Problem: ")
    refused = visit.send(visit.get(address).form(address), ("do", "submit"))
    assert refused.status == 422
    assert expected <= set(refused.links)
    assert "was not submitted" in refused.words


def test_M20_a_fault_on_another_page_is_led_to(visit: Visit, college: College) -> None:
    lines = [*college.lines(range(1, 13), ("601", "602", "603", "604")), *college.lines((1, 2), ("601",))]
    lines.append(DraftLine("K003", "999", ASSESSOR))
    address = f"/centres/{college.centre_id}/saved/{college.save(lines).id}"
    page = visit.get(f"{address}?check=true")
    (link,) = [link for link in page.links if link.endswith("#line-51-unit")]
    assert "line-51-unit-fault" in visit.get(link).ids


def test_M22_M23_double_claims_are_named_and_nothing_is_submitted(
    visit: Visit, college: College, house: House
) -> None:
    held = college.claim((1, 2, 3))
    address = saved(college, (1, 4))
    refused = visit.send(visit.get(address).form(address), ("do", "submit"))
    assert refused.status == 422
    number = college.request(held.request_id).number
    assert "#line-1-unit" in refused.links
    assert f"in request {number}" in refused.words
    assert "#line-2-unit" not in refused.links
    assert house.count(t.saved_claims) == 1
    checked = visit.get(f"{address}?check=true")
    assert f"claimed already, in request {number}" in checked.words
    college.reject(held.request_id)
    returned = visit.send(visit.get(address).form(address), ("do", "submit"))
    assert "only there, by re-submitting it" in returned.words


def test_M17_M27_submitting_opens_the_claim_with_its_sample_and_reasons(
    visit: Visit, college: College
) -> None:
    address = saved(college, (1, 2, 3, 4), note="For the moderator")
    page = visit.send(visit.get(address).form(address), ("do", "submit"))
    assert page.path == f"/centres/{college.centre_id}/claims/{claim_id(address)}"
    assert "Submitted. 3 learner-units were chosen as a sample." in page.words
    assert "Why this learner?" in page.words
    assert "For the moderator" in page.words, "M-49"
    assert "Waiting for your evidence" in page.words
    assert f"{page.path}/evidence" in page.links
    assert visit.get(address).path == page.path, "the saved claim's address leads on"
    assert college.state(claim_id(address)) is RequestState.SAMPLE_REQUESTED


def test_M18_stopped_claims_are_told_and_can_still_be_saved(
    visit: Visit, college: College, house: House
) -> None:
    restrict(house, college, "malpractice")
    page = visit.get(f"/centres/{college.centre_id}/claims/new")
    assert "on hold for now" in page.words
    assert "malpractice" not in page.html.lower(), "D-5"
    board = visit.get(f"/centres/{college.centre_id}")
    assert "on hold for now" in board.words
    assert "malpractice" not in board.html.lower(), "D-5"
    address = saved(college, (1,))
    refused = visit.send(visit.get(address).form(address), ("do", "submit"), note="kept")
    assert refused.status == 422
    assert refused.form(address).fields["note"] == "kept"
    assert "malpractice" not in refused.html.lower()
    assert house.rows(t.saved_claims)[0].note == "kept", "M-66: drafts may be saved"


def restrict(house: House, college: College, kind: str) -> None:
    def add(connection: Any) -> None:
        connection.execute(
            insert(t.restrictions).values(
                id=new_id(),
                centre_id=college.centre_id,
                awarding_body="CMI",
                kind=kind,
                reason="Because of suspected malpractice",
                began_at=house.clock(),
            )
        )

    transact(house.engine, add)


def test_a_saved_claim_is_thrown_away_only_after_asking(visit: Visit, college: College, house: House) -> None:
    address = saved(college)
    page = visit.get(f"{address}/discard")
    assert house.count(t.saved_claims) == 1
    assert visit.send(page.form("/discard")).path == f"/centres/{college.centre_id}"
    assert house.count(t.saved_claims) == 0
    assert visit.get(address).status == 404


@NOT_OF_THE_DATABASE
def test_M03_a_saved_claim_of_another_centre_is_not_there(
    visit: Visit, college: College, house: House
) -> None:
    other = College(house, "L")
    foreign = saved(other)
    assert visit.get(foreign).status == 403
    mine = f"/centres/{college.centre_id}/saved/{claim_id(foreign)}"
    for way in ("", "/learners", "/csv", "/discard", "/lines.csv", "/template.csv", "/learners.csv"):
        assert visit.get(mine + way).status == 404, way


@NOT_OF_THE_DATABASE
def test_M03_a_role_without_claims_sees_no_way_to_them(visit: Visit, college: College, house: House) -> None:
    address = saved(college)
    transact(
        house.engine,
        lambda c: c.execute(
            update(t.grants).where(t.grants.c.person_id == college.staff.id).values(role="programme_director")
        ),
    )
    board = visit.get(f"/centres/{college.centre_id}")
    assert board.status == 200
    assert not [link for link in board.links if link.endswith("/claims/new")]
    assert visit.get(address).status == 403
    assert visit.get(f"/centres/{college.centre_id}/claims/new").status == 403


@pytest.mark.parametrize("do", ["recalculate", "save", "submit"])
@pytest.mark.parametrize("field", ["learner", "assessor"])
def test_the_one_character_that_no_database_keeps_is_told_and_nothing_is_lost(
    visit: Visit, college: College, house: House, field: str, do: str
) -> None:
    address = f"/centres/{college.centre_id}/saved/{college.save([DraftLine('', '601', 'Ann')]).id}"
    page = visit.send(
        visit.get(address).form(address), ("do", do), **{f"line-1-{field}": "a\x00b", "note": "kept"}
    )
    assert page.status == (200 if do == "recalculate" else 422)
    assert page.form(address).fields["note"] == "kept"
    assert house.rows(t.saved_claims)[0].version == 1
