"""Asking the service over HTTP, as a desktop would."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.testing import TestClient

from app.service import tables as t
from app.wire.messages import Problem, Tokens
from tests.service.ground import PASSWORD, House


def sign_in(client: TestClient[Any], name: str = "morgan", password: str = PASSWORD) -> Any:
    body = {"email": f"{name}@people.invalid", "password": password, "device_id": "device-1"}
    return client.post("/api/auth/sign-in", json=body)


def tokens(client: TestClient[Any], name: str = "morgan") -> Tokens:
    answer = sign_in(client, name)
    assert answer.status_code == 200
    return msgspec.json.decode(answer.content, type=Tokens)


def bearer(access: str) -> dict[str, str]:
    return {"authorization": f"Bearer {access}"}


def signed_in(client: TestClient[Any], name: str = "morgan") -> dict[str, str]:
    return bearer(tokens(client, name).access)


def problem(answer: Any, status: int) -> Problem:
    """Every refusal is a Problem in plain words."""
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/json")
    told = msgspec.json.decode(answer.content, type=Problem)
    assert told.says.endswith(".")
    assert "Traceback" not in answer.text
    return told


def work_of(house: House, number: str = "R1") -> str:
    """The hash of the learner's work of a request."""
    rows = house.rows(
        t.evidence, t.evidence.c.request_id == house.request(number), t.evidence.c.kind == "learner_work"
    )
    return str(rows[0].sha256)
