"""How well typed letters fit a text: the palette's order of things."""

from __future__ import annotations


def fits(typed: str, text: str) -> float:
    """0 when the letters do not occur in this order; more the better they fit, whole words and beginnings best."""
    needle = "".join(typed.casefold().split())
    hay = text.casefold()
    if not needle:
        return 1.0
    plain = typed.casefold().strip()
    at = hay.find(plain)
    if at >= 0:
        begins = at == 0 or not hay[at - 1].isalnum()
        return 100.0 + (50.0 if begins else 0.0) + 20.0 / (1 + at)
    if all(word in hay for word in plain.split()):
        return 80.0
    score, place, run = 0.0, -1, 0
    for letter in needle:
        found = hay.find(letter, place + 1)
        if found < 0:
            return 0.0
        begins = found == 0 or not hay[found - 1].isalnum()
        run = run + 1 if found == place + 1 else 0
        score += 1.0 + (2.0 if begins else 0.0) + run
        place = found
    # Letters scattered over a long text by chance are no find.
    return score - len(hay) / 1000 if score >= 2 * len(needle) else 0.0
