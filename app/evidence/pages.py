"""PDF pages through PDFium. Scripts and XFA forms never run: this PDFium has no engine for either."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.evidence.findings import NOTHING_OFF, Finding, Verdict, damaged, encrypted
from app.evidence.sources import ByteSource, as_stream
from app.evidence.viewer import Box, Drawn, Opened, RefusalError, fitting_scale

_PASSWORD_ERROR = 4
_A4 = (595.0, 842.0)
MOST_PAGES = 20_000
_MOST_HITS = 2_000
_LOOKED_AT = 50
# PDFium gives places on a drawn page as whole numbers: a page is measured this much finer than in points.
_FINENESS = 64
_SCRIPT_ENGINES = {"V8", "XFA"}


class Pages:
    """An opened PDF."""

    def __init__(self, source: ByteSource) -> None:
        """Raises ``RefusalError``: ``evidence_encrypted``, ``evidence_unreadable``."""
        self._pdf = _open(source)
        count = len(self._pdf)
        if count < 1:
            raise RefusalError("evidence_unreadable", "no pages")
        self.opened = Opened("pages", [self._size(page) for page in range(min(count, MOST_PAGES))])
        if count > MOST_PAGES:
            self.opened.remark = f"Only the first {MOST_PAGES:,} of {count:,} pages are shown."
        if _may_draw_forms() and self._pdf.get_formtype():
            # Without this, what a learner filled into a form would look empty.
            self._pdf.init_forms()

    def render(self, page: int, scale: float) -> Drawn:
        """Draws a page with its annotations and filled-in forms on white."""
        import pypdfium2.raw as raw

        loaded = self._page(page)
        try:
            width, height = loaded.get_size()
            used = fitting_scale(max(1.0, width), max(1.0, height), scale)
            bitmap = loaded.render(scale=used, force_bitmap_format=raw.FPDFBitmap_BGRA)
            drawn = Drawn(bitmap.width, bitmap.height, used, _tight(bitmap))
            bitmap.close()
        finally:
            loaded.close()
        return drawn

    def page_text(self, page: int) -> str:
        """The words of a page in the order the file gives them."""
        loaded = self._page(page)
        try:
            words = loaded.get_textpage()
            try:
                return str(words.get_text_range())
            finally:
                words.close()
        finally:
            loaded.close()

    def find(self, needle: str) -> list[tuple[int, list[Box]]]:
        """Looks through all pages, in any case; a page that cannot be read has no hits. At most 2,000 hits."""
        hits: list[tuple[int, list[Box]]] = []
        if not needle.strip():
            return hits
        for page in range(len(self.opened.sizes)):
            try:
                hits += [(page, boxes) for boxes in self._find_on(page, needle)]
            except RefusalError:
                continue
            if len(hits) >= _MOST_HITS:
                break
        return hits[:_MOST_HITS]

    def text(self) -> str:
        """A PDF is asked page by page."""
        raise RefusalError("evidence_not_shown", "the text of a PDF is read page by page")

    def _find_on(self, page: int, needle: str) -> list[list[Box]]:
        loaded = self._page(page)
        try:
            words = loaded.get_textpage()
            try:
                found: list[list[Box]] = []
                search = words.search(needle)
                while len(found) < _MOST_HITS and (hit := search.get_next()):
                    boxes = [words.get_rect(box) for box in range(words.count_rects(*hit))]
                    found.append([_as_shown(loaded, *box) for box in boxes])
                search.close()
                return found
            finally:
                words.close()
        finally:
            loaded.close()

    def _page(self, page: int) -> Any:
        import pypdfium2

        if not 0 <= page < len(self.opened.sizes):
            raise RefusalError("evidence_page_unreadable", f"there is no page {page}")
        try:
            return self._pdf[page]
        except pypdfium2.PdfiumError as error:
            raise RefusalError("evidence_page_unreadable", f"page {page}: {error}") from error

    def _size(self, page: int) -> tuple[float, float]:
        import pypdfium2

        try:
            width, height = self._pdf.get_page_size(page)
        except pypdfium2.PdfiumError:
            return _A4
        sane = all(math.isfinite(side) and side > 0 for side in (width, height))
        return (width, height) if sane else _A4


def look_at_pages(source: ByteSource, what: str) -> Finding:
    """Protected by a password that one needs for reading (an owner's password alone is no obstacle), or broken?"""
    import pypdfium2

    try:
        pdf = _open(source)
    except RefusalError as refusal:
        return encrypted(what) if refusal.code == "evidence_encrypted" else damaged(what)
    try:
        if len(pdf) < 1:
            return damaged(what)
        for page in range(min(len(pdf), _LOOKED_AT)):
            pdf[page].close()
    except pypdfium2.PdfiumError:
        return Finding(Verdict.DAMAGED, f"{what} is damaged: page {page + 1} cannot be read.")
    finally:
        pdf.close()
    return NOTHING_OFF


@contextmanager
def opened_pdf(source: ByteSource) -> Iterator[Any]:
    """The PDF as PDFium has it, for as long as it is needed. Raises ``RefusalError`` as ``Pages`` does."""
    pdf = _open(source)
    try:
        yield pdf
    finally:
        pdf.close()


def _open(source: ByteSource) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(as_stream(source))
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == _PASSWORD_ERROR
        raise RefusalError("evidence_encrypted" if locked else "evidence_unreadable", str(error)) from error


def _may_draw_forms() -> bool:
    import pypdfium2

    return not _SCRIPT_ENGINES & set(pypdfium2.PDFIUM_INFO.flags)


def _as_shown(page: Any, left: float, bottom: float, right: float, top: float) -> Box:
    """A box of the PDF's own coordinates as points from the top left of the page as shown, cropped and turned."""
    import pypdfium2.raw as raw

    width, height = page.get_size()
    across, down = max(1, round(width * _FINENESS)), max(1, round(height * _FINENESS))
    places = []
    for x, y in ((left, top), (right, bottom)):
        shown_x, shown_y = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, across, down, 0, x, y, shown_x, shown_y)
        places.append((shown_x.value / _FINENESS, shown_y.value / _FINENESS))
    (x1, y1), (x2, y2) = places
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _tight(bitmap: Any) -> bytes:
    pixels = bytes(bitmap.buffer)
    row = bitmap.width * 4
    if bitmap.stride == row:
        return pixels[: row * bitmap.height]
    return b"".join(pixels[at * bitmap.stride : at * bitmap.stride + row] for at in range(bitmap.height))
