"""The evidence of a measure: what the reviewer noted, and what came with the Engagement Document, with its files."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain import dates
from app.views.moderation.fields import Section
from app.views.moderation.note_files import FileButton, file_rows
from app.views.parts import icon_button, label
from app.views.style import spacing
from app.views.visits.tabbing import tab_before
from app.workspace.snapshots import NoteFile
from app.workspace.visits.snapshots import CitableItem, FileHere


def notes_of(files: tuple[FileHere, ...]) -> tuple[NoteFile, ...]:
    """Files of a review as the lists of files know them."""
    return tuple(NoteFile(file.item, file.state) for file in files)


class EvidenceCard(QFrame):
    """One piece of evidence. open_wanted(id): a file is to be shown. away_wanted(id): it is to be taken back."""

    open_wanted = Signal(str)
    away_wanted = Signal(str)

    def __init__(self, item: CitableItem) -> None:
        super().__init__()
        self.setObjectName("evidenceCard")
        self.setProperty("role", "card")
        self.id = item.id
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.BASE, spacing.SNUG, spacing.SNUG, spacing.SNUG)
        column.setSpacing(spacing.HAIR)
        head = QHBoxLayout()
        head.setSpacing(spacing.SNUG)
        head.addWidget(label(item.words, wrap=True), 1)
        self.away: QWidget | None = None
        if item.mine and item.noted is not None:
            undo = item.pending
            says = self.tr("Take back: {what}") if undo else self.tr("Withdraw: {what}")
            self.away = icon_button(
                "undo" if undo else "trash",
                says.format(what=item.words),
                lambda: self.away_wanted.emit(item.id),
                "takeEvidenceBack",
            )
            head.addWidget(self.away)
        column.addLayout(head)
        noted = item.noted
        if noted is not None:
            parts = [noted.source.words, noted.author_name, dates.moment(noted.recorded_at)]
            if item.pending:
                parts.append(self.tr("waits to be sent"))
            column.addWidget(label(" · ".join(parts), "small", wrap=True))
        file_rows(column, notes_of(item.files), self.open_wanted.emit)
        self.setAccessibleName(item.words)

    def controls(self) -> list[QWidget]:
        """What can be pressed on it, in order."""
        files: list[QWidget] = list(self.findChildren(FileButton))
        return [*([self.away] if self.away is not None else []), *files]


class EvidenceList(Section):
    """The cards of one measure; hidden where there are none."""

    open_wanted = Signal(str)
    away_wanted = Signal(str)

    def __init__(self, anchor: QWidget) -> None:
        """anchor: what comes after the cards in the order of Tab."""
        super().__init__("")
        self.setObjectName("evidenceList")
        self._anchor = anchor
        self._shown: tuple[CitableItem, ...] = ()
        self._cards: list[EvidenceCard] = []

    @property
    def cards(self) -> tuple[EvidenceCard, ...]:
        return tuple(self._cards)

    def show_items(self, items: tuple[CitableItem, ...]) -> None:
        """Show these; what is the same stays as it is, with the focus."""
        self.title.setText(self.tr("Evidence ({count})").format(count=len(items)))
        self.setVisible(bool(items))
        if items == self._shown:
            return
        self._shown = items
        focused = QApplication.focusWidget()
        had_focus = any(focused is not None and card.isAncestorOf(focused) for card in self._cards)
        for card in self._cards:
            self.column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [EvidenceCard(item) for item in items]
        for card in self._cards:
            card.open_wanted.connect(self.open_wanted)
            card.away_wanted.connect(self.away_wanted)
            self.column.addWidget(card)
        tab_before(self._anchor, [one for card in self._cards for one in card.controls()])
        if had_focus:
            self._anchor.setFocus()
