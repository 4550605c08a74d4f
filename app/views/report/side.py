"""The left side of the report screen: outcome, summary, what is missing, signing off, and how it stands."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.moderation import MODERATION_OVER, ModerationRequest, RequestState
from app.views import style
from app.views.moderation.fields import DeciderFoot, GrowingText, Section
from app.views.pages import ScrollPage
from app.views.parts import Badge, BusyBar, button, heading_row, label
from app.views.report.missing import MissingList
from app.views.report.outcome import OutcomeChoice
from app.views.report.standing import ReportStanding
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.words import Elided
from app.workspace.snapshots import ReportDesk

LEAST_WIDTH = 280
"""Device-independent pixels."""


class ReportSide(QWidget):
    """What the person does about the report; signals tell what is wanted."""

    back_wanted = Signal()
    submit_wanted = Signal()
    export_wanted = Signal()
    print_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.can_submit = False
        self.can_leave = True
        self._is_busy = False
        self._closed = False
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.area = ScrollPage(sideways=False)
        self._column = QVBoxLayout(self.area.page)
        self._column.setContentsMargins(spacing.ROOMY, spacing.BASE, spacing.BASE, spacing.ROOMY)
        self._column.setSpacing(spacing.ROOMY)
        whole.addWidget(self.area, 1)
        self._build_head()
        self._build_body()
        self._foot = self._build_foot()
        whole.addWidget(self._foot)
        style.look().changed.connect(self._size_changed)

    def minimumSizeHint(self) -> QSize:
        """As wide as its parts need, whatever the size of the text."""
        foot = self._foot.minimumSizeHint().width()
        return QSize(max(LEAST_WIDTH, self.area.least_width(), foot), LEAST_WIDTH)

    @Slot()
    def _size_changed(self) -> None:
        # After every field has put on the new letters.
        QTimer.singleShot(0, self, self.updateGeometry)

    def _build_head(self) -> None:
        head = QVBoxLayout()
        head.setSpacing(spacing.HAIR)
        self.back = button(
            self.tr("Back to the samples"),
            self.back_wanted.emit,
            kind="link",
            icon="left",
            name="backToSamples",
        )
        head.addLayout(heading_row(self.back))
        self._title = Elided("", "heading")
        self._centre = Elided("", "muted")
        self._qualification = Elided("", "small")
        for words in (self._title, self._centre, self._qualification):
            head.addWidget(words)
        self._column.addLayout(head)

    def _build_body(self) -> None:
        self.standing = ReportStanding()
        self._column.addWidget(self.standing)
        self.outcome = OutcomeChoice()
        self._column.addWidget(self.outcome)
        self._summary = Section(self.tr("Summary"))
        self._summary.head.addWidget(label(self.tr("optional"), "small"))
        self.summary = GrowingText("reportSummary", self.tr("Summary of the report"), least=4, most=14)
        self.summary.setPlaceholderText(self.tr("What the centre should know before it reads the samples"))
        self._summary.column.addWidget(self.summary)
        self._column.addWidget(self._summary)
        self._missing = Section(self.tr("Still missing"))
        self._count = Badge()
        self._missing.head.addWidget(self._count)
        self.missing = MissingList()
        self._missing.column.addWidget(self.missing)
        self._column.addWidget(self._missing)
        self._column.addStretch()

    def _build_foot(self) -> QFrame:
        foot = DeciderFoot(spacing.ROOMY, spacing.BASE)
        column = foot.column
        self.complaint = foot.complaint
        self.busy = BusyBar()
        self.busy.hide()
        column.addWidget(self.busy)
        self._why = label("", "small", wrap=True)
        column.addWidget(self._why)
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        self.export = button(
            self.tr("Export PDF…"), self.export_wanted.emit, icon="export", name="exportReport"
        )
        self.print = button(self.tr("Print…"), self.print_wanted.emit, icon="print", name="printReport")
        self.submit = button(
            self.tr("Sign off"), self.submit_wanted.emit, kind="primary", name="submitReport"
        )
        row.addWidget(self.export, 1)
        row.addWidget(self.print, 1)
        column.addLayout(row)
        column.addWidget(self.submit)
        return foot

    def clear(self) -> None:
        """Another report is coming."""
        self.setEnabled(False)
        for words in (self._title, self._centre, self._qualification):
            words.say("")
        self.complaint.clear()
        self.standing.hide()
        self.summary.set_text("")
        self.outcome.show_outcome(None, None)
        self.missing.show_missing(())

    def show_report(self, report: ReportDesk, request: ModerationRequest, *, typing: bool) -> None:
        """Show how the report stands. typing: text is unsaved here, and is left alone."""
        self.setEnabled(True)
        self._title.say(self.tr("Report on {number}").format(number=request.number))
        self._centre.say(f"{request.centre_name} ({request.centre_number})")
        self._qualification.say(f"{request.qualification_code} {request.qualification_title}")
        self._closed = bool(report.submitted) or request.state in MODERATION_OVER
        self.standing.show_standing(report)
        for part in (self.outcome, self._summary, self._missing):
            part.setVisible(not self._closed)
        possible = not self._closed and request.state is RequestState.IN_MODERATION
        self.outcome.setEnabled(possible)
        self.summary.setReadOnly(not possible)
        if not typing:
            self.outcome.show_outcome(report.proposed, report.draft.outcome)
            if not self.summary.hasFocus() or not self.summary.text:
                self.summary.set_text(report.draft.summary)
        self._show_missing(report)

    def _show_missing(self, report: ReportDesk) -> None:
        missing = report.missing
        self.missing.show_missing(missing)
        if missing:
            self._count.say(str(len(missing)), Tone.WARN)
        else:
            self._count.say(self.tr("Nothing"), Tone.GOOD)
        self.can_submit = not self._closed and not missing
        self._show_foot(len(missing))

    def _show_foot(self, missing: int) -> None:
        self.submit.setVisible(not self._closed)
        self.submit.setEnabled(self.can_submit and not self._is_busy)
        if self._closed:
            why = ""
        elif missing == 1:
            why = self.tr("One thing is missing before it can be signed off.")
        elif missing:
            why = self.tr("{count} things are missing before it can be signed off.").format(count=missing)
        else:
            why = self.tr("Once signed off it waits in the outbox, and can be taken back until it is sent.")
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self.submit.setToolTip(why)
        self.submit.setAccessibleDescription(why)

    def allow_leaving(self, allowed: bool) -> None:
        """Whether there is a report to export and print."""
        self.can_leave = allowed
        for own in (self.export, self.print):
            own.setEnabled(allowed)

    def set_busy(self, busy: bool) -> None:
        """The report is being signed off."""
        self._is_busy = busy
        self.submit.setEnabled(self.can_submit and not busy)
        self.submit.setText(self.tr("Signing off…") if busy else self.tr("Sign off"))

    def say_busy(self, says: str, done: int, total: int) -> None:
        """Long work under way, such as printing; empty words when it is over."""
        self.busy.setVisible(bool(says))
        if says:
            self.busy.say(says, done, total)

    def focus_first(self) -> None:
        """Where work goes on: what is missing, else signing off, else taking back."""
        if self.submit.isEnabled() and not self.submit.isHidden():
            self.submit.setFocus()
        elif self.missing.count() and not self.missing.isHidden():
            self.missing.setFocus()
        elif not self.standing.take_back.isHidden():
            self.standing.take_back.setFocus()
        else:
            self.back.setFocus()
