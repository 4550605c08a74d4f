"""A centre's Engagement Document, filled in and opened again, and its answers to a review's actions (Q-08..Q-15).

It may be saved however unfinished. Signed it is locked: whoever wants to change it opens it again, which ends the
signature. Signatures that ended, and files that were withdrawn, stay on record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select, update

from app.catalogue.frameworks import framework_by_id
from app.domain.dates import london_day
from app.domain.engagement import (
    after_ced_reopened,
    asked_objectives,
    ced_after_change,
    ced_may_change,
)
from app.domain.errors import KnownError
from app.domain.frameworks import Framework
from app.domain.people import Permission, Person
from app.domain.review_terms import Scope
from app.domain.review_words import TEXT_LIMIT
from app.domain.reviews import Ced, CedEntry, Redeclaration, Review, ReviewAction
from app.service import tables as t
from app.service.ced_records import end_signature, load_ceds
from app.service.database import transact
from app.service.feed import Changes, lock_reviews
from app.service.review_mailing import ReviewEvent, ReviewMail, write_review_mails
from app.service.review_records import load_review_actions, load_reviews, review_row

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CedFields:
    """What a centre fills in: everything of its Engagement Document but the signature."""

    register_only: bool
    entries: tuple[CedEntry, ...]
    recognition: Redeclaration
    approvals: Redeclaration


@dataclass(frozen=True, slots=True)
class KeptCed:
    """An Engagement Document as it is kept. version: how often it was saved; saved_by: a name, empty for nobody yet."""

    review: Review
    ced: Ced
    version: int
    saved_by: str
    saved_at: datetime | None


class CedSavedElsewhere(KnownError):
    """Somebody saved the document meanwhile. ``theirs`` is what is kept now."""

    def __init__(self, theirs: KeptCed) -> None:
        super().__init__(
            "saved_elsewhere",
            "The Engagement Document was saved elsewhere since you opened it, so yours was not saved over it.",
            "Look at what was saved; what you typed is still here.",
        )
        self.theirs = theirs


class AnsweredElsewhere(KnownError):
    """Somebody answered the action meanwhile. ``theirs`` is their answer."""

    def __init__(self, theirs: str) -> None:
        super().__init__(
            "answered_elsewhere",
            "A colleague answered this action since you opened the page, so yours was not saved over it.",
            "Both are shown; save yours again, with theirs in it if you like.",
        )
        self.theirs = theirs


def ced_of(connection: Connection, review_id: str) -> Ced:
    """The Engagement Document of a review, with the signature that is in force. Raises KnownError for none."""
    return kept_ced(connection, review_id).ced


def kept_ced(connection: Connection, review_id: str) -> KeptCed:
    """The Engagement Document with who saved it last. Raises KnownError ``review_unknown``."""
    reviews, ceds = load_reviews(connection, [review_id]), load_ceds(connection, [review_id])
    if not reviews or not ceds:
        raise _unknown()
    (review,), (ced,) = reviews, ceds
    table = t.ceds
    row = connection.execute(
        select(table.c.version, table.c.saved_at, t.persons.c.name)
        .outerjoin(t.persons, t.persons.c.id == table.c.saved_by)
        .where(table.c.id == review_id)
    ).one()
    return KeptCed(review, ced, row.version, row.name or "", row.saved_at)


def save_ced(
    engine: Engine, person: Person, review_id: str, fields: CedFields, version: int, now: datetime
) -> KeptCed:
    """Keeps the document as it stands, however unfinished. Returns it with its new version.

    Raises CedSavedElsewhere unless ``version`` is the one that is kept; KnownError for somebody who may not fill it
    in, for one that is signed, and for texts that cannot be kept.
    """
    _must_be_storable(fields)

    def save(connection: Connection, kept: KeptCed) -> KeptCed:
        must_be_open(kept)
        if kept.version != version:
            raise CedSavedElsewhere(kept)
        register_only = fields.register_only and kept.review.scope is not Scope.FULL
        ced = replace(
            kept.ced,
            register_only=register_only,
            entries=fields.entries,
            recognition=fields.recognition,
            approvals=fields.approvals,
        )
        keep_ced(connection, ced, version + 1, person, now)
        changes = Changes(now=now)
        changes.put(ced)
        changes.publish(connection)
        return KeptCed(kept.review, ced, version + 1, person.name, now)

    return in_ced(engine, person, review_id, Permission.FILL_IN_CED, save)


def reopen_ced(engine: Engine, person: Person, review_id: str, now: datetime) -> KeptCed:
    """Opens a signed document for changes: its signature ends, and it counts as submitted no more until the Head of
    Centre signs anew. One that is open stays as it is.

    Raises KnownError for somebody who may not fill it in, and where it may not change any more.
    """

    def reopen(connection: Connection, kept: KeptCed) -> KeptCed:
        if kept.ced.signature is None:
            return kept
        ced_may_change(kept.review)
        asked = {item.code for item in asked_objectives(framework_of(kept), kept.ced.register_only)}
        # Text A goes with the signature: it is put in again if the centre then still registers only.
        entries = tuple(entry for entry in kept.ced.entries if entry.code in asked)
        review, ced = after_ced_reopened(kept.review), replace(ced_after_change(kept.ced), entries=entries)
        end_signature(connection, review_id, now)
        keep_ced(connection, ced, kept.version + 1, person, now)
        publish_review(connection, review, ced, now)
        return KeptCed(review, ced, kept.version + 1, person.name, now)

    return in_ced(engine, person, review_id, Permission.FILL_IN_CED, reopen)


def answer_action(
    engine: Engine,
    person: Person,
    review_id: str,
    action_id: str,
    answer: str,
    now: datetime,
    *,
    before: str | None = None,
) -> ReviewAction:
    """What the centre says of an action; the reviewer or the quality manager signs it off. ``before``: the answer that
    the person had before them, so that two do not overwrite each other.

    Raises AnsweredElsewhere, and KnownError for somebody who may not, an action that is signed off or is not there,
    and an answer without words.
    """
    words = answer.strip()
    if not words:
        raise KnownError("answer_missing", "Say what was done, or what is planned and by when.")
    must_be_storable(words)

    def save(connection: Connection, kept: KeptCed) -> ReviewAction:
        found = [item for item in load_review_actions(connection, [review_id]) if item.id == action_id]
        if not found:
            raise KnownError("action_unknown", "There is no such action in this review.")
        (action,) = found
        if action.signed_off_on is not None:
            raise KnownError("action_signed_off", "This action is signed off, so nothing more is asked for.")
        if before is not None and action.answer not in (before.strip(), words):
            raise AnsweredElsewhere(action.answer)
        answered = replace(action, answer=words, answered_on=london_day(now))
        connection.execute(
            update(t.review_actions)
            .where(t.review_actions.c.id == action_id)
            .values(answer=words, answered_on=answered.answered_on, answered_by=person.id)
        )
        event = ReviewEvent(ReviewMail.ACTION_ANSWERED, review_id, {"action": action_id})
        write_review_mails(connection, event, now)
        changes = Changes(now=now)
        changes.put(answered)
        changes.publish(connection)
        return answered

    return in_ced(engine, person, review_id, Permission.FILL_IN_CED, save)


# -- parts -----------------------------------------------------------------------------------------------------------


def in_ced(
    engine: Engine,
    person: Person,
    review_id: str,
    permission: Permission,
    work: Callable[[Connection, KeptCed], T],
) -> T:
    """Does work on a review's document with the review locked, for somebody of its centre who may."""

    def locked(connection: Connection) -> T:
        lock_reviews(connection, [review_id])
        return work(connection, must_be_theirs(connection, person, review_id, permission))

    return transact(engine, locked)


