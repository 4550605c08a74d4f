"""Where the windows keep what is nobody's work: the look of the window, and the log."""

from __future__ import annotations

import os
from pathlib import Path


def window_file() -> Path:
    """Theme, text size and place of the window, known before anybody signs in. Holds no personal data."""
    home = os.environ.get("TOUCHSTONE_HOME")
    if home:
        return Path(home) / "window.ini"
    from platformdirs import user_config_path

    return user_config_path("touchstone", appauthor=False, roaming=False) / "window.ini"


def log_file() -> Path:
    """Where warnings and unforeseen errors are written down; never what a person typed."""
    home = os.environ.get("TOUCHSTONE_HOME")
    if home:
        return Path(home) / "touchstone.log"
    from platformdirs import user_log_path

    return user_log_path("touchstone", appauthor=False) / "touchstone.log"
