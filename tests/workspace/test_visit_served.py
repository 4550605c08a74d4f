"""Quality reviews between laptops and the real service: sent whole, merged, disputed, reported, taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.domain.moderation import Standing
from app.domain.people import Person
from app.domain.review_terms import Level, ReviewOutcome, ReviewState, Scope, Source
from app.service import tables as t
from app.service.reviews import reassign_review
from app.workspace.desk import Desk
from app.workspace.snapshots import Offline, OutboxState, SyncMark
from app.workspace.travel_plan import TravelChoice
from app.workspace.visits.snapshots import VisitDraft
from tests.service.ground import House
from tests.support.review_house import VISIT_ON, ReviewHouse, in_step, signed_in, with_review
from tests.support.travel import Service
from tests.support.visits import POLICY, action, kept_photos, picture, whole_visit

NEXT = "QO.3.4"
Laptop = Callable[[Person], Desk]


@pytest.fixture
def reviewing(house: House) -> ReviewHouse:
    return with_review(house)


@pytest.fixture
def laptop(
    reviewing: ReviewHouse, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Laptop]:
    """Makes desks of people, each on a computer of its own."""
    with ExitStack() as open_desks:
        made = 0

        def make(person: Person) -> Desk:
            nonlocal made
            made += 1
            desk = signed_in(service.address, person, tmp_path / f"laptop-{made}", monkeypatch)
            open_desks.callback(desk.close)
            return desk

        yield make


def arranged(desk: Desk, manager: Desk, review_id: str) -> None:
    """Contact, consortium declared and confirmed, date agreed: the reduced scope is in force."""
    visits = desk.visits
    visits.log_contact(review_id, "Ines Calloway", "telephone", "Who I am, and a day.", VISIT_ON)
    visits.declare_consortium(review_id, True, "Vale Partnership", "We deliver nothing ourselves.")
    visits.agree_date(review_id, VISIT_ON)
    in_step(desk, manager)
    manager.visits.open_whole(review_id, lambda _: None)
    manager.visits.decide_scope(review_id, True, "It is an approved arrangement.")
    in_step(manager, desk)


def test_Q16_to_Q31_a_review_from_contact_to_issued_report(reviewing: ReviewHouse, laptop: Laptop) -> None:
    review_id = reviewing.review.id
    desk, manager = laptop(reviewing.robin), laptop(reviewing.house.person("quality"))
    (row,) = desk.visits.rows()
    assert (row.number, row.task_due) == (reviewing.review.number, True)
    assert "late" in row.ced_words
    (thin,) = manager.visits.rows()
    assert (thin.held, thin.reviewer) == (False, "Robin")
    with pytest.raises(KnownError) as unknown:
        manager.visits.sheet(review_id)
    assert unknown.value.code == "not_here"

    arranged(desk, manager, review_id)
    sheet = desk.visits.sheet(review_id)
    assert (sheet.review.scope, sheet.review.visit_on) == (Scope.REDUCED, VISIT_ON)
    assert sheet.pending == frozenset()

    recorded = list(whole_visit(desk, review_id))
    photos = kept_photos(desk, review_id)
    signed = desk.visits.submit_report(review_id, "A sound centre.").undo
    pdf = desk.visits.report_pdf(review_id)
    assert pdf is not None
    in_step(desk, manager)
    assert {row.state for row in desk.outbox()} == {OutboxState.SENT}
    sheet = desk.visits.sheet(review_id)
    assert sheet.review.state is ReviewState.COMPLETE
    assert sheet.review.outcome is ReviewOutcome.NO_ACTION
    assert sheet.pending == frozenset()
    assert [one.id for one in sheet.report.issued] == [signed]
    assert sheet.report.receipt.startswith("Received by the service")
    assert desk.visits.rows()[0].mark is SyncMark.SYNCED
    assert len(recorded) == 5 + 50 + 24

    # What the service hands to another computer is what was recorded here, every file with it.
    manager.visits.fetch(review_id, lambda _: None, lambda: False)
    theirs = manager.visits.sheet(review_id)
    assert [item.judgement for item in theirs.items] == [item.judgement for item in sheet.items]
    assert [one.meeting for one in theirs.meetings] == [one.meeting for one in sheet.meetings]
    assert kept_photos(manager, review_id) == photos
    assert manager.visits.report_pdf(review_id) == pdf
    assert hashlib.sha256(pdf).hexdigest() == sheet.report.issued[0].pdf_sha256


def test_a_correction_is_a_new_version_that_says_what_changed(reviewing: ReviewHouse, laptop: Laptop) -> None:
    review_id = reviewing.review.id
    desk, manager = laptop(reviewing.robin), laptop(reviewing.house.person("quality"))
    arranged(desk, manager, review_id)
    for _ in whole_visit(desk, review_id):
        pass
    desk.visits.submit_report(review_id, "First.")
    in_step(desk)
    first = desk.visits.report_pdf(review_id)
    item = desk.visits.sheet(review_id).item("QO.1.1")
    assert item is not None
    assert item.judgement is not None
    desk.visits.judge(
        review_id,
        "QO.1.1",
        Level.PARTLY_MET,
        "",
        "Seen again.",
        item.judgement.cites,
        [action(essential=True)],
    )
    with pytest.raises(KnownError) as refused:
        desk.visits.submit_report(review_id, "Second.")
    assert refused.value.code == "changes_missing"
    desk.visits.submit_report(review_id, "Second.", "QO.1.1 was judged again.")
    in_step(desk, manager)
    report = desk.visits.sheet(review_id).report
    assert [(one.version, one.changes) for one in report.issued] == [
        (1, ""),
        (2, "QO.1.1 was judged again."),
    ]
    assert desk.visits.sheet(review_id).review.outcome is ReviewOutcome.ACTION_REQUIRED
    assert manager.visits.report_pdf(review_id) == desk.visits.report_pdf(review_id) != first


def test_two_reviewers_offline_are_merged_and_the_same_measure_is_disputed_until_one_is_chosen(
    reviewing: ReviewHouse, laptop: Laptop
) -> None:
    review_id = reviewing.review.id
    robin = laptop(reviewing.robin)
    robin.visits.log_contact(review_id, "Ines Calloway", "telephone", "Who I am.")
    robin.visits.declare_consortium(review_id, False, "", "We teach here.")
    in_step(robin)
    reviewing.join(reviewing.sasha)
    sasha = laptop(reviewing.sasha)
    seen = robin.visits.add_evidence(review_id, NEXT, Source.VERBAL, "One person verifies.").undo
    robin.visits.judge(review_id, NEXT, Level.PARTLY_MET, "", "One person only.", [seen], [action()])
    robin.visits.judge(review_id, "QO.1.1", Level.MET, "", "In order.", (), [])
    wall = ("wall.jpg", picture(7))
    shown = sasha.visits.add_evidence(review_id, NEXT, Source.FILE, "The list", files=[wall]).undo
    sasha.visits.judge(review_id, NEXT, Level.MET, "", "Two people sign.", [shown], [])
    sasha.visits.judge(review_id, "QO.1.2", Level.MET, "", "Reviewed in May.", (), [])
    sasha.visits.save_draft(review_id, "QO.1.1", VisitDraft(commentary="Half a thought"))
    in_step(robin, sasha)
    for desk in (robin, sasha):
        sheet = desk.visits.sheet(review_id)
        item = sheet.item(NEXT)
        assert item is not None
        assert item.standing is Standing.DISPUTED
        assert {one.judgement.commentary for one in item.disputed} == {"One person only.", "Two people sign."}
        assert [one.mine for one in item.disputed].count(True) == 1
        assert "stand side by side" in item.meanwhile
        assert {one.id for one in item.citable if one.noted} == {seen, shown}
        assert ("level", NEXT) in {(one.field, one.code) for one in sheet.report.missing}
        assert sheet.judged == 2
        assert desk.visits.rows()[0].mark is SyncMark.ATTENTION
    other = sasha.visits.sheet(review_id).item("QO.1.1")
    assert other is not None
    assert "Judged elsewhere while you were writing: Robin" in other.meanwhile
    sasha.visits.put_draft_aside(review_id, "QO.1.1")
    other = sasha.visits.sheet(review_id).item("QO.1.1")
    assert other is not None
    assert (other.draft, other.meanwhile, [one.text for one in other.aside]) == (None, "", ["Half a thought"])

    disputed = robin.visits.sheet(review_id).item(NEXT)
    assert disputed is not None
    mine = next(one.judgement.id for one in disputed.disputed if one.mine)
    robin.visits.settle(review_id, NEXT, mine)
    in_step(robin, sasha)
    settled = sasha.visits.sheet(review_id).item(NEXT)
    assert settled is not None
    assert settled.judgement is not None
    assert settled.judgement.commentary == "One person only."
    assert len(settled.history) == 3
    with pytest.raises(KnownError) as decided:
        sasha.visits.settle(review_id, NEXT, mine)
    assert decided.value.code == "decided_already"


def test_two_devices_of_one_reviewer_merge(reviewing: ReviewHouse, laptop: Laptop) -> None:
    review_id = reviewing.review.id
    one, other = laptop(reviewing.robin), laptop(reviewing.robin)
    one.visits.log_contact(review_id, "Ines Calloway", "telephone", "Who I am.")
    other.visits.judge(review_id, NEXT, Level.MET, "", "From the tablet.", (), [])
    one.visits.judge(review_id, "QO.9.1", Level.MET, "", "From the laptop.", (), [])
    in_step(one, other)
    for desk in (one, other):
        sheet = desk.visits.sheet(review_id)
        assert sheet.judged == 2
        assert len(sheet.contacts) == 1
        assert sheet.pending == frozenset()


def test_D13_what_was_recorded_of_a_review_that_left_is_kept_and_its_files_go(
    reviewing: ReviewHouse, laptop: Laptop
) -> None:
    review_id = reviewing.review.id
    desk = laptop(reviewing.robin)
    desk.visits.log_contact(review_id, "Ines Calloway", "telephone", "Who I am.")
    desk.visits.judge(review_id, NEXT, Level.MET, "", "Recorded in time.", (), [])
    desk.visits.save_draft(review_id, "QO.1.1", VisitDraft(commentary="Never recorded"))
    desk.visits.save_form(review_id, "meeting", {"who": "Tam Okoro"})
    manager = reviewing.house.person("quality")
    reassign_review(
        reviewing.house.engine, manager, review_id, reviewing.sasha.email, reviewing.house.clock()
    )
    in_step(desk)
    assert desk.visits.rows() == ()
    rows = {row.what: row for row in desk.outbox()}
    number = reviewing.review.number
    assert rows[f"Review {number}, QO.1.1: not recorded yet"].gone
    assert rows[f"Review {number}: a meeting, not recorded yet"].gone
    assert len(desk.left_behind()) == 2
    assert (
        b"Never recorded"
        in Path(desk.export_copy(f"visit/{review_id}/QO.1.1", desk.profile.folder / "copy.txt")).read_bytes()
    )
    # The former reviewer's work from before still counts.
    sasha = laptop(reviewing.sasha)
    assert sasha.visits.sheet(review_id).judged == 1
    assert reviewing.house.count(t.quality_judgements) == 1


def test_what_the_service_refuses_comes_back_as_text(reviewing: ReviewHouse, laptop: Laptop) -> None:
    review_id = reviewing.review.id
    desk, manager = laptop(reviewing.robin), laptop(reviewing.house.person("quality"))
    desk.visits.log_contact(review_id, "Ines Calloway", "telephone", "Who I am.")
    desk.visits.declare_consortium(review_id, True, "Vale Partnership", "We deliver nothing ourselves.")
    in_step(desk)
    judged = desk.visits.judge(review_id, "QO.2", Level.MET, "", "Well led.", (), []).undo
    manager.visits.open_whole(review_id, lambda _: None)
    manager.visits.decide_scope(review_id, True, "Approved.")
    in_step(manager, desk)
    assert desk.visits.draft(review_id, "QO.2").commentary == "Well led."
    refused = next(row for row in desk.outbox() if row.act_id == judged)
    assert refused.state is OutboxState.ATTENTION
    assert "QO.2 is not part of this review" in refused.why
    assert desk.visits.rows()[0].mark is SyncMark.ATTENTION
    desk.visits.take_back(judged)
    assert desk.status().attention == 0


def test_take_offline_brings_the_files_of_a_review_and_a_leave_wipes_them(
    reviewing: ReviewHouse, laptop: Laptop
) -> None:
    review_id, house = reviewing.review.id, reviewing.house
    reviewing.upload("QO.1.3", "malpractice.txt", POLICY)
    reviewing.upload("QO.3", "claims.txt", b"Who verified which claim.")
    reviewing.join(reviewing.sasha)
    sasha = laptop(reviewing.sasha)
    sasha.visits.add_evidence(review_id, NEXT, Source.FILE, "", files=[("wall.jpg", picture())])
    in_step(sasha)
    desk = laptop(reviewing.robin)
    (planned,) = desk.travel.plan().requests
    assert (planned.number, planned.due) == (
        reviewing.review.number,
        "Record what the quality nominee answers about a consortium",
    )
    assert [group.title for group in planned.groups] == ["QO.1.3", "QO.3", NEXT]
    single = planned.groups[2].files[0]
    first = desk.travel.take(TravelChoice(evidence=frozenset({single.id})), lambda _: None, lambda: False)
    assert (first.ready, first.files) == (True, 1)
    assert desk.visits.rows()[0].offline is Offline.NONE
    done = desk.travel.take(TravelChoice(frozenset({review_id})), lambda _: None, lambda: False)
    assert (done.ready, done.files, done.agreed) == (True, 3, 3)
    assert desk.visits.rows()[0].offline is Offline.READY
    item = desk.visits.sheet(review_id).item("QO.1.3")
    assert item is not None
    policy = next(one for one in item.citable if one.files)
    assert policy.files[0].state == "On this computer"
    with desk.visits.open_file(review_id, policy.files[0].id) as document:
        assert document.text() == POLICY.decode()
    assert len(list(sealed_in(desk))) == 3
    reassign_review(house.engine, house.person("quality"), review_id, reviewing.sasha.email, house.clock())
    in_step(desk)
    assert desk.visits.rows() == ()
    assert list(sealed_in(desk)) == []


def sealed_in(desk: Desk) -> Iterator[Path]:
    return (desk.profile.folder / "files").rglob("*.sealed")
