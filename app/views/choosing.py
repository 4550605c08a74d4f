"""Fields in which one value is chosen. Whoever scrolls the page over them changes nothing in passing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSpinBox


class Chooser(QComboBox):
    """One of several. While its list is closed the wheel belongs to the page around it."""

    def __init__(self) -> None:
        super().__init__()
        # Not WheelFocus, its own: the keyboard stays where one was.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class NumberBox(QSpinBox):
    """A number that is typed or stepped by keys and buttons; the wheel belongs to the page around it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
