"""What uploads leave behind: those nobody goes on with are forgotten, and pieces that belong to nothing are removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, delete, select, union

from app.service import tables as t
from app.service.blobs import BlobStore
from app.service.database import reading, transact
from app.service.file_rights import is_hash
from app.service.uploads import Stage

PARTS_KEPT = timedelta(days=1)
"""How long a piece that no row names is left alone: it may be on its way into an upload."""

UPLOADS_KEPT = timedelta(days=90)
"""How long an upload that did not come to its end waits for its next piece; then it is announced anew."""

_AT_ONCE = 500


def collect_parts(engine: Engine, blobs: BlobStore, now: datetime) -> int:
    """Forgets uploads that nobody goes on with, and removes the stored pieces that no row names and that were last
    stored more than ``PARTS_KEPT`` ago. Returns how many pieces went.

    Safe on several machines at once. A piece that is stored again meanwhile stays; should it be removed in the very
    moment between its storing and its row, the check of the whole file finds that out and asks for it again.
    """
    transact(engine, lambda connection: _forget_abandoned(connection, now - UPLOADS_KEPT))
    before, removed = now - PARTS_KEPT, 0
    for found in blobs.parts_before(before):
        names = [name for name in found if is_hash(name)]
        for start in range(0, len(names), _AT_ONCE):
            for name in _unnamed(engine, names[start : start + _AT_ONCE]):
                # Asked again for each, since much may have come in while the others were removed.
                if _unnamed(engine, [name]) and blobs.drop_part(name, before):
                    removed += 1
    return removed


def _unnamed(engine: Engine, names: Sequence[str]) -> list[str]:
    """Those of these pieces that belong to no file and to no upload."""
    kept, sent = t.blob_parts.c.part_sha256, t.upload_parts.c.part_sha256
    with reading(engine) as connection:
        named = set(
            connection.scalars(
                union(select(kept).where(kept.in_(names)), select(sent).where(sent.in_(names)))
            )
        )
    return [name for name in names if name not in named]


def _forget_abandoned(connection: Connection, before: datetime) -> None:
    uploads, parts = t.uploads, t.upload_parts
    abandoned = and_(uploads.c.state.in_((Stage.PARTS, Stage.REFUSED)), uploads.c.changed_at < before)
    keys = select(uploads.c.person_id, uploads.c.sha256).where(abandoned).with_for_update()
    for person_id, sha256 in connection.execute(keys.order_by(uploads.c.person_id, uploads.c.sha256)).all():
        connection.execute(delete(parts).where(parts.c.person_id == person_id, parts.c.sha256 == sha256))
        connection.execute(
            delete(uploads).where(uploads.c.person_id == person_id, uploads.c.sha256 == sha256)
        )
