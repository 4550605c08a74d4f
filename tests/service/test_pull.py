"""What a device gets to see, in which order, and that it never misses anything."""

from __future__ import annotations

import base64
import json

import pytest
from sqlalchemy import Connection, update

from app.domain.moderation import Decision
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.bulk import seed_bulk, touch_records
from app.service.cursor import read_cursor
from app.service.database import reading, transact
from app.service.feed import Changes
from app.service.records import load_requests, load_samples
from app.wire.codec import KINDS, Codec, Record, body_of
from tests.service.ground import Device, House


def test_a_first_pull_brings_each_of_my_requests_whole_and_nothing_else(house: House) -> None:
    device = house.device("morgan")
    device.pull()
    assert device.roots == {house.request("R1"), house.request("R3")}
    assert len(device.of_kind("sample")) == 4
    with reading(house.engine) as connection:
        (request,) = load_requests(connection, [house.request()])
        samples = load_samples(connection, [house.request()])
    records: list[Record] = [request, *samples]
    for record in records:
        kind, body = body_of(record)
        assert bytes(device.records[house.request(), kind, record.id].body) == body


def test_every_line_is_a_record_the_desktop_understands_with_its_number_as_revision(house: House) -> None:
    house.judge_all()
    house.push(house.act(house.note()))
    device = house.device()
    device.pull()
    codec = Codec()
    for line in device.records.values():
        record = codec.record(line.kind, line.id, line.root, line.rev, bytes(line.body))
        assert record.rev == line.rev > 0


def test_an_entering_root_comes_in_the_order_of_its_kinds(house: House) -> None:
    house.judge_all()
    device = house.device()
    device.pull()
    for root in device.roots:
        start = next(i for i, line in enumerate(device.lines) if line.op == "enter" and line.root == root)
        kinds = [line.kind for line in device.lines[start + 1 :] if line.root == root]
        assert kinds == sorted(kinds, key=KINDS.index)
        assert len(kinds) == len([key for key in device.records if key[0] == root])


def test_nothing_new_is_one_short_page_with_the_same_cursor(house: House) -> None:
    device = house.device()
    device.pull()
    before = device.cursor
    page = house.pull(before)
    assert page.count(b"\n") == 1
    assert len(page) < 600
    device.pull()
    assert device.cursor == before


def test_a_change_comes_alone(house: House) -> None:
    device = house.device()
    device.pull()
    act = house.act(house.note())
    house.push(act)
    device.pull()
    assert [(line.op, line.kind, line.id) for line in device.lines] == [("put", "note", act.id)]
    assert device.seen == house.head()


def test_a_record_that_changes_twice_is_sent_once_as_it_is_now(house: House) -> None:
    device = house.device()
    device.pull()
    house.push(house.act(house.judgement(1)))
    house.push(house.act(house.judgement(2)))
    device.pull()
    requests = [line for line in device.lines if line.kind == "request"]
    assert len(requests) == 1
    assert device.of_kind("request")[house.request()]["judged"] == 2


def test_rows_of_a_root_that_entered_since_are_not_sent_twice(house: House) -> None:
    house.judge_all()
    device = house.device()
    device.pull(limit=200)
    keys = [(line.root, line.kind, line.id) for line in device.lines if line.op == "put"]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("limit", [1, 300, 2_000])
def test_small_pages_bring_the_same_as_large_ones(house: House, limit: int) -> None:
    house.judge_all()
    whole, pieces = house.device(), house.device()
    whole.pull()
    pieces.pull(limit)
    assert pieces.content() == whole.content()
    assert pieces.cursor == whole.cursor
    assert pieces.seen == whole.seen == house.head()


def test_seen_never_claims_what_was_not_received(house: House) -> None:
    house.judge_all()
    device = house.device()
    seen = []
    while True:
        end = device.pull_page(limit=1)
        received = {line.rev for line in device.records.values()}
        assert all(rev <= house.head() for rev in received)
        seen.append(end.seen)
        if not end.more:
            break
    assert seen == sorted(seen)
    assert seen[-1] == house.head()


def test_a_request_taken_away_leaves_and_its_records_with_it(house: House) -> None:
    device = house.device("morgan")
    device.pull()
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    device.pull()
    assert [(line.op, line.root) for line in device.lines] == [("leave", house.request())]
    assert device.roots == {house.request("R3")}
    theirs = house.device("jules")
    theirs.pull()
    assert theirs.roots == {house.request("R1"), house.request("R2")}


def test_a_request_given_back_comes_whole_again(house: House) -> None:
    device = house.device("morgan")
    device.pull()
    before = device.content()
    for name in ("jules", "morgan"):
        assign_moderator(house.engine, "R1", f"{name}@people.invalid")
    house.push(house.act(house.note()))
    device.pull()
    assert [line.op for line in device.lines].count("enter") == 1
    assert set(device.content()) >= set(before)
    again = house.device("morgan")
    again.pull()
    assert device.content() == again.content()


