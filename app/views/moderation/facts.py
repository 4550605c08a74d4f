"""What is known of a sample before it is judged: learner, unit, assessor, and why and how it was sampled (M-27)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout

from app.domain.moderation import Sample
from app.views.parts import label
from app.views.style import spacing


class SampleFacts(QFrame):
    """Read-only facts of one sample; all of them can be selected and copied."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.TIGHT)
        self._learner = label("", "heading", wrap=True)
        self._unit = label("", wrap=True)
        column.addWidget(self._learner)
        column.addWidget(self._unit)
        # A grid gives every text the height it needs at its width; a form layout cuts the longer ones.
        grid = QGridLayout()
        grid.setContentsMargins(0, spacing.TIGHT, 0, 0)
        grid.setHorizontalSpacing(spacing.BASE)
        grid.setVerticalSpacing(spacing.TIGHT)
        grid.setColumnStretch(1, 1)
        self._number = self._fact(grid, self.tr("Learner no."))
        self._assessor = self._fact(grid, self.tr("Assessor"))
        self._assessed = self._fact(grid, self.tr("Assessed as"))
        self._reason = self._fact(grid, self.tr("Why sampled"))
        column.addLayout(grid)
        # Over the whole width, for it is two or three sentences.
        self._sums = label("", "small", wrap=True)
        _let_copy(self._sums, self.tr("How the sample came about"))
        column.addWidget(self._sums)

    def _fact(self, grid: QGridLayout, name: str) -> QLabel:
        value = label("", wrap=True)
        _let_copy(value, name)
        row = grid.rowCount()
        grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, row, 1)
        return value

    def show_sample(self, sample: Sample, sampling_words: str) -> None:
        """``sampling_words``: how many had to be drawn from the request, and why so many."""
        self._learner.setText(sample.learner_name)
        credits = (
            self.tr("1 credit")
            if sample.unit_credits == 1
            else self.tr("{count} credits").format(count=sample.unit_credits)
        )
        self._unit.setText(f"{sample.unit_code} {sample.unit_title} · {credits}")
        for field, value in (
            (self._number, sample.learner_number),
            (self._assessor, sample.assessor),
            (self._assessed, sample.assessor_decision),
            (self._reason, sample.reason),
            (self._sums, sampling_words),
        ):
            field.setText(value)
            field.setAccessibleDescription(value)
        self._sums.setVisible(bool(sampling_words))


def _let_copy(value: QLabel, name: str) -> None:
    value.setAccessibleName(name)
    value.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    # A label that can be selected by keyboard would otherwise stand in the way of Tab.
    value.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
