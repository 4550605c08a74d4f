"""What is known of a sample before it is judged: learner, unit, assessor, and why it was sampled."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QVBoxLayout

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
        form = QFormLayout()
        form.setContentsMargins(0, spacing.TIGHT, 0, 0)
        form.setHorizontalSpacing(spacing.BASE)
        form.setVerticalSpacing(spacing.HAIR)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._number = self._fact(form, self.tr("Learner no."))
        self._assessor = self._fact(form, self.tr("Assessor"))
        self._assessed = self._fact(form, self.tr("Assessed as"))
        self._reason = self._fact(form, self.tr("Why sampled"))
        column.addLayout(form)

    def _fact(self, form: QFormLayout, name: str) -> QLabel:
        value = label("", wrap=True)
        value.setAccessibleName(name)
        value.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        # A label that can be selected by keyboard would otherwise stand in the way of Tab.
        value.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        form.addRow(label(name, "muted"), value)
        return value

    def show_sample(self, sample: Sample) -> None:
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
        ):
            field.setText(value)
            field.setAccessibleDescription(value)
