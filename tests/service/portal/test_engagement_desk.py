"""The desk behind the Engagement Document: what is refused, and that desktops hold just what the service keeps."""

from __future__ import annotations

import pytest

from app.domain.errors import KnownError
from app.domain.people import Person
from app.domain.reviews import CedEntry
from app.service.database import reading
from app.service.engagement_desk import CedSavedElsewhere, answer_action, ced_of, reopen_ced, save_ced
from app.service.engagement_files import withdraw_ced_file
from app.service.errors import Refusal
from app.service.review_records import load_review_root
from app.wire.codec import body_of
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, Device
from tests.service.portal.engagement_ground import Engaged, report_with_actions


@pytest.fixture
def engaged(college: College) -> Engaged:
    return Engaged(college)


def agrees(device: Device, engaged: Engaged) -> None:
    """The reviewer's desktop, told by the feed alone, holds each record of the review as the service has it."""
    device.pull()
    with reading(engaged.house.engine) as connection:
        records = load_review_root(connection, engaged.review_id)
    kept = {(*body_of(record), record.id) for record in records}
    held = {
        (kind, bytes(line.body), identifier)
        for (root, kind, identifier), line in device.records.items()
        if root == engaged.review_id
    }
    assert held == kept


def test_the_reviewers_desktop_holds_the_document_as_it_stands_at_every_step(engaged: Engaged) -> None:
    house = engaged.house
    device = Device(house, engaged.reviewer)
    agrees(device, engaged)
    engaged.fill(entries=(CedEntry("QO.1", None, "Half a"),))
    agrees(device, engaged)
    engaged.fill(engaged.complete(register_only=True))
    first, _ = engaged.add(), engaged.add("QO.1", b"minutes", "minutes.txt")
    agrees(device, engaged)
    withdraw_ced_file(house.engine, engaged.college.staff, engaged.review_id, first.id, house.clock())
    agrees(device, engaged)
    engaged.sign()
    agrees(device, engaged)
    assert device.of_kind("ced")[engaged.review_id]["entries"][1]["commentary"] == engaged.framework.text_a
    assert device.of_kind("review")[engaged.review_id]["ced_submitted_on"] == "2026-11-20"
    reopen_ced(house.engine, engaged.college.staff, engaged.review_id, house.clock())
    agrees(device, engaged)
    engaged.fill()
    engaged.sign()
    engaged.decide_scope(approved=False)
    agrees(device, engaged)
    report_with_actions(engaged)
    answer_action(house.engine, engaged.head, engaged.review_id, "open", "Done.", house.clock())
    agrees(device, engaged)


def test_a_version_that_is_not_the_one_kept_saves_nothing(engaged: Engaged) -> None:
    engaged.fill()
    with pytest.raises(CedSavedElsewhere) as refusal:
        save_ced(
            engaged.house.engine,
            engaged.head,
            engaged.review_id,
            engaged.complete(register_only=True),
            0,
            engaged.house.clock(),
        )
    assert refusal.value.theirs.saved_by == engaged.college.staff.name
    assert not engaged.kept().ced.register_only


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("who", ["morgan", "quality", "bothstaff", "reviewer"])
def test_M03_nobody_but_the_centres_own_people_fill_it_in(engaged: Engaged, who: str) -> None:
    person: Person = engaged.reviewer if who == "reviewer" else engaged.house.person(who)
    now = engaged.house.clock()
    with pytest.raises(KnownError, match="There is no such review"):
        engaged.fill(person=person)
    with pytest.raises(KnownError, match="There is no such review"):
        reopen_ced(engaged.house.engine, person, engaged.review_id, now)
    with pytest.raises(KnownError, match="There is no such review"):
        answer_action(engaged.house.engine, person, engaged.review_id, "open", "Done.", now)
    with pytest.raises(KnownError, match="There is no such review"):
        engaged.sign(person)


@NOT_OF_THE_DATABASE
def test_Q13_a_wrong_password_is_counted_like_any_other(engaged: Engaged) -> None:
    engaged.fill()
    codes = []
    for _ in range(12):
        with pytest.raises(Refusal) as refusal:
            engaged.sign(password="not the one at all")
        codes.append(refusal.value.code)
    assert codes[0] == "wrong_password"
    assert codes[-1] != "wrong_password", "whoever guesses is stopped"
    with reading(engaged.house.engine) as connection:
        assert ced_of(connection, engaged.review_id).signature is None


@NOT_OF_THE_DATABASE
def test_a_file_has_its_place_at_a_measure_that_there_is(engaged: Engaged) -> None:
    for code in ("QO.3.9", "QO.11", "", "QO"):
        with pytest.raises(KnownError, match="Choose the objective or measure"):
            engaged.add(code)
    assert engaged.add("QO.3.1").name == "check.txt"
    assert [file.code for file in engaged.files()] == ["QO.3.1"]
