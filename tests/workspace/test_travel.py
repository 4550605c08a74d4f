"""Take offline, against the real service: planning, fetching, reading everything whole, pausing and going on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import KnownError
from app.domain.evidence import EvidenceKind
from app.domain.moderation import RequestState
from app.service.assignments import assign_moderator
from app.service.quick import Attachment, attach_evidence
from app.workspace.snapshots import Offline
from app.workspace.travel_plan import RESERVE, Stage, TravelChoice, TravelFile, need_of
from tests.service.ground import NOW
from tests.support import records
from tests.support.desks import Clock, make_profile, one_request, open_desk
from tests.support.travel import LARGE, LINK, Travelling

# What there is to choose from


def test_the_plan_goes_from_requests_over_samples_to_files_with_their_sizes(laptop: Travelling) -> None:
    plan = laptop.desk.travel.plan()
    request = plan.requests[0]
    assert [one.number for one in plan.requests] == ["R1", "R3"]
    assert request.centre == "Oakvale College (C1)"
    assert "working days" in request.due
    assert [group.sample.position if group.sample else 0 for group in request.groups] == [0, 2]
    sizes = {file.evidence.name: (file.evidence.size, file.here) for file in request.files}
    assert sizes["recording.bin"] == (len(LARGE), False)
    assert sizes["Filmed presentation"] == (0, False)
    assert not any(file.evidence.not_applicable for file in request.files)
    assert plan.free > 0
    assert plan.as_at is not None


def test_a_link_cannot_come_along_and_says_where_it_lies(laptop: Travelling) -> None:
    link = laptop.file("Filmed presentation")
    assert not link.can_come
    assert link.reason == f"lies on the centre's own platform: {LINK}"
    plan = laptop.plan()
    assert link not in plan.chosen(laptop.whole)
    assert plan.links(laptop.whole) == (link,)
    assert plan.links(TravelChoice(evidence=frozenset({laptop.file("work.txt").id}))) == (link,)
    assert plan.links(TravelChoice(frozenset({"another"}))) == ()


def test_what_a_choice_costs_is_what_is_not_here(tmp_path: Path) -> None:
    here = TravelFile(records.evidence("here", size=700), here=True)
    away = TravelFile(records.evidence("away", sha256="b" * 64, size=300), here=False)
    need = need_of((here, away), RESERVE + 300)
    assert (need.files, need.size, need.to_fetch, need.size_to_fetch) == (2, 1000, 1, 300)
    assert need.fits
    assert need_of((here, away), RESERVE + 299).short_by == 1
    # What is here already needs no room, however full the disk is.
    assert need_of((here,), 0).fits


def test_a_file_that_several_samples_share_counts_once(tmp_path: Path) -> None:
    items, _ = one_request(3, [("same.txt", b"the same words for all")], id="request-1")
    desk = open_desk(make_profile(tmp_path, items), Clock())
    plan = desk.travel.plan()
    assert len(plan.requests[0].files) == 3
    need = plan.need(TravelChoice(frozenset({"request-1"})))
    assert (need.files, need.size_to_fetch) == (1, len(b"the same words for all"))
    desk.close()


def test_requests_that_are_done_with_are_not_offered_unless_they_are_asked_for(tmp_path: Path) -> None:
    made: list[Any] = []
    for number, state in (("1", RequestState.IN_MODERATION), ("2", RequestState.RECORDS_UPDATED)):
        made += one_request(1, [("work.txt", b"words")], id=number, number=f"MR-{number}", state=state)[0]
    desk = open_desk(make_profile(tmp_path, made), Clock())
    assert [one.number for one in desk.travel.plan().requests] == ["MR-1"]
    assert [one.number for one in desk.travel.plan(also={"2"}).requests] == ["MR-1", "MR-2"]
    assert [one.number for one in desk.travel.plan(["2", "gone"]).requests] == ["MR-2"]
    desk.close()


# Taking it


def test_M48_ready_when_every_file_was_fetched_and_then_read_whole(laptop: Travelling) -> None:
    report = laptop.take(laptop.whole)
    chosen = laptop.plan().chosen(laptop.whole)
    assert report.ready
    assert report.files == report.agreed == len(chosen) == 7
    assert report.size == sum(file.evidence.size for file in chosen)
    assert [link.where for link in report.links] == ["R1, sample 2"]
    assert report.as_at is not None
    assert {file.evidence.name for file in chosen if not file.here} == set()
    assert laptop.offline() is Offline.READY
    stages = list(dict.fromkeys(progress.stage for progress in laptop.seen))
    assert stages == [Stage.SYNC, Stage.FETCH, Stage.CHECK]
    fetched = [progress for progress in laptop.seen if progress.stage is Stage.FETCH]
    assert "recording.bin" in {name for progress in fetched for name in progress.names}
    assert all(len(progress.names) <= 4 for progress in fetched)
    last = laptop.seen[-1]
    assert (last.bytes_done, last.bytes_total) == (report.size, report.size)
    assert any(laptop.house.request("R1") in changes.requests for changes in laptop.changes)


def test_M48_a_second_run_fetches_nothing_and_still_reads_everything(laptop: Travelling) -> None:
    laptop.take(laptop.whole)
    report = laptop.take(laptop.whole)
    assert report.ready
    assert laptop.total(Stage.FETCH) == 0
    assert laptop.total(Stage.CHECK) == report.files


def test_only_what_was_chosen_comes_along(laptop: Travelling) -> None:
    chosen = laptop.file("recording.bin")
    report = laptop.take(TravelChoice(evidence=frozenset({chosen.id})))
    assert (report.ready, report.files) == (True, 1)
    assert [path.name for path in laptop.store.glob("*.sealed")] == [f"{chosen.evidence.sha256}.sealed"]
    assert laptop.offline() is Offline.PARTLY


def test_a_whole_request_brings_what_the_centre_adds_later_a_single_file_does_not(
    laptop: Travelling,
) -> None:
    laptop.take(laptop.whole)
    single = TravelChoice(evidence=frozenset({laptop.file("work.txt").id}))
    added = Attachment(EvidenceKind.LEARNER_WORK, "added.txt", b"more words", sample=1)
    attach_evidence(laptop.house.engine, laptop.house.blobs, "R1", [added], NOW)
    known = laptop.desk.travel.remembered()
    assert known is not None
    assert laptop.take(known.choice).files == 8
    assert laptop.file("added.txt").here
    assert laptop.take(single).files == 1


# Pausing, restarting, refreshing


def test_M48_a_pause_keeps_what_arrived_and_resuming_fetches_only_the_rest(laptop: Travelling) -> None:
    paused = laptop.take(laptop.whole, laptop.until(lambda p: p.stage is Stage.FETCH and p.done >= 1))
    assert paused.stopped
    assert not paused.ready
    assert paused.failures == ()
    here = [file for file in laptop.plan().chosen(laptop.whole) if file.here]
    assert here
    known = laptop.desk.travel.remembered()
    assert known is not None
    assert known.unfinished
    report = laptop.take(known.choice)
    assert report.ready
    assert laptop.total(Stage.FETCH) == report.files - len(here)
    again = laptop.desk.travel.remembered()
    assert again is not None
    assert (again.unfinished, again.ready, again.ended_at) == (False, True, report.ended_at)


def test_M48_a_pause_while_reading_is_not_taken_for_agreement(laptop: Travelling) -> None:
    laptop.take(laptop.whole)
    paused = laptop.take(laptop.whole, laptop.until(lambda p: p.stage is Stage.CHECK))
    assert paused.stopped
    assert paused.agreed < paused.files
    assert not paused.ready


def test_M48_a_pause_in_the_middle_of_a_long_file_does_not_call_it_read(laptop: Travelling) -> None:
    long = TravelChoice(evidence=frozenset({laptop.file("recording.bin").id}))
    assert laptop.take(long).ready
    paused = laptop.take(long, laptop.until(lambda p: p.stage is Stage.CHECK and p.bytes_done > 0))
    assert paused.stopped
    assert (paused.files, paused.agreed) == (1, 0)


def test_M48_after_a_restart_the_choice_is_remembered_and_one_step_goes_on(laptop: Travelling) -> None:
    laptop.take(laptop.whole, laptop.until(lambda p: p.stage is Stage.FETCH and p.done >= 1))
    laptop.reopen()
    known = laptop.desk.travel.remembered()
    assert known is not None
    assert known.unfinished
    assert known.choice == laptop.whole
    assert known.numbers == {laptop.house.request("R1"): "R1"}
    assert laptop.take(known.choice).ready
    laptop.reopen()
    known = laptop.desk.travel.remembered()
    assert known is not None
    assert known.ready
    assert laptop.take(known.choice).ready


def test_giving_up_keeps_the_choice_and_what_arrived(laptop: Travelling) -> None:
    assert laptop.desk.travel.remembered() is None
    laptop.desk.travel.give_up()
    assert laptop.desk.travel.remembered() is None
    laptop.take(laptop.whole, laptop.until(lambda p: p.stage is Stage.FETCH and p.done >= 1))
    laptop.desk.travel.give_up()
    known = laptop.desk.travel.remembered()
    assert known is not None
    assert (known.unfinished, known.choice) == (False, laptop.whole)
    assert list(laptop.store.glob("*.sealed"))


def test_a_request_that_left_is_named_once_and_its_files_and_keys_are_gone(laptop: Travelling) -> None:
    laptop.take(laptop.whole)
    gone = laptop.file("recording.bin")
    sealed = laptop.sealed("recording.bin")
    assign_moderator(laptop.house.engine, "R1", "jules@people.invalid")
    # The ordinary round of sync takes it away first; the report still knows what was chosen.
    laptop.desk.sync(lambda _: None)
    known = laptop.desk.travel.remembered()
    assert known is not None
    report = laptop.take(known.choice)
    assert report.left == ("R1",)
    assert not report.ready
    assert not sealed.exists()
    with pytest.raises(KnownError):
        laptop.desk.evidence.open(laptop.house.request("R1"), gone.id)
    known = laptop.desk.travel.remembered()
    assert known is not None
    assert not known.choice
    assert known.numbers == {}
    assert "R1" not in str(laptop.desk.setting("travel"))
