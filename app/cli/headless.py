"""`touchstone sync` and `touchstone status`: the desk without a window."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.domain.dates import moment, to_text
from app.domain.errors import KnownError

if TYPE_CHECKING:
    from app.workspace.desk import Desk


def _desk() -> Desk:
    from app.workspace.entrance import enter, last_profile

    folder = last_profile()
    if folder is None:
        raise KnownError(
            "nobody_signed_in",
            "Nobody has signed in on this computer yet.",
            "Open touchstone and sign in first.",
        )
    return enter(folder)


def sync() -> int:
    """Sends and fetches once; tells what still waits."""
    desk = _desk()
    try:
        desk.sync(lambda _: None)
        status = desk.status()
    finally:
        desk.close()
    print(f"In step with {desk.service_url}. {_waiting(status.queued, status.attention)}")
    return 0 if not status.attention else 1


def status(*, as_json: bool) -> int:
    """Tells what waits on this computer, and what protects it from files; asks nothing of the network."""
    from app.cli.system import protection_words, protections_as_data

    desk = _desk()
    try:
        found = desk.status()
        requests = len(desk.work())
    finally:
        desk.close()
    if as_json:
        answer = {
            "person": desk.person.email,
            "service": desk.service_url,
            "requests": requests,
            "queued": found.queued,
            "attention": found.attention,
            "synced_at": to_text(found.synced_at) if found.synced_at else None,
            "protections": protections_as_data(),
        }
        print(json.dumps(answer, indent=2))
    else:
        synced = f"last in step {moment(found.synced_at)}" if found.synced_at else "never in step yet"
        print(f"{desk.person.name}, {desk.service_url}: {requests} requests, {synced}.")
        print(_waiting(found.queued, found.attention))
        print(protection_words())
    return 0


def _waiting(queued: int, attention: int) -> str:
    words = "Nothing waits to be sent." if not queued else f"{queued} acts wait to be sent."
    return f"{words} {attention} need your attention." if attention else words
