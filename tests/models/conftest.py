"""A profile with both of its databases, in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.models.profile import Profile, create_profile, open_stores
from app.models.stores import Stores
from tests.models.made import Clock, Signed
from tests.support.keys import FileKeys

Opener = Callable[[], Stores]


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    return FileKeys(tmp_path / "keys.json")


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return create_profile(Signed(), demo=False, folder=tmp_path / "profile")


@pytest.fixture
def open_again(profile: Profile, keys: FileKeys) -> Iterator[Opener]:
    """Opens the profile's databases, as often as the test wants; whatever is still open at the end is closed."""
    opened: list[Stores] = []
    clock = Clock()

    def opener() -> Stores:
        stores = open_stores(profile, keys, clock=clock)
        opened.append(stores)
        return stores

    yield opener
    for stores in opened:
        stores.close()


@pytest.fixture
def stores(open_again: Opener) -> Stores:
    return open_again()
