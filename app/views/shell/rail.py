"""The rail at the left: where one can go, and how much waits there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QVBoxLayout

from app.views import style
from app.views.style import icons, spacing
from app.views.style.palette import Tone

_SIDE = 22


class RailButton(QAbstractButton):
    """One place in the rail: icon above its name, with a count in the corner."""

    def __init__(self, text: str, icon: str) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icon = icon
        self._count = 0
        self._tone = Tone.INFO
        self.setAccessibleName(text)
        style.look().changed.connect(self._resized)

    @property
    def count(self) -> int:
        return self._count

    def show_count(self, count: int, tone: Tone, says: str) -> None:
        """A number in the corner; 0 shows none. says: the same in words, for a screen reader."""
        self._count, self._tone = count, tone
        self.setAccessibleName(f"{self.text()}, {says}" if count else self.text())
        self.update()

    def sizeHint(self) -> QSize:
        words = self.fontMetrics()
        side = round(_SIDE * style.look().scale)
        wide = max(words.horizontalAdvance(self.text()) + 2 * spacing.SNUG, side + 2 * spacing.WIDE)
        return QSize(wide, side + words.height() + spacing.TIGHT + 2 * spacing.SNUG + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _resized(self) -> None:
        self.updateGeometry()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._resized()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = style.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect().adjusted(2, 2, -2, -2)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_wash if self.isChecked() else colours.hover))
            painter.drawRoundedRect(area, spacing.RADIUS + 2, spacing.RADIUS + 2)
        side = round(_SIDE * style.look().scale)
        ink = colours.accent if self.isChecked() else colours.muted
        top = area.top() + spacing.SNUG - 1
        left = area.center().x() - side // 2
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(QPoint(left, top), icons.pixmap(self._icon, ink, side, ratio))
        font = QFont(self.font())
        if self.isChecked():
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(colours.text if self.isChecked() else colours.muted))
        below = QRect(area.left(), top + side + spacing.HAIR, area.width(), self.fontMetrics().height() + 4)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self.text())
        if self._count:
            self._paint_count(painter, left + side, top)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.drawRoundedRect(area, spacing.RADIUS + 2, spacing.RADIUS + 2)
        painter.end()

    def _paint_count(self, painter: QPainter, left: int, top: int) -> None:
        colours = style.colours()
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.85)
        font.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        words = str(self._count) if self._count < 1000 else "999+"
        high = metrics.height() + 1
        wide = max(high, metrics.horizontalAdvance(words) + spacing.SNUG)
        room = self.rect().right() - 4 - wide
        pill = QRectF(min(left - 6, room), max(3, top - 4), wide, high)
        shade = colours.tone(self._tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shade.mark if self._tone is Tone.BAD else colours.accent))
        painter.drawRoundedRect(pill, high / 2, high / 2)
        painter.setPen(QColor(colours.surface if self._tone is Tone.BAD else colours.on_accent))
        painter.setFont(font)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)


class Rail(QFrame):
    """Buttons for the places that exist for this person, one of them in front."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setProperty("role", "rail")
        self.setAccessibleName(self.tr("Places"))
        self._buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(spacing.TIGHT, spacing.SNUG, spacing.TIGHT, spacing.SNUG)
        self._column.setSpacing(spacing.TIGHT)
        self._above = 0
        self._column.addStretch()

    def add(
        self, id: str, text: str, icon: str, go: Callable[[], object], *, last: bool = False
    ) -> RailButton:
        """A place under the others; ``last`` puts it at the bottom."""
        button = RailButton(text, icon)
        button.setObjectName(f"rail_{id}")
        button.clicked.connect(lambda _checked=False: go())
        self._buttons[id] = button
        self._group.addButton(button)
        self._column.insertWidget(self._column.count() if last else self._above, button)
        self._above += not last
        return button

    def bring_to_front(self, id: str) -> None:
        """Show which place one is in."""
        if id in self._buttons:
            self._buttons[id].setChecked(True)

    def show_count(self, id: str, count: int, tone: Tone, says: str) -> None:
        """How much waits at a place."""
        if id in self._buttons:
            self._buttons[id].show_count(count, tone, says)

    def button(self, id: str) -> RailButton:
        return self._buttons[id]