def test_a_request_taken_away_in_the_middle_of_its_coming_stops_at_once(house: House) -> None:
    device = house.device("morgan")
    end = device.pull_page(limit=1)
    assert end.more
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    device.pull(limit=1)
    assert device.roots == {house.request("R3")}


def test_somebody_without_any_request_gets_nothing(house: House) -> None:
    for name in ("staff", "bothstaff"):
        device = house.device(name)
        device.pull()
        assert device.lines == []


def test_a_dropped_record_goes_and_does_not_come_back_with_its_root(house: House) -> None:
    device = house.device()
    device.pull()
    evidence_id = next(iter(device.of_kind("evidence")))

    def drop(connection: Connection) -> None:
        changes = Changes()
        changes.drop("evidence", evidence_id, house.request())
        changes.publish(connection)

    transact(house.engine, drop)
    device.pull()
    assert [(line.op, line.id) for line in device.lines] == [("drop", evidence_id)]
    fresh = house.device()
    fresh.pull()
    assert evidence_id not in fresh.of_kind("evidence")
    assert fresh.content() == device.content()


# -- the cursor --------------------------------------------------------------------------------------------------


def resyncs(house: House, cursor: str, name: str = "morgan") -> bool:
    page = house.pull(cursor, name)
    (line,) = page.splitlines()
    answer = json.loads(line)
    return answer["end"] is True and answer.get("resync", False)


@pytest.mark.parametrize(
    "cursor", ["x", "%%%", "e30", "AAAA", base64.urlsafe_b64encode(b'{"epoch":1}').decode()]
)
def test_a_cursor_that_is_none_asks_to_begin_anew(house: House, cursor: str) -> None:
    assert resyncs(house, cursor)


def test_somebody_elses_cursor_asks_to_begin_anew(house: House) -> None:
    device = house.device("jules")
    device.pull()
    assert resyncs(house, device.cursor, "morgan")


def test_a_cursor_of_a_history_the_service_has_forgotten_asks_to_begin_anew(house: House) -> None:
    """Restored from a backup: the numbers are known again, but they mean something else."""
    device = house.device()
    device.pull()
    middle = Device(house, house.person("morgan"))
    middle.pull_page(limit=1)

    def forget(connection: Connection) -> None:
        connection.execute(update(t.feed_tags).values(tag="f" + t.feed_tags.c.tag))
        connection.execute(update(t.feed_head).values(tag="f" + t.feed_head.c.tag))

    transact(house.engine, forget)
    assert resyncs(house, device.cursor)
    assert resyncs(house, middle.cursor)
    house.push(house.act(house.note()))
    assert resyncs(house, device.cursor)


def test_a_cursor_from_the_future_asks_to_begin_anew(house: House) -> None:
    device = house.device()
    device.pull()

    def rewind(connection: Connection) -> None:
        connection.execute(update(t.feed_head).values(n=1))

    transact(house.engine, rewind)
    assert resyncs(house, device.cursor)


def test_a_cursor_tells_nothing_but_where_it_stands(house: House) -> None:
    device = house.device()
    device.pull()
    cursor = read_cursor(device.cursor)
    assert cursor is not None
    assert cursor.finished
    assert cursor.person == house.person("morgan").id
    assert "morgan" not in base64.urlsafe_b64decode(device.cursor + "==").decode()


# -- many --------------------------------------------------------------------------------------------------------


def test_many_requests_come_in_pages_and_changes_among_them_alone(house: House) -> None:
    seed_bulk(house.engine, samples=1_500, moderator_email="morgan@people.invalid")
    device = house.device()
    device.pull(limit=100_000)
    assert len(device.of_kind("sample")) == 1_504
    assert device.seen == house.head()
    touch_records(house.engine, 100)
    device.pull()
    assert len(device.lines) == 100
    assert {line.kind for line in device.lines} == {"sample"}


def test_work_and_new_requests_together_arrive_in_one_walk(house: House) -> None:
    """Changes of requests already held and whole new requests, interleaved, over many small pages."""
    device = house.device()
    device.pull()
    house.push(house.act(house.judgement(1)))
    assign_moderator(house.engine, "R2", "morgan@people.invalid")
    house.push(house.act(house.note()))
    house.push(house.act(house.judgement(1, Decision.AGREED, number="R2")))
    seed_bulk(house.engine, samples=60, moderator_email="morgan@people.invalid")
    house.push(house.act(house.judgement(2)))
    device.pull(limit=500)
    fresh = house.device()
    fresh.pull()
    assert device.content() == fresh.content()
    assert len(device.lines) < len(fresh.lines)
