"""``work.db``: what a person did and is about to do. Lost work is the one thing this must never cause."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from app.domain.dates import from_text, to_text
from app.models.entries import ActState, DraftEntry, OutboxCounts, OutboxEntry
from app.models.outbox import Outbox
from app.models.rows import put_draft
from app.models.set_aside import SetAside, aside_of, drop_aside, put_aside, requests_with_aside
from app.models.tables import drafts, reports, settings
from app.models.uploads import Uploads

__all__ = ["ActState", "DraftEntry", "OutboxCounts", "OutboxEntry", "SetAside", "WorkStore"]


class WorkStore(Outbox):
    """Outbox, drafts, settings of work and issued reports. Any thread may call; every call is one transaction.

    Every call may raise the ``KnownError`` of a full disk, a locked or a damaged file.
    """

    # -- drafts -------------------------------------------------------------------------------------------------

    def save_draft(self, key: str, body: Mapping[str, Any]) -> None:
        """Keeps what is being typed, replacing what was kept under that key; durable when this returns."""
        with self._database.write() as connection:
            put_draft(connection, key, body, to_text(self._clock()))

    def draft(self, key: str) -> Mapping[str, Any] | None:
        with self._database.read() as connection:
            found = connection.execute(select(drafts.c.body).where(drafts.c.key == key)).scalar()
        return None if found is None else _object(found)

    def drafts(self) -> tuple[DraftEntry, ...]:
        """Every draft, the one changed last at the end."""
        with self._database.read() as connection:
            rows = connection.execute(select(drafts).order_by(drafts.c.changed_at, drafts.c.key)).all()
        return tuple(DraftEntry(row.key, _object(row.body), from_text(row.changed_at)) for row in rows)

    def drop_draft(self, key: str) -> None:
        """Removes a draft; it is no error when there is none."""
        if self.draft(key) is None:
            return
        with self._database.write() as connection:
            put_draft(connection, key, None, "")

    # -- what lost ----------------------------------------------------------------------------------------------

    def set_aside(
        self, texts: Iterable[SetAside], *, drafts: Mapping[str, Mapping[str, Any] | None] | None = None
    ) -> None:
        """Keeps texts that were not chosen, and in the same transaction what becomes of the drafts they stood in
        (by key; None removes one).
        """
        now = to_text(self._clock())
        with self._database.write() as connection:
            put_aside(connection, texts, now)
            for key, body in (drafts or {}).items():
                put_draft(connection, key, body, now)

    def aside(self, request_id: str) -> tuple[SetAside, ...]:
        """Everything that was set aside of one request, oldest first."""
        with self._database.read() as connection:
            return aside_of(connection, request_id)

    def settled_requests(self) -> frozenset[str]:
        with self._database.read() as connection:
            aside = requests_with_aside(connection)
        return super().settled_requests() | aside

    def forget(self, request_ids: Iterable[str]) -> int:
        wanted = frozenset(request_ids)
        with self._database.read() as connection:
            aside = requests_with_aside(connection) & wanted
        if aside:
            with self._database.write() as connection:
                drop_aside(connection, aside)
            self._log_due = True  # the words must not linger in the log either
        return super().forget(wanted) + len(aside)

    # -- settings -----------------------------------------------------------------------------------------------

    def get(self, key: str, default: Any = None) -> Any:
        """A setting: whatever JSON value was put there last."""
        query = select(settings.c.value).where(settings.c.key == key)
        # The text is remembered, not the value: that is whoever's asked to change.
        found = self._database.remembered(
            f"setting {key}", lambda connection: connection.execute(query).scalar()
        )
        return default if found is None else json.loads(found)

    def put(self, key: str, value: Any) -> None:
        statement = insert(settings).values(key=key, value=json.dumps(value, ensure_ascii=False))
        with self._database.write() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["key"], set_={"value": statement.excluded.value}
                )
            )

    # -- files added here ---------------------------------------------------------------------------------------

    @property
    def uploads(self) -> Uploads:
        """The files that the person added, until the service's backups hold them."""
        return Uploads(self._database, self._clock)

    # -- issued reports -----------------------------------------------------------------------------------------

    def report(self, act_id: str) -> bytes | None:
        """The bytes of one report as it was issued."""
        with self._database.read() as connection:
            found = connection.execute(select(reports.c.pdf).where(reports.c.act_id == act_id)).scalar()
        return None if found is None else bytes(found)

    def close(self) -> None:
        self._database.close()


def _object(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    return value
