"""Where the journeys of the proof are run."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof.crash_ptrace import HERE, WHY_NOT


@pytest.fixture(scope="session")
def stage() -> Iterator[object]:
    """The stage, on a disk in memory where there is one: what lasts is decided by the trace, not by this disk."""
    if not HERE:
        pytest.skip(WHY_NOT)
    from tests.proof.crash_runs import Stage

    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="touchstone-proof-", dir=memory if memory.is_dir() else None))
    yield Stage(folder)
    shutil.rmtree(folder)
