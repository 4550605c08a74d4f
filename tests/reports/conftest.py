"""Puts the invented reports of this room within reach of its tests, and opens PDFs."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


@pytest.fixture
def pages_of() -> Callable[[bytes], list[str]]:
    """Opens a PDF with PDFium and gives the text of each page, line by line."""

    def read(pdf: bytes) -> list[str]:
        import pypdfium2

        document = pypdfium2.PdfDocument(pdf)
        try:
            return [_text(document[number]) for number in range(len(document))]
        finally:
            document.close()

    return read


@pytest.fixture
def text_of(pages_of: Callable[[bytes], list[str]]) -> Callable[[bytes], str]:
    """The whole text of a PDF with every run of white space as one space."""
    return lambda pdf: " ".join(" ".join(pages_of(pdf)).split())


@pytest.fixture
def boxes_of() -> Callable[[bytes], list[tuple[int, float, float, float, float]]]:
    """Page number, left, right, bottom and top of every visible character of a PDF, in points from the lower left."""
    return _character_boxes


def _text(page: Any) -> str:
    text_page = page.get_textpage()
    try:
        return str(text_page.get_text_bounded()).replace("\r\n", "\n")
    finally:
        text_page.close()


def _character_boxes(pdf: bytes) -> list[tuple[int, float, float, float, float]]:
    import pypdfium2
    import pypdfium2.raw as pdfium

    boxes = []
    document = pypdfium2.PdfDocument(pdf)
    for number in range(len(document)):
        text_page = document[number].get_textpage()
        for index in range(text_page.count_chars()):
            left, right, low, high = (ctypes.c_double() for _ in range(4))
            found = pdfium.FPDFText_GetCharBox(text_page.raw, index, left, right, low, high)
            blank = chr(pdfium.FPDFText_GetUnicode(text_page.raw, index)).isspace()
            if found and not blank and right.value > left.value:
                boxes.append((number + 1, left.value, right.value, low.value, high.value))
        text_page.close()
    document.close()
    assert boxes
    return boxes
