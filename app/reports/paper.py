"""Pages of strips into the bytes of a PDF: always the same bytes for the same pages.

The file keeps to PDF/UA-1, so that everybody can read it, and to PDF/A-2a, so that it can be kept for good.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from app.reports.archive import PRODUCER, About, metadata, srgb_profile
from app.reports.fonts import bundled_fonts
from app.reports.pages import Page
from app.reports.painting import Furniture, Painter, check_marked
from app.reports.pdf_file import Numbered, stream
from app.reports.setting import Typesetter
from app.reports.structure import Part, Structure
from app.reports.style import PAGE_HEIGHT, PAGE_WIDTH, Face
from app.reports.tagging import write_structure
from app.reports.typed import for_the_reader_program

_one_at_a_time = threading.Lock()
# The library's fonts keep a reading position and its settings are global: two reports must not be made at once.

_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


def print_pages(
    pages: Sequence[Page], furniture: Furniture, setter: Typesetter, structure: Structure
) -> bytes:
    """The PDF of these pages: compressed, tagged, in en-GB, its viewer told to show the title.

    structure: the parts that the words of the pages belong to. Raises Untagged where words belong to none.
    """
    with _one_at_a_time, _pinned_settings():
        canvas = canvas_class()(
            None,
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            pageCompression=0,  # Compressed by our own filter, whose level is fixed.
            invariant=1,
            lang="en-GB",
            initialFontName=bundled_fonts().registered(Face.REGULAR),
        )
        about = _about(furniture)
        _describe(canvas, about)
        parts = structure.in_reading_order()
        painter = Painter(canvas, setter)
        for number, page in enumerate(pages):
            painter.page(number, page, furniture, f"Page {number + 1} of {len(pages)}")
            canvas.showPage()
        return _as_archived(canvas, about, parts)


def _as_archived(canvas: Any, about: About, parts: Sequence[Part]) -> bytes:
    """The file, with everything that the two standards ask for beside the pages."""
    document = canvas._doc
    pages = document.Pages.pages
    for number, page in enumerate(pages):
        _add_entries(page, {"StructParents": number, "Tabs": "/S"})
    later = {
        name: document.Reference("null", name) for name in ("Metadata", "OutputIntents", "StructTreeRoot")
    }
    _add_entries(document.Catalog, later | {"MarkInfo": "<< /Marked true >>"})
    objects = Numbered(document, canvas)
    profile = objects.reserve(1)
    objects.put(profile, stream("/N 3", srgb_profile()))
    intent = f"/S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB) /DestOutputProfile {profile} 0 R"
    objects.put(objects.number_of("OutputIntents"), f"[<< /Type /OutputIntent {intent} >>]".encode("ascii"))
    # Programs that know nothing of PDF look for the description too: it stays plain.
    description = stream("/Type /Metadata /Subtype /XML", metadata(about), compressed=False)
    objects.put(objects.number_of("Metadata"), description)
    write_structure(objects, objects.number_of("StructTreeRoot"), parts, len(pages))
    return objects.as_file()


def _add_entries(page_or_catalog: Any, entries: Mapping[str, Any]) -> None:
    """The library writes down only the entries it knows of."""
    page_or_catalog.__NoDefault__ = [*page_or_catalog.__NoDefault__, *entries]
    for name, value in entries.items():
        setattr(page_or_catalog, name, value)


@lru_cache(maxsize=1)
def canvas_class() -> Any:
    # A function, so that the PDF library is imported only when a report is made.
    from reportlab.pdfgen.canvas import Canvas

    # Untyped on purpose: the stubs of the library know neither the names of its fonts nor its document.
    untyped: Any = Canvas

    class MarkedCanvas(untyped):  # type: ignore[misc]
        """Refuses to close a page on which anything was drawn past the Painter."""

        def showPage(self) -> None:
            check_marked(self._code)
            super().showPage()

    return MarkedCanvas


@contextmanager
def _pinned_settings() -> Iterator[None]:
    """The library takes settings from the environment and the home folder; those that reach a file are pinned."""
    from reportlab import rl_config

    pinned = {"invariant": 1, "pdfComments": 0, "pdfMultiLine": 0, "useA85": 0}
    before = {name: getattr(rl_config, name) for name in pinned}
    for name, value in pinned.items():
        setattr(rl_config, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(rl_config, name, value)


class _Deflate:
    """The library's compression filter with a fixed level."""

    pdfname = "FlateDecode"

    def encode(self, content: str | bytes) -> bytes:
        return zlib.compress(content.encode("latin-1") if isinstance(content, str) else content, 9)


def _about(furniture: Furniture) -> About:
    """What the file says about itself, without a look at the clock or the environment."""
    return About(
        title=for_the_reader_program(furniture.title),
        author=for_the_reader_program(furniture.author),
        subject=for_the_reader_program(furniture.subject),
        creator=furniture.creator,
        dated=(furniture.dated or _UNDATED).astimezone(UTC),
    )


def _describe(canvas: Any, about: About) -> None:
    canvas.setTitle(about.title)
    canvas.setAuthor(about.author)
    canvas.setSubject(about.subject)
    canvas.setCreator(about.creator)
    canvas.setProducer(PRODUCER)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas._doc.defaultStreamFilters = [_Deflate()]
    canvas.setDateFormatter(lambda *_ignored: f"D:{about.dated:%Y%m%d%H%M%S}+00'00'")
