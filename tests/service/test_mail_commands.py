"""``touchstone service mails``: what waits, what was given up, and another try."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.cli import make_parser
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from tests.service.ground import NOW, House

pytestmark = pytest.mark.usefixtures("house")


def told(house: House, *line: str) -> int:
    """Runs the command as it was typed."""
    options = make_parser().parse_args(
        ["service", "mails", "--database-url", house.database_url, "--files-url", house.files_url, *line]
    )
    return int(options.func(options))


@pytest.fixture
def one_mail(house: House) -> None:
    """An e-mail on its way, tried twice."""
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
    transact(house.engine, lambda connection: connection.execute(t.mails.insert().values(row)).rowcount)


@pytest.mark.usefixtures("one_mail")
def test_what_waits_is_listed_with_its_trouble(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(house) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "robin@centre.invalid" in line
    assert line.endswith("The mail server did not answer.")
    assert told(house, "--failed") == 0
    assert capsys.readouterr().out == "No e-mail was given up.\n"


@pytest.mark.usefixtures("one_mail")
def test_what_was_given_up_is_listed_and_tried_again(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    transact(house.engine, lambda c: c.execute(update(t.mails).values(next_try_at=None)).rowcount)
    assert told(house) == 0
    assert capsys.readouterr().out == "No e-mail waits.\n"
    assert told(house, "--failed") == 0
    assert "given up: The mail server did not answer." in capsys.readouterr().out
    assert told(house, "--retry") == 0
    assert capsys.readouterr().out == "1 e-mail is tried again.\n"
    (row,) = house.rows(t.mails, t.mails.c.kind == "note_written")
    assert (row.tries, row.next_try_at is not None) == (0, True)
