"""How levels and states of a quality review look beside their words: a glyph and a tone for each."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from app.domain.moderation import Standing
from app.domain.review_terms import Level
from app.views.moderation.words import Sign
from app.views.style.palette import Tone
from app.workspace.visits.snapshots import MeasureItem

LEVEL_SIGNS = {
    Level.MET: Sign("check", Tone.GOOD),
    Level.PARTLY_MET: Sign("half", Tone.WARN),
    Level.NOT_MET: Sign("cross", Tone.BAD),
    Level.NOT_APPLICABLE: Sign("minus", Tone.NEUTRAL),
}


class Show(StrEnum):
    """What of the tree is shown."""

    ALL = "all"
    NOT_JUDGED = "not_judged"
    NOT_MET = "not_met"
    NO_COMMENTARY = "no_commentary"


def item_sign(item: MeasureItem) -> Sign:
    """How one measure or objective stands."""
    if item.standing is Standing.DISPUTED:
        return Sign("compare", Tone.WARN)
    if item.judgement is None:
        return Sign("circle", Tone.NEUTRAL)
    return LEVEL_SIGNS[item.judgement.level]


def state_words(item: MeasureItem) -> str:
    """The same in words."""
    if item.standing is Standing.DISPUTED:
        return _tr("Two judgements")
    if item.judgement is None:
        return _tr("Not judged")
    return item.judgement.level.words


def is_shown(item: MeasureItem, show: Show) -> bool:
    """Whether a filter lets it pass."""
    match show:
        case Show.NOT_JUDGED:
            return needs_judging(item)
        case Show.NOT_MET:
            versions = [version.judgement for version in item.disputed]
            standing = versions or [one for one in (item.judgement,) if one is not None]
            return any(one.level is Level.NOT_MET for one in standing)
        case Show.NO_COMMENTARY:
            drafted = item.draft.commentary if item.draft is not None else ""
            recorded = item.judgement.commentary if item.judgement is not None else ""
            return not (drafted.strip() or recorded.strip())
        case Show.ALL:
            return True


def needs_judging(item: MeasureItem) -> bool:
    """Not judged yet, or judged twice side by side."""
    return item.standing is not Standing.JUDGED


def title_of(item: MeasureItem) -> str:
    """The name of a measure; an objective is judged as a whole, behind its measures."""
    return item.title if not item.is_objective else _tr("{code} as a whole").format(code=item.code)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Visits", text)
