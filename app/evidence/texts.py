"""Plain text in whatever character set it was written."""

from __future__ import annotations

import codecs

from app.evidence.sources import ByteSource
from app.evidence.viewer import Box, Drawn, Opened, RefusalError

LONGEST = 5 << 20
_SAMPLE = 64 << 10
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Text:
    """An opened text; what goes beyond 5 MB is not read, and ``opened.remark`` says so."""

    def __init__(self, source: ByteSource) -> None:
        self._text = decode(source.read_at(0, LONGEST))
        self.opened = Opened("text")
        if source.size > LONGEST:
            self.opened.remark = f"Only the first 5 MB of {source.size / (1 << 20):,.0f} MB are shown."

    def text(self) -> str:
        """The whole text, lines ending in ``\\n``."""
        return self._text

    def render(self, page: int, scale: float) -> Drawn:
        """Text is laid out by the window."""
        raise RefusalError("evidence_not_shown", "text has no pages")

    def page_text(self, page: int) -> str:
        """Text has no pages."""
        raise RefusalError("evidence_not_shown", "text has no pages")

    def find(self, needle: str) -> list[tuple[int, list[Box]]]:
        """The window searches what it lays out."""
        raise RefusalError("evidence_not_shown", "text has no pages")


def decode(data: bytes) -> str:
    """Text out of bytes of an unknown character set. Never raises: what cannot be read becomes U+FFFD."""
    return (
        data.decode(charset_of(data), "replace")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\0", "\ufffd")
    )


def charset_of(data: bytes) -> str:
    """The character set that fits best: by its mark, UTF-8 where that is valid, else by the letters' frequency."""
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return charset
    try:
        # Not final: the end may be cut in the middle of a letter.
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return _guessed(data[:_SAMPLE])
    return "utf-8"


def _guessed(sample: bytes) -> str:
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best else "cp1252"
