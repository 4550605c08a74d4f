"""What time alone brings about in quality reviews: the centre is reminded of its Engagement Document (Q-09, Q-10)."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine, select

from app.domain.centres import Nation
from app.domain.clocks import DUE_SOON_WORKING_DAYS, add_working_days
from app.domain.dates import london_day
from app.domain.engagement import ced_is_late
from app.domain.review_terms import ReviewState
from app.domain.reviews import Review
from app.service import tables as t
from app.service.database import reading, transact, upsert
from app.service.review_mailing import DUE_SOON, LATE, ReviewEvent, ReviewMail, write_review_mails
from app.service.review_records import load_reviews


def remind_of_ceds(engine: Engine, now: datetime) -> int:
    """Tells centres once that their Engagement Document is due soon, and once that it is late, for each due date.

    Returns how many reminders were given. Safe to run at any moment, however often.
    """
    today = london_day(now)
    table = t.reviews
    # No nation has fewer working days than there are days, so that nobody due soon is missed.
    latest = max(add_working_days(today, DUE_SOON_WORKING_DAYS, nation) for nation in Nation)
    open_still = (
        table.c.ced_submitted_on.is_(None),
        table.c.ced_due_on <= latest,
        table.c.state != ReviewState.COMPLETE.value,
    )

    def remind(connection: Connection, review_id: str) -> bool:
        query = select(table.c.id).where(table.c.id == review_id, *open_still)
        ids = connection.scalars(query.with_for_update(skip_locked=True)).all()
        for review in load_reviews(connection, ids):
            kind = LATE if ced_is_late(review, today) else DUE_SOON
            soon = review.ced_due_on <= add_working_days(today, DUE_SOON_WORKING_DAYS, review.nation)
            if (kind == LATE or soon) and _is_new(connection, kind, review, now):
                event = ReviewEvent(ReviewMail.CED_DUE, review.id, {"warning": kind})
                write_review_mails(connection, event, now)
                return True
        return False

    with reading(engine) as connection:
        ids = connection.scalars(select(table.c.id).where(*open_still).order_by(table.c.id)).all()
        due = load_reviews(connection, ids)
        told = select(t.review_warnings).join(table, table.c.id == t.review_warnings.c.review_id)
        given = {
            (row.review_id, row.kind, row.about_on) for row in connection.execute(told.where(*open_still))
        }
    waiting = [
        review.id
        for review in due
        if (review.id, LATE if ced_is_late(review, today) else DUE_SOON, review.ced_due_on) not in given
    ]
    return sum(transact(engine, partial(remind, review_id=identifier)) for identifier in waiting)


def _is_new(connection: Connection, kind: str, review: Review, now: datetime) -> bool:
    """Puts the reminder on record; False if it was given before for this due date."""
    table = t.review_warnings
    written = connection.scalar(
        upsert(connection, table)
        .values(kind=kind, review_id=review.id, about_on=review.ced_due_on, given_at=now)
        .on_conflict_do_nothing()
        .returning(table.c.kind)
    )
    return written is not None
