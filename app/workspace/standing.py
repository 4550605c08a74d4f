"""What a draft stands on, and what becomes of it when that changed elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from app.domain.dates import moment
from app.domain.merging import How, MergedField, Value, merge, same
from app.domain.moderation import Decision, Judgement, current_judgements
from app.workspace.snapshots import DraftBase, JudgementDraft

Whose = Callable[[Judgement], str]
"""Says who judged and when: ``Jules Okafor, 12 March 2026, 10:42``."""

WITHDRAWN = "judgement"
"""The name under which a draft is marked when the judgement it began from was withdrawn."""


def whose(me: str, here: Callable[[str], bool]) -> Whose:
    """Names judgements for the person with the id ``me``; ``here(act_id)``: it was recorded on this computer."""

    def name(judgement: Judgement) -> str:
        return f"{author_of(judgement, me, here)}, {moment(judgement.recorded_at)}"

    return name


def author_of(judgement: Judgement, me: str, here: Callable[[str], bool]) -> str:
    """``You``, ``You on another device``, or the name of somebody else."""
    if judgement.moderator_id != me:
        return judgement.moderator_name
    return "You" if here(judgement.id) else "You on another device"


def fields_of(judged: Judgement | JudgementDraft | DraftBase | None) -> dict[str, Value]:
    """The fields of a judgement as they are merged: decision, rationale and actions."""
    if judged is None:
        return {"decision": "", "rationale": "", "actions": ()}
    actions = judged.actions
    texts = tuple(action if isinstance(action, str) else action.text for action in actions)
    return {
        "decision": judged.decision.value if judged.decision is not None else "",
        "rationale": judged.rationale,
        "actions": texts,
    }


def draft_from(fields: dict[str, Value], note: str, base: DraftBase | None) -> JudgementDraft:
    """A draft with these fields."""
    decision, rationale, actions = fields["decision"], fields["rationale"], fields["actions"]
    assert isinstance(decision, str)
    assert isinstance(rationale, str)
    assert not isinstance(actions, str)
    return JudgementDraft(Decision(decision) if decision else None, rationale, actions, note, base)


def base_at(stands: Iterable[str], history: Iterable[Judgement]) -> DraftBase:
    """What a draft stands on that was begun when these judgements stood."""
    ids = tuple(stands)
    found = [judgement for judgement in history if judgement.id in ids]
    if len(ids) != 1 or len(found) != 1:
        return DraftBase(ids)
    actions = tuple(action.text for action in found[0].actions)
    return DraftBase(ids, found[0].decision, found[0].rationale, actions)


def base_now(history: Sequence[Judgement]) -> DraftBase:
    """What a draft stands on that is begun now."""
    return base_at((judgement.id for judgement in current_judgements(history)), history)


@dataclass(frozen=True, slots=True)
class BroughtUp:
    """A draft after what changed elsewhere was taken into account.

    draft: what fits together is merged, and marked in its base. None when nothing of it is left to say.
    clashes: fields that both sides changed; in the draft they are still mine. theirs: the judgement they clash with.
    """

    draft: JudgementDraft | None
    clashes: tuple[MergedField, ...] = ()
    theirs: Judgement | None = None


def bring_up(draft: JudgementDraft, history: Sequence[Judgement], name: Whose) -> BroughtUp:
    """The draft on what stands now. While several judgements stand side by side it waits for their decision.

    Pure, and harmless when done again: a field that clashes keeps its former base until it is decided.
    """
    base = draft.base
    if base is None or not draft.judges:
        return BroughtUp(draft)
    current = current_judgements(history)
    if not current and base.stands:
        return BroughtUp(_after_withdrawal(draft, base, history, name))
    if len(current) != 1 or current[0].id in base.stands:
        return BroughtUp(draft)
    theirs = current[0]
    fields = merge(fields_of(base), fields_of(draft), fields_of(theirs))
    clashes = tuple(field for field in fields if field.how is How.CLASH)
    values = {field.name: field.value for field in fields}
    if all(same(value, fields_of(theirs)[key]) for key, value in values.items()):
        # Both say the same: nothing of it is left to be recorded.
        left = JudgementDraft(note=draft.note, files=draft.files)
        return BroughtUp(None if left.empty else left)
    marks = dict(base.merged) | {field.name: name(theirs) for field in fields if field.how.merged}
    grounds = {field.name: field.before if field in clashes else field.theirs for field in fields}
    ground = draft_from(grounds, "", None)
    renewed = DraftBase(
        base.stands if clashes else (theirs.id,),
        ground.decision,
        ground.rationale,
        ground.actions,
        tuple(marks.items()),
    )
    merged = replace(draft_from(values, draft.note, renewed), files=draft.files)
    return BroughtUp(merged, clashes, theirs if clashes else None)


def _after_withdrawal(
    draft: JudgementDraft, base: DraftBase, history: Sequence[Judgement], name: Whose
) -> JudgementDraft:
    """The judgement it began from was withdrawn: the words stay whole, and are a first judgement now."""
    gone = [judgement for judgement in history if judgement.id in base.stands and judgement.withdrawn]
    marks = dict(base.merged)
    if gone:
        marks[WITHDRAWN] = f"{name(gone[-1])}: {gone[-1].withdrawn}"
    return replace(draft, base=DraftBase(merged=tuple(marks.items())))
