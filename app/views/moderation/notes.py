"""The notes of a request (M-53): who wrote what, when and at which stage, and a field for one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain import dates
from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.moderation import Note
from app.views.choosing import Chooser
from app.views.moderation.fields import Complaint, Section
from app.views.moderation.note_files import (
    AskFiles,
    AttachedList,
    FileButton,
    NoteText,
    ask_files,
    file_rows,
    given_by,
)
from app.views.parts import BusyBar, announce, button, heading_row, label
from app.views.style import spacing
from app.workspace.snapshots import NoteFile

SAMPLE, REQUEST = 0, 1


class NoteCard(QFrame):
    """One note with its author, its moment, its stage, what it is about, and its files."""

    def __init__(
        self, note: Note, about: str, files: tuple[NoteFile, ...], press: Callable[[str], None]
    ) -> None:
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
        file_rows(column, files, press)
        self.setAccessibleName(f"{note.author_name}, {when}: {note.text}")


class NotesThread(Section):
    """Notes on this sample and on the whole request, oldest first, and the field for a new one.

    added(text, whole request?): the person wants the note recorded. edited: the unfinished note changed.
    given(list): files, or a picture, are to be attached to it; stop_wanted: no more of them.
    open_wanted(id): a file of a note is to be shown.
    """

    added = Signal(str, bool)
    given = Signal(list)
    open_wanted = Signal(str)
    stop_wanted = Signal()
    edited = Signal()
    left = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__("")
        self.title.setText(self.tr("Notes"))
        self._shown: tuple[object, ...] | None = None
        self._under_way = 0
        self.ask_files: AskFiles = ask_files
        self._list = QWidget()
        self._list.setObjectName("notesList")
        self._list.setAccessibleName(self.tr("Notes"))
        self._cards = QVBoxLayout(self._list)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(spacing.TIGHT + 2)
        self.column.addWidget(self._list)
        self.field = NoteText("noteText", self.tr("New note"), least=2, most=8)
        self.field.setPlaceholderText(self.tr("A note that the centre and the awarding body can read"))
        self.column.addWidget(self.field)
        self.attached = AttachedList()
        self.column.addWidget(self.attached)
        self.busy = BusyBar(narrow=True)
        self.busy.cancelled.connect(self.stop_wanted)
        self.busy.hide()
        self.column.addWidget(self.busy)
        self.attach_button = button(
            self.tr("Attach file…"), self.attach, kind="quiet", icon="plus", name="attachFile"
        )
        # In a window that is no dialog this is what makes Enter press it.
        self.attach_button.setAutoDefault(True)
        self.column.addLayout(heading_row(self.attach_button))
        self.setAcceptDrops(True)
        self.complaint = Complaint()
        self.column.addWidget(self.complaint)
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        self.about = Chooser()
        self.about.setObjectName("noteAbout")
        self.about.addItems([self.tr("On this sample"), self.tr("On the whole request")])
        self.about.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.about.setMinimumContentsLength(6)
        self.about.setAccessibleName(self.tr("What the note is about"))
        self.add_button = button(self.tr("Add note"), self.add_typed, icon="note", name="addNote")
        row.addWidget(self.about, 1)
        row.addStretch(0)
        row.addWidget(self.add_button)
        self.column.addLayout(row)
        self.field.edited.connect(self._typed)
        self.field.given.connect(self.given)
        self.attached.removed.connect(self._removed)
        self.field.left.connect(self.left)
        self.field.escaped.connect(self.escaped)
        self._typed()

    @property
    def cards(self) -> tuple[str, ...]:
        """What the notes on screen say, in order."""
        return tuple(card.accessibleName() for card in self._on_screen())

    def _on_screen(self) -> list[QWidget]:
        """The cards in order, without those that are on their way out."""
        items = (self._cards.itemAt(place) for place in range(self._cards.count()))
        cards = (item.widget() for item in items if item is not None)
        return [card for card in cards if card is not None]

    def show_notes(
        self,
        of_sample: tuple[Note, ...],
        of_request: tuple[Note, ...],
        files: Mapping[str, tuple[NoteFile, ...]],
        *,
        sample: bool,
    ) -> None:
        """Show these notes with their ``files``, by note id; ``sample``: one is open, and a note can be about it."""
        self.about.setVisible(sample)
        if not sample:
            self.about.setCurrentIndex(REQUEST)
        shown = (of_sample, of_request, [files.get(note.id, ()) for note in (*of_sample, *of_request)])
        if self._shown == shown:
            return
        self._shown = shown
        focused = QApplication.focusWidget()
        at = focused.evidence_id if isinstance(focused, FileButton) else ""
        while self._cards.count():
            item = self._cards.takeAt(0)
            card = item.widget() if item is not None else None
            if card is not None:
                card.hide()
                card.deleteLater()
        everything = [(note, self.tr("this sample")) for note in of_sample]
        everything += [(note, self.tr("whole request")) for note in of_request]
        for note, about in sorted(everything, key=lambda pair: (pair[0].written_at, pair[0].id)):
            self._cards.addWidget(NoteCard(note, about, files.get(note.id, ()), self.open_wanted.emit))
        self._list.setVisible(bool(everything))
        self._order_files(at)
        count = len(everything)
        self.title.setText(self.tr("Notes ({count})").format(count=count) if count else self.tr("Notes"))

    def file_buttons(self) -> list[FileButton]:
        """The files of the notes on screen, in order."""
        return [one for card in self._on_screen() for one in card.findChildren(FileButton)]

    def _order_files(self, at: str) -> None:
        """Tab reaches the files where they stand: before the field for a new note. ``at``: which had the focus."""
        buttons = self.file_buttons()
        before: QWidget = self.field
        while True:
            # Qt passes over an order that begins at what cannot have the focus.
            before = before.previousInFocusChain() or self.field
            if before is self.field or (
                before not in buttons and before.focusPolicy() != Qt.FocusPolicy.NoFocus
            ):
                break
        for one in buttons:
            self.setTabOrder(before, one)
            before = one
            if one.evidence_id == at:
                one.setFocus()

    # The files of the new note

    @property
    def files(self) -> tuple[AttachedFile, ...]:
        """The files of the new note."""
        return self.attached.files

    def set_files(self, files: tuple[AttachedFile, ...]) -> None:
        """The files of the new note are these; not counted as the person's doing."""
        self.attached.show_files(files)
        before: QWidget = self.field
        for one in self.attached.buttons():
            self.setTabOrder(before, one)
            before = one
        self._show_buttons()

    def add_files(self, files: tuple[AttachedFile, ...]) -> None:
        """These were taken in; they belong to the new note now."""
        if files:
            self.set_files((*self.files, *files))
            self._typed()
            announce(self, self.tr("Attached: {names}").format(names=", ".join(file.name for file in files)))

    def attach(self) -> None:
        """Ask which files to attach."""
        self.ask_files(self, self._given_paths)

    def begin_adding(self) -> None:
        """Files are being taken in: the note can be written on, and recorded when they are here."""
        self._under_way += 1
        self.busy.say(self.tr("Adding files…"))
        self._show_buttons()

    def say_adding(self, words: str, done: int, total: int) -> None:
        """Which file is being taken in, and how far that is."""
        self.busy.say(words, done, total)

    def end_adding(self) -> None:
        self._under_way -= 1
        self._show_buttons()

    def _given_paths(self, paths: list[Path]) -> None:
        if paths:
            self.given.emit(paths)

    def _removed(self) -> None:
        self.set_files(self.files)
        remaining = self.attached.buttons()
        (remaining[-1] if remaining else self.attach_button).setFocus()
        self._typed()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if given_by(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        given = given_by(event.mimeData())
        if given:
            event.acceptProposedAction()
            self.given.emit(given)

    # Writing

    def start_for(self, draft: str, files: tuple[AttachedFile, ...], *, sample: bool) -> None:
        """Another sample: its unfinished note with its files, about the sample where there is one."""
        self.about.setCurrentIndex(SAMPLE if sample else REQUEST)
        self.field.set_text(draft)
        self.set_files(files)
        self.complaint.clear()
        self._typed(tell=False)

    def add_typed(self) -> None:
        """Hand the typed note on; it stays in the field until it is recorded."""
        if self.add_button.isEnabled():
            self.added.emit(self.field.text, self.about.currentIndex() == REQUEST)

    def refuse(self, error: KnownError) -> None:
        self.complaint.say(error)
        self.field.setFocus()

    def _typed(self, *, tell: bool = True) -> None:
        self._show_buttons()
        if tell:
            self.complaint.clear()
            self.edited.emit()

    def _show_buttons(self) -> None:
        busy = self._under_way > 0
        self.busy.setVisible(busy)
        # Files without words are not refused in silence: pressing tells what is missing.
        self.add_button.setEnabled(not busy and bool(self.field.text.strip() or self.files))
