"""Bringing a file to the service in parts, as a desktop would."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from litestar.testing import TestClient

from app.wire.messages import PART_BYTES, PART_HASH_HEADER, UploadAsk, UploadState

Headers = dict[str, str]


def content(size: int, seed: str = "") -> bytes:
    """So many bytes that look like nothing else."""
    return hashlib.shake_256(f"{seed} {size}".encode()).digest(size)


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def state_in(answer: Any, status: int = 200) -> UploadState:
    assert answer.status_code == status, answer.text
    return msgspec.json.decode(answer.content, type=UploadState)


def announce(client: TestClient[Any], me: Headers, data: bytes, sha256: str = "") -> UploadState:
    ask = UploadAsk(sha256=sha256 or name_of(data), size=len(data), media_type="image/jpeg")
    return state_in(client.post("/api/blobs", content=msgspec.json.encode(ask), headers=me))


def part_of(data: bytes, number: int) -> bytes:
    return data[number * PART_BYTES : (number + 1) * PART_BYTES]


def send_part(
    client: TestClient[Any], me: Headers, data: bytes, number: int, sha256: str = "", **changes: Any
) -> Any:
    piece = changes.get("piece", part_of(data, number))
    headers = {**me, PART_HASH_HEADER: changes.get("piece_sha256", name_of(piece))}
    return client.put(f"/api/blobs/{sha256 or name_of(data)}/parts/{number}", content=piece, headers=headers)


def complete(client: TestClient[Any], me: Headers, sha256: str) -> UploadState:
    """Asks until the service has checked the whole."""
    for _ in range(20):
        state = state_in(client.post(f"/api/blobs/{sha256}/complete", headers=me), 202)
        if state.state != "checking":
            return state
    raise AssertionError("it is being checked for ever")


def bring(client: TestClient[Any], me: Headers, data: bytes) -> UploadState:
    """The whole way."""
    announce(client, me, data)
    for number in range(-(-len(data) // PART_BYTES)):
        assert send_part(client, me, data, number).status_code == 204
    return complete(client, me, name_of(data))


PHOTO = content(PART_BYTES + 70_000)
SHA = name_of(PHOTO)


def read(client: TestClient[Any], me: Headers, sha256: str = SHA, **headers: str) -> Any:
    return client.get(f"/api/blobs/{sha256}", headers={**me, **headers})
