"""How one central service is set up."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.wire.messages import PROTOCOL

Clock = Callable[[], datetime]
"""Tells the present moment, with its zone. Handed in everywhere, so that a test can tell the time."""

DATABASE_VARIABLE = "TOUCHSTONE_DATABASE_URL"
FILES_VARIABLE = "TOUCHSTONE_FILES_URL"
SMTP_VARIABLE = "TOUCHSTONE_SMTP_URL"
SENDER_VARIABLE = "TOUCHSTONE_MAIL_FROM"
PUBLIC_VARIABLE = "TOUCHSTONE_PUBLIC_URL"


def present() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)


def product_version() -> str:
    """The version of Touchstone that runs here; empty in a checkout that was never installed."""
    try:
        return version("touchstone")
    except PackageNotFoundError:
        return ""


def default_folder() -> Path:
    """Where the service keeps its data unless told otherwise."""
    import platformdirs

    return Path(platformdirs.user_data_dir("touchstone", appauthor=False)) / "service"


def default_database_url() -> str:
    """From the environment, else an SQLite file in ``default_folder``."""
    return os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{default_folder() / 'service.db'}"


def default_files_url() -> str:
    """From the environment, else a folder in ``default_folder``."""
    return os.environ.get(FILES_VARIABLE) or (default_folder() / "files").as_uri()


def _from_environment(name: str) -> Callable[[], str]:
    return lambda: os.environ.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data lies and where the service listens.

    database_url: ``sqlite:///path`` or ``postgresql://…``. files_url: a folder's path, or any store URL (``file://``,
    ``s3://``, ``az://``, ``gs://``). port 0: any free port. workers: processes; more than one needs PostgreSQL.
    trusted_proxy: the address of the proxy in front, whose word on where requests come from is taken; else nobody's.
    smtp_url: the mail server (see ``smtp.Mailer.from_url``); without one e-mails are written and wait. mail_from: the
    address they come from. public_url: the portal's address as centres reach it, for the links in them.
    protocol_min: the oldest protocol that may still pull; older desktops are told to update, and may push all the same.
    """

    database_url: str = field(default_factory=default_database_url)
    files_url: str = field(default_factory=default_files_url)
    host: str = "127.0.0.1"
    port: int = 8610
    workers: int = 1
    trusted_proxy: str = ""
    clock: Clock = present
    protocol_min: int = PROTOCOL
    # It holds a password, and settings are shown in error reports.
    smtp_url: str = field(default_factory=_from_environment(SMTP_VARIABLE), repr=False)
    mail_from: str = field(default_factory=_from_environment(SENDER_VARIABLE))
    public_url: str = field(default_factory=_from_environment(PUBLIC_VARIABLE))

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return self.host in ("127.0.0.1", "::1", "localhost")
