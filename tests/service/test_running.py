"""The service as a process of its own: started, asked over loopback, stopped; and the operators' commands."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import msgspec
import pytest
import requests

from app.service import tables as t
from app.service.database import open_engine, require_current
from app.wire.acts import act_message
from app.wire.messages import FeedLine, Push, PushAnswer
from tests.service.ground import PASSWORD, House

COMMAND = [sys.executable, "-m", "app.cli", "service"]


@contextmanager
def running(house: House, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service on any free port, and its address as it prints it."""
    with subprocess.Popen(
        [*COMMAND, "run", "--port", "0", *where(house), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, listening_at(process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def listening_at(process: subprocess.Popen[str]) -> str:
    line = _line(process.stdout)
    assert line.startswith("Touchstone service listens on http://127.0.0.1:"), line
    return line.split()[-1]


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()


def where(house: House) -> list[str]:
    return ["--database-url", house.database_url, "--files-url", house.files_url]


def command(house: House, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    name, *rest = arguments
    return subprocess.run(
        [*COMMAND, name, *where(house), *rest], input=given, capture_output=True, text=True, timeout=60
    )


def test_a_real_service_over_loopback_takes_acts_and_gives_records(house: House) -> None:
    act = house.act(house.judgement())
    with running(house) as (process, address), requests.Session() as http:
        body = {"email": "morgan@people.invalid", "password": PASSWORD, "device_id": "device-1"}
        signed_in = http.post(f"{address}/api/auth/sign-in", json=body, timeout=30)
        assert signed_in.status_code == 200, signed_in.text
        http.headers["Authorization"] = f"Bearer {signed_in.json()['access']}"
        push = msgspec.json.encode(Push(device_id="device-1", acts=[act_message(act)]))
        answer = http.post(f"{address}/api/sync/push", data=push, timeout=30)
        assert [item.outcome for item in msgspec.json.decode(answer.content, type=PushAnswer).outcomes] == [
            "applied"
        ]
        page = http.get(f"{address}/api/sync/pull", timeout=30)
        assert page.headers["content-encoding"] == "zstd"
        lines = [msgspec.json.decode(line, type=FeedLine) for line in page.content.splitlines()]
        assert act.id in {line.id for line in lines}
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=30)
    assert process.returncode == 0
    entries = [json.loads(line) for line in logged.splitlines()]
    assert [entry["path"] for entry in entries] == ["/api/auth/sign-in", "/api/sync/push", "/api/sync/pull"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_stops_cleanly_on_ctrl_c(house: House) -> None:
    with running(house) as (process, _):
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in said


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_second_service_on_the_same_sqlite_file_is_refused_until_the_first_ends(house: House) -> None:
    with running(house) as (first, _):
        second = command(house, "run", "--port", "0")
        assert second.returncode == 1
        assert "already running on this database" in second.stderr
        first.kill()
        first.wait(30)
        with running(house) as (_, address):
            assert requests.get(f"{address}/healthz", timeout=30).json() == {"status": "ok"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_more_than_one_worker_on_sqlite_is_refused_in_words(house: House) -> None:
    answer = command(house, "run", "--port", "0", "--workers", "2")
    assert answer.returncode == 1
    assert "one worker only" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_several_workers_serve_one_postgresql_database(house: House) -> None:
    with running(house, "--workers", "2") as (process, address):
        for _ in range(6):
            assert requests.get(f"{address}/api/sync/hello", timeout=60).status_code == 200
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_port_that_is_taken_is_said_in_words(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = command(house, "run", "--port", str(taken.getsockname()[1]))
    assert answer.returncode == 1
    assert "cannot listen" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_reachable_from_elsewhere_it_asks_for_tls_in_front(house: House) -> None:
    with ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(
                [*COMMAND, "run", "--host", "0.0.0.0", "--port", "0", *where(house)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        assert "listens on" in _line(process.stdout)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert "TLS" in said


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_operator_sets_a_service_up_from_nothing(tmp_path: Path, house: House, backend: str) -> None:
    """init, import, add-user, attach, assign, revoke: the whole round, as the documentation tells it."""
    url = f"sqlite:///{tmp_path / 'new' / 'service.db'}"
    fresh = House(url, str(tmp_path / "files"), house.ground)
    try:
        refused = command(fresh, "run", "--port", "0")
        assert refused.returncode == 1
        assert "touchstone service init" in refused.stderr
        assert command(fresh, "init").stdout == "The database is ready.\n"
        assert command(fresh, "init").returncode == 0
        (tmp_path / "centres.csv").write_text(
            "number,name,nation,partner_type\nC7,Seven Centre,wales,direct_delivery\n"
        )
        imported = command(fresh, "import", str(tmp_path))
        assert imported.stdout == "centres.csv: 1 new, 0 changed, 0 as before\n"
        added = command(
            fresh,
            *("add-user", "--email", "New@People.Invalid", "--name", "New Person"),
            *("--role", "centre_staff", "--centre", "C7", "--password-stdin"),
            given=PASSWORD + "\n",
        )
        assert added.stdout == "New Person can sign in as new@people.invalid: Centre staff.\n", added.stderr
        assert fresh.count(t.persons) == 1
        revoked = command(fresh, "revoke", "--email", "new@people.invalid")
        assert "signed out everywhere" in revoked.stdout
    finally:
        fresh.close()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_operator_attaches_evidence_and_assigns_a_moderator(house: House, tmp_path: Path) -> None:
    paper = tmp_path / "work.txt"
    paper.write_text("Some work.")
    arguments = ("attach", "--request", "R3", "--sample", "1", "--kind", "learner_work", str(paper))
    attached = command(house, *arguments, "--by", "staff@people.invalid")
    assert attached.stdout == "1 file attached to R3.\n"
    (row,) = house.rows(t.evidence, t.evidence.c.sample_id == house.sample(1, "R3"))
    assert (row.added_by, row.verdict) == (house.person("staff").id, "ok"), (
        "it was looked into, as in a browser"
    )
    assigned = command(house, "assign", "--request", "R3", "--moderator", "jules@people.invalid")
    assert assigned.stdout == "R3 is assigned to jules@people.invalid.\n"
    device = house.device("jules")
    device.pull()
    assert house.request("R3") in device.roots


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        (
            ("assign", "--request", "R9", "--moderator", "jules@people.invalid"),
            "",
            "no moderation request R9",
        ),
        (("assign", "--request", "R1", "--moderator", "staff@people.invalid"), "", "is not a moderator"),
        (("assign", "--request", "R1", "--moderator", "nobody@people.invalid"), "", "Nobody has an account"),
        (
            ("attach", "--by", "staff@people.invalid", "--request", "R3", "--kind", "poem", "x.txt"),
            "",
            "no kind of evidence",
        ),
        (
            (
                "attach",
                "--by",
                "staff@people.invalid",
                "--request",
                "R3",
                "--kind",
                "learner_work",
                "no-file",
            ),
            "",
            "There is no file",
        ),
        (
            ("add-user", "--email", "a@b.invalid", "--name", "A", "--role", "moderator", "--password-stdin"),
            "short\n",
            "10 to 1,000 characters",
        ),
        (
            (
                "add-user",
                "--email",
                "a@b.invalid",
                "--name",
                "A",
                "--role",
                "centre_staff",
                "--password-stdin",
            ),
            "long enough by far\n",
            "needs a centre",
        ),
        (("revoke", "--email", "not an address"), "", "e-mail address"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_an_operator_gets_wrong_is_said_in_words(
    house: House, arguments: tuple[str, ...], given: str, words: str
) -> None:
    answer = command(house, *arguments, given=given)
    assert answer.returncode == 1
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


def test_addresses_come_from_the_environment_where_none_is_given(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'by-environment.db'}"
    answer = subprocess.run(
        [*COMMAND, "init"],
        env={**os.environ, "TOUCHSTONE_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 0, answer.stderr
    engine = open_engine(url)
    require_current(engine)
    engine.dispose()
