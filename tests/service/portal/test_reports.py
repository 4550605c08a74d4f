"""Reports for every colleague, help, and what every page owes to whoever reads it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import insert

from app.domain.moderation import RequestState
from app.domain.people import Role
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from app.service.notes import write_note
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, PDF, House
from tests.service.portal.browsing import Page, Visit, board, claim


def issued(college: College) -> str:
    made = college.claim((1, 2, 3))
    college.accept(made.request_id)
    return made.request_id


def test_M41_M73_M75_colleagues_view_and_download_every_report(
    visit: Visit, college: College, house: House
) -> None:
    request_id = issued(college)
    colleague = house.person("staff")

    def join(connection: Any) -> None:
        connection.execute(
            insert(t.grants).values(
                id=new_id(), person_id=colleague.id, role=Role.CENTRE_STAFF.value, centre_id=college.centre_id
            )
        )

    transact(house.engine, join)
    visit.sign_in_again(colleague.email)
    number = college.request(request_id).number
    for address in (f"{board(college)}/reports", claim(college, request_id)):
        page = visit.get(address)
        assert number in page.words
        (download,) = {link for link in page.links if re.fullmatch(r".*/reports/[^/?]+", link)}
        (view,) = {link for link in page.links if link.endswith("?view=true")}
        answer = visit.client.get(download)
        assert answer.content == PDF + request_id.encode()
        assert answer.headers["content-type"] == "application/pdf", "M-74"
        assert answer.headers["content-disposition"] == f'attachment; filename="report-{number}.pdf"'
        assert answer.headers["cache-control"] == "no-store"
        shown = visit.client.get(view)
        assert shown.content == answer.content
        assert shown.headers["content-disposition"].startswith("inline;")


def test_M03_a_report_of_another_centre_is_not_to_be_had_by_any_address(
    visit: Visit, college: College, house: House
) -> None:
    issued(college)
    (report,) = house.rows(t.reports)
    foreign = House.rows(house, t.centres, t.centres.c.number == "C1")[0].id
    assert visit.get(f"/centres/{foreign}/reports/{report.id}").status == 403
    visit.sign_in_again("staff@people.invalid")
    assert visit.get(f"/centres/{foreign}/reports/{report.id}").status == 404
    assert visit.get(f"/centres/{foreign}/reports").words.count("MR-") == 0


def test_reports_are_for_those_who_are_signed_in(stranger: Visit, college: College, house: House) -> None:
    issued(college)
    (report,) = house.rows(t.reports)
    page = stranger.get(f"{board(college)}/reports/{report.id}")
    assert "<h1>Sign in</h1>" in page.html


# -- help ----------------------------------------------------------------------------------------------------------


@NOT_OF_THE_DATABASE
def test_M76_M09_M11_help_gives_the_guidance_first_then_older_reports_and_contacts(
    visit: Visit, college: College
) -> None:
    for address in (f"{board(college)}/help", "/help"):
        page = visit.get(address)
        assert page.html.index("Guidance</h2>") < page.html.index("Whom to ask</h2>"), "M-76"
        assert "Ask your Quality Manager." in page.words, "M-09"
        assert "awardingbody@managers.org.uk for a copy" in page.words, "M-09"
        assert any("VHTCC-d7izQ" in link for link in page.links), "M-11"
        assert "mailto:qualifications@managers.org.uk" in page.links, "M-05"
        assert "Chrome, Safari, Edge and Firefox" in page.words, "M-10"


# -- every page ----------------------------------------------------------------------------------------------------


def every_page(visit: Visit, college: College) -> list[Page]:
    saved = college.save([*college.lines((7, 8)), *college.lines((9,), ("",))])
    returned = college.claim((1, 2, 3))
    college.reject(returned.request_id)
    asked = college.claim((4, 5, 6, 9, 10, 11, 12))
    write_note(visit.house.engine, college.staff, asked.request_id, "A note", visit.house.clock())
    draft = f"{board(college)}/saved/{saved.id}"
    addresses = [
        "/help",
        "/centres",
        "/nowhere",
        board(college),
        f"{board(college)}/claims/new",
        f"{board(college)}/reports",
        f"{board(college)}/help",
        claim(college, returned.request_id),
        claim(college, asked.request_id),
        draft,
        f"{draft}?check=true",
        f"{draft}/learners",
        f"{draft}/csv",
        f"{draft}/discard",
    ]
    pages = [visit.get(address) for address in addresses]
    form = pages[9].form(draft)
    visit.send(form, ("do", "save"), note="theirs")
    pages.append(visit.send(form, ("do", "save"), note="mine", **{"line-1-decision": "x"}))
    visit.send(pages[0].form("/sign-out"))
    return [*pages, visit.get("/")]


@NOT_OF_THE_DATABASE
def test_every_page_has_a_title_one_heading_labels_and_no_script_or_style_of_its_own(
    visit: Visit, college: College
) -> None:
    pages = every_page(visit, college)
    assert len({page.title for page in pages}) >= 12
    for page in pages:
        where = f"{page.path}?{page.query}"
        assert page.html.count("<h1>") == 1, where
        assert page.unnamed == [], where
        assert '<html lang="en-GB">' in page.html, where
        assert '<a class="skip" href="#main">' in page.html, where
        for link in page.links:
            if link.startswith("#"):
                assert link.removeprefix("#") in page.ids, (where, link)
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", page.html)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), where
        assert not re.search(r"<script(?! src=\"/portal/)", page.html), where
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page.html), where
        for described in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', page.html):
            assert set(described.split()) <= page.ids, (where, described)
        for form in page.forms:
            if form.method == "post":
                assert form.fields.get("_csrf_token"), where


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("way", ["/notes", "/resubmit"])
def test_a_form_without_its_token_changes_nothing(
    visit: Visit, college: College, house: House, way: str
) -> None:
    made = college.claim((1, 2, 3))
    college.reject(made.request_id)
    answer = visit.client.post(claim(college, made.request_id) + way, data={"text": "x", "note": "x"})
    assert answer.status_code == 403
    assert house.count(t.notes) == 0
    assert college.state(made.request_id) is RequestState.RETURNED_TO_CENTRE
