"""The four decisions, each a row with its glyph and its key."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from app.domain.moderation import Decision
from app.views import style
from app.views.moderation.words import DECISION_SIGNS
from app.views.style import icons, spacing

NAMES = {
    Decision.AGREED: "decisionAgreed",
    Decision.NOT_AGREED: "decisionNotAgreed",
    Decision.FURTHER_EVIDENCE: "decisionFurtherEvidence",
    Decision.SUSPECTED_MALPRACTICE: "decisionSuspicion",
}


class DecisionButton(QRadioButton):
    """One decision. The chosen one stands on the soft ground of its tone, with its glyph at the end."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.words)
        self.decision = decision
        self.keys = ""
        self.setObjectName(NAMES[decision])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._show_keys("")

    def _show_keys(self, keys: str) -> None:
        self.keys = keys
        words = self.decision.words
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
        shades = style.colours()
        sign = DECISION_SIGNS[self.decision]
        shade = shades.tone(sign.tone)
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
            picture = icons.pixmap(sign.icon, shade.mark, side, self.devicePixelRatioF())
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


class DecisionChoice(QWidget):
    """The four decisions, none of them chosen at first. picked(Decision): the person chose one."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.HAIR)
        self._group = QButtonGroup(self)
        self._buttons = {decision: DecisionButton(decision) for decision in Decision}
        for decision, choice in self._buttons.items():
            self._group.addButton(choice)
            column.addWidget(choice)
            choice.clicked.connect(lambda _checked=False, it=decision: self.picked.emit(it))
        self.setAccessibleName(self.tr("Decision"))

    @property
    def decision(self) -> Decision | None:
        return next((decision for decision, choice in self._buttons.items() if choice.isChecked()), None)

    def choose(self, decision: Decision | None) -> None:
        """Show this decision as chosen; None for no decision. ``picked`` stays silent."""
        if decision is self.decision:
            return
        self._group.setExclusive(False)
        for own, choice in self._buttons.items():
            choice.setChecked(own is decision)
        self._group.setExclusive(True)

    def button(self, decision: Decision) -> DecisionButton:
        return self._buttons[decision]
