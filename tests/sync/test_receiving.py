"""Downloads that break off and go on, over real HTTP: what came does not come again, and nothing wrong stays."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.domain.evidence import Evidence
from app.sync.calls import Steps, T
from app.sync.driver import Driver
from app.sync.fetching import AT_ONCE, fetch_all
from app.sync.receiving import LARGE, STRETCH, Receiving
from app.sync.transfer import Cancelled
from app.sync.upload_worker import UploadWorker
from app.vault.files import CHUNK, FileStore
from tests.support import records
from tests.sync.device import Device
from tests.sync.fileserver import FileServer, serving_file
from tests.sync.simulated import SimulatedService

SMALL = hashlib.shake_256(b"small").digest(4 * CHUNK + 999)
HUGE = hashlib.shake_256(b"huge").digest(CHUNK) * (LARGE // CHUNK + 17) + b"the end"


class Laptop:
    """A device that knows of one file, and how it fetches from a file server."""

    def __init__(self, device: Device, service: SimulatedService, server: FileServer, folder: Path) -> None:
        self.device = device
        self.service = service
        self.server = server
        self.store = FileStore(folder)
        self.driver = Driver(server.address)
        self.receiving = Receiving(device.cache, self.store, device.work.uploads, self.carry)
        self.item = records.evidence(sha256=server.sha256, size=len(server.data))
        self.arrived = 0
        service.put(self.item)
        device.sync()

    def carry(self, steps: Steps[T]) -> T:
        return self.driver.run(steps)

    def count(self, length: int) -> None:
        self.arrived += length

    def receive(self, item: Evidence | None = None) -> None:
        self.arrived = 0
        self.receiving.receive(item or self.item, self.count, lambda: False)

    def content(self) -> bytes | None:
        key = self.device.cache.file_key(self.server.sha256)
        if key is None:
            return None
        with self.store.open(self.server.sha256, key) as sealed:
            return b"".join(sealed.chunks())

    def close(self) -> None:
        self.receiving.close()
        self.driver.close()


@pytest.fixture
def laptop(
    request: pytest.FixtureRequest, device: Device, service: SimulatedService, tmp_path: Path
) -> Iterator[Laptop]:
    with serving_file(getattr(request, "param", SMALL)) as server:
        made = Laptop(device, service, server, tmp_path / "files")
        yield made
        made.close()


large = pytest.mark.parametrize("laptop", [HUGE], indirect=True)


def test_a_download_that_broke_off_goes_on_with_the_first_missing_byte(laptop: Laptop) -> None:
    laptop.server.cut = [2 * CHUNK + 500_000]
    with pytest.raises(KnownError) as refused:
        laptop.receive()
    assert refused.value.code == "service_unreachable"
    assert laptop.content() is None
    laptop.receive()
    assert laptop.server.asked == [(0, len(SMALL)), (2 * CHUNK, len(SMALL))]
    assert laptop.arrived == len(SMALL)
    assert laptop.content() == SMALL
    assert [path.suffix for path in laptop.store.folder.iterdir()] == [".sealed"]


def test_it_goes_on_after_the_program_was_closed(laptop: Laptop) -> None:
    laptop.server.cut = [3 * CHUNK]
    with pytest.raises(KnownError):
        laptop.receive()
    laptop.device.restart()
    again = Laptop(laptop.device, laptop.service, laptop.server, laptop.store.folder)
    again.store.sweep_parts()
    again.receive()
    assert laptop.server.asked[-1] == (3 * CHUNK, len(SMALL))
    assert again.content() == SMALL
    again.close()


def test_a_paused_download_keeps_what_it_has(laptop: Laptop) -> None:
    with pytest.raises(Cancelled):
        laptop.receiving.receive(laptop.item, laptop.count, lambda: laptop.arrived >= 2 * CHUNK)
    laptop.receive()
    (_, (start, _)) = laptop.server.asked
    assert start >= CHUNK
    assert laptop.content() == SMALL


def test_a_changed_tag_begins_anew(laptop: Laptop) -> None:
    laptop.server.cut = [2 * CHUNK]
    with pytest.raises(KnownError):
        laptop.receive()
    laptop.server.etag = '"another"'
    laptop.receive()
    assert laptop.server.asked[1:] == [(0, len(SMALL)), (0, len(SMALL))]
    assert laptop.arrived == len(SMALL)
    assert laptop.content() == SMALL


def test_a_server_without_ranges_still_brings_the_file(laptop: Laptop) -> None:
    laptop.server.ranges = False
    laptop.server.cut = [2 * CHUNK]
    with pytest.raises(KnownError):
        laptop.receive()
    laptop.receive()
    assert laptop.arrived == len(SMALL)
    assert laptop.content() == SMALL


@large
def test_a_server_without_ranges_still_brings_a_large_file(laptop: Laptop) -> None:
    laptop.server.ranges = False
    laptop.receive()
    assert laptop.arrived == len(HUGE)
    assert laptop.content() == HUGE


def test_a_range_that_is_not_the_one_asked_for_is_not_taken(laptop: Laptop) -> None:
    laptop.server.cut = [2 * CHUNK]
    with pytest.raises(KnownError):
        laptop.receive()
    laptop.server.data = SMALL + b"longer than announced"
    with pytest.raises(KnownError) as refused:
        laptop.receive()
    assert refused.value.code == "not_the_service"
    laptop.server.data = SMALL
    laptop.receive()
    assert laptop.content() == SMALL


@large
def test_a_large_file_comes_in_several_ranges_at_once(laptop: Laptop) -> None:
    count = -(-len(HUGE) // STRETCH)
    laptop.server.together = threading.Barrier(count)
    laptop.receive()
    starts = sorted(laptop.server.asked)
    assert [start for start, _ in starts] == [number * STRETCH for number in range(count)]
    assert starts[-1][1] == len(HUGE)
    assert laptop.server.parallel == count
    assert laptop.arrived == laptop.server.sent == len(HUGE)
    assert laptop.content() == HUGE


@large
def test_a_large_file_that_broke_off_repeats_less_than_a_chunk_for_each_connection(laptop: Laptop) -> None:
    laptop.server.cut = [9 * CHUNK + 400_000]
    with pytest.raises(KnownError) as refused:
        laptop.receive()
    assert refused.value.code == "service_unreachable"
    assert laptop.content() is None
    assert laptop.arrived <= len(HUGE)
    before, laptop.server.sent = laptop.server.sent, 0
    laptop.receive()
    assert laptop.content() == HUGE
    assert laptop.server.sent < len(HUGE)
    assert laptop.arrived == len(HUGE)
    assert before > 0


@large
def test_a_large_file_that_changed_is_thrown_away(laptop: Laptop) -> None:
    laptop.server.data = HUGE[:-1] + b"!"
    with pytest.raises(KnownError) as refused:
        laptop.receive()
    assert refused.value.code == "file_changed_on_the_way"
    assert list(laptop.store.folder.iterdir()) == []
    laptop.server.data = HUGE
    laptop.receive()
    assert laptop.content() == HUGE


@large
def test_a_large_file_can_be_paused(laptop: Laptop) -> None:
    with pytest.raises(Cancelled):
        laptop.receiving.receive(laptop.item, laptop.count, lambda: laptop.arrived > 40 * CHUNK)
    assert laptop.content() is None
    laptop.server.sent = 0
    laptop.receive()
    assert laptop.server.sent <= len(HUGE) - (40 - AT_ONCE) * CHUNK
    assert laptop.content() == HUGE


def test_a_request_that_leaves_while_its_file_comes_takes_part_and_key_along(laptop: Laptop) -> None:
    sha256, gone = laptop.server.sha256, threading.Event()

    def leave_at_half(length: int) -> None:
        laptop.arrived += length
        if laptop.arrived > 2 * CHUNK and not gone.is_set():
            gone.set()
            laptop.service.assign("request-1", mine=False)
            laptop.device.sync()
            laptop.receiving.remove_left()

    with pytest.raises(KnownError) as refused:
        laptop.receiving.receive(laptop.item, leave_at_half, lambda: False)
    assert refused.value.code == "evidence_gone"
    assert list(laptop.store.folder.iterdir()) == []
    with laptop.device.cache._database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM files").scalar() == 0
    assert laptop.device.cache.files_to_remove() == ()
    assert laptop.device.cache.file_key(sha256) is None


def test_two_who_want_the_same_file_share_one_download(laptop: Laptop) -> None:
    threads = [threading.Thread(target=laptop.receive) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert laptop.server.asked == [(0, len(SMALL))]
    assert laptop.content() == SMALL


def test_a_broken_file_is_gone_on_with_by_the_second_try(laptop: Laptop) -> None:
    laptop.server.cut = [2 * CHUNK]
    done = fetch_all([laptop.item], laptop.receiving.receive, lambda _: None, lambda: False)
    assert (done.done, done.bytes_done, dict(done.failed)) == (1, len(SMALL), {})
    assert laptop.server.sent == len(SMALL)


@pytest.mark.parametrize("known", [False, True], ids=["before its record came", "after its record came"])
def test_a_file_the_person_added_is_not_fetched(laptop: Laptop, known: bool) -> None:
    worker = UploadWorker(laptop.device.work.uploads, laptop.device.cache, laptop.store, laptop.carry)
    data = SMALL if known else SMALL + b"of my own"
    worker.add(data, "mine.bin", "", "request-1", "act-1")
    mine = records.evidence("mine", sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    laptop.service.put(mine)
    laptop.device.sync()
    laptop.receive(mine)
    assert laptop.server.asked == []
    key = laptop.device.cache.file_key(mine.sha256)
    assert key is not None
    with laptop.store.open(mine.sha256, key) as sealed:
        assert b"".join(sealed.chunks()) == data


def test_no_more_connections_than_agreed_are_used_whoever_asks(laptop: Laptop) -> None:
    items = [
        records.evidence(f"e{number}", sha256=f"{number:064}", size=len(SMALL))
        for number in range(3 * AT_ONCE)
    ]
    laptop.service.put(*items)
    laptop.device.sync()
    # No answer comes until each of them has either asked the server or looked whether it is still wanted.
    laptop.server.gate = threading.Event()
    waiting: set[str] = set()
    asked_at_once: list[int] = []
    codes: list[str] = []

    def look() -> None:
        asked = len(laptop.server.asked)
        if asked + len(waiting) >= len(items) and not asked_at_once:
            asked_at_once.append(asked)
            assert laptop.server.gate is not None
            laptop.server.gate.set()

    laptop.server.on_ask = look

    def receive(item: Evidence) -> None:
        def cancelled() -> bool:
            waiting.add(item.id)
            look()
            return False

        with pytest.raises(KnownError) as refused:
            laptop.receiving.receive(item, lambda _: None, cancelled)
        codes.append(refused.value.code)

    threads = [threading.Thread(target=receive, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == ["file_changed_on_the_way"] * len(items)
    assert asked_at_once == [AT_ONCE]
    assert laptop.server.parallel == AT_ONCE == 4
