"""The samples of a moderation report, one after another, and the notes that stand with them."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.dates import moment
from app.domain.evidence import EvidenceKind
from app.domain.moderation import Judgement, Note
from app.domain.report import ModerationReport, ReportedSample
from app.reports import style, wording
from app.reports.blocks import add_numbered, add_titled, continued
from app.reports.strips import Anchor, Cell, Pile
from app.reports.structure import Tag
from app.reports.style import LABEL_WIDTH, TEXT_HEIGHT, TEXT_WIDTH

_VALUE_WIDTH = TEXT_WIDTH - LABEL_WIDTH
_FILE_WIDTH = 236.0
_GUTTER = 12.0
_APART = 2.6
"""White space above each part of a sample."""
_KEPT_TOGETHER = TEXT_HEIGHT * 0.4
"""A sample no higher than this is not broken over two pages."""


def add_samples(pile: Pile, report: ModerationReport) -> None:
    """Every sampled learner-unit: who, why chosen, what was decided and why, what was seen (M-11, M-27)."""
    pile.heading("Samples", style.HEADING, above=22.0, below=4.0, anchor=Anchor("Samples", 0))
    if not report.samples:
        pile.text("This request has no samples.", style.BODY)
        return
    numbers: dict[int, list[int]] = {}
    for action in report.actions:
        numbers.setdefault(action.sample_position, []).append(action.number)
    for index, entry in enumerate(report.samples):
        if index:
            pile.gap(16.0)
        _add_sample(pile, entry, numbers.get(entry.sample.position, []))


def _add_sample(pile: Pile, entry: ReportedSample, action_numbers: Sequence[int]) -> None:
    sample, judgement = entry.sample, entry.judgement
    start = len(pile.strips)
    _add_title(pile, entry)
    pile.head = continued(pile, f"Sample {sample.position}, {sample.unit_code}, continued")
    with pile.within(Tag.LIST):
        pile.pair(("Learner", sample.learner_name), ("Assessor", sample.assessor or "Not named"), hold=True)
        pile.pair(
            ("Learner number", sample.learner_number),
            ("Assessor's decision", sample.assessor_decision or "Not given"),
            hold=True,
        )
        pile.labelled("Why chosen", sample.reason or "Not recorded", above=_APART)
        if judgement is not None:
            if judgement.rationale.strip():
                pile.labelled("Rationale", judgement.rationale.strip(), above=_APART)
            texts = [action.text.strip() for action in judgement.actions if action.text.strip()]
            add_numbered(pile, list(zip(action_numbers, texts, strict=True)), above=_APART)
        _add_evidence(pile, entry)
        if entry.notes:
            with pile.within(Tag.ITEM):
                label = pile.cell("Notes", style.LABEL, 0.0, LABEL_WIDTH, pile.part(Tag.LABEL))
                with pile.within(Tag.BODY):
                    add_notes(pile, entry.notes, LABEL_WIDTH, label=label)
    pile.strips[-1].hold = True
    pile.gap(3.0, hold=True)
    pile.text(_record_words(judgement), style.SMALL, x=LABEL_WIDTH)
    pile.keep_together(start, _KEPT_TOGETHER)
    pile.head = ()


def _add_title(pile: Pile, entry: ReportedSample) -> None:
    """Sample number and unit on the left, the decision in words, sign and colour on the right."""
    sample = entry.sample
    decision = entry.judgement.decision if entry.judgement is not None else None
    words = decision.words if decision is not None else "Not judged yet"
    credits = f"{sample.unit_credits} credit{'' if sample.unit_credits == 1 else 's'}"
    anchor = Anchor(f"{sample.position}. {sample.learner_name}, {sample.unit_code}", 1)
    pile.rule(style.ACCENT, 1.0, hold=True)
    unit = f"{sample.unit_code}  {sample.unit_title} ({credits})"
    tone = style.tone_of_decision(decision)
    add_titled(pile, Tag.H3, f"Sample {sample.position}", unit, words, tone, anchor=anchor)


def _add_evidence(pile: Pile, entry: ReportedSample) -> None:
    """The files the centre gave for this sample, and what it declared not applicable (M-42, D-6)."""
    if not entry.evidence:
        pile.labelled("Evidence given", "No files were given for this sample alone.", above=_APART)
        return
    x = LABEL_WIDTH + _FILE_WIDTH + _GUTTER
    # As a centre lists them: the learner's work first (M-42).
    kinds = list(EvidenceKind)
    with pile.within(Tag.ITEM):
        label = pile.part(Tag.LABEL)
        with pile.within(Tag.BODY), pile.within(Tag.LIST):
            for index, item in enumerate(sorted(entry.evidence, key=lambda item: kinds.index(item.kind))):
                excuse = item.not_applicable.strip()
                with pile.within(Tag.ITEM):
                    file = pile.part(Tag.BODY)
                cells = [
                    pile.cell("Evidence given" if index == 0 else "", style.LABEL, 0.0, LABEL_WIDTH, label),
                    pile.cell(excuse or item.name, style.BODY, LABEL_WIDTH, _FILE_WIDTH, file),
                    pile.cell(wording.evidence_words(item), style.LABEL, x, TEXT_WIDTH - x, file),
                ]
                pile.row(cells, above=0.0 if index else _APART)


def add_notes(pile: Pile, notes: Sequence[Note], x: float, *, label: Cell | None = None) -> None:
    """Notes in the order in which they were written: who, when, at which stage, and the words (M-53).

    x: where the words begin, in points from the left of the text area; ``label`` stands left of the first.
    """
    for index, note in enumerate(notes):
        about = f"{note.author_name}, {moment(note.written_at)}, {note.stage.words.lower()}"
        if index:
            pile.gap(5.0)
        cells = [pile.cell(about, style.LABEL, x, TEXT_WIDTH - x, pile.part(Tag.PARAGRAPH))]
        if label is not None and index == 0:
            cells.insert(0, label)
        pile.row(cells, above=_APART, hold=True)
        pile.text(note.text.strip(), style.BODY, x=x, hold=True)
        pile.text(f"Note {note.id}", style.SMALL, x=x)


def _record_words(judgement: Judgement | None) -> str:
    """Which act the decision is on record as, so that it can be found again (M-11)."""
    if judgement is None:
        return "No judgement is on record for this sample."
    replaces = f"; replaces {', '.join(judgement.supersedes)}" if judgement.supersedes else ""
    return f"Judgement {judgement.id}, recorded {moment(judgement.recorded_at)} by {judgement.moderator_name}{replaces}"
