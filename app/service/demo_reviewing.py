"""The demonstration's reviewer and quality manager at one review: arranging it, visiting, judging and reporting."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from app.catalogue.frameworks import framework_by_id
from app.domain.acts import Act
from app.domain.dates import LONDON, london_day
from app.domain.frameworks import Framework
from app.domain.review_deeds import (
    AddVisitEvidence,
    AgreeDate,
    DecideScope,
    DeclareConsortium,
    LogNomineeContact,
    RecordMeeting,
    RecordQuality,
    SubmitVisitReport,
)
from app.domain.review_report import gather_visit_report
from app.domain.review_terms import Level, MeetingKind, Source
from app.domain.reviewing import (
    codes_to_judge,
    objectives_in_scope,
    proposed_level,
    proposes_block,
    review_outcome,
    standing_in_scope,
)
from app.domain.reviews import PlannedAction, Review
from app.service.accounts import new_id
from app.service.ced_records import load_ced_files, load_ceds
from app.service.database import reading
from app.service.demo_pushing import DemoDesktop
from app.service.review_records import (
    load_meetings,
    load_quality_judgements,
    load_review_actions,
    load_reviews,
    load_visit_evidence,
)


class DemoReview:
    """One person's desktop at one review. ``review_id``: asked when something is done, for it is allocated by then."""

    def __init__(self, desktop: DemoDesktop, review_id: Callable[[], str]) -> None:
        self._desktop = desktop
        self._review_id = review_id

    # -- arranging -------------------------------------------------------------------------------------------------

    def contact(self, told: Mapping[str, Any], now: datetime) -> None:
        """The first talk with the quality nominee (Q-16)."""
        deed = LogNomineeContact(self._review_id(), told["with"], told["means"], told["summary"])
        self._desktop.do(deed, now)

    def declare(self, told: Mapping[str, Any], now: datetime) -> None:
        """What they answered about a consortium (Q-17)."""
        deed = DeclareConsortium(self._review_id(), bool(told["name"]), told["name"], told["answer"])
        self._desktop.do(deed, now)

    def decide_scope(self, told: Mapping[str, Any], now: datetime) -> None:
        """The quality team's answer (Q-19)."""
        self._desktop.do(DecideScope(self._review_id(), told["approved"], told["reason"]), now)

    def agree(self, on: date, now: datetime) -> None:
        """The day of the visit."""
        self._desktop.do(AgreeDate(self._review_id(), on), now)

    # -- judging ---------------------------------------------------------------------------------------------------

    def read(self, told: Mapping[str, Any], now: datetime) -> None:
        """One measure is met by what the Engagement Document says and brings."""
        review_id = self._review_id()
        with reading(self._desktop.engine) as connection:
            files = load_ced_files(connection, [review_id])
        cites = [review_id, *(file.id for file in files if file.code == told["code"])]
        deed = RecordQuality(
            review_id, told["code"], Level.MET, "", told["commentary"], tuple(cites), actions=()
        )
        self._desktop.do(deed, now)

    def visit(self, told: Mapping[str, Any], on: date, now: datetime) -> None:
        """A whole visit: the meetings, and every measure judged by what was heard; ``asked``: those partly met."""
        review, framework = self._review()
        acts = [
            self._meeting(review, kind, on, hours, who)
            for kind, hours, who in (
                (MeetingKind.ARRIVAL, (9, None), ""),
                (MeetingKind.NOMINEE, (9, 15), told["nominee"]),
                (MeetingKind.EXAMS_OFFICER, (11, 12), told["exams_officer"]),
                (MeetingKind.DEPARTURE, (15, None), ""),
            )
        ]
        levels: dict[str, Level] = {}
        for code in codes_to_judge(framework, review):
            measure = framework.measure(code)
            if measure is None:
                continue
            asked = told["asked"].get(code)
            heard = AddVisitEvidence(
                review.id, code, Source.VERBAL, told["heard"].format(title=measure.title)
            )
            noted = self._desktop.act(heard, now)
            levels[code] = Level.PARTLY_MET if asked else Level.MET
            deed = RecordQuality(
                review.id,
                code,
                levels[code],
                "",
                asked["commentary"] if asked else "",
                (noted.id,),
                (_action(asked, on),) if asked else (),
            )
            acts += [noted, self._desktop.act(deed, now)]
        for objective in objectives_in_scope(framework, review):
            level = proposed_level(levels[measure.code] for measure in objective.measures)
            assert level is not None
            words = "See the measures." if level is not Level.MET else ""
            deed = RecordQuality(review.id, objective.code, level, "", words, (), ())
            acts.append(self._desktop.act(deed, now))
        self._desktop.push(*acts, now=now)

    def _meeting(
        self, review: Review, kind: MeetingKind, on: date, hours: tuple[int, int | None], who: str
    ) -> Act:
        began = datetime.combine(on, time(hours[0], 30), LONDON)
        ended = datetime.combine(on, time(hours[1]), LONDON) if hours[1] is not None else None
        throughout = kind is MeetingKind.NOMINEE
        deed = RecordMeeting(review.id, kind, who, kind.words if who else "", began, ended, throughout)
        return self._desktop.act(deed, ended or began)

    # -- reporting -------------------------------------------------------------------------------------------------

    def report(self, summary: str, now: datetime) -> None:
        """The report, set and signed as the desktop does it."""
        from app.reports.visit import render_visit_report

        review, framework = self._review()
        ids = [review.id]
        with reading(self._desktop.engine) as connection:
            judgements = load_quality_judgements(connection, ids)
            content = gather_visit_report(
                framework,
                review,
                load_ceds(connection, ids)[0],
                load_ced_files(connection, ids),
                judgements,
                load_visit_evidence(connection, ids),
                load_meetings(connection, ids),
                load_review_actions(connection, ids),
                today=london_day(now),
                summary=summary,
                version=1,
                changes="",
                reviewer_name=self._desktop.person.name,
                signed_at=now,
            )
        pdf = render_visit_report(content)
        standing = [
            one for found in standing_in_scope(framework, review, judgements).values() for one in found
        ]
        deed = SubmitVisitReport(
            review_id=review.id,
            version=1,
            changes="",
            outcome=review_outcome(framework, standing),
            summary=summary,
            propose_block=proposes_block(framework, standing),
            judgement_ids=tuple(one.id for one in standing),
            pdf=pdf,
            pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        )
        self._desktop.do(deed, now)

    def _review(self) -> tuple[Review, Framework]:
        with reading(self._desktop.engine) as connection:
            (review,) = load_reviews(connection, [self._review_id()])
        return review, framework_by_id(review.framework_id)


def _action(told: Mapping[str, Any], on: date) -> PlannedAction:
    due = on + timedelta(days=told["within"])
    return PlannedAction(new_id(), told["action"], told["essential"], told["owner"], due)
