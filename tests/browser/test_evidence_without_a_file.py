"""The evidence page's own script, when somebody adds no file."""

from __future__ import annotations

from tests.browser.looking import Desk
from tests.service.claims_ground import College
from tests.service.portal.browsing import claim


def test_M46_adding_without_a_file_is_told_where_everybody_sees_it(desk: Desk, college: College) -> None:
    made = college.claim((1, 2, 3))
    desk.sign_in(college.staff.email, f"{claim(college, made.request_id)}/evidence")
    form = desk.page.locator("form.adding").first
    form.locator("button[type=submit]").click()
    told = form.get_by_role("status")
    told.get_by_text("Choose a file first, or several.").wait_for()
    box = told.bounding_box()
    assert box is not None
    assert box["width"] > 50, "words for the ear alone are one pixel wide"
    assert box["height"] > 10
