"""How long to wait before the service is tried again."""

from __future__ import annotations

SHORTEST = 1.0
LONGEST = 300.0


def delay(attempt: int, random: float, retry_after: float | None = None) -> float:
    """Seconds to wait after ``attempt`` failures in a row (1 for the first): full jitter between 1 s and a ceiling
    that doubles up to 5 min. ``random`` is in [0, 1). What the service itself asked for is never undercut, up to an
    hour.
    """
    # Beyond nine doublings the ceiling stands; a huge attempt must not make a huge number.
    ceiling = min(LONGEST, SHORTEST * 2.0 ** min(max(attempt, 0), 9))
    wait = SHORTEST + random * (ceiling - SHORTEST)
    if retry_after is None:
        return wait
    return max(wait, min(retry_after, 3600.0))
