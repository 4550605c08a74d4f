"""Push and pull against the model, fault by fault."""

from __future__ import annotations

import pytest

from app.domain.errors import KnownError
from app.sync.calls import HttpAnswer
from app.sync.engine import HELLO_LASTS
from app.wire.messages import Push
from tests.support import records
from tests.sync.device import Device
from tests.sync.network import Fault
from tests.sync.simulated import SimulatedService, refusal


def trouble(device: Device) -> KnownError:
    with pytest.raises(KnownError) as refused:
        device.sync()
    return refused.value


def in_step(device: Device) -> bool:
    return device.held() == device.service.answer_for_person()


# -- pull -------------------------------------------------------------------------------------------------------


def test_a_first_sync_brings_the_persons_requests_and_no_others(device: Device) -> None:
    report = device.sync()
    assert in_step(device)
    assert [record.id for record in device.cache.requests()] == ["request-1"]
    assert (report.pulled, report.seen) == (4, device.service.data.head)
    assert device.last_sync() is not None


def test_changes_arrive_and_are_told(device: Device, service: SimulatedService) -> None:
    device.sync()
    device.changes.clear()
    service.put(records.request(id="request-1", judged=2), records.request(id="request-2", judged=1))
    device.sync()
    assert in_step(device)
    assert device.changes == [(frozenset({"request-1"}), False)]


def test_a_sync_with_nothing_new_is_one_small_request(device: Device, service: SimulatedService) -> None:
    device.sync()
    service.calls.clear()
    device.sync()
    assert service.calls == ["GET /api/sync/pull"]


