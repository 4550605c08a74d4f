"""`touchstone demo`: a central service of one's own with invented data, and the window signed in to it.

The centres' portal runs beside the window; who can sign in there is told in the terminal.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.house import LocalService
from app.cli.system import has_screen
from app.domain.errors import KnownError

if TYPE_CHECKING:
    from app.workspace.desk import Desk

# Due dates are laid around the day of seeding; later than this they would all be overdue.
KEEPS_FOR = timedelta(days=10)
_ROLES_SO_FAR = ("moderator", "reviewer")


def run(role: str, *, fresh: bool = False) -> int:
    """Shows the demonstration until its window is closed. Without a screen the tour runs instead."""
    if role not in _ROLES_SO_FAR:
        raise KnownError(
            "role_not_ready",
            f"The demonstration has no screens for a {role} yet.",
            f"Try touchstone demo --role {' or '.join(_ROLES_SO_FAR)}.",
        )
    if not has_screen():
        print("There is no screen here, so the tour runs instead of the window.")
        from app.cli import tour

        return tour.run(Path.cwd() / "tour", theme="light", scale=100)
    from app.cli.window import must_have_screen

    must_have_screen()
    # What lies in a demonstration is its owner's alone, the invented password included.
    os.umask(0o077)
    home = demo_home(role)
    os.environ["TOUCHSTONE_HOME"] = str(home)
    _must_not_be_open(home)
    if fresh or _is_stale(home):
        shutil.rmtree(home, ignore_errors=True)
    with prepared_service(home, role) as (service, email, password):
        print(f"Demonstration service at {service.url}; invented data lies in {home}.")
        print(accounts_words(home, service.url, role), flush=True)
        from app.views.main import run as run_window

        def start() -> Desk | None:
            return desk_for(service, email, password)

        return run_window(sys.argv[:1], start)


def accounts_words(home: Path, url: str, role: str = "moderator") -> str:
    """Who can sign in to the demonstration in ``home``, and where: the window's person, and those of the portal."""
    people = people_of(home)
    rows = [
        ("Moderator", "moderator"),
        ("Centre quality reviewer", "reviewer"),
        ("Staff of two centres", "centre_staff"),
        ("Centre with stopped claims", "stopped_staff"),
        ("Head of Centre, CED signed", "head"),
        ("Head of Centre, CED late", "late_head"),
        ("Support team", "support"),
        ("Quality manager", "quality_manager"),
    ]
    told = [(f"{who}, in the window" if key == role else who, people[key]) for who, key in rows]
    width = max(len(who) for who, _ in told)
    listed = "\n".join(f"  {who:<{width}}  {email}" for who, email in told)
    return f"The centres' portal is at {url}/\n{listed}\n  Password of everybody: {_told(home)['password']}"


def people_of(home: Path) -> dict[str, str]:
    """The e-mail addresses of those who can sign in to the demonstration in ``home``, by what they are there."""
    people: dict[str, str] = _told(home)["people"]
    return people


def demo_home(role: str) -> Path:
    """Where the demonstration keeps its service and its profile; kept until it is stale or ``--fresh``."""
    import platformdirs

    return platformdirs.user_data_path("touchstone", appauthor=False) / "demo" / role


class prepared_service:  # noqa: N801 - used as a sentence: with prepared_service(home)
    """A running demo service in ``home``, seeded if it is new; gives it with e-mail and password of ``role``."""

    def __init__(self, home: Path, role: str = "moderator") -> None:
        self.home = home
        self.role = role
        self.service = LocalService(home / "service", _former_port(home))

    def __enter__(self) -> tuple[LocalService, str, str]:
        seeded = self.home / "seeded.json"
        if not seeded.exists():
            shutil.rmtree(self.service.folder, ignore_errors=True)
            self.service.folder.mkdir(parents=True)
            print("Preparing the demonstration…", flush=True)
            on = date.today().isoformat()  # noqa: DTZ011
            seeded.write_text(json.dumps({"on": on} | self._seed()))
        told = _told(self.home)
        self.service.start()
        seeded.write_text(json.dumps(told | {"port": self.service.port}))
        return self.service, told["people"][self.role], told["password"]

    def __exit__(self, *_: object) -> None:
        self.service.stop()

    def _seed(self) -> dict[str, Any]:
        from app.service.demo import prepare_demo

        people = prepare_demo(self.service.database_url, self.service.files_url)
        emails = {
            "moderator": people.moderator_email,
            "reviewer": people.reviewer_email,
            "centre_staff": people.centre_staff_email,
            "stopped_staff": people.stopped_staff_email,
            "head": people.head_email,
            "late_head": people.late_head_email,
            "support": people.support_email,
            "quality_manager": people.quality_manager_email,
        }
        return {"people": emails, "password": people.password}


def desk_for(service: LocalService, email: str, password: str) -> Desk:
    """The desk of somebody of the demonstration: entered again if there is one on this computer, else signed in."""
    from app.workspace.entrance import enter, profiles, sign_in

    for card in profiles():
        if card.email == email and card.service_url == service.url:
            return enter(card.folder)
    return sign_in(service.url, email, password, demo=True)


def _must_not_be_open(home: Path) -> None:
    """Raises KnownError when a window of this demonstration is open: nothing is taken from under it."""
    from app.vault.lock import ProfileLock

    for profile in home.glob("profiles/*/profile.json"):
        try:
            with ProfileLock(profile.parent):
                pass
        except KnownError as error:
            raise KnownError(
                "demo_open",
                "The demonstration is already open in another window.",
                "Go on there, or close it first.",
            ) from error


def _told(home: Path) -> dict[str, Any]:
    """What was noted when the demonstration was seeded."""
    told: dict[str, Any] = json.loads((home / "seeded.json").read_text())
    return told


def _former_port(home: Path) -> int:
    """The port of the last time, so that the profile made then finds its service again."""
    try:
        port: int = _told(home).get("port", 0)
    except (OSError, ValueError):
        return 0
    return port


def _is_stale(home: Path) -> bool:
    """Whether it is too old, or was made by a version that did not note who can sign in."""
    try:
        told = _told(home)
        seeded = date.fromisoformat(told["on"])
    except (OSError, ValueError, KeyError):
        return True
    if not {"moderator", "reviewer"} <= set(told.get("people", ())):
        return True
    return date.today() - seeded > KEEPS_FOR  # noqa: DTZ011
