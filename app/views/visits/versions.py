"""Judgements of a measure that stand side by side, each with a way to let it stand alone; and all there ever were."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.domain import dates
from app.domain.reviews import QualityJudgement
from app.domain.superseding import current
from app.views.moderation.fields import Section
from app.views.moderation.history import AsideCard, VersionCard
from app.views.parts import Badge, Banner, button, heading_row
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.visits.words import LEVEL_SIGNS
from app.workspace.snapshots import AsideText
from app.workspace.visits.snapshots import StandingVersion


def words_of(judgement: QualityJudgement) -> str:
    """All that a judgement says beside its level."""
    actions = []
    for action in judgement.actions:
        parts = [action.text, action.owner, dates.day(action.due_on) if action.due_on is not None else ""]
        actions.append("→ " + " · ".join(part for part in parts if part))
    return "\n".join(part for part in (judgement.reason, judgement.commentary, *actions) if part)


def card_of(judgement: QualityJudgement, stands: str, when: str) -> VersionCard:
    sign = LEVEL_SIGNS[judgement.level]
    return VersionCard(Badge(judgement.level.words, sign.tone, sign.icon), stands, when, words_of(judgement))


class Versions(Section):
    """Both judgements of a dispute, kept and shown. settle_wanted(id): this one is to stand."""

    settle_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("")
        self.setObjectName("disputedVersions")
        self.title.setText(self.tr("Two judgements stand"))
        self._shown: tuple[StandingVersion, ...] = ()
        self._keep: list[QPushButton] = []
        self._page = QWidget()
        self._place = QVBoxLayout(self._page)
        self._place.setContentsMargins(0, 0, 0, 0)
        self._place.setSpacing(spacing.TIGHT + 2)
        self.column.addWidget(
            Banner(
                self.tr(
                    "Neither knew of the other. Keep one of them, or judge anew below: that replaces both."
                ),
                Tone.WARN,
            )
        )
        self.column.addWidget(self._page)
        self.hide()

    @property
    def keep_buttons(self) -> tuple[QPushButton, ...]:
        return tuple(self._keep)

    def show_versions(self, versions: tuple[StandingVersion, ...]) -> None:
        self.setVisible(bool(versions))
        if versions == self._shown:
            return
        self._shown = versions
        while (item := self._place.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                # Never without a parent: a card about to be shown would then come up as a window of its own.
                old.hide()
                old.deleteLater()
        self._keep = []
        for version in versions:
            judgement = version.judgement
            whose = self.tr("Yours") if version.mine else judgement.reviewer_name
            card = card_of(judgement, whose, version.whose)
            keep = button(
                self.tr("Keep this one"), partial(self.settle_wanted.emit, judgement.id), name="keepVersion"
            )
            keep.setAccessibleName(
                self.tr("Keep this one: {level}, {whose}").format(
                    level=judgement.level.words, whose=version.whose
                )
            )
            keep.setAutoDefault(True)
            column = card.layout()
            assert isinstance(column, QVBoxLayout)
            column.addLayout(heading_row(keep))
            self._keep.append(keep)
            self._place.addWidget(card)

    def set_read_only(self, on: bool) -> None:
        for keep in self._keep:
            keep.setEnabled(not on)


class QualityHistory(Section):
    """Newest first; hidden until there is more to tell than the one judgement that stands."""

    def __init__(self) -> None:
        super().__init__("")
        self.title.setText(self.tr("Earlier judgements"))
        self._shown: tuple[object, ...] = ()
        self._list = QWidget()
        self._list.setObjectName("qualityHistory")
        self._cards = QVBoxLayout(self._list)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(spacing.TIGHT + 2)
        self.column.addWidget(self._list)
        self.hide()

    def show_history(self, history: tuple[QualityJudgement, ...], aside: tuple[AsideText, ...]) -> None:
        """Every judgement that stands no more, then what was set aside."""
        standing = {judgement.id for judgement in current(history)}
        former = tuple(one for one in history if one.id not in standing)
        self.setVisible(bool(former or aside))
        if (former, aside) == self._shown:
            return
        self._shown = (former, aside)
        while (item := self._cards.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for judgement in reversed(former):
            by = next((later for later in history if judgement.id in later.supersedes), None)
            stands = self.tr("Withdrawn")
            if by is not None:
                stands = self.tr("Superseded by {name} on {moment}").format(
                    name=by.reviewer_name, moment=dates.moment(by.recorded_at)
                )
            when = f"{judgement.reviewer_name} · {dates.moment(judgement.recorded_at)}"
            self._cards.addWidget(card_of(judgement, stands, when))
        for text in reversed(aside):
            self._cards.addWidget(AsideCard(text))
