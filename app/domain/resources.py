"""Where the files lie that travel with the program: fonts, frameworks, policies, texts, pictures."""

from __future__ import annotations

import sys
from pathlib import Path


def resources_folder() -> Path:
    """The ``resources`` folder: inside a frozen program, else beside the package."""
    frozen: str | None = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen) / "resources"
    return Path(__file__).resolve().parents[2] / "resources"
