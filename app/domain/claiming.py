"""A claim before it is submitted: what a centre types, saves and comes back to, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import KnownError
from app.domain.letters import hides_something
from app.domain.sampling import mark_of

LINES_LIMIT = 20_000
"""Learner-units that one claim may have, as many as its CSV (M-19)."""

TEXT_LIMIT = 1_000
"""Characters that one field of a line may have."""

CLAIM_NOTE_LIMIT = 20_000
"""Characters that the note to the moderator may have (M-49)."""

LEARNER_UNKNOWN = (
    "Learner {learner} is not in the list for this qualification: either the learner is registered for another "
    "qualification, or is not registered at all."
)
"""M-14: both reasons are named. M-12: nobody is registered from here."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One learner-unit as it was typed: learner by number, unit by code, the rest as the centre writes it."""

    learner: str
    unit: str
    assessor: str = ""
    decision: str = ""
    attainment: str = ""


@dataclass(frozen=True, slots=True)
class SavedClaim:
    """A claim that was saved and not submitted (M-16). It reserves nothing (M-22).

    id: empty before it was saved first; then it stays, and becomes the request's when the claim is submitted.
    qualification_id: empty while none is chosen.
    version: how often it was saved, as far as whoever holds this knows; 0 before the first time.
    """

    centre_id: str
    qualification_id: str = ""
    lines: tuple[DraftLine, ...] = ()
    note: str = ""
    id: str = ""
    saved_by: str = ""
    saved_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class ClaimFault:
    """One field that keeps a claim from being submitted (M-20).

    line: place of the line, from 1; 0 for the claim itself. field: name of the field of ``DraftLine`` or
    ``SavedClaim`` in which the person mends it.
    """

    line: int
    field: str
    says: str


def check_lines(
    lines: Sequence[DraftLine],
    learners: Container[str],
    units: Container[str],
    grades: Sequence[str] = (),
) -> tuple[ClaimFault, ...]:
    """Everything that is wrong with the lines, one fault a field, in their order (M-12, M-14, M-20).

    learners: numbers of those registered for the qualification at the centre; units: codes of the qualification's.
    grades: those of the awarding body, where it has any; attainment is one of them, a mark, or nothing (D-2).
    That a learner-unit was claimed before only the service can tell (M-22).
    """
    faults: list[ClaimFault] = []
    first_place: dict[tuple[str, str], int] = {}
    for place, line in enumerate(lines, start=1):
        wrong = _field_faults(place, line, learners, units, grades)
        faults.extend(wrong)
        if wrong:
            continue
        first = first_place.setdefault((line.learner, line.unit), place)
        if first != place:
            faults.append(
                ClaimFault(
                    place,
                    "unit",
                    f"Learner {line.learner} and unit {line.unit} are in line {first} already; "
                    "each learner-unit is claimed once.",
                )
            )
    return tuple(faults)


def _field_faults(
    place: int, line: DraftLine, learners: Container[str], units: Container[str], grades: Sequence[str]
) -> list[ClaimFault]:
    faults = []
    if not line.learner.strip():
        faults.append(ClaimFault(place, "learner", "The learner's number is missing."))
    elif line.learner not in learners:
        faults.append(ClaimFault(place, "learner", LEARNER_UNKNOWN.format(learner=_short(line.learner))))
    if not line.unit.strip():
        faults.append(ClaimFault(place, "unit", "The unit is missing."))
    elif line.unit not in units:
        faults.append(ClaimFault(place, "unit", f"The qualification has no unit {_short(line.unit)}."))
    if not line.assessor.strip():
        # Without it nobody could see to it that every assessor is sampled (M-27, D-2).
        faults.append(ClaimFault(place, "assessor", "The assessor is missing."))
    for field, text in (
        ("assessor", line.assessor),
        ("decision", line.decision),
        ("attainment", line.attainment),
    ):
        fault = text_fault(text, TEXT_LIMIT) or _hidden_fault(text)
        if field == "attainment":
            fault = fault or _attainment_fault(text, grades)
        if fault:
            faults.append(ClaimFault(place, field, fault))
    return faults


def _attainment_fault(text: str, grades: Sequence[str]) -> str:
    told = text.strip()
    if not told or not grades or mark_of(told) is not None:
        return ""
    if told.casefold() in (grade.casefold() for grade in grades):
        return ""
    *others, last = grades
    known = f"{', '.join(others)} or {last}" if others else last
    return f"“{_short(told)}” is no grade here: {known}, or a mark in digits."


def _hidden_fault(text: str) -> str:
    """A name is read by people; one that could be read as another is none."""
    if hides_something(text, joining=True):
        return "The text holds signs that cannot be seen; type it anew instead of pasting it."
    return ""


def text_fault(text: str, limit: int) -> str:
    """Why a text cannot be kept, or nothing: too many characters, or the one that no database can keep."""
    if "\x00" in text:
        return "The text has a character that cannot be kept; type it anew instead of pasting it."
    if len(text) > limit:
        return f"The text has {len(text):,} characters; {limit:,} are possible."
    return ""


def check_storable(claim: SavedClaim) -> None:
    """Whether a claim can be saved, however unfinished it is (M-16). Raises KnownError in the person's words."""
    if len(claim.lines) > LINES_LIMIT:
        raise KnownError(
            "claim_too_long",
            f"This claim has {len(claim.lines):,} lines; {LINES_LIMIT:,} are possible.",
            "Make two claims of it; any number may be open at once.",
        )
    note = text_fault(claim.note, CLAIM_NOTE_LIMIT)
    if note:
        raise KnownError("claim_note_wrong", f"The note to the moderator cannot be saved: {note}")
    for place, line in enumerate(claim.lines, start=1):
        for text in (line.learner, line.unit, line.assessor, line.decision, line.attainment):
            if fault := text_fault(text, TEXT_LIMIT):
                raise KnownError("claim_line_wrong", f"Line {place} cannot be saved: {fault}")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
