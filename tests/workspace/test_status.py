"""Whether the service is there is known as at the last round alone, and is told so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.workspace.entrance import sign_in
from app.workspace.snapshots import Reach
from tests.service.ground import PASSWORD
from tests.support.desks import Clock
from tests.support.keys import FileKeys
from tests.support.travel import Service


def test_being_online_is_told_as_at_when_the_service_last_answered(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path))
    clock, keys = Clock(), FileKeys(tmp_path / "keys.json")
    desk = sign_in(service.address, "morgan@people.invalid", PASSWORD, keys=keys, clock=clock)
    try:
        assert desk.status().reached_at is None
        first = clock.now
        desk.sync(lambda _: None)
        assert (desk.status().reach, desk.status().reached_at) == (Reach.ONLINE, first)
        clock.now += timedelta(minutes=1)
        desk.sync(lambda _: None)
        assert desk.status().reached_at == first + timedelta(minutes=1)
        # The service goes while nothing is going on: nobody here can know, and nothing else is claimed.
        service.close()
        clock.now += timedelta(minutes=1)
        assert desk.status().reached_at == first + timedelta(minutes=1)
        with pytest.raises(KnownError):
            desk.sync(lambda _: None)
        assert desk.status().reach is Reach.OFFLINE
        assert desk.status().reached_at == first + timedelta(minutes=1)
    finally:
        desk.close()
