"""Before the visit: the Engagement Document, the contact log, the consortium and the scope, and the day."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain import dates
from app.domain.review_terms import Scope
from app.domain.reviews import NomineeContact
from app.views import style
from app.views.choosing import Chooser
from app.views.moderation.fields import GrowingText, Remark
from app.views.pages import Card, ScrollPage
from app.views.parts import Badge, button, heading_row, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.visits.ced_card import CedCard
from app.views.visits.forms import KeptForm
from app.views.visits.moments import DayField
from app.workspace.visits.snapshots import VisitSheet

WIDEST = 820
"""Device-independent pixels: longer lines are tiring to read."""

BESIDE = 120
"""In widths of an "n": with less room, the Engagement Document stands below and not beside."""


def widest() -> int:
    """How wide a column of words may become at this size of the text, in device-independent pixels."""
    return round(WIDEST * style.look().scale)


class ContactForm(KeptForm):
    """Whom I spoke with, by what means, what about, and the day I proposed (Q-16)."""

    wanted = Signal()

    def __init__(self, warning: DayWarning) -> None:
        super().__init__("contact")
        self.who, self.means = QLineEdit(), QLineEdit()
        self.who.setObjectName("contactWho")
        self.who.setAccessibleName(self.tr("Whom you spoke with"))
        self.means.setObjectName("contactMeans")
        self.means.setAccessibleName(self.tr("By what means"))
        self.means.setPlaceholderText(self.tr("Telephone, e-mail…"))
        self.summary = GrowingText("contactSummary", self.tr("What it was about"), least=2, most=8)
        self.day = DayField("contactDay", self.tr("Day proposed for the visit, if any"))
        self.field("spoke_with", self.who, self.tr("Whom you spoke with"))
        self.field("means", self.means, self.tr("By what means"))
        self.field("summary", self.summary, self.tr("What it was about"))
        self.day_label = label(self.tr("Day proposed for the visit, if any"), "muted")
        self.column.addWidget(self.day_label)
        self.take("proposed_on", self.day)
        self.column.addWidget(self.day)
        self.column.addWidget(warning)
        self.column.addWidget(self.complaint)
        self.log = button(self.tr("Log the contact"), self.wanted.emit, icon="note", name="logContact")
        self.log.setAutoDefault(True)
        self.column.addLayout(heading_row(self.log))


class ConsortiumForm(KeptForm):
    """What the quality nominee answered about a consortium (Q-17)."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__("consortium")
        self.member = Chooser()
        self.member.setObjectName("consortiumMember")
        self.member.setAccessibleName(self.tr("Whether the centre belongs to a consortium"))
        self.member.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.member.setMinimumContentsLength(12)
        for words, value in (
            (self.tr("Choose what was answered"), ""),
            (self.tr("In a consortium, and delivers nothing itself"), "yes"),
            (self.tr("In none, or delivers itself: full scope"), "no"),
        ):
            self.member.addItem(words, value)
        self.consortium = QLineEdit()
        self.consortium.setObjectName("consortiumName")
        self.consortium.setAccessibleName(self.tr("Name of the consortium"))
        self.answer = GrowingText(
            "consortiumAnswer", self.tr("What the quality nominee answered"), least=2, most=8
        )
        self.field("member", self.member, self.tr("Whether the centre belongs to a consortium"))
        self.field("consortium", self.consortium, self.tr("Name of the consortium"))
        self.field("answer", self.answer, self.tr("What the quality nominee answered"))
        self.column.addWidget(self.complaint)
        self.record = button(
            self.tr("Record the answer"), self.wanted.emit, icon="check", name="recordConsortium"
        )
        self.record.setAutoDefault(True)
        self.column.addLayout(heading_row(self.record))


class DecisionForm(KeptForm):
    """A yes or a no with its reason. decided(bool)."""

    decided = Signal(bool)

    def __init__(self, name: str, ask: str, yes: str, no: str) -> None:
        super().__init__(name)
        self.reason = GrowingText(f"{name}Reason", ask, least=2, most=8)
        self.field("reason", self.reason, ask)
        self.column.addWidget(self.complaint)
        self.yes = button(yes, lambda: self.decided.emit(True), icon="check", name=f"{name}Yes")
        self.no = button(no, lambda: self.decided.emit(False), icon="cross", name=f"{name}No")
        for one in (self.yes, self.no):
            one.setAutoDefault(True)
        self.column.addLayout(heading_row(self.yes, self.no))


class DateForm(KeptForm):
    """The day of the visit as it was agreed."""

    wanted = Signal()

    def __init__(self, warning: DayWarning) -> None:
        super().__init__("date")
        self.day = DayField("visitDay", self.tr("Day of the visit"))
        self.field("visit_on", self.day, self.tr("Day of the visit"))
        self.column.addWidget(warning)
        self.column.addWidget(self.complaint)
        self.agree = button(self.tr("Agree this day"), self.wanted.emit, icon="check", name="agreeDate")
        self.agree.setAutoDefault(True)
        self.column.addLayout(heading_row(self.agree))


class DayWarning(Remark):
    """That the Engagement Document would be due in the past (Q-10); hidden while all is well."""

    def __init__(self) -> None:
        super().__init__("warning", Tone.WARN)

    def say(self, words: str) -> None:
        if words != self.text:
            self.tell(words)


