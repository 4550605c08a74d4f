"""What a judgement rests on (Q-26): one box for each piece of evidence, and a way to those of other measures."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QVBoxLayout, QWidget

from app.views.choosing import Chooser
from app.views.moderation.fields import Section
from app.views.parts import label
from app.views.style import spacing
from app.views.visits.tabbing import tab_before
from app.views.words import plain_tip
from app.workspace.visits.snapshots import CitableItem


class CitedBox(QCheckBox):
    """One piece of evidence in one line, which gives way with "…"; the whole is in its tool tip and its name."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setObjectName("citedBox")
        self._words = words
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(plain_tip(words))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.fontMetrics().height() + 3 * spacing.SNUG
        shown = self.fontMetrics().elidedText(
            self._words, Qt.TextElideMode.ElideRight, max(0, self.width() - beside)
        )
        self.setText(shown.replace("&", "&&"))


class CitedList(Section):
    """The boxes. edited: one was ticked or unticked.

    Evidence of another measure can be cited too: it is chosen below, and then has a box as well.
    """

    edited = Signal()

    def __init__(self, anchor: QWidget) -> None:
        """anchor: what comes after the boxes in the order of Tab."""
        super().__init__("")
        self.setObjectName("citedList")
        self.title.setText(self.tr("Rests on"))
        self._count = label("", "small")
        self.head.insertWidget(1, self._count)
        self._own: tuple[CitableItem, ...] = ()
        self._others: tuple[CitableItem, ...] = ()
        self._cites: tuple[str, ...] = ()
        self._shown: list[tuple[str, str]] = []
        self._boxes: dict[str, CitedBox] = {}
        self._read_only = False
        self._place = QVBoxLayout()
        self._place.setSpacing(0)
        self._none = label(
            self.tr("Nothing yet. Tick suggested evidence, or note what you heard or saw."),
            "muted",
            wrap=True,
        )
        self.elsewhere = Chooser()
        self.elsewhere.setObjectName("citeElsewhere")
        self.elsewhere.setAccessibleName(self.tr("Cite evidence of another measure"))
        self.elsewhere.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.elsewhere.setMinimumContentsLength(8)
        self.elsewhere.activated.connect(self._from_elsewhere)
        self.column.addWidget(self._none)
        self.column.addLayout(self._place)
        self.column.addWidget(self.elsewhere)
        self._anchor = anchor

    @property
    def cites(self) -> tuple[str, ...]:
        """What is cited; also what is not offered any more, so that no tick is lost unseen."""
        return self._cites

    @property
    def boxes(self) -> dict[str, CitedBox]:
        """The boxes by the id of their evidence."""
        return dict(self._boxes)

    def show_items(self, own: tuple[CitableItem, ...], others: tuple[CitableItem, ...]) -> None:
        """Offer the evidence of this measure, and below it that of others."""
        self._own = tuple(item for item in own if item.counts)
        self._others = tuple(item for item in others if item.counts)
        self._draw()

    def tick(self, cites: tuple[str, ...]) -> None:
        """Cite just these; it does not count as the person's doing."""
        self._cites = cites
        self._draw()

    def add(self, id: str) -> None:
        """Cite this too, as if the person had ticked it."""
        if id not in self._cites:
            self._cites = (*self._cites, id)
            self._draw()
            self.edited.emit()

    def drop(self, id: str) -> None:
        """Cite this no more."""
        if id in self._cites:
            self._cites = tuple(one for one in self._cites if one != id)
            self._draw()
            self.edited.emit()

    def set_read_only(self, on: bool) -> None:
        self._read_only = on
        for box in self._boxes.values():
            box.setEnabled(not on)
        self.elsewhere.setEnabled(not on)

    def focus_first(self) -> None:
        """Where one goes to cite something."""
        first = next(iter(self._boxes.values()), None)
        (first or self.elsewhere).setFocus()

    def _draw(self) -> None:
        taken = tuple(item for item in self._others if item.id in self._cites)
        shown = [(item.id, item.words) for item in self._own]
        shown += [(item.id, f"{item.code}: {item.words}") for item in taken]
        if shown != self._shown:
            self._rebuild(shown)
        for id, box in self._boxes.items():
            box.setChecked(id in self._cites)
        self._none.setVisible(not shown)
        self._count.setText(self.tr("{n} cited").format(n=sum(id in self._cites for id, _ in shown)))
        self.elsewhere.clear()
        self.elsewhere.addItem(self.tr("Cite evidence of another measure…"), "")
        for item in self._others:
            if item.id not in self._cites:
                self.elsewhere.addItem(f"{item.code}: {item.words}", item.id)
        self.elsewhere.setVisible(self.elsewhere.count() > 1)

    def _rebuild(self, shown: list[tuple[str, str]]) -> None:
        self._shown = shown
        focused = next((id for id, box in self._boxes.items() if box.hasFocus()), "")
        for box in self._boxes.values():
            self._place.removeWidget(box)
            box.hide()
            box.deleteLater()
        self._boxes = {}
        for id, words in shown:
            box = self._boxes[id] = CitedBox(words)
            box.setEnabled(not self._read_only)
            box.clicked.connect(lambda on, it=id: self.add(it) if on else self.drop(it))
            self._place.addWidget(box)
        tab_before(self._anchor, list(self._boxes.values()))
        if focused in self._boxes:
            self._boxes[focused].setFocus()

    def _from_elsewhere(self) -> None:
        id = str(self.elsewhere.currentData())
        if id:
            self.add(id)
            self._boxes[id].setFocus()
