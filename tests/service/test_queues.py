"""Thin rows of every request, for those who hold them by rule of role and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, delete, update

from app.cli import main
from app.domain.errors import KnownError
from app.domain.moderation import Decision, queue_row_of
from app.domain.people import Grant, Role
from app.service import tables as t
from app.service.accounts import NewPerson, add_user, take_roles
from app.service.assignments import assign_moderator
from app.service.bulk import seed_bulk
from app.service.by_role import open_root
from app.service.database import migrate, reading, transact
from app.service.records import load_requests
from app.wire.codec import Codec, body_of
from app.wire.messages import QUEUE_ROOT
from tests.service.ground import NOT_OF_THE_DATABASE, NOW, PASSWORD, House


def rows_of(house: House, name: str) -> dict[str, Any]:
    device = house.device(name)
    device.pull()
    return device.of_kind("queue_row")


@pytest.mark.parametrize("name", ["quality", "support"])
def test_who_reaches_every_request_by_role_has_a_thin_row_of_each(house: House, name: str) -> None:
    device = house.device(name)
    device.pull()
    assert device.roots == {QUEUE_ROOT}
    assert {kind for _, kind, _ in device.records} == {"queue_row"}
    with reading(house.engine) as connection:
        requests = load_requests(connection, house.ground.requests.values())
    assert len(requests) == 3
    for request in requests:
        line = device.records[QUEUE_ROOT, "queue_row", request.id]
        assert bytes(line.body) == body_of(queue_row_of(request))[1]
        record = Codec().record(line.kind, line.id, line.root, line.rev, bytes(line.body))
        assert (record.id, record.rev) == (request.id, line.rev)


@pytest.mark.parametrize("name", ["morgan", "jules", "staff", "bothstaff"])
def test_nobody_else_ever_gets_a_row(house: House, name: str) -> None:
    device = house.device(name)
    device.pull()
    house.push(house.act(house.judgement()))
    assign_moderator(house.engine, "R2", "morgan@people.invalid")
    device.pull()
    assert QUEUE_ROOT not in device.roots
    assert device.of_kind("queue_row") == {}


def test_a_row_follows_its_request_and_costs_one_line(house: House) -> None:
    device = house.device("quality")
    device.pull()
    house.push(house.act(house.judgement(1, Decision.SUSPECTED_MALPRACTICE)))
    device.pull()
    assert [(line.op, line.kind, line.id) for line in device.lines] == [("put", "queue_row", house.request())]
    row = device.of_kind("queue_row")[house.request()]
    assert (row["state"], row["held_on"], row["judged"]) == ("on_hold", "2026-03-10", 1)


def test_a_note_changes_no_row(house: House) -> None:
    device = house.device("quality")
    device.pull()
    house.push(house.act(house.note()))
    device.pull()
    assert device.lines == []


def test_a_role_brings_the_queues_and_its_loss_takes_them_with_all_that_was_opened(house: House) -> None:
    add_user(house.engine, NewPerson("jules@people.invalid", "Jules", PASSWORD, (Grant(Role.SUPPORT),)))
    open_root(house.engine, house.person("jules").id, "device-1", house.request("R1"), NOW)
    device = house.device("jules")
    device.pull()
    assert device.roots == {QUEUE_ROOT, house.request("R1"), house.request("R2")}
    take_roles(house.engine, "jules@people.invalid", [Grant(Role.SUPPORT)])
    device.pull()
    assert {line.op for line in device.lines} == {"leave"}
    assert device.roots == {house.request("R2")}, "what is assigned stays"


def test_the_queues_stay_while_another_role_holds_them(house: House) -> None:
    both = (Grant(Role.QUALITY_MANAGER), Grant(Role.SUPPORT))
    add_user(house.engine, NewPerson("quality@people.invalid", "Quality", PASSWORD, both))
    device = house.device("quality")
    device.pull()
    take_roles(house.engine, "quality@people.invalid", [both[0]])
    device.pull()
    assert device.lines == []
    assert len(rows_of(house, "quality")) == 3
    take_roles(house.engine, "quality@people.invalid", [both[1]])
    assert rows_of(house, "quality") == {}


def test_the_same_role_again_changes_nothing(house: House) -> None:
    head = house.head()
    person = NewPerson("quality@people.invalid", "Quality", PASSWORD, (Grant(Role.QUALITY_MANAGER),))
    add_user(house.engine, person)
    take_roles(house.engine, "quality@people.invalid", [Grant(Role.MODERATOR)])
    assert house.head() == head


def test_a_role_at_one_centre_reaches_no_queue(house: House) -> None:
    centre = house.ground.centres["C1"]
    person = house.person("staff").id

    def grant(connection: Connection) -> None:
        connection.execute(
            t.grants.insert().values(id="g", person_id=person, role="quality_manager", centre_id=centre)
        )

    transact(house.engine, grant)
    migrate(house.engine)
    assert rows_of(house, "staff") == {}


@NOT_OF_THE_DATABASE
def test_a_role_is_taken_away_by_command(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    shared = ["--database-url", house.database_url, "--email", "support@people.invalid"]
    assert main(["service", "remove-role", "--role", "support", *shared]) == 0
    assert capsys.readouterr().out == "Support does not have this role any more: Support team.\n"
    assert rows_of(house, "support") == {}


def test_taking_a_role_from_nobody_is_said_in_words(house: House) -> None:
    with pytest.raises(KnownError) as refusal:
        take_roles(house.engine, "nobody@people.invalid", [Grant(Role.SUPPORT)])
    assert refusal.value.code == "person_unknown"


def test_setting_up_anew_brings_rows_and_queues_for_what_was_there_before(house: House) -> None:
    """As on a database from before there were queues; and a second time it changes nothing."""

    def forget(connection: Connection) -> None:
        connection.execute(delete(t.feed).where(t.feed.c.root == QUEUE_ROOT))
        connection.execute(delete(t.memberships).where(t.memberships.c.root == QUEUE_ROOT))

    transact(house.engine, forget)
    assert rows_of(house, "quality") == {}
    migrate(house.engine)
    assert (
        set(rows_of(house, "quality"))
        == set(house.ground.requests.values())
        == set(rows_of(house, "support"))
    )
    assert rows_of(house, "morgan") == {}
    head = house.head()
    migrate(house.engine)
    assert house.head() == head


def test_a_queue_comes_in_slices_however_long_it_is(house: House) -> None:
    """More rows than one query brings, over pages that end in the middle of it."""
    seed_bulk(house.engine, samples=4_200, moderator_email="morgan@people.invalid")

    def split(connection: Connection) -> None:
        # Every sample becomes a row of its own in the queue: only their number matters here.
        connection.execute(
            update(t.feed).where(t.feed.c.kind == "sample").values(root=QUEUE_ROOT, place=6, kind="queue_row")
        )

    transact(house.engine, split)
    device = house.device("quality")
    device.pull(limit=300_000)
    assert len([line for line in device.lines if line.op == "put"]) == 4_206 + 3 + 210
    assert device.seen == house.head()
