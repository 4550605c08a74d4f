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
    """

    place: int
    line: DraftLine
    removed: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class TypedClaim:
    """What a person sent: the lines of one page, the note, and the version that they had before them.

    merged: it answers a conflict, so that lines are told by learner and unit, and no longer by their place.
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


def read_form(form: Mapping[str, str]) -> TypedClaim:
    """What was sent. Whatever is missing in it counts as empty; nothing in it is believed beyond being text."""
    first, shown = number(form.get("first", "")), min(number(form.get("shown", "")), LINES_SHOWN)
    typed = []
    for place in range(first, first + shown):
        name = f"line-{place + 1}-"
        line = DraftLine(**{field: form.get(name + field, "").strip() for field in LINE_FIELDS})
        changed = form.get(name + "was", "") != fingerprint(line)
        typed.append(TypedLine(place, line, bool(form.get(name + "remove")), changed))
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
    """Mine laid over theirs: a line of the same learner and unit is replaced, any other is added at the end."""
    lines = list(claim.lines)
    for item in typed.lines:
        place = _place_of(lines, item.line)
        if item.removed:
            if place is not None:
                del lines[place]
        elif place is not None:
            lines[place] = item.line
        else:
            lines.append(item.line)
    return replace(claim, lines=tuple(lines), note=typed.note)


def my_changes(typed: TypedClaim) -> tuple[TypedLine, ...]:
    """The lines I changed or took away; in a conflict only these are mine."""
    return tuple(item for item in typed.lines if item.changed or item.removed or typed.merged)


def differences(typed: TypedClaim, theirs: SavedClaim) -> tuple[Difference, ...]:
    """What I wrote beside what is saved, one by one; what I left alone is not among it."""
    found = []
    for item in my_changes(typed):
        place = _place_of(theirs.lines, item.line)
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


def _place_of(lines: Sequence[DraftLine], wanted: DraftLine) -> int | None:
    for place, line in enumerate(lines):
        if (line.learner, line.unit) == (wanted.learner, wanted.unit):
            return place
    return None


def number(text: str) -> int:
    """A small count out of a form; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
