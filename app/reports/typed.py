"""What a person typed, made fit to be set: one kind of line break, visible signs, letters joined."""

from __future__ import annotations

import re
import unicodedata

from app.reports.right_to_left import join_letters

REPLACEMENT = "�"
"""Stands for every character that cannot be drawn, so that none vanishes unseen."""

_LINE_BREAKS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_PLAIN = re.compile(r"[ -~\n]*\Z")
_TAB = "    "


def as_typed(text: str) -> str:
    """The text as it is set: every typed line break kept as ``\\n``, every visible character kept.

    Composes accents (the fonts place no loose ones), turns other spaces into plain ones, leaves out characters
    that have no shape (joiners, direction overrides, soft hyphens: an override could make a report read
    otherwise than it was typed), and turns control characters into a visible replacement.
    """
    if _PLAIN.match(text):
        return text
    text = _LINE_BREAKS.sub("\n", text).replace("\t", _TAB)
    # Arabic is joined before the joiners, which have a say in it, are left out.
    text = join_letters(unicodedata.normalize("NFC", text))
    return "".join(_shown(character) for character in text)


def in_one_line(text: str) -> str:
    """The same for a heading or a page's furniture: line breaks become spaces."""
    return " ".join(as_typed(text).split())


def for_the_reader_program(text: str) -> str:
    """One line for the file's own description and table of contents, whose letters the viewer itself joins."""
    text = unicodedata.normalize("NFC", _LINE_BREAKS.sub(" ", text))
    return " ".join("".join(_shown(character) for character in text).split())


def letters_of(text: str) -> str:
    """Set text with each joined Arabic form as the letters it stands for."""
    return "".join(
        unicodedata.normalize("NFKC", character) if "\ufb50" <= character <= "\ufefc" else character
        for character in text
    )


def _shown(character: str) -> str:
    if character < "\x7f":
        return character if character >= " " or character == "\n" else REPLACEMENT
    if ord(character) & 0xFFFE == 0xFFFE:
        # Never a character in any text; a file that describes itself with one cannot be read.
        return REPLACEMENT
    match unicodedata.category(character):
        case "Cc" | "Cs" | "Co":
            # Private characters mean something else to each reader, and nothing to one who listens.
            return REPLACEMENT
        case "Cf":
            return ""
        case "Zs":
            return "\xa0" if character in "\xa0\u202f" else " "
        case "Mn" if "\ufe00" <= character <= "\ufe0f":
            # A variation selector only chooses among pictures of the character before it.
            return ""
    return character
