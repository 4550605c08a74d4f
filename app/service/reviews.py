"""Allocating quality reviews: to a centre or to all of a consortium, to a reviewer; and their time (Q-02, Q-03).

With its allocation a review opens the centre's Engagement Document (Q-08) and takes over what earlier reviews of the
centre asked for and nobody has signed off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine, select, update

from app.catalogue.frameworks import framework_for
from app.domain.centres import Nation
from app.domain.dates import london_day
from app.domain.engagement import ced_due
from app.domain.errors import KnownError
from app.domain.frameworks import Framework, year_words
from app.domain.people import Grant, Permission, Person, Role, require
from app.domain.restrictions import check_reason
from app.domain.review_terms import Block, ReviewKind, ReviewState, Scope
from app.domain.reviewing import after_ced_extension, task_from, with_counts
from app.domain.reviews import Ced, Redeclaration, Review
from app.service import tables as t
from app.service.accounts import load_person, new_id, require_person
from app.service.by_role import lock_person
from app.service.ced_records import open_ced
from app.service.consortia import consortium_by_id, consortium_of, has_active_registrations
from app.service.database import transact
from app.service.feed import Changes, lock_reviews
from app.service.interests import refuse_interest
from app.service.numbers import next_review_number
from app.service.remits import lock_centre
from app.service.review_mailing import ReviewEvent, ReviewMail, write_review_mails
from app.service.review_records import (
    load_review_actions,
    load_review_root,
    load_reviews,
    review_row,
)
from app.service.review_writing import record_ced_date

__all__ = [
    "allocate_consortium",
    "allocate_review",
    "extend_ced",
    "load_review_root",
    "load_reviews",
    "reassign_review",
]


def allocate_review(
    engine: Engine,
    person: Person,
    centre_id: str,
    awarding_body: str,
    year: int,
    kind: ReviewKind,
    reviewer_email: str,
    now: datetime,
) -> Review:
    """Gives a centre its review of an academic year, and a reviewer the task (Q-03, Q-16).

    The Engagement Document opens with it (Q-08). year: in which the academic year begins.

    Raises KnownError for somebody who may not, an unknown centre or framework, a centre without active registrations
    (Q-02), one that has its review of this year already, somebody who is no reviewer or has an interest (D-13).
    """
    require(person, Permission.ALLOCATE_REVIEWS)
    order = _Order(framework_for(awarding_body, year), year, kind, reviewer_email, person.id, now)

    def allocate(connection: Connection) -> Review:
        reviewer = _reviewer(connection, reviewer_email)
        _lock_what_is_there(connection, [centre_id], order)
        lock_centre(connection, centre_id)
        if not has_active_registrations(connection, centre_id, order.framework.awarding_body):
            raise KnownError(
                "no_registrations",
                f"This centre has no active registrations with {order.framework.awarding_body}, so it has no review.",
            )
        if _has_review(connection, centre_id, order):
            raise KnownError(
                "review_exists",
                f"This centre has its review of {year_words(year)} already.",
                "Open that one.",
            )
        changes = Changes(now=now)
        review = _allocate(connection, changes, order, centre_id, reviewer)
        changes.publish(connection)
        return review

    return transact(engine, allocate)


def allocate_consortium(
    engine: Engine,
    person: Person,
    consortium_id: str,
    year: int,
    kind: ReviewKind,
    reviewer_email: str,
    now: datetime,
) -> tuple[Review, ...]:
    """A review for each member of the consortium that has active registrations, and none for those without (Q-02).

    Members that have theirs already are left out, so that doing it twice changes nothing. Returns the new ones, by the
    centres' numbers. Raises KnownError as ``allocate_review``; then none of them is allocated.
    """
    require(person, Permission.ALLOCATE_REVIEWS)

    def allocate(connection: Connection) -> tuple[Review, ...]:
        consortium = consortium_by_id(connection, consortium_id, london_day(now))
        framework = framework_for(consortium.awarding_body, year)
        order = _Order(framework, year, kind, reviewer_email, person.id, now)
        reviewer = _reviewer(connection, reviewer_email)
        members = [member.centre_id for member in consortium.members if member.registered]
        _lock_what_is_there(connection, members, order)
        for centre_id in sorted(members):
            lock_centre(connection, centre_id)
        changes = Changes(now=now)
        made = tuple(
            _allocate(connection, changes, order, centre_id, reviewer)
            for centre_id in members
            if not _has_review(connection, centre_id, order)
        )
        changes.publish(connection)
        return made

    return transact(engine, allocate)


def reassign_review(
    engine: Engine, person: Person, review_id: str, reviewer_email: str, now: datetime
) -> Review:
    """Gives the review to a reviewer, taking it from whoever had it, whose work from before still counts for a time
    (``late_work``). Doing it twice changes nothing.

    Raises KnownError for somebody who may not, an unknown review, and for somebody who is no reviewer or has an
    interest in the centre (D-13).
    """
    require(person, Permission.ALLOCATE_REVIEWS)

    def reassign(connection: Connection) -> Review:
        reviewer = _reviewer(connection, reviewer_email)
        review = _locked(connection, review_id)
        if review.reviewer_id == reviewer.id:
            return review
        refuse_interest(connection, reviewer, review.centre_id, london_day(now))
        changes = Changes(now=now)
        if review.reviewer_id:
            changes.leave(review.reviewer_id, review.id)
        after = replace(review, reviewer_id=reviewer.id, reviewer_name=reviewer.name)
        _write(connection, changes, after)
        changes.enter(reviewer.id, review.id)
        write_review_mails(connection, ReviewEvent(ReviewMail.REASSIGNED, review.id), now)
        changes.publish(connection)
        return after

    return transact(engine, reassign)


def extend_ced(
    engine: Engine, person: Person, review_id: str, due_on: date, reason: str, now: datetime
) -> Review:
    """Gives the centre more time for its Engagement Document and tells it (D-8); former days stay on record.

    Raises KnownError for somebody who may not, an unknown review, a day that gives no more time, or without a reason.
    """
    require(person, Permission.EXTEND_TIME)
    words = check_reason(reason)

    def extend(connection: Connection) -> Review:
        after = after_ced_extension(_locked(connection, review_id), due_on, london_day(now))
        changes = Changes(now=now)
        _write(connection, changes, after)
        record_ced_date(connection, after, words, person.id, now)
        event = ReviewEvent(ReviewMail.CED_EXTENDED, review_id, {"reason": words})
        write_review_mails(connection, event, now)
        changes.publish(connection)
        return after

    return transact(engine, extend)


# -- parts -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Order:
    """What is the same for every review that is allocated at once. by: the quality manager's id."""

    framework: Framework
    year: int
    kind: ReviewKind
    reviewer_email: str
    by: str
    now: datetime

    @property
    def today(self) -> date:
        return london_day(self.now)


