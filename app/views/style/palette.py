"""The one small palette, light and dark. Every pair that meets on screen is listed, and tested for contrast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a colour says. It never says it alone: words or a glyph stand beside it."""

    NEUTRAL = "neutral"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    HOLD = "hold"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Shade:
    """One tone: ``ink`` for words on ``wash`` and on every surface, ``mark`` for glyphs, bars and edges."""

    ink: str
    wash: str
    mark: str


@dataclass(frozen=True, slots=True)
class Colours:
    """All colours there are, as ``#rrggbb``.

    window: behind everything. surface: lists, fields, cards. raised: pop-ups. sunken: rail, headers, page surround.
    line: parts two areas (decoration). edge: outline of something one can use (3:1).
    text, muted: words. accent: the one colour for what matters now; ``on_accent`` the words upon it.
    accent_wash: a chosen row. hover: under the mouse. focus: the ring.
    """

    dark: bool
    window: str
    surface: str
    raised: str
    sunken: str
    line: str
    edge: str
    text: str
    muted: str
    accent: str
    accent_strong: str
    on_accent: str
    accent_wash: str
    hover: str
    focus: str
    neutral: Shade
    good: Shade
    warn: Shade
    bad: Shade
    hold: Shade
    info: Shade

    def tone(self, tone: Tone | str) -> Shade:
        shade = getattr(self, Tone(tone).value)
        assert isinstance(shade, Shade)
        return shade


LIGHT = Colours(
    dark=False,
    window="#f4f5f7",
    surface="#ffffff",
    raised="#ffffff",
    sunken="#e9ebef",
    line="#d9dde3",
    edge="#7b8492",
    text="#1a212c",
    muted="#535d6c",
    accent="#2457c5",
    accent_strong="#1b459f",
    on_accent="#ffffff",
    accent_wash="#e3ebfc",
    hover="#eef1f5",
    focus="#2457c5",
    neutral=Shade("#454e5c", "#e8ebef", "#6a7483"),
    good=Shade("#14603a", "#e0f3e8", "#1d8450"),
    warn=Shade("#744600", "#fcefd2", "#a86400"),
    bad=Shade("#9c1f28", "#fbe6e6", "#c6333d"),
    hold=Shade("#573693", "#efe9fa", "#7650c4"),
    info=Shade("#1b4b9e", "#e5edfc", "#2f67cf"),
)

DARK = Colours(
    dark=True,
    window="#15181d",
    surface="#1c2026",
    raised="#252a32",
    sunken="#111419",
    line="#333943",
    edge="#78818f",
    text="#e6e9ee",
    muted="#a6aebb",
    accent="#86a9f9",
    accent_strong="#a5bffb",
    on_accent="#0e1626",
    accent_wash="#263653",
    hover="#272c35",
    focus="#9ab7fb",
    neutral=Shade("#c2c9d3", "#2d333c", "#929cab"),
    good=Shade("#85d8a8", "#183226", "#4fb47f"),
    warn=Shade("#f0c475", "#37290f", "#d19a35"),
    bad=Shade("#f7a3a3", "#40201f", "#e46c6c"),
    hold=Shade("#cbb5f6", "#2f2547", "#a284e6"),
    info=Shade("#a3c1fb", "#1f2e4b", "#6f9af2"),
)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2 between two ``#rrggbb`` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def word_pairs(colours: Colours) -> Iterator[tuple[str, str, str]]:
    """(name, words, ground) of every pair in which words are read: 4.5:1 at least."""
    grounds = ("window", "surface", "raised", "sunken", "hover", "accent_wash")
    for ground in grounds:
        for ink in ("text", "muted"):
            yield f"{ink} on {ground}", getattr(colours, ink), getattr(colours, ground)
        for tone in Tone:
            yield f"{tone} ink on {ground}", colours.tone(tone).ink, getattr(colours, ground)
        yield f"accent on {ground}", colours.accent, getattr(colours, ground)
    for tone in Tone:
        shade = colours.tone(tone)
        yield f"{tone} ink on its wash", shade.ink, shade.wash
        yield f"text on {tone} wash", colours.text, shade.wash
    yield "on_accent on accent", colours.on_accent, colours.accent
    yield "on_accent on accent_strong", colours.on_accent, colours.accent_strong


def graphic_pairs(colours: Colours) -> Iterator[tuple[str, str, str]]:
    """(name, mark, ground) of every pair in which a shape is recognised: 3:1 at least."""
    for ground in ("window", "surface", "raised", "accent_wash"):
        yield f"edge on {ground}", colours.edge, getattr(colours, ground)
        yield f"focus on {ground}", colours.focus, getattr(colours, ground)
        for tone in Tone:
            yield f"{tone} mark on {ground}", colours.tone(tone).mark, getattr(colours, ground)
    yield "focus on sunken", colours.focus, colours.sunken
    for tone in Tone:
        shade = colours.tone(tone)
        yield f"{tone} mark on its wash", shade.mark, shade.wash
