"""A question that is answered on purpose: no button is the default one, and Enter says nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.views import style
from app.views.parts import Picture, button, label
from app.views.style import spacing
from app.views.style.palette import Tone

WIDTH = 520


class Asking(QDialog):
    """Heading, words, whatever a subclass adds to ``column``, and two buttons: ``cancel`` and ``do``."""

    def __init__(self, parent: QWidget, name: str, glyph: str, tone: Tone) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.ROOMY)
        whole.setSpacing(spacing.ROOMY)
        head = QHBoxLayout()
        head.setSpacing(spacing.BASE)
        head.addWidget(Picture(glyph, str(tone), 24), 0, Qt.AlignmentFlag.AlignTop)
        self.column = QVBoxLayout()
        self.column.setSpacing(spacing.SNUG)
        self._title = label("", "heading", wrap=True)
        self.column.addWidget(self._title)
        head.addLayout(self.column, 1)
        whole.addLayout(head)
        whole.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(spacing.SNUG)
        foot.addStretch()
        self.cancel = button("", self.reject, name=f"{name}Cancel")
        self.do = button("", None, name=f"{name}Do")
        foot.addWidget(self.cancel)
        foot.addWidget(self.do)
        whole.addLayout(foot)

    def put(self, *, title: str, cancel: str, do: str) -> None:
        """The words of the heading and of the buttons."""
        self.setWindowTitle(title)
        self._title.setText(title)
        for own, words in ((self.cancel, cancel), (self.do, do)):
            own.setText(words)
            own.setAccessibleName(words)

    def add_words(self, text: str, role: str = "") -> None:
        """A paragraph."""
        self.column.addWidget(label(text, role, wrap=True))

    def showEvent(self, event: QShowEvent) -> None:
        # Wrapped words need a width before they know their height.
        width = round(WIDTH * style.look().scale ** 0.5)
        layout = self.layout()
        assert layout is not None
        self.setMinimumWidth(width)
        self.resize(width, max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height()))
        super().showEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            return
        super().keyPressEvent(event)
