"""The rows of the Visits list: every review, with what is pending counted in, and what its reviewer is to do next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

from app.domain.dates import day, short_day
from app.domain.errors import KnownError
from app.domain.frameworks import year_words
from app.domain.review_scope import standing_in_scope
from app.domain.review_terms import Block, ReviewKind, ReviewState, Scope
from app.domain.reviews import Review, ReviewRow, review_row_of
from app.workspace.pictures import Pictures
from app.workspace.snapshots import Offline, SyncMark
from app.workspace.visits.overlay import VisitPicture
from app.workspace.visits.pictures import VisitPictures
from app.workspace.visits.snapshots import VisitGroup, VisitRow

if TYPE_CHECKING:
    from app.models.cache import CacheStore


def visit_rows(
    cache: CacheStore,
    pictures: Pictures,
    visits: VisitPictures,
    today: date,
    *,
    attention: Collection[str],
    sending: Collection[str],
) -> tuple[VisitRow, ...]:
    """attention, sending: ids of reviews in which something needs the person, or files are still being sent."""
    waiting = pictures.waiting_by_request()
    counts = cache.evidence_counts()
    rows, held = [], set()
    for record in cache.reviews():
        if not isinstance(record, Review):
            rows.append(_unreadable(record.root))
            continue
        held.add(record.id)
        review, submitted, disputed = record, False, False
        if record.id in waiting or record.state is ReviewState.REVIEWING:
            try:
                picture = visits.of(record.id)
            except KnownError:
                pass  # without its framework nothing can be laid over; the row still tells what it is
            else:
                review, submitted = picture.review, bool(picture.submitted)
                disputed = is_disputed(picture)
        mark = SyncMark.WAITING if record.id in waiting or record.id in sending else SyncMark.SYNCED
        if disputed or record.id in attention:
            mark = SyncMark.ATTENTION
        rows.append(row_of(review, today, _offline(*counts.get(record.id, (0, 0))), mark, submitted))
    for thin in cache.review_rows():
        if isinstance(thin, ReviewRow) and thin.id not in held:
            rows.append(_thin_row(thin, today))
    return in_order(rows)


def is_disputed(picture: VisitPicture) -> bool:
    """Whether two judgements stand side by side on something that this review covers."""
    standing = standing_in_scope(picture.framework, picture.review, picture.judgements)
    return any(len(found) > 1 for found in standing.values())


def row_of(review: Review, today: date, offline: Offline, mark: SyncMark, submitted: bool) -> VisitRow:
    """One row of the Visits list. submitted: its report waits to be sent."""
    thin = review_row_of(review)
    task, due = _task(review, today)
    return VisitRow(
        review_id=review.id,
        number=review.number,
        centre=f"{review.centre_name} ({review.centre_number})",
        year=year_words(review.year),
        kind=review.kind,
        state=review.state,
        state_words="Report waiting to be sent" if submitted else review.state.words,
        scope=review.scope,
        group=_group(thin),
        task="" if submitted else task,
        task_due=due and not submitted,
        visit_on=review.visit_on,
        ced_due_on=review.ced_due_on,
        ced_words=_ced_words(thin, today),
        ced_late=_ced_is_missing(thin, today),
        judged=review.judged,
        measures=review.measures,
        offline=offline,
        mark=mark,
        reviewer=review.reviewer_name,
    )


def _thin_row(thin: ReviewRow, today: date) -> VisitRow:
    return VisitRow(
        review_id=thin.id,
        number=thin.number,
        centre=f"{thin.centre_name} ({thin.centre_number})",
        year=year_words(thin.year),
        kind=thin.kind,
        state=thin.state,
        state_words=thin.state.words,
        scope=thin.scope,
        group=_group(thin),
        task="",
        task_due=False,
        visit_on=thin.visit_on,
        ced_due_on=thin.ced_due_on,
        ced_words=_ced_words(thin, today),
        ced_late=_ced_is_missing(thin, today),
        judged=0,
        measures=0,
        offline=Offline.NONE,
        mark=SyncMark.SYNCED,
        reviewer=thin.reviewer_name,
        held=False,
    )


def _unreadable(review_id: str) -> VisitRow:
    """A row for a review that needs a newer Touchstone; it stops nothing else."""
    return VisitRow(
        review_id=review_id,
        number="",
        centre="This review needs a newer version of Touchstone.",
        year="",
        kind=ReviewKind.VISIT,
        state=ReviewState.ALLOCATED,
        state_words="Update needed",
        scope=Scope.NOT_DECIDED,
        group=VisitGroup.UNDER_REVIEW,
        task="",
        task_due=False,
        visit_on=None,
        ced_due_on=None,
        ced_words="",
        ced_late=False,
        judged=0,
        measures=0,
        offline=Offline.NONE,
        mark=SyncMark.SYNCED,
        update_needed=True,
    )


def _group(review: ReviewRow) -> VisitGroup:
    if review.block is Block.PROPOSED:
        return VisitGroup.BLOCK_TO_DECIDE
    return {
        ReviewState.ALLOCATED: VisitGroup.TO_CONTACT,
        ReviewState.CONTACTED: VisitGroup.ARRANGING,
        ReviewState.DATE_AGREED: VisitGroup.AGREED,
        ReviewState.REVIEWING: VisitGroup.UNDER_REVIEW,
        ReviewState.COMPLETE: VisitGroup.DONE,
    }[review.state]


def _task(review: Review, today: date) -> tuple[str, bool]:
    """What the reviewer is to do next, and whether it is time for that (Q-16..Q-19)."""
    match review.state:
        case ReviewState.ALLOCATED:
            due = today >= review.task_from
            when = "" if due else f" from {short_day(review.task_from)}"
            proposing = " and propose a date" if review.kind is ReviewKind.VISIT else ""
            return f"Contact the quality nominee{proposing}{when}", due
        case ReviewState.COMPLETE:
            return "", False
    match review.scope:
        case Scope.NOT_DECIDED:
            return "Record what the quality nominee answers about a consortium", True
        case Scope.CONFIRMATION_ASKED:
            return "Waits for the quality team to confirm the consortium", False
    if review.kind is ReviewKind.VISIT and review.visit_on is None:
        return "Agree the day of the visit", True
    if review.kind is ReviewKind.VISIT and review.visit_on is not None and today < review.visit_on:
        return f"Visit on {short_day(review.visit_on)}", False
    if review.judged < review.measures or not review.measures:
        return "Record the judgements", True
    return "Sign the report off", True


def _ced_is_missing(review: ReviewRow, today: date) -> bool:
    """Whether the Engagement Document is due and not in: a flag beside the state (D-8)."""
    return review.ced_submitted_on is None and today > review.ced_due_on


def _ced_words(review: ReviewRow, today: date) -> str:
    if review.ced_submitted_on is not None:
        late = ", late" if review.ced_submitted_on > review.ced_due_on else ""
        return f"Engagement Document submitted on {day(review.ced_submitted_on)}{late}"
    if today > review.ced_due_on:
        return f"Engagement Document late: it was due on {day(review.ced_due_on)}"
    return f"Engagement Document due on {day(review.ced_due_on)}"


def _offline(here: int, total: int) -> Offline:
    if total and here >= total:
        return Offline.READY
    return Offline.PARTLY if here else Offline.NONE


def in_order(rows: Iterable[VisitRow]) -> tuple[VisitRow, ...]:
    """By group, then the day of the visit or of the Engagement Document, then by number."""
    order = {group: index for index, group in enumerate(VisitGroup)}
    return tuple(
        sorted(
            rows,
            key=lambda row: (order[row.group], row.visit_on or row.ced_due_on or date.max, row.number),
        )
    )
