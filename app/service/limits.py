"""Limits on sign-in attempts, counted in the database so that every copy of the service counts together."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, case, delete, update

from app.service.database import transact, upsert
from app.service.errors import Refusal
from app.service.tables import rate_limits

WINDOW = timedelta(minutes=15)
PER_EMAIL = 10
PER_ADDRESS = 100
"""Attempts in one window. An address may be a whole college; one account is not."""


def count_attempt(engine: Engine, email: str, address: str, now: datetime) -> None:
    """Counts an attempt to sign in. Raises Refusal 429 once there were too many in the window."""

    def count(connection: Connection) -> int:
        return max(
            _count(connection, f"address:{address}", PER_ADDRESS, now),
            _count(connection, f"email:{email}", PER_EMAIL, now),
        )

    seconds = transact(engine, count)
    if seconds:
        minutes = -(-seconds // 60)
        raise Refusal(
            429,
            "too_many_attempts",
            "There were too many attempts to sign in.",
            f"Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}.",
            retry_after=seconds,
        )


def forget_attempts(connection: Connection, email: str, address: str) -> None:
    """After a right password the account's count begins anew, and the address is not charged for it."""
    connection.execute(delete(rate_limits).where(rate_limits.c.key_hash == _key(f"email:{email}")))
    connection.execute(
        update(rate_limits)
        .where(rate_limits.c.key_hash == _key(f"address:{address}"), rate_limits.c.attempts > 0)
        .values(attempts=rate_limits.c.attempts - 1)
    )


def _count(connection: Connection, key: str, allowed: int, now: datetime) -> int:
    """One more attempt under this key; seconds until the window ends if that is too many, else 0."""
    insert = upsert(connection, rate_limits).values(key_hash=_key(key), began_at=now, attempts=1)
    over = rate_limits.c.began_at <= now - WINDOW
    row = connection.execute(
        insert.on_conflict_do_update(
            index_elements=["key_hash"],
            set_={
                "began_at": case((over, insert.excluded.began_at), else_=rate_limits.c.began_at),
                "attempts": case((over, 1), else_=rate_limits.c.attempts + 1),
            },
        ).returning(rate_limits.c.began_at, rate_limits.c.attempts)
    ).one()
    if row.attempts <= allowed:
        return 0
    began: datetime = row.began_at
    return max(1, math.ceil((began + WINDOW - now).total_seconds()))


def _key(text: str) -> str:
    # Hashed, so that the table names nobody.
    return hashlib.sha256(text.encode()).hexdigest()
