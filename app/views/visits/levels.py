"""The four levels of a quality judgement (D-9), each a row with its glyph and its key."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from app.domain.review_terms import Level
from app.views.signed_choice import SignedRadio
from app.views.style import spacing
from app.views.visits.words import LEVEL_SIGNS

NAMES = {
    Level.MET: "levelMet",
    Level.PARTLY_MET: "levelPartlyMet",
    Level.NOT_MET: "levelNotMet",
    Level.NOT_APPLICABLE: "levelNotApplicable",
}


class LevelChoice(QWidget):
    """The levels, none of them chosen at first. picked(Level): the person chose one."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.HAIR)
        self._group = QButtonGroup(self)
        self._buttons: dict[Level, SignedRadio] = {}
        for level in Level:
            sign = LEVEL_SIGNS[level]
            radio = self._buttons[level] = SignedRadio(level.words, sign.icon, sign.tone, NAMES[level])
            self._group.addButton(radio)
            column.addWidget(radio)
            radio.clicked.connect(lambda _checked=False, it=level: self.picked.emit(it))
        self.setAccessibleName(self.tr("Level"))

    @property
    def level(self) -> Level | None:
        return next((level for level, radio in self._buttons.items() if radio.isChecked()), None)

    def choose(self, level: Level | None) -> None:
        """Show this level as chosen; None for none. ``picked`` stays silent."""
        if level is self.level:
            return
        self._group.setExclusive(False)
        for own, radio in self._buttons.items():
            radio.setChecked(own is level)
        self._group.setExclusive(True)

    def button(self, level: Level) -> SignedRadio:
        return self._buttons[level]

    def first(self) -> SignedRadio:
        """The chosen one, or the first."""
        return self._buttons[self.level or Level.MET]
