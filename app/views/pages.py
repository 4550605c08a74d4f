"""What pages are made of: the area one scrolls in, cards with a title, and panes that remember their widths."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views.parts import ErrorCard, Picture, Press, label
from app.views.style import spacing


class _Page(QWidget):
    """What is scrolled need not be pressed together: it is as high as its parts like to be."""

    def minimumSizeHint(self) -> QSize:
        least, layout = super().minimumSizeHint(), self.layout()
        if layout is None:
            return least
        # With words to wrap the area asks for the height at its width; in the narrowest column it were far too much.
        return QSize(least.width(), 0 if layout.hasHeightForWidth() else layout.sizeHint().height())


class ScrollPage(QScrollArea):
    """A page to scroll through; its parts are laid out on ``page``."""

    def __init__(self, *, sideways: bool = True) -> None:
        """sideways: whether a page wider than its area may be scrolled to the side."""
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        if not sideways:
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page = _Page()
        self.page.setProperty("role", "page")
        self.setWidget(self.page)

    def least_width(self) -> int:
        """Pixels in which the page stands whole beside its scroll bar, whatever the size of the text."""
        beside = self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth() + spacing.SNUG
        return self.page.minimumSizeHint().width() + beside


class Card(QFrame):
    """A framed part of a page under a title with its picture; what belongs to it goes into ``column``."""

    def __init__(self, icon: str, title: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(spacing.ROOMY + 2, spacing.ROOMY, spacing.ROOMY + 2, spacing.ROOMY)
        self.column.setSpacing(spacing.SNUG)
        head = QHBoxLayout()
        head.setSpacing(spacing.SNUG)
        head.addWidget(Picture(icon, "accent"))
        head.addWidget(label(title, "heading"), 1)
        self.column.addLayout(head)


class TroublePage(QWidget):
    """Stands in the place of what could not be read, and says why."""

    def __init__(self) -> None:
        super().__init__()
        self._card: ErrorCard | None = None
        self._column = QVBoxLayout(self)
        self._column.addStretch(1)
        self._column.addStretch(3)

    def tell(self, error: KnownError, way_out: Press) -> None:
        """This error and a way out of it, in the place of the one before."""
        if self._card is not None:
            self._column.removeWidget(self._card)
            self._card.deleteLater()
        self._card = ErrorCard(error, way_out)
        self._column.insertWidget(1, self._card)


def recall_widths(splitter: QSplitter, widths: Any) -> None:
    """Give the panes their remembered widths; what does not fit these panes is passed over."""
    if (
        isinstance(widths, list)
        and len(widths) == splitter.count()
        and all(isinstance(width, int) for width in widths)
        and any(widths)
    ):
        splitter.setSizes(widths)
