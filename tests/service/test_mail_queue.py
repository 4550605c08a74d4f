"""E-mails on their way: sent once, tried again, never lost, and given up in plain sight; on both databases."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from app.service import tables as t
from app.service.database import open_engine, reading, transact
from app.service.mail_queue import (
    AT_ONCE,
    CLAIMED_FOR,
    FIRST_WAIT,
    GIVE_UP_AFTER,
    LONGEST_WAIT,
    REFUSED_WAIT,
    MailRow,
    Sent,
    mails,
    send_due,
    try_again,
    wait_after,
)
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.smtp import Letter, Line, Mailer
from tests.service.ground import NOW, House
from tests.service.mail_server import SENDER, MailServer, mail_server
from tests.support.together import at_once

BASE = "https://touchstone.example.org/"
MINUTE = timedelta(minutes=1)


class PowerCut(BaseException):
    """The machine is gone between one step and the next."""


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def mailer(server: MailServer) -> Mailer:
    return Mailer.from_url(server.url, SENDER)


@pytest.fixture(autouse=True)
def nothing_on_its_way(house: House) -> None:
    """The ground was laid before the test; its e-mails are not the test's."""
    transact(house.engine, lambda connection: connection.execute(t.mails.delete()).rowcount)


def write(house: House, *kinds: MailKind, number: str = "R1", now: datetime = NOW) -> None:
    """To the two people of centre C1, or to one of C2."""
    for kind in kinds or (MailKind.CLAIM_SUBMITTED,):
        event = MailEvent(kind, house.request(number))
        transact(house.engine, lambda connection, told=event: write_mails(connection, told, now))


def listed(house: House, *, failed: bool = False) -> list[MailRow]:
    with reading(house.engine) as connection:
        return list(mails(connection, failed=failed))


def readers(server: MailServer) -> list[str]:
    return sorted(message["To"].addresses[0].addr_spec for message in server.all())


# -- sending ---------------------------------------------------------------------------------------------------------


def test_M37_what_is_written_is_sent_once_with_a_link_that_opens_exactly_that_claim(
    house: House, server: MailServer, mailer: Mailer
) -> None:
    write(house)
    assert send_due(house.engine, mailer, NOW, BASE) == Sent(sent=2, failed=0)
    messages = server.all()
    assert {m["To"].addresses[0].addr_spec for m in messages} == {
        "staff@people.invalid",
        "bothstaff@people.invalid",
    }
    for message in messages:
        link = f"Open it: https://touchstone.example.org/claims/{house.request()}"
        assert link in message.get_content().splitlines()
        assert "{portal}" not in message.get_content()
    assert send_due(house.engine, mailer, NOW + MINUTE, BASE) == Sent(sent=0, failed=0)
    assert server.all() == []
    assert {(row.sent_at, row.next_try_at, row.tries) for row in house.rows(t.mails)} == {(NOW, None, 1)}


def test_what_is_rolled_back_was_never_written(house: House, server: MailServer, mailer: Mailer) -> None:
    def write_and_fail(connection: Any) -> None:
        write_mails(connection, MailEvent(MailKind.ARCHIVED, house.request()), NOW)
        raise LookupError

    with pytest.raises(LookupError):
        transact(house.engine, write_and_fail)
    assert send_due(house.engine, mailer, NOW, BASE) == Sent(sent=0, failed=0)
    assert server.all() == []


def test_one_run_sends_no_more_than_it_can_vouch_for_and_says_that_there_is_more(
    house: House, server: MailServer, mailer: Mailer
) -> None:
    for minute in range(AT_ONCE):
        write(house, now=NOW - minute * MINUTE)
    first = send_due(house.engine, mailer, NOW, BASE)
    assert first == Sent(sent=AT_ONCE, failed=0, more=True)
    sent = [row.written_at for row in house.rows(t.mails, t.mails.c.sent_at.is_not(None))]
    assert max(sent) <= min(row.written_at for row in house.rows(t.mails, t.mails.c.sent_at.is_(None)))
    send_due(house.engine, mailer, NOW, BASE)
    assert send_due(house.engine, mailer, NOW, BASE) == Sent(sent=0, failed=0)
    assert len(server.all()) == 2 * AT_ONCE


def test_a_service_that_stops_leaves_the_rest_for_later(
    house: House, server: MailServer, mailer: Mailer
) -> None:
    write(house)
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 1

    assert send_due(house.engine, mailer, NOW, BASE, stopped=stopped) == Sent(sent=1, failed=0)
    assert send_due(house.engine, mailer, NOW, BASE) == Sent(sent=1, failed=0)
    assert len(server.all()) == 2