def must_be_theirs(connection: Connection, person: Person, review_id: str, permission: Permission) -> KeptCed:
    """The document, for somebody whose roles at its centre give the permission. Raises KnownError for anybody else:
    they learn nothing of whether the review exists.
    """
    kept = kept_ced(connection, review_id)
    if not person.may_at(permission, kept.review.centre_id):
        raise _unknown()
    return kept


def must_be_open(kept: KeptCed) -> None:
    """Raises KnownError for a document that is signed, or that may not change now (Q-08)."""
    if kept.ced.signature is not None:
        raise KnownError(
            "ced_signed",
            "The Engagement Document is signed, so it is locked.",
            "Open it for changes first; it then needs a new signature.",
        )
    ced_may_change(kept.review)


def keep_ced(connection: Connection, ced: Ced, version: int, person: Person, now: datetime) -> None:
    """Writes what is filled in as this version, by this person. Its signature is a row of its own."""
    connection.execute(
        update(t.ceds)
        .where(t.ceds.c.id == ced.id)
        .values(
            register_only=ced.register_only,
            entries=[_entry_row(entry) for entry in ced.entries],
            recognition_accepted=ced.recognition.accepted,
            recognition_changes=ced.recognition.changes,
            approvals_accepted=ced.approvals.accepted,
            approvals_changes=ced.approvals.changes,
            provisional=ced.provisional,
            version=version,
            saved_by=person.id,
            saved_at=now,
        )
    )


def framework_of(kept: KeptCed) -> Framework:
    """The version of the framework that the review is judged by."""
    return framework_by_id(kept.review.framework_id)


def publish_review(connection: Connection, review: Review, ced: Ced, now: datetime) -> None:
    """Keeps the review as it has moved, and tells every desktop that holds it; of a signature the reviewer hears by
    e-mail too. The last thing before the commit.
    """
    changes = Changes(now=now)
    connection.execute(
        update(t.reviews)
        .where(t.reviews.c.id == review.id)
        .values(**review_row(review), moved_by="", moved_tag=changes.tag)
    )
    changes.put(review, ced)
    if ced.signature is not None:
        write_review_mails(connection, ReviewEvent(ReviewMail.CED_SUBMITTED, review.id), now)
    changes.publish(connection)


def must_be_storable(text: str) -> None:
    """Raises KnownError for a text that is too long, or has the one character that no database keeps."""
    if len(text) > TEXT_LIMIT:
        raise KnownError(
            "text_too_long",
            f"A text has {len(text):,} characters; {TEXT_LIMIT:,} are possible.",
            "Shorten it, or add what is longer as a file.",
        )
    if "\x00" in text:
        raise KnownError(
            "unreadable_character",
            "The text has a character that cannot be kept.",
            "Type the text anew instead of pasting it.",
        )


def _must_be_storable(fields: CedFields) -> None:
    for text in (
        *(entry.commentary for entry in fields.entries),
        fields.recognition.changes,
        fields.approvals.changes,
    ):
        must_be_storable(text)


def _entry_row(entry: CedEntry) -> dict[str, Any]:
    return {**asdict(entry), "level": entry.level.value if entry.level else None}


def _unknown() -> KnownError:
    return KnownError("review_unknown", "There is no such review, or none at your centres.")
