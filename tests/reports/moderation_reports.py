"""Invented moderation reports of every shape, for the tests of this room. Nothing here looks at clock or chance.

Run as a program it writes one of them as a PDF to standard output; the determinism tests do so in child processes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from app.domain.centres import Nation
from app.domain.evidence import Evidence, EvidenceKind
from app.domain.moderation import (
    ActionForCentre,
    Decision,
    Judgement,
    ModerationRequest,
    Note,
    Outcome,
    RequestState,
    Sample,
)
from app.domain.report import ModerationReport, gather_report

SIGNED = datetime(2026, 4, 21, 15, 42, tzinfo=UTC)

REQUEST = ModerationRequest(
    id="0199a000-0000-7000-8000-000000000001",
    number="MR-2026-00417",
    centre_id="c1",
    centre_number="C-20418",
    centre_name="Alderbrook Institute of Management",
    nation=Nation.ENGLAND,
    qualification_code="5D11",
    qualification_title="Level 5 Diploma in Leading Teams and Services",
    awarding_body="Larchmere Awards",
    state=RequestState.IN_MODERATION,
    submitted_on=date(2026, 3, 16),
    evidence_complete_on=date(2026, 3, 27),
    due_on=date(2026, 5, 6),
    earlier_due_on=(date(2026, 4, 29),),
    moderator_id="p-moderator",
    moderator_name="Morgan Halewood",
    sampling_words=(
        "Medium risk, 25 % and at least 3: 20 learner-units claimed this quarter, 5 required, 3 drawn before, "
        "so 12 drawn from this submission. Random seed 81c4e2."
    ),
    samples=12,
    judged=12,
)

LEARNERS = (
    "Priya Oakhurst",
    "Tomasz Birchwood",
    "Łucja Świątek-Wrzosowa",
    "Ελένη Ελαιώνα",
    "Дмитро Вербицький",
    "Rowan Ashdown",
    "ليلى الزيتوني",
    "Ngozi Elderfield",
    "Siân Hawthorne-Pryce",
)
UNITS = (
    ("502", "Managing stakeholder relationships", 6),
    ("504", "Leading a team through change", 5),
    ("509", "Using information to improve a service", 7),
)
ASSESSORS = ("Dr Imogen Sedgeley", "Callum Thornbury", "Faye Rushworth")
REASONS = (
    "Only unit 509 in this submission",
    "Assessor not sampled since March",
    "New assessor",
    "Highest mark of the submission",
    "Random, seed 81c4e2",
)
RATIONALES = {
    Decision.AGREED: (
        "The work meets every assessment criterion. Feedback is specific, and the marks follow from it."
    ),
    Decision.NOT_AGREED: (
        "Criterion 2.3 asks for an evaluation of two approaches to engagement. The assignment describes one at "
        "length and names the other without weighing it, and the marking sheet gives the criterion as met with "
        "no reason.\n\nThe reflective log that would support it stops in week four."
    ),
    Decision.FURTHER_EVIDENCE: (
        "The observation record is unsigned and its second page is missing, so the team meeting in criterion "
        "3.1 cannot be confirmed from what was sent."
    ),
    Decision.SUSPECTED_MALPRACTICE: (
        "Pages 3 to 5 agree word for word with the work of another learner in this submission."
    ),
}
ACTIONS = {
    Decision.NOT_AGREED: (
        "Return the assignment to the learner for criterion 2.3, and re-mark it against both approaches.",
        "Standardise criterion 2.3 among all assessors of this unit and send the minutes of the meeting.",
    ),
    Decision.FURTHER_EVIDENCE: ("Send the complete, signed observation record for criterion 3.1.",),
}


def a_report(
    *,
    count: int = 12,
    decisions: tuple[Decision | None, ...] = (Decision.AGREED,),
    outcome: Outcome | None = Outcome.ACCEPTED,
    signed_at: datetime | None = SIGNED,
    summary: str = "The centre's decisions are sound. Feedback to learners is generous and to the point.",
    request: ModerationRequest = REQUEST,
    notes: tuple[Note, ...] = (),
) -> ModerationReport:
    """A report of ``count`` samples whose decisions repeat in turn; None leaves a sample unjudged."""
    samples, current, evidence = [], {}, []
    for index in range(count):
        sample = a_sample(index)
        samples.append(sample)
        decision = decisions[index % len(decisions)]
        if decision is not None:
            current[sample.id] = a_judgement(index, decision)
        evidence.extend(files_of(index))
    return gather_report(
        request,
        samples,
        current,
        notes,
        evidence,
        outcome=outcome,
        summary=summary,
        moderator_name=request.moderator_name,
        signed_at=signed_at,
    )


def a_sample(index: int) -> Sample:
    code, title, credits = UNITS[index % len(UNITS)]
    learner = index // 2
    name = LEARNERS[learner % len(LEARNERS)]
    return Sample(
        id=f"sample-{index + 1}",
        request_id=REQUEST.id,
        position=index + 1,
        learner_name=name,
        learner_number=f"L-{30100 + learner}",
        unit_code=code,
        unit_title=title,
        unit_credits=credits,
        assessor=ASSESSORS[index % len(ASSESSORS)],
        assessor_decision="Met, 68 %" if index % 3 else "Met, 81 %",
        reason=REASONS[index % len(REASONS)],
    )


def a_judgement(index: int, decision: Decision) -> Judgement:
    return Judgement(
        id=f"0199b7c2-{index:04x}-7d31-9a60-5e1f00c0{index:04x}",
        request_id=REQUEST.id,
        sample_id=f"sample-{index + 1}",
        decision=decision,
        rationale=RATIONALES[decision],
        actions=tuple(ActionForCentre(text) for text in ACTIONS.get(decision, ())),
        supersedes=(),
        moderator_id="p-moderator",
        moderator_name="Morgan Halewood",
        recorded_at=SIGNED - timedelta(days=3, minutes=7 * index),
    )


def files_of(index: int) -> tuple[Evidence, ...]:
    stem = LEARNERS[(index // 2) % len(LEARNERS)].split()[-1]
    unit = UNITS[index % len(UNITS)][0]
    return tuple(
        Evidence(f"e-{index}-{number}", REQUEST.id, f"sample-{index + 1}", kind, name, "ab" * 32, size)
        for number, (kind, name, size) in enumerate(
            (
                (EvidenceKind.LEARNER_WORK, f"{stem} unit {unit} assignment.pdf", 412_300),
                (EvidenceKind.MARKING_SHEET, f"{stem} unit {unit} marking sheet.xlsx", 24_100),
                (EvidenceKind.IQA_RECORD, f"IQA {unit}.docx", 88_400),
            )
        )
    )


def a_note(number: int, text: str, *, sample: int | None = None) -> Note:
    return Note(
        id=f"0199b7d0-{number:04x}-7aaa-8bbb-000000000000",
        request_id=REQUEST.id,
        sample_id="" if sample is None else f"sample-{sample}",
        stage=RequestState.IN_MODERATION,
        author_id="p-moderator",
        author_name="Morgan Halewood" if number % 2 else "Alderbrook Institute, quality nominee",
        text=text,
        written_at=SIGNED - timedelta(days=5, hours=number),
    )


MIXED = (
    Decision.AGREED,
    Decision.AGREED,
    Decision.AGREED,
    Decision.NOT_AGREED,
    Decision.AGREED,
    Decision.AGREED,
    Decision.FURTHER_EVIDENCE,
    Decision.AGREED,
)

NOTES = (
    a_note(1, "The second marker's initials are missing on page 2.\nPlease add them.", sample=4),
    a_note(2, "They are on the paper copy; a scan is in the evidence now.", sample=4),
    a_note(3, "Sampling sheet and plan agree with each other and with what was sent."),
    a_note(4, "Thank you. The plan for the summer term follows in June."),
)


def accepted() -> ModerationReport:
    return a_report()


def rejected() -> ModerationReport:
    return a_report(
        decisions=MIXED,
        outcome=Outcome.REJECTED,
        summary=(
            "Nine of the twelve learner-units are agreed. Twice criterion 2.3 is marked as met without an "
            "evaluation, and one observation record is incomplete.\n\nThe internal quality assurance is thorough "
            "where it was done, but it did not reach every assessor this term."
        ),
        notes=NOTES,
    )


def draft() -> ModerationReport:
    return a_report(decisions=(*MIXED, None), outcome=None, signed_at=None, summary="", notes=NOTES)


def empty() -> ModerationReport:
    request = replace(REQUEST, sampling_words="", due_on=None, evidence_complete_on=None, earlier_due_on=())
    return a_report(count=0, outcome=None, signed_at=None, summary="", request=request)


def of_200() -> ModerationReport:
    return replace(a_report(count=200, decisions=MIXED, outcome=Outcome.REJECTED, notes=NOTES))


SHAPES = {shape.__name__: shape for shape in (accepted, rejected, draft, empty, of_200)}


if __name__ == "__main__":
    from app.reports.moderation import render_moderation_report

    sys.stdout.buffer.write(render_moderation_report(SHAPES[sys.argv[1]]()))
