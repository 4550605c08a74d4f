"""The looks of every report, in one place: paper, colours, sizes of type, spaces. All lengths are in points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.moderation import Decision, Outcome
from app.domain.review_terms import Level, ReviewOutcome

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

# A4 upright.
PAGE_WIDTH = 595.28
PAGE_HEIGHT = 841.89
LEFT = 56.0
RIGHT = 56.0
TOP = 72.0
BOTTOM = 64.0
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
TEXT_HEIGHT = PAGE_HEIGHT - TOP - BOTTOM
LABEL_WIDTH = 88.0
NUMBER_WIDTH = 24.0
PANEL_INSET = 16.0
HEADER_BASELINE = 40.0
FOOTER_BASELINE = PAGE_HEIGHT - 36.0

INK: Colour = (28, 36, 46)
MUTED: Colour = (88, 100, 114)
ACCENT: Colour = (24, 61, 97)
HAIRLINE: Colour = (207, 214, 222)
WASH: Colour = (244, 246, 249)
WHITE: Colour = (255, 255, 255)
DRAFT: Colour = (150, 40, 30)


class Face(StrEnum):
    """The three faces a report is set in; the value is the bundled file's name."""

    REGULAR = "NotoSans-Regular"
    BOLD = "NotoSans-Bold"
    ITALIC = "NotoSans-Italic"


@dataclass(frozen=True, slots=True)
class Type:
    """How a piece of text is set: face, size and distance from line to line in points, colour."""

    face: Face
    size: float
    leading: float
    colour: Colour


TITLE = Type(Face.BOLD, 23.0, 29.0, ACCENT)
SUBTITLE = Type(Face.REGULAR, 12.5, 17.0, INK)
EYEBROW = Type(Face.BOLD, 8.5, 13.0, MUTED)
HEADING = Type(Face.BOLD, 13.0, 18.0, ACCENT)
SUBHEADING = Type(Face.BOLD, 10.5, 14.5, INK)
BODY = Type(Face.REGULAR, 9.2, 13.2, INK)
BODY_BOLD = Type(Face.BOLD, 9.2, 13.2, INK)
LABEL = Type(Face.REGULAR, 8.4, 13.2, MUTED)
ASIDE = Type(Face.ITALIC, 8.6, 12.2, MUTED)
COLUMN_HEAD = Type(Face.BOLD, 8.0, 12.0, MUTED)
SMALL = Type(Face.REGULAR, 6.8, 9.6, MUTED)
FURNITURE = Type(Face.REGULAR, 7.8, 10.0, MUTED)
BADGE = Type(Face.BOLD, 8.6, 12.0, INK)
DRAFT_LINE = Type(Face.BOLD, 8.5, 13.0, DRAFT)
VERDICT = Type(Face.BOLD, 18.0, 24.0, INK)


@dataclass(frozen=True, slots=True)
class Tone:
    """How a decision looks. Its sign stands beside its words, so that colour never speaks alone."""

    sign: str
    strong: Colour
    wash: Colour


_GOOD = Tone("✓", (24, 98, 56), (231, 243, 236))
_BAD = Tone("✗", (150, 40, 30), (251, 236, 233))
_OPEN = Tone("?", (125, 80, 0), (253, 243, 222))
_PARTLY = Tone("!", (125, 80, 0), (253, 243, 222))
_NONE = Tone("–", MUTED, (238, 241, 245))

# A suspicion has no tone of its own: no report tells of one (D-5).
_DECISION_TONES = {
    Decision.AGREED: _GOOD,
    Decision.NOT_AGREED: _BAD,
    Decision.FURTHER_EVIDENCE: _OPEN,
}


def tone_of_decision(decision: Decision | None) -> Tone:
    """The tone of a decision; None is a sample that is not judged."""
    return _NONE if decision is None else _DECISION_TONES.get(decision, _NONE)


def tone_of_outcome(outcome: Outcome | None) -> Tone:
    """The tone of an outcome; None is one that is not decided."""
    if outcome is None:
        return _NONE
    return _GOOD if outcome is Outcome.ACCEPTED else _BAD


def tone_of_learner(satisfactory: bool) -> Tone:
    """The tone of a learner's outcome (M-56)."""
    return _GOOD if satisfactory else _OPEN


_LEVEL_TONES = {Level.MET: _GOOD, Level.PARTLY_MET: _PARTLY, Level.NOT_MET: _BAD, Level.NOT_APPLICABLE: _NONE}
_REVIEW_TONES = {
    ReviewOutcome.NO_ACTION: _GOOD,
    ReviewOutcome.ACTION_REQUIRED: _PARTLY,
    ReviewOutcome.SUPPORT_REQUIRED: _BAD,
}


def tone_of_level(level: Level | None) -> Tone:
    """The tone of a quality judgement; None is one that is not made (D-9)."""
    return _NONE if level is None else _LEVEL_TONES[level]


def tone_of_review(outcome: ReviewOutcome | None) -> Tone:
    """The tone of a review's outcome; None is one that is not decided."""
    return _NONE if outcome is None else _REVIEW_TONES[outcome]
