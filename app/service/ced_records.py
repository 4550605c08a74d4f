"""A centre's Engagement Document in the database: its rows as records, and records as rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select, update

from app.domain.review_terms import Level
from app.domain.reviews import Ced, CedEntry, CedFile, Redeclaration, Signature
from app.service import tables as t
from app.service.records import rows_of


def load_ceds(connection: Connection, review_ids: Iterable[str]) -> list[Ced]:
    """The Engagement Documents of these reviews, in the order of their ids, each with the signature in force."""
    wanted = sorted(set(review_ids))
    signatures = _signatures(connection, wanted)
    query = select(t.ceds).order_by(t.ceds.c.id)
    return [
        Ced(
            id=row.id,
            review_id=row.id,
            register_only=row.register_only,
            entries=tuple(
                CedEntry(item["code"], Level(item["level"]) if item["level"] else None, item["commentary"])
                for item in row.entries
            ),
            recognition=Redeclaration(row.recognition_accepted, row.recognition_changes),
            approvals=Redeclaration(row.approvals_accepted, row.approvals_changes),
            signature=signatures.get(row.id),
            provisional=row.provisional,
        )
        for row in rows_of(connection, query, t.ceds.c.id, wanted)
    ]


def load_ced_files(connection: Connection, review_ids: Iterable[str]) -> list[CedFile]:
    """The files of these reviews' Engagement Documents but those that were withdrawn, as they came."""
    table = t.ced_files
    query = select(table).where(table.c.withdrawn_at.is_(None)).order_by(table.c.added_at, table.c.id)
    return [
        CedFile(row.id, row.review_id, row.code, row.name, row.sha256, row.size, row.media_type)
        for row in rows_of(connection, query, table.c.review_id, sorted(set(review_ids)))
    ]


def open_ced(connection: Connection, ced: Ced) -> None:
    """Puts the empty document of a review on record, once it is allocated (Q-08)."""
    connection.execute(
        t.ceds.insert().values(
            id=ced.id,
            register_only=ced.register_only,
            entries=[],
            recognition_accepted=False,
            approvals_accepted=False,
            provisional=False,
            version=0,
        )
    )


def write_scope_of_ced(connection: Connection, ced: Ced) -> None:
    """Writes what a decision about the scope made of the document, whose review is locked (D-14).

    It counts as saved, so that nobody saves over it what they had opened before.
    """
    table = t.ceds
    connection.execute(
        update(table)
        .where(table.c.id == ced.id)
        .values(
            register_only=ced.register_only,
            provisional=ced.provisional,
            entries=[
                {
                    "code": entry.code,
                    "level": entry.level.value if entry.level else None,
                    "commentary": entry.commentary,
                }
                for entry in ced.entries
            ],
            version=table.c.version + 1,
        )
    )


def end_signature(connection: Connection, review_id: str, now: datetime) -> None:
    """Ends the signature in force, which stays on record with what was signed (Q-13, D-14). The review is locked."""
    table = t.ced_signatures
    connection.execute(
        update(table).where(table.c.review_id == review_id, table.c.ended_at.is_(None)).values(ended_at=now)
    )


def _signatures(connection: Connection, review_ids: list[str]) -> dict[str, Signature]:
    table = t.ced_signatures
    query = select(table).where(table.c.ended_at.is_(None))
    return {
        row.review_id: Signature(row.name, row.role, row.statement, row.signed_at, row.content_sha256)
        for row in rows_of(connection, query, table.c.review_id, review_ids)
    }
