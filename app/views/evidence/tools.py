"""The bar above a document: where one is in it, how large it is shown, and what else can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from app.views import style
from app.views.evidence.layout import Fit
from app.views.parts import icon_button, label
from app.views.style import spacing


class ViewTools(QFrame):
    """Signals tell what the person pressed; what does not fit into the width goes behind the bar's own arrow."""

    page_wanted = Signal(int)
    zoom_wanted = Signal(int)
    fit_wanted = Signal(object)
    turn_wanted = Signal()
    find_wanted = Signal()
    letters_wanted = Signal(bool)
    outside_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.TIGHT, 0, spacing.TIGHT, 0)
        column.setSpacing(0)
        self._bar = QToolBar()
        self._bar.setMovable(False)
        self._bar.setAccessibleName(self.tr("How the file is shown"))
        column.addWidget(self._bar)
        self._remark = label("", "small", wrap=True)
        self._remark.setContentsMargins(spacing.SNUG, 0, spacing.SNUG, spacing.TIGHT)
        self._remark.hide()
        column.addWidget(self._remark)
        self._make()
        own = (self.width_button, self.page_button, self.turn_button, self.letters_button)
        self._icons = (*own, self._smaller, self._larger, self.find_button, self.outside_button)
        style.look().changed.connect(self._fit_widths)
        self._fit_widths()

    def _make(self) -> None:
        self.page = QLineEdit()
        self.page.setObjectName("evidencePage")
        self.page.setAccessibleName(self.tr("Page"))
        self.page.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.page.setValidator(QIntValidator(1, 99_999, self.page))
        self.page.returnPressed.connect(lambda: self.page_wanted.emit(int(self.page.text() or "1")))
        self._of = label("", "muted")
        paging = QWidget()
        row = QHBoxLayout(paging)
        row.setContentsMargins(spacing.TIGHT, 0, spacing.SNUG, 0)
        row.setSpacing(spacing.TIGHT)
        row.addWidget(self.page)
        row.addWidget(self._of)
        self._paging = self._bar.addWidget(paging)
        self._smaller = icon_button(
            "zoom-out", self.tr("Smaller (Ctrl+−)"), lambda: self.zoom_wanted.emit(-1)
        )
        self._larger = icon_button("zoom-in", self.tr("Larger (Ctrl++)"), lambda: self.zoom_wanted.emit(1))
        self._bar.addWidget(self._smaller)
        self.zoom = QLabel()
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.zoom.setAccessibleName(self.tr("Zoom"))
        self._bar.addWidget(self.zoom)
        self._bar.addWidget(self._larger)
        self.width_button = icon_button(
            "fit-width", self.tr("Fit the width"), lambda: self.fit_wanted.emit(Fit.WIDTH)
        )
        self.page_button = icon_button(
            "fit-page", self.tr("Fit the whole page"), lambda: self.fit_wanted.emit(Fit.PAGE)
        )
        self.turn_button = icon_button("turn", self.tr("Turn clockwise"), self.turn_wanted.emit)
        for toggle in (self.width_button, self.page_button):
            toggle.setCheckable(True)
        self._for_pages = [
            self._bar.addWidget(widget) for widget in (self.width_button, self.page_button, self.turn_button)
        ]
        self.letters_button = icon_button("text", self.tr("Letters of equal width"))
        self.letters_button.setCheckable(True)
        self.letters_button.clicked.connect(self.letters_wanted)
        self._for_text = self._bar.addWidget(self.letters_button)
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._bar.addWidget(spring)
        self.find_button = icon_button("search", self.tr("Find in this file (Ctrl+F)"), self.find_wanted.emit)
        self._finding = self._bar.addWidget(self.find_button)
        self.outside_button = icon_button(
            "export", self.tr("Open with the system's program…"), self.outside_wanted.emit
        )
        self._outside = self._bar.addWidget(self.outside_button)

    def show_for(self, kind: str, *, remark: str = "", outside: bool = True, find: bool = True) -> None:
        """The tools for a document of that kind ("pages", "image" or "text"). remark: what is not shown of it."""
        pages = kind in ("pages", "image")
        self._paging.setVisible(kind == "pages")
        for action in self._for_pages:
            action.setVisible(pages)
        self._for_text.setVisible(kind == "text")
        self._finding.setVisible(find and kind != "image")
        self._outside.setVisible(outside)
        self._remark.setText(remark)
        self._remark.setVisible(bool(remark))

    def say_page(self, page: int, count: int) -> None:
        """Which page (from 1) of how many is in sight."""
        if not self.page.hasFocus() or not self.page.isModified():
            self.page.setText(str(page))
        self._of.setText(self.tr("of {count}").format(count=count))
        self.page.setAccessibleDescription(self.tr("{page} of {count}").format(page=page, count=count))

    def say_zoom(self, zoom: float, fit: Fit | None = None) -> None:
        """1.0 is 100 %; ``fit``: how pages are fitted, None for text."""
        words = self.tr("{percent} %").format(percent=round(zoom * 100))
        self.zoom.setText(words)
        self.zoom.setAccessibleDescription(words)
        for button, own in ((self.width_button, Fit.WIDTH), (self.page_button, Fit.PAGE)):
            button.setChecked(fit is own)

    def say_letters(self, fixed: bool) -> None:
        self.letters_button.setChecked(fixed)

    def _fit_widths(self) -> None:
        side = round(spacing.ICON * style.look().scale)
        self._bar.setIconSize(QSize(side, side))
        for tool in self._icons:
            # Where room is short, tools go behind the bar's arrow instead of shrinking.
            tool.setMinimumWidth(tool.sizeHint().width())
        self.zoom.setMinimumWidth(self.zoom.fontMetrics().horizontalAdvance("400 %") + spacing.SNUG)
        digits = self.page.fontMetrics().horizontalAdvance("0000")
        self.page.setFixedWidth(digits + 2 * spacing.BASE)
