"""The bundled fonts: which of them draws a character, how wide it is, and how it reads when copied from the PDF."""

from __future__ import annotations

import io
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.domain.resources import resources_folder
from app.reports.style import Face

if TYPE_CHECKING:
    from reportlab.pdfbase.pdfdoc import PDFDocument
    from reportlab.pdfbase.ttfonts import TTFont

FALLBACK = "DejaVuSans"
"""Draws what the report's own faces lack."""

_PREFIX = "Touchstone-"
_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Glyph:
    """How one character is drawn: by which registered font, how wide in thousandths of the size, as what.

    ``drawn`` differs from the character only where no font has it.
    """

    font: str
    width: float
    drawn: str


class Fonts:
    """The faces of a report, loaded once and registered with the PDF library."""

    def __init__(self) -> None:
        self._fonts: dict[str, TTFont] = {}
        for name in (*(face.value for face in Face), FALLBACK):
            self._fonts[name] = _load(name)
        self._faces = {face: (face.value, FALLBACK) for face in Face}

    def font(self, registered: str) -> TTFont:
        """The font behind a name that a Glyph carries."""
        return self._fonts[registered.removeprefix(_PREFIX)]

    def registered(self, face: Face) -> str:
        """The name under which a face is known to the PDF library."""
        return _PREFIX + face.value

    def glyph(self, face: Face, character: str) -> Glyph | None:
        """How a face draws a character, with the fallback's help; None where neither font has it."""
        for name in self._faces[face]:
            width = self._fonts[name].face.charWidths.get(ord(character))
            if width is not None:
                return Glyph(_PREFIX + name, width, character)
        return None


def bundled_fonts() -> Fonts:
    """The fonts from ``resources/fonts``. Raises FileNotFoundError where the installation lacks them."""
    # Two threads must not register two sets under the same names.
    with _loading:
        return _loaded_once()


@lru_cache(maxsize=1)
def _loaded_once() -> Fonts:
    return Fonts()


def _load(name: str) -> TTFont:
    from reportlab.pdfbase import pdfmetrics

    # Handed over as bytes: the library would otherwise name its objects after the file's path on this machine.
    data = io.BytesIO((resources_folder() / "fonts" / f"{name}.ttf").read_bytes())
    font: TTFont = _font_class()(_PREFIX + name, data, asciiReadable=True, shapable=False)
    pdfmetrics.registerFont(font)
    return font


@lru_cache(maxsize=1)
def _font_class() -> type[TTFont]:
    # A function, so that the PDF library is imported only when a report is made.
    from reportlab.pdfbase.ttfonts import TTFont

    class ReportFont(TTFont):
        """A TrueType font that is quick with plain text, and whose text can be copied out of the PDF rightly."""

        def splitString(
            self, text: str, doc: PDFDocument, encoding: str = "utf-8"
        ) -> list[tuple[int, bytes]]:
            # Plain characters always have their own codes in the first subset (asciiReadable).
            if text.isascii() and doc in self.state:
                return [(0, text.encode("ascii"))]
            found: list[tuple[int, bytes]] = super().splitString(text, doc, encoding)
            return found

        def addObjects(self, doc: PDFDocument) -> None:
            subsets = [list(subset) for subset in self.state[doc].subsets]
            super().addObjects(doc)
            for number, subset in enumerate(subsets):
                internal = f"{doc.fontMapping[self.fontName][1:]}+{number}"
                objects: dict[str, Any] = doc.idToObject
                objects[objects[internal].ToUnicode.name].content = _to_unicode(subset)

    return ReportFont


def _to_unicode(subset: list[int]) -> str:
    """The table that turns a subset's codes back into text; the library's own breaks beyond U+FFFF.

    Joined Arabic forms read as the letters they stand for, so that a name can be found by searching.
    """
    pairs = []
    for code, point in enumerate(subset):
        if point < 32 or (point == 32 and code != 32):
            continue
        text = chr(point)
        letters = unicodedata.normalize("NFKC", text) if 0xFB50 <= point <= 0xFEFC else text
        # Two letters in one form stay as they are: readers would turn them round with the line.
        text = letters if len(letters) == 1 else text
        pairs.append(f"<{code:02X}> <{text.encode('utf-16-be').hex().upper()}>")
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    # One table may hold a hundred lines.
    for start in range(0, len(pairs), 100):
        part = pairs[start : start + 100]
        lines += [f"{len(part)} beginbfchar", *part, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)
