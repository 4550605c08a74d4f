"""The line above a visit: which review, of which centre, how it stands, and the guidance of the awarding body."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.domain import dates
from app.domain.frameworks import GuidanceLink
from app.domain.review_terms import Scope
from app.views.parts import Badge, button, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.visits.words import needs_judging
from app.views.words import Elided, plain_tip
from app.workspace.visits.snapshots import VisitSheet

LEAST_CENTRE = 24
"""So many letters of the centre's name are to be seen before the badges move below it."""

_SCOPE_TONES = {
    Scope.NOT_DECIDED: Tone.WARN,
    Scope.CONFIRMATION_ASKED: Tone.HOLD,
    Scope.REDUCED: Tone.INFO,
    Scope.FULL: Tone.NEUTRAL,
}


class VisitHeader(QFrame):
    """Number, centre, kind and year; scope, day, Engagement Document and what is left, as words with glyphs.

    browse: opens the address of a guidance document (Q-07).
    """

    def __init__(self, browse: Callable[[str], object]) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._browse = browse
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
        self._about = Elided("", "small")
        words.addLayout(first)
        words.addWidget(self._about)
        self.scope, self.ced, self.left = Badge(), Badge(), Badge()
        self._badges = QWidget()
        row = QHBoxLayout(self._badges)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.SNUG)
        for badge in (self.scope, self.ced, self.left):
            row.addWidget(badge)
        row.addStretch()
        self.guidance = button(self.tr("Guidance"), icon="help", name="visitGuidance")
        self.guidance.setAutoDefault(True)
        self._menu = QMenu(self.guidance)
        self.guidance.setMenu(self._menu)
        self._links: tuple[GuidanceLink, ...] = ()
        self._grid.addLayout(words, 0, 0)
        self._grid.addWidget(self.guidance, 0, 2)
        self._two_lines: bool | None = None
        self.clear()

    def clear(self) -> None:
        """Nothing is open yet."""
        for badge in (self.scope, self.ced, self.left):
            badge.hide()
        self._number.clear()
        self._centre.say("")
        self._about.say("")
        self.guidance.setEnabled(False)

    def show_sheet(self, sheet: VisitSheet) -> None:
        review = sheet.review
        self._number.setText(review.number)
        self._centre.say(f"{review.centre_name} ({review.centre_number})")
        parts = [f"{review.kind.words} {sheet.year}", review.state.words]
        if review.visit_on is not None:
            parts.insert(1, dates.day(review.visit_on))
        parts += [review.consortium] if review.consortium else []
        self._about.say(" · ".join(parts))
        short = {
            Scope.NOT_DECIDED: review.scope.words,
            Scope.CONFIRMATION_ASKED: self.tr("Confirmation asked"),
            Scope.REDUCED: self.tr("Reduced scope"),
            Scope.FULL: review.scope.words,
        }
        self.scope.say(short[review.scope], _SCOPE_TONES[review.scope], "flag")
        self.scope.setToolTip(review.scope.words)
        self._show_ced(sheet)
        left = sum(map(needs_judging, sheet.items))
        if left:
            self.left.say(self.tr("{count} left").format(count=left), Tone.NEUTRAL, "half")
        else:
            self.left.say(self.tr("All judged"), Tone.GOOD, "done")
        for badge in (self.scope, self.ced, self.left):
            badge.show()
        self._show_links(sheet.framework.links)
        self._arrange()

    def _show_ced(self, sheet: VisitSheet) -> None:
        signed = sheet.ced is not None and sheet.ced.signed
        if sheet.ced_warning:
            self.ced.say(self.tr("CED late"), Tone.BAD, "overdue")
        elif signed:
            self.ced.say(self.tr("CED signed"), Tone.GOOD, "check")
        else:
            due = dates.short_day(sheet.review.ced_due_on)
            self.ced.say(self.tr("CED due {day}").format(day=due), Tone.NEUTRAL, "clock")
        says = sheet.ced_warning or (sheet.ced.state_words if sheet.ced is not None else "")
        self.ced.setToolTip(plain_tip(says))

    def _show_links(self, links: tuple[GuidanceLink, ...]) -> None:
        self.guidance.setEnabled(bool(links))
        if links == self._links:
            return
        self._links = links
        self._menu.clear()
        for link in links:
            action = self._menu.addAction(link.title.replace("&", "&&"))
            action.triggered.connect(partial(self._open, link.url))

    def _open(self, url: str, _checked: bool = False) -> None:
        self._browse(url)

    def _arrange(self) -> None:
        """Badges stand beside the words, or below them where there is no room."""
        beside = self._badges.sizeHint().width() + self.guidance.sizeHint().width()
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
