"""Every page of the portal for everybody (M-10): WCAG 2.2 AA by axe, in light and dark, and at 320 pixels' width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.looking import Desk
from tests.service.claims_ground import College
from tests.service.ground import House
from tests.service.portal.browsing import board, claim

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}},
}


def look_at(desk: Desk, paths: list[str]) -> None:
    found = {}
    for path in paths:
        desk.go(path)
        faults = desk.violations()
        if desk.overflow > 0:
            faults.append(f"the page is {desk.overflow} pixels wider than the window")
        if faults:
            found[path] = faults
    assert found == {}
    assert desk.faults == []


@pytest.mark.parametrize("look", LOOKS)
def test_M10_pages_of_a_centre_meet_wcag(
    new_desk: Callable[..., Desk], college: College, house: House, look: str
) -> None:
    accepted = college.claim((1, 2, 3), ("601", "602", "603"))
    returned = college.claim(range(4, 13), ("601", "602", "603", "604"))
    college.accept(accepted.request_id)
    college.reject(returned.request_id)
    college.later(30)
    waiting = college.claim((1, 2, 3), ("604",))
    saved = college.save(college.lines((10, 11)))
    desk = new_desk(**LOOKS[look])
    look_at(desk, ["/", "/help"])
    desk.sign_in(college.staff.email)
    here = board(college)
    look_at(
        desk,
        [
            here,
            f"{here}?stage=saved",
            f"{here}/claims/new",
            f"{here}/saved/{saved.id}",
            f"{here}/saved/{saved.id}?check=true",
            f"{here}/saved/{saved.id}/learners",
            f"{here}/saved/{saved.id}/csv",
            f"{here}/saved/{saved.id}/discard",
            claim(college, waiting.request_id),
            f"{claim(college, waiting.request_id)}/evidence",
            claim(college, accepted.request_id),
            f"{claim(college, accepted.request_id)}/evidence",
            claim(college, returned.request_id),
            f"{claim(college, returned.request_id)}/evidence",
            f"{here}/reports",
            f"{here}/help",
        ],
    )


@pytest.mark.parametrize("look", LOOKS)
def test_M10_pages_of_the_staff_area_meet_wcag(
    new_desk: Callable[..., Desk], college: College, house: House, look: str
) -> None:
    made = college.claim((1, 2, 3), ("601", "602", "603"))
    college.accept(made.request_id)
    desk = new_desk(**LOOKS[look]).sign_in("support@people.invalid")
    look_at(
        desk,
        [
            "/centres",
            "/staff/claims",
            f"/staff/claims/{made.request_id}",
            "/staff/dispatch",
            "/staff/dispatch?sent=true",
            "/staff/agreements",
            "/staff/agreements?centre=K",
            "/staff/accounts",
            f"/staff/accounts/{college.staff.id}",
            f"/staff/accounts/{house.person('support').id}",
        ],
    )


def test_M10_M37_what_a_moderator_sees_of_their_claim_meets_wcag(
    new_desk: Callable[..., Desk], college: College
) -> None:
    made = college.claim((1, 2, 3), ("601", "602", "603"))
    college.bring_evidence(made.request_id)
    desk = new_desk().sign_in("morgan@people.invalid")
    look_at(desk, [f"/claims/{made.request_id}"])


def test_M10_pages_that_tell_of_a_fault_meet_wcag(desk: Desk, college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    desk.sign_in(college.staff.email, claim(college, made.request_id))
    desk.go(f"{claim(college, made.request_id)}/evidence")
    desk.page.get_by_label("Link", exact=True).fill("http://plain.example")
    desk.press("Add the link")
    assert "This link cannot be used" in desk.words
    assert desk.violations() == []
    desk.page.goto(f"{desk.address}/centres/nowhere")
    assert desk.violations() == []
