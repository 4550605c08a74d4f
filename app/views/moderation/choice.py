"""The four decisions, each a row with its glyph and its key."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from app.domain.moderation import Decision
from app.views.moderation.words import DECISION_SIGNS
from app.views.signed_choice import SignedRadio
from app.views.style import spacing

NAMES = {
    Decision.AGREED: "decisionAgreed",
    Decision.NOT_AGREED: "decisionNotAgreed",
    Decision.FURTHER_EVIDENCE: "decisionFurtherEvidence",
    Decision.SUSPECTED_MALPRACTICE: "decisionSuspicion",
}


class DecisionButton(SignedRadio):
    """One decision."""

    def __init__(self, decision: Decision) -> None:
        sign = DECISION_SIGNS[decision]
        super().__init__(decision.words, sign.icon, sign.tone, NAMES[decision])
        self.decision = decision


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
