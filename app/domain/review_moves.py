"""What each step does to a quality review (section 2.7): pure moves, each giving the changed review or a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.domain.dates import day
from app.domain.engagement import ced_due_with_visit
from app.domain.errors import KnownError
from app.domain.frameworks import Framework
from app.domain.review_deeds import (
    AgreeDate,
    DecideBlock,
    DecideScope,
    DeclareConsortium,
    LogNomineeContact,
    SubmitVisitReport,
)
from app.domain.review_terms import Block, ReviewKind, ReviewState, Scope
from app.domain.review_words import must_fit
from app.domain.reviews import Review

_ORDER = tuple(ReviewState)


def task_from(framework: Framework, year: int, allocated_on: date) -> date:
    """From when the reviewer has the task to speak with the centre: early November, or once it is theirs (Q-16)."""
    return max(framework.contact_from(year), allocated_on)


def after_contact(review: Review, deed: LogNomineeContact, on: date) -> Review:
    """The reviewer has spoken with the quality nominee (Q-16); the first time counts for the state."""
    return replace(
        _reached(review, ReviewState.CONTACTED),
        nominee=deed.spoke_with.strip(),
        contacted_on=review.contacted_on or on,
    )


def after_declaration(review: Review, deed: DeclareConsortium) -> Review:
    """What the nominee's answer means (Q-17): membership asks the quality team to confirm it (Q-18), none gives the
    full scope. The same answer after the confirmation changes nothing.

    Raises KnownError before the centre was spoken with, once the report is complete, or where words are missing.
    """
    _must_not_be_complete(review)
    if review.contacted_on is None:
        raise KnownError(
            "not_contacted",
            "The quality nominee has not been spoken with yet.",
            "Log the contact first, then what they answered.",
        )
    if not deed.answer.strip():
        raise KnownError("answer_missing", "Say what the quality nominee answered.")
    must_fit(deed.answer, "answer")
    must_fit(deed.consortium, "name of a consortium")
    if not deed.member:
        return replace(review, scope=Scope.FULL, scope_says="")
    consortium = deed.consortium.strip() or review.consortium
    if not consortium:
        raise KnownError("consortium_missing", "Say which consortium the centre belongs to.")
    if review.scope is Scope.REDUCED and consortium == review.consortium:
        return review
    return replace(review, scope=Scope.CONFIRMATION_ASKED, scope_says="", consortium=consortium)


def after_scope_decision(review: Review, deed: DecideScope) -> Review:
    """The quality team confirms the arrangement: from now on the reduced scope is in force; or refuses it (Q-19).

    Raises KnownError unless it was asked; a refusal needs a reason.
    """
    _must_not_be_complete(review)
    if review.scope is not Scope.CONFIRMATION_ASKED:
        raise KnownError(
            "nothing_to_confirm",
            f"Review {review.number} does not wait for a confirmation: {review.scope.words.lower()}.",
        )
    if not deed.approved and not deed.reason.strip():
        raise KnownError("reason_missing", "Say why the arrangement is not confirmed.")
    must_fit(deed.reason, "reason")
    scope = Scope.REDUCED if deed.approved else Scope.FULL
    return replace(review, scope=scope, scope_says=deed.reason.strip())


def after_date_agreed(review: Review, framework: Framework, deed: AgreeDate) -> Review:
    """The review with the day of its visit, and the day its Engagement Document is due by it (Q-10, D-8); a day that is
    replaced is kept. A document that is in already was in time, and its day stays.

    Raises KnownError for a desk-top review, a complete one, or a day outside its academic year.
    """
    _must_not_be_complete(review)
    if review.kind is ReviewKind.DESK_TOP:
        raise KnownError("no_visit", "A desk-top review has no day of a visit.")
    if deed.visit_on < review.allocated_on or deed.visit_on.year > review.year + 1:
        raise KnownError(
            "day_outside_year",
            f"{day(deed.visit_on)} does not lie in the academic year of this review.",
            "Agree another day.",
        )
    agreed = replace(_reached(review, ReviewState.DATE_AGREED), visit_on=deed.visit_on)
    if review.ced_submitted_on is not None:
        return agreed
    return _with_due(agreed, ced_due_with_visit(framework, review, deed.visit_on))


def after_ced_extension(review: Review, due_on: date, on: date) -> Review:
    """The quality manager gives the centre more time for its Engagement Document; the former day is kept (D-8).

    Raises KnownError for a day that gives no more time, that is past, or once the document is in.
    """
    _must_not_be_complete(review)
    if review.ced_submitted_on is not None:
        raise KnownError("ced_is_in", "The Engagement Document is in already; it needs no more time.")
    if due_on <= review.ced_due_on or due_on < on:
        raise KnownError(
            "no_extension",
            f"{day(due_on)} gives no more time: the Engagement Document is due on {day(review.ced_due_on)}.",
            "Choose a later day.",
        )
    return replace(_with_due(review, due_on), ced_extended=True)


def after_work_began(review: Review) -> Review:
    """The first judgement, evidence or meeting: the review is under way. A complete one stays complete."""
    return _reached(review, ReviewState.REVIEWING)


def after_visit_report(review: Review, deed: SubmitVisitReport) -> Review:
    """The review once a version of its report is signed off.

    A blocking objective not met proposes a certification block (D-9), which stays confirmed where the quality manager
    has confirmed it and is proposed anew where it was declined. A version that proposes none ends it.
    """
    if not deed.propose_block:
        block, says = Block.NONE, ""
    elif review.block is Block.CONFIRMED:
        block, says = review.block, review.block_says
    else:
        block, says = Block.PROPOSED, ""
    return replace(
        review,
        state=ReviewState.COMPLETE,
        outcome=deed.outcome,
        report_version=deed.version,
        block=block,
        block_says=says,
    )


def after_block_decision(review: Review, deed: DecideBlock) -> Review:
    """The quality manager confirms or declines the proposed certification block, or comes back on it (D-9, Q-06).

    Raises KnownError where none is proposed, where it is decided so already, or without a reason.
    """
    if review.block is Block.NONE:
        raise KnownError("no_block_proposed", f"Review {review.number} proposes no certification block.")
    decided = Block.CONFIRMED if deed.confirmed else Block.DECLINED
    if review.block is decided:
        raise KnownError("block_decided", f"{decided.words} already.")
    if not deed.reason.strip():
        raise KnownError("reason_missing", "Say why; the reason stays on record.")
    must_fit(deed.reason, "reason")
    return replace(review, block=decided, block_says=deed.reason.strip())


def _reached(review: Review, state: ReviewState) -> Review:
    """The review in this state unless it has come further."""
    return replace(review, state=max(review.state, state, key=_ORDER.index))


def _with_due(review: Review, due_on: date) -> Review:
    if due_on == review.ced_due_on:
        return review
    return replace(
        review,
        ced_due_on=due_on,
        earlier_ced_due_on=(*review.earlier_ced_due_on, review.ced_due_on),
    )


def _must_not_be_complete(review: Review) -> None:
    if review.state is ReviewState.COMPLETE:
        raise KnownError(
            "review_complete",
            f"The report of review {review.number} is complete.",
            "What has changed since then belongs in next year's review.",
        )
