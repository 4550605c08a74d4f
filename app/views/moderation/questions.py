"""Questions that must be answered on purpose: raising a suspicion, and taking back what was already sent."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.errors import KnownError
from app.views.evidence.asking import Asking
from app.views.moderation.fields import Complaint, GrowingText
from app.views.style import set_property, spacing
from app.views.style.palette import Tone


class Question(Asking):
    """A reason in one's own words, and a button that no key pressed by habit can reach.

    Enter makes a new line, and the key that opened the dialog is swallowed for as long as it is held down.
    agreed(reason): the person pressed the button. edited: the reason changed.
    """

    agreed = Signal(str)
    edited = Signal()

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent, name, "flag", Tone.HOLD)
        set_property(self.do, "kind", "danger")
        self.reason = GrowingText(f"{name}Reason", "", least=4, most=10)
        self.complaint = Complaint()
        self.do.clicked.connect(self._agree)
        self.reason.edited.connect(self._typed)
        self.reason.escaped.connect(self.reject)
        self._held_down = True
        self.reason.installEventFilter(self)
        self.installEventFilter(self)

    def ask(self, says: str, ask: str) -> None:
        """The words of the question, with the field for the reason below them."""
        self.add_words(says)
        self.column.addSpacing(spacing.TIGHT)
        self.add_words(ask, "strong")
        self.reason.setAccessibleName(ask)
        self.column.addWidget(self.reason)
        self.column.addWidget(self.complaint)
        self.reason.setFocus()

    def refuse(self, error: KnownError) -> None:
        """Say why it could not be done; the text stays."""
        self.complaint.say(error)
        self.reason.setFocus()

    def ready(self) -> bool:
        """Whether the button can be pressed."""
        return bool(self.reason.text.strip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and self._held_down:
            if event.type() == QEvent.Type.KeyPress and event.isAutoRepeat():
                return True
            if not event.isAutoRepeat():
                self._held_down = False
        return super().eventFilter(watched, event)

    def _typed(self) -> None:
        self.complaint.clear()
        self._show_readiness()
        self.edited.emit()

    def _show_readiness(self) -> None:
        self.do.setEnabled(self.ready())

    def _agree(self) -> None:
        if self.ready():
            self.agreed.emit(self.reason.text)


class RaiseSuspicion(Question):
    """M-64: a suspicion holds the whole request at once, so it takes a reason and a confirmation."""

    def __init__(self, parent: QWidget, *, sample: str, request: str, reason: str) -> None:
        super().__init__(parent, "suspicion")
        self.put(
            title=self.tr("Raise suspicion of malpractice"),
            cancel=self.tr("Cancel"),
            do=self.tr("Raise suspicion"),
        )
        self.ask(
            self.tr(
                "This puts {request} on hold at once, with no further approval: none of its learners is "
                "certificated, and the centre can claim no more until a finding is recorded. "
                "Once sent, it cannot be taken back."
            ).format(request=request),
            self.tr("What makes you suspect malpractice in {sample}?").format(sample=sample),
        )
        self.confirm = QCheckBox(self.tr("Yes, put the whole request on hold"))
        self.confirm.setObjectName("suspicionConfirm")
        self.confirm.toggled.connect(self._show_readiness)
        self.column.addWidget(self.confirm)
        self.reason.set_text(reason)
        self.setTabOrder(self.reason, self.confirm)
        self.setTabOrder(self.confirm, self.cancel)
        self._show_readiness()

    def ready(self) -> bool:
        return super().ready() and self.confirm.isChecked()


class WithdrawJudgement(Question):
    """A judgement that was sent is not undone but withdrawn: both stay on record, with the reason."""

    def __init__(self, parent: QWidget, *, judgement: str) -> None:
        super().__init__(parent, "withdraw")
        self.put(title=self.tr("Withdraw a judgement"), cancel=self.tr("Cancel"), do=self.tr("Withdraw"))
        self.ask(
            self.tr(
                "“{judgement}” was sent already. It can be withdrawn; it stays on record together with your reason."
            ).format(judgement=judgement),
            self.tr("Why do you withdraw it?"),
        )
        self._show_readiness()
