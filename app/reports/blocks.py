"""Pieces that several reports are made of: a titled block with its verdict, numbered actions, what is continued."""

from __future__ import annotations

from collections.abc import Sequence

from app.reports import style, wording
from app.reports.strips import Anchor, Cell, Pile, Strip, pill
from app.reports.structure import Tag
from app.reports.style import LABEL_WIDTH, NUMBER_WIDTH, TEXT_WIDTH, Tone


def add_opening(pile: Pile, awarding_body: str, title: str, subtitles: Sequence[str], *, draft: bool) -> None:
    """The first lines of a report: whose it is, what it is, and, of a draft, that it is one."""
    row = [pile.cell(awarding_body, style.EYEBROW, 0.0, TEXT_WIDTH / 2.0, pile.part(Tag.PARAGRAPH))]
    if draft:
        line = pile.setter.line(wording.DRAFT_SENTENCE, style.DRAFT_LINE, TEXT_WIDTH)
        row.append(Cell(TEXT_WIDTH - line.width, [line], style.DRAFT_LINE, pile.part(Tag.PARAGRAPH)))
    pile.row(row, hold=True, anchor=Anchor("Outcome", 0))
    pile.text(title, style.TITLE, hold=True, tag=Tag.H1)
    for subtitle in subtitles:
        pile.text(subtitle, style.SUBTITLE)


def add_titled(
    pile: Pile, tag: Tag, about: str, title: str, verdict: str, tone: Tone, *, anchor: Anchor | None = None
) -> None:
    """A heading of two lines: what it is about on the left and its verdict on the right, then the title."""
    pile.gap(6.0, hold=True)
    heading = pile.part(tag)
    badge = pill(pile.setter, verdict, tone, style.BADGE, right=TEXT_WIDTH, down=0.0, part=heading)
    eyebrow = pile.cell(about, style.EYEBROW, 0.0, TEXT_WIDTH * 0.6, heading)
    pile.row([eyebrow], hold=True, anchor=anchor, extra=badge)
    pile.row([pile.cell(title, style.SUBHEADING, 0.0, TEXT_WIDTH, heading)], hold=True)
    pile.gap(3.0, hold=True)


def continued(pile: Pile, words: str) -> tuple[Strip, ...]:
    """What stands on top of a page on which a block goes on; seen, and not read again."""
    aside = Pile(pile.setter)
    line = pile.setter.line(words, style.ASIDE, TEXT_WIDTH)
    aside.row([Cell(0.0, [line], style.ASIDE, None)], below=4.0)
    return tuple(aside.strips)


def add_numbered(pile: Pile, actions: Sequence[tuple[int, str]], *, above: float) -> None:
    """Actions under the numbers they have in the list for the centre: an item of the list around them (M-59)."""
    if not actions:
        return
    x = LABEL_WIDTH + NUMBER_WIDTH
    with pile.within(Tag.ITEM):
        label = pile.part(Tag.LABEL)
        with pile.within(Tag.BODY), pile.within(Tag.LIST, numbered=True):
            for index, (number, text) in enumerate(actions):
                words = ("Actions" if len(actions) > 1 else "Action") if index == 0 else ""
                with pile.within(Tag.ITEM):
                    cells = [
                        pile.cell(words, style.LABEL, 0.0, LABEL_WIDTH, label),
                        pile.cell(
                            str(number), style.BODY_BOLD, LABEL_WIDTH, NUMBER_WIDTH, pile.part(Tag.LABEL)
                        ),
                        pile.cell(text, style.BODY, x, TEXT_WIDTH - x, pile.part(Tag.BODY)),
                    ]
                pile.row(cells, above=above)
