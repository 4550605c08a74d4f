"""Acts that arrive damaged, from another version, or saying of other acts what is not so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from app.domain.acts import Act
from app.service import tables as t
from app.service.accounts import new_id
from app.wire.acts import act_message, payload_hash
from app.wire.messages import ActMessage
from tests.service.ground import House


def outcomes(house: House, *messages: ActMessage, name: str = "morgan") -> list[tuple[str, str]]:
    return [(answer.outcome, answer.code) for answer in house.push_messages(*messages, name=name)]


def changed(message: ActMessage, **fields: Any) -> ActMessage:
    return msgspec.structs.replace(message, **fields)


def test_a_damaged_act_with_what_no_database_keeps_stops_nothing_else(house: House) -> None:
    good = act_message(house.act(house.note("good")))
    for bad_id in ("a\x00b", "x" * 70_000):
        bad = act_message(house.act(replace(house.note("bad"), request_id=bad_id)))
        assert outcomes(house, bad) == [("rejected", "act_malformed")]
        bad = changed(bad, payload_sha256="0" * 64, request_id=house.request(), target=house.request())
        assert outcomes(house, bad) == [("rejected", "payload_damaged")]
        assert outcomes(house, bad, changed(good, act_id=new_id()))[1] == ("applied", "")


@pytest.mark.parametrize("fields", [{"target": "x" * 70}, {"seen_tag": "x" * 33}, {"seen_tag": "a\x00"}])
def test_what_no_column_keeps_is_no_act(house: House, fields: dict[str, str]) -> None:
    message = changed(act_message(house.act(house.note())), **fields)
    assert outcomes(house, message) == [("rejected", "act_malformed")]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("RecordJudgement", {"decision": "agreed_in_part"}),
        ("DoSomethingNew", {"what": "ever"}),
        ("AddNote", {}),
    ],
)
def test_an_act_of_a_newer_desktop_is_taken_once_the_service_knows_it(
    house: House, kind: str, payload: dict[str, str]
) -> None:
    """Blocked and not noted: under the same id, what the service then understands is as good as new."""
    understood = act_message(house.act(house.judgement()))
    told = msgspec.json.decode(bytes(understood.payload)) if kind == "RecordJudgement" else {}
    strange = msgspec.json.encode(told | payload)
    newer = changed(understood, kind=kind, payload=msgspec.Raw(strange), payload_sha256=payload_hash(strange))
    waiting = act_message(house.act(house.judgement(2), rests_on=(newer.act_id,)))
    assert outcomes(house, newer, waiting) == [("blocked", "update_needed"), ("blocked", "rests_on_untaken")]
    assert house.count(t.received_acts, t.received_acts.c.act_id == newer.act_id) == 0
    assert outcomes(house, understood, waiting) == [("applied", ""), ("applied", "")]


def test_only_ones_own_acts_count_as_what_an_act_rests_on_or_follows(house: House) -> None:
    theirs = house.act(house.note(number="R2"), "jules")
    refused = house.act(house.judgement(1, rationale="", number="R1"), "jules")
    house.push(theirs, refused, name="jules")
    fields: list[dict[str, Any]] = [
        {"rests_on": (theirs.id,)},
        {"after": theirs.id},
        {"rests_on": (refused.id,)},
    ]
    for field in fields:
        mine = house.act(house.note(), **field)
        unknown = house.act(house.note(), **{name: _like(value) for name, value in field.items()})
        answers = house.push(mine, unknown)
        assert answers[0].outcome == "blocked"
        assert len({(answer.outcome, answer.code, answer.says) for answer in answers}) == 1


def _like(value: Any) -> Any:
    return (new_id(),) if isinstance(value, tuple) else new_id()


def test_an_act_follows_only_what_is_about_the_same(house: House) -> None:
    on_one, on_two, in_other = (
        house.act(house.judgement(1)),
        house.act(house.judgement(2)),
        house.act(house.judgement(1, number="R3")),
    )
    house.push(on_one, on_two)
    for earlier in (on_two, in_other):
        (answer,) = house.push(house.act(house.withdrawal(on_one.id), after=earlier.id))
        assert (answer.outcome, answer.code) == ("blocked", "waits_for_earlier")
    (answer,) = house.push(house.act(house.withdrawal(on_one.id), after=on_one.id))
    assert answer.outcome == "applied"


def less(act: Act) -> Act:
    return replace(act, rests_on=(), after="")


@pytest.mark.parametrize("field", ["rests_on", "after"])
def test_a_blocked_act_waits_for_what_it_named_first(house: House, field: str) -> None:
    earlier = house.act(house.note("first"))
    named: dict[str, Any] = {"rests_on": (earlier.id,)} if field == "rests_on" else {"after": earlier.id}
    waiting = house.act(house.note("second"), **named)
    # Also when both come in one push.
    assert [item.outcome for item in house.push(waiting, less(waiting))] == ["blocked", "blocked"]
    assert [item.outcome for item in house.push(less(waiting))] == ["blocked"]
    (row,) = house.rows(t.received_acts, t.received_acts.c.act_id == waiting.id)
    assert earlier.id in (row.after_act, *row.rests_on)
    assert [item.outcome for item in house.push(earlier, less(waiting))] == ["applied", "applied"]


def test_a_blocked_act_keeps_what_it_had_seen(house: House) -> None:
    """Sent again with a number of today, it is still the work of then; and the other way round."""
    seen = house.head()
    earlier = new_id()
    waiting = house.act(house.note(), rests_on=(earlier,), seen=seen)
    house.push(waiting)
    house.push(replace(waiting, seen=house.head() + 1_000, seen_tag="abc", base_rev=7))
    (row,) = house.rows(t.received_acts, t.received_acts.c.act_id == waiting.id)
    assert (row.seen, row.seen_tag, row.base_rev) == (seen, "", 0)
