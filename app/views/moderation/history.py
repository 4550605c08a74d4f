"""All judgements of a sample: what stands, what it replaced, and what was taken back."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.domain import dates
from app.domain.moderation import Judgement, current_judgements
from app.views.moderation.fields import Section
from app.views.moderation.words import DECISION_SIGNS
from app.views.parts import Badge, label
from app.views.style import spacing


class JudgementCard(QFrame):
    """One judgement with its decision, how it stands, its author and its words."""

    def __init__(self, judgement: Judgement, stands: str) -> None:
        super().__init__()
        self.setObjectName("judgement")
        self.setProperty("role", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.BASE, spacing.SNUG, spacing.BASE, spacing.SNUG)
        column.setSpacing(spacing.TIGHT)
        sign = DECISION_SIGNS[judgement.decision]
        column.addWidget(Badge(judgement.decision.words, sign.tone, sign.icon))
        column.addWidget(label(stands, "strong", wrap=True))
        when = f"{judgement.moderator_name} · {dates.moment(judgement.recorded_at)}"
        column.addWidget(label(when, "small", wrap=True))
        parts = [judgement.rationale, *(f"→ {action.text}" for action in judgement.actions)]
        if judgement.withdrawn:
            parts.append(self.tr("Taken back: {reason}").format(reason=judgement.withdrawn))
        words = "\n".join(part for part in parts if part)
        if words:
            column.addWidget(label(words, wrap=True))
        self.setAccessibleName(f"{judgement.decision.words}, {stands}, {when}. {words}")


class JudgementHistory(Section):
    """Newest first; hidden until there is something to tell beyond the one judgement that stands."""

    def __init__(self) -> None:
        super().__init__("")
        self.title.setText(self.tr("Judgements of this sample"))
        self._shown: tuple[Judgement, ...] | None = None
        self._list = QWidget()
        self._list.setObjectName("judgementHistory")
        self._cards = QVBoxLayout(self._list)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(spacing.TIGHT + 2)
        self.column.addWidget(self._list)

    @property
    def cards(self) -> tuple[str, ...]:
        """What the cards say, in order."""
        items = [self._cards.itemAt(place) for place in range(self._cards.count())]
        cards = [item.widget() for item in items if item is not None]
        return tuple(card.accessibleName() for card in cards if card is not None)

    def show_history(self, history: tuple[Judgement, ...]) -> None:
        self.setVisible(bool(history))
        if history == self._shown:
            return
        self._shown = history
        while (item := self._cards.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                # Never without a parent: a card about to be shown would then come up as a window of its own.
                old.hide()
                old.deleteLater()
        standing = {judgement.id for judgement in current_judgements(history)}
        for judgement in reversed(history):
            if judgement.withdrawn:
                stands = self.tr("Withdrawn")
            elif judgement.id in standing:
                stands = self.tr("Stands") if len(standing) == 1 else self.tr("Disputed")
            else:
                stands = self.tr("Superseded")
            self._cards.addWidget(JudgementCard(judgement, stands))
