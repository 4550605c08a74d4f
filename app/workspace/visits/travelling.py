"""What of a quality review can be taken to a place without a network: the centre's files, noted evidence, reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from app.domain.evidence import Evidence
from app.domain.reviews import CedFile, Review, VisitEvidence, VisitReport
from app.wire.codec import Record
from app.workspace.files import OF_VISIT, EvidenceFiles
from app.workspace.snapshots import Offline, SyncMark
from app.workspace.travel_plan import TravelFile, TravelGroup, TravelRequest
from app.workspace.visits.files import of_ced_file, of_noted, of_report
from app.workspace.visits.rows import in_order, row_of
from app.workspace.visits.snapshots import VisitGroup, VisitRow

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.held import Unreadable

_DONE = (VisitGroup.DONE, VisitGroup.BLOCK_TO_DECIDE)


def travel_reviews(
    cache: CacheStore,
    files: EvidenceFiles,
    today: date,
    wanted: Collection[str] | None,
    also: Collection[str],
) -> Iterator[TravelRequest]:
    """The reviews to choose from, those with something to do first. wanted: exactly these; None: every one that is not
    done with, and those in ``also``.
    """
    reviews = [record for record in cache.reviews() if isinstance(record, Review)]
    rows = in_order(row_of(review, today, Offline.NONE, SyncMark.SYNCED, False) for review in reviews)
    for row in rows:
        chosen = (
            row.group not in _DONE or row.review_id in also if wanted is None else row.review_id in wanted
        )
        if chosen:
            groups = tuple(_groups(row.review_id, cache.root(row.review_id), files))
            yield TravelRequest(row.review_id, row.number, row.centre, _due(row), groups)


def review_of(cache: CacheStore, file_id: str) -> str:
    """The review a file belongs to, by the file's id in a plan; empty when it is of none that is here."""
    kinds = {"visit_evidence": file_id.removeprefix(OF_VISIT).partition("/")[0]}
    if not file_id.startswith(OF_VISIT):
        kinds = {"ced_file": file_id, "visit_report": file_id}
    for kind, identifier in kinds.items():
        record = cache.record(kind, identifier)
        if isinstance(record, CedFile | VisitEvidence | VisitReport):
            return record.review_id
    return ""


def _groups(
    review_id: str, records: Iterable[Record | Unreadable], files: EvidenceFiles
) -> Iterator[TravelGroup]:
    """First the reports, then measure by measure what the centre uploaded and what was noted."""
    by_code: dict[str, list[Evidence]] = {}
    for record in records:
        match record:
            case CedFile():
                by_code.setdefault(record.code, []).append(of_ced_file(record))
            case VisitEvidence():
                by_code.setdefault(record.code, []).extend(of_noted(record, file) for file in record.files)
            case VisitReport():
                by_code.setdefault("", []).append(of_report(record))
    for code, items in sorted(by_code.items()):
        told = tuple(
            TravelFile(item, files.key_of(item.sha256) is not None)
            for item in sorted(items, key=lambda item: (item.name, item.id))
        )
        if told:
            yield TravelGroup(review_id, None, told, code or "Reports of this review")


def _due(row: VisitRow) -> str:
    return row.task or row.ced_words
