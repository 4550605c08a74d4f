"""Scripts carried out by a Python process of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def said_by_a_child(script: str, folder: Path) -> str:
    """What a script prints that is told this folder; it must end well."""
    child = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        check=True,
        timeout=120,
        capture_output=True,
        text=True,
    )
    return child.stdout
