"""Choices as rows: each a radio button with its glyph, on the ground of its tone when chosen, and its key."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QRadioButton, QSizePolicy

from app.views import style
from app.views.style import icons, spacing
from app.views.style.palette import Tone


class SignedRadio(QRadioButton):
    """One of several. The chosen one stands on the soft ground of its tone, with its glyph at the end."""

    def __init__(self, words: str, glyph: str, tone: Tone, name: str) -> None:
        super().__init__(words)
        self.keys = ""
        self._words, self._glyph, self._tone = words, glyph, tone
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._show_keys("")

    def _show_keys(self, keys: str) -> None:
        self.keys = keys
        words = self._words
        self.setAccessibleName(self.tr("{words}, key {key}").format(words=words, key=keys) if keys else words)
        self.updateGeometry()
        self.update()

    def show_keys(self, keys: str) -> None:
        """The key that chooses it, as shown at its end; empty for none."""
        if keys != self.keys:
            self._show_keys(keys)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        beside = self.fontMetrics().horizontalAdvance("00") + spacing.ICON + spacing.WIDE
        return QSize(hint.width() + beside, max(hint.height(), spacing.TARGET + 4))

    def hitButton(self, place: object) -> bool:
        """The whole row can be pressed."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = style.colours().tone(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            painter.setPen(QPen(QColor(shade.mark), 1))
            painter.setBrush(QColor(shade.wash))
            edge = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(edge, spacing.RADIUS, spacing.RADIUS)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = round(spacing.ICON * style.look().scale)
        right: float = self.width() - spacing.BASE
        middle = self.height() / 2
        if self.keys and self.isEnabled():
            right = self._paint_key(painter, right, middle)
        if self.isChecked():
            picture = icons.pixmap(self._glyph, shade.mark, side, self.devicePixelRatioF())
            painter.drawPixmap(round(right - side), round(middle - side / 2), picture)
        painter.end()

    def _paint_key(self, painter: QPainter, right: float, middle: float) -> float:
        shades = style.colours()
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        painter.setFont(font)
        width = max(
            painter.fontMetrics().horizontalAdvance(self.keys) + 10, painter.fontMetrics().height() + 3
        )
        height = painter.fontMetrics().height() + 3
        cap = QRectF(right - width, middle - height / 2, width, height)
        painter.setPen(QPen(QColor(shades.line), 1))
        painter.setBrush(QColor(shades.sunken))
        painter.drawRoundedRect(cap, 4, 4)
        painter.setPen(QColor(shades.muted))
        painter.drawText(cap, int(Qt.AlignmentFlag.AlignCenter), self.keys)
        return cap.left() - spacing.SNUG
