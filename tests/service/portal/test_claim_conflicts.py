"""Two people in one saved claim, one button pressed twice, and whether a claim really can be submitted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, update

from app.domain.claiming import DraftLine, SavedClaim
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from app.service.portal.claim_form import fingerprint, key_of, lay_over, read_form
from tests.service.claims_ground import ASSESSOR, College
from tests.service.ground import House
from tests.service.portal.browsing import Visit, claim, saved_lines


def saved(college: College, lines: Any) -> str:
    """A saved claim; its address."""
    return f"/centres/{college.centre_id}/saved/{college.save(lines).id}"


def pairs(house: House, address: str) -> list[tuple[str, str, str]]:
    lines = saved_lines(house, address.rpartition("/")[2])
    return [(line["learner"], line["unit"], line["assessor"]) for line in lines]


def test_M16_after_a_conflict_a_changed_unit_stays_the_same_line(
    visit: Visit, college: College, house: House
) -> None:
    address = saved(college, college.lines((1, 2, 3)))
    form = visit.get(address).form(address)
    visit.send(form, ("do", "save"), **{"line-1-assessor": "Theirs", "line-2-unit": "604"})
    mine = visit.send(form, ("do", "save"), **{"line-1-unit": "602", "line-3-unit": "603"})
    assert mine.status == 409
    assert "learner K001, unit 601, assessor Theirs" in mine.words, "beside what is saved of this very line"
    assert "not in the saved claim" not in mine.words
    visit.send(mine.form(address), ("do", "save"))
    assert pairs(house, address) == [
        ("K001", "602", ASSESSOR),
        ("K002", "604", ASSESSOR),
        ("K003", "603", ASSESSOR),
    ]


def test_M16_after_a_conflict_my_new_unit_overwrites_no_other_line_that_has_it(
    visit: Visit, college: College, house: House
) -> None:
    lines = [*college.lines((1,), ("601", "602")), DraftLine("K002", "601", "Bob")]
    address = saved(college, lines)
    form = visit.get(address).form(address)
    visit.send(form, ("do", "save"), **{"line-2-assessor": "Theirs"})
    mine = visit.send(form, ("do", "save"), **{"line-1-unit": "602"})
    visit.send(mine.form(address), ("do", "save"))
    assert pairs(house, address) == [
        ("K001", "602", ASSESSOR),
        ("K001", "602", "Theirs"),
        ("K002", "601", "Bob"),
    ]


def test_M16_after_a_conflict_remove_takes_away_the_line_it_was_though_its_unit_was_changed_too(
    visit: Visit, college: College, house: House
) -> None:
    address = saved(college, college.lines((1,), ("601", "602", "603")))
    form = visit.get(address).form(address)
    visit.send(form, ("do", "save"), **{"line-3-assessor": "Theirs"})
    mine = visit.send(form, ("do", "save"), **{"line-1-unit": "602", "line-1-remove": "on"})
    visit.send(mine.form(address), ("do", "save"))
    assert pairs(house, address) == [("K001", "602", ASSESSOR), ("K001", "603", "Theirs")]


def test_M16_after_a_conflict_unfinished_lines_are_never_taken_for_each_other(
    visit: Visit, college: College, house: House
) -> None:
    lines = [DraftLine("", "", "First"), DraftLine("", "", "Second"), DraftLine("K003", "", "Third")]
    address = saved(college, lines)
    form = visit.get(address).form(address)
    visit.send(form, ("do", "save"), **{"line-1-assessor": "Theirs", "line-3-assessor": "Theirs too"})
    mine = visit.send(
        form,
        ("do", "save"),
        **{"line-1-unit": "601", "line-2-learner": "K002", "line-2-unit": "602", "line-3-unit": "603"},
    )
    visit.send(mine.form(address), ("do", "save"))
    assert pairs(house, address) == [
        ("", "", "Theirs"),
        ("K002", "602", "Second"),
        ("K003", "", "Theirs too"),
        ("", "601", "First"),
        ("K003", "603", "Third"),
    ]


def test_M16_a_second_conflict_still_knows_which_line_mine_was(
    visit: Visit, college: College, house: House
) -> None:
    address = saved(college, college.lines((1, 2)))
    form = visit.get(address).form(address)
    second = visit.send(form, ("do", "save"), **{"line-2-decision": "A"}).form(address)
    mine = visit.send(form, ("do", "save"), **{"line-1-unit": "602"}).form(address)
    visit.send(second, ("do", "save"), **{"line-1-decision": "B"})
    again = visit.send(mine, ("do", "save"))
    assert again.status == 409
    visit.send(again.form(address), ("do", "save"))
    assert [pair[:2] for pair in pairs(house, address)] == [("K001", "602"), ("K002", "601")]


def test_M16_of_two_lines_alike_that_both_may_be_meant_neither_is_overwritten() -> None:
    mine, theirs = DraftLine("K1", "601", "Mine"), DraftLine("K1", "601", "A")
    claim_ = SavedClaim("C", "Q", (theirs, DraftLine("K1", "601", "B")), version=3)
    form = {"first": "0", "shown": "1", "merged": "1", "version": "3", "line-1-key": key_of(theirs)}
    form |= {"line-1-was": fingerprint(DraftLine("K1", "601", "gone"))}
    form |= {"line-1-learner": "K1", "line-1-unit": "601", "line-1-assessor": "Mine"}
    assert lay_over(claim_, read_form(form)).lines == (*claim_.lines, mine)
    form |= {"line-1-remove": "on"}
    assert lay_over(claim_, read_form(form)).lines == claim_.lines


def test_submitting_twice_leads_to_the_claim_both_times(visit: Visit, college: College, house: House) -> None:
    address = saved(college, college.lines((1, 2)))
    form = visit.get(address).form(address)
    first = visit.send(form, ("do", "submit"))
    second = visit.send(form, ("do", "submit"))
    assert (second.status, second.path) == (200, claim(college, address.rpartition("/")[2]))
    assert first.path == second.path
    assert house.count(t.requests, t.requests.c.centre_id == college.centre_id) == 1
    form.action = f"/centres/{college.centre_id}/saved/{new_id()}"
    assert visit.send(form, ("do", "submit")).status == 404


def test_submitting_between_the_saving_and_the_submitting_of_the_first_press_is_no_conflict(
    visit: Visit, college: College, house: House
) -> None:
    address = saved(college, college.lines((1, 2)))
    form = visit.get(address).form(address)
    # The first press got as far as saving.
    visit.send(form, ("do", "save"), **{"line-1-unit": "602"})
    second = visit.send(form, ("do", "submit"), **{"line-1-unit": "602"})
    assert (second.status, second.path) == (200, claim(college, address.rpartition("/")[2]))


@pytest.mark.parametrize("way", ["stopped", "withdrawn"])
def test_M13_M18_a_check_says_what_would_keep_the_claim_from_being_submitted(
    visit: Visit, college: College, house: House, way: str
) -> None:
    address = saved(college, college.lines((1,)))
    ready = "this claim can be submitted"
    assert ready in visit.get(f"{address}?check=true").words
    if way == "stopped":
        restriction = {"id": new_id(), "centre_id": college.centre_id, "awarding_body": "CMI"}
        restriction |= {"kind": "malpractice", "reason": "Because", "began_at": house.clock()}
        transact(house.engine, lambda c: c.execute(insert(t.restrictions).values(**restriction)))
    else:
        mine = t.remits.c.centre_id == college.centre_id
        gone = update(t.remits).where(mine).values(withdrawn_on=date(2026, 1, 1))
        transact(house.engine, lambda c: c.execute(gone))
    page = visit.get(f"{address}?check=true")
    assert page.status == 200
    assert ready not in page.words
    assert "This claim cannot be submitted now" in page.words
    assert ("on hold for now" if way == "stopped" else "not approved for this qualification") in page.words
    assert house.count(t.saved_claims) == 1


def test_M22_a_check_finds_what_is_taken_on_every_page_and_a_claim_without_lines(
    visit: Visit, college: College
) -> None:
    college.claim((12,), ("604",))
    lines = [*college.lines(range(1, 13), ("601", "602", "603")), *college.lines(range(1, 13), ("604",))]
    assert len(lines) == 48
    lines = [*[DraftLine("K001", "601", ASSESSOR)] * 5, *lines]
    page = visit.get(f"{saved(college, lines)}?check=true")
    assert [link for link in page.links if link.endswith("?check=true&page=2#line-53-unit")]
    empty = visit.get(f"{saved(college, [])}?check=true")
    assert "this claim can be submitted" not in empty.words
    assert "Add at least one learner and unit." in empty.words
