"""Two versions side by side: what stood before, mine, theirs, and what may be taken of each. Plain, frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.dates import moment
from app.domain.merging import Fields, How, MergedField, Pick, Value, blank, both, lost, merge
from app.domain.moderation import (
    MODERATION_OVER,
    Decision,
    Judgement,
    Outcome,
    RequestState,
    Sample,
    current_judgements,
    proposed_outcome,
)
from app.workspace.overlay import Picture
from app.workspace.snapshots import ReportDraft
from app.workspace.standing import fields_of

TITLES = {
    "decision": "Decision",
    "rationale": "Rationale",
    "actions": "Actions for the centre",
    "outcome": "Outcome",
    "summary": "Summary",
    "judgements": "Judgements",
}
"""What the fields are called."""

ALL = (Pick.MINE, Pick.THEIRS, Pick.BOTH)
ONE = (Pick.MINE, Pick.THEIRS)


class ConflictKind(StrEnum):
    """Where two versions met.

    draft: what I type, and a judgement that came meanwhile. disputed: two judgements that stand side by side.
    report: a report of mine that the service did not take. report_draft: a report issued while I prepared mine.
    """

    DRAFT = "draft"
    DISPUTED = "disputed"
    REPORT = "report"
    REPORT_DRAFT = "report_draft"


@dataclass(frozen=True, slots=True)
class Side:
    """Whose version it is, in words, and when it was recorded (None: not recorded)."""

    name: str
    at: datetime | None = None

    @property
    def whose(self) -> str:
        """``Jules Okafor, 12 March 2026, 10:42``."""
        return f"{self.name}, {moment(self.at)}" if self.at is not None else self.name


@dataclass(frozen=True, slots=True)
class ConflictField:
    """One field of both versions. picks: what may be taken; none for a field that is only shown."""

    name: str
    before: Value
    mine: Value
    theirs: Value
    how: How
    value: Value
    picks: tuple[Pick, ...]
    joined: Value

    @property
    def title(self) -> str:
        return TITLES[self.name]

    @property
    def differs(self) -> bool:
        """Whether mine and theirs say different things."""
        return self.how not in (How.UNCHANGED, How.SAME)

    def taken(self, pick: Pick) -> Value:
        """What the field becomes when this is picked."""
        return {Pick.MINE: self.mine, Pick.THEIRS: self.theirs, Pick.BOTH: self.joined}[pick]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two versions between which a person decides.

    key: names it for as long as it lasts. where: what it is about. says: what happened, in a sentence.
    mine_is_mine: False when neither version is this person's; then they are the first and the second.
    closed: why it cannot be decided now; empty when it can. stands: the judgements a decision replaces.
    act_id: the act that the service did not take.
    """

    key: str
    kind: ConflictKind
    request_id: str
    sample_id: str
    where: str
    says: str
    before: Side
    mine: Side
    theirs: Side
    fields: tuple[ConflictField, ...]
    mine_is_mine: bool = True
    closed: str = ""
    stands: tuple[str, ...] = ()
    act_id: str = ""

    def field(self, name: str) -> ConflictField:
        """The field of that name; KeyError when there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def losing(self, chosen: Fields, *, theirs: bool) -> list[tuple[str, str]]:
        """Field, and words, of everything of mine, and with ``theirs`` of theirs too, that was not chosen."""
        found: list[tuple[str, str]] = []
        for field in self.fields:
            if field.picks and field.name in chosen:
                sides = (field.mine, field.theirs) if theirs else (field.mine,)
                for side in sides:
                    texts = lost(chosen[field.name], side)
                    found += [(field.name, words_of(field.name, text)) for text in texts]
        return list(dict.fromkeys(found))


def words_of(name: str, value: Value) -> str:
    """A field's value as people read it."""
    if name == "decision" and isinstance(value, str) and value:
        return Decision(value).words
    if name == "outcome" and isinstance(value, str) and value:
        return Outcome(value).words
    return value if isinstance(value, str) else "\n".join(value)


def joinable(fields: Iterable[MergedField], theirs: Side) -> tuple[ConflictField, ...]:
    """Merged fields as a person decides on them. Of decisions and outcomes there are never both."""
    return tuple(
        ConflictField(
            field.name,
            field.before,
            field.mine,
            field.theirs,
            field.how,
            field.value,
            ONE if field.name in ("decision", "outcome") else ALL,
            both(field.mine, field.theirs, theirs.whose),
        )
        for field in fields
    )


def place_of(number: str, sample: Sample | None) -> str:
    """``Sample 7 of MR-2041: Ada Brook, unit 501``."""
    if sample is None:
        return f"Request {number}"
    return f"Sample {sample.position} of {number}: {sample.learner_name}, unit {sample.unit_code}"


