"""The sentences of a moderation report that no person typed, in one place."""

from __future__ import annotations

from app.domain.clocks import ACTION_DAYS
from app.domain.dates import day
from app.domain.evidence import Evidence
from app.domain.moderation import ModerationRequest, Outcome
from app.domain.report import ModerationReport

DRAFT_WORDS = "Draft – not issued"

DRAFT_SENTENCE = "This is a draft. It has not been issued."

NO_OUTCOME = "Not decided yet"

LEARNERS_APART = (
    "Each learner's outcome is kept apart from the status of the batch, and rests on the units sampled here."
)

UNDRAWABLE = (
    "The sign � stands for a character that the fonts of this report do not have. "
    "The record keeps every character as it was typed."
)


def outcome_meaning(request: ModerationRequest, outcome: Outcome | None) -> str:
    """What the outcome means for the whole batch (M-57..M-62)."""
    match outcome:
        case Outcome.ACCEPTED:
            return (
                f"The whole batch, request {request.number}, is accepted. The learner records of the batch are "
                "updated; a certificate follows by itself where a learner has reached the credits required."
            )
        case Outcome.REJECTED:
            # No date is given: day 0 is the day the report is issued, which only the service knows (D-4).
            return (
                f"The whole batch, request {request.number}, is on hold for certification, including the "
                "learners who passed, until it is established that the wider batch is sound. The centre has "
                f"{ACTION_DAYS} days from the day this report is issued to complete the actions below and "
                "re-submit the same claim; after that the submission is archived and a new claim is needed."
            )
        case None:
            return "The moderator has not confirmed an outcome. Nothing changes for the batch."


def batch_words(outcome: Outcome | None) -> str:
    """How the batch stands for certification, apart from any one learner (M-56, M-57)."""
    match outcome:
        case Outcome.ACCEPTED:
            return "Learner records updated"
        case Outcome.REJECTED:
            return "On hold for certification"
        case None:
            return "No change"


def actions_introduction(outcome: Outcome | None) -> str:
    """What the centre does with the list of actions (M-59, M-60)."""
    if outcome is Outcome.REJECTED:
        return f"To be completed within {ACTION_DAYS} days of this report's issue, before re-submission."
    return "The moderator asks the centre for the following."


def no_actions(outcome: Outcome | None) -> str:
    """What stands in place of an empty list of actions (M-59)."""
    match outcome:
        case Outcome.ACCEPTED:
            return "The centre has nothing to do."
        case Outcome.REJECTED:
            return "No action has been written yet. A rejection cannot be issued without one."
        case None:
            return "No action has been written."


def due_words(request: ModerationRequest) -> str:
    """The day moderation was due, and every earlier one, since none is erased (M-50, M-51)."""
    if request.due_on is None:
        return "Not set"
    if not request.earlier_due_on:
        return day(request.due_on)
    earlier = ", ".join(day(date) for date in request.earlier_due_on)
    return f"{day(request.due_on)} (extended; before: {earlier})"


def sampled_words(report: ModerationReport) -> str:
    """``12 learner-units of 9 learners``."""
    units = len(report.samples)
    learners = len({entry.sample.learner_number for entry in report.samples})
    if not units:
        return "No learner-units"
    return f"{units} {_plural('learner-unit', units)} of {learners} {_plural('learner', learners)}"


def tally_words(report: ModerationReport) -> str:
    """``10 agreed, 1 not agreed, 1 not judged yet``: how the samples were decided."""
    counts: dict[str, int] = {}
    for entry in report.samples:
        words = "not judged yet" if entry.judgement is None else entry.judgement.decision.words.lower()
        counts[words] = counts.get(words, 0) + 1
    return ", ".join(f"{count} {words}" for words, count in sorted(counts.items())) or "None"


def evidence_words(item: Evidence) -> str:
    """What kind of evidence something is, and how large a file; a link has no size."""
    if item.not_applicable.strip():
        return f"{item.kind.words}, not applicable"
    if item.link_only:
        return f"{item.kind.words}, link to the centre's platform"
    return f"{item.kind.words}, {size_words(item.size)}"


def size_words(size: int) -> str:
    """A file's size as people say it: ``812 bytes``, ``24 KB``, ``1.3 MB``, ``2.0 GB``."""
    if size < 1000:
        return f"{size} {_plural('byte', size)}"
    if size < 1_000_000:
        return f"{(size + 500) // 1000} KB"
    if size < 1_000_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{size / 1_000_000_000:.1f} GB"


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
