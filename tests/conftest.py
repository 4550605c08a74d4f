"""What every test may lean on."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import Postgres

# Windows are drawn without a screen, and never with the tester's own theme.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files beside the checkout; tests that need it skip where it is absent."""
    folder = REPOSITORY.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("the corpus of real files is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def postgres(testrun_uid: str) -> Iterator[Postgres]:
    """The server, the same for all rooms, since whoever leaves it leaves for the whole worker. It lies outside pytest's
    folders, which its own system user may not enter.
    """
    server = Postgres(Path(tempfile.gettempdir()) / f"touchstone-postgres-{testrun_uid}")
    yield server
    server.leave()


@pytest.fixture(scope="session")
def testrun_uid(request: pytest.FixtureRequest) -> str:
    """The same in all workers of one run."""
    worker = getattr(request.config, "workerinput", None)
    return str(worker["testrunuid"]) if worker else uuid.uuid4().hex