def test_hello_is_asked_again_when_it_is_old_or_something_went_wrong(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    device.tick += HELLO_LASTS + 1
    service.calls.clear()
    device.sync()
    assert service.calls == ["GET /api/sync/hello", "GET /api/sync/pull"]
    device.network.meet(Fault.NEVER_LEFT)
    trouble(device)
    service.calls.clear()
    device.sync()
    assert service.calls[0] == "GET /api/sync/hello"


def test_a_request_that_leaves_is_removed_and_its_work_still_offered(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    device.note("request-1")
    service.assign("request-1", mine=False)
    device.sync()
    assert device.held() == {}
    assert set(device.states().values()) == {"applied"}


def test_a_page_that_breaks_off_changes_nothing_and_is_fetched_again(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    before = (device.held(), device.cache.cursor())
    service.assign("request-2")
    device.network.meet(Fault.CUT)
    assert trouble(device).code == "answer_incomplete"
    assert (device.held(), device.cache.cursor()) == before
    device.sync()
    assert in_step(device)


@pytest.mark.parametrize("after", range(1, 5))
def test_a_first_sync_that_breaks_goes_on_where_it_was(device: Device, after: int) -> None:
    device.service.assign("request-2")
    device.network.meet(*[Fault.NONE] * (after + 1), Fault.LOST_ON_THE_WAY)
    trouble(device)
    device.restart()
    device.sync()
    assert in_step(device)


def test_a_captive_portal_is_told_from_the_service(device: Device) -> None:
    for calls in range(3):
        device.network.meet(*[Fault.NONE] * calls, Fault.PORTAL)
        assert trouble(device).code == "not_the_service"
    device.sync()
    assert in_step(device)


# -- push -------------------------------------------------------------------------------------------------------


def test_acts_are_applied_in_order_and_come_back_as_records(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    acts = [device.judge("request-1", f"request-1/sample-{n}") for n in (1, 2, 3)]
    report = device.sync()
    assert service.data.effects == acts
    assert report.pushed == 3
    assert in_step(device)
    assert device.work.unsettled(device.cache.seen()) == ()


def test_what_is_recorded_while_offline_stays_queued_and_can_be_undone(device: Device) -> None:
    device.sync()
    act = device.note("request-1")
    device.network.meet(Fault.NEVER_LEFT)
    assert trouble(device).code == "service_unreachable"
    assert device.states() == {act: "queued"}
    device.work.take_back(act)
    device.sync()
    assert device.service.data.effects == []


def push_meets(device: Device, fault: Fault) -> None:
    """The push of the next round meets a fault: before it come hello (after a restart) and one page."""
    device.restart()
    device.network.meet(Fault.NONE, Fault.NONE, Fault.NONE, fault)


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.FAULT_AFTER, Fault.CUT, Fault.PORTAL])
def test_a_push_without_a_known_end_is_shown_as_sending_and_asked_again(device: Device, fault: Fault) -> None:
    device.sync()
    act = device.note("request-1")
    push_meets(device, fault)
    trouble(device)
    assert device.states() == {act: "sending"}
    device.restart()
    device.sync()
    assert device.states() == {act: "applied"}
    assert device.service.data.effects == [act]
    assert in_step(device)


@pytest.mark.parametrize("fault", [Fault.NEVER_LEFT, Fault.BUSY])
def test_a_push_that_certainly_did_not_arrive_is_queued_again(device: Device, fault: Fault) -> None:
    device.sync()
    act = device.note("request-1")
    push_meets(device, fault)
    error = trouble(device)
    assert device.states() == {act: "queued"}
    if fault is Fault.BUSY:
        assert getattr(error, "retry_after", None) == 7
    device.sync()
    assert device.states() == {act: "applied"}


def test_a_push_delivered_twice_takes_effect_once(device: Device) -> None:
    device.sync()
    act = device.note("request-1")
    push_meets(device, Fault.TWICE)
    device.sync()
    assert device.service.data.effects == [act]
    assert device.states() == {act: "applied"}


def test_an_act_refused_does_not_hold_up_the_others(device: Device) -> None:
    device.sync()
    bad, good = device.note("request-1", "unstorable"), device.note("request-1", "fine")
    device.sync()
    assert device.states() == {bad: "rejected", good: "applied"}
    assert device.work.entry(bad).says


def test_a_report_does_not_go_out_while_its_judgement_was_refused(device: Device) -> None:
    device.sync()
    judgement = device.judge("request-2", "request-2/sample-1")
    report = device.report("request-2", (judgement,))
    device.sync()
    assert device.states() == {judgement: "rejected", report: "blocked"}


def test_held_work_is_accepted_and_explains_itself(device: Device, service: SimulatedService) -> None:
    device.sync()
    act = device.note("request-1")
    service.hold("request-1")
    device.sync()
    assert device.states() == {act: "held"}
    assert device.work.entry(act).code == "on_hold"


def test_a_large_batch_goes_in_parts(device: Device, service: SimulatedService) -> None:
    device.sync()
    service.push_acts, service.push_bytes = 7, 4_000
    acts = [device.note("request-1", "x" * 700) for _ in range(20)]
    device.restart()
    device.sync()
    assert service.data.effects == acts
    assert service.calls.count("POST /api/sync/push") >= 5


def test_a_batch_too_large_for_something_on_the_way_is_halved(
    device: Device, service: SimulatedService
) -> None:
    """A proxy may have limits of its own that the service knows nothing of."""
    device.sync()
    service.push_bytes = 2_000
    acts = [device.note("request-1", "x" * 700) for _ in range(9)]
    device.sync()
    assert service.data.effects == acts
    assert set(device.states().values()) == {"applied"}


def test_a_fault_of_the_service_over_one_batch_still_lets_the_pull_run(device: Device) -> None:
    device.sync()
    act = device.note("request-1")
    device.service.assign("request-2")
    push_meets(device, Fault.FAULT_BEFORE)
    assert trouble(device).code == "fault"
    assert in_step(device)
    assert device.states() == {act: "sending"}


def test_progress_counts_acts_and_records(device: Device) -> None:
    device.sync()
    device.progress.clear()
    device.note("request-1")
    device.sync()
    assert (device.progress[-1].answered, device.progress[-1].waiting) == (1, 0)
    assert not device.progress[-1].more


# -- being signed in --------------------------------------------------------------------------------------------


def test_an_ended_access_is_renewed_once_without_a_word(device: Device, service: SimulatedService) -> None:
    device.sync()
    service.end_access()
    device.note("request-1")
    device.sync()
    assert service.calls.count("POST /api/auth/refresh") == 2
    assert set(device.states().values()) == {"applied"}


def test_a_revoked_sign_in_keeps_everything_and_asks_to_sign_in_again(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    act = device.note("request-1")
    service.revoke()
    assert trouble(device).code == "sign_in_again"
    assert device.states() == {act: "queued"}
    device.keys.put(device.profile.id, "refresh-token", service.refresh)
    device.sync()
    assert device.states() == {act: "applied"}


def test_without_a_refresh_token_nothing_is_sent(device: Device, service: SimulatedService) -> None:
    device.keys.forget(device.profile.id, "refresh-token")
    assert trouble(device).code == "sign_in_again"
    assert service.calls == []


def test_a_renewal_that_gets_no_answer_leaves_the_push_queued(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    act = device.note("request-1")
    device.network.meet(Fault.NONE, Fault.ACCESS_ENDED, Fault.LOST_ON_THE_WAY)
    assert trouble(device).code == "service_unreachable"
    assert device.states() == {act: "queued"}


def test_an_act_that_overtook_a_stumbling_batch_is_freed_once_the_earlier_one_is_taken(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    service.push_acts = 1
    first, second = device.judge("request-1", "sample-1"), device.judge("request-1", "sample-1")
    push_meets(device, Fault.FAULT_BEFORE)
    trouble(device)
    assert device.states() == {first: "sending", second: "blocked"}
    device.sync()
    device.sync()
    assert device.states() == {first: "applied", second: "applied"}
    assert service.data.effects == [first, second]


def test_one_act_over_which_the_service_always_stumbles_holds_up_no_other(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    acts = [device.note("request-1", f"note {number}") for number in range(6)]
    poisoned = acts[2]
    whole = service._push

    def stumbling(push: Push) -> HttpAnswer:
        if any(act.act_id == poisoned for act in push.acts):
            return refusal(500, "fault", "Something went wrong in the service.")
        return whole(push)

    service._push = stumbling  # type: ignore[method-assign]
    for _ in range(6):
        trouble(device)
    states = device.states()
    assert states.pop(poisoned) == "sending"
    # Notes stand by themselves: those after it do not wait for it.
    assert list(states.values()) == ["applied"] * 5
