"""How long what is written in a quality review may be, said in one way."""

from __future__ import annotations

from app.domain.errors import KnownError

TEXT_LIMIT = 20_000
"""Characters that one commentary, action, note, reason or summary may have."""


def must_fit(text: str, what: str) -> None:
    """Raises KnownError ``too_long``; ``what`` names the text in the sentence."""
    if len(text) > TEXT_LIMIT:
        raise KnownError(
            "too_long",
            f"This {what} has {len(text):,} characters; {TEXT_LIMIT:,} are possible.",
            "Shorten it.",
        )
