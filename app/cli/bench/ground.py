"""The ground benchmarks stand on: a real service filled in bulk, and desks signed in to it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.house import LocalService

if TYPE_CHECKING:
    from app.workspace.desk import Desk

EMAIL = "measuring.moderator@bench.invalid"
PASSWORD = "measure twice, cut once"


@dataclass(frozen=True, slots=True)
class House:
    """A service that holds so many samples for one moderator, and room for laptops beside it."""

    folder: Path
    service: LocalService
    samples: int

    @contextmanager
    def desk(self, name: str) -> Iterator[Desk]:
        """A desk on a laptop of that name; new names have synced nothing yet."""
        from app.workspace.entrance import enter, profiles, sign_in

        self.use_laptop(name)
        known = profiles()
        desk = enter(known[0].folder) if known else sign_in(self.service.url, EMAIL, PASSWORD, demo=True)
        try:
            yield desk
        finally:
            desk.close()

    def use_laptop(self, name: str) -> Path:
        """From now on profiles are looked for on the laptop of that name."""
        home = self.folder / "laptops" / name
        home.mkdir(parents=True, exist_ok=True)
        os.environ["TOUCHSTONE_HOME"] = str(home)
        return home

    def change(self, count: int) -> None:
        """So many records change at the service."""
        from app.service.bulk import touch_records
        from app.service.database import open_engine

        engine = open_engine(self.service.database_url)
        touch_records(engine, count)
        engine.dispose()


@contextmanager
def house(samples: int) -> Iterator[House]:
    """A running service filled with that many samples."""
    with tempfile.TemporaryDirectory(prefix="touchstone-bench-") as name:
        folder = Path(name)
        service = LocalService(folder / "service")
        service.folder.mkdir(parents=True)
        _fill(service, samples)
        with service:
            yield House(folder, service, samples)


def _fill(service: LocalService, samples: int) -> None:
    from app.service.bulk import prepare_bulk

    prepare_bulk(service.database_url, samples=samples, email=EMAIL, password=PASSWORD)
