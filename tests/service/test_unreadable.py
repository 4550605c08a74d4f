"""Bodies that are no messages: each is refused in words, whatever is in them."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from app.service import tables as t
from app.service.accounts import new_id
from app.wire.acts import act_message
from app.wire.messages import PUSH_IDS, FeedLine, Push
from tests.service.asking import problem, signed_in
from tests.service.ground import NOT_OF_THE_DATABASE, House

DEEP = 200_000
BODIES = {
    "no text": b'{"device_id":"\xff\xfe","acts":[],"cursor":"\xff","sha256":"\xff","email":"\xff","refresh":"\xff"}',
    "deep": b'{"unknown":' + b"[" * DEEP,
    "deep and closed": b'{"unknown":' + b"[" * 15_000 + b"]" * 15_000 + b"}",
    "nothing": b"",
    "another type": b"[1]",
}


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize(
    "path",
    [
        "/api/sync/push",
        "/api/sync/manifest",
        "/api/blobs",
        "/api/auth/sign-in",
        "/api/auth/refresh",
        "/api/auth/sign-out",
    ],
)
def test_a_body_that_is_no_message_is_refused_in_words(
    client: TestClient[Any], path: str, body: bytes
) -> None:
    answer = client.post(path, content=body, headers=signed_in(client))
    if answer.status_code == 413:
        return  # Of so much nothing is read at all.
    assert problem(answer, 400).code == "malformed"


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    "raw", [b'{"epoch":"\xff\xfe"}', b"[" * 20_000, b'{"unknown":' + b"[" * 20_000, b"\xff"]
)
def test_a_cursor_that_is_none_begins_anew(client: TestClient[Any], raw: bytes) -> None:
    text = base64.urlsafe_b64encode(raw).decode()
    answer = client.get("/api/sync/pull", params={"cursor": text}, headers=signed_in(client))
    assert answer.status_code == 200
    assert msgspec.json.decode(answer.content, type=FeedLine).resync


@NOT_OF_THE_DATABASE
def test_the_acts_of_one_push_name_no_more_ids_than_can_be_looked_up(
    client: TestClient[Any], house: House
) -> None:
    me, ids = signed_in(client), [new_id() for _ in range(PUSH_IDS // 4 + 1)]
    acts = [act_message(house.act(house.note(), rests_on=tuple(ids))) for _ in range(4)]

    def push(count: int) -> Any:
        body = msgspec.json.encode(Push(device_id="device-1", acts=acts[:count]))
        return client.post("/api/sync/push", content=body, headers=me)

    assert problem(push(4), 413).code == "too_large"
    assert house.count(t.received_acts) == 0
    assert push(3).status_code == 200
