"""Services that are not what they were: newer, older, and restored from yesterday's backup."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from app.domain.moderation import ModerationRequest
from app.models.held import Unreadable
from app.sync.calls import HttpAnswer, HttpCall
from app.sync.engine import HELLO_LASTS
from app.wire.codec import body_of
from app.wire.messages import ActMessage, OutcomeMessage
from tests.support import records
from tests.sync.device import Device
from tests.sync.network import Fault
from tests.sync.simulated import SimulatedService
from tests.sync.test_engine import in_step, push_meets, trouble

# -- versions ---------------------------------------------------------------------------------------------------


def test_a_newer_service_still_takes_the_work_and_asks_for_an_update(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    act = device.note("request-1")
    service.protocol = (2, 3)
    service.assign("request-2")
    device.restart()
    before = device.cache.cursor()
    assert trouble(device).code == "service_newer"
    assert device.states() == {act: "applied"}
    assert device.cache.cursor() == before


def test_an_older_service_is_sent_nothing(device: Device, service: SimulatedService) -> None:
    act = device.note("request-1")
    service.protocol = (0, 0)
    assert trouble(device).code == "service_older"
    assert device.states() == {act: "queued"}
    assert "POST /api/sync/push" not in service.calls


# -- a service that went back to yesterday ----------------------------------------------------------------------


def test_after_a_restore_the_cache_is_read_anew_and_lost_acts_given_back(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    service.back_up()
    kept = device.note("request-1", "before the backup")
    device.sync()
    service.back_up()
    device.tick += HELLO_LASTS + 1
    lost = device.judge("request-1", "request-1/sample-1")
    device.sync()
    service.put(records.request(id="request-1", judged=9))
    device.sync()
    service.restore()
    service.put(records.request(id="request-1", judged=1))
    assert lost not in service.data.effects
    device.sync()
    assert service.data.effects == [kept, lost]
    assert in_step(device)
    assert set(device.states().values()) == {"applied"}


def test_an_act_lost_before_its_record_was_pulled_is_given_back_too(
    device: Device, service: SimulatedService
) -> None:
    """The cursor of before the push is still known to the restored service, so nothing else would tell."""
    device.sync()
    service.back_up()
    act = device.note("request-1")
    push_meets(device, Fault.NONE)
    device.network.meet(Fault.LOST_ON_THE_WAY)
    trouble(device)
    assert device.states() == {act: "applied"}
    service.restore()
    service.put(records.request(id="request-1", judged=1), records.request(id="request-1", judged=2))
    device.sync()
    assert service.data.effects == [act]
    assert in_step(device)


def test_M64_held_work_that_changed_no_record_is_given_back_after_a_loss_too(
    device: Device, service: SimulatedService
) -> None:
    """A held act changes nothing that is pulled; without a number of its own nobody would notice that it was lost."""
    service.hold("request-1")
    device.sync()
    service.back_up()
    act = device.judge("request-1", "request-1/sample-1")
    device.sync()
    assert device.states() == {act: "held"}
    service.restore()
    assert service.data.received == {}
    device.sync()
    device.sync()
    assert service.data.received[act][1].outcome == "held"
    assert device.states() == {act: "held"}


def test_work_recorded_after_the_loss_waits_for_what_it_rests_on(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    service.back_up()
    first = device.judge("request-1", "request-1/sample-1")
    device.sync()
    service.restore()
    report = device.report("request-1", (first,))
    device.sync()
    assert device.states() == {first: "applied", report: "applied"}
    assert service.data.effects == [first, report]


def test_acts_that_a_backup_covers_are_not_offered_again(device: Device, service: SimulatedService) -> None:
    device.covered_note()
    service.restore()
    service.data.tags = {n: f"other-{tag}" for n, tag in service.data.tags.items()}
    service.calls.clear()
    device.sync()
    assert "POST /api/sync/push" not in service.calls
    assert in_step(device)


def test_a_service_that_always_answers_resync_does_not_go_round_in_circles(device: Device) -> None:
    class Confused(SimulatedService):
        def _pull(self, text: str) -> bytes:
            return b'{"end": true, "resync": true}\n'

    device.network.service = Confused()
    assert trouble(device).code == "service_confused"


# -- a service of tomorrow --------------------------------------------------------------------------------------


def put_raw(
    service: SimulatedService, kind: str, identifier: str, root: str, body: dict[str, object]
) -> None:
    """A record as a newer service may write it."""
    service._begin()
    service.data.rows.append((service.data.head, kind, identifier, root, msgspec.json.encode(body)))


def test_records_of_tomorrow_are_kept_whole_and_stop_nothing_else(
    device: Device, service: SimulatedService
) -> None:
    _, known = body_of(records.request(id="request-1", number="MR-1"))
    today = msgspec.json.decode(known)
    put_raw(service, "request", "request-1", "request-1", today | {"field_of_tomorrow": [1, {"a": None}]})
    strange = today | {"state": "state_of_tomorrow", "nation": "atlantis"}
    put_raw(service, "request", "request-9", "request-9", strange)
    put_raw(
        service, "visit", "visit-1", "request-1", {"what": "a kind of tomorrow", "files": [{"sha256": 5}]}
    )
    put_raw(service, "evidence", "evidence-9", "request-1", {"kind": "hologram", "sha256": "f" * 64})
    service.assign("request-9")
    device.sync()
    assert in_step(device)
    readable = {record.id: record for record in device.cache.requests()}
    assert isinstance(readable["request-1"], ModerationRequest)
    assert isinstance(readable["request-9"], Unreadable)
    kinds = {type(record).__name__ for record in device.cache.root("request-1")}
    assert kinds == {"ModerationRequest", "Sample", "Unreadable"}
    # The daily comparison counts them like any other.
    report = device.sync()
    assert report.alike
    assert report.mended == frozenset()
    act = device.note("request-1")
    device.sync()
    assert device.states() == {act: "applied"}


def test_lines_and_answers_of_tomorrow_are_read_as_far_as_they_are_known(
    device: Device, service: SimulatedService
) -> None:
    pull, answer = service._pull, service.answer

    def more_than_known(cursor: str) -> bytes:
        lines = [msgspec.json.decode(line) | {"signed_by": "tomorrow"} for line in pull(cursor).splitlines()]
        lines.insert(0, {"op": "remember", "root": "request-1", "why": {"new": True}})
        lines[-1]["count"] += 1
        return b"\n".join(map(msgspec.json.encode, lines)) + b"\n"

    def with_fields(call: HttpCall) -> HttpAnswer:
        told = answer(call)
        if "json" in told.headers.get("content-type", "") and "ndjson" not in told.headers["content-type"]:
            return replace(
                told, body=msgspec.json.encode(msgspec.json.decode(told.body) | {"of_tomorrow": 1})
            )
        return told

    service._pull = more_than_known  # type: ignore[method-assign]
    service.answer = with_fields  # type: ignore[method-assign]
    act = device.note("request-1")
    device.sync()
    assert in_step(device)
    assert device.states() == {act: "applied"}


def test_an_answer_of_tomorrow_is_kept_as_refused_with_its_word(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    act = device.note("request-1")
    take = service._take

    def postponed(message: ActMessage) -> OutcomeMessage:
        said = take(message)
        said.outcome = "postponed"
        return said

    service._take = postponed  # type: ignore[method-assign]
    device.sync()
    entry = device.work.entry(act)
    assert (str(entry.state), entry.code) == ("rejected", "update_needed")
    assert "postponed" in entry.says
    assert entry.payload
