"""What becomes of acts after they were answered: a hold that ends, a request that leaves; and opening a thin row."""

from __future__ import annotations

import pytest

from app.domain.acts import AddNote
from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.moderation import RequestState, queue_row_of
from app.sync.answers import Refused
from app.sync.calls import Unreachable
from app.wire.messages import PUSH_ACTS, OutcomeMessage, Push
from tests.support import records
from tests.sync.device import Device
from tests.sync.network import Fault
from tests.sync.simulated import SimulatedService
from tests.sync.test_engine import in_step, trouble

PUSH = "POST /api/sync/push"


# -- a hold -----------------------------------------------------------------------------------------------------


def put_on_hold(service: SimulatedService, held: bool = True) -> None:
    service.hold("request-1", held)
    state = RequestState.ON_HOLD if held else RequestState.IN_MODERATION
    service.put(records.request(id="request-1", number="MR-1", state=state))


def test_M64_held_work_is_offered_again_once_its_request_is_free(
    device: Device, service: SimulatedService
) -> None:
    put_on_hold(service)
    device.sync()
    act = device.judge("request-1", "request-1/sample-1")
    device.sync()
    device.sync()
    assert device.states() == {act: "held"}
    assert service.calls.count(PUSH) == 1
    put_on_hold(service, held=False)
    device.sync()
    assert device.states() == {act: "applied"}
    assert service.data.effects == [act]
    assert in_step(device)


def test_M64_a_hold_that_ended_for_the_service_alone_is_asked_about_once_per_change(
    device: Device, service: SimulatedService
) -> None:
    """The record says free, the service still holds: it is not asked every minute."""
    device.sync()
    service.hold("request-1")
    act = device.note("request-1")
    for _ in range(4):
        device.sync()
    assert device.states() == {act: "held"}
    assert service.calls.count(PUSH) == 2
    service.put(records.request(id="request-1", judged=1))
    device.sync()
    device.restart()
    device.sync()
    assert service.calls.count(PUSH) == 3


def test_M64_held_work_may_be_refused_after_its_hold_and_stays_readable(
    device: Device, service: SimulatedService
) -> None:
    put_on_hold(service)
    device.sync()
    act = device.note("request-1", "unstorable")
    device.sync()
    assert device.states() == {act: "held"}
    put_on_hold(service, held=False)
    device.sync()
    assert device.states() == {act: "rejected"}
    assert device.work.entry(act).payload


def test_an_answer_never_turns_an_applied_act_back(device: Device, service: SimulatedService) -> None:
    device.sync()
    act = device.note("request-1")
    device.sync()
    device.work.record_outcomes([OutcomeMessage(act_id=act, outcome="rejected", says="late")])
    assert device.states() == {act: "applied"}


# -- a request that left ----------------------------------------------------------------------------------------


def lose_it(device: Device, service: SimulatedService, *, backed_up: bool = True) -> None:
    """The request goes to somebody else, and perhaps a backup covers all that was sent."""
    service.assign("request-1", mine=False)
    if backed_up:
        service.back_up()
    device.restart()
    device.sync()


