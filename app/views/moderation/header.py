"""The line above the bench: which request, for whom, how it stands, and how much is left."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.moderation import RequestState
from app.views.moderation.words import CLOCK_SIGNS, STATE_TONES, needs_judging
from app.views.parts import Badge, button, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.words import Elided, plain_tip
from app.workspace.snapshots import RequestSheet

LEAST_CENTRE = 24
"""So many letters of the centre's name are to be seen before the badges move below it."""


class RequestHeader(QFrame):
    """Request number, centre and qualification; state, clock, holds and what is left as words with glyphs."""

    report_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(spacing.ROOMY, spacing.SNUG, spacing.BASE, spacing.SNUG)
        self._grid.setHorizontalSpacing(spacing.SNUG)
        self._grid.setVerticalSpacing(spacing.TIGHT)
        self._grid.setColumnStretch(0, 1)
        words = QVBoxLayout()
        words.setSpacing(0)
        first = QHBoxLayout()
        first.setSpacing(spacing.SNUG)
        self._number = label("", "heading")
        self._centre = Elided("", "heading")
        first.addWidget(self._number)
        first.addWidget(self._centre, 1)
        self._qualification = Elided("", "small")
        words.addLayout(first)
        words.addWidget(self._qualification)
        self.state = Badge()
        self.hold = Badge()
        self.clock = Badge()
        self.left = Badge()
        self._badges = QWidget()
        row = QHBoxLayout(self._badges)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.SNUG)
        for badge in (self.state, self.hold, self.clock, self.left):
            row.addWidget(badge)
        row.addStretch()
        self.report = button(self.tr("Report"), self.report_wanted.emit, icon="report", name="benchReport")
        self._grid.addLayout(words, 0, 0)
        self._grid.addWidget(self.report, 0, 2)
        self._two_lines: bool | None = None
        self.hide_all()

    def _arrange(self) -> None:
        """Badges stand beside the words, or below them where there is no room."""
        beside = self._badges.sizeHint().width() + self.report.sizeHint().width()
        room = self.width() - beside - self._number.sizeHint().width() - 4 * spacing.SNUG
        two_lines = room < self.fontMetrics().horizontalAdvance("n") * LEAST_CENTRE
        if two_lines != self._two_lines:
            self._two_lines = two_lines
            self._grid.removeWidget(self._badges)
            if two_lines:
                self._grid.addWidget(self._badges, 1, 0, 1, 3)
            else:
                self._grid.addWidget(self._badges, 0, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def hide_all(self) -> None:
        """Nothing is open yet."""
        for badge in (self.state, self.hold, self.clock, self.left):
            badge.hide()
        self._number.clear()
        self._centre.say("")
        self._qualification.say("")
        self.report.setEnabled(False)

    def show_request(self, sheet: RequestSheet) -> None:
        request = sheet.request
        self._number.setText(request.number)
        self._centre.say(f"{request.centre_name} ({request.centre_number})")
        self._qualification.say(f"{request.qualification_code} {request.qualification_title}")
        tone = STATE_TONES.get(request.state, Tone.NEUTRAL)
        self.state.say(request.state.words, tone)
        self.state.setToolTip(plain_tip(request.hold_reason) if request.state is RequestState.ON_HOLD else "")
        self.state.show()
        self.hold.setVisible(request.certification_hold)
        if request.certification_hold:
            self.hold.say(self.tr("Certification on hold"), Tone.HOLD)
            self.hold.setToolTip(self.tr("Nobody in this batch is certificated for now."))
        sign = CLOCK_SIGNS[sheet.clock.state]
        self.clock.say(_capital(sheet.clock.words), sign.tone, sign.icon)
        self.clock.setVisible(bool(sheet.clock.words))
        left = sum(needs_judging(entry) for entry in sheet.samples)
        self.left.setVisible(bool(sheet.samples))
        if left:
            self.left.say(self.tr("{count} left").format(count=left), Tone.NEUTRAL, "half")
        else:
            self.left.say(self.tr("All judged"), Tone.GOOD, "done")
        self.report.setEnabled(True)
        self._arrange()


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
