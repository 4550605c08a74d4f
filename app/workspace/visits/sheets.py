"""The Visit screen's picture, put together from one review's records, its framework and what is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.dates import day, moment
from app.domain.engagement import ced_is_late, filled_entries, signature_holds
from app.domain.frameworks import Measure, Objective, Suggestion, year_words
from app.domain.moderation import Standing
from app.domain.people import Permission, Person
from app.domain.review_terms import Block, Level, Scope, Source
from app.domain.reviewing import (
    SINGLE_MEETINGS,
    Missing,
    missing,
    objective_proposal,
    objectives_in_scope,
    others_in_report,
    proposes_block,
    review_outcome,
    standing_in_scope,
)
from app.domain.reviews import Meeting, QualityJudgement, ReviewAction, VisitEvidence
from app.domain.superseding import current
from app.workspace.reports import receipt_of
from app.workspace.snapshots import AsideText
from app.workspace.visits.drafts import kept_stands
from app.workspace.visits.overlay import VisitPicture
from app.workspace.visits.snapshots import (
    CedView,
    CitableItem,
    FileHere,
    MayDo,
    MeasureItem,
    MeetingItem,
    NotReviewed,
    ReportState,
    StandingVersion,
    SuggestionTick,
    VisitBase,
    VisitDraft,
    VisitSheet,
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a sheet needs besides the records.

    here: whether the act with an id was recorded on this computer. drafts: what is typed, by code. files: by id of
    noted evidence or of a file of the Engagement Document. aside: drafts that were put aside, by code. forms: names of
    those in which something is typed; report_form: the report's, by field.
    """

    person: Person
    today: date
    here: Callable[[str], bool]
    drafts: Mapping[str, VisitDraft]
    files: Mapping[str, tuple[FileHere, ...]]
    aside: Mapping[str, tuple[AsideText, ...]]
    forms: tuple[str, ...]
    report_form: Mapping[str, str]


def missing_of(picture: VisitPicture) -> tuple[Missing, ...]:
    """Everything that keeps the report of this review from being signed off."""
    return missing(
        picture.framework,
        picture.review,
        picture.ced,
        picture.judgements,
        picture.evidence,
        picture.meetings,
        picture.actions,
    )


def sheet_of(picture: VisitPicture, around: Surroundings) -> VisitSheet:
    """The whole picture of a review."""
    review = picture.review
    return _Composer(picture, around).sheet(
        may=MayDo(
            review=around.person.may(Permission.REVIEW_CENTRES),
            decide_scope=around.person.may(Permission.DECIDE_REVIEWS)
            and review.scope is Scope.CONFIRMATION_ASKED,
            decide_block=around.person.may(Permission.DECIDE_REVIEWS) and review.block is not Block.NONE,
            sign_off_actions=around.person.may(Permission.SIGN_OFF_ACTIONS),
        )
    )


