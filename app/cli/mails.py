"""``touchstone service mails``: e-mails that wait, those that were given up, and another try for these."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from app.service.mail_queue import MailRow


def add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    engine_of: Callable[[argparse.Namespace], Engine],
) -> None:
    """Adds the command beside the other ones of ``service``. engine_of: opens the database that the options name."""
    parser = commands.add_parser("mails", parents=[shared], help="list e-mails that are not sent")
    parser.add_argument("--failed", action="store_true", help="those that were given up")
    parser.add_argument("--retry", action="store_true", help="try everything again that was given up")
    parser.set_defaults(func=lambda options: _mails(engine_of(options), options))


def _mails(engine: Engine, options: argparse.Namespace) -> int:
    from app.service.database import reading
    from app.service.mail_queue import mails, try_again
    from app.service.settings import present

    if options.retry:
        count = try_again(engine, present())
        print(f"{count} {'e-mail is' if count == 1 else 'e-mails are'} tried again.")
        return 0
    with reading(engine) as connection:
        found = mails(connection, failed=options.failed)
    for row in found:
        print(_line(row))
    if not found:
        print("No e-mail was given up." if options.failed else "No e-mail waits.")
    return 0


def _line(row: MailRow) -> str:
    from app.domain.dates import moment

    if row.given_up:
        stands = "given up"
    elif row.next_try_at is None or not row.tries:
        stands = "waits"
    else:
        stands = f"next try {moment(row.next_try_at)}"
    trouble = f": {row.trouble}" if row.trouble else ""
    return f"{moment(row.written_at)}  {row.kind}  {row.to_address}  {stands}{trouble}"
