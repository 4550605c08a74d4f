"""The head of the Conflicts screen: which one it is of how many, and the way to the others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.views.choosing import Chooser
from app.views.parts import button, icon_button, label, title_row
from app.views.style import spacing
from app.workspace.comparing import Conflict


class ConflictsHead(QWidget):
    """picked(place): another conflict was chosen. stepped(direction): the next (1) or previous (-1) one is wanted.

    open_wanted: the sample or report that it is about is wanted.
    """

    picked = Signal(int)
    stepped = Signal(int)
    open_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.SNUG)
        self._summary = label("", "muted")
        top = title_row(label(self.tr("Conflicts"), "title"), self._summary)
        top.addWidget(button(self.tr("Open"), self.open_wanted.emit, icon="work", name="conflictOpen"))
        column.addLayout(top)
        self._choice = QWidget()
        row = QHBoxLayout(self._choice)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.SNUG)
        self.chooser = Chooser()
        self.chooser.setObjectName("conflictChooser")
        self.chooser.setAccessibleName(self.tr("Conflict"))
        self.chooser.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser.setMinimumContentsLength(12)
        self.chooser.activated.connect(self.picked)
        row.addWidget(icon_button("left", self.tr("Previous conflict"), lambda: self.stepped.emit(-1)))
        row.addWidget(self.chooser, 1)
        row.addWidget(icon_button("right", self.tr("Next conflict"), lambda: self.stepped.emit(1)))
        column.addWidget(self._choice)

    def show_conflicts(self, conflicts: Sequence[Conflict], place: int) -> None:
        """Offer these, with the one at ``place`` chosen; those that cannot be decided now say that they wait."""
        self.chooser.clear()
        for conflict in conflicts:
            waits = self.tr("{where} (waits)").format(where=conflict.where)
            self.chooser.addItem(waits if conflict.closed else conflict.where, conflict.key)
        self.chooser.setCurrentIndex(place)
        self._choice.setVisible(len(conflicts) > 1)
        count = self.tr("{n} of {all}").format(n=place + 1, all=len(conflicts))
        self._summary.setText(f"{count} · {self.tr('everything else keeps syncing')}")
