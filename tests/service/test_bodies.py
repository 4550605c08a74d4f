"""How bodies travel: packed both ways, bounded when unpacked, not read from strangers, and of any older protocol."""

from __future__ import annotations

import asyncio
import gzip
import random
import tracemalloc
import zlib
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import zstandard
from litestar.testing import TestClient

from app.service import tables as t
from app.service.api.encodings import SMALL, packed, unpacked
from app.service.application import create_app
from app.service.errors import Refusal
from app.wire.acts import act_message
from app.wire.messages import PROTOCOL, Hello, Push, PushAnswer
from tests.service.asking import problem, signed_in
from tests.service.ground import NOT_OF_THE_DATABASE, House

LIMIT = 1_000_000


def push_body(house: House, **changes: Any) -> bytes:
    return msgspec.json.encode(
        Push(device_id="device-1", acts=[act_message(house.act(house.note()))], **changes)
    )


# -- what the service sends --------------------------------------------------------------------------------------


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("zstd; q=0.0, gzip;q=0", ""),
        ("GZIP;q=0.5", "gzip"),
        ("identity", ""),
        ("", ""),
        ("xzstd", ""),
    ],
)
def test_a_page_is_packed_as_the_device_can_read_it(
    client: TestClient[Any], house: House, accepted: str, encoding: str
) -> None:
    headers = {**signed_in(client), "accept-encoding": accepted}
    with client.stream("GET", "/api/sync/pull", headers=headers) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding", "") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    plain = {"zstd": zstandard.decompress, "gzip": gzip.decompress, "": bytes}[encoding](raw)
    assert plain == house.pull("")
    assert encoding == "" or len(raw) < len(plain) / 2


@NOT_OF_THE_DATABASE
def test_a_page_of_a_line_or_two_travels_as_it_is(client: TestClient[Any], house: House) -> None:
    device = house.device()
    device.pull()
    answer = client.get("/api/sync/pull", params={"cursor": device.cursor}, headers=signed_in(client))
    assert "content-encoding" not in answer.headers


def test_packing_keeps_every_byte() -> None:
    body = random.Random(7).randbytes(SMALL + 1)
    for accepted in ("zstd", "gzip", ""):
        text, encoding = packed(body, accepted)
        assert unpacked(text, encoding, LIMIT) == body
    assert packed(body[:-1], "zstd") == (body[:-1], "")


# -- what it is sent ---------------------------------------------------------------------------------------------

PACKED = {"zstd": zstandard.compress, "gzip": gzip.compress}


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("encoding", ["zstd", "gzip", "identity", "ZSTD"])
def test_a_push_may_come_packed(client: TestClient[Any], house: House, encoding: str) -> None:
    body = PACKED.get(encoding.lower(), bytes)(push_body(house))
    headers = {**signed_in(client), "content-encoding": encoding}
    answer = client.post("/api/sync/push", content=body, headers=headers)
    assert answer.status_code == 200
    assert house.count(t.notes) == 1


def refused(body: bytes, encoding: str, limit: int = LIMIT) -> tuple[int, str]:
    with pytest.raises(Refusal) as refusal:
        unpacked(body, encoding, limit)
    return refusal.value.status, refusal.value.code


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_what_unpacks_to_more_than_is_taken_is_refused(encoding: str) -> None:
    pack = PACKED[encoding]
    assert len(unpacked(pack(bytes(LIMIT)), encoding, LIMIT)) == LIMIT
    assert refused(pack(bytes(LIMIT + 1)), encoding) == (413, "too_large")
    assert refused(pack(bytes(300 * LIMIT)), encoding) == (413, "too_large")


