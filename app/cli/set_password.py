"""``touchstone service set-password``: the first password of an account that was imported, or a new one (M-04)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine


def add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    engine_of: Callable[[argparse.Namespace], Engine],
    password_of: Callable[[bool], str],
) -> None:
    """Adds the command beside the other ones of ``service``. engine_of: opens the database that the options name.
    password_of: asks for a password, or reads it from standard input.
    """
    parser = commands.add_parser(
        "set-password",
        parents=[shared],
        help="give an account a password; whoever is signed in with the old one is signed out",
    )
    parser.add_argument("--email", required=True, help="the person's e-mail address")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    parser.set_defaults(
        func=lambda options: _set_password(
            engine_of(options), options.email, password_of(options.password_stdin)
        )
    )


def _set_password(engine: Engine, email: str, password: str) -> int:
    from app.service.accounts import set_password

    person = set_password(engine, email, password)
    print(f"{person.name} signs in as {person.email} with the new password.")
    return 0
