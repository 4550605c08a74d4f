"""A device and a service with two requests of three samples each, of which the person holds the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import records
from tests.sync.device import Device
from tests.sync.simulated import SimulatedService


def furnish(service: SimulatedService) -> None:
    for number in (1, 2):
        root = f"request-{number}"
        service.put(records.request(id=root, number=f"MR-{number}"))
        for position in (1, 2, 3):
            service.put(records.sample(position, id=f"{root}/sample-{position}", request_id=root))
    service.assign("request-1")


@pytest.fixture
def service() -> SimulatedService:
    made = SimulatedService(page_lines=2)
    furnish(made)
    return made


@pytest.fixture
def device(service: SimulatedService, tmp_path: Path) -> Iterator[Device]:
    made = Device(tmp_path / "profile", service)
    yield made
    made.close()
