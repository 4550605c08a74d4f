"""What a device holds: what its person holds, and what is open on it alone; however both come and go."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient
from sqlalchemy import Connection, event

from app.domain.moderation import Decision
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.by_role import OPEN_FOR, let_go, open_root
from app.service.cursor import read_cursor
from app.service.database import reading, transact
from app.service.feed import Changes
from app.service.scope import held_roots
from app.wire.messages import QUEUE_ROOT, FeedLine
from tests.service.asking import problem, signed_in
from tests.service.ground import NOW, Device, House

QUIET = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def in_scope(house: House, name: str, root: str, entered: bool, device_id: str = "") -> None:
    """A root comes to somebody or leaves them, on all devices or on one."""

    def change(connection: Connection) -> None:
        changes = Changes(now=house.clock())
        (changes.enter if entered else changes.leave)(house.person(name).id, root, device_id)
        changes.publish(connection)

    transact(house.engine, change)


def should_hold(house: House, roots: set[str]) -> dict[tuple[str, str, str], tuple[int, bytes]]:
    """The records of these roots, read from the feed's own rows."""
    lines = [
        msgspec.json.decode(row.line, type=FeedLine)
        for row in house.rows(t.feed, t.feed.c.root.in_(roots), ~t.feed.c.gone)
    ]
    return {(line.root, line.kind, line.id): (line.rev, bytes(line.body)) for line in lines}


def held(house: House, name: str, device_id: str) -> set[str]:
    with reading(house.engine) as connection:
        return set(connection.scalars(held_roots(house.person(name).id, device_id)))


def test_a_root_open_on_one_device_is_on_no_other(house: House) -> None:
    here, there = house.device("quality", "here"), house.device("quality", "there")
    open_root(house.engine, house.person("quality").id, "here", house.request(), house.clock())
    here.pull()
    there.pull()
    assert here.roots == {house.request(), QUEUE_ROOT} == held(house, "quality", "here")
    assert there.roots == {QUEUE_ROOT} == held(house, "quality", "there")


def test_changes_of_an_opened_root_follow_it_to_that_device(house: House) -> None:
    here, there = house.device("quality", "here"), house.device("quality", "there")
    open_root(house.engine, house.person("quality").id, "here", house.request(), house.clock())
    here.pull()
    there.pull()
    act = house.act(house.note())
    house.push(act)
    here.pull()
    there.pull()
    assert [(line.kind, line.id) for line in here.lines] == [("note", act.id)]
    assert there.lines == []


def test_a_root_held_in_both_ways_stays_until_both_have_ended(house: House) -> None:
    device = house.device("morgan", "here")
    in_scope(house, "morgan", house.request(), True, "here")
    device.pull()
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    device.pull()
    assert house.request() in device.roots
    house.push(house.act(house.note(), "jules"), name="jules")
    device.pull()
    assert [line.kind for line in device.lines] == ["note"]
    in_scope(house, "morgan", house.request(), False, "here")
    device.pull()
    assert [(line.op, line.root) for line in device.lines] == [("leave", house.request())]
    assert device.roots == {house.request("R3")}


def test_the_end_of_one_device_does_not_reach_another(house: House) -> None:
    here, there = house.device("morgan", "here"), house.device("morgan", "there")
    in_scope(house, "morgan", house.request("R2"), True, "here")
    for device in (here, there):
        device.pull()
    in_scope(house, "morgan", house.request("R2"), False, "here")
    for device in (here, there):
        device.pull()
    assert there.lines == []
    assert here.roots == there.roots


def test_a_cursor_serves_no_other_device(house: House) -> None:
    device = house.device("morgan", "here")
    device.pull()
    assert read_cursor(device.cursor).device == "here"  # type: ignore[union-attr]
    page = house.pull(device.cursor, device_id="there")
    assert msgspec.json.decode(page, type=FeedLine).resync


def test_a_cursor_from_before_devices_asks_to_begin_anew(house: House) -> None:
    device = house.device()
    device.pull()
    cursor = read_cursor(device.cursor)
    assert cursor is not None
    for old in (
        {name: getattr(cursor, name) for name in cursor.__slots__ if name != "device"},
        {name: getattr(cursor, name) for name in cursor.__slots__} | {"schema": 1},
    ):
        text = base64.urlsafe_b64encode(msgspec.json.encode(old)).decode().rstrip("=")
        assert msgspec.json.decode(house.pull(text), type=FeedLine).resync