def test_two_machines_at_once_send_each_e_mail_once(house: House, server: MailServer, mailer: Mailer) -> None:
    for minute in range(15):
        write(house, now=NOW - minute * MINUTE)

    def machine() -> list[Sent]:
        engine = open_engine(house.database_url)
        try:
            return [send_due(engine, mailer, NOW, BASE) for _ in range(6)]
        finally:
            engine.dispose()

    done = [run for runs in at_once([machine, machine]) for run in runs]
    assert sum(run.sent for run in done) == 30
    ids = [message["Message-ID"] for message in server.all()]
    assert len(ids) == len(set(ids)) == 30
    assert {row.tries for row in house.rows(t.mails)} == {1}


# -- crashes ---------------------------------------------------------------------------------------------------------


def cut(mailer: Mailer, *, after_sending: bool) -> Any:
    """The mailer on a machine that loses its power as it sends."""

    class Dying:
        @contextmanager
        def line(self) -> Iterator[Dying]:
            with mailer.line() as line:
                self._line: Line = line
                yield self

        def send(self, letter: Letter) -> None:
            if after_sending:
                self._line.send(letter)
            raise PowerCut

    return Dying()


@pytest.mark.parametrize("after_sending", [False, True])
def test_a_crash_while_sending_may_send_twice_but_loses_nothing(
    house: House, server: MailServer, mailer: Mailer, after_sending: bool
) -> None:
    write(house, number="R2")
    with pytest.raises(PowerCut):
        send_due(house.engine, cut(mailer, after_sending=after_sending), NOW, BASE)
    before_it_is_due = NOW + CLAIMED_FOR - timedelta(seconds=1)
    assert send_due(house.engine, mailer, before_it_is_due, BASE) == Sent(sent=0, failed=0)
    assert send_due(house.engine, mailer, NOW + CLAIMED_FOR, BASE) == Sent(sent=1, failed=0)
    ids = [message["Message-ID"] for message in server.all()]
    assert len(ids) == 1 + after_sending
    assert len(set(ids)) == 1, "a reader's own program sees that it is the same"


def test_whoever_was_late_to_note_a_failure_takes_nothing_from_whoever_sent_it_since(
    house: House, server: MailServer, mailer: Mailer
) -> None:
    write(house, number="R2")
    server.answers["bothstaff@people.invalid"] = "450 later"

    class Late:
        @contextmanager
        def line(self) -> Iterator[Late]:
            yield self

        def send(self, letter: Letter) -> None:
            try:
                with mailer.line() as line:
                    line.send(letter)
            finally:
                # It hung for longer than it may, and another machine has been at it since.
                server.answers.clear()
                assert send_due(house.engine, mailer, NOW + CLAIMED_FOR, BASE).sent == 1

    assert send_due(house.engine, Late(), NOW, BASE) == Sent(sent=0, failed=1)  # type: ignore[arg-type]
    (sent,) = house.rows(t.mails)
    assert (sent.sent_at, sent.next_try_at, sent.trouble) == (NOW + CLAIMED_FOR, None, "")
    assert send_due(house.engine, mailer, NOW + timedelta(hours=12), BASE) == Sent(sent=0, failed=0)
    assert len(server.all()) == 1


# -- trying again ----------------------------------------------------------------------------------------------------


def test_what_is_refused_for_now_is_tried_again_after_longer_and_longer_waits(
    house: House, server: MailServer, mailer: Mailer
) -> None:
    write(house, number="R2")
    server.answers["bothstaff@people.invalid"] = "450 later"
    now = NOW
    for wait in (1, 2, 4, 8):
        assert send_due(house.engine, mailer, now, BASE) == Sent(sent=0, failed=1)
        (waiting,) = listed(house)
        assert waiting.next_try_at == now + wait * MINUTE
        assert "450 later" in waiting.trouble
        assert send_due(house.engine, mailer, waiting.next_try_at - timedelta(seconds=1), BASE).failed == 0
        now = waiting.next_try_at
    server.answers.clear()
    assert send_due(house.engine, mailer, now, BASE) == Sent(sent=1, failed=0)
    (sent,) = house.rows(t.mails)
    assert (sent.tries, sent.trouble) == (5, "")


def test_waits_grow_to_four_hours_and_no_further() -> None:
    waits = [wait_after(tries) for tries in range(1, 200)]
    assert waits[0] == FIRST_WAIT
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    assert wait_after(1, for_good=True) == REFUSED_WAIT
    assert sum(waits[:100], timedelta()) > GIVE_UP_AFTER


def test_one_refused_reader_keeps_nobody_else_waiting(
    house: House, server: MailServer, mailer: Mailer
) -> None:
    write(house, MailKind.CLAIM_SUBMITTED, MailKind.ARCHIVED)
    server.answers["bothstaff@people.invalid"] = "550 no such reader"
    assert send_due(house.engine, mailer, NOW, BASE) == Sent(sent=2, failed=2)
    assert readers(server) == ["staff@people.invalid"] * 2


