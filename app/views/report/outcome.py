"""The outcome: proposed from the judgements, confirmed by the moderator (D-12, M-55)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton

from app.domain.moderation import Outcome
from app.views.moderation.fields import Section
from app.views.parts import Badge, label
from app.views.style import spacing
from app.views.style.palette import Tone

NAMES = {Outcome.ACCEPTED: "reportOutcomeAccepted", Outcome.REJECTED: "reportOutcomeRejected"}


class OutcomeChoice(Section):
    """What is proposed, and the two radios. picked(Outcome): the moderator confirmed one."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__("")
        self.title.setText(self.tr("Outcome"))
        self.proposed = Badge()
        self.head.addWidget(self.proposed)
        self._group = QButtonGroup(self)
        means = {
            Outcome.ACCEPTED: self.tr("learner records are updated"),
            Outcome.REJECTED: self.tr("it goes back to the centre with actions"),
        }
        self._buttons = {outcome: QRadioButton(outcome.words) for outcome in Outcome}
        grid = QGridLayout()
        grid.setHorizontalSpacing(spacing.SNUG)
        grid.setVerticalSpacing(spacing.HAIR)
        grid.setColumnStretch(1, 1)
        for line, (outcome, choice) in enumerate(self._buttons.items()):
            choice.setObjectName(NAMES[outcome])
            choice.setAccessibleName(outcome.words)
            choice.setAccessibleDescription(means[outcome])
            self._group.addButton(choice)
            grid.addWidget(choice, line, 0)
            grid.addWidget(label(means[outcome], "muted", wrap=True), line, 1)
            choice.clicked.connect(lambda _checked=False, it=outcome: self.picked.emit(it))
        self.column.addLayout(grid)

    @property
    def outcome(self) -> Outcome | None:
        return next((outcome for outcome, choice in self._buttons.items() if choice.isChecked()), None)

    def show_outcome(self, proposed: Outcome | None, chosen: Outcome | None) -> None:
        """``picked`` stays silent. proposed: None until every sample is judged."""
        if proposed is None:
            self.proposed.say(self.tr("Not proposed yet"), Tone.NEUTRAL, "waiting")
        else:
            tone = Tone.GOOD if proposed is Outcome.ACCEPTED else Tone.WARN
            self.proposed.say(self.tr("Proposed: {outcome}").format(outcome=proposed.words), tone)
        if chosen is not self.outcome:
            self._group.setExclusive(False)
            for outcome, choice in self._buttons.items():
                choice.setChecked(outcome is chosen)
            self._group.setExclusive(True)

    def focus_choice(self) -> None:
        """Put the keyboard on the chosen radio, or on the first."""
        self._buttons[self.outcome or Outcome.ACCEPTED].setFocus()
