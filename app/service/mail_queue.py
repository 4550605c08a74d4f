"""E-mails on their way: claimed, sent, tried again, and given up in plain sight.

A row is claimed before it is sent, by setting the moment of its next try forward: of two machines only one gets it,
and if that one dies it is due again by itself. A crash between sending and noting sends an e-mail twice, with the same
Message-ID; none is ever lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, and_, select, update

from app.service import tables as t
from app.service.database import reading, transact
from app.service.mail_words import PORTAL
from app.service.smtp import STEP_SECONDS, Letter, LetterRefused, Mailer, ServerTrouble

GIVE_UP_AFTER = timedelta(days=5)
"""An e-mail that could not be sent for so long is given up: it would be no news any more."""

AT_ONCE = 10
"""E-mails of one run. With ``STEP_SECONDS`` it bounds how long a claimed one can be under way (see ``CLAIMED_FOR``)."""

_STEPS = 4
"""Answers of the server that sending one e-mail waits for: sender, reader, readiness for the text, the text."""

CLAIMED_FOR = timedelta(seconds=STEP_SECONDS * (_STEPS * AT_ONCE + 10))
"""For so long nobody else tries what somebody has claimed: no run takes longer, and its first claim is its oldest."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)

REFUSED_WAIT = timedelta(days=1)
"""After a refusal for good. It is tried again all the same: often it is the server that was set up wrongly."""

TOO_OLD = "It could not be sent in time."

_log = structlog.get_logger("touchstone.mail")


@dataclass(frozen=True, slots=True)
class Sent:
    """How many e-mails one run sent, and how many it could not. ``more``: others are due already."""

    sent: int
    failed: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class MailRow:
    """One e-mail as operators see it; never its words. ``trouble``: what the last try met, and why it was given up."""

    id: str
    kind: str
    to_address: str
    request_id: str
    written_at: datetime
    tries: int
    next_try_at: datetime | None
    sent_at: datetime | None
    trouble: str

    @property
    def given_up(self) -> bool:
        return self.sent_at is None and self.next_try_at is None


