"""The sentences of a visit report that no person typed, in one place."""

from __future__ import annotations

from app.domain.dates import clock_time, day, in_london, moment
from app.domain.review_report import ReportedEarlierAction, ReportedMeeting, VisitReportContent
from app.domain.review_terms import ReviewKind, ReviewOutcome, Scope

NO_OUTCOME = "Not decided yet"
NOT_JUDGED = "Not judged yet"
NO_ACTIONS = "The centre has no action from this review."
NO_MEETINGS = "No meeting has been recorded."

NO_BLOCK = "No certification block is proposed."
BLOCK = (
    "Certification block proposed, since a blocking objective is not met. The quality manager confirms or declines it; "
    "only a confirmed block stops the centre's claims."
)


def title(content: VisitReportContent) -> str:
    """``Centre visit report`` or ``Desk-top review report`` (Q-03)."""
    return f"{content.kind.words} report"


def outcome_meaning(outcome: ReviewOutcome | None) -> str:
    """What the outcome means for the centre (D-9)."""
    match outcome:
        case ReviewOutcome.NO_ACTION:
            return "The review asks for no essential action."
        case ReviewOutcome.ACTION_REQUIRED:
            return "The centre completes the essential actions below, each by its day."
        case ReviewOutcome.SUPPORT_REQUIRED:
            return "The quality manager supports the centre. It completes the essential actions below, each by its day."
        case None:
            return "Not everything in scope has been judged. Nothing changes for the centre."


def visit_words(content: VisitReportContent) -> str:
    """The day of the visit; a review from the desk has none (D-11)."""
    if content.kind is ReviewKind.DESK_TOP:
        return "No visit, reviewed from the desk"
    return day(content.visit_on) if content.visit_on else "Not agreed"


def confirmation_words(content: VisitReportContent) -> str:
    """What the quality team answered when it was asked to confirm the consortium (Q-18, Q-19)."""
    says = content.scope_says.strip()
    match content.scope:
        case Scope.REDUCED:
            answer = "Confirmed by the quality team"
        case Scope.FULL:
            answer = "Reduced scope not confirmed" if says or content.consortium else "Not asked for"
        case Scope.CONFIRMATION_ASKED:
            answer = "Asked of the quality team, not answered yet"
        case Scope.NOT_DECIDED:
            answer = "Not asked for yet"
    return f"{answer}:\n{says}" if says else answer


def ced_words(content: VisitReportContent) -> str:
    """When the Engagement Document came, and whether that was late (Q-09, D-8)."""
    late = ", late" if content.ced_late else ""
    if content.ced_submitted_on is None:
        return f"Not submitted{late}"
    return f"{day(content.ced_submitted_on)}{late}"


def meeting_time(meeting: ReportedMeeting) -> str:
    """``24 November 2017, 10:05 to 11:30`` in London."""
    if meeting.ended is None:
        return moment(meeting.began)
    if in_london(meeting.began).date() == in_london(meeting.ended).date():
        return f"{moment(meeting.began)} to {clock_time(meeting.ended)}"
    return f"{moment(meeting.began)} to {moment(meeting.ended)}"


def meeting_words(meeting: ReportedMeeting) -> str:
    """What kind of meeting it was, and that the quality nominee was there all the time (Q-23)."""
    if meeting.throughout:
        return f"{meeting.kind.words}, at hand throughout the visit"
    return meeting.kind.words


def weight_words(essential: bool) -> str:
    """Whether the centre must do something, or is advised to (D-9)."""
    return "Essential" if essential else "Recommended"


def standing_words(action: ReportedEarlierAction) -> str:
    """How an earlier action stands: signed off by whom, when and why; else open."""
    if action.signed_off_on is None:
        return "Open"
    says = action.sign_off_says.strip()
    signed = f"{day(action.signed_off_on)}, {action.signed_off_by}"
    return f"{signed}:\n{says}" if says else signed


def sign_off_statement(content: VisitReportContent) -> str:
    """Who answers for the report."""
    if content.signed_at is None:
        return "Not signed off. This draft has not been issued and changes nothing for the centre."
    return (
        "Signed off electronically by the reviewer, who looked at the evidence and recorded the judgements above. No "
        "handwritten signature is needed."
    )
