"""How the report stands with the service: waiting and still to be taken back, or received with a receipt."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.domain import dates
from app.views.moderation.fields import Complaint
from app.views.parts import Badge, button, heading_row, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.workspace.snapshots import ReportDesk


class ReportStanding(QFrame):
    """Hidden until the report was signed off once. take_back_wanted: the person wants it back to change it."""

    take_back_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("reportStanding")
        self.setProperty("role", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.ROOMY, spacing.BASE, spacing.ROOMY, spacing.BASE)
        column.setSpacing(spacing.SNUG)
        self._badge = Badge()
        column.addLayout(heading_row(self._badge))
        self._words = label("", wrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._words)
        self.take_back = button(
            self.tr("Take it back"), self.take_back_wanted.emit, icon="undo", name="takeBackReport"
        )
        column.addLayout(heading_row(self.take_back))
        self.complaint = Complaint()
        column.addWidget(self.complaint)
        self.hide()

    @property
    def text(self) -> str:
        return f"{self._badge.text}. {self._words.text()}" if not self.isHidden() else ""

    def show_standing(self, report: ReportDesk) -> None:
        lines = []
        for issued in report.issued:
            lines.append(
                self.tr("Issued on {moment}: {outcome}, by {name}").format(
                    moment=dates.moment(issued.issued_at),
                    outcome=issued.outcome.words.lower(),
                    name=issued.moderator_name,
                )
            )
        if report.receipt:
            lines.append(report.receipt)
        if report.submitted:
            self._badge.say(self.tr("Signed off, waits to be sent"), Tone.INFO, "outbox")
            lines.append(self.tr("Until it is sent it can be taken back and changed."))
        elif report.issued:
            self._badge.say(self.tr("Received by the service"), Tone.GOOD, "done")
        self._words.setText("\n".join(lines))
        self.take_back.setVisible(bool(report.submitted))
        if not report.submitted:
            self.complaint.clear()
        self.setVisible(bool(report.submitted or report.issued))
        self.setAccessibleName(self.text)
