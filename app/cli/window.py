"""`touchstone open`: the window of the person who last worked here, or sign-in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.cli.system import advice, has_screen, missing_packages
from app.domain.errors import KnownError

if TYPE_CHECKING:
    from app.workspace.desk import Desk


def must_have_screen() -> None:
    """Raises KnownError when no window can be shown here, naming what is missing."""
    lacking = missing_packages(on_screen=has_screen())
    if lacking:
        raise KnownError("libraries_missing", advice(lacking))
    if not has_screen():
        raise KnownError(
            "no_screen",
            "There is no screen here to show a window on.",
            "Run touchstone from a desktop session, or try touchstone tour --out DIR.",
        )


def open_last() -> Desk | None:
    """The desk of the person who last worked here; None on a computer nobody signed in on."""
    from app.workspace.entrance import enter, last_profile

    folder = last_profile()
    return enter(folder) if folder is not None else None


def open_window() -> int:
    """Shows the window until it is closed."""
    must_have_screen()
    from app.views.main import run

    return run(sys.argv[:1], open_last)
