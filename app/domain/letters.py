"""Signs of a text that nobody sees, and that could make it read as another: of use in no name and no mark."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control, format (such as turning the writing round), lone half and line signs, as Unicode names their kinds."""

_JOINING = "\u200c\u200d"
"""Format signs that Persian, Hindi and others are written with."""


def hides_something(text: str, *, joining: bool = False) -> bool:
    """Whether there is a sign that cannot be seen. ``joining``: those that some scripts are written with may be."""
    return any(_is_unseen(sign) and not (joining and sign in _JOINING) for sign in text)


def only_seen(text: str) -> str:
    """The text without what cannot be seen."""
    return "".join(sign for sign in text if not _is_unseen(sign))


def _is_unseen(sign: str) -> bool:
    return unicodedata.category(sign) in _UNSEEN
