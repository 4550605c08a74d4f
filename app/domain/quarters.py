"""Calendar quarters: moderation is fulfilled, and begins anew, once a quarter (M-32, D-1)."""

from __future__ import annotations

import re
from datetime import date

_WORDS = ("January to March", "April to June", "July to September", "October to December")


def quarter_of(day: date) -> str:
    """``2026Q1``: the calendar quarter of a London day of submission (D-1). Sorts by time."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_words(quarter: str) -> str:
    """``January to March 2026``. Raises ValueError for a text that ``quarter_of`` would not write."""
    if not is_quarter(quarter):
        raise ValueError(f"“{quarter}” is not a quarter such as 2026Q1")
    return f"{_WORDS[int(quarter[5]) - 1]} {quarter[:4]}"


def is_quarter(text: str) -> bool:
    """Whether a text is a quarter as ``quarter_of`` writes it."""
    return re.fullmatch(r"[0-9]{4}Q[1-4]", text) is not None