def send_due(
    engine: Engine,
    mailer: Mailer,
    now: datetime,
    base_url: str,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Sent:
    """Sends what is due, ``AT_ONCE`` at most, oldest first, over one connection (M-37). Safe on several machines.

    base_url: the portal's address as its readers reach it. stopped: asked before each one whether to end here.

    What a server refuses for now is tried again after 1, 2, 4, … minutes (4 hours at most), what it refuses for good
    once a day, and both are given up after ``GIVE_UP_AFTER`` (see ``mails``). A server out of reach ends the run.
    """
    _give_up(engine, now)
    table = t.mails
    due = select(table.c.id).where(table.c.next_try_at <= now)
    with reading(engine) as connection:
        ids = connection.scalars(due.order_by(table.c.next_try_at, table.c.id).limit(AT_ONCE)).all()
    sent, failed = 0, 0
    with mailer.line() as line:
        for identifier in ids:
            if stopped():
                break
            mail = transact(engine, partial(_claim, identifier=identifier, now=now))
            if mail is None:
                continue
            try:
                line.send(_letter(mail, base_url))
            except (LetterRefused, ServerTrouble) as error:
                failed += 1
                _note_failure(engine, mail, error, now)
                if isinstance(error, ServerTrouble):
                    break
            else:
                sent += 1
                _note_sent(engine, mail.id, now)
                _log.info("mail sent", id=mail.id, kind=mail.kind, tries=mail.tries)
    return Sent(sent, failed, more=len(ids) == AT_ONCE and sent > 0)


def mails(connection: Connection, *, failed: bool = False, limit: int = 200) -> tuple[MailRow, ...]:
    """E-mails that are not sent yet, the oldest first; or (``failed``) those that were given up, the latest first."""
    table = t.mails
    columns = (table.c[name] for name in MailRow.__slots__)
    query = select(*columns).where(table.c.sent_at.is_(None)).limit(limit)
    if failed:
        query = query.where(table.c.next_try_at.is_(None)).order_by(table.c.written_at.desc(), table.c.id)
    else:
        query = query.where(table.c.next_try_at.is_not(None)).order_by(table.c.written_at, table.c.id)
    return tuple(
        MailRow(**{**row._mapping, "request_id": row.request_id or ""}) for row in connection.execute(query)
    )


def try_again(engine: Engine, now: datetime, ids: Sequence[str] | None = None) -> int:
    """Makes e-mails due that were given up, all of them unless some are named. Returns how many."""

    def revive(connection: Connection) -> int:
        table = t.mails
        query = update(table).where(table.c.sent_at.is_(None), table.c.next_try_at.is_(None))
        if ids is not None:
            query = query.where(table.c.id.in_(ids))
        return int(
            connection.execute(
                query.values(next_try_at=now, give_up_at=now + GIVE_UP_AFTER, tries=0)
            ).rowcount
        )

    return transact(engine, revive)


def wait_after(tries: int, for_good: bool = False) -> timedelta:
    """How long to wait after the ``tries``-th try failed."""
    return REFUSED_WAIT if for_good else min(FIRST_WAIT * 2 ** min(tries - 1, 20), LONGEST_WAIT)


def _give_up(engine: Engine, now: datetime) -> None:
    table = t.mails
    over = and_(table.c.next_try_at <= now, table.c.give_up_at <= now)

    def note(connection: Connection) -> list[tuple[str, str]]:
        found = connection.execute(select(table.c.id, table.c.kind, table.c.trouble).where(over)).all()
        for row in found:
            connection.execute(
                update(table)
                .where(table.c.id == row.id, over)
                .values(next_try_at=None, trouble=f"{TOO_OLD} {row.trouble}".strip())
            )
        return [(row.id, row.kind) for row in found]

    with reading(engine) as connection:
        if connection.execute(select(table.c.id).where(over).limit(1)).one_or_none() is None:
            return
    for identifier, kind in transact(engine, note):
        _log.warning("mail given up", id=identifier, kind=kind)


def _claim(connection: Connection, identifier: str, now: datetime) -> Row[Any] | None:
    """The e-mail, if it is still due; until ``CLAIMED_FOR`` is over it is due for nobody else."""
    table = t.mails
    claimed = connection.execute(
        update(table)
        .where(table.c.id == identifier, table.c.next_try_at <= now)
        .values(tries=table.c.tries + 1, next_try_at=now + CLAIMED_FOR)
    )
    if claimed.rowcount != 1:
        return None
    return connection.execute(select(table).where(table.c.id == identifier)).one()


def _note_sent(engine: Engine, identifier: str, now: datetime) -> None:
    table = t.mails
    done = update(table).where(table.c.id == identifier).values(sent_at=now, next_try_at=None, trouble="")
    transact(engine, lambda connection: connection.execute(done).rowcount)


def _note_failure(
    engine: Engine, mail: Row[Any], error: LetterRefused | ServerTrouble, now: datetime
) -> None:
    table = t.mails
    for_good = isinstance(error, LetterRefused) and error.for_good
    failed = (
        update(table)
        # Unless somebody else has it by now: their word counts.
        .where(table.c.id == mail.id, table.c.next_try_at == now + CLAIMED_FOR)
        .values(next_try_at=now + wait_after(mail.tries, for_good), trouble=str(error))
    )
    transact(engine, lambda connection: connection.execute(failed).rowcount)
    _log.warning("mail not sent", id=mail.id, kind=mail.kind, tries=mail.tries, code=error.code)


def _letter(mail: Row[Any], base_url: str) -> Letter:
    return Letter(
        id=mail.id,
        to_name=mail.to_name,
        to_address=mail.to_address,
        subject=mail.subject,
        body=mail.body.replace(PORTAL, base_url.rstrip("/")),
        written_at=mail.written_at,
        thread=mail.request_id or mail.review_id or "",
    )
