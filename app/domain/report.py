"""What a moderation report states, gathered from the records. Turning it into a PDF is `app.reports`' work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.evidence import Evidence
from app.domain.moderation import (
    Decision,
    Judgement,
    LearnerStanding,
    ModerationRequest,
    Note,
    Outcome,
    Sample,
    learner_standings,
)


@dataclass(frozen=True, slots=True)
class ReportedSample:
    """One sample as the report shows it; ``judgement`` is None while it is not judged or a suspicion stands (D-5)."""

    sample: Sample
    judgement: Judgement | None
    notes: tuple[Note, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ReportedAction:
    """One action for the centre, numbered through the whole report (M-59)."""

    number: int
    sample_position: int
    learner_name: str
    unit_code: str
    text: str


@dataclass(frozen=True, slots=True)
class ModerationReport:
    """Everything the printed report says; equal reports give equal bytes.

    signed_at: the moderator's clock at sign-off; None makes it a draft, which the PDF says across each page.
    """

    request: ModerationRequest
    outcome: Outcome | None
    summary: str
    samples: tuple[ReportedSample, ...]
    actions: tuple[ReportedAction, ...]
    learners: tuple[LearnerStanding, ...]
    notes: tuple[Note, ...]
    moderator_name: str
    signed_at: datetime | None


def gather_report(
    request: ModerationRequest,
    samples: Sequence[Sample],
    current: Mapping[str, Judgement],
    notes: Iterable[Note],
    evidence: Iterable[Evidence],
    *,
    outcome: Outcome | None,
    summary: str,
    moderator_name: str,
    signed_at: datetime | None,
) -> ModerationReport:
    """Puts the report together in a fixed order: samples by position, notes by when they were written.

    Of a suspicion it states nothing, not even that there is one: its sample reads as one not judged yet, for the
    centre reads the report (D-5).
    """
    told = {
        sample_id: judgement
        for sample_id, judgement in current.items()
        if judgement.decision is not Decision.SUSPECTED_MALPRACTICE
    }
    ordered = sorted(samples, key=lambda sample: (sample.position, sample.id))
    all_notes = sorted(notes, key=lambda note: (note.written_at, note.id))
    files = sorted(evidence, key=lambda item: (item.kind, item.name, item.id))
    reported = tuple(
        ReportedSample(
            sample,
            told.get(sample.id),
            tuple(note for note in all_notes if note.sample_id == sample.id),
            tuple(item for item in files if item.sample_id == sample.id),
        )
        for sample in ordered
    )
    actions: list[ReportedAction] = []
    for entry in reported:
        if entry.judgement is None:
            continue
        for action in entry.judgement.actions:
            if action.text.strip():
                actions.append(
                    ReportedAction(
                        len(actions) + 1,
                        entry.sample.position,
                        entry.sample.learner_name,
                        entry.sample.unit_code,
                        action.text.strip(),
                    )
                )
    return ModerationReport(
        request=request,
        outcome=outcome,
        summary=summary,
        samples=reported,
        actions=tuple(actions),
        learners=learner_standings(ordered, told),
        notes=tuple(note for note in all_notes if not note.sample_id),
        moderator_name=moderator_name,
        signed_at=signed_at,
    )
