"""What a quality review's report states, gathered from the records. Turning it into a PDF is `app.reports`' work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.centres import Nation
from app.domain.engagement import ced_is_late
from app.domain.frameworks import Framework, year_words
from app.domain.review_missing import proposes_block, review_outcome
from app.domain.review_scope import objectives_in_scope, others_in_report, standing_in_scope
from app.domain.review_terms import Level, MeetingKind, ReviewKind, ReviewOutcome, Scope, Source
from app.domain.reviews import (
    Ced,
    CedFile,
    Meeting,
    QualityJudgement,
    Review,
    ReviewAction,
    VisitEvidence,
)
from app.domain.superseding import current

CED_WORDS = "Engagement Document"
"""What the centre's document is called in the report."""


@dataclass(frozen=True, slots=True)
class ReportedEvidence:
    """One thing that a judgement rests on. source: None for the Engagement Document and what came with it.

    words: what kind it is; text: what it is, empty for the document itself. files: name and hex SHA-256 of each.
    """

    source: Source | None
    words: str
    text: str
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportedAction:
    """One action for the centre, numbered through the whole report. code: of the measure or objective it is from."""

    number: int
    code: str
    text: str
    essential: bool
    owner: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ReportedJudgement:
    """A measure or an objective with what was judged. level: None while it is not judged, or in dispute.

    reason: why *not applicable*, or why an objective is judged otherwise than its measures propose (D-9).
    """

    code: str
    title: str
    level: Level | None
    reason: str
    commentary: str
    evidence: tuple[ReportedEvidence, ...]
    actions: tuple[ReportedAction, ...]


@dataclass(frozen=True, slots=True)
class ReportedObjective:
    """An objective that was reviewed: its own judgement, and those of its measures (none where it has none, D-10)."""

    code: str
    name: str
    blocking: bool
    judgement: ReportedJudgement
    measures: tuple[ReportedJudgement, ...]


@dataclass(frozen=True, slots=True)
class ReportedOther:
    """An objective that was not reviewed: what stands for it, and the fixed commentary (Q-31, D-11)."""

    code: str
    name: str
    words: str
    commentary: str


@dataclass(frozen=True, slots=True)
class ReportedMeeting:
    """A moment of the visit (Q-22..Q-24). ended: None for arrival and departure."""

    kind: MeetingKind
    who: str
    role: str
    began: datetime
    ended: datetime | None
    throughout: bool
    notes: str


@dataclass(frozen=True, slots=True)
class ReportedEarlierAction:
    """An action of an earlier report as it stood at sign-off. origin: number of the review that asked for it."""

    origin: str
    code: str
    text: str
    essential: bool
    owner: str
    due_on: date | None
    answer: str
    signed_off_on: date | None
    signed_off_by: str
    sign_off_says: str


@dataclass(frozen=True, slots=True)
class VisitReportContent:
    """Everything the printed report says; equal content gives equal bytes.

    signed_at: the reviewer's clock at sign-off; None makes it a draft, which the PDF says across each page.
    version, changes: 1 says nothing of changes; a correction says what changed. scope_says: the quality team's answer.
    ced_submitted_on: None while the Engagement Document is not signed; ced_late: by the day it was due (D-8).
    ced_signed_by: name and role of who signed it, or empty. ced_changes: what the two re-declarations say has changed.
    objectives: those reviewed, in the framework's order; others: those not reviewed, empty for a full visit.
    proposes_block: a blocking objective is not met (D-9). meetings: empty for a desk-top review (D-11).
    """

    framework_id: str
    framework_title: str
    awarding_body: str
    year: int
    year_words: str
    number: str
    centre_number: str
    centre_name: str
    nation: Nation
    consortium: str
    kind: ReviewKind
    visit_on: date | None
    scope: Scope
    scope_says: str
    nominee: str
    ced_due_on: date
    ced_submitted_on: date | None
    ced_late: bool
    ced_signed_by: str
    ced_changes: tuple[tuple[str, str], ...]
    meetings: tuple[ReportedMeeting, ...]
    objectives: tuple[ReportedObjective, ...]
    others: tuple[ReportedOther, ...]
    actions: tuple[ReportedAction, ...]
    earlier_actions: tuple[ReportedEarlierAction, ...]
    outcome: ReviewOutcome | None
    proposes_block: bool
    summary: str
    version: int
    changes: str
    reviewer_name: str
    signed_at: datetime | None


