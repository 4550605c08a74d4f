"""Take offline, against the real service: planning, fetching, reading everything whole, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.domain.errors import KnownError
from app.domain.evidence import Evidence, EvidenceKind
from app.domain.moderation import RequestState
from app.models.held import Page
from app.service import tables
from app.service.assignments import assign_moderator
from app.service.claims import Attachment, attach_evidence
from app.wire.codec import body_of
from app.wire.messages import FeedLine
from app.workspace.entrance import enter, sign_in
from app.workspace.links import host_of
from app.workspace.snapshots import Changes, Offline
from app.workspace.travel_plan import (
    RESERVE,
    Stage,
    TravelChoice,
    TravelFile,
    TravelPlan,
    TravelProgress,
    TravelReport,
    need_of,
)
from tests.service.ground import NOW, PASSWORD, Ground, House
from tests.support import records
from tests.support.desks import Clock, make_profile, one_request, open_desk
from tests.support.keys import FileKeys
from tests.support.travel import LARGE, LINK, SlowRoad, copied, lay, on_the_road


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ground]:
    """A service's database and files, laid out once."""
    folder = tmp_path_factory.mktemp("service")
    return folder, lay(folder)


@dataclass(frozen=True)
class Service:
    """A running service; ``close`` takes it away."""

    address: str
    close: Callable[[], None]


class Travelling:
    """A moderator's laptop beside a service that can be stopped."""

    def __init__(self, house: House, folder: Path, address: str) -> None:
        self.house = house
        self.keys = FileKeys(folder / "keys.json")
        self.desk = sign_in(address, "morgan@people.invalid", PASSWORD, keys=self.keys)
        self.desk.sync(lambda _: None)
        self.seen: list[TravelProgress] = []
        self.changes: list[Changes] = []

    @property
    def whole(self) -> TravelChoice:
        return TravelChoice(frozenset({self.house.request("R1")}))

    @property
    def store(self) -> Path:
        return self.desk.profile.folder / "files"

    def plan(self) -> TravelPlan:
        return self.desk.travel.plan([self.house.request("R1")])

    def file(self, name: str) -> TravelFile:
        return next(file for file in self.plan().requests[0].files if file.evidence.name == name)

    def take(self, choice: TravelChoice, stopped: Callable[[], bool] = lambda: False) -> TravelReport:
        self.seen, self.changes = [], []
        return self.desk.travel.take(choice, self.seen.append, stopped, self.changes.append)

    def until(self, when: Callable[[TravelProgress], bool]) -> Callable[[], bool]:
        """Stops the run as soon as its progress is like this."""
        return lambda: any(when(progress) for progress in self.seen)

    def total(self, stage: Stage) -> int:
        """How many files a stage of the last run was about; 0 when there was none."""
        return next((progress.total for progress in self.seen if progress.stage is stage), 0)

    def sealed(self, name: str) -> Path:
        return self.store / f"{self.file(name).evidence.sha256}.sealed"

    def offline(self) -> Offline:
        return next(row.offline for row in self.desk.work() if row.number == "R1")

    def reopen(self) -> None:
        folder = self.desk.profile.folder
        self.desk.close()
        self.desk = enter(folder, keys=self.keys)


@pytest.fixture
def house(laid: tuple[Path, Ground], tmp_path: Path) -> Iterator[House]:
    made = copied(laid, tmp_path / "service")
    yield made
    made.close()


@pytest.fixture
def service(house: House) -> Iterator[Service]:
    with ExitStack() as road:
        yield Service(road.enter_context(on_the_road(SlowRoad(house.settings))), road.close)


@pytest.fixture
def laptop(
    house: House, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Travelling]:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path / "laptop"))
    (tmp_path / "laptop").mkdir()
    made = Travelling(house, tmp_path / "laptop", service.address)
    yield made
    made.desk.close()


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


# What is wrong with a copy


@pytest.mark.parametrize("harm", ["flipped", "cut", "gone"])
def test_M48_a_damaged_copy_is_found_by_reading_and_fetched_once_more(laptop: Travelling, harm: str) -> None:
    laptop.take(laptop.whole)
    spoil(laptop.sealed("recording.bin"), harm)
    assert laptop.file("recording.bin").here
    report = laptop.take(laptop.whole)
    assert report.ready
    assert report.agreed == 7
    assert laptop.total(Stage.FETCH) == 1
    opened = laptop.desk.travel.take(laptop.whole, lambda _: None, lambda: False)
    assert opened.ready


@pytest.mark.parametrize("harm", ["flipped", "cut", "gone"])
def test_M48_a_damaged_copy_without_a_network_is_named_and_no_longer_counts_as_here(
    laptop: Travelling, service: Service, harm: str
) -> None:
    laptop.take(laptop.whole)
    assert laptop.offline() is Offline.READY
    spoil(laptop.sealed("recording.bin"), harm)
    service.close()
    report = laptop.take(laptop.whole)
    assert not report.ready
    assert report.agreed == 6
    (failure,) = report.failures
    assert failure.file.evidence.name == "recording.bin"
    assert failure.where == "R1, sample 2"
    assert failure.says.startswith("The copy on this computer was damaged. The service")
    assert laptop.offline() is Offline.PARTLY
    assert not laptop.file("recording.bin").here


def test_a_copy_that_is_not_as_long_as_the_service_says_does_not_agree(tmp_path: Path) -> None:
    items, files = one_request(1, [("work.txt", b"words of an essay")], id="request-1", number="MR-1")
    items = [replace(item, size=item.size + 1) if isinstance(item, Evidence) else item for item in items]
    desk = open_desk(make_profile(tmp_path, items, files), Clock())
    report = desk.travel.take(TravelChoice(frozenset({"request-1"})), lambda _: None, lambda: False)
    assert (report.files, report.agreed, len(report.failures)) == (1, 0, 1)
    desk.close()


