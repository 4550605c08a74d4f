"""What becomes of acts once they were answered: confirmed, offered again, and forgotten when their request left."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.models.backup import drop_outgrown
from app.models.database import Database
from app.models.entries import TAKEN, ActState
from app.models.tables import outbox, reports, settings

KEPT_WORDS = 80
"""Characters that stay of the service's words about an act whose content is forgotten."""

_HELD_OFFERED = "held offered"
_MANY = 500

whole: ColumnElement[bool] = func.length(outbox.c.payload) > 0
"""Acts that still have their content. SQLite knows the length without reading the content itself."""

_done_with: ColumnElement[bool] = and_(
    whole,
    or_(
        and_(outbox.c.state.in_(TAKEN), outbox.c.covered),
        outbox.c.state == ActState.TAKEN_BACK,
    ),
)


class Settling:
    """The later life of the acts of one profile. ``clock`` dates answers for the person; no rule depends on it."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self.tidy_due = True
        """Whether anything may have become forgettable since ``forget`` was called last."""
        # A program that was killed at the wrong moment may have left forgotten words in the log.
        self._log_due = True

    # -- confirmed by a pull ------------------------------------------------------------------------------------

    def release_covered(self, *, seen: int, durable_seq: int) -> int:
        """To be called when everything up to ``seen`` was pulled from a service that still knew the cursor.

        Acts taken without a number are shown by the cache from now on; those at or below ``durable_seq`` are in the
        service's backups and will never be offered again. Returns how many became covered.
        """
        taken = outbox.c.state.in_(TAKEN)
        if not self._any(and_(taken, ~outbox.c.covered)):
            return 0
        with self._database.write() as connection:
            connection.execute(update(outbox).where(taken, outbox.c.n == 0).values(n=max(seen, 1)))
            changed = connection.execute(
                update(outbox)
                .where(taken, ~outbox.c.covered, outbox.c.n <= min(seen, durable_seq))
                .values(covered=True)
            )
        self.tidy_due = self.tidy_due or bool(changed.rowcount)
        return int(changed.rowcount)

    # -- offered again ------------------------------------------------------------------------------------------

    def offer_again(self, seen: int | None = None) -> int:
        """Offers acts that were taken, and that no backup covers, once more under the same ids; returns how many.

        seen None: all of them, since the service went back to an older state. A number: those that no pull up to it
        has confirmed. A service restored in between would still know the cursor, and nobody would ever ask.
        """
        lost = and_(outbox.c.state.in_(TAKEN), ~outbox.c.covered)
        if seen is not None:
            lost = and_(lost, or_(outbox.c.n == 0, outbox.c.n > seen))
        if not self._any(lost):
            return 0
        with self._database.write() as connection:
            changed = connection.execute(update(outbox).where(lost).values(state=ActState.SENDING.value, n=0))
            return int(changed.rowcount)

    def held_requests(self) -> Mapping[str, int]:
        """The requests on which a hold stopped the effect of something I did, with the feed number at which the
        first of these acts was held (0 while unknown).
        """
        query = (
            select(outbox.c.request_id, func.min(outbox.c.n))
            .where(outbox.c.state == ActState.HELD, whole)
            .group_by(outbox.c.request_id)
        )
        with self._database.read() as connection:
            return {request_id: int(n) for request_id, n in connection.execute(query)}

    def offer_held(self, free: Mapping[str, int]) -> int:
        """Asks again about held acts of these requests, under the same ids; returns how many.

        free: requests whose hold is over, or may be, with the rev they have now. One rev of a request asks but once.
        """
        with self._database.read() as connection:
            asked = _asked(connection)
        if all(asked.get(request_id) == rev for request_id, rev in free.items()):
            return 0
        with self._database.write() as connection:
            asked = _asked(connection)
            due = [request_id for request_id, rev in free.items() if asked.get(request_id) != rev]
            mine = and_(outbox.c.state == ActState.HELD, outbox.c.request_id.in_(due), whole)
            changed = connection.execute(
                update(outbox).where(mine).values(state=ActState.SENDING.value, covered=False, n=0)
            )
            # Only requests that still have held acts are remembered, so that this never grows.
            _remember(connection, dict(free))
            return int(changed.rowcount)

    # -- forgotten when their request left ----------------------------------------------------------------------

    def settled_requests(self) -> frozenset[str]:
        """Requests of which something is kept here that would not be needed any more if they left: acts that the
        service has for good or that were taken back, and bytes of reports.
        """
        acts = select(outbox.c.request_id).where(_done_with)
        kept = select(reports.c.request_id).where(~_still_whole())
        with self._database.read() as connection:
            return frozenset(connection.execute(acts.union(kept)).scalars())

    def forget(self, request_ids: Iterable[str]) -> int:
        """Removes the content of what is settled of requests that left, and what was issued of them as a file.

        That there was an act stays, with its id, kind, times and outcome. Acts that wait, that no backup covers or
        that were refused stay whole: they may be the only copy. Returns how many acts and files lost their content.
        """
        wanted = sorted(set(request_ids))
        forgotten = 0
        self.tidy_due = False
        for start in range(0, len(wanted), _MANY):
            part = wanted[start : start + _MANY]
            with self._database.write() as connection:
                changed = connection.execute(
                    update(outbox)
                    .where(outbox.c.request_id.in_(part), _done_with)
                    .values(payload=b"", says=func.substr(outbox.c.says, 1, KEPT_WORDS))
                )
                removed = connection.execute(
                    delete(reports).where(reports.c.request_id.in_(part), ~_still_whole())
                )
                forgotten += int(changed.rowcount) + int(removed.rowcount)
        self._log_due = self._log_due or bool(forgotten)
        if self._log_due:
            # What was forgotten must not linger in the log. A reader in the way is waited for until the next time.
            self._log_due = not self._database.clear_log()
        if forgotten:
            drop_outgrown(self._database)
        return forgotten

    def unfinished(self) -> bool:
        """Whether there is any act that waits, is blocked or held, or is not covered by the service's backups yet.
        If not, a sync has nothing to ask of the outbox.
        """
        return self._database.remembered("unfinished", lambda connection: _is_any(connection, _UNFINISHED))

    def _any(self, condition: ColumnElement[bool]) -> bool:
        """Whether there is such an act; asked first, so that a sync with nothing new writes nothing."""
        with self._database.read() as connection:
            return _is_any(connection, condition)


_UNFINISHED = or_(
    and_(outbox.c.state.in_((ActState.QUEUED, ActState.SENDING, ActState.BLOCKED, ActState.HELD)), whole),
    and_(outbox.c.state == ActState.APPLIED, ~outbox.c.covered),
)


def _is_any(connection: Connection, condition: ColumnElement[bool]) -> bool:
    return connection.execute(select(outbox.c.position).where(condition).limit(1)).first() is not None


def _still_whole() -> ColumnElement[bool]:
    """Of a row of ``reports``: whether the act that issued it is here and not settled, or not forgotten yet."""
    return exists().where(outbox.c.act_id == reports.c.act_id, whole, ~_done_with)


def _asked(connection: Connection) -> dict[str, int]:
    found = connection.execute(select(settings.c.value).where(settings.c.key == _HELD_OFFERED)).scalar()
    asked: dict[str, int] = json.loads(found) if found else {}
    return asked


def _remember(connection: Connection, asked: dict[str, int]) -> None:
    statement = insert(settings).values(key=_HELD_OFFERED, value=json.dumps(asked, sort_keys=True))
    connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
    )
