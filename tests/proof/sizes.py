"""How much of each proof is done. ``TOUCHSTONE_PROOF`` multiplies it: 1 in the ordinary run, 10 for a night."""

from __future__ import annotations

import os

TIMES = float(os.environ.get("TOUCHSTONE_PROOF", "1"))


def times(ordinary: int) -> int:
    """So many, in this run."""
    return max(1, round(ordinary * TIMES))


CRASH_POINTS = times(540)
REAL_KILLS = times(24)
FAULTS = times(210)
POWER_CUTS = times(360)
DAMAGED = times(500)
STACK_SEEDS = times(50)
