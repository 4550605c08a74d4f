"""Files on their way here: whole, verified and encrypted, or not at all."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.domain.evidence import Evidence, Fetch
from app.sync.calls import HttpAnswer, HttpCall
from app.sync.fetching import AT_ONCE, fetch_all, wanted
from app.sync.transfer import Cancelled, receive_file
from app.vault.files import FileStore
from app.vault.keys import new_file_key
from tests.support import records
from tests.sync.device import Device
from tests.sync.network import Fault
from tests.sync.simulated import SimulatedService

DATA = b"Evidence of learner one, twenty-eight bytes and more"
HASH = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def ready(device: Device, service: SimulatedService) -> Device:
    """The device knows of a file that the service has."""
    service.put(records.evidence(sha256=HASH, size=len(DATA)))
    service.blobs[HASH] = DATA
    device.sync()
    return device


def fetch(device: Device, store: FileStore, size: int = len(DATA), stop_after: int = 10**9) -> int:
    key = device.cache.reserve_file(HASH, size, new_file_key())
    assert key is not None
    arrived: list[int] = []
    steps = receive_file(
        device.cache,
        store,
        HASH,
        size,
        key,
        on_bytes=arrived.append,
        cancelled=lambda: len(arrived) >= stop_after,
    )
    device.network.run(device.access.signed(steps))
    return sum(arrived)


def readable(device: Device, store: FileStore) -> bytes | None:
    key = device.cache.file_key(HASH)
    if key is None:
        return None
    sealed = store.open(HASH, key)
    try:
        return b"".join(sealed.chunks())
    finally:
        sealed.close()


def test_a_file_arrives_verified_and_encrypted(ready: Device, store: FileStore) -> None:
    assert fetch(ready, store) == len(DATA)
    assert readable(ready, store) == DATA
    assert all(b"learner one" not in path.read_bytes() for path in store.folder.iterdir())


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.LOST_ON_THE_WAY, Fault.FAULT_BEFORE, Fault.PORTAL])
def test_a_broken_download_leaves_nothing_readable_and_is_simply_repeated(
    ready: Device, store: FileStore, fault: Fault
) -> None:
    ready.network.meet(fault)
    with pytest.raises(KnownError):
        fetch(ready, store)
    assert readable(ready, store) is None
    assert list(store.folder.iterdir()) == []
    fetch(ready, store)
    assert readable(ready, store) == DATA


@pytest.mark.parametrize("data", [DATA[:-1], DATA + b"!", DATA.replace(b"one", b"two")])
def test_a_file_that_changed_on_the_way_is_refused(
    ready: Device, service: SimulatedService, store: FileStore, data: bytes
) -> None:
    service.blobs[HASH] = data
    with pytest.raises(KnownError) as refused:
        fetch(ready, store)
    assert refused.value.code == "file_changed_on_the_way"
    assert list(store.folder.iterdir()) == []


def test_a_cancelled_download_leaves_nothing(ready: Device, store: FileStore) -> None:
    with pytest.raises(Cancelled):
        fetch(ready, store, stop_after=1)
    assert list(store.folder.iterdir()) == []
    assert readable(ready, store) is None


def test_a_file_that_arrived_before_a_crash_is_not_fetched_again(
    ready: Device, service: SimulatedService, store: FileStore
) -> None:
    key = ready.cache.reserve_file(HASH, len(DATA), new_file_key())
    store.add(DATA, key)
    ready.restart()
    service.calls.clear()
    assert fetch(ready, store) == 0
    assert service.calls == []
    assert readable(ready, store) == DATA


def test_a_damaged_copy_of_before_a_crash_is_fetched_again(ready: Device, store: FileStore) -> None:
    store.add(DATA, ready.cache.reserve_file(HASH, len(DATA), new_file_key()))
    (path,) = store.folder.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert fetch(ready, store) == len(DATA)
    assert readable(ready, store) == DATA


def test_a_file_whose_request_left_meanwhile_does_not_stay(
    ready: Device, service: SimulatedService, store: FileStore
) -> None:
    service.assign("request-1", mine=False)
    key = ready.cache.reserve_file(HASH, len(DATA), new_file_key())
    assert key is not None
    steps = receive_file(
        ready.cache, store, HASH, len(DATA), key, on_bytes=lambda _: None, cancelled=lambda: False
    )
    call = next(steps)
    ready.sync()
    with pytest.raises(KnownError) as refused:
        steps.send(service_answer(service, call))
    assert refused.value.code == "evidence_gone"
    assert not store.has(HASH)


def service_answer(service: SimulatedService, call: HttpCall) -> HttpAnswer:
    signed = HttpCall(call.method, call.path, {"Authorization": f"Bearer {service.access}"})
    return service.answer(signed)


# -- many files at once -----------------------------------------------------------------------------------------


def items(*names: str) -> list[Evidence]:
    return [
        records.evidence(name, name=name, sha256=hashlib.sha256(name.encode()).hexdigest(), size=10)
        for name in names
    ]


def test_each_file_is_wanted_once_and_only_if_it_is_not_here() -> None:
    a, b = items("a.pdf", "b.pdf")
    again = records.evidence("other", name="same as a.pdf", sha256=a.sha256, size=10)
    without = records.evidence("none", sha256="", size=0, not_applicable="No flexible assessment.")
    assert wanted([a, b, again, without], lambda hashes: {b.sha256: b"k"}) == [a]


def test_progress_comes_on_the_callers_thread_and_adds_up() -> None:
    seen: list[Fetch] = []
    threads: set[int] = set()

    def receive(item: Evidence, on_bytes: object, cancelled: object) -> None:
        assert callable(on_bytes)
        on_bytes(4)
        on_bytes(6)

    def progress(fetched: Fetch) -> None:
        threads.add(threading.get_ident())
        seen.append(fetched)

    done = fetch_all(items("a", "b", "c", "d", "e", "f"), receive, progress, lambda: False)
    assert (done.done, done.total, done.bytes_done, done.bytes_total) == (6, 6, 60, 60)
    assert threads == {threading.get_ident()}
    assert seen[0].done == 0
    assert seen[-1] == done


def test_a_file_that_fails_is_tried_twice_told_by_name_and_stops_no_other() -> None:
    tries: list[str] = []

    def receive(item: Evidence, on_bytes: object, cancelled: object) -> None:
        tries.append(item.name)
        assert callable(on_bytes)
        on_bytes(5)
        if item.name == "bad.pdf":
            raise KnownError("file_changed_on_the_way", "It arrived different.")

    done = fetch_all(items("a", "bad.pdf", "c"), receive, lambda _: None, lambda: False)
    assert (done.done, [one.words for one in done.failed.values()]) == (2, ["bad.pdf: It arrived different."])
    assert tries.count("bad.pdf") == 2
    assert done.bytes_done == 10


def test_without_a_network_the_rest_is_not_tried_and_told_too() -> None:
    tries: list[str] = []

    def receive(item: Evidence, on_bytes: object, cancelled: object) -> None:
        tries.append(item.name)
        raise KnownError("sign_in_again", "Your sign-in has ended.")

    names = [f"{number}.pdf" for number in range(50)]
    done = fetch_all(items(*names), receive, lambda _: None, lambda: False)
    assert done.done == 0
    assert len(tries) <= AT_ONCE
    assert {one.name for one in done.failed.values()} == set(names)


def test_files_of_one_name_each_keep_their_own_reason() -> None:
    first, second, third = items("1", "2", "3")
    files = [replace(one, name="essay.pdf") for one in (first, second)]
    whys = {first.sha256: "It arrived different.", second.sha256: "There is no such file."}

    def receive(item: Evidence, on_bytes: object, cancelled: object) -> None:
        if item.sha256 in whys:
            raise KnownError("blob_unknown", whys[item.sha256])

    done = fetch_all([*files, third], receive, lambda _: None, lambda: False)
    assert {sha256: (one.name, one.says) for sha256, one in done.failed.items()} == {
        sha256: ("essay.pdf", why) for sha256, why in whys.items()
    }


def test_cancelling_keeps_what_has_arrived_and_calls_nothing_failed() -> None:
    arrived: list[str] = []

    def receive(item: Evidence, on_bytes: object, cancelled: object) -> None:
        arrived.append(item.name)

    done = fetch_all(items(*map(str, range(30))), receive, lambda _: None, lambda: len(arrived) >= 3)
    assert 3 <= done.done < 30
    assert dict(done.failed) == {}


def test_a_defect_is_not_swallowed() -> None:
    def receive(item: Evidence, on_bytes: object, cancelled: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fetch_all(items("a"), receive, lambda _: None, lambda: False)
