"""What somebody with a modified desktop might try: each is refused, and nothing else suffers from it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from sqlalchemy import delete

from app.domain.acts import LogCentreContact
from app.domain.moderation import Decision, RequestState
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from app.wire.acts import act_message, payload_hash
from app.wire.messages import ActMessage, FeedLine, Push
from tests.service.asking import problem, signed_in, work_of
from tests.service.bringing import read
from tests.service.ground import House


def outcomes(house: House, *messages: ActMessage) -> list[tuple[str, str]]:
    return [(answer.outcome, answer.code) for answer in house.push_messages(*messages)]


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00Z",
        "2026-01-01T00:00:00",
        "soon",
    ],
)
def test_a_moment_nobody_works_in_is_refused_and_stops_nothing_else(house: House, moment: str) -> None:
    bad, good = act_message(house.act(house.note("bad"))), act_message(house.act(house.note("good")))
    bad.recorded_at = moment
    assert [outcome for outcome, _ in outcomes(house, bad, good)] == ["rejected", "applied"]


@pytest.mark.parametrize("payload", [b'{"text":"\xff\xfe"}', b"[" * 50_000, b'"\\ud800"', b"[]"])
def test_a_payload_that_is_no_act_is_refused_and_stops_nothing_else(house: House, payload: bytes) -> None:
    bad, good = act_message(house.act(house.note("bad"))), act_message(house.act(house.note("good")))
    bad.payload, bad.payload_sha256 = msgspec.Raw(payload), payload_hash(payload)
    assert [outcome for outcome, _ in outcomes(house, bad, good)] == ["rejected", "applied"]


def test_brackets_without_end_are_answered_in_words(client: TestClient[Any]) -> None:
    body = b'{"device_id":"device-1","acts":[{"act_id":"a","payload":' + b"[" * 100_000
    assert (
        problem(client.post("/api/sync/push", content=body, headers=signed_in(client)), 400).code
        == "malformed"
    )


@pytest.mark.parametrize("spelling", [str.upper, lambda text: text.replace("-", ""), "{{{}}}".format])
def test_one_act_has_one_spelling_of_its_id(house: House, spelling: Any) -> None:
    message = act_message(house.act(house.note()))
    message.act_id = spelling(message.act_id)
    assert outcomes(house, message) == [("rejected", "act_malformed")]


def test_an_act_cannot_rest_on_itself(house: House) -> None:
    act = house.act(house.note())
    message = act_message(act)
    message.rests_on = [act.id]
    assert outcomes(house, message) == [("rejected", "act_malformed")]


def test_a_judgement_replaces_only_judgements_of_its_own_sample(house: House) -> None:
    other = house.act(house.judgement(2))
    house.push(other)
    itself = new_id()
    for named in (itself, other.id, new_id()):
        act = house.act(house.judgement(1, supersedes=(named,)), id=itself)
        (answer,) = house.push(act)
        assert (answer.outcome, answer.code) == ("rejected", "supersedes_unknown")
        itself = new_id()
    assert house.count(t.judgements) == 1


def test_a_judgement_is_withdrawn_only_from_its_own_sample(house: House) -> None:
    act = house.act(house.judgement(1))
    house.push(act)
    (answer,) = house.push(house.act(house.withdrawal(act.id, position=2)))
    assert answer.outcome == "rejected"


def test_acts_come_from_the_device_that_is_signed_in(client: TestClient[Any], house: House) -> None:
    body = msgspec.json.encode(Push(device_id="device-2", acts=[act_message(house.act(house.note()))]))
    assert (
        problem(client.post("/api/sync/push", content=body, headers=signed_in(client)), 403).code
        == "other_device"
    )
    assert house.count(t.notes) == 0


def test_M03_somebody_without_any_role_sees_nothing_more(client: TestClient[Any], house: House) -> None:
    """However the roles went: all that still comes is what takes away what there was."""
    headers = signed_in(client)
    device = house.device()
    device.pull()
    person = house.person("morgan").id
    transact(house.engine, lambda c: c.execute(delete(t.grants).where(t.grants.c.person_id == person)))
    answer = client.get("/api/sync/pull", params={"cursor": device.cursor}, headers=headers)
    *lines, _ = [msgspec.json.decode(line, type=FeedLine) for line in answer.content.splitlines()]
    assert {(line.op, line.root) for line in lines} == {
        ("leave", house.request("R1")),
        ("leave", house.request("R3")),
    }
    device.cursor = ""
    device.records = {}
    device.pull()
    assert device.records == {}
    assert problem(read(client, headers, work_of(house)), 403).code == "no_role"
    assert problem(client.post(f"/api/sync/roots/{house.request()}/open", headers=headers), 404).code


@pytest.mark.parametrize("number", ["R1", "R3"])
def test_M64_a_suspicion_holds_a_request_at_any_holdable_stage(house: House, number: str) -> None:
    deed = house.judgement(1, Decision.SUSPECTED_MALPRACTICE, number=number)
    (answer,) = house.push(house.act(deed))
    assert answer.outcome == "applied"
    (row,) = house.rows(t.requests, t.requests.c.id == house.request(number))
    assert row.state == RequestState.ON_HOLD.value


def test_M54_a_logged_contact_is_no_book(house: House) -> None:
    deed = LogCentreContact(house.request(), "Programme Director", "telephone", "x" * 1_000_000)
    (answer,) = house.push(house.act(deed, "support"), name="support")
    assert (answer.outcome, answer.code) == ("rejected", "too_long")


def test_a_report_is_a_whole_pdf(house: House) -> None:
    judged = house.judge_all()
    (answer,) = house.push(house.act(house.report(judged, pdf=b"%PDF-")))
    assert (answer.outcome, answer.code) == ("rejected", "not_a_pdf")
