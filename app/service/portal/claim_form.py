"""The claim's form: lines out of what a browser sent, and two people's saved work side by side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace

from app.domain.claiming import DraftLine, SavedClaim

LINE_FIELDS = tuple(field.name for field in fields(DraftLine))
"""learner, unit, assessor, decision, attainment: also the last part of each field's name in the form."""

LINES_SHOWN = 50
"""Lines of a claim on one page."""


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as it came from the browser.

    place: of the line in the claim, from 0. removed: the person ticked it away. changed: it is not as it was sent out.
    was, key: fingerprints of the saved line that the page was made from, and of its learner and unit; empty for none.
    """

    place: int
    line: DraftLine
    removed: bool
    changed: bool
    was: str
    key: str


@dataclass(frozen=True, slots=True)
class TypedClaim:
    """What a person sent: the lines of one page, the note, and the version that they had before them.

    merged: it answers a conflict, so that lines are told by what they were, and no longer by their place.
    """

    lines: tuple[TypedLine, ...]
    note: str
    note_changed: bool
    version: int
    page: int
    merged: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that two people wrote differently: what it is, mine, and theirs."""

    what: str
    mine: str
    theirs: str


def fingerprint(text: str | DraftLine) -> str:
    """Tells whether something is still as it was sent to the browser."""
    plain = text if isinstance(text, str) else json.dumps(asdict(text), sort_keys=True)
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16]


def key_of(line: DraftLine | None) -> str:
    """Tells a line by its learner and unit; empty for a line that lacks one of them: it is told by nothing."""
    if line is None or not line.learner.strip() or not line.unit.strip():
        return ""
    return fingerprint(DraftLine(line.learner, line.unit))


def read_form(form: Mapping[str, str]) -> TypedClaim:
    """What was sent. Whatever is missing in it counts as empty; nothing in it is believed beyond being text."""
    first, shown = number(form.get("first", "")), min(number(form.get("shown", "")), LINES_SHOWN)
    typed = []
    for place in range(first, first + shown):
        name = f"line-{place + 1}-"
        line = DraftLine(**{field: form.get(name + field, "").strip() for field in LINE_FIELDS})
        was, key = form.get(name + "was", ""), form.get(name + "key", "")
        typed.append(
            TypedLine(place, line, bool(form.get(name + "remove")), was != fingerprint(line), was, key)
        )
    # Browsers send line ends as CR LF.
    note = form.get("note", "").replace("\r\n", "\n")
    return TypedClaim(
        tuple(typed),
        note,
        form.get("note-was", "") != fingerprint(note),
        number(form.get("version", "")),
        max(1, number(form.get("page", "1"))),
        bool(form.get("merged")),
    )


def lay_over(claim: SavedClaim, typed: TypedClaim) -> SavedClaim:
    """The claim with what was typed laid over it; ``claim`` is the version that the person had before them."""
    if typed.merged:
        return _merge(claim, typed)
    lines: list[DraftLine | None] = list(claim.lines)
    for item in typed.lines:
        if item.place < len(lines):
            lines[item.place] = None if item.removed else item.line
    note = typed.note if typed.note_changed else claim.note
    return replace(claim, lines=tuple(line for line in lines if line is not None), note=note)


def _merge(claim: SavedClaim, typed: TypedClaim) -> SavedClaim:
    """Mine laid over theirs: the line that mine was made from is replaced or taken away; any other is added."""
    lines: list[DraftLine | None] = list(claim.lines)
    for item, place in zip(typed.lines, places_of(typed.lines, claim.lines), strict=True):
        if place is not None:
            lines[place] = None if item.removed else item.line
        elif not item.removed and not is_there(item.line, claim.lines):
            lines.append(item.line)
    return replace(claim, lines=tuple(line for line in lines if line is not None), note=typed.note)


def places_of(mine: Sequence[TypedLine], saved: Sequence[DraftLine]) -> tuple[int | None, ...]:
    """For each of my lines the place in the saved claim of the line it was made from, None where there is none.

    What was typed since says nothing about that. A line that nobody touched is found whole; one that somebody changed
    is found by the learner and unit it had, if only one line has them. No place is given twice.
    """
    whole = _places_by([fingerprint(line) for line in saved])
    keyed = _places_by([key_of(line) for line in saved])
    found: list[int | None] = [None] * len(mine)
    given: set[int] = set()
    for at, item in enumerate(mine):
        free = [place for place in whole.get(item.was, ()) if place not in given]
        if free:
            found[at] = free[0]
            given.add(free[0])
    for at, item in enumerate(mine):
        free = [place for place in keyed.get(item.key, ()) if place not in given]
        if found[at] is None and item.key and len(free) == 1:
            found[at] = free[0]
            given.add(free[0])
    return tuple(found)


def is_there(line: DraftLine, saved: Sequence[DraftLine]) -> bool:
    """Whether just this line is in the claim: then somebody wrote the same, and it is not added once more."""
    return bool(key_of(line)) and line in saved


def _places_by(names: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    return places


def my_changes(typed: TypedClaim) -> tuple[TypedLine, ...]:
    """The lines I changed or took away; in a conflict only these are mine."""
    return tuple(item for item in typed.lines if item.changed or item.removed or typed.merged)


def differences(typed: TypedClaim, theirs: SavedClaim) -> tuple[Difference, ...]:
    """What I wrote beside what is saved, one by one; what I left alone is not among it."""
    found = []
    changes = my_changes(typed)
    for item, place in zip(changes, places_of(changes, theirs.lines), strict=True):
        if place is None and not item.removed and is_there(item.line, theirs.lines):
            continue
        saved = "not in the saved claim" if place is None else words_of(theirs.lines[place])
        mine = "taken away" if item.removed else words_of(item.line)
        if mine != saved:
            found.append(Difference(f"Line {item.place + 1}", mine, saved))
    if typed.note_changed and typed.note != theirs.note:
        found.append(Difference("Note to the moderator", typed.note or "(empty)", theirs.note or "(empty)"))
    return tuple(found)


def words_of(line: DraftLine) -> str:
    """A line in one sentence, for comparing two."""
    named = (
        ("learner", line.learner),
        ("unit", line.unit),
        ("assessor", line.assessor),
        ("decision", line.decision),
        ("attainment", line.attainment),
    )
    return ", ".join(f"{name} {text}" for name, text in named if text) or "(empty)"


def number(text: str) -> int:
    """A small count out of a form; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
