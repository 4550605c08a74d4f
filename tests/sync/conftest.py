"""A device and a model of the service with two requests of three samples each, the first of them the person's; and the
real service on loopback.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.service.application import create_app
from tests.service.ground import Ground, House
from tests.support import records
from tests.support.serving import copied, laid_out, running
from tests.sync.device import Device
from tests.sync.own_files import Own
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


@pytest.fixture
def own(device: Device, service: SimulatedService, tmp_path: Path) -> Own:
    device.sync()
    return Own(device, service, tmp_path / "files")


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ground]:
    """A real service's database and files, laid out once."""
    folder = tmp_path_factory.mktemp("service")
    return folder, laid_out(folder)


@pytest.fixture
def house(ground: tuple[Path, Ground], tmp_path: Path) -> Iterator[House]:
    made = copied(ground, tmp_path / "service")
    yield made
    made.close()


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """Where the real service answers."""
    with running(create_app(house.settings)) as found:
        yield found
