"""The portal in a real browser: Chromium as the system has it, at the real service on this computer's loopback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.service.application import create_app
from tests.browser.looking import Desk
from tests.service.claims_ground import College
from tests.service.ground import Ground, House
from tests.service.portal.browsing import give_password
from tests.support.serving import copied, laid_out, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VARIABLE = "TOUCHSTONE_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A Chromium of one's own. Playwright keeps an event loop running in its thread for as long as it lives, in which
    no other test could begin one: so it ends with the test.
    """
    path = os.environ.get(VARIABLE) or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(
            f"There is no Chromium here: install Debian's package chromium, or name one in {VARIABLE}."
        )
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright drives the browser: pip install playwright."
    )
    pytest.importorskip(
        "axe_playwright_python", reason="axe looks at the pages: pip install axe-playwright-python."
    )
    with playwright.sync_playwright() as driver:
        # Without the sandbox where the tests run as root, as in a container: it opens nothing but our own pages.
        sandbox = not hasattr(os, "geteuid") or os.geteuid() != 0
        chromium = driver.chromium.launch(executable_path=path, chromium_sandbox=sandbox)
        try:
            yield chromium
        finally:
            chromium.close()


@pytest.fixture(scope="session")
def laid(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ground]:
    folder = tmp_path_factory.mktemp("portal")
    return folder, laid_out(folder)


@pytest.fixture
def house(laid: tuple[Path, Ground], tmp_path: Path) -> Iterator[House]:
    found = copied(laid, tmp_path / "house")
    yield found
    found.close()


@pytest.fixture
def college(house: House) -> College:
    found = College(house)
    give_password(house, found)
    return found


@pytest.fixture
def address(house: House, college: College) -> Iterator[str]:
    """Where the service answers."""
    with running(create_app(house.settings)) as found:
        yield found


@pytest.fixture
def new_desk(browser: Browser, address: str) -> Iterator[Callable[..., Desk]]:
    """Makes desks: a window each, with cookies of its own. Options are those of a Playwright context."""
    contexts: list[Any] = []

    def make(**options: Any) -> Desk:
        context = browser.new_context(base_url=address, locale="en-GB", **options)
        contexts.append(context)
        return Desk(context.new_page(), address)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    return new_desk()