def test_the_device_that_pulls_is_the_one_that_is_signed_in(client: TestClient[Any], house: House) -> None:
    open_root(house.engine, house.person("quality").id, "device-1", house.request(), house.clock())
    page = client.get("/api/sync/pull", headers=signed_in(client, "quality"))
    roots = {msgspec.json.decode(line, type=FeedLine).root for line in page.content.splitlines()}
    assert house.request() in roots


def test_a_pull_with_nothing_new_asks_for_nothing_that_is_held(house: House) -> None:
    """Its cost follows the change: only the feed's head is read, and whether the time of something is over."""
    device = house.device("quality")
    device.pull()
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(house.engine, "before_cursor_execute", note)
    device.pull()
    event.remove(house.engine, "before_cursor_execute", note)
    selects = [statement for statement in asked if statement.startswith("SELECT")]
    assert len(selects) == 1
    assert "feed_head" in selects[0]


def test_what_is_over_is_found_by_its_own_index(house: House) -> None:
    device = house.device("quality")
    device.pull()
    if house.engine.dialect.name != "sqlite":
        return
    with reading(house.engine) as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT 1 FROM memberships WHERE person = 'p' AND device = 'd' AND until <= 'x'"
            " AND entered"
        ).all()
    assert "ix_memberships_person_device_until" in str(plan)


# -- opening, and the end of it ----------------------------------------------------------------------------------


def open_over_http(client: TestClient[Any], name: str, root: str) -> Any:
    return client.post(f"/api/sync/roots/{root}/open", headers=signed_in(client, name))


def test_a_quality_manager_opens_a_request_on_this_device_for_thirty_days(
    client: TestClient[Any], house: House
) -> None:
    assert open_over_http(client, "quality", house.request()).status_code == 204
    device = house.device("quality")
    device.pull()
    assert len(device.of_kind("sample")) == 3
    house.clock.now = NOW + OPEN_FOR - timedelta(seconds=1)
    device.pull()
    assert device.lines == []
    house.clock.now = NOW + OPEN_FOR
    device.pull()
    assert [(line.op, line.root) for line in device.lines] == [("leave", house.request())]
    assert device.roots == {QUEUE_ROOT}
    assert OPEN_FOR.days == 30


def test_opening_again_lasts_anew_and_sends_nothing_twice(house: House) -> None:
    quality = house.person("quality").id
    open_root(house.engine, quality, "device-1", house.request(), NOW)
    device = house.device("quality")
    device.pull()
    open_root(house.engine, quality, "device-1", house.request(), NOW + timedelta(days=20))
    house.clock.now = NOW + timedelta(days=45)
    device.pull()
    assert device.lines == []
    assert house.request() in device.roots
    house.clock.now = NOW + timedelta(days=50)
    device.pull()
    assert device.roots == {QUEUE_ROOT}


def test_what_was_over_can_be_opened_again(house: House) -> None:
    quality = house.person("quality").id
    device = house.device("quality")
    for turn in range(2):
        house.clock.now = NOW + turn * timedelta(days=60)
        open_root(house.engine, quality, "device-1", house.request(), house.clock())
        device.pull()
        assert house.request() in device.roots
        house.clock.now += OPEN_FOR
        device.pull()
        assert device.roots == {QUEUE_ROOT}


def test_the_end_on_one_device_is_not_the_end_on_another(house: House) -> None:
    quality = house.person("quality").id
    open_root(house.engine, quality, "early", house.request(), NOW)
    open_root(house.engine, quality, "late", house.request(), NOW + timedelta(days=10))
    early, late = house.device("quality", "early"), house.device("quality", "late")
    house.clock.now = NOW + timedelta(days=31)
    early.pull()
    late.pull()
    assert early.roots == {QUEUE_ROOT}
    assert late.roots == {QUEUE_ROOT, house.request()}


