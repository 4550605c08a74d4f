"""A new piece of evidence: a talk, something seen, or photos and files, chosen, pasted or dropped (Q-28)."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.errors import KnownError
from app.domain.review_terms import Source
from app.views.choosing import Chooser
from app.views.moderation.fields import Complaint, Section
from app.views.moderation.note_files import AskFiles, AttachedList, NoteText, ask_files, given_by
from app.views.parts import BusyBar, announce, button, heading_row, label
from app.views.style import spacing
from app.views.visits.tabbing import tab_before
from app.workspace.visits.snapshots import AttachedPhoto

NOTED = (Source.VERBAL, Source.EXAMS_OFFICER, Source.SEEN)
"""What a note can be without a file; with one it is a photo or file unless the person says otherwise."""


class NewEvidence(Section):
    """The fields for it. added(Source, text): the person wants it noted. edited: words or files changed.

    given(list): paths, or a picture, are to be attached; stop_wanted: no more of them.
    """

    added = Signal(object, str)
    given = Signal(list)
    stop_wanted = Signal()
    edited = Signal()
    left = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__("")
        self.title.setText(self.tr("Note evidence"))
        self.ask_files: AskFiles = ask_files
        self._photos: tuple[AttachedPhoto, ...] = ()
        self._under_way = 0
        self.field = NoteText("evidenceText", self.tr("What was said, seen or photographed"), least=2, most=8)
        self.field.setPlaceholderText(self.tr("What was said or seen; photos and files can be pasted here"))
        self.attached = AttachedList()
        self.attached.setAccessibleName(self.tr("Photos and files of the new evidence"))
        self._told = label("", "small", wrap=True)
        self._told.hide()
        self.busy = BusyBar(narrow=True)
        self.busy.hide()
        self.complaint = Complaint()
        self.source = Chooser()
        self.source.setObjectName("evidenceSource")
        self.source.setAccessibleName(self.tr("What kind of evidence it is"))
        self.source.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.source.setMinimumContentsLength(8)
        for source in (*NOTED, Source.FILE):
            self.source.addItem(source.words, source)
        self.attach_button = button(
            self.tr("Photo or file…"), self.attach, kind="quiet", icon="image", name="attachFile"
        )
        self.add_button = button(self.tr("Note it"), self.add_typed, icon="note", name="addEvidence")
        for one in (self.attach_button, self.add_button):
            # In a window that is no dialog this is what makes Enter press it.
            one.setAutoDefault(True)
        self._build()
        self.setAcceptDrops(True)
        self._show_buttons()

    def _build(self) -> None:
        self.column.addWidget(self.field)
        self.column.addWidget(self.attached)
        self.column.addWidget(self._told)
        self.column.addWidget(self.busy)
        self.column.addLayout(heading_row(self.attach_button))
        self.column.addWidget(self.complaint)
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        row.addWidget(self.source, 1)
        row.addWidget(self.add_button)
        self.column.addLayout(row)
        self.field.edited.connect(self._typed)
        self.field.left.connect(self.left)
        self.field.escaped.connect(self.escaped)
        self.field.given.connect(self.given)
        self.attached.removed.connect(self._removed)
        self.busy.cancelled.connect(self.stop_wanted)

    # -- photos and files ---------------------------------------------------------------------------------------

    @property
    def photos(self) -> tuple[AttachedPhoto, ...]:
        """What was taken in for the new evidence."""
        return self._photos

    def put(self, text: str, photos: tuple[AttachedPhoto, ...]) -> None:
        """Show what was typed and taken in before; it does not count as typed."""
        self.field.set_text(text)
        self._show_photos(photos)
        if not photos and self.source.currentData() == Source.FILE:
            # A photo chose this kind; what is noted next is most often said or seen.
            self.source.setCurrentIndex(0)
        self.complaint.clear()
        self._show_buttons()

    def add_photos(self, photos: tuple[AttachedPhoto, ...]) -> None:
        """These were taken in; they belong to the new evidence now."""
        if photos:
            self._show_photos((*self._photos, *photos))
            if not self.field.text.strip():
                self.source.setCurrentIndex(self.source.findData(Source.FILE))
            self._typed()
            announce(self, self._told.text())

    def _show_photos(self, photos: tuple[AttachedPhoto, ...]) -> None:
        once = {photo.file.sha256: photo for photo in photos}
        self._photos = tuple(once.values())
        self.attached.show_files(tuple(photo.file for photo in self._photos))
        # What became of the place where a photo was taken is said once for all of them.
        says = list(dict.fromkeys(photo.says for photo in self._photos if photo.says))
        self._told.setText(" ".join(says))
        self._told.setVisible(bool(says))
        tab_before(self.attach_button, self.attached.buttons())

    def _removed(self) -> None:
        left = {file.sha256 for file in self.attached.files}
        self._show_photos(tuple(photo for photo in self._photos if photo.file.sha256 in left))
        remaining = self.attached.buttons()
        (remaining[-1] if remaining else self.attach_button).setFocus()
        self._typed()

    def attach(self) -> None:
        """Ask which photos or files to attach."""
        self.ask_files(self, self._given_paths)

    def _given_paths(self, paths: list[Path]) -> None:
        if paths:
            self.given.emit(paths)

    def begin_adding(self) -> None:
        self._under_way += 1
        self.busy.say(self.tr("Adding files…"))
        self._show_buttons()

    def say_adding(self, words: str, done: int, total: int) -> None:
        """Which file is being taken in, and how far that is."""
        self.busy.say(words, done, total)

    def end_adding(self) -> None:
        self._under_way -= 1
        self._show_buttons()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if given_by(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        given = given_by(event.mimeData())
        if given:
            event.acceptProposedAction()
            self.given.emit(given)

    # -- noting -------------------------------------------------------------------------------------------------

    def add_typed(self) -> None:
        """Hand it on; it stays in its fields until it is recorded."""
        if self.add_button.isEnabled():
            source = Source(self.source.currentData())
            if self._photos and not self.field.text.strip():
                source = Source.FILE
            self.added.emit(source, self.field.text)

    def refuse(self, error: KnownError) -> None:
        self.complaint.say(error)
        self.field.setFocus()

    def set_read_only(self, on: bool) -> None:
        self.setEnabled(not on)

    def parts(self) -> tuple[QWidget, ...]:
        """Its controls in their order."""
        return (self.field, self.attach_button, self.source, self.add_button)

    def _typed(self) -> None:
        self.complaint.clear()
        self._show_buttons()
        self.edited.emit()

    def _show_buttons(self) -> None:
        busy = self._under_way > 0
        self.busy.setVisible(busy)
        self.add_button.setEnabled(not busy and bool(self.field.text.strip() or self._photos))
