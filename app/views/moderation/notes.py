"""The notes of a request (M-53): who wrote what, when and at which stage, and a field for one's own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain import dates
from app.domain.errors import KnownError
from app.domain.moderation import Note
from app.views.moderation.fields import Complaint, GrowingText, Section
from app.views.parts import button, label
from app.views.style import spacing

SAMPLE, REQUEST = 0, 1


class NoteCard(QFrame):
    """One note with its author, its moment, its stage and what it is about."""

    def __init__(self, note: Note, about: str) -> None:
        super().__init__()
        self.setObjectName("note")
        self.setProperty("role", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.BASE, spacing.SNUG, spacing.BASE, spacing.SNUG)
        column.setSpacing(spacing.HAIR)
        column.addWidget(label(note.author_name, "strong", wrap=True))
        when = f"{dates.moment(note.written_at)} · {note.stage.words} · {about}"
        column.addWidget(label(when, "small", wrap=True))
        column.addWidget(label(note.text, wrap=True))
        self.setAccessibleName(f"{note.author_name}, {when}: {note.text}")


class NotesThread(Section):
    """Notes on this sample and on the whole request, oldest first, and the field for a new one.

    added(text, whole request?): the person wants the note recorded. edited: the unfinished note changed.
    """

    added = Signal(str, bool)
    edited = Signal()
    left = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__("")
        self.title.setText(self.tr("Notes"))
        self._shown: tuple[tuple[Note, ...], tuple[Note, ...]] | None = None
        self._list = QWidget()
        self._list.setObjectName("notesList")
        self._list.setAccessibleName(self.tr("Notes"))
        self._cards = QVBoxLayout(self._list)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(spacing.TIGHT + 2)
        self.column.addWidget(self._list)
        self.field = GrowingText("noteText", self.tr("New note"), least=2, most=8)
        self.field.setPlaceholderText(self.tr("A note that the centre and the awarding body can read"))
        self.column.addWidget(self.field)
        self.complaint = Complaint()
        self.column.addWidget(self.complaint)
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        self.about = QComboBox()
        self.about.setObjectName("noteAbout")
        self.about.addItems([self.tr("On this sample"), self.tr("On the whole request")])
        self.about.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.about.setMinimumContentsLength(6)
        self.about.setAccessibleName(self.tr("What the note is about"))
        self.add_button = button(self.tr("Add note"), self.add_typed, icon="note", name="addNote")
        row.addWidget(self.about, 1)
        row.addStretch(0)
        row.addWidget(self.add_button)
        self.column.addLayout(row)
        self.field.edited.connect(self._typed)
        self.field.left.connect(self.left)
        self.field.escaped.connect(self.escaped)
        self._typed()

    @property
    def cards(self) -> tuple[str, ...]:
        """What the notes on screen say, in order."""
        found = []
        for place in range(self._cards.count()):
            item = self._cards.itemAt(place)
            card = item.widget() if item is not None else None
            if card is not None:
                found.append(card.accessibleName())
        return tuple(found)

    def show_notes(self, of_sample: tuple[Note, ...], of_request: tuple[Note, ...], *, sample: bool) -> None:
        """Show these notes; ``sample``: a sample is open, so that a note can be about it."""
        self.about.setVisible(sample)
        if not sample:
            self.about.setCurrentIndex(REQUEST)
        if self._shown == (of_sample, of_request):
            return
        self._shown = (of_sample, of_request)
        while self._cards.count():
            item = self._cards.takeAt(0)
            card = item.widget() if item is not None else None
            if card is not None:
                card.hide()
                card.deleteLater()
        everything = [(note, self.tr("this sample")) for note in of_sample]
        everything += [(note, self.tr("whole request")) for note in of_request]
        for note, about in sorted(everything, key=lambda pair: (pair[0].written_at, pair[0].id)):
            self._cards.addWidget(NoteCard(note, about))
        self._list.setVisible(bool(everything))
        count = len(everything)
        self.title.setText(self.tr("Notes ({count})").format(count=count) if count else self.tr("Notes"))

    def start_for(self, draft: str, *, sample: bool) -> None:
        """Another sample: its unfinished note, about the sample where there is one."""
        self.about.setCurrentIndex(SAMPLE if sample else REQUEST)
        self.field.set_text(draft)
        self.complaint.clear()
        self._typed(tell=False)

    def add_typed(self) -> None:
        """Hand the typed note on; it stays in the field until it is recorded."""
        if self.field.text.strip():
            self.added.emit(self.field.text, self.about.currentIndex() == REQUEST)

    def refuse(self, error: KnownError) -> None:
        self.complaint.say(error)
        self.field.setFocus()

    def _typed(self, *, tell: bool = True) -> None:
        self.add_button.setEnabled(bool(self.field.text.strip()))
        if tell:
            self.complaint.clear()
            self.edited.emit()
