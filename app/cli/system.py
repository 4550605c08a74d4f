"""Looks for the system libraries a window needs, and names the command that installs what is missing.

Runs without any of our dependencies, so that it can speak before they are loaded.
"""

from __future__ import annotations

import ctypes
import os
import sys

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
