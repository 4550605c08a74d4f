"""Evidence in a real browser: with the page's script, without any, and by the keyboard alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.moderation import RequestState
from app.service import tables as t
from app.wire.messages import PART_BYTES
from tests.browser.looking import Desk
from tests.service.bringing import content
from tests.service.claims_ground import College
from tests.service.ground import House
from tests.service.portal.browsing import claim
from tests.service.portal.evidence_ground import WORK, protected_zip

if TYPE_CHECKING:
    from playwright.sync_api import Request, Route

PARTS = "**/parts/*"


def evidence(college: College, request_id: str) -> str:
    return f"{claim(college, request_id)}/evidence"


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def brought(house: House) -> dict[str, Any]:
    """What came by the portal, by name."""
    rows = house.rows(t.evidence, t.evidence.c.added_by.is_not(None), t.evidence.c.withdrawn_at.is_(None))
    return {row.name: row for row in rows}


def put_parts(desk: Desk) -> list[str]:
    """The numbers of the parts that are sent from now on, as they are."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "PUT":
            sent.append(request.url.rpartition("/")[2])

    desk.page.on("request", note)
    return sent


def test_M46_M48_files_of_several_parts_are_sent_with_progress_and_their_verdicts_are_told(
    desk: Desk, college: College, house: House, tmp_path: Path
) -> None:
    made = college.claim((1, 2, 3))
    large = content(2 * PART_BYTES + 12_345)
    files = [write(tmp_path, "large.bin", large), write(tmp_path, "locked.zip", protected_zip())]
    files += [write(tmp_path, "short.txt", b"1"), write(tmp_path, "work.txt", WORK)]
    desk.sign_in(college.staff.email, evidence(college, made.request_id))
    place = desk.page.locator("#place-1")
    place.get_by_label("Files").set_input_files(files)
    place.get_by_role("button", name="Add").click()
    place.get_by_text("3 files were added, 1 was not.").wait_for(state="attached")
    told = place.locator(".sending").inner_text()
    assert told.count("Added.") == 3
    assert "“locked.zip” was not added." in told
    assert "Pack the files again without a password" in told
    rows = brought(house)
    assert sorted(rows) == ["large.bin", "short.txt", "work.txt"]
    assert rows["large.bin"].sha256 == hashlib.sha256(large).hexdigest()
    assert {row.sample_id for row in rows.values()} == {college.samples(made.request_id)[0]}
    needs = place.locator(".needs").inner_text()
    assert "large.bin" in needs, "the checklist is fresh without loading the page"
    assert "20 things still missing" in desk.words
    assert desk.violations() == []
    assert desk.faults == []


def test_M48_an_upload_that_broke_off_goes_on_where_it_was_also_in_a_new_window(
    new_desk: Callable[..., Desk], college: College, house: House, tmp_path: Path
) -> None:
    made = college.claim((1, 2, 3))
    path = write(tmp_path, "film.bin", content(2 * PART_BYTES + 99))
    desk = new_desk().sign_in(college.staff.email, evidence(college, made.request_id))
    away = {"2"}

    def break_off(route: Route) -> None:
        if route.request.url.rpartition("/")[2] in away:
            route.abort("connectionfailed")
        else:
            route.continue_()

    desk.page.route(PARTS, break_off)
    place = desk.page.locator("#place-1")
    place.get_by_label("Files").set_input_files(path)
    place.get_by_role("button", name="Add").click()
    place.get_by_text("Waiting for the network; it goes on by itself.").wait_for()
    assert brought(house) == {}
    assert house.count(t.upload_parts) == 2
    desk.page.close(run_before_unload=False)

    again = new_desk().sign_in(college.staff.email, evidence(college, made.request_id))
    sent = put_parts(again)
    place = again.page.locator("#place-1")
    place.get_by_label("Files").set_input_files(path)
    place.get_by_role("button", name="Add").click()
    place.get_by_text("1 file was added.").wait_for(state="attached")
    assert sent == ["2"], "only what was missing is sent"
    assert list(brought(house)) == ["film.bin"]