def test_a_bomb_is_not_unpacked_to_its_end() -> None:
    """Its first bytes are enough: the rest, which is no zstd at all, is never looked at."""
    bomb = zstandard.compress(bytes(100 * LIMIT))
    cut = bomb[: len(bomb) // 2] + b"no zstd at all"
    assert refused(cut, "zstd") == (413, "too_large")
    packing = zlib.compressobj(wbits=31)
    assert refused(packing.compress(bytes(300 * LIMIT)) + b"no gzip", "gzip") == (413, "too_large")


def test_a_window_larger_than_is_held_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    packing = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = packing.compress(random.Random(1).randbytes(1000)) + packing.flush()
    assert refused(body, "zstd") == (400, "malformed")


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_a_body_that_is_damaged_or_cut_short_is_refused(encoding: str) -> None:
    body = PACKED[encoding](random.Random(3).randbytes(5_000))
    assert refused(b"not packed at all", encoding) == (400, "malformed")
    assert refused(body[:-3], encoding) == (400, "malformed")
    assert refused(b"", encoding) == (400, "malformed")


def test_an_unknown_way_of_packing_is_refused_in_words(client: TestClient[Any], house: House) -> None:
    headers = {**signed_in(client), "content-encoding": "br"}
    answer = client.post("/api/sync/push", content=push_body(house), headers=headers)
    assert problem(answer, 415).code == "encoding_unknown"
    assert house.count(t.notes) == 0


# -- strangers ---------------------------------------------------------------------------------------------------

GUARDED = ("/api/sync/push", "/api/sync/manifest", "/api/sync/roots/some-root/open")


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("path", GUARDED)
def test_nobody_unknown_is_listened_to(client: TestClient[Any], path: str) -> None:
    """Not a word about what the body is: whatever it holds, the answer is the same."""
    for body in (b"{}", b"nonsense", bytes(100_000)):
        answer = client.post(path, content=body, headers={"authorization": "Bearer wrong"})
        assert problem(answer, 401).code == "signed_out"


async def _ask(app: Any, path: str, token: str, pieces: int) -> tuple[int, int]:
    """Sends a body of that many MiB to the application itself. Returns the status, and how many were asked for."""
    left, status = pieces, 0

    async def receive() -> dict[str, Any]:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": bytes(2**20), "more_body": left > 0}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode()), (b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
        "asgi": {"version": "3.0"},
    }
    await app(scope, receive, send)
    return status, pieces - left


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("path", GUARDED)
def test_what_somebody_unknown_sends_is_let_by_and_never_kept(house: House, path: str) -> None:
    """A desktop whose sign-in has lapsed learns of it although it is still sending; a flood is cut off."""
    app = create_app(house.settings)
    asyncio.run(_ask(app, path, "wrong", 1))
    tracemalloc.start()
    try:
        assert asyncio.run(_ask(app, path, "wrong", 30)) == (401, 30)
        assert tracemalloc.get_traced_memory()[1] < 10 * 2**20
    finally:
        tracemalloc.stop()
    status, asked = asyncio.run(_ask(app, path, "wrong", 1_000))
    assert status == 401
    assert asked < 70


# -- versions ----------------------------------------------------------------------------------------------------


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("protocol", [0, PROTOCOL])
def test_an_older_desktop_may_always_push(client: TestClient[Any], house: House, protocol: int) -> None:
    body = push_body(house, protocol=protocol)
    answer = client.post("/api/sync/push", content=body, headers=signed_in(client))
    assert [o.outcome for o in msgspec.json.decode(answer.content, type=PushAnswer).outcomes] == ["applied"]


@NOT_OF_THE_DATABASE
def test_a_newer_desktop_is_told_to_wait(client: TestClient[Any], house: House) -> None:
    body = push_body(house, protocol=PROTOCOL + 1)
    answer = client.post("/api/sync/push", content=body, headers=signed_in(client))
    assert problem(answer, 400).code == "protocol_unknown"
    assert house.count(t.notes) == 0


@NOT_OF_THE_DATABASE
def test_a_service_that_has_moved_on_says_so_and_still_takes_work(house: House) -> None:
    settings = replace(house.settings, protocol_min=PROTOCOL + 1)
    with TestClient(create_app(settings)) as client:
        hello = msgspec.json.decode(client.get("/api/sync/hello").content, type=Hello)
        assert (hello.protocol_min, hello.protocol_max) == (PROTOCOL + 1, PROTOCOL + 1)
        answer = client.post("/api/sync/push", content=push_body(house), headers=signed_in(client))
        assert answer.status_code == 200
    assert house.count(t.notes) == 1
