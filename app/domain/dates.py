"""The one place that turns moments and days into words, and back into the days rules are counted in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(value: date) -> str:
    """``12 March 2026``: a day where the year matters. Never depends on the machine's locale."""
    return f"{value.day} {_LONG_MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    """``Thu 12 Mar``: a day near enough that its year is plain."""
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}"


def clock_time(value: datetime) -> str:
    """``10:42`` in London."""
    local = in_london(value)
    return f"{local.hour:02}:{local.minute:02}"


def moment(value: datetime) -> str:
    """``12 March 2026, 10:42`` in London."""
    return f"{day(in_london(value).date())}, {clock_time(value)}"


def file_stamp(value: datetime) -> str:
    """``2026-03-12 10.42.07`` in London: a moment in the name of a file, on every system, in order by name."""
    return f"{in_london(value):%Y-%m-%d %H.%M.%S}"


def in_london(value: datetime) -> datetime:
    """The same moment on a London clock. A moment without a zone is a defect and raises ValueError."""
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone has no meaning here")
    return value.astimezone(LONDON)


def london_day(value: datetime) -> date:
    """The calendar day in London on which a moment falls."""
    return in_london(value).date()


def to_text(value: datetime) -> str:
    """A moment as it is stored and sent: ISO 8601 in UTC with microseconds."""
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone has no meaning here")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(value: str) -> datetime:
    """The moment that ``to_text`` wrote. Raises ValueError for one without a zone or outside 2000 to 2199."""
    moment_told = datetime.fromisoformat(value)
    if moment_told.tzinfo is None:
        raise ValueError("a moment without a time zone has no meaning here")
    # Checked before anything is computed: at the ends of the calendar even a change of zone overflows.
    if not 2000 <= moment_told.year < 2200:
        raise ValueError(f"the year {moment_told.year} is not one that anybody here works in")
    return moment_told.astimezone(UTC)
