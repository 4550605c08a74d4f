"""The objectives of a visit report: those that were judged, measure by measure, and those that were not reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.domain.dates import day
from app.domain.review_report import ReportedAction, ReportedEvidence, ReportedJudgement, VisitReportContent
from app.reports import style, visit_wording
from app.reports.blocks import add_numbered, add_titled, continued
from app.reports.strips import Anchor, Pile
from app.reports.structure import Tag
from app.reports.style import LABEL_WIDTH, TEXT_HEIGHT, TEXT_WIDTH

_APART = 2.6
"""White space above each part of a judgement."""
_BETWEEN = 1.6
"""White space between things that a judgement rests on."""
_KEPT_TOGETHER = TEXT_HEIGHT * 0.3
"""A judgement no higher than this is not broken over two pages."""
_SMALLEST = 7.6
"""A commentary that fits one line at this size or larger is not broken."""


def add_objectives(pile: Pile, content: VisitReportContent) -> None:
    """Each objective that was reviewed: its judgement, then those of its measures (Q-25, Q-26, Q-30)."""
    words = "Objectives reviewed"
    pile.heading(words, style.HEADING, above=22.0, below=4.0, anchor=Anchor(words, 0))
    for index, objective in enumerate(content.objectives):
        pile.gap(18.0 if index else 0.0, hold=index == 0)
        anchor = Anchor(f"{objective.code} {objective.name}", 1)
        about = (
            f"Blocking objective {objective.code}" if objective.blocking else f"Objective {objective.code}"
        )
        _add_judgement(pile, objective.judgement, about, Tag.H3, anchor)
        for measure in objective.measures:
            pile.gap(10.0)
            _add_judgement(pile, measure, f"Measure {measure.code}", Tag.H4, None)


def add_others(pile: Pile, content: VisitReportContent) -> None:
    """What stands for each objective that was not reviewed: in reduced scope text B (Q-31, D-11)."""
    if not content.others:
        return
    words = "Other objectives"
    pile.heading(words, style.HEADING, above=22.0, below=4.0, anchor=Anchor(words, 0))
    name_width = TEXT_WIDTH - LABEL_WIDTH
    with pile.within(Tag.LIST):
        for other in content.others:
            with pile.within(Tag.ITEM):
                name, body = pile.part(Tag.LABEL), pile.part(Tag.BODY)
            pile.row(
                [
                    pile.cell(f"{other.code}  {other.name}", style.BODY_BOLD, 0.0, name_width - 12.0, name),
                    pile.cell(other.words, style.BODY_BOLD, name_width, LABEL_WIDTH, body),
                ],
                above=4.0,
                hold=True,
                below=0.0 if other.commentary else 4.0,
                ruled=not other.commentary,
            )
            if other.commentary:
                kind = _in_one_line(pile, other.commentary)
                pile.row([pile.cell(other.commentary, kind, 0.0, TEXT_WIDTH, body)], below=4.0, ruled=True)


def _in_one_line(pile: Pile, text: str) -> style.Type:
    """Plain type, a little smaller where that keeps a sentence on one line: it is looked for letter by letter."""
    kind = style.BODY
    while kind.size > _SMALLEST and len(pile.setter.lines(text, kind, TEXT_WIDTH)) > 1:
        kind = replace(kind, size=round(kind.size - 0.1, 1))
    return kind if len(pile.setter.lines(text, kind, TEXT_WIDTH)) == 1 else style.BODY


def _add_judgement(
    pile: Pile, judgement: ReportedJudgement, about: str, tag: Tag, anchor: Anchor | None
) -> None:
    start = len(pile.strips)
    words = judgement.level.words if judgement.level is not None else visit_wording.NOT_JUDGED
    tone = style.tone_of_level(judgement.level)
    whole = tag is Tag.H3
    pile.rule(style.ACCENT if whole else style.HAIRLINE, 1.0 if whole else 0.6, hold=True)
    add_titled(pile, tag, about, judgement.title, words, tone, anchor=anchor)
    pile.head = continued(pile, f"{judgement.code}, continued")
    with pile.within(Tag.LIST):
        for label, text in (("Reason", judgement.reason), ("Commentary", judgement.commentary)):
            if text:
                pile.labelled(label, text, above=_APART)
        add_numbered(
            pile, [(action.number, _action_words(action)) for action in judgement.actions], above=_APART
        )
        _add_evidence(pile, judgement.evidence)
    pile.keep_together(start, _KEPT_TOGETHER)
    pile.head = ()


def _action_words(action: ReportedAction) -> str:
    """The action with its weight, who does it and by when."""
    parts = [visit_wording.weight_words(action.essential)]
    if action.owner:
        parts.append(action.owner)
    if action.due_on:
        parts.append(f"by {day(action.due_on)}")
    return f"{action.text}\n{', '.join(parts)}"


def _add_evidence(pile: Pile, evidence: Sequence[ReportedEvidence]) -> None:
    """What the judgement rests on, in the order in which the reviewer cited it (Q-26, Q-28)."""
    if not evidence:
        pile.labelled("Evidence cited", "None", above=_APART)
        return
    with pile.within(Tag.ITEM):
        label = pile.part(Tag.LABEL)
        with pile.within(Tag.BODY), pile.within(Tag.LIST):
            for index, item in enumerate(evidence):
                with pile.within(Tag.ITEM):
                    body = pile.part(Tag.BODY)
                text = f"{item.words}: {item.text}" if item.text else item.words
                cells = [
                    pile.cell("Evidence cited" if index == 0 else "", style.LABEL, 0.0, LABEL_WIDTH, label),
                    pile.cell(text, style.BODY, LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH, body),
                ]
                pile.row(cells, above=_BETWEEN if index else _APART, hold=bool(item.files))
                for place, (name, sha256) in enumerate(item.files):
                    # A file with the Engagement Document is named by the words above already.
                    said = f"SHA-256 {sha256}" if name == item.text else f"{name}, SHA-256 {sha256}"
                    pile.row(
                        [pile.cell(said, style.SMALL, LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH, body)],
                        hold=place + 1 < len(item.files),
                    )
