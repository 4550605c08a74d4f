"""Holds: placed, on record, and ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from app.domain.clocks import due_after_hold
from app.domain.errors import KnownError
from app.domain.moderation import Decision, Outcome, RequestState
from app.service import tables as t
from app.service.database import migrate
from app.service.holds import place_hold
from tests.service.ground import NOW, House
from tests.service.holding import WHY, hold, release, the_request


def test_M64_a_hold_is_on_record_and_reaches_every_device(house: House) -> None:
    device = house.device()
    device.pull()
    hold(house)
    request = the_request(house)
    assert (request.state, request.held_on, request.hold_reason) == (
        RequestState.ON_HOLD,
        date(2026, 3, 10),
        WHY,
    )
    device.pull()
    assert device.of_kind("request")[house.request()]["state"] == "on_hold"
    (row,) = house.rows(t.holds)
    assert (row.request_id, row.state_before, row.began_at, row.ended_at) == (
        house.request(),
        "in_moderation",
        NOW,
        None,
    )


@pytest.mark.parametrize("number", ["R1", "R3"])
def test_M69_the_end_of_a_hold_gives_back_the_state_from_before(house: House, number: str) -> None:
    before = the_request(house, number)
    hold(house, number)
    assert release(house, number) == []
    after = the_request(house, number)
    assert after == before
    (row,) = house.rows(t.holds)
    assert row.ended_at == NOW


@pytest.mark.parametrize("number", ["R1", "R3"])
def test_M64_a_suspicion_leaves_what_its_end_gives_back(house: House, number: str) -> None:
    before = the_request(house, number)
    house.push(house.act(house.judgement(1, Decision.SUSPECTED_MALPRACTICE, number=number)))
    release(house, number)
    after = the_request(house, number)
    assert (after.state, after.held_on, after.hold_reason) == (before.state, None, "")


def test_D6_the_working_days_left_are_left_again_and_the_old_date_stays_on_record(house: House) -> None:
    before = the_request(house)
    assert before.due_on == date(2026, 4, 10)
    hold(house)
    house.clock.now = NOW + timedelta(days=14)
    release(house)
    after = the_request(house)
    assert after.due_on == due_after_hold(
        date(2026, 4, 10), date(2026, 3, 10), date(2026, 3, 24), after.nation
    )
    assert after.due_on == date(2026, 4, 24)
    assert after.earlier_due_on == (date(2026, 4, 10),), "M-51: none is ever erased"
    device = house.device()
    device.pull()
    assert device.of_kind("request")[house.request()]["due_on"] == "2026-04-24"


def test_M57_a_certification_hold_is_another_matter(house: House) -> None:
    acts = [house.act(house.judgement(1, Decision.NOT_AGREED))]
    acts += [house.act(house.judgement(position)) for position in (2, 3)]
    house.push(*acts, house.act(house.report(tuple(act.id for act in acts), Outcome.REJECTED)))
    before = the_request(house)
    assert before.certification_hold
    hold(house)
    house.clock.now = NOW + timedelta(days=3)
    release(house)
    assert the_request(house) == before


def test_what_cannot_be_held_or_released_is_said_in_words(house: House) -> None:
    def refused(work: Callable[[], object]) -> str:
        with pytest.raises(KnownError) as refusal:
            work()
        return refusal.value.code

    assert refused(lambda: release(house)) == "not_on_hold"
    assert refused(lambda: place_hold(house.engine, "R1", "  ", NOW)) == "reason_missing"
    assert refused(lambda: hold(house, "R9")) == "request_unknown"
    hold(house)
    assert refused(lambda: hold(house)) == "cannot_be_held"
    house.push(house.act(house.report((), number="R1")))
    house.judge_all("R2", "jules")
    release(house)
    assert refused(lambda: release(house)) == "not_on_hold"


def test_a_hold_from_before_they_were_kept_ends_too(house: House) -> None:
    """What stood before it is worked out when the database is brought up to date."""
    hold(house)
    hold(house, "R3")
    with house.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE holds")
        connection.exec_driver_sql("DROP INDEX ix_memberships_person_device_until")
        for column in ("place", "seen", "base_rev", "after_act", "rests_on"):
            connection.exec_driver_sql(f"ALTER TABLE received_acts DROP COLUMN {column}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    migrate(house.engine)
    release(house)
    release(house, "R3")
    assert the_request(house).state is RequestState.IN_MODERATION
    assert the_request(house, "R3").state is RequestState.SAMPLE_REQUESTED
