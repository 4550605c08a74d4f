"""``touchstone service add-user`` where nobody sits at a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.domain.people import Role
from app.service.accounts import person_by_email, prove_person
from app.service.database import migrate, open_engine, reading
from app.service.passwords import Passwords
from app.service.settings import present

PASSWORD = "words of my own"


def added(url: str, role: str, *more: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs the command in a session of its own, so that there is no terminal to ask at."""
    line = [
        sys.executable,
        "-m",
        "app.cli",
        "service",
        "add-user",
        "--database-url",
        url,
        "--files-url",
        "unused",
    ]
    return subprocess.run(
        [*line, "--email", "Kit@Body.Invalid", "--name", "Kit Hale", "--role", role, *more],
        input=given,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )


def test_a_password_that_nobody_can_type_is_missed_in_words(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'service.db'}"
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    answer = added(url, "support")
    assert answer.returncode == 1
    assert "--password-stdin" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_M04_who_has_an_account_gets_a_further_role_without_being_asked_for_a_password(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'service.db'}"
    engine = open_engine(url)
    migrate(engine)
    assert added(url, "support", "--password-stdin", given=f"{PASSWORD}\n").returncode == 0
    answer = added(url, "moderator")
    assert answer.returncode == 0, answer.stderr
    assert "Password" not in answer.stderr
    with reading(engine) as connection:
        person = person_by_email(connection, "kit@body.invalid")
    assert person is not None
    assert {grant.role for grant in person.grants} == {Role.SUPPORT, Role.MODERATOR}
    passwords = Passwords()
    try:
        assert prove_person(engine, passwords, person.email, PASSWORD, "::1", present()) == person
    finally:
        passwords.close()
        engine.dispose()
