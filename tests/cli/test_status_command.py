"""``touchstone status``: what waits on this computer, and what protects it from the files it opens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.headless import status
from app.evidence.protections import protections
from app.models.profile import create_profile
from app.vault.keys import DemoKeys
from app.workspace.entrance import enter
from tests.support.desks import NOWHERE, SignedIn


@pytest.fixture
def signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody signed in on this computer, and nobody has it open."""
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path))
    profile = create_profile(SignedIn(), demo=True, folder=tmp_path / "profiles" / "one")
    enter(profile.folder, keys=DemoKeys(profile.folder, NOWHERE)).close()


@pytest.mark.usefixtures("signed_in")
def test_status_tells_what_waits_and_which_walls_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(as_json=False) == 0
    words = capsys.readouterr().out
    assert "Nothing waits to be sent." in words
    for wall in protections():
        assert wall.says in words


@pytest.mark.usefixtures("signed_in")
def test_status_as_data_names_each_wall(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["queued"] == 0
    assert told["protections"] == {wall.name: wall.holds for wall in protections()}