def _allocate(
    connection: Connection, changes: Changes, order: _Order, centre_id: str, reviewer: Person
) -> Review:
    """One centre's review. The centre and the reviewer are locked, as are the centre's earlier reviews."""
    refuse_interest(connection, reviewer, centre_id, order.today)
    centre = connection.execute(select(t.centres).where(t.centres.c.id == centre_id)).one()
    framework, identifier = order.framework, new_id()
    connection.execute(
        t.reviews.insert().values(
            id=identifier,
            number=next_review_number(connection, order.year),
            centre_id=centre_id,
            awarding_body=framework.awarding_body,
            year=order.year,
            framework_id=framework.id,
            kind=order.kind.value,
            state=ReviewState.ALLOCATED.value,
            allocated_on=order.today,
            allocated_by=order.by,
            task_from=task_from(framework, order.year, order.today),
            ced_due_on=ced_due(framework, order.year, None, Nation(centre.nation)),
            earlier_ced_due_on=[],
            ced_extended=False,
            reviewer_id=reviewer.id,
            consortium=consortium_of(connection, centre_id, framework.awarding_body, order.today),
            scope=Scope.NOT_DECIDED.value,
            block=Block.NONE.value,
        )
    )
    (made,) = load_reviews(connection, [identifier])
    review = with_counts(framework, made, ())
    _write(connection, changes, review)
    record_ced_date(connection, review, "The review was allocated.", order.by, order.now)
    ced = Ced(identifier, identifier, False, (), Redeclaration(), Redeclaration())
    open_ced(connection, ced)
    changes.put(ced)
    _carry_over(connection, changes, review)
    changes.enter(reviewer.id, identifier)
    write_review_mails(connection, ReviewEvent(ReviewMail.ALLOCATED, identifier), order.now)
    return review


def _carry_over(connection: Connection, changes: Changes, review: Review) -> None:
    """What earlier reviews asked of the centre and nobody has signed off moves into this review's list."""
    table = t.reviews
    earlier = connection.scalars(
        select(table.c.id).where(
            table.c.centre_id == review.centre_id,
            table.c.awarding_body == review.awarding_body,
            table.c.year < review.year,
        )
    ).all()
    for action in load_review_actions(connection, earlier):
        if action.signed_off_on is None:
            connection.execute(
                update(t.review_actions).where(t.review_actions.c.id == action.id).values(review_id=review.id)
            )
            changes.drop("review_action", action.id, action.review_id)
            changes.put(replace(action, review_id=review.id))


def _write(connection: Connection, changes: Changes, review: Review) -> None:
    connection.execute(
        update(t.reviews)
        .where(t.reviews.c.id == review.id)
        .values(**review_row(review), moved_by="", moved_tag=changes.tag)
    )
    changes.put(review)


def _reviewer(connection: Connection, email: str) -> Person:
    """The reviewer, whose roles stay as they are until the commit. Raises KnownError for anybody else."""
    reviewer = require_person(connection, email)
    lock_person(connection, reviewer.id)
    reviewer = load_person(connection, reviewer.id)
    if Grant(Role.REVIEWER) not in reviewer.grants:
        raise KnownError("not_a_reviewer", f"{reviewer.name} is not a centre quality reviewer.")
    return reviewer


def _locked(connection: Connection, review_id: str) -> Review:
    lock_reviews(connection, [review_id])
    found = load_reviews(connection, [review_id])
    if not found:
        raise KnownError("review_unknown", "There is no such review.")
    return found[0]


def _lock_what_is_there(connection: Connection, centre_ids: Iterable[str], order: _Order) -> None:
    """Locks the centres' reviews of other years: their open actions move on, and nobody signs one off meanwhile."""
    table = t.reviews
    lock_reviews(
        connection,
        connection.scalars(
            select(table.c.id).where(
                table.c.centre_id.in_(list(centre_ids)),
                table.c.awarding_body == order.framework.awarding_body,
            )
        ).all(),
    )


def _has_review(connection: Connection, centre_id: str, order: _Order) -> bool:
    table = t.reviews
    query = select(table.c.id).where(
        table.c.centre_id == centre_id,
        table.c.awarding_body == order.framework.awarding_body,
        table.c.year == order.year,
    )
    return connection.scalar(query) is not None
