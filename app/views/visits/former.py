"""Actions of a report until they are signed off: those of last year's review, and later those of this one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.domain import dates
from app.domain.reviews import ReviewAction
from app.views.moderation.fields import GrowingText, Section
from app.views.parts import Badge, button, heading_row, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.visits.forms import Forms, KeptForm
from app.views.visits.tabbing import tab_before

SignOff = Callable[[str, KeptForm, str], None]
"""Called with the action's id, the form it was written in, and the reviewer's words."""


class SignOffForm(KeptForm):
    """What was found when the action was looked at, and the button that signs it off."""

    wanted = Signal()

    def __init__(self, action: ReviewAction) -> None:
        super().__init__(f"action/{action.id}")
        self.says = GrowingText(
            "signOffSays", self.tr("What you found of: {what}").format(what=action.text), least=1, most=6
        )
        self.says.setPlaceholderText(self.tr("What you found"))
        self.field("says", self.says)
        self.sign = button(self.tr("Sign off"), self.wanted.emit, icon="check", name="signOffAction")
        self.sign.setAccessibleName(self.tr("Sign off: {what}").format(what=action.text))
        self.sign.setAutoDefault(True)
        self.column.addLayout(heading_row(self.sign))
        self.column.addWidget(self.complaint)


class ActionCard(QFrame):
    """One action: what was asked for, of whom, until when, what the centre answered, and how it ended."""

    def __init__(self, action: ReviewAction, today: date, *, may_sign_off: bool) -> None:
        super().__init__()
        self.setObjectName("reviewAction")
        self.setProperty("role", "card")
        self.action = action
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.BASE, spacing.SNUG, spacing.BASE, spacing.SNUG)
        column.setSpacing(spacing.TIGHT)
        badges = [Badge(self.tr("Essential"), Tone.WARN, "flag") if action.essential
                  else Badge(self.tr("Recommended"), Tone.NEUTRAL, "flag")]  # fmt: skip
        overdue = action.signed_off_on is None and action.due_on is not None and action.due_on < today
        if action.signed_off_on is not None:
            badges.append(Badge(self.tr("Signed off"), Tone.GOOD, "done"))
        elif overdue:
            badges.append(Badge(self.tr("Overdue"), Tone.BAD, "overdue"))
        column.addLayout(heading_row(*badges))
        column.addWidget(label(action.text, wrap=True))
        about = self._about()
        column.addWidget(label(about, "small", wrap=True))
        answer = self._answer()
        column.addWidget(label(answer, "" if action.answer else "muted", wrap=True))
        end = self._end()
        if end:
            column.addWidget(label(end, "small", wrap=True))
        self.form = SignOffForm(action) if may_sign_off and action.signed_off_on is None else None
        if self.form is not None:
            column.addWidget(self.form)
        self.setAccessibleName(". ".join(part for part in (action.text, about, answer, end) if part))

    def _about(self) -> str:
        action = self.action
        parts = [
            self.tr("Review {number}").format(number=action.origin) if action.origin else "",
            action.code,
        ]
        if action.owner:
            parts.append(self.tr("owner {who}").format(who=action.owner))
        if action.due_on is not None:
            parts.append(self.tr("due {day}").format(day=dates.day(action.due_on)))
        return " · ".join(part for part in parts if part)

    def _answer(self) -> str:
        if not self.action.answer:
            return self.tr("The centre has not answered.")
        on = self.action.answered_on
        lead = self.tr("The centre on {day}: ").format(day=dates.day(on)) if on else self.tr("The centre: ")
        return lead + self.action.answer

    def _end(self) -> str:
        action = self.action
        if action.signed_off_on is None:
            return ""
        words = self.tr("Signed off by {who} on {day}").format(
            who=action.signed_off_by, day=dates.day(action.signed_off_on)
        )
        return f"{words}: {action.sign_off_says}" if action.sign_off_says else words


class ActionsToSignOff(Section):
    """Cards of actions; hidden where there are none."""

    def __init__(self, title: str, name: str, forms: Forms, sign_off: SignOff, anchor: QWidget) -> None:
        """anchor: what comes after them in the order of Tab."""
        super().__init__(title)
        self.setObjectName(name)
        self._forms = forms
        self._sign_off = sign_off
        self._anchor = anchor
        self._shown: tuple[object, ...] = ()
        self._cards: list[ActionCard] = []

    @property
    def cards(self) -> tuple[ActionCard, ...]:
        return tuple(self._cards)

    def show_actions(self, actions: tuple[ReviewAction, ...], today: date, *, may_sign_off: bool) -> None:
        """Show these; the same ones stay as they are, with what is typed in them."""
        self.setVisible(bool(actions))
        shown = (actions, today, may_sign_off)
        if shown == self._shown:
            return
        self._shown = shown
        for card in self._cards:
            if card.form is not None:
                self._forms.unwatch(card.form)
            self.column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [ActionCard(action, today, may_sign_off=may_sign_off) for action in actions]
        for card in self._cards:
            self.column.addWidget(card)
            if card.form is not None:
                self._watch(card.form, card.action.id)

    def _watch(self, form: SignOffForm, action_id: str) -> None:
        self._forms.watch(form)
        form.wanted.connect(lambda: self._sign_off(action_id, form, form.says.text))
        tab_before(self._anchor, (form.says, form.sign))

    def focus(self) -> bool:
        """Put the caret into the first that is not signed off; False when there is none."""
        form = next((card.form for card in self._cards if card.form is not None), None)
        if form is not None:
            form.says.setFocus()
        return form is not None