class ArrangingPage(ScrollPage):
    """Cards one below the other; what is typed in their forms is kept."""

    def __init__(self) -> None:
        super().__init__(sideways=False)
        self.setObjectName("visitArranging")
        self.setAccessibleName(self.tr("Arranging the review"))
        self.contact_warning, self.date_warning = DayWarning(), DayWarning()
        self.ced = CedCard()
        self.contact = ContactForm(self.contact_warning)
        self.consortium = ConsortiumForm()
        self.scope = DecisionForm(
            "scope",
            self.tr("Why, for the reviewer and the centre"),
            self.tr("Confirm the consortium"),
            self.tr("Refuse it: full scope"),
        )
        self.date = DateForm(self.date_warning)
        across = QHBoxLayout(self.page)
        across.setContentsMargins(spacing.WIDE, spacing.ROOMY, spacing.WIDE, spacing.WIDE)
        self._middle = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._middle)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(spacing.ROOMY)
        column, beside = QVBoxLayout(), QVBoxLayout()
        for one in (column, beside):
            one.setSpacing(spacing.ROOMY)
            self._columns.addLayout(one, 1)
        across.addWidget(self._middle, 10)
        across.addStretch(1)
        self._contact_card = Card("person", self.tr("Contact with the quality nominee"))
        self._task = label("", "muted", wrap=True)
        self._log = QVBoxLayout()
        self._log.setSpacing(spacing.SNUG)
        self._contact_card.column.addWidget(self._task)
        self._contact_card.column.addLayout(self._log)
        self._contact_card.column.addWidget(self.contact)
        self._scope_card = Card("flag", self.tr("Consortium and scope"))
        self._scope_badge = Badge()
        self._scope_says = label("", wrap=True)
        self._scope_card.column.addLayout(heading_row(self._scope_badge))
        for part in (self._scope_says, self.consortium, self.scope):
            self._scope_card.column.addWidget(part)
        self._date_card = Card("clock", self.tr("Day of the visit"))
        self._date_says = label("", wrap=True)
        self._date_card.column.addWidget(self._date_says)
        self._date_card.column.addWidget(self.date)
        for card in (self._contact_card, self._scope_card, self._date_card):
            column.addWidget(card)
        beside.addWidget(self.ced)
        for one in (column, beside):
            one.addStretch()
        self._contacts: tuple[NomineeContact, ...] = ()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        em = self.fontMetrics().horizontalAdvance("n")
        wide = self.viewport().width() >= BESIDE * em
        across = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(across)
        self._middle.setMaximumWidth(widest() * (2 if wide else 1))

    def show_sheet(self, sheet: VisitSheet) -> None:
        """How the review is arranged so far; what is typed stays."""
        review, may = sheet.review, sheet.may
        for day in (self.contact.day, self.date.day):
            day.today = sheet.today
        done = review.report_version > 0
        open_to_me = may.review and not done
        self.ced.show_sheet(sheet)
        self._task.setText(
            self.tr("To be contacted from {day}.").format(day=dates.day(review.task_from))
            if review.contacted_on is None
            else self.tr("First contacted on {day}.").format(day=dates.day(review.contacted_on))
        )
        self._show_contacts(sheet.contacts)
        for part in (self.contact.day_label, self.contact.day):
            part.setVisible(sheet.on_site)
        self.contact.setVisible(open_to_me)
        tones = {Scope.NOT_DECIDED: Tone.WARN, Scope.CONFIRMATION_ASKED: Tone.HOLD, Scope.REDUCED: Tone.INFO}
        self._scope_badge.say(review.scope.words, tones.get(review.scope, Tone.GOOD))
        parts = [self.tr("Consortium: {name}.").format(name=review.consortium)] if review.consortium else []
        parts += [review.scope_says] if review.scope_says else []
        self._scope_says.setText(" ".join(parts))
        self._scope_says.setVisible(bool(parts))
        self.consortium.setVisible(open_to_me and review.scope in (Scope.NOT_DECIDED, Scope.FULL))
        self.scope.setVisible(may.decide_scope and review.scope is Scope.CONFIRMATION_ASKED)
        self._date_card.setVisible(sheet.on_site)
        agreed = review.visit_on
        self._date_says.setText(
            self.tr("No day is agreed yet.")
            if agreed is None
            else self.tr("Agreed: {day}.").format(day=dates.day(agreed))
        )
        self.date.setVisible(open_to_me)
        self.date.agree.setText(self.tr("Agree this day") if agreed is None else self.tr("Agree another day"))

    def _show_contacts(self, contacts: tuple[NomineeContact, ...]) -> None:
        if contacts == self._contacts:
            return
        self._contacts = contacts
        while (item := self._log.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for contact in contacts:
            self._log.addWidget(_ContactEntry(contact))

    def focus_first(self) -> None:
        """Where work goes on: the contact, else the decision, else the page itself."""
        for form, control in (
            (self.contact, self.contact.who),
            (self.scope, self.scope.reason),
        ):
            if form.isVisible():
                control.setFocus()
                return
        self.setFocus()

    def bring(self, field: str) -> None:
        """Put the keyboard into the field that something missing names, and bring it into sight."""
        control: QWidget = self.contact.who
        if field == "scope":
            control = self.scope.reason if self.scope.isVisible() else self.consortium.member
        elif field == "visit_on":
            control = self.date.day
        control.setFocus()
        self.ensureWidgetVisible(control, 0, spacing.VAST)


class _ContactEntry(QWidget):
    """One contact that was logged."""

    def __init__(self, contact: NomineeContact) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.HAIR)
        head = self.tr("{who}, {means}").format(who=contact.spoke_with, means=contact.means)
        when = f"{contact.author_name} · {dates.moment(contact.recorded_at)}"
        if contact.proposed_on is not None:
            when += " · " + self.tr("proposed {day}").format(day=dates.day(contact.proposed_on))
        column.addWidget(label(head, "strong", wrap=True))
        column.addWidget(label(when, "small", wrap=True))
        column.addWidget(label(contact.summary, wrap=True))
        self.setAccessibleName(f"{head}. {when}. {contact.summary}")
