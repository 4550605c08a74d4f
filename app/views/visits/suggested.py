"""Suggested evidence with its ticks: seen, or, where that is possible, not applicable (Q-27, Q-29)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.views.moderation.fields import Section
from app.views.parts import label
from app.views.style import spacing
from app.views.visits.tabbing import tab_before
from app.workspace.visits.snapshots import SuggestionTick


class TickWords(QLabel):
    """Words that wrap beside a tick box, and belong to it: who presses them presses the box."""

    def __init__(self, text: str, box: QCheckBox) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setContentsMargins(0, 5, 0, 0)
        self._box = box

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._box.isEnabled() and self.rect().contains(event.position().toPoint()):
            self._box.click()


class TickRow(QWidget):
    """One suggestion. wished(id, seen, not applicable): the person ticked or unticked something."""

    wished = Signal(str, bool, bool)

    def __init__(self, tick: SuggestionTick) -> None:
        super().__init__()
        self.id = tick.suggestion.id
        words = tick.suggestion.text
        self.seen = QCheckBox()
        self.seen.setObjectName("suggestionSeen")
        self.seen.setAccessibleName(self.tr("Seen: {what}").format(what=words))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(spacing.TIGHT)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.seen, 0, 0, Qt.AlignmentFlag.AlignTop)
        told = self.tr("{what} (a talk is enough)").format(what=words) if tick.suggestion.verbal else words
        grid.addWidget(TickWords(told, self.seen), 0, 1)
        self.absent: QCheckBox | None = None
        if tick.suggestion.if_applicable:
            self.absent = QCheckBox(self.tr("Not applicable here"))
            self.absent.setObjectName("suggestionNotApplicable")
            self.absent.setAccessibleName(self.tr("Not applicable here: {what}").format(what=words))
            grid.addWidget(self.absent, 1, 1, Qt.AlignmentFlag.AlignLeft)
            self.absent.clicked.connect(lambda on: self.wished.emit(self.id, False, on))
        self.seen.clicked.connect(lambda on: self.wished.emit(self.id, on, False))

    def show_tick(self, tick: SuggestionTick) -> None:
        self.seen.setChecked(tick.seen)
        if self.absent is not None:
            self.absent.setChecked(not tick.applies)

    def boxes(self) -> list[QWidget]:
        return [box for box in (self.seen, self.absent) if box is not None]


class SuggestedEvidence(Section):
    """The suggestions of one measure; hidden where there are none. wished: as of a row."""

    wished = Signal(str, bool, bool)

    def __init__(self, anchor: QWidget) -> None:
        """anchor: what comes after the ticks in the order of Tab."""
        super().__init__("")
        self.title.setText(self.tr("Suggested evidence"))
        self.head.insertWidget(1, label(self.tr("none of it mandatory"), "small"))
        self._anchor = anchor
        self._rows: list[TickRow] = []
        self._place = QVBoxLayout()
        self._place.setSpacing(spacing.HAIR)
        self.column.addLayout(self._place)

    @property
    def rows(self) -> tuple[TickRow, ...]:
        return tuple(self._rows)

    def show_ticks(self, ticks: tuple[SuggestionTick, ...]) -> None:
        """Show these; the same suggestions keep their boxes, and the focus in them."""
        if [row.id for row in self._rows] != [tick.suggestion.id for tick in ticks]:
            for row in self._rows:
                self._place.removeWidget(row)
                row.hide()
                row.deleteLater()
            self._rows = [TickRow(tick) for tick in ticks]
            for row in self._rows:
                self._place.addWidget(row)
                row.wished.connect(self.wished)
            tab_before(self._anchor, [box for row in self._rows for box in row.boxes()])
        for row, tick in zip(self._rows, ticks, strict=True):
            row.show_tick(tick)
        self.setVisible(bool(ticks))

    def set_read_only(self, on: bool) -> None:
        for row in self._rows:
            for box in row.boxes():
                box.setEnabled(not on)
