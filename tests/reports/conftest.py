"""Puts the invented reports of this room within reach of its tests, and opens PDFs."""

from __future__ import annotations

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


def _text(page: Any) -> str:
    text_page = page.get_textpage()
    try:
        return str(text_page.get_text_bounded()).replace("\r\n", "\n")
    finally:
        text_page.close()
