"""The demonstration tells who can sign in and where, and nothing of it leaves this computer."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import requests

from app.cli.demo import KEEPS_FOR, _is_stale, accounts_words, prepared_service

PEOPLE = {
    "moderator": "morgan.fairweather@demo.invalid",
    "reviewer": "tamsin.holloway@demo.invalid",
    "centre_staff": "helen.marchbank@demo.invalid",
    "stopped_staff": "isobel.strathyre@demo.invalid",
    "head": "beatrix.nyland@demo.invalid",
    "late_head": "hector.linwood@demo.invalid",
    "support": "sam.underhay@demo.invalid",
    "quality_manager": "robin.castlemaine@demo.invalid",
}


def test_it_tells_everybodys_account_and_the_portals_address_and_they_are_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Were it read, the service would refuse to start: invented people get no mail.
    monkeypatch.setenv("TOUCHSTONE_SMTP_URL", "gopher://no-mail-server")
    with prepared_service(tmp_path) as (service, email, password):
        words = accounts_words(tmp_path, service.url)
        assert f"The centres' portal is at {service.url}/\n" in words
        assert all(address in words for address in PEOPLE.values())
        assert (email, words.rpartition(": ")[2]) == (PEOPLE["moderator"], password)
        assert "Moderator, in the window" in words
        assert "reviewer, in the window" in accounts_words(tmp_path, service.url, "reviewer")
        for address in PEOPLE.values():
            body = {"email": address, "password": password, "device_id": "d"}
            answer = requests.post(f"{service.url}/api/auth/sign-in", json=body, timeout=60)
            assert answer.status_code == 200, address
        page = requests.get(f"{service.url}/", timeout=60)
        assert (page.status_code, 'action="/sign-in"' in page.text) == (200, True)
    assert "Preparing the demonstration" in capsys.readouterr().out
    with prepared_service(tmp_path, "reviewer") as (_service, email, _password):
        assert email == PEOPLE["reviewer"]
    assert "Preparing the demonstration" not in capsys.readouterr().out, "what is there is gone on with"


@pytest.mark.parametrize(
    ("told", "stale"),
    [
        ({"on": date.today().isoformat(), "people": PEOPLE}, False),  # noqa: DTZ011
        ({"on": (date.today() - KEEPS_FOR - timedelta(days=1)).isoformat(), "people": PEOPLE}, True),  # noqa: DTZ011
        ({"on": date.today().isoformat(), "email": "one@demo.invalid"}, True),  # noqa: DTZ011
        ({"on": date.today().isoformat(), "people": {"moderator": PEOPLE["moderator"]}}, True),  # noqa: DTZ011
        ({"people": PEOPLE}, True),
    ],
)
def test_it_is_made_anew_when_too_old_or_made_by_an_older_version(
    tmp_path: Path, told: dict[str, object], stale: bool
) -> None:
    (tmp_path / "seeded.json").write_text(json.dumps(told))
    assert _is_stale(tmp_path) is stale
