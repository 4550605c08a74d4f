"""All judgements of a sample: what stands, what it replaced, what was taken back, and what was set aside."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain import dates
from app.domain.moderation import Judgement, current_judgements
from app.views.moderation.fields import Section
from app.views.moderation.words import DECISION_SIGNS
from app.views.parts import Badge, announce, icon_button, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.workspace.snapshots import AsideText


class VersionCard(QFrame):
    """One version of something: under a badge how it stands, whose it is, and its words, which can be copied."""

    def __init__(self, badge: Badge, stands: str, when: str, words: str) -> None:
        super().__init__()
        self.setObjectName("judgement")
        self.setProperty("role", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.BASE, spacing.SNUG, spacing.SNUG, spacing.SNUG)
        column.setSpacing(spacing.TIGHT)
        head = QHBoxLayout()
        head.addWidget(badge)
        head.addStretch()
        self._told = "\n".join(part for part in (f"{badge.text} · {stands}", when, words) if part)
        says = self.tr("Copy: {what}").format(what=f"{badge.text}, {when}")
        self.copy_button = icon_button("copy", says, self._copy, "copyVersion")
        head.addWidget(self.copy_button)
        column.addLayout(head)
        column.addWidget(label(stands, "strong", wrap=True))
        if when:
            column.addWidget(label(when, "small", wrap=True))
        if words:
            shown = label(words, wrap=True)
            shown.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            # A label that can be selected by keyboard would otherwise stand in the way of Tab.
            shown.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            column.addWidget(shown)
        self.setAccessibleName(f"{badge.text}, {stands}, {when}. {words}")

    def minimumSizeHint(self) -> QSize:
        """Its height follows from its width: words wrapped in the narrowest column would ask for far too much."""
        return QSize(super().minimumSizeHint().width(), spacing.TARGET)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._told)
        announce(self, self.tr("Copied"))


class JudgementCard(VersionCard):
    """One judgement with its decision, how it stands, its author and its words."""

    def __init__(self, judgement: Judgement, stands: str) -> None:
        sign = DECISION_SIGNS[judgement.decision]
        when = f"{judgement.moderator_name} · {dates.moment(judgement.recorded_at)}"
        parts = [judgement.rationale, *(f"→ {action.text}" for action in judgement.actions)]
        if judgement.withdrawn:
            parts.append(_tr("Taken back: {reason}").format(reason=judgement.withdrawn))
        badge = Badge(judgement.decision.words, sign.tone, sign.icon)
        super().__init__(badge, stands, when, "\n".join(part for part in parts if part))


class AsideCard(VersionCard):
    """A text that was not chosen when two versions met: where it stood, why it was set aside, and when."""

    def __init__(self, aside: AsideText) -> None:
        badge = Badge(_tr("Set aside: {field}").format(field=aside.where.lower()), Tone.NEUTRAL, "draft")
        super().__init__(badge, aside.why, dates.moment(aside.at), aside.text)


def _tr(text: str) -> str:
    return QCoreApplication.translate("JudgementHistory", text)


class JudgementHistory(Section):
    """Newest first; hidden until there is something to tell beyond the one judgement that stands."""

    def __init__(self) -> None:
        super().__init__("")
        self.title.setText(self.tr("Judgements of this sample"))
        self._shown: tuple[tuple[Judgement, ...], tuple[AsideText, ...]] | None = None
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

    def show_history(self, history: tuple[Judgement, ...], aside: tuple[AsideText, ...] = ()) -> None:
        """Every judgement, then what was set aside; the newest of each first."""
        self.setVisible(bool(history or aside))
        if (history, aside) == self._shown:
            return
        self._shown = (history, aside)
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
                by = next(later for later in history if judgement.id in later.supersedes)
                stands = self.tr("Superseded by {name} on {moment}").format(
                    name=by.moderator_name, moment=dates.moment(by.recorded_at)
                )
            self._cards.addWidget(JudgementCard(judgement, stands))
        for text in reversed(aside):
            self._cards.addWidget(AsideCard(text))