def test_M48_a_copy_that_never_agrees_is_named_although_the_network_is_there(laptop: Travelling) -> None:
    laptop.take(laptop.whole)
    item = laptop.file("work.txt").evidence
    kind, body = body_of(replace(item, size=item.size + 1))
    line = FeedLine(kind=kind, id=item.id, root=item.request_id, rev=item.rev, body=msgspec.Raw(body))
    cache = laptop.desk._cache
    cache.apply_page(Page([line], cache.cursor(), cache.seen(), more=False))
    report = laptop.take(laptop.whole)
    assert not report.ready
    assert report.refused is None
    assert (report.files, report.agreed) == (7, 6)
    (failure,) = report.failures
    assert failure.says.startswith("The copy on this computer was damaged.")


def test_a_file_that_the_service_lost_is_named_and_the_others_come_along(laptop: Travelling) -> None:
    lost = laptop.file("work.txt")
    with laptop.house.engine.begin() as connection:
        connection.execute(tables.blobs.delete().where(tables.blobs.c.sha256 == lost.evidence.sha256))
    report = laptop.take(laptop.whole)
    assert not report.ready
    assert report.refused is None
    assert (report.files, report.agreed) == (7, 6)
    (failure,) = report.failures
    assert (failure.file.evidence.name, failure.where) == ("work.txt", "R1")
    assert failure.says
    assert failure.do


# Without a service, without room, without a sign-in


def test_an_offline_start_reads_what_is_here_and_tells_as_at_when(
    laptop: Travelling, service: Service
) -> None:
    before = laptop.take(laptop.whole)
    service.close()
    report = laptop.take(laptop.whole)
    assert report.refused is not None
    assert report.refused.code == "service_unreachable"
    assert report.whole
    assert not report.ready
    assert report.as_at == before.as_at
    assert laptop.total(Stage.CHECK) == 7


def test_an_offline_start_without_the_files_names_each_of_them(laptop: Travelling, service: Service) -> None:
    service.close()
    report = laptop.take(laptop.whole)
    assert (report.files, report.agreed, len(report.failures)) == (7, 0, 7)
    assert {failure.says for failure in report.failures} == {report.refused.says if report.refused else ""}
    assert laptop.total(Stage.FETCH) == 0


def test_a_sign_in_that_is_over_is_said_and_not_called_ready(laptop: Travelling) -> None:
    laptop.take(laptop.whole)
    with laptop.house.engine.begin() as connection:
        connection.execute(tables.tokens.delete())
    report = laptop.take(laptop.whole)
    assert report.refused is not None
    assert report.refused.code == "sign_in_again"
    assert report.whole
    assert not report.ready


def test_M48_a_disk_that_is_too_small_is_foreseen_and_nothing_is_begun(tmp_path: Path) -> None:
    items, files = one_request(1, [("work.txt", b"words of an essay")], id="request-1", number="MR-1")
    huge = records.evidence("huge", request_id="request-1", sample_id="", name="film.mkv", size=10**17)
    desk = open_desk(make_profile(tmp_path, [*items, huge], files), Clock())
    choice = TravelChoice(frozenset({"request-1"}))
    plan = desk.travel.plan()
    need = plan.need(choice)
    assert not need.fits
    assert need.short_by == 10**17 + RESERVE - plan.free
    seen: list[TravelProgress] = []
    report = desk.travel.take(choice, seen.append, lambda: False)
    assert report.short_by > 10**16
    assert not report.ready
    assert [failure.file.evidence.name for failure in report.failures] == ["film.mkv"]
    assert "room" in report.failures[0].says
    assert not any(progress.stage is Stage.FETCH for progress in seen)
    # What is here was read all the same.
    assert report.agreed == 1
    desk.close()


def test_nothing_to_take_is_never_ready(laptop: Travelling) -> None:
    link = TravelChoice(evidence=frozenset({laptop.file("Filmed presentation").id}))
    report = laptop.take(link)
    assert (report.ready, report.files) == (False, 0)
    assert [one.file.evidence.url for one in report.links] == [LINK]


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
        laptop.desk.open_evidence(laptop.house.request("R1"), gone.id)
    known = laptop.desk.travel.remembered()
    assert known is not None
    assert not known.choice
    assert known.numbers == {}
    assert "R1" not in str(laptop.desk.setting("travel"))


# Links


@pytest.mark.parametrize(
    "url", [LINK, "http://portfolio.example.invalid:8080/x", "https://xn--brn-0na.example.invalid"]
)
def test_M43_a_plain_address_of_the_web_may_be_opened(url: str) -> None:
    assert host_of(url).endswith("example.invalid")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "smb://share.example.invalid/x",
        "portfolio.example.invalid/x",
        "https://",
        "https://bank.example.invalid@evil.example.invalid/",
        "https://evil.example.invalid\\@bank.example.invalid/",
        "https://evil.example.invalid/\u202egpj.exe",
        "https://evil.example.invalid/a b",
        "https://evil.example.invalid:99999999/",
        "https://[::1/",
        "",
    ],
)
def test_M45_what_is_no_plain_address_of_the_web_is_not_opened(url: str) -> None:
    with pytest.raises(KnownError) as refused:
        host_of(url)
    assert refused.value.code == "link_not_web"


def spoil(path: Path, harm: str) -> None:
    """What a bad disk does to a sealed file."""
    data = bytearray(path.read_bytes())
    if harm == "flipped":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif harm == "cut":
        path.write_bytes(data[:-5000])
    else:
        path.unlink()
