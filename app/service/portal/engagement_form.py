"""The Engagement Document's form: fields out of what a browser sent, and two people's saved work laid together.

Two people who fill in different fields at once both find their words kept. Where both changed the same field, what was
saved first stays, and the other's words are shown beside it and stay in the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.frameworks import Framework
from app.domain.review_terms import Level
from app.domain.reviews import Ced, CedEntry, Redeclaration
from app.service.engagement_desk import CedFields
from app.service.portal.claim_form import fingerprint

CED_LEVELS = (Level.MET, Level.PARTLY_MET, Level.NOT_MET)
"""What a centre may say of an objective: one as a whole is never *not applicable* (D-9)."""

CHOICE = "register-only"
"""The field that says whether the centre registers learners and delivers nothing (Q-01)."""

YES = "yes"


@dataclass(frozen=True, slots=True)
class TypedCed:
    """What a person sent: the fields by their name, and of each the fingerprint of what it held when it was sent out.

    A field that was not in the page has no fingerprint and counts as not changed.
    """

    values: Mapping[str, str]
    was: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Laid:
    """What is to be kept: the saved fields with mine laid over them. contested: fields that both changed."""

    values: dict[str, str]
    contested: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that two people wrote differently: its name, what it is called, mine, and what is kept."""

    field: str
    what: str
    mine: str
    theirs: str


def level_field(code: str) -> str:
    """The name of the field for an objective's level."""
    return f"level-{code}"


def commentary_field(code: str) -> str:
    """The name of the field for an objective's commentary."""
    return f"commentary-{code}"


def values_of(framework: Framework, ced: Ced) -> dict[str, str]:
    """The document as the values of its fields."""
    entries = {entry.code: entry for entry in ced.entries}
    values = {CHOICE: YES if ced.register_only else "no"}
    for objective in framework.objectives:
        entry = entries.get(objective.code) or CedEntry(objective.code, None, "")
        values[level_field(objective.code)] = entry.level.value if entry.level else ""
        values[commentary_field(objective.code)] = entry.commentary
    for name, declaration in (("recognition", ced.recognition), ("approvals", ced.approvals)):
        values[f"{name}-accepted"] = YES if declaration.accepted else ""
        values[f"{name}-changes"] = declaration.changes
    return values


def fields_of(framework: Framework, values: Mapping[str, str]) -> CedFields:
    """The values as what is kept. A level that is none counts as not chosen."""
    levels = {level.value: level for level in CED_LEVELS}
    return CedFields(
        register_only=values[CHOICE] == YES,
        entries=tuple(
            CedEntry(
                objective.code,
                levels.get(values[level_field(objective.code)]),
                values[commentary_field(objective.code)],
            )
            for objective in framework.objectives
        ),
        recognition=_redeclaration(values, "recognition"),
        approvals=_redeclaration(values, "approvals"),
    )


def read_form(framework: Framework, form: Mapping[str, str]) -> TypedCed:
    """What was sent. Nothing in it is believed beyond being text; a box that was not ticked is not sent at all."""
    names = values_of(framework, _NOTHING)
    was = {name: form[f"was-{name}"] for name in names if f"was-{name}" in form}
    values = {name: form.get(name, "").replace("\r\n", "\n").strip() for name in was}
    return TypedCed(values, was)


def lay_over(saved: Mapping[str, str], typed: TypedCed) -> Laid:
    """My changes over what is saved now, field by field."""
    values, contested = dict(saved), []
    for name, mine in typed.values.items():
        was = typed.was[name]
        if fingerprint(mine) == was or mine == saved[name]:
            continue
        if fingerprint(saved[name]) == was:
            values[name] = mine
        else:
            contested.append(name)
    return Laid(values, tuple(contested))


def fingerprints(values: Mapping[str, str]) -> dict[str, str]:
    """What goes out beside each field, so that the answer tells whether it was changed."""
    return {name: fingerprint(value) for name, value in values.items()}


def differences(
    framework: Framework, typed: TypedCed, saved: Mapping[str, str], contested: Iterable[str]
) -> tuple[FieldDifference, ...]:
    """The contested fields: what they are, mine, and what is saved."""
    words = field_words(framework)
    return tuple(
        FieldDifference(name, words[name], _in_words(name, typed.values[name]), _in_words(name, saved[name]))
        for name in contested
    )


def field_words(framework: Framework) -> dict[str, str]:
    """What each field is called."""
    words = {CHOICE: "What your centre does"}
    for objective in framework.objectives:
        words[level_field(objective.code)] = f"{objective.code}, level"
        words[commentary_field(objective.code)] = f"{objective.code}, commentary"
    for name, title in (("recognition", "Centre recognition"), ("approvals", "Qualification approvals")):
        words[f"{name}-accepted"] = f"{title}, terms and conditions"
        words[f"{name}-changes"] = f"{title}, changes"
    return words


def _in_words(name: str, value: str) -> str:
    if name == CHOICE:
        return "Registers learners only" if value == YES else "Delivers programmes"
    if name.startswith("level-"):
        return next((level.words for level in CED_LEVELS if level.value == value), "Not chosen")
    if name.endswith("-accepted"):
        return "Confirmed" if value else "Not confirmed"
    return value or "(empty)"


def _redeclaration(values: Mapping[str, str], name: str) -> Redeclaration:
    return Redeclaration(values[f"{name}-accepted"] == YES, values[f"{name}-changes"])


_NOTHING = Ced("", "", False, (), Redeclaration(), Redeclaration())
