"""The left side of a visit's report: how it stands, outcome, summary, what is missing, actions, and signing off."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain import dates
from app.domain.review_terms import Block, ReviewOutcome
from app.views import style
from app.views.moderation.fields import Complaint, DeciderFoot, GrowingText, Section
from app.views.pages import ScrollPage
from app.views.parts import Badge, Banner, BusyBar, button, heading_row, label
from app.views.report.missing import MissingList
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.visits.arranging import DecisionForm
from app.views.visits.former import ActionsToSignOff, SignOff
from app.views.visits.forms import Forms, KeptForm
from app.workspace.visits.snapshots import ReportState, VisitSheet

LEAST_WIDTH = 280
"""Device-independent pixels."""

_OUTCOME_TONES = {
    ReviewOutcome.NO_ACTION: Tone.GOOD,
    ReviewOutcome.ACTION_REQUIRED: Tone.WARN,
    ReviewOutcome.SUPPORT_REQUIRED: Tone.BAD,
}

_BLOCK_TONES = {Block.PROPOSED: Tone.WARN, Block.CONFIRMED: Tone.BAD, Block.DECLINED: Tone.NEUTRAL}


class ReportForm(KeptForm):
    """The summary, and what a correction changes against the version before."""

    def __init__(self) -> None:
        super().__init__("report")
        self._changes_label = label(self.tr("What this version changes"), "strong")
        self.changes = GrowingText(
            "visitReportChanges", self.tr("What this version changes"), least=2, most=8
        )
        self.summary = GrowingText("visitReportSummary", self.tr("Summary of the report"), least=3, most=12)
        self.summary.setPlaceholderText(self.tr("What the centre should know before it reads the measures"))
        self.column.addWidget(self._changes_label)
        self.field("changes", self.changes)
        self.column.addWidget(label(self.tr("Summary"), "strong"))
        self.field("summary", self.summary)

    def show_version(self, number: int) -> None:
        """A correction says what it changes; the first version has nothing to change."""
        for part in (self._changes_label, self.changes):
            part.setVisible(number > 1)


class VisitReportSide(QWidget):
    """What the person does about the report; signals tell what is wanted."""

    submit_wanted = Signal()
    export_wanted = Signal()
    print_wanted = Signal()
    take_back_wanted = Signal()

    def __init__(self, forms: Forms, sign_off: SignOff) -> None:
        super().__init__()
        self.can_submit = False
        self._busy = False
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.area = ScrollPage(sideways=False)
        self.area.setObjectName("visitReportSide")
        self.area.setAccessibleName(self.tr("The report"))
        self._column = QVBoxLayout(self.area.page)
        self._column.setContentsMargins(spacing.ROOMY, spacing.BASE, spacing.BASE, spacing.ROOMY)
        self._column.setSpacing(spacing.ROOMY)
        whole.addWidget(self.area, 1)
        self.form = ReportForm()
        self.block = DecisionForm(
            "block",
            self.tr("Why, for the reviewer and the centre"),
            self.tr("Confirm the block"),
            self.tr("Decline it"),
        )
        self._build()
        self._foot = self._build_foot()
        self.actions_left = ActionsToSignOff(
            self.tr("Actions to be signed off"), "reportActions", forms, sign_off, self.export
        )
        self._column.insertWidget(self._column.count() - 1, self.actions_left)
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

    def _build(self) -> None:
        self._standing = QFrame()
        self._standing.setProperty("role", "card")
        card = QVBoxLayout(self._standing)
        card.setContentsMargins(spacing.ROOMY, spacing.BASE, spacing.ROOMY, spacing.BASE)
        card.setSpacing(spacing.SNUG)
        self._stands = Badge()
        card.addLayout(heading_row(self._stands))
        self._words = label("", wrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.addWidget(self._words)
        self.take_back = button(
            self.tr("Take it back"), self.take_back_wanted.emit, icon="undo", name="takeBackVisitReport"
        )
        self.take_back.setAutoDefault(True)
        card.addLayout(heading_row(self.take_back))
        self._column.addWidget(self._standing)
        self._outcome = Section(self.tr("Outcome"))
        self._outcome_badge, self._block_badge = Badge(), Badge()
        self._outcome.column.addLayout(heading_row(self._outcome_badge))
        self._outcome.column.addLayout(heading_row(self._block_badge))
        self._block_says = label("", wrap=True)
        self._outcome.column.addWidget(self._block_says)
        self._outcome.column.addWidget(self.block)
        self._column.addWidget(self._outcome)
        self._column.addWidget(self.form)
        self._missing = Section(self.tr("Still missing"))
        self._count = Badge()
        self._missing.head.addWidget(self._count)
        self.missing = MissingList("visitMissing")
        self._missing.column.addWidget(self.missing)
        self._column.addWidget(self._missing)
        self._others = Section(self.tr("Not reviewed"))
        self._others_words = label("", "small", wrap=True)
        self._others.column.addWidget(self._others_words)
        self._column.addWidget(self._others)
        self._closed_place = QVBoxLayout()
        self._column.addLayout(self._closed_place)
        self._closed: Banner | None = None
        self._column.addStretch()

    def _build_foot(self) -> QFrame:
        foot = DeciderFoot(spacing.ROOMY, spacing.BASE)
        self.complaint: Complaint = foot.complaint
        self.busy = BusyBar()
        self.busy.hide()
        foot.column.addWidget(self.busy)
        self._why = label("", "small", wrap=True)
        foot.column.addWidget(self._why)
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        self.export = button(
            self.tr("Export PDF…"), self.export_wanted.emit, icon="export", name="exportVisitReport"
        )
        self.print = button(self.tr("Print…"), self.print_wanted.emit, icon="print", name="printVisitReport")
        self.submit = button(
            self.tr("Sign off"), self.submit_wanted.emit, kind="primary", name="submitVisitReport"
        )
        for one in (self.export, self.print, self.submit):
            one.setAutoDefault(True)
        row.addWidget(self.export, 1)
        row.addWidget(self.print, 1)
        foot.column.addLayout(row)
        foot.column.addWidget(self.submit)
        return foot

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_sheet(self, sheet: VisitSheet) -> None:
        report, review = sheet.report, sheet.review
        self._show_standing(report)
        outcome = review.outcome if report.issued and report.outcome is None else report.outcome
        self._outcome_badge.setVisible(outcome is not None)
        if outcome is not None:
            self._outcome_badge.say(outcome.words, _OUTCOME_TONES[outcome])
        self._show_block(sheet)
        self.form.show_version(report.next_version)
        may_sign = sheet.may.review and not report.submitted
        self.form.setVisible(may_sign)
        self._missing.setVisible(may_sign)
        self.missing.show_missing(report.missing)
        self._count.say(
            str(len(report.missing)) if report.missing else self.tr("Nothing"),
            Tone.WARN if report.missing else Tone.GOOD,
        )
        self._show_others(sheet)
        shown = {item.code for item in sheet.items}
        left = tuple(action for action in sheet.last_year if action.code not in shown)
        self.actions_left.show_actions(
            (*left, *sheet.actions), sheet.today, may_sign_off=sheet.may.sign_off_actions
        )
        self.can_submit = may_sign and not report.missing and not report.closed
        self._show_foot(report, may_sign=may_sign)

    def _show_standing(self, report: ReportState) -> None:
        lines = [
            self.tr("Version {n}, {moment}: {outcome}, by {name}").format(
                n=issued.version,
                moment=dates.moment(issued.issued_at),
                outcome=issued.outcome.words.lower(),
                name=issued.reviewer_name,
            )
            + (f" — {issued.changes}" if issued.changes else "")
            for issued in report.issued
        ]
        if report.receipt:
            lines.append(report.receipt)
        if report.submitted:
            self._stands.say(self.tr("Signed off, waits to be sent"), Tone.INFO, "outbox")
            lines.append(self.tr("Until it is sent it can be taken back and changed."))
        elif report.issued:
            self._stands.say(self.tr("Received by the service"), Tone.GOOD, "done")
        self._words.setText("\n".join(lines))
        self.take_back.setVisible(bool(report.submitted))
        self._standing.setVisible(bool(report.submitted or report.issued))

    def _show_block(self, sheet: VisitSheet) -> None:
        review = sheet.review
        block = review.block
        if block is Block.NONE and sheet.report.proposes_block:
            block = Block.PROPOSED
        self._block_badge.setVisible(block is not Block.NONE)
        if block is not Block.NONE:
            self._block_badge.say(block.words, _BLOCK_TONES[block], "lock")
        self._block_says.setText(review.block_says)
        self._block_says.setVisible(bool(review.block_says))
        self.block.setVisible(sheet.may.decide_block and review.block is Block.PROPOSED)
        self._outcome.setVisible(not self._outcome_badge.isHidden() or block is not Block.NONE)

    def _show_others(self, sheet: VisitSheet) -> None:
        lines = [f"{one.objective.code} {one.objective.name}: {one.words}" for one in sheet.others]
        texts = dict.fromkeys(f"“{one.commentary}”" for one in sheet.others if one.commentary)
        self._others_words.setText("\n".join([*lines, *texts]))
        self._others.setVisible(bool(lines))

    def _show_foot(self, report: ReportState, *, may_sign: bool) -> None:
        self.submit.setVisible(may_sign)
        self.submit.setEnabled(self.can_submit and not self._busy)
        missing = len(report.missing)
        if not may_sign:
            why = ""
        elif missing == 1:
            why = self.tr("One thing is missing before it can be signed off.")
        elif missing:
            why = self.tr("{count} things are missing before it can be signed off.").format(count=missing)
        elif report.closed:
            why = report.closed
        else:
            why = self.tr("Once signed off it waits in the outbox, and can be taken back until it is sent.")
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self.submit.setToolTip(why)
        self.submit.setAccessibleDescription(why)
        words = self.tr("Sign off")
        if report.next_version > 1:
            words = self.tr("Sign off version {n}").format(n=report.next_version)
        self.submit.setText(self.tr("Signing off…") if self._busy else words)
        self.submit.setAccessibleName(words)

    def set_busy(self, busy: bool) -> None:
        """The report is being signed off."""
        self._busy = busy
        self.submit.setEnabled(self.can_submit and not busy)

    def say_busy(self, says: str, done: int, total: int) -> None:
        """Long work under way, such as printing; empty words when it is over."""
        self.busy.setVisible(bool(says))
        if says:
            self.busy.say(says, done, total)

    def focus_first(self) -> None:
        """Where work goes on: signing off, else what is missing, else taking back, else the summary."""
        if self.submit.isEnabled() and not self.submit.isHidden():
            self.submit.setFocus()
        elif self.missing.count() and self.missing.isVisible():
            self.missing.setFocus()
        elif self.take_back.isVisible():
            self.take_back.setFocus()
        elif self.form.isVisible():
            self.form.summary.setFocus()
        else:
            self.export.setFocus()
