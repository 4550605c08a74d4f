"""The rows of the Work list: every request, the most urgent first, with what is pending counted in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from app.domain.moderation import ModerationRequest
from app.workspace.pictures import Pictures
from app.workspace.queries import in_order, unreadable_row, work_row
from app.workspace.snapshots import SyncMark, WorkRow

if TYPE_CHECKING:
    from app.models.cache import CacheStore


def work_rows(
    cache: CacheStore,
    pictures: Pictures,
    today: date,
    *,
    attention: Collection[str],
    sending: Collection[str],
) -> tuple[WorkRow, ...]:
    """attention, sending: ids of requests in which something needs the person, or files are still being sent."""
    waiting = pictures.waiting_by_request()
    counts = cache.evidence_counts()
    rows = []
    for record in cache.requests():
        if not isinstance(record, ModerationRequest):
            rows.append(unreadable_row(record.root))
            continue
        acts = waiting.get(record.id, ())
        request, submitted = record, False
        if acts:
            picture = pictures.of(record.id)
            request, submitted = picture.request, bool(picture.submitted)
        mark = SyncMark.WAITING if acts or record.id in sending else SyncMark.SYNCED
        if record.id in attention:
            mark = SyncMark.ATTENTION
        files = counts.get(record.id, (0, 0))
        rows.append(work_row(request, today=today, files=files, mark=mark, submitted=submitted))
    return in_order(rows)
