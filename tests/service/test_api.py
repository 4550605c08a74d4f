"""The service over HTTP: signing in, limits, pull, push and files, and how it refuses."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import structlog
from litestar.testing import TestClient

from app.service import tables as t
from app.service.accounts import revoke_everything
from app.service.errors import Refusal
from app.service.limits import PER_ADDRESS, PER_EMAIL, count_attempt
from app.service.logs import set_up_logs
from app.service.tokens import ACCESS, REFRESH
from app.wire.acts import act_message
from app.wire.messages import ACT_BYTES, FeedLine, Hello, Push, PushAnswer, Tokens
from tests.service.asking import bearer, problem, sign_in, signed_in, tokens, work_of
from tests.service.ground import NOT_OF_THE_DATABASE, NOW, PASSWORD, PDF, House

# -- hello, health, description ----------------------------------------------------------------------------------


def test_hello_needs_no_sign_in_and_tells_what_is_understood(client: TestClient[Any], house: House) -> None:
    answer = client.get("/api/sync/hello")
    hello = msgspec.json.decode(answer.content, type=Hello)
    assert (hello.protocol_min, hello.protocol_max) == (1, 1)
    assert hello.epoch
    assert hello.server_time.startswith("2026-03-10T10:00")
    assert (hello.push_acts, hello.push_bytes) == (200, 8 * 1024 * 1024)
    assert hello.push_encodings == ["zstd", "gzip"]


def test_the_service_tells_that_it_is_well(client: TestClient[Any]) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@NOT_OF_THE_DATABASE
def test_its_interface_is_described_in_openapi(client: TestClient[Any]) -> None:
    described = client.get("/schema/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/sync/hello",
        "/api/sync/pull",
        "/api/sync/push",
        "/api/sync/manifest",
        "/api/sync/roots/{root}/open",
        "/api/auth/sign-in",
        "/api/auth/refresh",
        "/api/auth/sign-out",
        "/api/blobs",
        "/api/blobs/{sha256}",
        "/api/blobs/{sha256}/parts/{number}",
        "/api/blobs/{sha256}/complete",
    }
    assert {"Hello", "Tokens", "PushAnswer", "Problem"} <= {
        name.rsplit("_")[-1] for name in described["components"]["schemas"]
    }
    assert client.get("/schema/openapi.yaml").status_code == 200


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("path", ["/api/sync/hello", "/", "/nowhere", "/api/nowhere", "/api/sync/pull"])
def test_every_answer_carries_the_security_headers(client: TestClient[Any], path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


# -- signing in --------------------------------------------------------------------------------------------------


def test_M01_the_login_name_is_the_email_address_in_any_case(client: TestClient[Any]) -> None:
    body = {"email": "  Morgan@People.INVALID ", "password": PASSWORD, "device_id": "d"}
    answer = client.post("/api/auth/sign-in", json=body)
    told = msgspec.json.decode(answer.content, type=Tokens)
    assert (told.email, told.person_name) == ("morgan@people.invalid", "Morgan")
    assert [grant.role for grant in told.grants] == ["moderator"]
    assert told.expires_in == 1800


def test_M01_a_user_number_of_the_former_portal_is_no_login(client: TestClient[Any]) -> None:
    body = {"email": "P0012345", "password": PASSWORD, "device_id": "d"}
    assert problem(client.post("/api/auth/sign-in", json=body), 400).code == "login_not_email"


def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(client: TestClient[Any]) -> None:
    wrong = problem(sign_in(client, password="something else"), 401)
    unknown = problem(sign_in(client, "nobody"), 401)
    assert (wrong.code, wrong.says, wrong.do) == (unknown.code, unknown.says, unknown.do)
    assert wrong.code == "wrong_password"


def test_only_hashes_of_tokens_and_passwords_are_kept(client: TestClient[Any], house: House) -> None:
    told = tokens(client)
    kept = " ".join(str(row) for row in (*house.rows(t.tokens), *house.rows(t.persons)))
    assert told.access not in kept
    assert told.refresh not in kept
    assert PASSWORD not in kept
    assert "argon2id$v=19$m=19456,t=2,p=1" in kept


def test_too_many_attempts_on_one_account_are_stopped_for_a_while(
    client: TestClient[Any], house: House
) -> None:
    for _ in range(PER_EMAIL):
        problem(sign_in(client, password="guess number one"), 401)
    answer = sign_in(client)
    assert problem(answer, 429).do == "Try again in 15 minutes."
    assert int(answer.headers["retry-after"]) >= 899
    assert sign_in(client, "jules").status_code == 200, "others are not locked out"
    house.clock.now = NOW + timedelta(minutes=15)
    assert sign_in(client).status_code == 200


def test_a_right_password_begins_the_count_anew(client: TestClient[Any]) -> None:
    for _ in range(3):
        for _ in range(PER_EMAIL - 1):
            problem(sign_in(client, password="guess number one"), 401)
        assert sign_in(client).status_code == 200


def test_too_many_attempts_from_one_address_are_stopped(client: TestClient[Any], house: House) -> None:
    for attempt in range(PER_ADDRESS):
        count_attempt(house.engine, f"nobody{attempt}@people.invalid", "testclient", NOW)
    assert problem(sign_in(client), 429).code == "too_many_attempts"
    with pytest.raises(Refusal):
        count_attempt(house.engine, "somebody@people.invalid", "testclient", NOW)
    count_attempt(house.engine, "somebody@people.invalid", "another address", NOW)


def test_what_has_expired_is_cleared_away_at_the_next_sign_in(client: TestClient[Any], house: House) -> None:
    told = tokens(client)
    sign_in(client, "jules", password="not the one")
    house.clock.now = NOW + ACCESS
    renewed = msgspec.json.decode(
        client.post("/api/auth/refresh", json={"refresh": told.refresh}).content, type=Tokens
    )
    tokens(client)
    assert house.count(t.rate_limits) == 1, "the address of this sign-in, and nothing of half an hour ago"
    assert house.count(t.tokens) == 4
    assert client.get("/api/sync/pull", headers=bearer(renewed.access)).status_code == 200


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nonsense", "Basic bW9yZ2Fu", "Bearer a b"])
def test_without_a_valid_token_nothing_is_answered(client: TestClient[Any], authorization: str) -> None:
    headers = {"authorization": authorization} if authorization else {}
    assert problem(client.get("/api/sync/pull", headers=headers), 401).code == "signed_out"
    empty = msgspec.json.encode(Push(device_id="device-1", acts=[]))
    assert problem(client.post("/api/sync/push", content=empty, headers=headers), 401).code == "signed_out"
    assert problem(client.get(f"/api/blobs/{'0' * 64}", headers=headers), 401).code == "signed_out"


def test_an_access_token_lasts_half_an_hour_and_is_renewed_by_the_refresh_token(
    client: TestClient[Any], house: House
) -> None:
    told = tokens(client)
    house.clock.now = NOW + ACCESS
    assert client.get("/api/sync/pull", headers=bearer(told.access)).status_code == 401
    renewed = client.post("/api/auth/refresh", json={"refresh": told.refresh})
    again = msgspec.json.decode(renewed.content, type=Tokens)
    assert again.refresh == ""
    assert again.person_id == told.person_id
    assert client.get("/api/sync/pull", headers=bearer(again.access)).status_code == 200


def test_a_refresh_token_lasts_ninety_days_from_its_last_use(client: TestClient[Any], house: House) -> None:
    told = tokens(client)
    for days in (80, 160):
        house.clock.now = NOW + timedelta(days=days)
        assert client.post("/api/auth/refresh", json={"refresh": told.refresh}).status_code == 200
    house.clock.now += REFRESH
    assert problem(client.post("/api/auth/refresh", json={"refresh": told.refresh}), 401).code == "signed_out"


def test_an_access_token_does_not_refresh_and_a_refresh_token_does_not_pull(client: TestClient[Any]) -> None:
    told = tokens(client)
    assert client.post("/api/auth/refresh", json={"refresh": told.access}).status_code == 401
    assert client.get("/api/sync/pull", headers=bearer(told.refresh)).status_code == 401


def test_signing_out_ends_this_sign_in_and_no_other(client: TestClient[Any]) -> None:
    mine, other = tokens(client), tokens(client)
    assert client.post("/api/auth/sign-out", json={"refresh": mine.refresh}).status_code == 204
    assert client.get("/api/sync/pull", headers=bearer(mine.access)).status_code == 401
    assert client.post("/api/auth/refresh", json={"refresh": mine.refresh}).status_code == 401
    assert client.get("/api/sync/pull", headers=bearer(other.access)).status_code == 200
    assert client.post("/api/auth/sign-out", json={"refresh": "unknown"}).status_code == 204


def test_revoking_ends_every_sign_in_of_the_person(client: TestClient[Any], house: House) -> None:
    mine, also_mine, theirs = tokens(client), tokens(client), tokens(client, "jules")
    assert revoke_everything(house.engine, "morgan@people.invalid") == 2
    for access in (mine.access, also_mine.access):
        assert client.get("/api/sync/pull", headers=bearer(access)).status_code == 401
    assert client.get("/api/sync/pull", headers=bearer(theirs.access)).status_code == 200


# -- refusing ----------------------------------------------------------------------------------------------------


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/api/auth/sign-in", b""),
        ("/api/auth/sign-in", b"{"),
        ("/api/auth/sign-in", b'{"email": 5}'),
        ("/api/auth/sign-in", b'{"email":"a\\u0000@b.invalid","password":"x","device_id":"d"}'),
        ("/api/auth/sign-in", b'{"email":"a@b.invalid","password":"x","device_id":""}'),
        ("/api/auth/refresh", b"[]"),
        ("/api/sync/push", b"\xff\xfe"),
        ("/api/sync/push", b'{"device_id":"d","acts":[{"act_id":1}]}'),
    ],
)
def test_malformed_input_gets_a_sentence(client: TestClient[Any], path: str, content: bytes) -> None:
    headers = {**signed_in(client), "content-type": "application/json"}
    assert problem(client.post(path, content=content, headers=headers), 400).code == "malformed"


@NOT_OF_THE_DATABASE
def test_what_does_not_exist_gets_a_sentence(client: TestClient[Any]) -> None:
    assert problem(client.get("/api/nowhere"), 404).code == "not_found"
    assert problem(client.put("/api/sync/push"), 405).code == "not_possible"


@NOT_OF_THE_DATABASE
def test_a_push_of_a_newer_protocol_is_refused_in_words(client: TestClient[Any]) -> None:
    body = msgspec.json.encode(Push(device_id="device-1", acts=[], protocol=2))
    answer = client.post("/api/sync/push", content=body, headers=signed_in(client))
    assert problem(answer, 400).code == "protocol_unknown"


def test_more_acts_than_agreed_are_refused_and_nothing_of_them_taken(
    client: TestClient[Any], house: House
) -> None:
    acts = [act_message(house.act(house.note(f"{n}"))) for n in range(201)]
    body = msgspec.json.encode(Push(device_id="device-1", acts=acts))
    assert (
        problem(client.post("/api/sync/push", content=body, headers=signed_in(client)), 413).code
        == "too_large"
    )
    assert house.count(t.notes) == 0


@NOT_OF_THE_DATABASE
def test_more_bytes_than_agreed_are_refused(client: TestClient[Any], house: House) -> None:
    large = house.report((), pdf=PDF + b"x" * (5 * 1024 * 1024))
    acts = [act_message(house.act(large)) for _ in range(2)]
    headers = signed_in(client)
    body = msgspec.json.encode(Push(device_id="device-1", acts=acts))
    assert problem(client.post("/api/sync/push", content=body, headers=headers), 413).code == "too_large"
    alone = msgspec.json.encode(Push(device_id="device-1", acts=acts[:1]))
    assert client.post("/api/sync/push", content=alone, headers=headers).status_code == 200
    beyond = b'{"device_id":"device-1","acts":[' + b" " * (ACT_BYTES + 2 * 1024 * 1024) + b"]}"
    assert problem(client.post("/api/sync/push", content=beyond, headers=headers), 413).code == "too_large"


# -- pull and push -----------------------------------------------------------------------------------------------


def test_acts_go_in_and_records_come_out(client: TestClient[Any], house: House) -> None:
    headers = signed_in(client)
    act = house.act(house.judgement())
    body = msgspec.json.encode(Push(device_id="device-1", acts=[act_message(act)]))
    answer = client.post("/api/sync/push", content=body, headers=headers)
    (outcome,) = msgspec.json.decode(answer.content, type=PushAnswer).outcomes
    assert (outcome.act_id, outcome.outcome) == (act.id, "applied")
    page = client.get("/api/sync/pull", headers=headers)
    assert page.headers["content-type"].startswith("application/x-ndjson")
    lines = [msgspec.json.decode(line, type=FeedLine) for line in page.content.splitlines()]
    assert act.id in {line.id for line in lines}
    assert lines[-1].end
    assert lines[-1].count == len(lines) - 1
    rest = client.get("/api/sync/pull", params={"cursor": lines[-1].cursor}, headers=headers)
    assert len(rest.content.splitlines()) == 1


def test_a_page_is_compressed_for_those_who_accept_it(client: TestClient[Any]) -> None:
    headers = signed_in(client)
    with client.stream("GET", "/api/sync/pull", headers={**headers, "accept-encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        packed = b"".join(answer.iter_raw())
    plain = client.get("/api/sync/pull", headers={**headers, "accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content


@pytest.fixture
def written_logs() -> Iterator[None]:
    """Logs as a running service writes them, for one test."""
    set_up_logs()
    yield
    structlog.reset_defaults()
    logging.getLogger("uvicorn").handlers.clear()


@pytest.mark.usefixtures("written_logs")
def test_logs_tell_what_happened_and_name_nobody(
    client: TestClient[Any], house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    sign_in(client, password="secret guess")
    client.get(f"/api/blobs/{work_of(house)}", headers=signed_in(client))
    written = capfd.readouterr().err
    entries = [json.loads(line) for line in written.splitlines()]
    assert {"/api/auth/sign-in", "/api/blobs/{sha256}"} == {entry["path"] for entry in entries}
    assert all(entry["status"] in (200, 401) and entry["ms"] > 0 for entry in entries)
    for secret in ("morgan", "secret", PASSWORD, work_of(house), "127.0.0.1", "testclient"):
        assert secret not in written.lower()
