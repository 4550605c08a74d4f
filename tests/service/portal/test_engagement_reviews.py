"""A centre's reviews on the portal: the list, one review with its reports, and answers to its actions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.domain.people import Grant, Role
from app.domain.review_terms import ReviewState
from app.service import tables as t
from app.service.accounts import NewPerson, add_user
from app.service.reviews import extend_ced
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, PASSWORD, PDF, House
from tests.service.portal.browsing import PageForm, Visit, board
from tests.service.portal.engagement_ground import ACTION, TODAY, Engaged, report_with_actions


@pytest.fixture
def engaged(college: College) -> Engaged:
    found = Engaged(college)
    report_with_actions(found)
    return found


@pytest.fixture
def visit(stranger: Visit, engaged: Engaged) -> Visit:
    stranger.sign_in(engaged.college.staff.email)
    return stranger


def answer_form(visit: Visit, engaged: Engaged) -> PageForm:
    return visit.get(engaged.address).form("/actions/open")


def row(house: House) -> Any:
    return house.rows(t.review_actions, t.review_actions.c.id == "open")[0]


@NOT_OF_THE_DATABASE
def test_the_list_leads_to_each_review_with_how_it_stands(visit: Visit, engaged: Engaged) -> None:
    page = visit.get(f"{board(engaged.college)}/reviews")
    assert engaged.address in page.links
    assert "2026-27 , Pearson Centre visit" in page.words
    assert "Report complete Action required" in page.words
    assert "1 open" in page.words


def test_the_centre_reads_every_version_of_the_report_as_it_was_issued(
    visit: Visit, engaged: Engaged
) -> None:
    page = visit.get(engaged.address)
    assert page.unnamed == []
    assert "What changed: A date was put right." in page.words
    address = f"{engaged.address}/reports/report-1"
    assert {address, f"{address}?view=true"} <= set(page.links)
    answer = visit.client.get(address)
    assert answer.content == PDF + b"1"
    assert answer.headers["content-type"] == "application/pdf"
    number = engaged.kept().review.number
    named = f'attachment; filename="review-{number}-version-1.pdf"'
    assert answer.headers["content-disposition"] == named
    assert visit.client.get(f"{address}?view=true").headers["content-disposition"].startswith("inline")
    assert visit.client.get(address.replace("report-1", "nothing")).status_code == 404
    elsewhere = Engaged(College(engaged.house, "Z"))
    visit.sign_in_again(elsewhere.head.email)
    assert visit.client.get(address).status_code == 403
    theirs = address.replace(engaged.college.centre_id, elsewhere.college.centre_id)
    assert visit.client.get(theirs).status_code == 404


def test_the_centre_answers_an_action_and_may_say_more_until_it_is_signed_off(
    visit: Visit, engaged: Engaged, house: House
) -> None:
    before = house.head()
    page = visit.send(answer_form(visit, engaged), answer="Done in May.\r\nSee the minutes.")
    assert "Your answer is kept." in page.words
    assert (row(house).answer, row(house).answered_on) == ("Done in May.\nSee the minutes.", TODAY.date())
    assert row(house).answered_by == engaged.college.staff.id
    (mail,) = house.rows(t.mails, t.mails.c.kind == "review_action_answered")
    assert mail.to_address == engaged.reviewer.email
    assert house.head() > before, "desktops hear of it"
    form = page.form("/actions/open")
    assert form.fields["answer"] == "Done in May.\nSee the minutes."
    visit.send(form, answer="Done in June.")
    assert row(house).answer == "Done in June."
    assert not [item for item in page.forms if item.action.endswith("/actions/done")], "it is signed off"
    form.action = form.action.replace("/open", "/done")
    page = visit.send(form, answer="More.", before="")
    assert page.status == 422
    assert "This action is signed off" in page.words


@NOT_OF_THE_DATABASE
def test_two_who_answer_at_once_see_both_answers(visit: Visit, engaged: Engaged, house: House) -> None:
    mine, theirs = answer_form(visit, engaged), answer_form(visit, engaged)
    visit.send(theirs, answer="Theirs.")
    page = visit.send(mine, answer="Mine.")
    assert page.status == 409
    assert "A colleague's answer, which is kept: Theirs." in page.words
    assert row(house).answer == "Theirs."
    form = page.form("/actions/open")
    assert form.fields["answer"] == "Mine."
    visit.send(form, answer="Theirs. Mine.")
    assert row(house).answer == "Theirs. Mine."


@NOT_OF_THE_DATABASE
def test_an_empty_answer_is_none(visit: Visit, engaged: Engaged, house: House) -> None:
    page = visit.send(answer_form(visit, engaged), answer="   ")
    assert page.status == 422
    assert "#answer-open" in page.links
    assert row(house).answered_on is None


@NOT_OF_THE_DATABASE
def test_M37_a_link_opens_the_very_review_and_no_other_centres(
    visit: Visit, engaged: Engaged, house: House
) -> None:
    page = visit.get(f"/reviews/{engaged.review_id}")
    assert (page.status, page.path) == (200, engaged.address)
    other = Engaged(College(house, "Z"))
    assert visit.get(f"/reviews/{other.review_id}").status == 404
    assert visit.get("/reviews/none").status == 404
    visit.client.cookies.clear()
    page = visit.get(f"/reviews/{engaged.review_id}")
    assert visit.sign_in(engaged.college.staff.email, page).path == engaged.address


@NOT_OF_THE_DATABASE
def test_M03_a_director_reads_reports_and_answers_nothing(
    visit: Visit, engaged: Engaged, house: House
) -> None:
    form = answer_form(visit, engaged)
    grant = Grant(Role.PROGRAMME_DIRECTOR, engaged.college.centre_id)
    add_user(house.engine, NewPerson("dir@people.invalid", "Dora", PASSWORD, (grant,)))
    visit.sign_in_again("dir@people.invalid")
    page = visit.get(engaged.address)
    assert ACTION in page.words
    assert "Download PDF" in page.words
    assert not [item for item in page.forms if "/actions/" in item.action]
    form.fields["_csrf_token"] = page.form("/sign-out").fields["_csrf_token"]
    assert visit.send(form, answer="Done.").status == 403
    assert row(house).answered_on is None


@NOT_OF_THE_DATABASE
def test_D8_former_due_dates_stay_on_the_page(visit: Visit, engaged: Engaged, house: House) -> None:
    day, now = date(2027, 1, 8), house.clock()
    engaged.change(state=ReviewState.ALLOCATED.value)
    extend_ced(house.engine, house.person("quality"), engaged.review_id, day, "A flood.", now)
    words = visit.get(engaged.address).words
    assert "Due on 8 January 2027 (extended by the quality manager)" in words
    assert "Due before 10 December 2026" in words
