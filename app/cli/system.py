"""What this computer has: the system libraries a window needs, and the walls around the process that reads evidence.

Looking for libraries runs without any of our dependencies, so that it can speak before they are loaded.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.evidence.protections import Protection

# Shared library → Debian package, as Qt's wheels leave them to the system (docs/architecture.md).
_ALWAYS = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
}
_FOR_A_SCREEN = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def has_screen() -> bool:
    """Whether a window could be shown to somebody here."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_packages(*, on_screen: bool) -> list[str]:
    """Debian packages whose libraries Qt needs and this system lacks; empty where all is well or not Linux."""
    if sys.platform != "linux":
        return []
    wanted = dict(_ALWAYS)
    if on_screen and os.environ.get("QT_QPA_PLATFORM") != "offscreen":
        wanted |= _FOR_A_SCREEN
    return [package for library, package in wanted.items() if not _loads(library)]


def advice(packages: list[str]) -> str:
    """One sentence that names what is missing and how to install it."""
    command = install_command(packages)
    return f"Touchstone's window needs system libraries that are missing here. Install them with: {command}"


def install_command(packages: list[str]) -> str:
    return "apt-get install " + " ".join(packages)


def protection_words() -> str:
    """What `touchstone status` says of the walls on this computer, tried on the spot."""
    from app.evidence.protections import is_known_to_its_makers, protections

    return words_of(protections(), tried_before=is_known_to_its_makers())


def words_of(walls: Sequence[Protection], *, tried_before: bool) -> str:
    """The same for walls already tried; ``tried_before``: whether these ever ran where Touchstone is made."""
    holding = [wall.says for wall in walls if wall.holds]
    missing = [wall.says for wall in walls if not wall.holds]
    if not holding:
        words = "Nothing on this computer confines the process that reads evidence: risky files ask first."
    else:
        words = f"The process that reads evidence {_listed(holding)}."
        words += f" But it {_listed(missing)}." if missing else ""
    if not tried_before:
        words += " Tried just now; its makers have never run these protections on such a system."
    return words


def protections_as_data() -> dict[str, bool]:
    """The same for `touchstone status --json`: each wall by name, true where it holds."""
    from app.evidence.protections import protections

    return {wall.name: wall.holds for wall in protections()}


def _listed(clauses: list[str]) -> str:
    return clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])} and {clauses[-1]}"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    lacking = missing_packages(on_screen=False)
    if lacking:
        print(advice(lacking), file=sys.stderr)
        sys.exit(1)
