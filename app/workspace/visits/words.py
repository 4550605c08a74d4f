"""What was done in a review, in the words of the Outbox."""

from __future__ import annotations

from app.domain.dates import day
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
from app.workspace.visits.drafts import MEASURE, review_place

FORGOTTEN: dict[str, str] = {
    LogNomineeContact.__name__: "a contact with the quality nominee",
    DeclareConsortium.__name__: "what the quality nominee answered",
    DecideScope.__name__: "a decision about the scope",
    AgreeDate.__name__: "the day of the visit",
    RecordQuality.__name__: "a judgement",
    AddVisitEvidence.__name__: "noted evidence",
    WithdrawVisitEvidence.__name__: "noted evidence taken back",
    RecordMeeting.__name__: "a meeting",
    SignOffAction.__name__: "an action signed off",
    SubmitVisitReport.__name__: "a review report",
    DecideBlock.__name__: "a decision about a certification block",
}
"""What an act was whose words are no longer here."""

_FORMS = {
    "meeting": "a meeting, not recorded yet",
    "contact": "a contact with the quality nominee, not recorded yet",
    "consortium": "what the quality nominee answered, not recorded yet",
    "date": "the day of the visit, not recorded yet",
    "scope": "a decision about the scope, not recorded yet",
    "block": "a decision about a certification block, not recorded yet",
    "report": "report being prepared",
    "action": "the sign-off of an action, not recorded yet",
}


def code_of(deed: ReviewDeed) -> str:
    """The measure or objective a deed is about; empty for the review as a whole."""
    return deed.code if isinstance(deed, RecordQuality | AddVisitEvidence) else ""


def words_of(deed: ReviewDeed, number: str) -> str:
    """What was done: ``Review QR-0012, QO.3.4: Met``. number: empty for a review that is no longer mine."""
    return f"{review_place(number, code_of(deed))}: {_done(deed)}"


def draft_words(kind: str, name: str, where: str) -> str:
    """What a draft is: ``Review QR-0012, QO.3.4: not recorded yet``. where: how people call its place."""
    if kind == MEASURE:
        return f"{where}: not recorded yet"
    return f"{where}: {_FORMS.get(name.partition('/')[0], 'not recorded yet')}"


def _done(deed: ReviewDeed) -> str:
    match deed:
        case RecordQuality():
            return deed.level.words
        case AddVisitEvidence():
            count = len(deed.files)
            files = f", {count} file{'s' if count > 1 else ''}" if count else ""
            text = f" “{beginning(deed.text)}”" if deed.text else ""
            return f"{deed.source.words.lower()}{text}{files}"
        case WithdrawVisitEvidence():
            return "noted evidence taken back"
        case RecordMeeting():
            return f"{deed.kind.words}, {deed.who}" if deed.who else deed.kind.words
        case LogNomineeContact():
            return f"contact with {deed.spoke_with} logged"
        case DeclareConsortium():
            return "a consortium declared" if deed.member else "no consortium"
        case DecideScope():
            return "consortium confirmed" if deed.approved else "consortium not confirmed"
        case AgreeDate():
            return f"visit agreed for {day(deed.visit_on)}"
        case SignOffAction():
            return "an action signed off"
        case SubmitVisitReport():
            return f"report, version {deed.version}, {deed.outcome.words.lower()}"
        case DecideBlock():
            return "certification block confirmed" if deed.confirmed else "certification block declined"


def beginning(text: str, length: int = 60) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