def why_closed(picture: Picture) -> str:
    """Why nothing can be judged in this request now; empty when it can."""
    if picture.submitted:
        return "The report is signed off and waits to be sent. Take it back to decide this."
    if picture.request.state is not RequestState.IN_MODERATION:
        return f"The request stands at: {picture.request.state.words.lower()}. This waits until it is in moderation."
    return ""


def common_ground(one: Judgement, other: Judgement, history: Sequence[Judgement]) -> Judgement | None:
    """What both replaced: the newest, when there are several; None when they began from nothing."""
    shared = set(one.supersedes) & set(other.supersedes)
    return next((judgement for judgement in reversed(history) if judgement.id in shared), None)


def disputed_fields(
    before: Judgement | None, mine: Judgement, theirs: Judgement, side: Side
) -> tuple[ConflictField, ...]:
    """The fields of two judgements that stand side by side. Wherever they differ a person chooses: that one of them
    says what was said before does not make it the lesser one.
    """
    merged = merge(fields_of(before), fields_of(mine), fields_of(theirs))
    alike = (How.UNCHANGED, How.SAME)
    asked = (
        field if field.how in alike else replace(field, how=How.CLASH, value=field.mine) for field in merged
    )
    return joinable(asked, side)


# -- reports ------------------------------------------------------------------------------------------------------


def report_fields(
    picture: Picture, mine: ReportDraft, judgement_ids: Sequence[str], theirs: Side
) -> tuple[ConflictField, ...]:
    """A report of mine against how its request stands now; the judgements are shown and not chosen."""
    over = picture.request.state in MODERATION_OVER
    saw = [judgement for judgement in picture.judgements if judgement.id in judgement_ids]
    now = list(picture.current().values())
    stands = picture.request.outcome if over else _proposed(now, picture)
    fields = _of_report(
        _outcome(_proposed(saw, picture) if judgement_ids else None),
        mine,
        _outcome(stands),
        theirs,
        over=over,
    )
    if not judgement_ids:
        return fields
    seen, standing = _lines(picture, saw), _standing_lines(picture)
    return (*fields, _shown_only("judgements", seen, standing))


def issued_fields(picture: Picture, mine: ReportDraft, theirs: Side) -> tuple[ConflictField, ...]:
    """A report being prepared against the one that was issued meanwhile."""
    over = picture.request.state in MODERATION_OVER
    return _of_report("", mine, _outcome(picture.reports[-1].outcome), theirs, over=over)


def _of_report(
    before: str, mine: ReportDraft, theirs: str, side: Side, *, over: bool
) -> tuple[ConflictField, ...]:
    ground: Mapping[str, Value] = {"outcome": before, "summary": ""}
    words: Mapping[str, Value] = {"outcome": _outcome(mine.outcome), "summary": mine.summary}
    made = joinable(merge(ground, words, {"outcome": theirs, "summary": ""}), side)
    if not over:
        return tuple(replace(field, picks=ONE) for field in made)
    # Once moderation is over nothing of mine can go out: the words are set aside, and the person says so.
    return tuple(replace(field, picks=(Pick.THEIRS,), value=field.theirs) for field in made)


def _shown_only(name: str, mine: tuple[str, ...], theirs: tuple[str, ...]) -> ConflictField:
    how = How.SAME if mine == theirs else How.CLASH
    return ConflictField(name, mine, mine, theirs, how, theirs, (), theirs)


def _proposed(judgements: Sequence[Judgement], picture: Picture) -> Outcome | None:
    """What these judgements propose, once there is one for every sample (D-12)."""
    judged = {judgement.sample_id for judgement in judgements}
    if len(judged) < len(picture.samples):
        return None
    return proposed_outcome(judgement.decision for judgement in judgements)


def _outcome(outcome: Outcome | None) -> str:
    return outcome.value if outcome is not None else ""


def _lines(picture: Picture, judgements: Sequence[Judgement]) -> tuple[str, ...]:
    by_sample = {judgement.sample_id: judgement.decision.words for judgement in judgements}
    return tuple(
        f"Sample {sample.position}: {by_sample.get(sample.id, 'not judged')}" for sample in picture.samples
    )


def _standing_lines(picture: Picture) -> tuple[str, ...]:
    lines = []
    for sample in picture.samples:
        found = current_judgements(picture.judgements_of(sample.id))
        words = " and ".join(judgement.decision.words for judgement in found) or "not judged"
        lines.append(f"Sample {sample.position}: {words}")
    return tuple(lines)


def nothing_to_lose(fields: Iterable[ConflictField]) -> bool:
    """Whether mine says nothing at all, so that there is nothing to decide."""
    return all(blank(field.mine) for field in fields if field.picks)
