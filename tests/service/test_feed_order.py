"""Numbers are drawn in the order in which transactions commit, however many write at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, select

from app.domain.acts import Act
from app.service import tables as t
from app.service.database import reading, transact
from app.service.feed import Changes, lock_requests
from app.service.records import load_requests
from tests.service.ground import House

WRITERS = 6
ROUNDS = 12


def _acts(house: House, writer: int) -> list[list[Act]]:
    """For each round a push of two notes, to different requests, in an order that differs by writer."""
    numbers = ("R1", "R3") if writer % 2 else ("R3", "R1")
    return [
        [house.act(house.note(f"{writer}-{turn}", number=number)) for number in numbers]
        for turn in range(ROUNDS)
    ]


def _write_at_once(house: House, work: Callable[[int], None]) -> None:
    """Runs ``work`` for each writer at the same time; a writer's fault is the test's."""
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, range(WRITERS)))


def test_a_puller_never_skips_a_committed_change_while_others_write(house: House) -> None:
    plans = [_acts(house, writer) for writer in range(WRITERS)]
    device = house.device()
    device.pull()
    done = threading.Event()
    pulled: list[int] = []

    def write(writer: int) -> None:
        for acts in plans[writer]:
            assert {item.outcome for item in house.push(*acts)} == {"applied"}

    def pull() -> None:
        while not done.is_set():
            device.pull(limit=2_000)
            pulled.append(device.seen)

    with ThreadPoolExecutor(1) as pool:
        puller = pool.submit(pull)
        try:
            _write_at_once(house, write)
        finally:
            done.set()
        puller.result()
    device.pull()
    written = {act.id for plan in plans for acts in plan for act in acts}
    assert set(device.of_kind("note")) == written
    assert pulled == sorted(pulled)
    fresh = house.device()
    fresh.pull()
    assert device.content() == fresh.content()


def test_commit_order_is_number_order(house: House) -> None:
    """Whoever sees a number sees every lower one: nothing with a lower number commits afterwards."""
    plans = [_acts(house, writer) for writer in range(WRITERS)]
    observed: list[tuple[int, set[int]]] = []

    def heads_up_to(head: int) -> set[int]:
        with reading(house.engine) as connection:
            return set(connection.scalars(select(t.feed_tags.c.n).where(t.feed_tags.c.n <= head)))

    def write(writer: int) -> None:
        for acts in plans[writer]:
            head = max(item.n for item in house.push(*acts))
            observed.append((head, heads_up_to(head)))

    _write_at_once(house, write)
    assert len(observed) == WRITERS * ROUNDS
    late = {head: heads_up_to(head) - seen for head, seen in observed}
    assert all(not missed for missed in late.values())
    assert all(head in seen for head, seen in observed)


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_who_begins_early_and_commits_late_gets_the_higher_number(house: House) -> None:
    """A slow writer neither stops others nor commits a number below theirs."""
    at_work, others_done = threading.Event(), threading.Event()

    def slow(connection: Any) -> int:
        lock_requests(connection, [house.request("R1")])
        changes = Changes()
        changes.put(*load_requests(connection, [house.request("R1")]))
        at_work.set()
        assert others_done.wait(60)
        return changes.publish(connection)

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(transact, house.engine, slow)
        assert at_work.wait(60)
        (outcome,) = house.push(house.act(house.note(number="R2"), "jules"), name="jules")
        device = house.device()
        device.pull()
        others_done.set()
        assert late.result(60) > outcome.n
    device.pull()
    assert [(line.kind, line.id) for line in device.lines] == [("request", house.request("R1"))]


def test_nothing_but_the_feed_is_touched_once_the_number_is_drawn(house: House) -> None:
    """The order of a push's statements, as the database gets them: locks, work, the draw, then only the feed."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(" ".join(statement.split()))

    acts = [house.act(house.judgement(1)), house.act(house.note())]
    event.listen(house.engine, "before_cursor_execute", note)
    house.push(*acts)
    event.remove(house.engine, "before_cursor_execute", note)
    draws = [place for place, statement in enumerate(statements) if statement.startswith("UPDATE feed_head")]
    assert len(draws) == 1
    after = statements[draws[0] + 1 :]
    assert after
    assert all(statement.startswith(("INSERT INTO feed ", "INSERT INTO feed_tags ")) for statement in after)
    writes = [s for s in statements[: draws[0]] if s.startswith(("INSERT", "UPDATE", "DELETE"))]
    locks = [place for place, s in enumerate(statements) if "FROM requests" in s]
    assert locks[0] < statements.index(writes[0])
    if house.engine.dialect.name == "postgresql":
        assert "FOR UPDATE" in statements[locks[0]]
        assert "ORDER BY requests.id" in statements[locks[0]]
