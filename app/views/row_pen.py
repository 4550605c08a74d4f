"""The few strokes that rows painted by a delegate are made of, in the colours in force."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle

from app.views import style
from app.views.style import icons, spacing
from app.views.style.palette import Tone

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def at(line: QRect, left: int, width: int) -> QRect:
    """Part of a line."""
    return QRect(left, line.top(), max(0, width), line.height())


class RowPen:
    """The few strokes that a row is made of, in the colours in force."""

    def __init__(self, painter: QPainter, view: QAbstractItemView) -> None:
        self._painter = painter
        self._font = view.font()
        self._bold = QFont(self._font)
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._ratio = view.devicePixelRatioF()
        self.colours = style.colours()
        self.em = QFontMetrics(self._font).horizontalAdvance("n")
        self.icon_side = round(spacing.ICON * style.look().scale)

    def width(self, text: str, *, bold: bool = False) -> int:
        """How wide a line must be so that this text stands in it whole."""
        return QFontMetrics(self._bold if bold else self._font).horizontalAdvance(text) + 2

    def text(self, rect: QRect, text: str, ink: str, *, bold: bool = False, middle: bool = False) -> None:
        """One line that gives way with "…" at its end; ``middle``: in its middle, as names of files do."""
        font = self._bold if bold else self._font
        self._painter.setFont(font)
        self._painter.setPen(QColor(ink))
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        shown = QFontMetrics(font).elidedText(text, mode, rect.width())
        self._painter.drawText(rect, _LEFT, shown)

    def icon(self, left: int, line: QRect, name: str, tone: Tone) -> int:
        """Draws a glyph in the middle of a line's height; returns how wide it is."""
        top = line.top() + (line.height() - self.icon_side) // 2
        picture = icons.pixmap(name, self.colours.tone(tone).mark, self.icon_side, self._ratio)
        self._painter.drawPixmap(QPoint(left, top), picture)
        return self.icon_side

    def ground(self, rect: QRect, state: QStyle.StateFlag, focused: bool) -> None:
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        under = bool(state & QStyle.StateFlag.State_MouseOver)
        if chosen or under:
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(QColor(self.colours.accent_wash if chosen else self.colours.hover))
            self._painter.drawRoundedRect(rect, spacing.RADIUS, spacing.RADIUS)
        if focused and state & QStyle.StateFlag.State_HasFocus:
            self._painter.setPen(QPen(QColor(self.colours.focus), 2))
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), spacing.RADIUS, spacing.RADIUS)

    def heading(self, rect: QRect, glyph: str, tone: Tone, words: str, count: int) -> None:
        """The heading of a group: glyph, words, and how many stand under it."""
        area = rect.adjusted(spacing.ROOMY, spacing.SNUG + 2, -spacing.ROOMY, -spacing.HAIR)
        left = area.left() + self.icon(area.left(), area, glyph, tone) + spacing.SNUG
        self.text(QRect(left, area.top(), area.width(), area.height()), words, self.colours.text, bold=True)
        left += self.width(words, bold=True) + spacing.SNUG
        self.text(QRect(left, area.top(), 80, area.height()), str(count), self.colours.muted)

    def bar(self, rect: QRectF, share: float, tone: Tone) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(self.colours.line))
        self._painter.drawRoundedRect(rect, 3, 3)
        if share > 0:
            done = QRectF(rect)
            done.setWidth(max(6.0, rect.width() * min(1.0, share)))
            self._painter.setBrush(QColor(self.colours.tone(tone).mark))
            self._painter.drawRoundedRect(done, 3, 3)

    @staticmethod
    def halves(area: QRect) -> tuple[QRect, QRect]:
        half = area.height() // 2
        return (
            QRect(area.left(), area.top(), area.width(), half),
            QRect(area.left(), area.top() + half, area.width(), area.height() - half),
        )