def test_who_does_not_reach_requests_by_role_opens_nothing(client: TestClient[Any], house: House) -> None:
    refusals = [
        problem(open_over_http(client, name, root), 404)
        for name, root in (
            ("morgan", house.request()),
            ("jules", house.request()),
            ("staff", house.request()),
            ("quality", "no-such-request"),
            ("quality", QUEUE_ROOT),
        )
    ]
    assert len({(told.code, told.says) for told in refusals}) == 1
    problem(client.post(f"/api/sync/roots/{house.request()}/open"), 401)
    assert house.count(t.memberships, t.memberships.c.device != "") == 0


def test_letting_go_twice_writes_one_leave(house: House) -> None:
    quality = house.person("quality").id
    open_root(house.engine, quality, "device-1", house.request(), NOW)
    head = house.head()
    for _ in range(2):
        let_go(house.engine, quality, "device-1", NOW + OPEN_FOR)
    assert house.head() == head + 1


# -- in any order ------------------------------------------------------------------------------------------------

ROOTS = ("R1", "R2", "R3")
DEVICES = ("one", "two")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("mine"), st.sampled_from(ROOTS), st.booleans()),
        st.tuples(st.just("open"), st.sampled_from(ROOTS), st.sampled_from(DEVICES)),
        st.tuples(st.just("days"), st.sampled_from((1, 16, 31)), st.none()),
        st.tuples(st.just("note"), st.sampled_from(ROOTS), st.none()),
        st.tuples(st.just("page"), st.sampled_from(DEVICES), st.sampled_from((1, 400, 3_000))),
        st.tuples(st.just("pull"), st.sampled_from(DEVICES), st.none()),
    ),
    min_size=4,
    max_size=18,
)


class Model:
    """What each device should hold, kept apart from how the service keeps it."""

    def __init__(self) -> None:
        self.mine: set[str] = set()
        self.opened: dict[tuple[str, str], Any] = {}

    def roots(self, device_id: str, now: Any) -> set[str]:
        open_now = {
            root for (root, device), until in self.opened.items() if device == device_id and until > now
        }
        return self.mine | open_now | {QUEUE_ROOT}


@QUIET
@given(steps=STEPS)
def test_however_roots_come_and_go_each_device_ends_with_what_it_should_hold(
    new_house: Callable[[], House], steps: list[tuple[str, Any, Any]]
) -> None:
    with closing(new_house()) as house:
        quality, model = house.person("quality").id, Model()
        devices = {name: house.device("quality", name) for name in DEVICES}
        for what, which, how in steps:
            _take_step(house, model, devices, quality, what, which, how)
        for name, device in devices.items():
            device.pull(limit=700)
            roots = model.roots(name, house.clock())
            assert device.content() == should_hold(house, roots)
            assert device.seen == house.head()
            assert held(house, "quality", name) == roots


def _take_step(
    house: House, model: Model, devices: dict[str, Device], quality: str, what: str, which: Any, how: Any
) -> None:
    match what:
        case "mine":
            in_scope(house, "quality", house.request(which), how)
            (model.mine.add if how else model.mine.discard)(house.request(which))
        case "open":
            open_root(house.engine, quality, how, house.request(which), house.clock())
            model.opened[house.request(which), how] = house.clock() + OPEN_FOR
        case "days":
            house.clock.now += timedelta(days=which)
        case "note":
            house.push(house.act(house.note(number=which), "quality"), name="quality")
        case "page":
            devices[which].pull_page(limit=how)
        case _:
            devices[which].pull()
            assert devices[which].content() == should_hold(house, model.roots(which, house.clock()))


def test_a_judgement_reaches_the_quality_managers_open_device_and_the_queue_of_the_others(
    house: House,
) -> None:
    open_root(house.engine, house.person("quality").id, "here", house.request(), house.clock())
    here, there = house.device("quality", "here"), house.device("quality", "there")
    for device in (here, there):
        device.pull()
    house.push(house.act(house.judgement(1, Decision.SUSPECTED_MALPRACTICE)))
    for device in (here, there):
        device.pull()
    assert {line.kind for line in here.lines} == {"request", "judgement", "queue_row"}
    assert {line.kind for line in there.lines} == {"queue_row"}
    assert there.of_kind("queue_row")[house.request()]["state"] == "on_hold"
