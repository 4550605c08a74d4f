"""Invented reports of quality reviews of every shape, for the tests of this room. Nothing looks at clock or chance.

Run as a program it writes one of them as a PDF to standard output; the determinism tests do so in child processes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from app.catalogue.frameworks import framework_by_id
from app.domain.attached import AttachedFile
from app.domain.centres import Nation
from app.domain.frameworks import Framework
from app.domain.review_report import VisitReportContent, gather_visit_report
from app.domain.review_scope import codes_to_judge
from app.domain.review_terms import Level, MeetingKind, ReviewKind, ReviewState, Scope, Source
from app.domain.reviews import (
    Ced,
    CedFile,
    Meeting,
    PlannedAction,
    QualityJudgement,
    Redeclaration,
    Review,
    ReviewAction,
    Signature,
    VisitEvidence,
)

SIGNED = datetime(2017, 12, 8, 16, 20, tzinfo=UTC)
BEGAN = datetime(2017, 12, 8, 9, 30, tzinfo=UTC)

REVIEW = Review(
    id="0199c000-0000-7000-8000-000000000001",
    number="QR-2017-00031",
    centre_id="c7",
    centre_number="C-70512",
    centre_name="Thistledown Sixth Form Partnership",
    nation=Nation.ENGLAND,
    awarding_body="Pearson",
    year=2017,
    framework_id="btec-qmr-2017",
    kind=ReviewKind.VISIT,
    state=ReviewState.REVIEWING,
    allocated_on=date(2017, 10, 16),
    task_from=date(2017, 11, 1),
    ced_due_on=date(2017, 11, 24),
    ced_submitted_on=date(2017, 11, 22),
    reviewer_id="p-reviewer",
    reviewer_name="Harriet Quillfeather",
    consortium="Mereside Learning Consortium",
    scope=Scope.REDUCED,
    scope_says="The arrangement was approved on 3 March 2016 and is in force for this year.",
    nominee="Oluwaseun Marchbanks",
    visit_on=date(2017, 12, 8),
)

LEVELS = {"QO.1.2": Level.PARTLY_MET, "QO.3.4": Level.PARTLY_MET, "QO.4.4": Level.NOT_APPLICABLE}

NOT_MET = LEVELS | {"QO.9.3": Level.NOT_MET, "QO.9": Level.NOT_MET}

COMMENTARY = {
    Level.MET: "What was shown and what was said agree with each other and with the Engagement Document.",
    Level.PARTLY_MET: (
        "The policy is in place and known to the staff, but its last revision was three years ago and it does not "
        "say who at the partner centres answers for it.\n\nThe quality nominee knew this and has a draft."
    ),
    Level.NOT_MET: "No assessment record of the last two years could be shown; nobody could say where they are kept.",
    Level.NOT_APPLICABLE: "",
}


def framework() -> Framework:
    return framework_by_id("btec-qmr-2017")


def a_visit_report(
    *,
    review: Review = REVIEW,
    levels: dict[str, Level] = LEVELS,
    left_out: tuple[str, ...] = (),
    signed_at: datetime | None = SIGNED,
    version: int = 1,
    changes: str = "",
    summary: str = "A small, well led centre that knows its learners. Two policies need a date and an owner.",
) -> VisitReportContent:
    """The report of a review in which every code in scope is judged but those ``left_out``."""
    codes = [code for code in codes_to_judge(framework(), review) if code not in left_out]
    judgements = [a_judgement(place, code, levels.get(code, Level.MET)) for place, code in enumerate(codes)]
    return gather_visit_report(
        framework(),
        review,
        CED,
        CED_FILES,
        judgements,
        [item for place, code in enumerate(codes) for item in evidence_for(place, code)],
        MEETINGS,
        EARLIER,
        today=date(2017, 12, 8),
        summary=summary,
        version=version,
        changes=changes,
        reviewer_name=review.reviewer_name,
        signed_at=signed_at,
    )


def a_judgement(place: int, code: str, level: Level) -> QualityJudgement:
    actions: tuple[PlannedAction, ...] = ()
    if level in (Level.PARTLY_MET, Level.NOT_MET):
        actions = (
            PlannedAction(
                f"a-{place}-1", f"Date the policy of {code} and name who answers for it at each partner.",
                True, "Oluwaseun Marchbanks", date(2018, 2, 28),
            ),
            PlannedAction(f"a-{place}-2", "Put the review of policies into the quality calendar.", False),
        )  # fmt: skip
    return QualityJudgement(
        id=f"j-{place}",
        review_id=REVIEW.id,
        code=code,
        level=level,
        reason="The centre offers no Technical Level." if level is Level.NOT_APPLICABLE else "",
        commentary=COMMENTARY[level],
        cites=(f"v-{place}-1", f"v-{place}-2", "f-1") if place % 3 else (CED.id, f"v-{place}-2"),
        actions=actions,
        supersedes=(),
        reviewer_id="p-reviewer",
        reviewer_name=REVIEW.reviewer_name,
        recorded_at=BEGAN + timedelta(minutes=7 * place),
    )


def evidence_for(place: int, code: str) -> tuple[VisitEvidence, ...]:
    measure = framework().measure(code)
    suggestion = measure.suggested[0].id if measure is not None and measure.suggested else ""
    photo = AttachedFile(f"photo {place + 1}.jpg", f"{place:02x}" * 32, 4_812_003, "image/jpeg")
    return (
        VisitEvidence(
            f"v-{place}-1", REVIEW.id, code, Source.SUGGESTED if suggestion else Source.SEEN,
            "Signed and dated by the principal.", suggestion, (photo,), ("cd" * 32,),
            "p-reviewer", REVIEW.reviewer_name, BEGAN,
        ),
        VisitEvidence(
            f"v-{place}-2", REVIEW.id, code, Source.EXAMS_OFFICER if "QO.3" in code else Source.VERBAL,
            "Explained in the meeting how it is done, with an example.", "", (), (),
            "p-reviewer", REVIEW.reviewer_name, BEGAN,
        ),
    )  # fmt: skip


CED = Ced(
    id=REVIEW.id,
    review_id=REVIEW.id,
    register_only=True,
    entries=(),
    recognition=Redeclaration(True, ""),
    approvals=Redeclaration(True, "Level 3 Performing Craft ceased in July 2017."),
    signature=Signature(
        "Cordelia Ashgrove", "Principal", "I declare.", datetime(2017, 11, 22, 9, 5, tzinfo=UTC), "ab" * 32
    ),
)
CED_FILES = (
    CedFile("f-1", REVIEW.id, "QO.1.1", "Approval letter 2016.pdf", "0123456789abcdef" * 4, 183_200),
)


def a_meeting(
    number: int,
    kind: MeetingKind,
    who: str,
    role: str,
    minutes: int,
    lasted: int | None,
    notes: str = "",
    throughout: bool = False,
) -> Meeting:
    began = BEGAN + timedelta(minutes=minutes)
    ended = None if lasted is None else began + timedelta(minutes=lasted)
    return Meeting(
        f"m-{number}", REVIEW.id, kind, who, role, began, ended, throughout, notes, (),
        "p-reviewer", REVIEW.reviewer_name, began,
    )  # fmt: skip


MEETINGS = (
    a_meeting(1, MeetingKind.ARRIVAL, "", "", 0, None),
    a_meeting(
        2,
        MeetingKind.NOMINEE,
        "Oluwaseun Marchbanks",
        "Quality nominee",
        5,
        70,
        "Policies and partners.",
        True,
    ),
    a_meeting(
        3, MeetingKind.EXAMS_OFFICER, "Bryn Talfryn", "Exams officer", 90, 45, "Registration and claims."
    ),
    a_meeting(4, MeetingKind.TELEPHONE, "Dr Niamh Corrigan", "Lead internal verifier", 150, 20),
    a_meeting(5, MeetingKind.DEPARTURE, "", "", 330, None),
)
EARLIER = (
    ReviewAction(
        "e-1", REVIEW.id, "QR-2016-00012", "QO.3.4", "Check received certificates by sample.", True,
        "Bryn Talfryn", date(2017, 3, 31), "Done each term since April.", date(2017, 11, 20), date(2017, 12, 8),
        "Harriet Quillfeather", "Two terms of checks were shown.",
    ),
    ReviewAction(
        "e-2", REVIEW.id, "QR-2016-00012", "QO.4.3", "Keep the minutes of learner meetings.", False, "", None,
    ),
)  # fmt: skip


def register_only() -> VisitReportContent:
    return a_visit_report()


def blocked() -> VisitReportContent:
    return a_visit_report(
        levels=NOT_MET,
        version=2,
        changes="The judgement on QO.9.3 was Partly met; the records were not found since.",
    )


def full_scope() -> VisitReportContent:
    return a_visit_report(review=replace(REVIEW, scope=Scope.FULL, scope_says="", consortium=""))


def refused() -> VisitReportContent:
    says = "The collaboration ended in 2015; the centre now teaches two programmes itself."
    return a_visit_report(review=replace(REVIEW, scope=Scope.FULL, scope_says=says))


def desk_top() -> VisitReportContent:
    return a_visit_report(review=replace(REVIEW, kind=ReviewKind.DESK_TOP, visit_on=None))


def desk_top_full() -> VisitReportContent:
    review = replace(REVIEW, kind=ReviewKind.DESK_TOP, visit_on=None, scope=Scope.FULL, scope_says="")
    return a_visit_report(review=review)


def draft_visit() -> VisitReportContent:
    review = replace(REVIEW, ced_submitted_on=None, nominee="")
    return a_visit_report(review=review, left_out=("QO.1.3", "QO.1", "QO.9"), signed_at=None, summary="")


SHAPES = {
    shape.__name__: shape
    for shape in (register_only, blocked, full_scope, refused, desk_top, desk_top_full, draft_visit)
}


if __name__ == "__main__":
    from app.reports.visit import render_visit_report

    sys.stdout.buffer.write(render_visit_report(SHAPES[sys.argv[1]]()))
