"""What the viewer needs of a document of the evidence cage, and how its bitmaps become pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtGui import QImage

from app.workspace.snapshots import HandedOver

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points from the upper left of a page as it is shown."""


class Bitmap(Protocol):
    """A drawn page: 32 bits a pixel in the order blue, green, red, alpha."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def stride(self) -> int: ...
    @property
    def data(self) -> bytes: ...


class Pages(Protocol):
    """A document that can be drawn page by page; sizes in points. Drawing is slow."""

    @property
    def page_sizes(self) -> Sequence[tuple[float, float]]: ...
    def render(self, page: int, scale: float) -> Bitmap: ...


class Hit(Protocol):
    """One place where a searched text stands: page from 0, and where on it."""

    @property
    def page(self) -> int: ...
    @property
    def rects(self) -> Sequence[Box]: ...


class Document(Pages, Protocol):
    """An opened file. kind: "pages", "image" or "text". remark: what is not shown of it. All calls are slow."""

    @property
    def kind(self) -> str: ...
    @property
    def remark(self) -> str: ...
    def text(self) -> str: ...
    def page_text(self, page: int) -> str: ...
    def find(self, needle: str) -> Sequence[Hit]: ...
    def close(self) -> None: ...


class OpensFiles(Protocol):
    """Opens files by the id of what they belong to and their own; see ``EvidenceDesk``. All calls are slow."""

    def open(self, request_id: str, evidence_id: str, /, *, agreed: bool = False) -> Document: ...
    def hand_over(self, request_id: str, evidence_id: str, /) -> HandedOver: ...
    def handed_over(self) -> tuple[HandedOver, ...]: ...
    def purge(self) -> tuple[str, ...]: ...


class HasFiles(Protocol):
    """A desk, as far as the viewer needs it."""

    @property
    def evidence(self) -> OpensFiles: ...


def picture_of(bitmap: Bitmap) -> QImage:
    """The bitmap as a picture of its own; may run on any thread."""
    view = QImage(bitmap.data, bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGB32)
    return view.copy()
