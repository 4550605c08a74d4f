"""What ends a quality review: its report, actions that are signed off, and the decision about a certification block."""

from __future__ import annotations

from dataclasses import replace

from app.domain.acts import Act, ActOutcome, OutcomeKind
from app.domain.dates import london_day
from app.domain.review_deeds import DecideBlock, SignOffAction, SubmitVisitReport
from app.domain.review_terms import Block
from app.domain.reviewing import after_block_decision, after_visit_report, check_sign_off, check_visit_report
from app.domain.reviews import Review, ReviewAction, VisitReport
from app.service.apply import applied, must_be_a_pdf
from app.service.review_ledger import ReviewLedger
from app.service.review_mailing import ReviewEvent, ReviewMail


def sign_off(ledger: ReviewLedger, act: Act, deed: SignOffAction, review: Review) -> ActOutcome:
    """An action is found done; one that has moved on into a later review's list is signed off there."""
    action = ledger.action(deed.action_id)
    if action is not None and not _was_listed_in(ledger, action, review):
        action = None
    check_sign_off(action, deed)
    if action is not None:
        ledger.take_action(
            replace(
                action,
                signed_off_on=london_day(ledger.now),
                signed_off_by=ledger.author.name,
                sign_off_says=deed.says,
            )
        )
        ledger.tell(ReviewEvent(ReviewMail.ACTION_SIGNED_OFF, action.review_id, {"action": action.id}))
    return applied(act)


def _was_listed_in(ledger: ReviewLedger, action: ReviewAction, review: Review) -> bool:
    """Whether the action is in the review's list, or has moved on from there into a later review of the centre."""
    if action.review_id == review.id:
        return True
    listed_in = ledger.review(action.review_id)
    return (
        listed_in is not None
        and (listed_in.centre_id, listed_in.awarding_body) == (review.centre_id, review.awarding_body)
        and listed_in.year > review.year
    )


def submit_report(ledger: ReviewLedger, act: Act, deed: SubmitVisitReport, review: Review) -> ActOutcome:
    """A version of the report is issued, with what it asks of the centre. A review that somebody else moved since the
    state it was written on is a conflict.
    """
    if _moved_elsewhere(ledger, act, review):
        return ActOutcome(
            act.id,
            OutcomeKind.CONFLICT,
            "review_moved",
            f"Review {review.number} changed meanwhile. Look at it again, then sign a new report off.",
        )
    check_visit_report(
        ledger.framework(review),
        review,
        ledger.ced(review.id),
        ledger.judgements(review.id),
        ledger.evidence(review.id),
        ledger.meetings(review.id),
        ledger.actions(review.id),
        deed,
    )
    must_be_a_pdf(deed.pdf, deed.pdf_sha256)
    ledger.blobs.put_bytes(deed.pdf)
    report = VisitReport(
        id=act.id,
        review_id=review.id,
        version=deed.version,
        outcome=deed.outcome,
        changes=deed.changes,
        reviewer_id=ledger.author.id,
        reviewer_name=ledger.author.name,
        issued_at=ledger.now,
        pdf_sha256=deed.pdf_sha256,
        pdf_size=len(deed.pdf),
    )
    after = after_visit_report(review, deed)
    ledger.take_report(report, deed.summary, deed.judgement_ids, after)
    if after.block is Block.NONE:
        ledger.decide_block(review.id, f"The report of review {review.number} proposes no block.")
    ledger.tell(ReviewEvent(ReviewMail.REPORT_ISSUED, review.id))
    return applied(act)


def decide_block(ledger: ReviewLedger, act: Act, deed: DecideBlock, review: Review) -> ActOutcome:
    """The quality manager confirms or declines the block that the report proposes, or comes back on it (D-9)."""
    if act.base_rev and _moved_elsewhere(ledger, act, review):
        return ActOutcome(
            act.id,
            OutcomeKind.CONFLICT,
            "review_moved",
            f"Review {review.number} changed meanwhile. Look at its report again, then decide.",
        )
    ledger.take_review(after_block_decision(review, deed))
    ledger.decide_block(review.id, deed.reason.strip())
    ledger.tell(ReviewEvent(ReviewMail.BLOCK_DECIDED, review.id))
    return applied(act)


def _moved_elsewhere(ledger: ReviewLedger, act: Act, review: Review) -> bool:
    """Whether somebody else moved the review since the state that the act stands on."""
    move = ledger.last_move(review.id)
    moved_since = act.base_rev <= move.head_before or ledger.rights.base_is_stale(act)
    return moved_since and move.by != ledger.author.id
