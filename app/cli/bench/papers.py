"""How long a report of 200 samples takes, beside a bare reportlab document of the same rows."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

from app.cli.bench import RUNS, Result, result
from app.domain.centres import Nation
from app.domain.moderation import (
    ActionForCentre,
    Decision,
    Judgement,
    ModerationRequest,
    Outcome,
    RequestState,
    Sample,
)
from app.domain.report import ModerationReport, gather_report

SAMPLES = 200
_RATIONALE = (
    "The learner analyses two approaches and applies one to their own team, but the evaluation rests on a single "
    "source and the second criterion of outcome 3 is described rather than evaluated."
)


def report() -> Iterator[Result]:
    """Seconds to render a report of 200 samples."""
    from app.reports.moderation import render_moderation_report

    document = invented_report(SAMPLES)
    render_moderation_report(invented_report(1))
    _bare_document(1)
    values, floors = [], []
    for _ in range(RUNS):
        began = time.perf_counter()
        render_moderation_report(document)
        values.append(time.perf_counter() - began)
        began = time.perf_counter()
        _bare_document(SAMPLES)
        floors.append(time.perf_counter() - began)
    yield result("report", SAMPLES, values, "s", floors)


def invented_report(samples: int) -> ModerationReport:
    """A rejected request with so many samples, every third not agreed."""
    when = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    request = ModerationRequest(
        id="request",
        number="MR-9000",
        centre_id="centre",
        centre_number="C-9000",
        centre_name="Benchmark College",
        nation=Nation.ENGLAND,
        qualification_code="Q-9000",
        qualification_title="Level 5 Diploma in Measuring",
        awarding_body="CMI",
        state=RequestState.IN_MODERATION,
        submitted_on=date(2026, 2, 2),
        samples=samples,
    )
    rows = [
        Sample(
            id=f"sample-{i}",
            request_id="request",
            position=i,
            learner_name=f"Learner Number {i}",
            learner_number=f"L-{i:05}",
            unit_code=f"50{i % 9}",
            unit_title="Principles of Measuring Things Twice",
            unit_credits=7,
            assessor=f"Assessor {i % 7}",
            assessor_decision="Pass",
            reason="random, seed 81c4",
        )
        for i in range(1, samples + 1)
    ]
    current = {
        row.id: Judgement(
            id=f"act-{row.position}",
            request_id="request",
            sample_id=row.id,
            decision=Decision.NOT_AGREED if row.position % 3 == 0 else Decision.AGREED,
            rationale=_RATIONALE,
            actions=(ActionForCentre("Re-assess outcome 3."),) if row.position % 3 == 0 else (),
            supersedes=(),
            moderator_id="person",
            moderator_name="Measuring Moderator",
            recorded_at=when,
        )
        for row in rows
    }
    return gather_report(
        request,
        rows,
        current,
        [],
        [],
        outcome=Outcome.REJECTED,
        summary=_RATIONALE,
        moderator_name="Measuring Moderator",
        signed_at=when,
    )


def _bare_document(samples: int) -> bytes:
    """The same rows in reportlab's own plain tables: a key table and a paragraph for each sample."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()["Normal"]
    story: list[Flowable] = []
    for i in range(1, samples + 1):
        story.append(Paragraph(f"Sample {i}", style))
        story.append(
            Table(
                [
                    ["Learner", f"Learner Number {i}"],
                    ["Unit", "Principles of Measuring Things Twice"],
                    ["Assessor", f"Assessor {i % 7}: Pass"],
                    ["Chosen", "random, seed 81c4"],
                ]
            )
        )
        story.append(Paragraph(_RATIONALE, style))
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer).build(story)
    return buffer.getvalue()