def test_what_is_settled_of_a_request_that_left_is_forgotten(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    act = device.note("request-1", "canary " * 50)
    report = device.report("request-1", ())
    device.sync()
    assert device.work.report(report)
    lose_it(device, service)
    for act_id in (act, report):
        entry = device.work.entry(act_id)
        assert entry.forgotten
        assert (entry.kind, str(entry.state), entry.request_id) == (entry.kind, "applied", "request-1")
        assert entry.answered_at is not None
        with pytest.raises(KnownError) as gone:
            _ = entry.act
        assert gone.value.code == "forgotten"
    assert device.work.report(report) is None
    assert device.work.unsettled(0) == ()
    # Not in the file, and not in its log either.
    path = device.work._database.path
    assert path.with_name("work.db-wal").stat().st_size == 0
    with device.work._database.raw() as raw:
        assert not any(b"canary" in bytes(row[0]) for row in raw.execute("SELECT payload FROM outbox"))


def test_what_no_backup_covers_yet_stays_whole(device: Device, service: SimulatedService) -> None:
    device.sync()
    act = device.note("request-1")
    report = device.report("request-1", ())
    device.sync()
    lose_it(device, service, backed_up=False)
    assert not device.work.entry(act).forgotten
    assert device.work.report(report)
    service.back_up()
    device.restart()
    device.sync()
    assert device.work.entry(act).forgotten
    assert device.work.report(report) is None


def test_refused_work_of_a_request_that_left_stays_whole_until_it_is_put_away(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    act = device.note("request-1", "unstorable")
    device.sync()
    lose_it(device, service)
    assert device.work.entry(act).payload
    device.work.take_back(act)
    device.sync()
    assert device.work.entry(act).forgotten
    assert device.states() == {act: "taken_back"}


def test_waiting_work_of_a_request_that_left_is_still_offered_whole(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    act = device.note("request-1")
    service.assign("request-1", mine=False)
    device.network.meet(Fault.NONE, Fault.NONE, Fault.ANSWER_LOST)
    device.restart()
    trouble(device)
    assert device.work.entry(act).payload
    device.sync()
    assert service.data.effects == [act]


def test_work_on_a_request_that_is_here_is_never_forgotten(device: Device, service: SimulatedService) -> None:
    device.sync()
    act, back = device.note("request-1"), device.note("request-1")
    device.work.take_back(back)
    report = device.report("request-1", ())
    device.sync()
    service.back_up()
    device.restart()
    device.sync()
    assert device.work.entry(act).covered
    assert not device.work.entry(act).forgotten
    assert not device.work.entry(back).forgotten
    assert device.work.report(report)


def test_a_re_reading_under_way_forgets_nothing(device: Device, service: SimulatedService) -> None:
    """While everything is read anew a request may not be here yet, and is no less mine."""
    act = device.covered_note()
    with device.cache._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM records")
        connection.exec_driver_sql("DELETE FROM marks")
    device.restart()
    device.network.meet(*[Fault.NONE] * 3, Fault.LOST_ON_THE_WAY)
    trouble(device)
    assert not device.work.entry(act).forgotten
    device.sync()
    assert not device.work.entry(act).forgotten


# -- thin rows --------------------------------------------------------------------------------------------------


def test_thin_rows_are_no_requests_of_mine_until_one_is_opened(
    device: Device, service: SimulatedService
) -> None:
    thin = queue_row_of(records.request(id="request-2", number="MR-2"))
    service.put(thin)
    service.assign("queue")
    device.sync()
    assert [row.number for row in device.cache.queue_rows()] == ["MR-2"]  # type: ignore[union-attr]
    assert [request.id for request in device.cache.requests()] == ["request-1"]
    assert not any("queue" in requests for requests, _ in device.changes)
    device.changes.clear()
    device.network.run(device.access.signed(device.engine.open_root("request-2")))
    assert {request.id for request in device.cache.requests()} == {"request-1", "request-2"}
    assert any("request-2" in requests for requests, _ in device.changes)
    service.drop("queue_row", "request-2", "queue")
    device.sync()
    assert device.cache.queue_rows() == []
    assert in_step(device)


def test_a_request_that_one_may_not_see_cannot_be_opened(device: Device) -> None:
    device.sync()
    with pytest.raises(Refused) as refused:
        device.network.run(device.access.signed(device.engine.open_root("nobody's/one")))
    assert refused.value.status == 404


# -- how acts travel --------------------------------------------------------------------------------------------


def pushed(service: SimulatedService) -> list[Push]:
    """Every push that arrives from now on."""
    seen: list[Push] = []
    whole = service._push

    def listening(push: Push) -> object:
        seen.append(push)
        return whole(push)

    service._push = listening  # type: ignore[method-assign, assignment]
    return seen


def test_M48_an_act_says_which_files_it_names(device: Device, service: SimulatedService) -> None:
    device.sync()
    seen = pushed(service)
    photo = AttachedFile("visit.jpg", "c" * 64, 1234, "image/jpeg")
    device._record(AddNote("request-1", "", "Please see the photo.", (photo,)))
    device.note("request-1")
    device.sync()
    assert [act.files for push in seen for act in push.acts] == [["c" * 64], []]


def test_a_large_push_is_packed_where_the_service_takes_that(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    service.push_encodings = ["zstd"]
    device.restart()
    small = device.note("request-1")
    device.sync()
    assert service.packed_pushes == 0
    large = device.note("request-1", "x" * 5000)
    device.sync()
    assert service.packed_pushes == 1
    assert service.data.effects == [small, large]


def test_an_older_service_gets_its_pushes_plain(device: Device, service: SimulatedService) -> None:
    device.sync()
    act = device.note("request-1", "x" * 5000)
    device.sync()
    assert service.packed_pushes == 0
    assert device.states() == {act: "applied"}


def test_a_service_that_became_older_since_hello_still_gets_everything(
    device: Device, service: SimulatedService
) -> None:
    service.push_encodings = ["zstd"]
    device.sync()
    service.push_encodings = []
    acts = [device.note("request-1", "x" * 5000) for _ in range(3)]
    device.sync()
    assert service.data.effects == acts
    assert set(device.states().values()) == {"applied"}
    # It is learned once, not with every push.
    assert service.calls.count(PUSH) == 2
    device.note("request-1", "x" * 5000)
    device.sync()
    assert service.calls.count(PUSH) == 3


def test_a_long_queue_is_offered_in_the_services_portions(device: Device, service: SimulatedService) -> None:
    device.sync()
    service.push_acts = PUSH_ACTS
    acts = [device.note("request-1", f"{number}") for number in range(PUSH_ACTS + 3)]
    seen = pushed(service)
    device.sync()
    assert [len(push.acts) for push in seen] == [PUSH_ACTS, 3]
    assert service.data.effects == acts


# -- pages that come while the one before is written ------------------------------------------------------------


def test_a_page_is_written_though_the_next_one_does_not_come(
    device: Device, service: SimulatedService
) -> None:
    """First hello and renewal, then pages: the third is begun before the second is written."""
    service.assign("request-2")
    device.network.meet(*[Fault.NONE] * 4, Fault.LOST_ON_THE_WAY)
    error = trouble(device)
    assert isinstance(error, Unreachable)
    assert len(device.held()) == 3
    assert device.cache.cursor()
    device.sync()
    assert in_step(device)


def test_a_service_that_loses_its_memory_between_two_pages_is_read_anew(
    device: Device, service: SimulatedService
) -> None:
    service.assign("request-2")
    pull = service._pull
    asked = 0

    def forgetful(cursor: str) -> bytes:
        nonlocal asked
        asked += 1
        if asked == 3:
            service.data.tags = {n: f"other-{tag}" for n, tag in service.data.tags.items()}
        return pull(cursor)

    service._pull = forgetful  # type: ignore[method-assign]
    device.sync()
    assert in_step(device)
