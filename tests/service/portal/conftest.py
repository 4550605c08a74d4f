"""A college with learners and staff, and a browser at its portal, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.claims_ground import College
from tests.service.ground import House
from tests.service.portal.browsing import Visit, give_password


@pytest.fixture
def college(house: House) -> College:
    found = College(house)
    give_password(house, found)
    return found


@pytest.fixture
def stranger(house: House) -> Iterator[Visit]:
    """A browser in which nobody is signed in."""
    with house.client() as client:
        yield Visit(house, client)


@pytest.fixture
def visit(stranger: Visit, college: College) -> Visit:
    """A browser in which the college's staff is signed in."""
    stranger.sign_in(college.staff.email)
    return stranger
