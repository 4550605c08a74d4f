"""Whether somebody wrote one of a framework's fixed sentences, however they typed it (Q-15, Q-31, Q-32)."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = re.compile(r"[^\w]+")


def says_the_same(text: str, fixed: str) -> bool:
    """Whether a text is the fixed sentence but for case, blanks and punctuation. An empty one says nothing."""
    return bool(_bare(text)) and _bare(text) == _bare(fixed)


def _bare(text: str) -> str:
    return _LETTERS.sub("", unicodedata.normalize("NFKC", text)).casefold()
