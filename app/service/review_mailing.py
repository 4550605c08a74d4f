"""Who is told what when a quality review moves on: e-mails, written with the move itself (see ``mailing``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.frameworks import year_words
from app.domain.people import AT_A_CENTRE, PERMISSIONS, Permission, Role
from app.domain.reviews import Review, ReviewAction
from app.domain.schemes import known_scheme
from app.service import tables as t
from app.service.mail_words import PORTAL, Words, one_line, written
from app.service.mailing import holders, mail_row, put_mails
from app.service.review_records import load_review_actions, load_reviews


class ReviewMail(StrEnum):
    """What an e-mail about a review is about; its template in ``resources/mail/reviews`` has the same name."""

    ALLOCATED = "review_allocated"
    REASSIGNED = "review_reassigned"
    REVIEWER_WITHDRAWN = "review_reviewer_withdrawn"
    CED_DUE = "review_ced_due"
    CED_EXTENDED = "review_ced_extended"
    CED_SUBMITTED = "review_ced_submitted"
    CONFIRMATION_ASKED = "review_confirmation_asked"
    SCOPE_DECIDED = "review_scope_decided"
    DATE_AGREED = "review_date_agreed"
    REPORT_ISSUED = "review_report_issued"
    ACTION_ANSWERED = "review_action_answered"
    ACTION_SIGNED_OFF = "review_action_signed_off"
    BLOCK_DECIDED = "review_block_decided"


class Reading(StrEnum):
    """As what somebody reads an e-mail about a review."""

    CENTRE = "centre"
    REVIEWER = "reviewer"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """Something in a review that people are told of.

    detail: what the review does not tell by itself: ``warning`` (CED_DUE: ``due_soon`` or ``late``), ``reason``
    (CED_EXTENDED), ``answer`` (CONFIRMATION_ASKED: the nominee's), ``sign_again`` (SCOPE_DECIDED: the Engagement
    Document needs a new signature), ``action`` (ACTION_ANSWERED, ACTION_SIGNED_OFF: the action's id).
    """

    kind: ReviewMail
    review_id: str
    detail: Mapping[str, str] = field(default_factory=dict)


_READERS: Mapping[ReviewMail, tuple[Reading, ...]] = {
    ReviewMail.ALLOCATED: (Reading.REVIEWER, Reading.CENTRE),
    ReviewMail.REASSIGNED: (Reading.REVIEWER,),
    ReviewMail.REVIEWER_WITHDRAWN: (Reading.QUALITY,),
    ReviewMail.CED_DUE: (Reading.CENTRE,),
    ReviewMail.CED_EXTENDED: (Reading.CENTRE, Reading.REVIEWER),
    ReviewMail.CED_SUBMITTED: (Reading.REVIEWER,),
    ReviewMail.CONFIRMATION_ASKED: (Reading.QUALITY,),
    ReviewMail.SCOPE_DECIDED: (Reading.REVIEWER, Reading.CENTRE),
    ReviewMail.DATE_AGREED: (Reading.CENTRE,),
    ReviewMail.REPORT_ISSUED: (Reading.CENTRE, Reading.QUALITY),
    ReviewMail.ACTION_ANSWERED: (Reading.REVIEWER,),
    ReviewMail.ACTION_SIGNED_OFF: (Reading.CENTRE,),
    ReviewMail.BLOCK_DECIDED: (Reading.CENTRE, Reading.REVIEWER),
}
"""In this order: whoever belongs to several is told as what comes first."""

LATE = "late"
DUE_SOON = "due_soon"
"""What the centre is reminded of about its Engagement Document, each once for a due date."""

_FILLING_IN = sorted(role.value for role in AT_A_CENTRE if Permission.FILL_IN_CED in PERMISSIONS[role])


def write_review_mails(connection: Connection, event: ReviewEvent, now: datetime) -> None:
    """Writes an e-mail to everybody the event concerns, inside the caller's transaction (M-37).

    Call it once the change it speaks of is written, and before ``Changes.publish``. Nobody is told twice of one event.
    Where a centre has nobody to be told, or a review no reviewer, the quality managers hear of it.
    """
    (review,) = load_reviews(connection, [event.review_id])
    words: dict[tuple[Reading, Reading | None], Words] = {}
    rows = []
    for person, reading, instead_of in _readers(connection, event, review):
        if (reading, instead_of) not in words:
            words[reading, instead_of] = _words(connection, event, review, reading, instead_of)
        about = (event.kind.value, review.id)
        row = mail_row(about, person.name, person.email, words[reading, instead_of], now)
        rows.append(row | {"review_id": review.id})
    put_mails(connection, rows)


def _readers(
    connection: Connection, event: ReviewEvent, review: Review
) -> Iterator[tuple[Row[Any], Reading, Reading | None]]:
    told: set[str] = set()
    meant_for = _READERS[event.kind]
    if event.detail.get("warning") == LATE:
        meant_for = (*meant_for, Reading.REVIEWER, Reading.QUALITY)
    for reading in meant_for:
        found = _people(connection, reading, review)
        told_as, instead_of = reading, None
        if not found and reading is not Reading.QUALITY:
            found, told_as, instead_of = (
                _people(connection, Reading.QUALITY, review),
                Reading.QUALITY,
                reading,
            )
        for person in found:
            if person.id not in told:
                told.add(person.id)
                yield person, told_as, instead_of


def _people(connection: Connection, reading: Reading, review: Review) -> Sequence[Row[Any]]:
    match reading:
        case Reading.CENTRE:
            query = holders(_FILLING_IN, review.centre_id)
        case Reading.REVIEWER:
            query = holders([Role.REVIEWER.value], None).where(t.persons.c.id == review.reviewer_id)
        case Reading.QUALITY:
            query = holders([Role.QUALITY_MANAGER.value], None)
    return connection.execute(query.order_by(t.persons.c.email)).all()


def _words(
    connection: Connection, event: ReviewEvent, review: Review, reading: Reading, instead_of: Reading | None
) -> Words:
    scheme = known_scheme(review.awarding_body)
    heading = {
        "number": one_line(review.number),
        "centre_name": one_line(review.centre_name),
        "centre_number": one_line(review.centre_number),
        "awarding_body": one_line(review.awarding_body),
        "year": year_words(review.year),
    }
    told = {
        **heading,
        "review": review,
        "reviewer": one_line(review.reviewer_name),
        "was_due_on": review.earlier_ced_due_on[-1] if review.earlier_ced_due_on else None,
        "scope_says": one_line(review.scope_says),
        "consortium": one_line(review.consortium),
        "block_says": one_line(review.block_says),
        "action": _action(connection, event),
        "open_actions": _open_actions(connection, review),
        "detail": {name: one_line(text) for name, text in event.detail.items()},
        "audience": (instead_of or reading).value,
        "instead_of": instead_of.value if instead_of else "",
        "link": f"{PORTAL}/reviews/{review.id}",
        "contact": scheme.contact.support.words if scheme else "",
    }
    return written(f"reviews/{event.kind.name.lower()}", heading, told)


def _action(connection: Connection, event: ReviewEvent) -> ReviewAction | None:
    found = [
        action
        for action in load_review_actions(connection, [event.review_id])
        if action.id == event.detail.get("action")
    ]
    return found[0] if found else None


def _open_actions(connection: Connection, review: Review) -> int:
    table = t.review_actions
    query = select(table.c.id).where(table.c.review_id == review.id, table.c.signed_off_on.is_(None))
    return len(connection.execute(query).all())
