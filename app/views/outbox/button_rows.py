"""Buttons in as many rows as they need, so that none is cut short in a small window or with large letters."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.views.style import spacing


class ButtonRows(QWidget):
    """Puts its buttons beside each other, and goes on in another row where there is no more room."""

    def __init__(self, buttons: Iterable[QPushButton]) -> None:
        super().__init__()
        self._buttons = tuple(buttons)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for each in self._buttons:
            each.setParent(self)
            each.installEventFilter(self)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (
            QEvent.Type.ShowToParent,
            QEvent.Type.HideToParent,
            QEvent.Type.FontChange,
            QEvent.Type.StyleChange,
            QEvent.Type.LayoutRequest,
        ):
            # How wide it is now is known only once it was dressed anew.
            QTimer.singleShot(0, self, self._arrange)
        return False

    def _arrange(self) -> None:
        left = top = tall = 0
        for each in self._buttons:
            if each.isHidden():
                continue
            size = each.sizeHint()
            if left and left + size.width() > self.width():
                left, top = 0, top + tall + spacing.TIGHT + 2
            each.setGeometry(left, top, size.width(), size.height())
            left += size.width() + spacing.SNUG
            tall = size.height()
        if self.height() != top + tall or self.minimumHeight() != top + tall:
            self.setFixedHeight(top + tall)
