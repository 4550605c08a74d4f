"""Arabic and Hebrew: letters joined into their forms, and a line put into the order in which it is seen.

The PDF library draws character after character from left to right. So that a name in Arabic can be read, its
letters are replaced by their joined forms, and each line is reordered by the Unicode bidirectional algorithm
without its explicit controls, which are never honoured in a report.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_FIRST_RIGHT_TO_LEFT = "\u0590"
_TATWEEL = "\u0640"
_JOINER = "\u200d"
_LAM = "\u0644"
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "BN", "ES", "ET", "CS", ""})

_Forms = dict[str, str]


def may_run_right_to_left(text: str) -> bool:
    """Whether any character could need the work of this module; quick, and true for some that do not."""
    return not text.isascii() and max(text) >= _FIRST_RIGHT_TO_LEFT


def join_letters(text: str) -> str:
    """Arabic letters in the form their neighbours ask for, lam and alef as one; other text untouched."""
    if not may_run_right_to_left(text):
        return text
    forms, ligatures = _tables()
    joined: list[str] = []
    before = False  # whether the letter before stretches out a hand
    index = 0
    while index < len(text):
        character = text[index]
        index += 1
        if unicodedata.category(character) == "Mn":
            joined.append(character)
            continue
        letter = forms.get(character)
        if letter is None:
            joined.append(character)
            before = character in (_TATWEEL, _JOINER)
            continue
        pair = text[index - 1 : index + 1]
        if character == _LAM and pair in ligatures:
            index += 1
            joined.append(ligatures[pair]["final" if before else "isolated"])
            before = False
            continue
        after = "initial" in letter and _reaches_back(text, index, forms)
        form = ("medial" if after else "final") if before else ("initial" if after else "isolated")
        joined.append(letter.get(form, letter.get("isolated", character)))
        before = "initial" in letter
    return "".join(joined)


def _reaches_back(text: str, index: int, forms: dict[str, _Forms]) -> bool:
    """Whether the next letter joins to the one before it; marks above and below letters do not part them."""
    while index < len(text) and unicodedata.category(text[index]) == "Mn":
        index += 1
    if index == len(text):
        return False
    following = text[index]
    return following in (_TATWEEL, _JOINER) or "final" in forms.get(following, {})


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, _Forms], dict[str, _Forms]]:
    """Letter to its forms, and lam with alef to theirs, read from Unicode's own table."""
    forms: dict[str, _Forms] = {}
    ligatures: dict[str, _Forms] = {}
    # The basic letters come last, so that theirs win where two blocks name the same letter.
    for code in (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEFD)):
        kind, _, base = unicodedata.decomposition(chr(code)).partition(" ")
        if not base:
            continue
        letters = "".join(chr(int(part, 16)) for part in base.split())
        if len(letters) == 1:
            forms.setdefault(letters, {})[kind.strip("<>")] = chr(code)
        elif len(letters) == 2 and letters.startswith(_LAM):
            ligatures.setdefault(letters, {})[kind.strip("<>")] = chr(code)
    return forms, ligatures


def starts_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction == "L":
            return False
        if direction in ("R", "AL"):
            return True
    return False


def as_seen(line: str, *, right_to_left: bool) -> str:
    """A line in the order in which it is seen from left to right.

    right_to_left: the direction of the whole paragraph, which decides where punctuation between runs goes.
    """
    if not may_run_right_to_left(line):
        return line
    levels = _levels(line, right_to_left)
    # Marks are turned round with their letters: in the fonts they stand before the letter that carries them.
    seen = [
        (character.translate(_MIRRORED) if level % 2 else character, level)
        for character, level in zip(line, levels, strict=True)
    ]
    for level in range(max(levels), 0, -1):
        start = 0
        while start < len(seen):
            end = start
            while end < len(seen) and seen[end][1] >= level:
                end += 1
            seen[start:end] = seen[start:end][::-1]
            start = end + 1
    return "".join(character for character, _ in seen)


def _levels(line: str, right_to_left: bool) -> list[int]:
    base = 1 if right_to_left else 0
    around = "R" if right_to_left else "L"
    kinds = _weak_resolved([unicodedata.bidirectional(character) for character in line], around)
    _resolve_neutrals(kinds, around)
    levels = []
    for kind in kinds:
        if kind == "R":
            levels.append(1)
        elif kind == "L":
            levels.append(2 * base)
        else:
            levels.append(2)
    for index in range(len(line) - 1, -1, -1):
        if not line[index].isspace():
            break
        levels[index] = base
    return levels


def _weak_resolved(kinds: list[str], around: str) -> list[str]:
    """Rules W1 to W7 of the algorithm: marks, numbers and what stands between numbers."""
    strong = around
    before = around
    for index, kind in enumerate(kinds):
        if kind == "NSM":
            kind = before
        elif kind == "EN" and strong == "AL":
            kind = "AN"
        if kind in ("L", "R", "AL"):
            strong = kind
        kinds[index] = before = kind
    kinds = ["R" if kind == "AL" else kind for kind in kinds]
    for index in range(1, len(kinds) - 1):
        left, here, right = kinds[index - 1 : index + 2]
        if (here == "ES" and left == right == "EN") or (here == "CS" and left == right in ("EN", "AN")):
            kinds[index] = left
    for order in (range(1, len(kinds)), range(len(kinds) - 2, -1, -1)):
        step = -order.step
        for index in order:
            if kinds[index] == "ET" and kinds[index + step] == "EN":
                kinds[index] = "EN"
    strong = around
    for index, kind in enumerate(kinds):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"
    return kinds


def _resolve_neutrals(kinds: list[str], around: str) -> None:
    """Rules N1 and N2: what has no direction takes that of both its neighbours, or else the paragraph's."""
    index = 0
    while index < len(kinds):
        if kinds[index] not in _NEUTRAL:
            index += 1
            continue
        end = index
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        left = _side(kinds[index - 1]) if index else around
        right = _side(kinds[end]) if end < len(kinds) else around
        kinds[index:end] = [left if left == right else around] * (end - index)
        index = end


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"
