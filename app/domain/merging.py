"""Two people changed the same thing: what of it fits together, and what a person must decide.

Pure three-way merging of a draft's fields. Different fields fit together; the same field keeps both. Nothing that
either side wrote is ever left out of a result.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TypeVar

Value = str | tuple[str, ...]
"""What stands in a field: words, or a list of texts such as the actions for a centre."""

Fields = Mapping[str, Value]


class How(StrEnum):
    """How the two sides of one field came together."""

    UNCHANGED = "unchanged"
    MINE = "mine"
    THEIRS = "theirs"
    SAME = "same"
    UNITED = "united"
    CLASH = "clash"

    @property
    def merged(self) -> bool:
        """Whether something of theirs was taken over, which the person is to be told."""
        return self in (How.THEIRS, How.UNITED)


class Pick(StrEnum):
    """What a person may take of a field in which both sides differ."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class MergedField:
    """One field of both sides. ``value``: what it becomes; in a clash mine, until the person has decided."""

    name: str
    before: Value
    mine: Value
    theirs: Value
    how: How
    value: Value


def merge(before: Fields, mine: Fields, theirs: Fields) -> tuple[MergedField, ...]:
    """Each field by itself, in the order of ``mine``. All three sides have the same fields, each of one kind."""
    return tuple(_merge_field(name, before[name], mine[name], theirs[name]) for name in mine)


def same(one: Value, other: Value) -> bool:
    """Whether two values say the same; blanks around a text, and blank entries of a list, say nothing."""
    return told(one) == told(other)


def told(value: Value) -> Value:
    """A value without what says nothing."""
    if isinstance(value, str):
        return value.strip()
    return tuple(text.strip() for text in value if text.strip())


def blank(value: Value) -> bool:
    """Whether a field says nothing at all."""
    return not told(value)


def both(mine: Value, theirs: Value, whose: str) -> Value:
    """Everything of both sides. Texts stand below each other with ``whose`` (who, and when) above theirs; of lists
    each entry stands once, mine first.
    """
    if isinstance(mine, str) and isinstance(theirs, str):
        if blank(mine) or same(mine, theirs):
            return theirs
        if blank(theirs):
            return mine
        return f"{mine.strip()}\n\n— {whose} —\n{theirs.strip()}"
    return _without_repeats((*_texts(mine), *_texts(theirs)))


def lost(chosen: Value, side: Value) -> tuple[str, ...]:
    """What of a side is not to be found in what was chosen: to be set aside, never thrown away."""
    kept = _texts(chosen)
    return tuple(text for text in _texts(side) if not any(_holds(whole, text) for whole in kept))


class Marked(StrEnum):
    """What became of a run of words between an earlier text and a later one."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_LONGEST = 4_000
"""Words beyond which two texts are not compared word by word: it would take longer than a glance."""


def words_between(earlier: str, later: str) -> tuple[tuple[Marked, str], ...]:
    """The later text as runs of words: kept, added, and between them what was removed of the earlier one."""
    old, new = _WORD.findall(earlier), _WORD.findall(later)
    runs: list[tuple[Marked, str]] = []

    def add(mark: Marked, words: Iterable[str]) -> None:
        text = "".join(words)
        if text and runs and runs[-1][0] is mark:
            runs[-1] = (mark, runs[-1][1] + text)
        elif text:
            runs.append((mark, text))

    if max(len(old), len(new)) > _LONGEST:
        if earlier != later:
            add(Marked.REMOVED, [earlier])
        add(Marked.KEPT if earlier == later else Marked.ADDED, [later])
        return tuple(runs)
    removed: list[str] = []
    added: list[str] = []
    opcodes = SequenceMatcher(None, old, new, False).get_opcodes()
    for place, (tag, from_old, to_old, from_new, to_new) in enumerate(opcodes):
        kept = "".join(new[from_new:to_new]) if tag == "equal" else ""
        between = bool(removed or added) and place + 1 < len(opcodes)
        if kept and not (between and kept.isspace()):
            add(Marked.REMOVED, removed)
            add(Marked.ADDED, added)
            removed, added = [], []
            add(Marked.KEPT, [kept])
        else:
            # A blank between two changes belongs to both: words that changed together are marked together.
            removed += old[from_old:to_old]
            added += new[from_new:to_new]
    add(Marked.REMOVED, removed)
    add(Marked.ADDED, added)
    return tuple(runs)


def entries_between(earlier: tuple[str, ...], later: tuple[str, ...]) -> tuple[tuple[Marked, str], ...]:
    """The later list entry by entry: kept, added, and between them what was removed of the earlier one."""
    runs: list[tuple[Marked, str]] = []
    for tag, from_old, to_old, from_new, to_new in SequenceMatcher(None, earlier, later, False).get_opcodes():
        if tag == "equal":
            runs += [(Marked.KEPT, text) for text in later[from_new:to_new]]
        else:
            runs += [(Marked.REMOVED, text) for text in earlier[from_old:to_old]]
            runs += [(Marked.ADDED, text) for text in later[from_new:to_new]]
    return tuple(runs)


def _merge_field(name: str, before: Value, mine: Value, theirs: Value) -> MergedField:
    i_changed, they_changed = not same(before, mine), not same(before, theirs)
    value = mine
    if not i_changed and not they_changed:
        how = How.UNCHANGED
    elif same(mine, theirs):
        how = How.SAME
    elif not they_changed:
        how = How.MINE
    elif not i_changed:
        how, value = How.THEIRS, theirs
    else:
        united = None if isinstance(mine, str) else _unite(_texts(before), _texts(mine), _texts(theirs))
        how, value = (How.CLASH, mine) if united is None else (How.UNITED, united)
    return MergedField(name, before, mine, theirs, how, value)


def _unite(before: tuple[str, ...], mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...] | None:
    """A list to which both sides only added: everything, in the order in which each side has it. None when a side
    changed or removed what stood there.

    Where both added at one place, the lesser text comes first, so that two people who merge get the same list.
    """
    my_gaps, their_gaps = _gaps(before, mine), _gaps(before, theirs)
    if my_gaps is None or their_gaps is None:
        return None
    kept: Counter[str] = Counter()
    by_side: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    united: list[str] = []
    for place in range(len(before) + 1):
        for gap, side in sorted(((my_gaps[place], 0), (their_gaps[place], 1))):
            for text in gap:
                by_side[side][text] += 1
                # What both added stands once, wherever each of them put it.
                if by_side[side][text] > kept[text]:
                    kept[text] += 1
                    united.append(text)
        united += before[place : place + 1]
    return tuple(united)


def _gaps(before: tuple[str, ...], after: tuple[str, ...]) -> list[tuple[str, ...]] | None:
    """What was added before each entry of ``before``, and behind the last; None when one of them is gone."""
    gaps: list[tuple[str, ...]] = []
    start = 0
    for text in before:
        if text not in after[start:]:
            return None
        found = after.index(text, start)
        gaps.append(after[start:found])
        start = found + 1
    return [*gaps, after[start:]]


def _texts(value: Value) -> tuple[str, ...]:
    """A value as its texts, without those that say nothing."""
    plain = told(value)
    if isinstance(plain, str):
        return (plain,) if plain else ()
    return plain


_T = TypeVar("_T")


def _without_repeats(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))


def _holds(whole: str, text: str) -> bool:
    """Whether a text stands in another one whole, and not as a part of some word."""
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", whole) is not None
