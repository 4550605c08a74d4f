"""Lays a person's pending acts over what the service said, so that everybody always sees their own latest edit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.domain.acts import Act, AddNote, RecordJudgement, SubmitReport, WithdrawJudgement
from app.domain.dates import london_day
from app.domain.evidence import Evidence
from app.domain.judging import after_judgement
from app.domain.moderation import IssuedReport, Judgement, ModerationRequest, Note, Sample, current_judgements


@dataclass(frozen=True, slots=True)
class Picture:
    """One request with everything that hangs on it, as this person should see it now.

    pending: ids of the acts that are laid over and not yet in the service's own answer.
    submitted: the act id of a report that waits to be taken, or empty.
    """

    request: ModerationRequest
    samples: tuple[Sample, ...]
    evidence: tuple[Evidence, ...]
    judgements: tuple[Judgement, ...]
    notes: tuple[Note, ...]
    reports: tuple[IssuedReport, ...]
    pending: frozenset[str] = frozenset()
    submitted: str = ""
    problems: tuple[str, ...] = ()

    def judgements_of(self, sample_id: str) -> tuple[Judgement, ...]:
        return tuple(judgement for judgement in self.judgements if judgement.sample_id == sample_id)

    def current(self) -> dict[str, Judgement]:
        """Sample id to the one judgement that stands; disputed and unjudged samples are absent."""
        by_sample: dict[str, list[Judgement]] = {}
        for judgement in self.judgements:
            by_sample.setdefault(judgement.sample_id, []).append(judgement)
        found = {}
        for sample_id, theirs in by_sample.items():
            standing = current_judgements(theirs)
            if len(standing) == 1:
                found[sample_id] = standing[0]
        return found

    def judged(self) -> int:
        """How many samples carry a standing judgement, disputed ones included."""
        by_sample: dict[str, list[Judgement]] = {}
        for judgement in self.judgements:
            by_sample.setdefault(judgement.sample_id, []).append(judgement)
        return sum(bool(current_judgements(theirs)) for theirs in by_sample.values())


def lay_over(picture: Picture, acts: Iterable[Act], author_name: str) -> Picture:
    """The picture with the acts laid over it in the order in which they were recorded.

    An act whose record the service already sent is not laid over again.
    """
    known = {judgement.id for judgement in picture.judgements}
    known |= {note.id for note in picture.notes}
    known |= {report.id for report in picture.reports}
    for act in acts:
        if act.id not in known:
            picture = _with(picture, act, author_name)
    return replace(picture, request=replace(picture.request, judged=picture.judged()))


def _with(picture: Picture, act: Act, author_name: str) -> Picture:
    match act.deed:
        case RecordJudgement() as deed:
            judgement = Judgement(
                id=act.id,
                request_id=deed.request_id,
                sample_id=deed.sample_id,
                decision=deed.decision,
                rationale=deed.rationale,
                actions=deed.actions,
                supersedes=deed.supersedes,
                moderator_id=act.author_id,
                moderator_name=author_name,
                recorded_at=act.recorded_at,
            )
            return replace(
                picture,
                request=after_judgement(picture.request, deed.decision, london_day(act.recorded_at)),
                judgements=(*picture.judgements, judgement),
                pending=picture.pending | {act.id},
            )
        case WithdrawJudgement() as deed:
            return replace(picture, judgements=_withdrawn(picture.judgements, deed))
        case AddNote() as deed:
            note = Note(
                id=act.id,
                request_id=deed.request_id,
                sample_id=deed.sample_id,
                stage=picture.request.state,
                author_id=act.author_id,
                author_name=author_name,
                text=deed.text,
                written_at=act.recorded_at,
                files=deed.files,
            )
            return replace(picture, notes=(*picture.notes, note), pending=picture.pending | {act.id})
        case SubmitReport():
            return replace(picture, submitted=act.id)
        case _:
            return picture


def _withdrawn(judgements: Sequence[Judgement], deed: WithdrawJudgement) -> tuple[Judgement, ...]:
    return tuple(
        replace(judgement, withdrawn=deed.reason) if judgement.id == deed.judgement_id else judgement
        for judgement in judgements
    )