def test_M48_an_upload_waits_for_the_network_and_goes_on_by_itself(
    desk: Desk, college: College, house: House, tmp_path: Path
) -> None:
    made = college.claim((1, 2, 3))
    desk.sign_in(college.staff.email, evidence(college, made.request_id))
    tries: list[str] = []

    def break_off_once(route: Route) -> None:
        tries.append(route.request.url)
        if len(tries) == 1:
            route.abort("connectionreset")
        else:
            route.continue_()

    desk.page.route(PARTS, break_off_once)
    place = desk.page.locator("#place-2")
    place.get_by_label("Files").set_input_files(write(tmp_path, "work.txt", WORK))
    place.get_by_role("button", name="Add").click()
    place.get_by_text("1 file was added.").wait_for(state="attached")
    assert len(tries) == 2
    assert list(brought(house)) == ["work.txt"]


def test_files_are_dropped_on_the_place_they_belong_to(desk: Desk, college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    desk.sign_in(college.staff.email, evidence(college, made.request_id))
    data = desk.page.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File(['dropped'], 'dropped.txt')); return d; }"
    )
    for kind in ("dragenter", "dragover", "drop"):
        desk.page.dispatch_event("#place-3", kind, {"dataTransfer": data})
    desk.page.locator("#place-3").get_by_text("1 file was added.").wait_for(state="attached")
    assert brought(house)["dropped.txt"].sample_id == college.samples(made.request_id)[2]
    assert brought(house)["dropped.txt"].sha256 == hashlib.sha256(b"dropped").hexdigest()


def test_M42_M50_without_any_script_evidence_is_given_and_declared_complete(
    new_desk: Callable[..., Desk], college: College, house: House, tmp_path: Path
) -> None:
    made = college.claim((1, 2, 3))
    desk = new_desk(java_script_enabled=False)
    desk.sign_in(college.staff.email, evidence(college, made.request_id))
    page, whole = desk.page, desk.page.locator("#place-whole")
    for kind in ("Learner work", "Marking sheet", "Assignment brief", "IQA record", "IQA sampling sheet"):
        whole.get_by_label("Kind of evidence").select_option(label=kind)
        whole.get_by_label("Files").set_input_files(write(tmp_path, f"{kind}.txt", kind.encode()))
        whole.get_by_role("button", name="Add").click()
        assert "1 file was added." in desk.words
    for _ in range(4):
        page.get_by_label("Reason").fill("There is none in this sample.")
        desk.press("Say that there is none")
        assert "Noted." in desk.words
    desk.press("Declare the evidence complete")
    assert "Declared complete. Moderation has begun" in desk.words
    assert college.state(made.request_id) is RequestState.IN_MODERATION
    assert len(brought(house)) >= 5


def test_M10_evidence_is_given_by_the_keyboard_alone(
    desk: Desk, college: College, house: House, tmp_path: Path
) -> None:
    made = college.claim((1, 2, 3))
    page = desk.go(evidence(college, made.request_id)).page
    desk.tab_to("Skip to the content")
    page.keyboard.press("Enter")
    desk.tab_to("E-mail address of your account")
    page.keyboard.type(college.staff.email)
    desk.tab_to("Password")
    page.keyboard.type("three words in a row")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Evidence for").wait_for()
    desk.tab_to("Kind of evidence")
    page.keyboard.press("ArrowDown")
    desk.tab_to("Files")
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Space")
    chosen.value.set_files(write(tmp_path, "sheet.txt", b"marks"))
    desk.tab_to("Add files")
    page.keyboard.press("Enter")
    page.locator("#place-1").get_by_text("1 file was added.").wait_for(state="attached")
    assert brought(house)["sheet.txt"].kind == "marking_sheet"
    assert page.locator("#place-1 .needs").get_by_role("link", name="sheet.txt").is_visible()
    desk.tab_to("Take back sheet.txt", 200)
    page.keyboard.press("Enter")
    page.get_by_text("Taken back.").wait_for()
    assert brought(house) == {}
