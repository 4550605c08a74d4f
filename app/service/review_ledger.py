"""What a batch of acts has read and changed of quality reviews so far; everything is written at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from app.catalogue.frameworks import framework_by_id
from app.domain.frameworks import Framework
from app.domain.reviewing import with_counts
from app.domain.reviews import (
    Ced,
    Meeting,
    NomineeContact,
    QualityJudgement,
    Review,
    ReviewAction,
    VisitEvidence,
    VisitReport,
)
from app.service import tables as t
from app.service.blobs import BlobStore
from app.service.feed import Changes, lock_reviews
from app.service.late_work import LateWork
from app.service.moves import Move, load_moves
from app.service.review_blocks import settle_block
from app.service.review_mailing import ReviewEvent, write_review_mails
from app.service.review_records import (
    load_ceds,
    load_meetings,
    load_quality_judgements,
    load_review_actions,
    load_reviews,
    load_visit_evidence,
)
from app.service.review_writing import ReviewWriter
from app.service.tokens import Visit

_MOVES = ("scope", "visit_on", "outcome", "report_version", "block", "ced_submitted_on")
"""What a report is written on: work on another measure moves nothing."""


class ReviewLedger:
    """The reviews a batch of acts is about, locked, with what hangs on them.

    Records are changed in memory by the ``take_…`` methods; ``flush`` writes them and tells ``changes``.
    """

    def __init__(
        self,
        connection: Connection,
        blobs: BlobStore,
        author: Visit,
        now: datetime,
        review_ids: Iterable[str],
        action_ids: Iterable[str] = (),
    ) -> None:
        """action_ids: actions that acts are about; one may have moved on into the list of a later review."""
        self.now = now
        self.author = author.person
        self.blobs = blobs
        self._connection = connection
        wanted = sorted(set(review_ids))
        self.rights = LateWork(connection, author, now, wanted)
        self._reviews: dict[str, Review] = {}
        self._before: dict[str, Review] = {}
        self._moves: dict[str, Move] = {}
        self._ceds: dict[str, Ced] = {}
        self._judgements: dict[str, QualityJudgement] = {}
        self._evidence: dict[str, VisitEvidence] = {}
        self._meetings: dict[str, Meeting] = {}
        self._actions: dict[str, ReviewAction] = {}
        self._writer = ReviewWriter(connection, author.person, now)
        self._changed: set[str] = set()
        self._events: list[ReviewEvent] = []
        self._blocks: dict[str, str] = {}
        if wanted:
            self._load(wanted, sorted(set(action_ids)))

    def _load(self, wanted: list[str], action_ids: list[str]) -> None:
        table = t.review_actions
        lists = select(table.c.review_id).where(table.c.id.in_(action_ids))
        ids = sorted({*wanted, *(self._connection.scalars(lists) if action_ids else ())})
        connection = self._connection
        lock_reviews(connection, ids)
        self._reviews = {review.id: review for review in load_reviews(connection, ids)}
        self._before = dict(self._reviews)
        self._moves = load_moves(connection, t.reviews, self._reviews)
        self._ceds = {ced.id: ced for ced in load_ceds(connection, ids)}
        self._judgements = {item.id: item for item in load_quality_judgements(connection, ids)}
        self._evidence = {item.id: item for item in load_visit_evidence(connection, ids)}
        self._meetings = {item.id: item for item in load_meetings(connection, ids)}
        self._actions = {item.id: item for item in load_review_actions(connection, ids)}

    # -- reading -------------------------------------------------------------------------------------------------

    def review(self, identifier: str) -> Review | None:
        return self._reviews.get(identifier)

    def framework(self, review: Review) -> Framework:
        """The version the review is judged by."""
        return framework_by_id(review.framework_id)

    def last_move(self, review_id: str) -> Move:
        return self._moves[review_id]

    def ced(self, review_id: str) -> Ced | None:
        return self._ceds.get(review_id)

    def judgements(self, review_id: str) -> list[QualityJudgement]:
        return [item for item in self._judgements.values() if item.review_id == review_id]

    def evidence(self, review_id: str) -> list[VisitEvidence]:
        return [item for item in self._evidence.values() if item.review_id == review_id]

    def meetings(self, review_id: str) -> list[Meeting]:
        return [item for item in self._meetings.values() if item.review_id == review_id]

    def actions(self, review_id: str) -> list[ReviewAction]:
        """Those in the review's list."""
        return [item for item in self._actions.values() if item.review_id == review_id]

    def action(self, identifier: str) -> ReviewAction | None:
        """An action of one of the reviews at hand, in whichever list it now is."""
        return self._actions.get(identifier)

    def citable(self, review_id: str) -> frozenset[str]:
        """Ids of what a judgement of the review may cite (Q-26): reviewers' evidence and the centre's; also what was
        taken back meanwhile, for whoever was offline could not know.
        """
        files = t.ced_files
        given = select(files.c.id).where(files.c.review_id == review_id)
        return frozenset(
            {review_id, *(item.id for item in self.evidence(review_id)), *self._connection.scalars(given)}
        )

    # -- changing ------------------------------------------------------------------------------------------------

    def take_review(self, review: Review) -> None:
        """The review as it stands after an act."""
        if self._reviews[review.id] != review:
            self._reviews[review.id] = review
            self._changed.add(review.id)

    def take_judgement(self, judgement: QualityJudgement) -> None:
        self._judgements[judgement.id] = judgement
        self._writer.add_judgement(judgement)
        self._changed.add(judgement.review_id)

    def take_evidence(self, evidence: VisitEvidence) -> None:
        """New evidence, or noted evidence that was taken back."""
        self._evidence[evidence.id] = evidence
        self._writer.put_evidence(evidence)

    def take_meeting(self, meeting: Meeting) -> None:
        self._meetings[meeting.id] = meeting
        self._writer.add_meeting(meeting)

    def take_contact(self, contact: NomineeContact) -> None:
        self._writer.add_contact(contact)

    def take_action(self, action: ReviewAction) -> None:
        """An action that is new or changed."""
        before = self._actions.get(action.id)
        signed_off = action.signed_off_on is not None and (before is None or before.signed_off_on is None)
        self._actions[action.id] = action
        self._writer.put_action(action, signed_off=signed_off)

    def take_ced(self, ced: Ced) -> None:
        """The Engagement Document once the scope is decided (D-14)."""
        if self._ceds[ced.id] != ced:
            self._ceds[ced.id] = ced
            self._writer.put_ced(ced)

    def take_report(
        self, report: VisitReport, summary: str, judgement_ids: tuple[str, ...], review: Review
    ) -> None:
        """A version of the report, the review after it, and what its judgements now ask of the centre."""
        self._writer.add_report(report, summary, judgement_ids)
        self.take_review(review)
        stated = [self._judgements[identifier] for identifier in judgement_ids]
        asked = [(item.code, action) for item in stated for action in item.actions]
        changed = self._writer.actions_of_report(review, report, self.actions(review.id), asked)
        for action in list(changed):
            self.take_action(action)

    def tell(self, event: ReviewEvent) -> None:
        """People are told of this once everything is written."""
        self._events.append(event)

    def decide_block(self, review_id: str, reason: str) -> None:
        """The certification block is settled by what the review then says (D-9)."""
        self._blocks[review_id] = reason

    # -- writing -------------------------------------------------------------------------------------------------

    def flush(self, changes: Changes) -> None:
        """Writes everything taken and adds it to ``changes``, whose ``tag`` marks reviews that moved."""
        if not self._reviews:
            return
        self._writer.write(changes)
        for identifier in sorted(self._changed):
            self._write_review(changes, identifier)
        for identifier in sorted(self._blocks):
            review, reason = self._reviews[identifier], self._blocks[identifier]
            settle_block(self._connection, review, self.author.id, reason, self.now)
        # Last, so that the words speak of what has come of it.
        for event in self._events:
            write_review_mails(self._connection, event, self.now)

    def _write_review(self, changes: Changes, identifier: str) -> None:
        before, after = self._before[identifier], self._reviews[identifier]
        after = with_counts(self.framework(after), after, self.judgements(identifier))
        self._reviews[identifier] = after
        moved = any(getattr(before, name) != getattr(after, name) for name in _MOVES)
        self._writer.write_review(before, after, changes.tag if moved else "")
        changes.put(after)
