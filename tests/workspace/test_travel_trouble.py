"""Take offline when something is wrong: damaged copies, no service, no room, a sign-in that is over."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.domain.errors import KnownError
from app.domain.evidence import Evidence, EvidenceKind
from app.models.held import Page
from app.service import tables
from app.service.quick import Attachment, attach_evidence
from app.wire.codec import body_of
from app.wire.messages import FeedLine
from app.workspace.snapshots import Offline
from app.workspace.travel_plan import RESERVE, Stage, TravelChoice, TravelProgress
from tests.service.ground import NOW
from tests.support import records
from tests.support.desks import Clock, make_profile, one_request, open_desk
from tests.support.travel import LINK, Service, Travelling

# What is wrong with a copy


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


def test_whoever_opens_a_damaged_copy_is_told_what_mends_it_and_it_does(laptop: Travelling) -> None:
    laptop.take(laptop.whole)
    spoil(laptop.sealed("recording.bin"), "flipped")
    request, file = laptop.house.request("R1"), laptop.file("recording.bin")
    with pytest.raises(KnownError) as refused:
        laptop.desk.evidence.hand_over(request, file.id)
    assert refused.value.code == "file_damaged"
    assert refused.value.do.startswith("Take its request offline")
    assert laptop.take(laptop.whole).ready
    assert laptop.desk.evidence.hand_over(request, file.id).name == "recording.bin"


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


def test_two_lost_files_of_one_name_are_each_told_with_their_own_reason(laptop: Travelling) -> None:
    words = (b"an essay", b"another essay")
    pieces = [Attachment(EvidenceKind.LEARNER_WORK, "essay.txt", data, sample=2) for data in words]
    attach_evidence(laptop.house.engine, laptop.house.blobs, "R1", pieces, NOW)
    unknown, spoilt = (hashlib.sha256(data).hexdigest() for data in words)
    with laptop.house.engine.begin() as connection:
        connection.execute(tables.blobs.delete().where(tables.blobs.c.sha256 == unknown))
    (stored,) = Path(laptop.house.files_url).rglob(f"*{spoilt}*")
    stored.write_bytes(b"another words")
    report = laptop.take(laptop.whole)
    says = {failure.file.evidence.sha256: failure.says for failure in report.failures}
    assert {failure.file.evidence.name for failure in report.failures} == {"essay.txt"}
    assert says == {
        unknown: "There is no such file, or none that you may read.",
        spoilt: "The file that arrived is not the file that was announced, so it was not kept.",
    }


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
