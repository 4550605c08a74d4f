"""How states look beside their words: a glyph and a tone for each."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.clocks import ClockState
from app.domain.moderation import Decision, RequestState, Standing
from app.views.style.palette import Tone
from app.workspace.snapshots import SampleSheet


@dataclass(frozen=True, slots=True)
class Sign:
    """A glyph (name of an icon) and its tone. Words always stand beside it."""

    icon: str
    tone: Tone


DECISION_SIGNS = {
    Decision.AGREED: Sign("check", Tone.GOOD),
    Decision.NOT_AGREED: Sign("cross", Tone.BAD),
    Decision.FURTHER_EVIDENCE: Sign("question", Tone.WARN),
    Decision.SUSPECTED_MALPRACTICE: Sign("flag", Tone.HOLD),
}

CLOCK_SIGNS = {
    ClockState.NOT_STARTED: Sign("waiting", Tone.NEUTRAL),
    ClockState.RUNNING: Sign("clock", Tone.NEUTRAL),
    ClockState.DUE_SOON: Sign("clock", Tone.WARN),
    ClockState.OVERDUE: Sign("overdue", Tone.BAD),
    ClockState.FROZEN: Sign("hold", Tone.HOLD),
    ClockState.STOPPED: Sign("done", Tone.NEUTRAL),
}

STATE_TONES = {
    RequestState.IN_MODERATION: Tone.INFO,
    RequestState.ON_HOLD: Tone.HOLD,
    RequestState.REFUSED: Tone.BAD,
    RequestState.ACCEPTED: Tone.GOOD,
    RequestState.RECORDS_UPDATED: Tone.GOOD,
    RequestState.CERTIFICATED: Tone.GOOD,
    RequestState.RETURNED_TO_CENTRE: Tone.WARN,
}


def sample_sign(sheet: SampleSheet) -> Sign:
    """How one sample stands."""
    if sheet.standing is Standing.DISPUTED:
        return Sign("half", Tone.WARN)
    if sheet.judgement is None:
        return Sign("circle", Tone.NEUTRAL)
    return DECISION_SIGNS[sheet.judgement.decision]


def needs_judging(sheet: SampleSheet) -> bool:
    """Not judged yet, or judged twice side by side."""
    return sheet.standing is not Standing.JUDGED
