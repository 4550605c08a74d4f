"""A centre's and the support team's work in a real browser: signing in, claiming, the report, the staff area."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.moderation import RequestState
from app.service import tables as t
from tests.browser.looking import Desk
from tests.service.claims_ground import College
from tests.service.ground import PDF, House
from tests.service.portal.browsing import board, claim


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_M12_to_M31_a_claim_is_made_and_its_sample_is_told(
    new_desk: Callable[..., Desk], college: College, house: House, script: bool
) -> None:
    desk = new_desk(java_script_enabled=script).sign_in(college.staff.email)
    page = desk.page
    page.get_by_role("link", name="New claim").first.click()
    page.get_by_label("Qualification").select_option(label=f"Diploma of K ({college.code})")
    desk.press("Choose learners")
    for learner in ("K001", "K002", "K003"):
        page.get_by_role("checkbox", name=learner).check()
    page.get_by_role("checkbox", name="601").check()
    page.get_by_label("Assessor", exact=True).fill("Ann Assessor")
    page.get_by_label("Assessor's decision").fill("Met")
    desk.press("Add to the claim")
    page.get_by_role("link", name="See the claim").click()
    page.wait_for_load_state()
    page.locator("select[data-unit]").first.select_option("604")
    if not script:
        desk.press("Recalculate credits")
    assert page.locator("[data-projected]").all_inner_texts() == ["7", "6", "6"], "M-21"
    desk.press("Submit the claim")
    page.get_by_text("3 learner-units were chosen as a sample.").wait_for()
    (row,) = house.rows(t.requests, t.requests.c.centre_id == college.centre_id)
    assert row.state == RequestState.SAMPLE_REQUESTED.value
    page.get_by_role("link", name="Send evidence").click()
    assert "22 things still missing" in desk.words
    assert desk.faults == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_M73_M74_the_report_is_downloaded_as_the_very_pdf(
    new_desk: Callable[..., Desk], college: College, tmp_path: Path, script: bool
) -> None:
    made = college.claim((1, 2, 3))
    college.accept(made.request_id)
    desk = new_desk(java_script_enabled=script).sign_in(college.staff.email, claim(college, made.request_id))
    with desk.page.expect_download() as coming:
        desk.page.get_by_role("link", name="Download PDF").first.click()
    assert coming.value.suggested_filename.endswith(".pdf")
    coming.value.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(PDF)


def test_M35_M54_the_support_team_works_without_any_script(
    new_desk: Callable[..., Desk], college: College, house: House
) -> None:
    made = college.claim((1, 2, 3), ("601", "602", "603"))
    college.accept(made.request_id)
    desk = new_desk(java_script_enabled=False).sign_in("support@people.invalid", "/staff/dispatch")
    page = desk.page
    page.get_by_role("checkbox", name="Learner K002").check()
    page.get_by_label("Note").fill("Parcel 7")
    desk.press("Mark the ticked ones as sent")
    assert "1 certificate marked as sent." in desk.words
    assert house.count(t.certificates, t.certificates.c.dispatched_at.is_not(None)) == 1

    desk.go(f"/claims/{made.request_id}")
    page.get_by_label("Spoke with").fill("The quality nominee")
    page.get_by_label("By what means").fill("Telephone")
    page.get_by_label("What it was about").fill("When the certificates come")
    desk.press("Note the contact")
    assert "Support with The quality nominee Telephone" in desk.words

    page.get_by_role("link", name="Platforms").click()
    page.get_by_label("Number of the centre").fill("K")
    desk.press("Show its agreements")
    page.get_by_label("Address of the platform").fill("https://work.k.example/cmi")
    desk.press("Record the agreement")
    assert "The agreement is recorded." in desk.words

    page.get_by_role("link", name="Accounts").click()
    page.get_by_label("Name, e-mail address or centre").fill("jules")
    desk.press("Search")
    page.get_by_role("link", name="Jules").click()
    page.get_by_label("Role").first.select_option(label="Centre staff")
    page.get_by_label("Number of the centre").fill("C1")
    page.get_by_label("Reason").first.fill("Promoted")
    desk.press("Give the role")
    assert "The role was given." in desk.words
    assert house.count(t.role_changes) == 1


def test_M38_the_dashboard_is_walked_by_the_keyboard_alone(desk: Desk, college: College) -> None:
    made = college.claim((1, 2, 3))
    desk.sign_in(college.staff.email)
    desk.tab_to("Skip to the content")
    desk.page.keyboard.press("Enter")
    desk.tab_to(college.request(made.request_id).number)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url(f"**{claim(college, made.request_id)}")
    desk.tab_to("Dashboard")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url(f"**{board(college)}")
