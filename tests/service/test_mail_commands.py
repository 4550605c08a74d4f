"""``touchstone service mails``: what waits, what was given up, and another try."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, delete, update

from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from tests.service.ground import NOW, House


@pytest.fixture
def said(house: House) -> Callable[..., str]:
    """What the command says when it is typed, in a process of its own."""

    def say(*line: str) -> str:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "app.cli",
                "service",
                "mails",
                "--database-url",
                house.database_url,
                *line,
            ],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return say


@pytest.fixture
def one_mail(house: House) -> None:
    """One e-mail on its way, tried twice."""
    row = {
        "id": new_id(),
        "kind": "note_written",
        "to_address": "robin@centre.invalid",
        "subject": "New note",
        "body": "Look.",
        "written_at": NOW,
        "next_try_at": NOW + timedelta(minutes=2),
        "give_up_at": NOW + timedelta(days=5),
        "tries": 2,
        "trouble": "The mail server did not answer.",
    }

    def put(connection: Connection) -> None:
        connection.execute(delete(t.mails))
        connection.execute(t.mails.insert().values(row))

    transact(house.engine, put)


@pytest.mark.usefixtures("one_mail")
def test_what_waits_is_listed_with_its_trouble(said: Callable[..., str]) -> None:
    (line,) = said().splitlines()
    assert "robin@centre.invalid" in line
    assert line.endswith("The mail server did not answer.")
    assert said("--failed") == "No e-mail was given up.\n"


@pytest.mark.usefixtures("one_mail")
def test_what_was_given_up_is_listed_and_tried_again(house: House, said: Callable[..., str]) -> None:
    transact(house.engine, lambda c: c.execute(update(t.mails).values(next_try_at=None)).rowcount)
    assert said() == "No e-mail waits.\n"
    assert "given up: The mail server did not answer." in said("--failed")
    assert said("--retry") == "1 e-mail is tried again.\n"
    (row,) = house.rows(t.mails)
    assert (row.tries, row.next_try_at is not None) == (0, True)
