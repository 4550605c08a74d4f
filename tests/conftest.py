"""What every test may lean on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
