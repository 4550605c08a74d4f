"""Comparing what a device holds with what it should hold, and mending it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient
from sqlalchemy import Connection, text

from app.service import manifest
from app.service import tables as t
from app.service.assignments import assign_in, assign_moderator
from app.service.bulk import seed_bulk
from app.service.by_role import OPEN_FOR, open_root
from app.service.database import reading, transact
from app.service.feed import Changes
from app.service.manifest import compare
from app.service.pull import Reader
from app.wire.manifest import Digest
from app.wire.messages import QUEUE_ROOT, FeedLine, KindSum, ManifestAnswer, ManifestAsk
from tests.service.asking import problem, signed_in
from tests.service.ground import NOW, Device, House

QUIET = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def ask_of(device: Device, *, roots: bool = False) -> ManifestAsk:
    """What the device holds, as it would tell it."""
    kinds: dict[str, Digest] = {}
    by_root: dict[str, Digest] = {}
    for (root, kind, identifier), line in device.records.items():
        kinds.setdefault(kind, Digest()).add(kind, identifier, line.rev)
        by_root.setdefault(root, Digest()).add(kind, identifier, line.rev)
    return ManifestAsk(
        cursor=device.cursor,
        kinds={kind: KindSum(count=digest.count, digest=digest.text()) for kind, digest in kinds.items()},
        roots={root: digest.text() for root, digest in by_root.items()} if roots else None,
    )


def ask(house: House, device: Device, name: str = "morgan", *, roots: bool = False) -> ManifestAnswer:
    reader = Reader(house.person(name).id, "device-1")
    return compare(house.engine, reader, ask_of(device, roots=roots), house.clock())


def pulled(house: House, name: str = "morgan", device_id: str = "device-1") -> Device:
    device = house.device(name, device_id)
    device.pull()
    return device


SAME = ManifestAnswer(current=True)
PULL_FIRST = ManifestAnswer(current=False)


@pytest.mark.parametrize("name", ["morgan", "quality", "staff"])
def test_a_device_that_holds_what_it_should_is_told_so(house: House, name: str) -> None:
    device = pulled(house, name)
    head = house.head()
    assert ask(house, device, name) == SAME
    assert ask(house, device, name, roots=True) == SAME
    assert house.head() == head


def test_a_record_less_more_or_older_is_noticed_in_its_kind(house: House) -> None:
    device = pulled(house)
    whole = dict(device.records)
    key = next(key for key in whole if key[1] == "sample")
    del device.records[key]
    assert ask(house, device).kinds == ["sample"]
    device.records = {**whole, (house.request(), "note", "nowhere"): FeedLine(kind="note", rev=3)}
    assert ask(house, device).kinds == ["note"]
    device.records = {**whole, key: msgspec.structs.replace(whole[key], rev=whole[key].rev - 1)}
    assert ask(house, device).kinds == ["sample"]


def test_asking_by_kind_mends_nothing(house: House) -> None:
    device = pulled(house)
    device.records.clear()
    head = house.head()
    assert ask(house, device).kinds == ["evidence", "request", "sample"]
    assert house.head() == head


def test_the_next_pull_mends_what_differs_and_brings_nothing_else(house: House) -> None:
    device = pulled(house)
    right = device.content()
    device.records = {
        key: line for key, line in device.records.items() if key[:2] != (house.request(), "sample")
    }
    answer = ask(house, device, roots=True)
    assert (answer.current, answer.kinds, answer.roots) == (True, ["sample"], [house.request()])
    device.pull()
    assert {line.root for line in device.lines} == {house.request()}
    assert {key: body for key, (_, body) in device.content().items()} == {
        key: body for key, (_, body) in right.items()
    }
    assert device.content() == right
    assert ask(house, device) == SAME


def test_what_is_not_mine_is_taken_away(house: House) -> None:
    device, theirs = pulled(house), pulled(house, "jules")
    right = device.content()
    device.records |= theirs.records
    assert ask(house, device, roots=True).roots == [house.request("R2")]
    device.pull()
    assert [(line.op, line.root) for line in device.lines] == [("leave", house.request("R2"))]
    assert device.content() == right
    assert ask(house, device) == SAME


def test_a_root_that_never_was_leaves_no_trace_in_the_service(house: House) -> None:
    device = pulled(house)
    rows = house.count(t.memberships), house.count(t.scope_log), house.head()
    for root in ("made-up", "x" * 65, "a\x00b", ""):
        device.records[root, "note", "n"] = FeedLine(kind="note", rev=1)
    answer = ask(house, device, roots=True)
    assert (answer.kinds, answer.roots) == (["note"], [])
    assert (house.count(t.memberships), house.count(t.scope_log), house.head()) == rows


def test_a_root_that_was_held_once_and_is_gone_is_taken_away(house: House) -> None:
    """It is no request here, yet there is a device that was told of it."""
    morgan = house.person("morgan").id

    def come_and_go(connection: Connection) -> None:
        for entered in (True, False):
            changes = Changes()
            (changes.enter if entered else changes.leave)(morgan, "gone")
            changes.publish(connection)

    transact(house.engine, come_and_go)
    device = pulled(house)
    device.records["gone", "note", "n"] = FeedLine(kind="note", rev=1)
    assert ask(house, device, roots=True).roots == ["gone"]
    device.pull()
    assert "gone" not in device.roots


def test_an_opened_root_is_mended_on_its_device_and_ends_when_it_would_have(house: House) -> None:
    quality = house.person("quality").id
    open_root(house.engine, quality, "device-1", house.request(), NOW)
    device, other = pulled(house, "quality"), pulled(house, "quality", "device-2")
    device.records = {key: line for key, line in device.records.items() if key[1] != "evidence"}
    assert ask(house, device, "quality", roots=True).roots == [house.request()]
    device.pull()
    other.pull()
    assert other.lines == []
    assert ask(house, device, "quality") == SAME
    house.clock.now = NOW + OPEN_FOR
    device.pull()
    assert device.roots == {QUEUE_ROOT}


def test_queues_are_mended_too(house: House) -> None:
    device = pulled(house, "quality")
    right = device.content()
    device.records.popitem()
    assert ask(house, device, "quality", roots=True).roots == [QUEUE_ROOT]
    device.pull()
    assert device.content() == right


# -- current or not ----------------------------------------------------------------------------------------------


def test_nothing_is_compared_when_something_of_mine_has_changed(house: House) -> None:
    device = pulled(house)
    house.push(house.act(house.note()))
    assert ask(house, device, roots=True) == PULL_FIRST


def test_nothing_is_compared_when_my_scope_has_changed(house: House) -> None:
    device, theirs = pulled(house), pulled(house, "jules")
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    assert ask(house, device) == PULL_FIRST
    assert ask(house, theirs, "jules") == PULL_FIRST


def test_what_others_do_elsewhere_does_not_matter(house: House) -> None:
    device = pulled(house)
    house.push(house.act(house.note(number="R2"), "jules"), name="jules")
    assert ask(house, device) == SAME


def test_a_cursor_in_the_middle_of_nowhere_or_of_another_device_is_not_current(house: House) -> None:
    device = house.device()
    device.pull_page(limit=1)
    assert ask(house, device) == PULL_FIRST
    device.cursor = ""
    assert ask(house, device) == PULL_FIRST
    device.cursor = "nonsense"
    assert ask(house, device) == PULL_FIRST
    device.cursor = pulled(house, device_id="device-2").cursor
    assert ask(house, device) == PULL_FIRST


# -- many, and at once -------------------------------------------------------------------------------------------


def test_many_roots_are_mended_over_several_calls(house: House) -> None:
    seed_bulk(house.engine, samples=1_010 * 2, moderator_email="morgan@people.invalid")
    device = pulled(house)
    right = device.content()
    extra = {(f"extra-{n}", "note", f"{n}"): FeedLine(kind="note", rev=1) for n in range(1_200)}
    was_there = [
        {"n": -n, "person": house.person("morgan").id, "root": root, "entered": False, "at": NOW}
        for n, (root, _, _) in enumerate(extra, 1)
    ]
    transact(house.engine, lambda c: c.execute(t.scope_log.insert(), was_there))
    device.records |= extra
    first = ask(house, device, roots=True)
    assert len(first.roots) == manifest.ROOTS_AT_ONCE == 1_000
    device.pull()
    second = ask(house, device, roots=True)
    assert (second.current, len(second.roots)) == (True, 200)
    device.pull()
    assert device.content() == right
    assert ask(house, device) == SAME


@QUIET
@given(data=st.data())
def test_any_damage_is_found_and_mended(new_house: Callable[[], House], data: st.DataObject) -> None:
    with closing(new_house()) as house:
        device, foreign = pulled(house), pulled(house, "jules")
        right = device.content()
        keys = sorted(device.records)
        for key in data.draw(st.lists(st.sampled_from(keys), unique=True, max_size=6)):
            device.records.pop(key)
        for key in data.draw(st.lists(st.sampled_from(keys), unique=True, max_size=3)):
            if key in device.records:
                device.records[key] = msgspec.structs.replace(device.records[key], rev=1)
        for key in data.draw(st.lists(st.sampled_from(sorted(foreign.records)), unique=True, max_size=3)):
            device.records[key] = foreign.records[key]
        damaged = device.content() != right
        answer = ask(house, device, roots=True)
        assert bool(answer.roots) == bool(answer.kinds) == damaged
        device.pull()
        assert device.content() == right
        assert ask(house, device) == SAME


def test_a_request_given_away_while_it_is_mended_does_not_come_back(house: House) -> None:
    """Mending and giving away at once, again and again: whoever is last, the device ends with what is its own."""
    for turn in range(6):
        name = ("jules", "morgan")[turn % 2]
        device = pulled(house)
        device.records = {key: line for key, line in device.records.items() if key[1] != "sample"}
        with ThreadPoolExecutor(2) as pool:
            mended = pool.submit(ask, house, device, roots=True)
            given_away = pool.submit(assign_moderator, house.engine, "R1", f"{name}@people.invalid")
            mended.result()
            given_away.result()
        device.pull()
        fresh = pulled(house)
        assert (house.request() in device.roots) == (name == "morgan") == (house.request() in fresh.roots)


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_mending_waits_for_whoever_is_just_giving_the_request_away(house: House) -> None:
    """The request is given away, but not committed, when the mending begins; it must not bring it back."""
    device = pulled(house)
    device.records = {
        key: line for key, line in device.records.items() if key[:2] != (house.request(), "sample")
    }
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with ThreadPoolExecutor(1) as pool:

        def give_away(connection: Connection) -> Future[ManifestAnswer]:
            changes = Changes()
            assign_in(connection, changes, house.request(), "jules@people.invalid")
            changes.publish(connection)
            mending = pool.submit(ask, house, device, roots=True)
            while not mending.done():
                with reading(house.engine) as other:
                    if other.scalar(waiting):
                        break
            return mending

        assert transact(house.engine, give_away).result().roots == [house.request()]
    device.pull()
    assert device.roots == {house.request("R3")}
    assert house.request() not in pulled(house).roots


# -- over HTTP ---------------------------------------------------------------------------------------------------


def test_it_is_asked_over_http(client: TestClient[Any], house: House) -> None:
    device = pulled(house)
    body = msgspec.json.encode(ask_of(device, roots=True))
    answer = client.post("/api/sync/manifest", content=body, headers=signed_in(client))
    assert msgspec.json.decode(answer.content, type=ManifestAnswer) == SAME
    problem(client.post("/api/sync/manifest", content=body), 401)
    problem(client.post("/api/sync/manifest", content=b"{}", headers=signed_in(client)), 400)
