"""Holds: placed, on record, and ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from alembic import command
from sqlalchemy import Engine, MetaData, select

from app.domain.clocks import due_after_hold
from app.domain.errors import KnownError
from app.domain.moderation import Decision, Outcome, RequestState
from app.service import tables as t
from app.service.database import migrate, migration_config, open_engine, reading
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
    assert before.last_day_on is not None
    # Only the days for the actions were frozen (D-4).
    assert the_request(house) == replace(before, last_day_on=before.last_day_on + timedelta(days=3))


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


def test_a_hold_from_before_they_were_kept_ends_too(house: House, empty_database: str) -> None:
    """What stood before it is worked out when the database is brought up to date."""
    hold(house)
    hold(house, "R3")
    _copy_as_of(house.engine, empty_database, "0002")
    old = House(empty_database, house.files_url, house.ground)
    try:
        migrate(old.engine)
        release(old)
        release(old, "R3")
        assert the_request(old).state is RequestState.IN_MODERATION
        assert the_request(old, "R3").state is RequestState.SAMPLE_REQUESTED
    finally:
        old.close()


def _copy_as_of(engine: Engine, url: str, revision: str) -> None:
    """Everything in the database that an earlier schema had room for, in a new database of that schema."""
    target = open_engine(url)
    with target.execution_options(writes=True).begin() as into, reading(engine) as source:
        configuration = migration_config()
        configuration.attributes["connection"] = into
        command.upgrade(configuration, revision)
        earlier = MetaData()
        earlier.reflect(into)
        for table in earlier.sorted_tables:
            rows = source.execute(select(table)).mappings().all() if table.name in t.metadata.tables else []
            if rows:
                into.execute(table.insert(), [dict(row) for row in rows])
    target.dispose()