class _Composer:
    def __init__(self, picture: VisitPicture, around: Surroundings) -> None:
        self._picture = picture
        self._framework = picture.framework
        self._around = around
        self._standing = standing_in_scope(picture.framework, picture.review, picture.judgements)
        self._missing = missing_of(picture)
        self._citable = {item.id: item for item in self._every_citable()}
        self._entries = (
            {entry.code: entry for entry in filled_entries(picture.framework, picture.ced)}
            if picture.ced is not None
            else {}
        )

    def sheet(self, may: MayDo) -> VisitSheet:
        picture, review = self._picture, self._picture.review
        items: list[MeasureItem] = []
        for objective in objectives_in_scope(self._framework, review):
            items += [self._item(measure.code, objective, measure) for measure in objective.measures]
            items.append(self._item(objective.code, objective, None))
        return VisitSheet(
            review=review,
            framework=self._framework,
            year=year_words(review.year),
            today=self._around.today,
            items=tuple(items),
            others=tuple(NotReviewed(*one) for one in others_in_report(self._framework, review)),
            ced=self._ced(),
            ced_warning=self._ced_warning(),
            meetings=self._meetings(),
            contacts=picture.contacts,
            last_year=self._earlier(),
            actions=tuple(action for action in picture.actions if action.origin == review.number),
            report=self._report(),
            may=may,
            judged=review.judged,
            pending=picture.pending,
            problems=picture.problems,
            saved_forms=self._around.forms,
        )

    # -- a measure ----------------------------------------------------------------------------------------------

    def _item(self, code: str, objective: Objective, measure: Measure | None) -> MeasureItem:
        history = self._picture.judgements_of(code)
        standing = current(history)
        only = standing[0] if len(standing) == 1 else None
        draft = self._around.drafts.get(code)
        return MeasureItem(
            code=code,
            title=measure.title if measure is not None else objective.name,
            objective=objective,
            measure=measure,
            standing=_standing(standing),
            judgement=only,
            pending=any(judgement.id in self._picture.pending for judgement in standing),
            disputed=self._versions(standing) if len(standing) > 1 else (),
            history=history,
            proposed=self._proposed(objective) if measure is None else None,
            ced_entry=self._entries.get(objective.code),
            citable=self._citable_for(code, objective, measure, standing, draft),
            suggestions=tuple(self._tick(one, code) for one in (measure.suggested if measure else ())),
            missing=tuple(one for one in self._missing if one.code == code),
            last_year=tuple(action for action in self._earlier() if action.code == code),
            draft=draft,
            base=VisitBase(tuple(judgement.id for judgement in standing)),
            meanwhile=self._meanwhile(standing, draft),
            aside=self._around.aside.get(code, ()),
        )

    def _proposed(self, objective: Objective) -> Level | None:
        return objective_proposal(objective, self._standing)

    def _versions(self, standing: Sequence[QualityJudgement]) -> tuple[StandingVersion, ...]:
        me = self._around.person.id
        return tuple(StandingVersion(one, self._whose(one), one.reviewer_id == me) for one in standing)

    def _whose(self, judgement: QualityJudgement) -> str:
        """``Robin Hale, 8 December 2017, 10:42``, ``You, …`` or ``You on another device, …``."""
        name = _author(self._around, judgement.id, judgement.reviewer_id, judgement.reviewer_name)
        return f"{name}, {moment(judgement.recorded_at)}"

    def _meanwhile(self, standing: Sequence[QualityJudgement], draft: VisitDraft | None) -> str:
        if len(standing) > 1:
            names = " │ ".join(map(self._whose, standing))
            return f"{len(standing)} judgements stand side by side: {names}. The report waits until one is chosen."
        if draft is None or not draft.judges or draft.base is None or not standing:
            return ""
        if standing[0].id in kept_stands(draft):
            return ""
        return (
            f"Judged elsewhere while you were writing: {self._whose(standing[0])}. "
            "Recording yours keeps both, to be compared."
        )

    def _tick(self, suggestion: Suggestion, code: str) -> SuggestionTick:
        noted = [
            item
            for item in self._picture.evidence_standing()
            if item.suggestion == suggestion.id and item.code == code
        ]
        if not noted:
            return SuggestionTick(suggestion)
        return SuggestionTick(suggestion, noted[-1].id, noted[-1].source.counts)

    # -- evidence -----------------------------------------------------------------------------------------------

    def _every_citable(self) -> list[CitableItem]:
        cited = {identifier for judgement in self._picture.current() for identifier in judgement.cites}
        found = []
        ced = self._picture.ced
        if ced is not None:
            counts = ced.signature is not None
            says = "What the centre says in its Engagement Document"
            found.append(CitableItem(ced.id, "", says, counts, ced.id in cited))
        for file in self._picture.ced_files:
            files = self._around.files.get(file.id, ())
            words = f"{file.name} (Engagement Document)"
            found.append(CitableItem(file.id, file.code, words, True, file.id in cited, files))
        for noted in self._picture.evidence_standing():
            found.append(
                CitableItem(
                    id=noted.id,
                    code=noted.code,
                    words=self._words_of(noted),
                    counts=noted.source.counts,
                    cited=noted.id in cited,
                    files=self._around.files.get(noted.id, ()),
                    noted=noted,
                    mine=noted.author_id == self._around.person.id,
                    pending=noted.id in self._picture.pending,
                )
            )
        return found

    def _words_of(self, noted: VisitEvidence) -> str:
        """What noted evidence is, in one line."""
        parts = [noted.source.words]
        suggestion = self._framework.suggestion(noted.suggestion) if noted.suggestion else None
        if suggestion is not None:
            parts.append(suggestion.text)
        if noted.text.strip():
            parts.append(" ".join(noted.text.split()))
        elif noted.source is Source.FILE:
            parts.append(", ".join(file.name for file in noted.files))
        return ": ".join(parts)

    def _citable_for(
        self,
        code: str,
        objective: Objective,
        measure: Measure | None,
        standing: Sequence[QualityJudgement],
        draft: VisitDraft | None,
    ) -> tuple[CitableItem, ...]:
        """What a judgement on this code may cite: the document, what is for the code, and what it cites already.

        For a measure also what is for its whole objective; for an objective also what is for its measures.
        """
        codes = {code, objective.code, ""}
        if measure is None:
            codes |= {one.code for one in objective.measures}
        cited = {identifier for judgement in standing for identifier in judgement.cites}
        cited |= set(draft.cites if draft is not None else ())
        return tuple(item for item in self._citable.values() if item.code in codes or item.id in cited)

    # -- the rest -----------------------------------------------------------------------------------------------

    def _earlier(self) -> tuple[ReviewAction, ...]:
        number = self._picture.review.number
        return tuple(action for action in self._picture.actions if action.origin != number)

    def _meetings(self) -> tuple[MeetingItem, ...]:
        standing = current(self._picture.meetings)
        kinds = [meeting.kind for meeting in standing]
        return tuple(
            MeetingItem(
                meeting,
                self._recorded_by(meeting),
                meeting.id in self._picture.pending,
                meeting.kind in SINGLE_MEETINGS and kinds.count(meeting.kind) > 1,
            )
            for meeting in standing
        )

    def _recorded_by(self, meeting: Meeting) -> str:
        name = _author(self._around, meeting.id, meeting.author_id, meeting.author_name)
        return f"{name}, {moment(meeting.recorded_at)}"

    def _ced(self) -> CedView | None:
        ced, review = self._picture.ced, self._picture.review
        if ced is None:
            return None
        signed = signature_holds(self._framework, ced, self._picture.ced_files)
        if ced.signature is not None and signed:
            by = ced.signature
            words = f"Signed by {by.name}, {by.role}, on {moment(by.signed_at)}"
            if ced.provisional:
                words = f"{words}; provisional until the consortium is confirmed"
        elif ced.signature is not None:
            words = (
                "Its signature covers another content than this one; synchronise again before you rely on it"
            )
        else:
            words = f"Not signed yet; due {day(review.ced_due_on)}"
        files = tuple(self._citable[file.id] for file in self._picture.ced_files)
        return CedView(ced, words, signed, tuple(self._entries.values()), files)

    def _ced_warning(self) -> str:
        review = self._picture.review
        if not ced_is_late(review, self._around.today):
            return ""
        due = day(review.ced_due_on)
        if review.ced_submitted_on is None:
            return f"The Engagement Document was due on {due} and is not in yet."
        return f"The Engagement Document was due on {due} and came in on {day(review.ced_submitted_on)}."

    def _report(self) -> ReportState:
        picture, review = self._picture, self._picture.review
        stands = [one for found in self._standing.values() for one in found]
        whole = all(len(found) == 1 for found in self._standing.values())
        return ReportState(
            outcome=review_outcome(self._framework, stands) if whole else None,
            proposes_block=proposes_block(self._framework, stands),
            summary=self._around.report_form.get("summary", ""),
            changes=self._around.report_form.get("changes", ""),
            missing=self._missing,
            submitted=picture.submitted,
            issued=picture.reports,
            next_version=review.report_version + 1,
            receipt=receipt_of(picture.reports[-1]) if picture.reports else "",
            closed="The report is signed off and waits to be sent. Take it back to change anything."
            if picture.submitted
            else "",
        )


def _standing(standing: Sequence[QualityJudgement]) -> Standing:
    if not standing:
        return Standing.NOT_JUDGED
    return Standing.JUDGED if len(standing) == 1 else Standing.DISPUTED


def _author(around: Surroundings, act_id: str, author_id: str, author_name: str) -> str:
    if author_id != around.person.id:
        return author_name
    return "You" if around.here(act_id) else "You on another device"
