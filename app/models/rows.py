"""Single statements on ``work.db`` inside a transaction that is open already."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.dialects.sqlite import insert

from app.domain.dates import from_text
from app.models.entries import ActState, OutboxEntry
from app.models.tables import drafts, outbox, reports

_NEWEST_FIRST = select(outbox).order_by(outbox.c.position.desc())


def entry_of(connection: Connection, act_id: str) -> OutboxEntry:
    """One act. Raises KeyError for an id that was never recorded here."""
    found = entries_where(connection, outbox.c.act_id == act_id)
    if not found:
        raise KeyError(act_id)
    return found[0]


def entries_where(
    connection: Connection, *conditions: ColumnElement[bool], newest: int | None = None
) -> tuple[OutboxEntry, ...]:
    """Acts in the order of recording; ``newest``: only the last so many."""
    query = _NEWEST_FIRST.where(*conditions)
    rows = connection.execute(query if newest is None else query.limit(newest)).all()
    return tuple(
        OutboxEntry(
            seq=row.position,
            act_id=row.act_id,
            device_id=row.device_id,
            author_id=row.author_id,
            seen=row.seen,
            kind=row.kind,
            target=row.target,
            request_id=row.request_id,
            base_rev=row.base_rev,
            after=row.after,
            rests_on=tuple(json.loads(row.rests_on)),
            payload=row.payload,
            payload_sha256=row.payload_sha256,
            recorded_at=from_text(row.recorded_at),
            state=ActState(row.state),
            code=row.code,
            says=row.says,
            answered_at=from_text(row.answered_at) if row.answered_at else None,
            tries=row.tries,
            n=row.n,
            covered=row.covered,
            seen_tag=row.seen_tag,
        )
        for row in reversed(rows)
    )


def put_draft(connection: Connection, key: str, body: Mapping[str, Any] | None, changed_at: str) -> None:
    """Writes one draft inside an open transaction; ``body`` None removes it."""
    if body is None:
        connection.execute(drafts.delete().where(drafts.c.key == key))
        return
    text = json.dumps(body, ensure_ascii=False)
    statement = insert(drafts).values(key=key, body=text, changed_at=changed_at)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={"body": statement.excluded.body, "changed_at": statement.excluded.changed_at},
        )
    )


def keep_report(
    connection: Connection, act_id: str, request_id: str, pdf: bytes, sha256: str, kept_at: str
) -> None:
    """Keeps the bytes of an issued report inside an open transaction; those kept first stay."""
    statement = insert(reports).values(
        act_id=act_id, request_id=request_id, sha256=sha256, pdf=pdf, kept_at=kept_at
    )
    connection.execute(statement.on_conflict_do_nothing(index_elements=["act_id"]))
