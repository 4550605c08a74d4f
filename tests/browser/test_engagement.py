"""The Engagement Document in a real browser: with script and without, by the keyboard alone, and for all (M-10)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.service import tables as t
from tests.browser.looking import Desk
from tests.browser.test_evidence import write
from tests.browser.test_pages import LOOKS, look_at
from tests.service.claims_ground import College
from tests.service.ground import PASSWORD, House
from tests.service.portal.browsing import board
from tests.service.portal.engagement_ground import Engaged, report_with_actions

BLOCKING = ("QO.1", "QO.3", "QO.4", "QO.9")


@pytest.fixture
def engaged(college: College) -> Engaged:
    return Engaged(college)


@pytest.fixture
def filed(engaged: Engaged) -> Engaged:
    """With a file. It is looked into in an event loop of its own, so before a browser brings one."""
    engaged.add("QO.1.2")
    return engaged


@pytest.mark.parametrize("look", LOOKS)
def test_M10_pages_of_a_review_meet_wcag(filed: Engaged, new_desk: Callable[..., Desk], look: str) -> None:
    engaged = filed
    desk = new_desk(**LOOKS[look]).sign_in(engaged.head.email)
    here, document = board(engaged.college), engaged.document
    look_at(
        desk,
        [here, f"{here}/reviews", engaged.address, document, f"{document}?check=true", f"{document}/files"],
    )
    engaged.fill(engaged.complete(register_only=True))
    look_at(desk, [document, f"{document}/files", f"{document}/sign"])
    engaged.sign()
    report_with_actions(engaged)
    look_at(desk, [f"{document}?done=signed", f"{document}/files", engaged.address, f"{here}/reviews"])


def test_M10_what_differs_and_what_went_wrong_meet_wcag(desk: Desk, engaged: Engaged) -> None:
    desk.sign_in(engaged.head.email, engaged.document)
    engaged.fill()
    desk.page.get_by_label("Commentary on QO.1", exact=True).fill("Mine.")
    desk.press("Save", exact=True)
    assert "A colleague changed the same field since you opened this page" in desk.words
    assert desk.page.get_by_label("Commentary on QO.1", exact=True).input_value() == "Mine."
    assert desk.violations() == []
    desk.go(f"{engaged.document}/sign")
    desk.page.get_by_label("Your full name").fill("Hanna Head")
    desk.page.get_by_label("Your password, once more").fill("not my password")
    desk.press("Sign and submit")
    assert "This is not your password, so nothing was signed." in desk.words
    assert desk.violations() == []
    assert desk.faults == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_Q12_to_Q15_a_register_only_centre_fills_its_document_in_adds_a_file_and_signs(
    new_desk: Callable[..., Desk], engaged: Engaged, house: House, tmp_path: Path, script: bool
) -> None:
    desk = new_desk(java_script_enabled=script).sign_in(engaged.head.email)
    page = desk.page
    page.get_by_role("link", name="Open it").click()
    page.get_by_label("It only registers learners").check()
    if not script:
        assert page.get_by_label("Commentary on QO.2", exact=True).is_visible()
        desk.press("Save", exact=True)
    assert not page.get_by_label("Commentary on QO.2", exact=True).is_visible()
    assert page.get_by_text(engaged.framework.text_a).count() == 6
    for code in BLOCKING:
        page.get_by_label(f"Level of {code}", exact=True).select_option(label="Met")
        page.get_by_label(f"Commentary on {code}", exact=True).fill(f"How {code} is met.")
    desk.press("Save, then add files for QO.3")
    place = page.locator('[id="place-QO.3"]')
    place.get_by_label("What it is for").select_option("QO.3.4")
    place.get_by_label("Files", exact=True).set_input_files(write(tmp_path, "check.txt", b"checked"))
    place.get_by_role("button", name="Add").click()
    place.get_by_role("link", name="check.txt").wait_for()
    page.get_by_role("link", name="Back to the Engagement Document").click()
    for box in page.get_by_label("The centre accepts these terms").all():
        box.check()
    desk.press("Save, then read and sign")
    page.get_by_label("Your full name").fill("Hanna Head")
    page.get_by_label("Your password, once more").fill(PASSWORD)
    desk.press("Sign and submit")
    page.get_by_role("heading", name="Signed and submitted").wait_for()
    assert "It stands provisionally" in desk.words
    (row,) = house.rows(t.ced_files)
    assert (row.code, row.name) == ("QO.3.4", "check.txt")
    (signature,) = house.rows(t.ced_signatures)
    assert signature.name == "Hanna Head"
    assert desk.faults == []


def test_M10_the_document_is_filled_in_and_signed_by_the_keyboard_alone(desk: Desk, engaged: Engaged) -> None:
    fields = engaged.complete(register_only=True)
    engaged.fill(fields, entries=fields.entries[1:])
    page = desk.sign_in(engaged.head.email, engaged.document).page
    desk.tab_to("QO.1: say how far the objective is met.")
    page.keyboard.press("Enter")
    desk.tab_to("Commentary on QO.1")
    page.keyboard.type("By the keyboard.")
    page.keyboard.press("Shift+Tab")
    assert desk.focus.startswith("Level of QO.1")
    page.keyboard.press("M")
    desk.tab_to("Save, then read and sign")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Sign the Engagement Document").wait_for()
    desk.tab_to("Your full name")
    page.keyboard.type("Hanna Head")
    desk.tab_to("Your password, once more")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Signed and submitted").wait_for()
    assert "By the keyboard." in desk.words
