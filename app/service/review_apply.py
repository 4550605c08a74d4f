"""What one act does in a quality review: who may, what the rules say, and its effect. The rules lie in the domain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

from app.domain.acts import Act, ActOutcome, OutcomeKind
from app.domain.dates import london_day
from app.domain.engagement import after_ced_reopened, ced_after_scope
from app.domain.errors import KnownError
from app.domain.people import Permission
from app.domain.review_deeds import (
    AddVisitEvidence,
    AgreeDate,
    DecideBlock,
    DecideScope,
    DeclareConsortium,
    LogNomineeContact,
    RecordMeeting,
    RecordQuality,
    ReviewDeed,
    SignOffAction,
    SubmitVisitReport,
    WithdrawVisitEvidence,
)
from app.domain.review_terms import Scope
from app.domain.reviewing import (
    SINGLE_MEETINGS,
    after_contact,
    after_date_agreed,
    after_declaration,
    after_scope_decision,
    after_work_began,
    check_contact_with_nominee,
    check_evidence_withdrawal,
    check_meeting,
    check_quality,
    check_visit_evidence,
)
from app.domain.reviews import (
    Meeting,
    NomineeContact,
    QualityJudgement,
    Review,
    VisitEvidence,
)
from app.domain.superseding import current
from app.service.apply import applied, must_be_storable, reaches_by_role
from app.service.review_closing import decide_block, sign_off, submit_report
from app.service.review_ledger import ReviewLedger
from app.service.review_mailing import ReviewEvent, ReviewMail

_NEEDS: dict[type[ReviewDeed], Permission] = {
    LogNomineeContact: Permission.REVIEW_CENTRES,
    DeclareConsortium: Permission.REVIEW_CENTRES,
    DecideScope: Permission.DECIDE_REVIEWS,
    AgreeDate: Permission.REVIEW_CENTRES,
    RecordQuality: Permission.REVIEW_CENTRES,
    AddVisitEvidence: Permission.REVIEW_CENTRES,
    WithdrawVisitEvidence: Permission.REVIEW_CENTRES,
    RecordMeeting: Permission.REVIEW_CENTRES,
    SignOffAction: Permission.SIGN_OFF_ACTIONS,
    SubmitVisitReport: Permission.REVIEW_CENTRES,
    DecideBlock: Permission.DECIDE_REVIEWS,
}

_LONGEST_ID = 64


def apply_review_act(ledger: ReviewLedger, act: Act, deed: ReviewDeed) -> ActOutcome:
    """Checks one act in a review and takes its effect into the ledger; the answer is applied, conflict or rejected."""
    try:
        review = _review_in_reach(ledger, act, deed)
        for text in _texts_of(deed):
            must_be_storable(text)
        match deed:
            case LogNomineeContact():
                return _log_contact(ledger, act, deed, review)
            case DeclareConsortium():
                return _declare(ledger, act, deed, review)
            case DecideScope():
                return _decide_scope(ledger, act, deed, review)
            case AgreeDate():
                return _agree_date(ledger, act, deed, review)
            case RecordQuality():
                return _record_quality(ledger, act, deed, review)
            case AddVisitEvidence():
                return _add_evidence(ledger, act, deed, review)
            case WithdrawVisitEvidence():
                return _withdraw_evidence(ledger, act, deed, review)
            case RecordMeeting():
                return _record_meeting(ledger, act, deed, review)
            case SignOffAction():
                return sign_off(ledger, act, deed, review)
            case SubmitVisitReport():
                return submit_report(ledger, act, deed, review)
            case DecideBlock():
                return decide_block(ledger, act, deed, review)
    except KnownError as refusal:
        return ActOutcome(act.id, OutcomeKind.REJECTED, refusal.code, str(refusal))


def _review_in_reach(ledger: ReviewLedger, act: Act, deed: ReviewDeed) -> Review:
    """The review, for whoever had the right when they recorded the act or has it now: reviewers for what is assigned to
    them, quality managers for all (``late_work``).
    """
    now, then = ledger.author, ledger.rights.author_then(act)
    permission, review = _NEEDS[type(deed)], ledger.review(act.root)
    if not now.may(permission) and not then.may(permission):
        raise KnownError(
            "not_permitted",
            "Your role does not allow this.",
            "Ask the qualifications team if you need the right.",
        )
    if review is not None and (
        reaches_by_role(now, permission)
        or reaches_by_role(then, permission)
        or (now.may(permission) and ledger.rights.holds(review.id, act))
        or (then.may(permission) and ledger.rights.held_then(review.id, act))
    ):
        return review
    raise KnownError(
        "not_assigned",
        "This review is not assigned to you.",
        "Your text is kept; ask the quality manager if you should go on with it.",
    )


def _texts_of(value: object) -> Iterator[str]:
    """Every text in a deed, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts_of(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts_of(getattr(value, field.name))


# -- before the visit ------------------------------------------------------------------------------------------------


def _log_contact(ledger: ReviewLedger, act: Act, deed: LogNomineeContact, review: Review) -> ActOutcome:
    check_contact_with_nominee(deed)
    # The device's clock tells the day, for it may be long before the act comes here; never one yet to come.
    on = london_day(min(act.recorded_at, ledger.now))
    ledger.take_review(after_contact(review, deed, on))
    ledger.take_contact(
        NomineeContact(
            id=act.id,
            review_id=review.id,
            spoke_with=deed.spoke_with,
            means=deed.means,
            summary=deed.summary,
            proposed_on=deed.proposed_on,
            author_id=ledger.author.id,
            author_name=ledger.author.name,
            recorded_at=act.recorded_at,
        )
    )
    return applied(act)


def _declare(ledger: ReviewLedger, act: Act, deed: DeclareConsortium, review: Review) -> ActOutcome:
    after = after_declaration(review, deed)
    if _take_scope(ledger, review, after):
        ledger.tell(ReviewEvent(ReviewMail.SCOPE_DECIDED, review.id, {"sign_again": "yes"}))
    if after.scope is Scope.CONFIRMATION_ASKED and review != after:
        ledger.tell(ReviewEvent(ReviewMail.CONFIRMATION_ASKED, review.id, {"answer": deed.answer}))
    return applied(act)


def _decide_scope(ledger: ReviewLedger, act: Act, deed: DecideScope, review: Review) -> ActOutcome:
    signed_again = _take_scope(ledger, review, after_scope_decision(review, deed))
    detail = {"sign_again": "yes"} if signed_again else {}
    ledger.tell(ReviewEvent(ReviewMail.SCOPE_DECIDED, review.id, detail))
    return applied(act)


def _take_scope(ledger: ReviewLedger, before: Review, after: Review) -> bool:
    """The review with another scope, and what that does to its Engagement Document (D-14).

    Returns whether its signature is gone, so that it needs a new one.
    """
    ced, signature_gone = ledger.ced(before.id), False
    if ced is not None and before.scope is not after.scope:
        settled = ced_after_scope(ledger.framework(after), after, ced)
        signature_gone = ced.signature is not None and settled.signature is None
        ledger.take_ced(settled)
    ledger.take_review(after_ced_reopened(after) if signature_gone else after)
    return signature_gone


def _agree_date(ledger: ReviewLedger, act: Act, deed: AgreeDate, review: Review) -> ActOutcome:
    after = after_date_agreed(review, ledger.framework(review), deed)
    ledger.take_review(after)
    if after.visit_on != review.visit_on:
        ledger.tell(ReviewEvent(ReviewMail.DATE_AGREED, review.id))
    return applied(act)


# -- the review itself -----------------------------------------------------------------------------------------------


def _record_quality(ledger: ReviewLedger, act: Act, deed: RecordQuality, review: Review) -> ActOutcome:
    check_quality(ledger.framework(review), review, deed, ledger.citable(review.id))
    if any(len(action.id) > _LONGEST_ID for action in deed.actions):
        raise KnownError("action_unknown", "The actions of this judgement cannot be told apart.")
    of_code = [item for item in ledger.judgements(review.id) if item.code == deed.code]
    _must_be_known(deed.supersedes, (item.id for item in of_code), "judgement")
    judgement = QualityJudgement(
        id=act.id,
        review_id=review.id,
        code=deed.code,
        level=deed.level,
        reason=deed.reason,
        commentary=deed.commentary,
        cites=deed.cites,
        actions=deed.actions,
        supersedes=deed.supersedes,
        reviewer_id=ledger.author.id,
        reviewer_name=ledger.author.name,
        recorded_at=act.recorded_at,
    )
    ledger.take_review(after_work_began(review))
    ledger.take_judgement(judgement)
    if len(current([*of_code, judgement])) > 1:
        return applied(
            act,
            "disputed",
            f"{deed.code} was judged elsewhere too. Both judgements are kept until one is chosen.",
        )
    return applied(act)


def _add_evidence(ledger: ReviewLedger, act: Act, deed: AddVisitEvidence, review: Review) -> ActOutcome:
    check_visit_evidence(ledger.framework(review), review, deed)
    ledger.take_review(after_work_began(review))
    ledger.take_evidence(
        VisitEvidence(
            id=act.id,
            review_id=review.id,
            code=deed.code,
            source=deed.source,
            text=deed.text,
            suggestion=deed.suggestion,
            files=deed.files,
            originals=deed.originals,
            author_id=ledger.author.id,
            author_name=ledger.author.name,
            recorded_at=act.recorded_at,
        )
    )
    return applied(act)


def _withdraw_evidence(
    ledger: ReviewLedger, act: Act, deed: WithdrawVisitEvidence, review: Review
) -> ActOutcome:
    found = [item for item in ledger.evidence(review.id) if item.id == deed.evidence_id]
    evidence = found[0] if found else None
    check_evidence_withdrawal(evidence, deed, ledger.author.id)
    if evidence is not None:
        ledger.take_evidence(replace(evidence, withdrawn=deed.reason))
    return applied(act)


def _record_meeting(ledger: ReviewLedger, act: Act, deed: RecordMeeting, review: Review) -> ActOutcome:
    check_meeting(review, deed)
    of_kind = [item for item in ledger.meetings(review.id) if item.kind is deed.kind]
    _must_be_known(deed.supersedes, (item.id for item in of_kind), "record of a meeting")
    meeting = Meeting(
        id=act.id,
        review_id=review.id,
        kind=deed.kind,
        who=deed.who,
        role=deed.role,
        began=deed.began,
        ended=deed.ended,
        throughout=deed.throughout,
        notes=deed.notes,
        supersedes=deed.supersedes,
        author_id=ledger.author.id,
        author_name=ledger.author.name,
        recorded_at=act.recorded_at,
    )
    ledger.take_review(after_work_began(review))
    ledger.take_meeting(meeting)
    if deed.kind in SINGLE_MEETINGS and len(current([*of_kind, meeting])) > 1:
        return applied(
            act,
            "disputed",
            f"“{deed.kind.words}” was recorded elsewhere too. Both are kept until one is chosen.",
        )
    return applied(act)


def _must_be_known(supersedes: tuple[str, ...], known: Iterator[str], what: str) -> None:
    if not set(known).issuperset(supersedes):
        raise KnownError(
            "supersedes_unknown",
            f"This {what} replaces one that the service does not have here.",
            "Look at what stands, and record yours again.",
        )