def gather_visit_report(
    framework: Framework,
    review: Review,
    ced: Ced | None,
    ced_files: Iterable[CedFile],
    judgements: Iterable[QualityJudgement],
    evidence: Iterable[VisitEvidence],
    meetings: Iterable[Meeting],
    actions: Iterable[ReviewAction],
    *,
    today: date,
    summary: str,
    version: int,
    changes: str,
    reviewer_name: str,
    signed_at: datetime | None,
) -> VisitReportContent:
    """Puts the report together in the framework's order; nothing in it depends on the order the records are given in.

    Actions are numbered as the report is read: an objective's own, then its measures'. The outcome stands only where
    every code in scope is judged. ``today``, a London day, tells whether an Engagement Document not in yet is late.
    """
    standing = standing_in_scope(framework, review, judgements)
    gathering = _Gathering(framework, review, ced, ced_files, evidence)
    objectives = tuple(
        ReportedObjective(
            objective.code,
            objective.name,
            objective.blocking,
            gathering.judged(objective.code, objective.name, standing[objective.code]),
            tuple(
                gathering.judged(measure.code, measure.title, standing[measure.code])
                for measure in objective.measures
            ),
        )
        for objective in objectives_in_scope(framework, review)
    )
    stands = [one for found in standing.values() for one in found]
    complete = all(len(found) == 1 for found in standing.values())
    signature = ced.signature if ced is not None else None
    return VisitReportContent(
        framework_id=framework.id,
        framework_title=framework.title,
        awarding_body=framework.awarding_body,
        year=review.year,
        year_words=year_words(review.year),
        number=review.number,
        centre_number=review.centre_number,
        centre_name=review.centre_name,
        nation=review.nation,
        consortium=review.consortium,
        kind=review.kind,
        visit_on=review.visit_on,
        scope=review.scope,
        scope_says=review.scope_says,
        nominee=review.nominee,
        ced_due_on=review.ced_due_on,
        ced_submitted_on=review.ced_submitted_on,
        ced_late=ced_is_late(review, today),
        ced_signed_by=f"{signature.name}, {signature.role}" if signature is not None else "",
        ced_changes=_changes(ced),
        meetings=() if review.kind is ReviewKind.DESK_TOP else _meetings(meetings),
        objectives=objectives,
        others=tuple(
            ReportedOther(objective.code, objective.name, words, commentary)
            for objective, words, commentary in others_in_report(framework, review)
        ),
        actions=tuple(gathering.actions),
        earlier_actions=_earlier_actions(framework, review, actions),
        outcome=review_outcome(framework, stands) if complete else None,
        proposes_block=proposes_block(framework, stands),
        summary=summary,
        version=version,
        changes=changes,
        reviewer_name=reviewer_name,
        signed_at=signed_at,
    )


class _Gathering:
    """Turns judgements into what is printed of them, and numbers their actions on the way."""

    def __init__(
        self,
        framework: Framework,
        review: Review,
        ced: Ced | None,
        ced_files: Iterable[CedFile],
        evidence: Iterable[VisitEvidence],
    ) -> None:
        self.actions: list[ReportedAction] = []
        self._framework = framework
        self._ced_id = ced.id if ced is not None else review.id
        self._files = {file.id: file for file in ced_files}
        self._noted = {item.id: item for item in evidence if not item.withdrawn}

    def judged(self, code: str, title: str, standing: Sequence[QualityJudgement]) -> ReportedJudgement:
        if len(standing) != 1:
            return ReportedJudgement(code, title, None, "", "", (), ())
        judgement = standing[0]
        asked = tuple(
            ReportedAction(number, code, action.text.strip(), action.essential, action.owner, action.due_on)
            for number, action in enumerate(judgement.actions, start=len(self.actions) + 1)
        )
        self.actions += asked
        cited = (self._evidence(identifier) for identifier in judgement.cites)
        return ReportedJudgement(
            code,
            title,
            judgement.level,
            judgement.reason.strip(),
            judgement.commentary.strip(),
            tuple(item for item in cited if item is not None),
            asked,
        )

    def _evidence(self, identifier: str) -> ReportedEvidence | None:
        if identifier == self._ced_id:
            return ReportedEvidence(None, CED_WORDS, "")
        file = self._files.get(identifier)
        if file is not None:
            return ReportedEvidence(
                None, f"File with the {CED_WORDS}", file.name, ((file.name, file.sha256),)
            )
        noted = self._noted.get(identifier)
        if noted is None:
            return None
        suggestion = self._framework.suggestion(noted.suggestion)
        told = (suggestion.text if suggestion is not None else "", noted.text.strip())
        return ReportedEvidence(
            noted.source,
            noted.source.words,
            ": ".join(text for text in told if text),
            tuple((attached.name, attached.sha256) for attached in noted.files),
        )


def _changes(ced: Ced | None) -> tuple[tuple[str, str], ...]:
    if ced is None:
        return ()
    told = (
        ("Centre recognition", ced.recognition.changes.strip()),
        ("Qualification approvals", ced.approvals.changes.strip()),
    )
    return tuple((title, changes) for title, changes in told if changes)


def _meetings(meetings: Iterable[Meeting]) -> tuple[ReportedMeeting, ...]:
    ordered = sorted(current(meetings), key=lambda meeting: (meeting.began, meeting.kind, meeting.id))
    return tuple(
        ReportedMeeting(
            meeting.kind,
            meeting.who,
            meeting.role,
            meeting.began,
            meeting.ended,
            meeting.throughout,
            meeting.notes.strip(),
        )
        for meeting in ordered
    )


def _earlier_actions(
    framework: Framework, review: Review, actions: Iterable[ReviewAction]
) -> tuple[ReportedEarlierAction, ...]:
    places = {code: place for place, code in enumerate(_reading_order(framework))}
    earlier = sorted(
        (action for action in actions if action.origin != review.number),
        key=lambda action: (action.origin, places.get(action.code, len(places)), action.code, action.id),
    )
    return tuple(
        ReportedEarlierAction(
            action.origin,
            action.code,
            action.text,
            action.essential,
            action.owner,
            action.due_on,
            action.answer,
            action.signed_off_on,
            action.signed_off_by,
            action.sign_off_says,
        )
        for action in earlier
    )


def _reading_order(framework: Framework) -> Iterable[str]:
    for objective in framework.objectives:
        yield objective.code
        yield from (measure.code for measure in objective.measures)
