"""The daily comparison with the service: what differs is found, mended, and never a reason to stop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support import records
from tests.sync.device import Device
from tests.sync.network import Fault
from tests.sync.simulated import SimulatedService
from tests.sync.test_engine import in_step, trouble

ASKED = "POST /api/sync/manifest"


def a_day_later(device: Device, service: SimulatedService) -> None:
    """By the service's clock; this computer's is not asked. Hello is asked anew because the engine is."""
    service.server_time += timedelta(hours=25)
    service.calls.clear()
    device.restart()


def damage(device: Device, statement: str) -> None:
    """Something that is not the feed changes the cache."""
    with device.cache._database.write() as connection:
        connection.exec_driver_sql(statement)


def test_a_new_cache_is_compared_once_and_then_daily_by_the_services_time(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    assert service.calls.count(ASKED) == 1
    service.server_time += timedelta(hours=23)
    device.restart()
    device.sync()
    device.sync()
    assert service.calls.count(ASKED) == 1
    service.server_time += timedelta(hours=2)
    device.restart()
    device.sync()
    device.sync()
    assert service.calls.count(ASKED) == 2


def test_a_service_whose_clock_went_back_is_asked_again(device: Device, service: SimulatedService) -> None:
    device.sync()
    service.server_time -= timedelta(days=2)
    device.restart()
    device.sync()
    assert service.calls.count(ASKED) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM records WHERE kind = 'sample' AND id = 'request-1/sample-2'",
        "UPDATE records SET rev = rev + 50 WHERE kind = 'request'",
        "UPDATE records SET rev = 0, body = '{}' WHERE kind = 'sample'",
        "INSERT INTO records VALUES ('sample', 'stray', 'request-1', 3, 0, '', '{}')",
        "INSERT INTO records VALUES ('request', 'left-long-ago', 'left-long-ago', 3, 0, '', '{}')",
        "DELETE FROM records",
    ],
)
def test_whatever_differs_is_mended(device: Device, service: SimulatedService, statement: str) -> None:
    device.sync()
    damage(device, statement)
    assert not in_step(device)
    a_day_later(device, service)
    report = device.sync()
    assert in_step(device)
    assert report.mended
    assert report.alike
    # Asked, asked by root, and asked once more whether it helped.
    assert service.calls.count(ASKED) == 3
    device.sync()
    assert service.calls.count(ASKED) == 3


def test_a_change_in_between_leaves_the_comparison_to_the_next_round(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    damage(device, "DELETE FROM records WHERE kind = 'sample'")
    a_day_later(device, service)
    compare = service._compare

    def changed_meanwhile(ask: object) -> object:
        service.put(records.request(id="request-1", judged=2))
        service._compare = compare  # type: ignore[method-assign]
        return compare(ask)  # type: ignore[arg-type]

    service._compare = changed_meanwhile  # type: ignore[method-assign, assignment]
    report = device.sync()
    assert report.mended == frozenset()
    assert service.calls.count(ASKED) == 1
    device.sync()
    assert in_step(device)


def test_what_cannot_be_mended_is_told_and_stops_nothing(
    device: Device, service: SimulatedService, caplog: pytest.LogCaptureFixture
) -> None:
    device.sync()
    damage(device, "DELETE FROM records WHERE kind = 'sample'")
    a_day_later(device, service)
    service.mends = False
    act = device.note("request-1")
    report = device.sync()
    assert not report.alike
    assert "still unlike the service" in caplog.text
    # Two repairs, and the question after each of them.
    assert service.calls.count(ASKED) == 5
    assert device.states() == {act: "applied"}
    device.sync()
    assert service.calls.count(ASKED) == 5


@pytest.mark.parametrize("status", [404, 500])
def test_a_service_that_cannot_compare_is_left_alone_for_a_day(
    device: Device, service: SimulatedService, status: int
) -> None:
    service.compares = status
    device.sync()
    device.sync()
    assert service.calls.count(ASKED) == 1
    assert in_step(device)
    service.compares = 200
    a_day_later(device, service)
    device.sync()
    assert service.calls.count(ASKED) == 1


def test_a_comparison_that_got_no_answer_is_asked_again_in_the_next_round(
    device: Device, service: SimulatedService
) -> None:
    device.sync()
    damage(device, "DELETE FROM records WHERE kind = 'sample'")
    a_day_later(device, service)
    # Renewal of the sign-in, hello, the page, and then the question.
    device.network.meet(Fault.NONE, Fault.NONE, Fault.NONE, Fault.ANSWER_LOST)
    assert trouble(device).code == "service_unreachable"
    device.sync()
    assert in_step(device)


def test_after_a_resync_it_is_compared_at_once(device: Device, service: SimulatedService) -> None:
    device.sync()
    service.back_up()
    service.put(records.request(id="request-1", judged=3))
    device.sync()
    service.restore()
    service.put(records.request(id="request-1", judged=1))
    service.calls.clear()
    device.sync()
    assert service.calls.count(ASKED) == 1
    assert in_step(device)
