"""What is recorded of a review beside its measures: contact, consortium, scope, day, meetings, and the block."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.domain.errors import KnownError
from app.domain.review_checks import MARKS
from app.domain.review_terms import MeetingKind
from app.views.visits.arranging import DayWarning
from app.views.visits.forms import KeptForm
from app.views.visits.moments import DayField
from app.workspace.snapshots import Changes

if TYPE_CHECKING:
    from app.views.visits.screen import VisitScreen
    from app.workspace.visits.desk import VisitsDesk


class Fixing(QObject):
    """Carries out what the forms of a review ask for; what is refused is said in the form, and its text stays."""

    def __init__(self, screen: VisitScreen, visits: VisitsDesk) -> None:
        super().__init__(screen)
        self._screen = screen
        self._visits = visits
        page = screen.arranging
        page.contact.wanted.connect(self.log_contact)
        page.consortium.wanted.connect(self.record_consortium)
        page.scope.decided.connect(self.decide_scope)
        page.date.wanted.connect(self.agree_date)
        screen.meetings.form.wanted.connect(self.record_meeting)
        screen.report.side.block.decided.connect(self.decide_block)
        for form, field, warning in (
            (page.contact, page.contact.day, page.contact_warning),
            (page.date, page.date.day, page.date_warning),
        ):
            form.edited.connect(lambda f=field, w=warning: self._warn(f, w))

    def log_contact(self) -> None:
        """That I spoke with the quality nominee (Q-16)."""
        form = self._screen.arranging.contact
        day = form.day.day if form.day.isVisible() else None
        if form.day.isVisible() and form.day.faulty:
            self._refuse_day(form, form.day)
            return
        self._record(
            form,
            lambda id: self._visits.log_contact(
                id, form.who.text(), form.means.text(), form.summary.text, day
            ),
        )

    def record_consortium(self) -> None:
        """What the quality nominee answered (Q-17)."""
        form = self._screen.arranging.consortium
        answered = str(form.member.currentData())
        if not answered:
            form.refuse(
                KnownError("answer_missing", self.tr("Choose what the quality nominee answered first."))
            )
            form.member.setFocus()
            return
        member = answered == "yes"
        name = form.consortium.text() if member else ""
        self._record(form, lambda id: self._visits.declare_consortium(id, member, name, form.answer.text))

    def decide_scope(self, approved: bool) -> None:
        """The quality team confirms the consortium or refuses it (Q-19)."""
        form = self._screen.arranging.scope
        self._record(form, lambda id: self._visits.decide_scope(id, approved, form.reason.text))

    def agree_date(self) -> None:
        """The day of the visit."""
        form = self._screen.arranging.date
        day = form.day.day
        if day is None:
            self._refuse_day(form, form.day)
            return
        self._record(form, lambda id: self._visits.agree_date(id, day))

    def record_meeting(self) -> None:
        """A moment of the visit (Q-22 to Q-24)."""
        form = self._screen.meetings.form
        try:
            began, ended = form.moments()
        except KnownError as error:
            form.refuse(error)
            (form.began if form.day.day is not None else form.day).setFocus()
            return
        kind = form.meant
        met = kind not in MARKS
        throughout = kind is MeetingKind.NOMINEE and form.throughout.isChecked()
        self._record(
            form,
            lambda id: self._visits.record_meeting(
                id,
                kind,
                form.who.text() if met else "",
                form.role.text() if met else "",
                began,
                ended,
                throughout,
                form.notes.text,
                form.replaces,
            ),
        )

    def decide_block(self, confirmed: bool) -> None:
        """The quality manager confirms or declines the proposed block (D-9)."""
        form = self._screen.report.side.block
        self._record(form, lambda id: self._visits.decide_block(id, confirmed, form.reason.text))

    def record_focused(self) -> None:
        """Ctrl+Enter: what the caret is in is recorded; a decision is not, for it has two buttons."""
        page = self._screen.arranging
        focused = QApplication.focusWidget() or page
        for form, record in (
            (page.contact, self.log_contact),
            (page.consortium, self.record_consortium),
            (page.date, self.agree_date),
        ):
            if form.isAncestorOf(focused):
                record()
                return

    def _record(self, form: KeptForm, deed: Callable[[str], Changes]) -> None:
        screen = self._screen
        if not screen.review_id or not screen.forms.keeper.save_now():
            return
        try:
            changes = deed(screen.review_id)
        except KnownError as error:
            form.refuse(error)
            return
        screen.forms.forget(form)
        screen.took(changes)
        screen.told.emit(changes.said, changes.undo)
        first = next(iter(form.fields.values()))
        if form.isVisible():
            first.setFocus()
        else:
            screen.tabs.setFocus()

    def _refuse_day(self, form: KeptForm, field: DayField) -> None:
        field.mark()
        form.refuse(
            KnownError(
                "day_missing",
                self.tr("“{text}” is no day.").format(text=field.text())
                if field.text().strip()
                else self.tr("Say which day."),
                self.tr("For example 8 Dec, or 8/12/2017."),
            )
        )
        field.setFocus()

    def _warn(self, field: DayField, warning: DayWarning) -> None:
        """Q-10: while a day is proposed, not afterwards."""
        says = ""
        if field.day is not None and self._screen.review_id:
            says = self._visits.date_warning(self._screen.review_id, field.day)
        warning.say(says)
