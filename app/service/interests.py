"""Interests that people have in centres: whoever has one is given neither its claims nor its reviews (D-13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.people import Person
from app.domain.restrictions import ONGOING
from app.domain.review_terms import ReviewState
from app.service import tables as t
from app.service.by_role import lock_person
from app.service.feed import Changes, lock_requests, lock_reviews
from app.service.records import load_requests
from app.service.review_mailing import ReviewEvent, ReviewMail, write_review_mails
from app.service.review_records import load_reviews


def refuse_interest(connection: Connection, person: Person, centre_id: str, today: date) -> None:
    """Raises KnownError ``conflict_of_interest`` for somebody with a recorded interest in the centre (D-13)."""
    table = t.interests
    found = connection.scalar(
        select(t.centres.c.name)
        .join(table, table.c.centre_id == t.centres.c.id)
        .where(table.c.person_id == person.id, table.c.centre_id == centre_id, _holds(today))
    )
    if found is not None:
        raise KnownError(
            "conflict_of_interest",
            f"{person.name} has a recorded interest in {found}.",
            "Choose somebody else.",
        )


def withdraw_assignments(
    connection: Connection, changes: Changes, interest_ids: Iterable[str], now: datetime
) -> None:
    """Takes away what is open and assigned to people who have these interests in its centre (D-13).

    The quality managers are told which reviews have no reviewer now.
    """
    interests, today = t.interests, london_day(now)
    named = interests.c.id.in_(sorted(set(interest_ids)))
    for person_id in sorted(connection.scalars(select(interests.c.person_id).where(named).distinct())):
        # Whoever assigns something to them just now has done so, or sees the interest.
        lock_person(connection, person_id)
    requests, reviews = t.requests, t.reviews
    open_requests = connection.execute(
        select(requests.c.id, requests.c.moderator_id)
        .join(
            interests,
            and_(
                interests.c.centre_id == requests.c.centre_id,
                interests.c.person_id == requests.c.moderator_id,
            ),
        )
        .where(named, _holds(today), requests.c.state.in_([state.value for state in ONGOING]))
    ).all()
    open_reviews = connection.execute(
        select(reviews.c.id, reviews.c.reviewer_id)
        .join(
            interests,
            and_(
                interests.c.centre_id == reviews.c.centre_id, interests.c.person_id == reviews.c.reviewer_id
            ),
        )
        .where(named, _holds(today), reviews.c.state != ReviewState.COMPLETE.value)
    ).all()
    lock_requests(connection, [row.id for row in open_requests])
    lock_reviews(connection, [row.id for row in open_reviews])
    moved = {"moved_by": "", "moved_tag": changes.tag}
    for row in open_requests:
        changed = update(requests).where(requests.c.id == row.id).values(moderator_id=None, **moved)
        connection.execute(changed)
        changes.leave(row.moderator_id, row.id)
    for row in open_reviews:
        connection.execute(update(reviews).where(reviews.c.id == row.id).values(reviewer_id=None, **moved))
        changes.leave(row.reviewer_id, row.id)
        write_review_mails(connection, ReviewEvent(ReviewMail.REVIEWER_WITHDRAWN, row.id), now)
    changes.put(
        *load_requests(connection, [row.id for row in open_requests]),
        *load_reviews(connection, [row.id for row in open_reviews]),
    )


def _holds(today: date) -> ColumnElement[bool]:
    table = t.interests
    return and_(table.c.since_on <= today, or_(table.c.ended_on.is_(None), table.c.ended_on > today))
