"""How far the service trusts what a device says it had seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.domain.clocks import LATE_WORK_DAYS
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.by_role import OPEN_FOR
from app.service.database import transact
from app.service.feed import Changes
from tests.service.ground import NOW, House

TAKEN_AWAY = NOW + timedelta(days=3)


def taken_away(house: House) -> int:
    """Morgan's device has seen R1; then R1 goes to Jules. What the device had seen."""
    device = house.device("morgan")
    device.pull()
    assign_moderator(house.engine, "R1", "jules@people.invalid", TAKEN_AWAY)
    return device.seen


def judged(house: House, seen: int, position: int = 1, device_id: str = "device-1") -> str:
    (outcome,) = house.push(house.act(house.judgement(position), seen=seen), device_id=device_id)
    return f"{outcome.outcome} {outcome.code}".strip()


@pytest.mark.parametrize(
    ("late", "answer"),
    [
        (timedelta(0), "applied"),
        (timedelta(days=LATE_WORK_DAYS), "applied"),
        (timedelta(days=LATE_WORK_DAYS, microseconds=1), "rejected not_assigned"),
        (timedelta(days=500), "rejected not_assigned"),
    ],
)
def test_work_done_before_the_request_was_taken_away_counts_for_sixty_days(
    house: House, late: timedelta, answer: str
) -> None:
    seen = taken_away(house)
    house.clock.now = TAKEN_AWAY + late
    assert judged(house, seen) == answer
    assert LATE_WORK_DAYS == 60


def test_the_moment_is_the_services_and_written_with_every_coming_and_going(house: House) -> None:
    taken_away(house)
    rows = house.rows(t.scope_log, t.scope_log.c.root == house.request())
    assert [row.at for row in rows if row.n > max(r.n for r in rows) - 2] == [TAKEN_AWAY, TAKEN_AWAY]
    assert all(row.at is not None for row in house.rows(t.scope_log))


def test_a_leave_from_before_moments_were_kept_is_trusted(house: House) -> None:
    seen = taken_away(house)
    transact(house.engine, lambda c: c.execute(update(t.scope_log).values(at=None)))
    house.clock.now = TAKEN_AWAY + timedelta(days=500)
    assert judged(house, seen) == "applied"


def test_who_has_it_again_needs_no_trust(house: House) -> None:
    seen = taken_away(house)
    house.clock.now = TAKEN_AWAY + timedelta(days=500)
    assign_moderator(house.engine, "R1", "morgan@people.invalid", house.clock.now)
    assert judged(house, seen) == "applied"


def test_the_last_leave_counts_for_who_had_it_twice(house: House) -> None:
    seen = taken_away(house)
    assign_moderator(house.engine, "R1", "morgan@people.invalid", TAKEN_AWAY + timedelta(days=50))
    assign_moderator(house.engine, "R1", "jules@people.invalid", TAKEN_AWAY + timedelta(days=55))
    house.clock.now = TAKEN_AWAY + timedelta(days=100)
    assert judged(house, seen) == "applied"


def test_a_number_of_a_time_at_which_one_did_not_hold_it_is_no_key(house: House) -> None:
    taken_away(house)
    assert judged(house, house.head()) == "rejected not_assigned"
    assert judged(house, 0) == "rejected not_assigned"


def test_what_was_open_on_one_device_counts_for_that_device(house: House) -> None:
    """Nobody judges what is only open on their device by role; but who held it there in some way did the work there."""
    morgan = house.person("morgan").id

    def turn(entered: bool, now: datetime) -> None:
        def write(connection: object) -> None:
            changes = Changes(now=now)
            if entered:
                changes.enter(morgan, house.request("R2"), "here", now + OPEN_FOR)
            else:
                changes.leave(morgan, house.request("R2"), "here")
            changes.publish(connection)  # type: ignore[arg-type]

        transact(house.engine, write)

    def judge(position: int, seen: int, device_id: str) -> str:
        act = house.act(house.judgement(position, number="R2"), seen=seen)
        (outcome,) = house.push(act, device_id=device_id)
        return outcome.outcome

    turn(True, NOW)
    seen = house.head()
    assert judge(1, seen, "here") == "applied"
    assert judge(1, seen, "there") == "rejected"
    turn(False, NOW)
    assert judge(2, seen, "here") == "applied"
    assert judge(2, seen, "there") == "rejected"
    house.clock.now = NOW + timedelta(days=61)
    assert judge(1, seen, "here") == "rejected"


def test_nothing_said_about_the_time_is_believed(house: House) -> None:
    seen = taken_away(house)
    house.clock.now = TAKEN_AWAY + timedelta(days=90)
    act = house.act(house.judgement(1), seen=seen, recorded_at=datetime(2026, 3, 11, tzinfo=UTC))
    (outcome,) = house.push(act)
    assert outcome.code == "not_assigned"