def test_an_address_that_cannot_be_keeps_nobody_else_waiting(
    house: House, server: MailServer, mailer: Mailer
) -> None:
    person = t.persons.c.id == house.person("bothstaff").id
    spoil = update(t.persons).where(person).values(email="a,b@x.y")
    transact(house.engine, lambda connection: connection.execute(spoil).rowcount)
    write(house)
    assert send_due(house.engine, mailer, NOW, BASE) == Sent(sent=1, failed=1)
    assert readers(server) == ["staff@people.invalid"]


def test_a_server_out_of_reach_ends_the_run_and_leaves_the_others_untried(house: House) -> None:
    write(house)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        mailer = Mailer.from_url(f"smtp://127.0.0.1:{nobody.getsockname()[1]}", SENDER)
        assert send_due(house.engine, mailer, NOW, BASE) == Sent(sent=0, failed=1)
    assert sorted((row.tries, bool(row.trouble)) for row in listed(house)) == [(0, False), (1, True)]


def test_a_server_that_drops_the_line_is_tried_again(
    house: House, server: MailServer, mailer: Mailer
) -> None:
    write(house, number="R2")
    server.drops = True
    assert send_due(house.engine, mailer, NOW, BASE) == Sent(sent=0, failed=1)
    server.drops = False
    assert send_due(house.engine, mailer, NOW + MINUTE, BASE) == Sent(sent=1, failed=0)
    assert readers(server) == ["bothstaff@people.invalid"]


# -- giving up -------------------------------------------------------------------------------------------------------


def test_what_is_refused_for_days_is_given_up_in_plain_sight_and_can_be_tried_again(
    house: House, server: MailServer, mailer: Mailer
) -> None:
    write(house, number="R2")
    server.answers["bothstaff@people.invalid"] = "550 no such reader"
    tries, now = 0, NOW
    while waiting := listed(house):
        now = waiting[0].next_try_at or now
        tries += send_due(house.engine, mailer, now, BASE).failed
    assert now == NOW + GIVE_UP_AFTER
    assert tries == 5, "once a day"
    (given_up,) = listed(house, failed=True)
    assert given_up.given_up
    assert (given_up.kind, given_up.to_address) == ("claim_submitted", "bothstaff@people.invalid")
    assert given_up.request_id == house.request("R2")
    assert "550 no such reader" in given_up.trouble

    server.answers.clear()
    assert send_due(house.engine, mailer, now + MINUTE, BASE) == Sent(sent=0, failed=0)
    assert try_again(house.engine, now + MINUTE) == 1
    assert listed(house, failed=True) == []
    assert send_due(house.engine, mailer, now + MINUTE, BASE) == Sent(sent=1, failed=0)
    assert try_again(house.engine, now + MINUTE) == 0


def test_only_what_is_named_is_tried_again(house: House, mailer: Mailer) -> None:
    write(house)
    send_due(house.engine, mailer, NOW + GIVE_UP_AFTER, BASE)
    first, second = listed(house, failed=True)
    assert try_again(house.engine, NOW + GIVE_UP_AFTER, [first.id]) == 1
    assert listed(house, failed=True) == [second]


def test_stale_news_is_not_sent_once_a_mail_server_is_there_at_last(
    house: House, server: MailServer, mailer: Mailer
) -> None:
    write(house)
    late = NOW + GIVE_UP_AFTER
    write(house, MailKind.ARCHIVED, now=late)
    assert send_due(house.engine, mailer, late, BASE) == Sent(sent=2, failed=0)
    assert {m["Subject"].split(":")[0] for m in server.all()} == {"Archived"}
    assert {(row.kind, row.tries) for row in listed(house, failed=True)} == {("claim_submitted", 0)}
    assert all(row.trouble for row in listed(house, failed=True))


def test_operators_see_what_waits_in_the_order_of_writing(house: House) -> None:
    write(house, number="R2")
    write(house, MailKind.ARCHIVED, number="R2", now=NOW - MINUTE)
    assert [row.kind for row in listed(house)] == ["archived", "claim_submitted"]


def test_the_same_said_twice_at_one_moment_is_written_once(house: House) -> None:
    write(house, MailKind.ON_HOLD)
    once = house.count(t.mails)
    write(house, MailKind.ON_HOLD)
    assert house.count(t.mails) == once
    write(house, MailKind.ON_HOLD, now=NOW + MINUTE)
    assert house.count(t.mails) == 2 * once


def test_the_same_said_twice_by_two_machines_is_written_once(house: House) -> None:
    at_once([partial(write, house, MailKind.ARCHIVED)] * 2)
    assert house.count(t.mails) == 2
