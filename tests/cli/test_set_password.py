"""``touchstone service set-password``."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from app.cli import make_parser
from app.domain.errors import KnownError
from app.service.accounts import prove_person
from app.service.database import migrate, open_engine
from app.service.importer import import_folder
from app.service.passwords import Passwords
from app.service.settings import present


def told(url: str, email: str) -> int:
    """Runs the command as it was typed."""
    line = ["service", "set-password", "--database-url", url, "--files-url", "unused", "--email", email]
    options = make_parser().parse_args([*line, "--password-stdin"])
    return int(options.func(options))


def test_M04_an_imported_person_gets_a_first_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'service.db'}"
    engine = open_engine(url)
    migrate(engine)
    (tmp_path / "people.csv").write_text(
        "email,name,role,centre_number\nkit@body.invalid,Kit Hale,support,\n"
    )
    import_folder(engine, tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("words of my own\n"))
    assert told(url, "kit@body.invalid") == 0
    assert "Kit Hale signs in as kit@body.invalid" in capsys.readouterr().out
    passwords = Passwords()
    try:
        person = prove_person(engine, passwords, "kit@body.invalid", "words of my own", "::1", present())
    finally:
        passwords.close()
    assert person.name == "Kit Hale"
    monkeypatch.setattr("sys.stdin", io.StringIO("words of my own\n"))
    with pytest.raises(KnownError) as refusal:
        told(url, "nobody@body.invalid")
    assert refusal.value.code == "person_unknown"
    engine.dispose()
