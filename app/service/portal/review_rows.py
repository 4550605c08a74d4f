"""A centre's quality reviews as its pages list them, and what they say of an Engagement Document that is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from sqlalchemy import Connection, select

from app.domain.dates import day
from app.domain.engagement import ced_is_late
from app.domain.frameworks import year_words
from app.domain.people import Permission
from app.domain.review_terms import ReviewState
from app.domain.reviews import Review, ReviewAction, VisitReport
from app.service import tables as t
from app.service.engagement_desk import KeptCed, kept_ced
from app.service.errors import Refusal
from app.service.portal.context import CentreContext, plain
from app.service.review_records import load_review_actions, load_reviews, load_visit_reports


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One review in the centre's words. late: the Engagement Document is not in, or was not, by its day.

    signed_before: it was signed once, and changed or opened since.
    """

    review: Review
    late: bool
    signed_before: bool
    open_actions: int

    @property
    def address(self) -> str:
        return review_address(self.review.centre_id, self.review.id)

    @property
    def year(self) -> str:
        return year_words(self.review.year)

    @property
    def needs_you(self) -> bool:
        """Whether the document is still to be signed; once the report is complete nothing is asked any more."""
        return self.review.ced_submitted_on is None and self.review.state is not ReviewState.COMPLETE

    @property
    def ced_words(self) -> str:
        """How the Engagement Document stands, as a badge says it."""
        if self.review.ced_submitted_on is not None:
            return "Submitted late" if self.late else "Submitted"
        if not self.needs_you:
            return "Not submitted"
        if self.late:
            return "Late"
        return "To be signed again" if self.signed_before else "To be filled in and signed"


@dataclass(frozen=True, slots=True)
class CedNotice:
    """What the dashboard says of an Engagement Document that is not in."""

    says: str
    href: str
    late: bool


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A signature under the document, in force or ended."""

    name: str
    role: str
    signed_at: datetime
    content_sha256: str
    ended_at: datetime | None


def review_address(centre_id: str, review_id: str) -> str:
    """Where a review's page lies; its Engagement Document lies at ``…/engagement`` under it."""
    return f"/centres/{quote(centre_id)}/reviews/{quote(review_id)}"


def may_see_reviews(context: CentreContext) -> bool:
    """Whether the visitor has anything to do with the centre's reviews."""
    return context.may(Permission.FILL_IN_CED) or context.may(Permission.READ_REPORTS)


def must_see_reviews(context: CentreContext) -> None:
    """Raises Refusal 403 for a visitor who has not."""
    if not may_see_reviews(context):
        context.must(Permission.READ_REPORTS, "its quality reviews")


def review_lines(connection: Connection, centre_id: str, today: date) -> tuple[ReviewLine, ...]:
    """Every review of the centre, the latest year first."""
    ids = connection.scalars(select(t.reviews.c.id).where(t.reviews.c.centre_id == centre_id)).all()
    reviews = load_reviews(connection, ids)
    signed = set(
        connection.scalars(
            select(t.ced_signatures.c.review_id).where(t.ced_signatures.c.review_id.in_(ids)).distinct()
        )
    )
    left: dict[str, int] = {}
    for action in load_review_actions(connection, ids):
        if action.signed_off_on is None:
            left[action.review_id] = left.get(action.review_id, 0) + 1
    return tuple(
        ReviewLine(review, ced_is_late(review, today), review.id in signed, left.get(review.id, 0))
        for review in sorted(reviews, key=lambda review: (-review.year, review.awarding_body, review.id))
    )


def ced_notices(connection: Connection, centre_id: str, today: date) -> tuple[CedNotice, ...]:
    """For each Engagement Document that is not in: by when it is due, or since when it is late (Q-09)."""
    return tuple(
        CedNotice(_notice_words(line, today), f"{line.address}/engagement", line.late)
        for line in review_lines(connection, centre_id, today)
        if line.needs_you
    )


def review_at(
    connection: Connection, context: CentreContext, review_id: str
) -> tuple[KeptCed, tuple[ReviewAction, ...], tuple[VisitReport, ...]]:
    """A review of this centre with its document, its actions and its reports. Raises Refusal 404 for any other."""
    kept = kept_at(connection, context, review_id)
    actions = load_review_actions(connection, [kept.review.id])
    reports = load_visit_reports(connection, [kept.review.id])
    return kept, tuple(actions), tuple(reports)


def kept_at(connection: Connection, context: CentreContext, review_id: str) -> KeptCed:
    """The Engagement Document of a review of this centre. Raises Refusal 404 for any other."""
    centre_id = connection.scalar(select(t.reviews.c.centre_id).where(t.reviews.c.id == plain(review_id)))
    if centre_id != context.centre.id:
        raise Refusal(404, "not_found", "There is no such review at this centre.")
    return kept_ced(connection, plain(review_id))


def signatures_of(connection: Connection, review_id: str) -> tuple[SignatureLine, ...]:
    """Every signature the document ever had, the latest first."""
    table = t.ced_signatures
    rows = connection.execute(
        select(table.c.name, table.c.role, table.c.signed_at, table.c.content_sha256, table.c.ended_at)
        .where(table.c.review_id == review_id)
        .order_by(table.c.signed_at.desc(), table.c.id.desc())
    )
    return tuple(SignatureLine(*row) for row in rows)


def _notice_words(line: ReviewLine, today: date) -> str:
    review = line.review
    what = f"The {review.awarding_body} Engagement Document for {line.year}"
    if line.late:
        return f"{what} was due on {day(review.ced_due_on)} and is late."
    left = (review.ced_due_on - today).days
    when = "today" if left == 0 else f"in {left} {'day' if left == 1 else 'days'}"
    again = " It has to be signed again." if line.signed_before else ""
    return f"{what} is due on {day(review.ced_due_on)}, {when}.{again}"
