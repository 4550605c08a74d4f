"""A laptop beside a service that can be stopped, and a desk of two requests for conflicts to meet on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.workspace.desk import Desk
from tests.service.ground import Ground, House
from tests.support.desks import desk_with_requests
from tests.support.serving import copied
from tests.support.travel import Service, SlowRoad, Travelling, lay, on_the_road


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = desk_with_requests(tmp_path / "laptop", requests=2, samples=2)
    yield made
    made.close()


@pytest.fixture(scope="session")
def laid(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ground]:
    """A service's database and files, laid out once."""
    folder = tmp_path_factory.mktemp("service")
    return folder, lay(folder)


@pytest.fixture
def house(laid: tuple[Path, Ground], tmp_path: Path) -> Iterator[House]:
    made = copied(laid, tmp_path / "service")
    yield made
    made.close()


@pytest.fixture
def service(house: House) -> Iterator[Service]:
    with ExitStack() as road:
        yield Service(road.enter_context(on_the_road(SlowRoad(house.settings))), road.close)


@pytest.fixture
def laptop(
    house: House, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Travelling]:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path / "laptop"))
    (tmp_path / "laptop").mkdir()
    made = Travelling(house, tmp_path / "laptop", service.address)
    yield made
    made.desk.close()
