"""Bodies of answers as they travel: packed, cut, damaged, and larger than anything should be."""

from __future__ import annotations

import gzip
import random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
import zstandard

from app.domain.errors import KnownError
from app.sync.bodies import PIECE, unpacked
from app.sync.calls import BEGUN, BadAnswer, HttpAnswer, HttpCall, Steps, Unreachable
from app.sync.driver import Driver
from tests.sync.device import Device
from tests.sync.loopback import listening, say
from tests.sync.simulated import SimulatedService
from tests.sync.test_driver import ask, get

DATA = random.Random(7).randbytes(300_000) + b"the same words again and again. " * 40_000

PACKERS = {
    "zstd": lambda data: zstandard.ZstdCompressor(level=1).compress(data),
    "gzip": lambda data: gzip.compress(data, 1),
}


def cut(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 700, 65_536, 10**7])
@pytest.mark.parametrize("encoding", PACKERS)
def test_a_body_is_unpacked_however_it_is_cut(encoding: str, size: int) -> None:
    data = DATA[:310_000] if size > 1 else DATA[299_000:301_000]
    assert b"".join(unpacked(cut(PACKERS[encoding](data), size), encoding)) == data


def test_pieces_stay_small_whatever_they_unpack_to() -> None:
    packed = gzip.compress(bytes(50 * 2**20), 9)
    assert max(map(len, unpacked([packed], "gzip"))) <= PIECE


@pytest.mark.parametrize("encoding", PACKERS)
def test_an_empty_body_is_empty(encoding: str) -> None:
    assert b"".join(unpacked([], encoding)) == b""
    assert b"".join(unpacked([PACKERS[encoding](b"")], encoding)) == b""


@pytest.mark.parametrize("encoding", PACKERS)
@pytest.mark.parametrize("harm", ["cut", "damaged", "something else", "something follows"])
def test_a_body_that_cannot_be_unpacked_is_an_incomplete_answer(encoding: str, harm: str) -> None:
    packed = PACKERS[encoding](DATA)
    body = {
        "cut": packed[: len(packed) // 2],
        "damaged": packed[:-9] + bytes(9),
        "something else": b'{"plain": "json"}',
        "something follows": packed + b"tail",
    }[harm]
    with pytest.raises(BadAnswer) as refused:
        list(unpacked(cut(body, 1000), encoding))
    assert refused.value.code == "answer_incomplete"


def test_several_gzip_members_are_one_body() -> None:
    assert b"".join(unpacked([gzip.compress(b"one ") + gzip.compress(b"two")], "gzip")) == b"one two"


def test_a_packing_nobody_asked_for_is_an_incomplete_answer() -> None:
    with pytest.raises(BadAnswer):
        list(unpacked([b"x"], "br"))


def test_zstd_is_offered_and_unpacked_once() -> None:
    offered: list[str | None] = []

    def respond(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        offered.append(handler.headers.get("Accept-Encoding"))
        say(handler, 200, PACKERS["zstd"](b"line\n" * 1000), Content_Encoding="zstd")

    assert get(respond).body == b"line\n" * 1000
    assert offered == ["zstd, gzip"]


def test_what_was_packed_twice_is_unpacked_once() -> None:
    inner = PACKERS["zstd"](b"line\n")
    answer = get(lambda handler, _: say(handler, 200, PACKERS["zstd"](inner), Content_Encoding="zstd"))
    assert answer.body == inner


@pytest.mark.parametrize("encoding", PACKERS)
def test_an_answer_that_would_grow_without_end_is_stopped(encoding: str) -> None:
    bomb = PACKERS[encoding](bytes(80 * 2**20))
    assert len(bomb) < 2**20
    with pytest.raises(KnownError) as refused:
        get(lambda handler, _: say(handler, 200, bomb, Content_Encoding=encoding))
    assert refused.value.code == "not_the_service"


def test_a_push_whose_answer_cannot_be_read_may_have_been_taken(
    device: Device, service: SimulatedService
) -> None:
    """It stays *sending* and is asked again; queued, it could be undone although it took effect."""
    device.sync()
    act = device.note("request-1")
    carry = device.network._carry

    def garbled(call: HttpCall) -> HttpAnswer:
        answer = carry(call)
        if call.path == "/api/sync/push":
            return HttpAnswer(200, {}, b"".join(unpacked([b"garbage"], "zstd")))
        return answer

    device.network._carry = garbled  # type: ignore[method-assign]
    with pytest.raises(BadAnswer):
        device.sync()
    assert device.states() == {act: "sending"}
    device.network._carry = carry  # type: ignore[method-assign]
    device.sync()
    assert device.states() == {act: "applied"}
    assert service.data.effects == [act]


# -- calls begun ahead ------------------------------------------------------------------------------------------


def both(first: HttpCall, then: HttpCall, between: threading.Event | None = None) -> Steps[list[HttpAnswer]]:
    begun = yield first
    if between is not None:
        between.set()
    return [begun, (yield then)]


def test_a_call_begun_ahead_travels_while_its_asker_goes_on_and_is_sent_once() -> None:
    asked: list[str] = []
    asker_went_on = threading.Event()

    def respond(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        asked.append(handler.path)
        # The answer waits for the asker: carried to its end at once, this would never come back.
        if asker_went_on.wait(20):
            say(handler, 200, b"late")

    with listening(respond) as address:
        driver = Driver(address)
        steps = both(HttpCall("GET", "/a", ahead=True), HttpCall("GET", "/a"), asker_went_on)
        begun, answer = driver.run(steps)
        driver.close()
    assert begun is BEGUN
    assert answer.body == b"late"
    assert asked == ["/a"]


def test_a_call_that_differs_from_the_one_begun_is_sent_by_itself() -> None:
    def respond(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        say(handler, 200, str(handler.headers.get("X-Mine")).encode())

    with listening(respond) as address:
        driver = Driver(address)
        steps = both(
            HttpCall("GET", "/a", {"X-Mine": "old"}, ahead=True), HttpCall("GET", "/a", {"X-Mine": "new"})
        )
        answer = driver.run(steps)[1]
        driver.close()
    assert answer.body == b"new"


def test_trouble_of_a_call_begun_ahead_comes_when_its_answer_is_asked_for() -> None:
    with listening(lambda handler, _: say(handler, 200)) as gone:
        pass
    driver = Driver(gone)
    with pytest.raises(Unreachable):
        driver.run(both(HttpCall("GET", "/a", ahead=True), HttpCall("GET", "/a")))
    driver.close()


def test_an_asker_that_fails_meanwhile_leaves_nothing_behind() -> None:
    def failing() -> Steps[None]:
        yield HttpCall("GET", "/a", ahead=True)
        raise KnownError("disk_full", "The disk is full.")

    with listening(lambda handler, _: say(handler, 200, b"unwanted")) as address:
        driver = Driver(address)
        with pytest.raises(KnownError, match="disk is full"):
            driver.run(failing())
        assert driver.run(ask(HttpCall("GET", "/b"))).body == b"unwanted"
        driver.close()
