"""The running service sends e-mails and does the clock's work by itself, and stops cleanly."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update
from structlog.testing import capture_logs

from app.domain.errors import KnownError
from app.service import tables as t
from app.service.blobs import BlobStore
from app.service.clockwork import every_minute, once, post_of, public_address, tidy
from app.service.database import transact
from app.service.mailing import MailEvent, MailKind, write_mails
from app.service.settings import PUBLIC_VARIABLE, SENDER_VARIABLE, SMTP_VARIABLE, Settings, present
from tests.service.ground import NOT_OF_THE_DATABASE, NOW, House
from tests.service.mail_server import PATIENCE, SENDER, MailServer, mail_server

PORTAL = "https://touchstone.example.org"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@contextmanager
def running(house: House, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A service on any free port, from the moment at which it answers."""
    command = [sys.executable, "-m", "app.cli", "service", "run", "--port", "0"]
    where = ["--database-url", house.database_url, "--files-url", house.files_url]
    with subprocess.Popen(
        [*command, *where, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Touchstone service listens on")
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def environment(server: MailServer) -> dict[str, str]:
    return {SMTP_VARIABLE: server.url, SENDER_VARIABLE: SENDER, PUBLIC_VARIABLE: PORTAL}


def settings(house: House, server: MailServer) -> Settings:
    return replace(house.settings, smtp_url=server.url, mail_from=SENDER, public_url=PORTAL)


def write(house: House, now: datetime) -> None:
    event = MailEvent(MailKind.NOTE_WRITTEN, house.request("R2"), detail={"author": house.person("jules").id})
    transact(house.engine, lambda connection: write_mails(connection, event, now))


def wait_for(server: MailServer, subject: str) -> str:
    """The body of the next e-mail with this subject; others may come before it."""
    while True:
        message = server.next()
        if message["Subject"].startswith(subject):
            return str(message.get_content())


@pytest.mark.parametrize(
    ("backend", "workers"),
    [("sqlite", 1), pytest.param("postgres", 2, marks=pytest.mark.postgres)],
    indirect=["backend"],
)
def test_M37_a_running_service_sends_what_was_written_and_stops_cleanly(
    house: House, server: MailServer, workers: int
) -> None:
    write(house, datetime.now(UTC))
    with running(house, "--workers", str(workers), **environment(server)) as process:
        assert f"{PORTAL}/claims/{house.request('R2')}" in wait_for(server, "New note: R2")
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in logged
    assert SENDER not in logged
    assert "people.invalid" not in logged
    sent = [entry for line in logged.splitlines() if (entry := json.loads(line))["event"] == "mail sent"]
    assert "note_written" in {entry["kind"] for entry in sent}


@NOT_OF_THE_DATABASE
def test_it_stops_cleanly_while_the_mail_server_keeps_it_waiting(house: House) -> None:
    """Whoever stops the service does not wait for somebody else's server for longer than a moment of patience."""
    write(house, datetime.now(UTC))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        with running(
            house, **{SMTP_VARIABLE: url, SENDER_VARIABLE: SENDER, PUBLIC_VARIABLE: PORTAL}
        ) as process:
            caller, _ = silent.accept()
            with caller:
                process.send_signal(signal.SIGTERM)
                _, logged = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in logged


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({SMTP_VARIABLE: "mail.example.org"}, "address of the mail server cannot be read"),
        ({SMTP_VARIABLE: "smtp://u:secret-word@mail.example.org?tls=none"}, "over TLS only"),
        ({SENDER_VARIABLE: ""}, "an address that they come from"),
        ({PUBLIC_VARIABLE: ""}, "address at which centres reach the portal"),
        ({PUBLIC_VARIABLE: "touchstone.example.org"}, "public address of the portal cannot be read"),
    ],
)
def test_a_service_that_could_not_send_says_so_and_does_not_start(
    house: House, server: MailServer, changes: dict[str, str], says: str
) -> None:
    answer = subprocess.run(
        [
            sys.executable,
            "-m",
            "app.cli",
            "service",
            "run",
            "--port",
            "0",
            "--database-url",
            house.database_url,
        ],
        env=os.environ | environment(server) | changes,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert answer.returncode == 1
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "secret-word" not in answer.stdout + answer.stderr


def test_one_turn_does_the_clocks_work_and_sends_what_that_wrote(house: House, server: MailServer) -> None:
    house.clock.now = NOW + timedelta(days=200)
    used = settings(house, server)
    once(house.engine, used, post_of(used), lambda: False)
    overdue = [message for message in server.all() if message["Subject"].startswith("Moderation due: R1")]
    assert {message["To"].addresses[0].addr_spec for message in overdue} == {
        "morgan@people.invalid",
        "quality@people.invalid",
    }
    once(house.engine, used, post_of(used), lambda: False)
    assert server.all() == [], "nothing is told twice"


def test_one_turn_sends_all_that_is_due_however_much_it_is(house: House, server: MailServer) -> None:
    for minute in range(25):
        write(house, NOW - timedelta(minutes=minute))
    used = settings(house, server)
    once(house.engine, used, post_of(used), lambda: False)
    notes = [message for message in server.all() if message["Subject"].startswith("New note")]
    assert len(notes) == 25


def test_trouble_with_the_clocks_work_is_logged_and_does_not_keep_e_mails_from_leaving(
    house: House, server: MailServer
) -> None:
    def break_the_clocks_work(connection: Connection) -> None:
        connection.execute(update(t.requests).values(due_on=NOW.date()))
        connection.exec_driver_sql("DROP TABLE warnings")

    transact(house.engine, break_the_clocks_work)
    write(house, NOW)
    used = settings(house, server)
    with capture_logs() as logged:
        once(house.engine, used, post_of(used), lambda: False)
    wait_for(server, "New note: R2")
    assert [entry["part"] for entry in logged if entry["event"] == "failed"] == ["tick"]


def test_a_database_out_of_order_is_logged_and_ends_nothing(house: House, server: MailServer) -> None:
    transact(house.engine, lambda connection: connection.exec_driver_sql("DROP TABLE mails").rowcount)
    used = settings(house, server)
    with capture_logs() as logged:
        once(house.engine, used, post_of(used), lambda: False)
    assert "mail" in [entry["part"] for entry in logged if entry["event"] == "failed"]


def test_without_a_mail_server_e_mails_wait(house: House) -> None:
    write(house, NOW)
    once(house.engine, house.settings, None, lambda: False)
    waiting = house.rows(t.mails, t.mails.c.kind == "note_written")
    assert [(row.sent_at, row.next_try_at, row.tries) for row in waiting] == [(None, NOW, 0)]


@NOT_OF_THE_DATABASE
def test_the_thread_begins_at_once_and_ends_with_the_block(house: House, server: MailServer) -> None:
    write(house, NOW)
    used = settings(house, server)
    with every_minute(used, post_of(used)):
        wait_for(server, "New note: R2")
    assert "clockwork" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", ""),
        ("https://touchstone.example.org", "https://touchstone.example.org"),
        ("https://touchstone.example.org/", "https://touchstone.example.org"),
        ("http://127.0.0.1:8610/folder/", "http://127.0.0.1:8610/folder"),
    ],
)
def test_the_public_address_is_what_links_begin_with(text: str, address: str) -> None:
    assert public_address(Settings("sqlite:///x.db", "x", public_url=text)) == address


@pytest.mark.parametrize(
    "text",
    [
        "touchstone",
        "ftp://a.example.org",
        "https://",
        "https://a b.example.org",
        "https://a/?x",
        "https://a/#x",
        "https://a:x",
    ],
)
def test_a_public_address_that_cannot_be_is_refused_in_words(text: str) -> None:
    with pytest.raises(KnownError) as refusal:
        public_address(Settings("sqlite:///x.db", "x", public_url=text))
    assert refusal.value.code == "public_url_wrong"


def test_settings_never_show_the_password_of_the_mail_server() -> None:
    shown = repr(Settings("sqlite:///x.db", "x", smtp_url="smtps://user:secret-word@mail.example.org"))
    assert "secret-word" not in shown


def test_an_hour_of_turns_tidies_what_uploads_left(house: House) -> None:
    blobs = BlobStore(house.files_url)
    blobs.put_part(hashlib.sha256(b"left behind").hexdigest(), b"left behind")
    house.clock.now = present() + timedelta(days=2)
    tidy(house.engine, house.settings)
    assert [name for found in blobs.parts_before(present() + timedelta(days=9)) for name in found] == []
