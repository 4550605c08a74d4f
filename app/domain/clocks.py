"""Working days: when moderation is due, how much time is left, and what a hold freezes (M-50, D-6)."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from app.domain.centres import Nation
from app.domain.dates import short_day

if TYPE_CHECKING:
    import holidays

MODERATION_WORKING_DAYS = 21
"""Default target of M-50; the service may hand in another from the awarding body's policy."""

ACTION_DAYS = 120
"""Calendar days a centre has to complete the actions of a rejection (M-61, D-4)."""

LATE_WORK_DAYS = 60
"""Days after a request was taken from somebody in which work they did before they could know still counts.

A device says for itself what it had seen. Without an end to this, an old number would be a key to the request for
ever; with it, a laptop may still come back from a long journey.
"""

DUE_SOON_WORKING_DAYS = 5
"""From this many working days left a request is *due soon*."""

# Centres outside the UK keep England's holidays (D-6).
_SUBDIVISION = {
    Nation.ENGLAND: "ENG",
    Nation.WALES: "WLS",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
    Nation.OUTSIDE_UK: "ENG",
}


@lru_cache(maxsize=8)
def _bank_holidays(nation: Nation) -> holidays.HolidayBase:
    import holidays

    _load_no_other_country(holidays)
    return holidays.country_holidays("GB", subdiv=_SUBDIVISION[nation])


def _load_no_other_country(package: ModuleType) -> None:
    # The front of holidays.countries imports every country of the world: 0.4 s at each start of the window for
    # one that is needed. An empty front with the same path lets the one be found.
    name = f"{package.__name__}.countries"
    if name not in sys.modules:
        front = ModuleType(name)
        front.__path__ = [str(Path(folder) / "countries") for folder in package.__path__]
        sys.modules[name] = front


@lru_cache(maxsize=16_384)
def is_working_day(day: date, nation: Nation) -> bool:
    """Monday to Friday, and no bank holiday of the nation."""
    return day.weekday() < 5 and day not in _bank_holidays(nation)


def add_working_days(start: date, days: int, nation: Nation) -> date:
    """The day that lies ``days`` working days after ``start``; ``start`` itself is day 0 (D-6).

    ``days`` may be negative, which counts back (D-8). Zero returns ``start`` even on a weekend.
    """
    step = timedelta(days=1 if days >= 0 else -1)
    day = start
    left = abs(days)
    while left:
        day += step
        if is_working_day(day, nation):
            left -= 1
    return day


def working_days_between(start: date, end: date, nation: Nation) -> int:
    """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before ``start``."""
    if end < start:
        return -working_days_between(end, start, nation)
    return sum(
        is_working_day(start + timedelta(days=offset), nation) for offset in range(1, (end - start).days + 1)
    )


def moderation_due(
    evidence_complete_on: date, nation: Nation, working_days: int = MODERATION_WORKING_DAYS
) -> date:
    """M-50: the day moderation should be finished, counted from the day the evidence was declared complete."""
    return add_working_days(evidence_complete_on, working_days, nation)


class ClockState(StrEnum):
    """How a request's clock stands; screens add words and colour to it."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    FROZEN = "frozen"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What a clock says today. ``days_left`` are working days, negative when overdue, None without a clock."""

    state: ClockState
    days_left: int | None
    words: str


def read_clock(
    *,
    today: date,
    nation: Nation,
    started_on: date | None,
    due_on: date | None,
    held_on: date | None,
    finished: bool,
    working_days: int = MODERATION_WORKING_DAYS,
) -> ClockReading:
    """What the moderation clock says on a day.

    held_on: the day a hold began; while it lasts the clock shows the days that were left then (D-6).
    finished: the clock no longer runs, because moderation is over.
    """
    if finished:
        return ClockReading(ClockState.STOPPED, None, "finished")
    if started_on is None or due_on is None:
        return ClockReading(ClockState.NOT_STARTED, None, "waiting for the centre's evidence")
    if held_on is not None:
        left = working_days_between(held_on, due_on, nation)
        stood = f"{_days(left)} left" if left >= 0 else f"{_days(-left)} overdue"
        return ClockReading(
            ClockState.FROZEN, left, f"on hold since {short_day(held_on)}, {stood} when it stopped"
        )
    left = working_days_between(today, due_on, nation)
    if left < 0 or (left == 0 and today > due_on):
        late = max(1, -left)
        return ClockReading(ClockState.OVERDUE, -late, f"{_days(late)} overdue, was due {short_day(due_on)}")
    if left == 0:
        return ClockReading(ClockState.DUE_SOON, 0, f"due today, {short_day(due_on)}")
    state = ClockState.DUE_SOON if left <= DUE_SOON_WORKING_DAYS else ClockState.RUNNING
    return ClockReading(state, left, f"{left} of {working_days} working days left, due {short_day(due_on)}")


def due_after_hold(due_on: date, held_on: date, released_on: date, nation: Nation) -> date:
    """The due date once a hold ends: the working days left when it began are left again (D-6)."""
    return add_working_days(released_on, max(0, working_days_between(held_on, due_on, nation)), nation)


def late_work_counts(left_at: datetime | None, now: datetime) -> bool:
    """Whether work of somebody who had not yet learned that a request was taken from them at ``left_at`` still counts.

    None: nobody wrote down when that was, as it was before such moments were kept; then it counts.
    """
    return left_at is None or now - left_at <= timedelta(days=LATE_WORK_DAYS)


def _days(count: int) -> str:
    return f"{count} working day" if count == 1 else f"{count} working days"
