"""The files of notes: chosen, pasted or dropped while a note is being written, and listed under it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QSize, QStandardPaths, Qt, Signal
from PySide6.QtGui import QImage, QImageWriter, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.domain import dates
from app.domain.attached import AttachedFile
from app.views.moderation.fields import GrowingText
from app.views.parts import Picture, icon_button, label
from app.views.style import icons, spacing
from app.views.words import Elided, plain_tip
from app.views.work.sizes import size_words
from app.workspace.snapshots import NoteFile

Given = Path | QImage
"""What a person gives to be attached: a file of this computer, or a picture from the clipboard."""

AskFiles = Callable[[QWidget, Callable[[list[Path]], None]], None]
"""Asks which files to attach, and calls back with them; silent on cancel."""


def ask_files(parent: QWidget, then: Callable[[list[Path]], None]) -> None:
    """The system's own dialog for choosing files, several at once."""
    dialog = QFileDialog(parent, parent.tr("Attach files to the note"), start_folder())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda paths: then([Path(path) for path in paths]))
    dialog.open()


def start_folder() -> str:
    """Where choosing begins: the person's documents, or their home on a computer that has no such folder."""
    place = QStandardPaths.StandardLocation
    named = [QStandardPaths.writableLocation(one) for one in (place.DocumentsLocation, place.HomeLocation)]
    return next((folder for folder in named if folder and Path(folder).is_dir()), str(Path.home()))


def given_by(data: QMimeData) -> list[Given]:
    """The files, or else the picture, that were pasted or dropped; empty when it is words or anything else."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if paths:
        return [*paths]
    if data.hasImage() and not data.hasText():
        # A table copied from a spreadsheet is a picture as well: who pastes it means its words.
        image = data.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return [image]
    return []


def as_png(image: QImage) -> tuple[str, bytes]:
    """A picture from the clipboard as a file named by the moment; may take a while for a large one."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return f"Picture {dates.file_stamp(datetime.now(UTC))}.png", bytes(buffer.data().data())


class NoteText(GrowingText):
    """The words of a note. given(list): files or a picture were pasted or dropped; no words come of them."""

    given = Signal(list)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(given_by(source)) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        given = given_by(source)
        if given:
            self.given.emit(given)
        else:
            super().insertFromMimeData(source)


class FileButton(QPushButton):
    """A file of a saved note, by its name; Enter and a click open it. Gives way with "…" in a narrow column."""

    def __init__(self, file: NoteFile, press: Callable[[str], None]) -> None:
        super().__init__()
        evidence = file.item.evidence
        self.evidence_id = evidence.id
        self._name = evidence.name
        self.setObjectName("noteFile")
        self.setProperty("kind", "link")
        # In a window that is no dialog this is what makes Enter press it.
        self.setAutoDefault(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{evidence.name}, {size_words(evidence.size)}, {file.state}")
        icons.dress(self, "file" if file.item.here else "cloud", "accent")
        self.clicked.connect(lambda _checked=False: press(self.evidence_id))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - self.iconSize().width() - 2 * spacing.BASE
        shown = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, max(0, room))
        self.setText(shown.replace("&", "&&"))
        self.setToolTip(plain_tip(self._name) if shown != self._name else "")


def file_rows(column: QVBoxLayout, files: tuple[NoteFile, ...], press: Callable[[str], None]) -> None:
    """Lists the files of a saved note, each with its size and where it stands."""
    for file in files:
        button = FileButton(file, press)
        column.addSpacing(spacing.HAIR)
        column.addWidget(button)
        about = label(f"{size_words(file.item.evidence.size)} · {file.state}", "small", wrap=True)
        about.setContentsMargins(spacing.TIGHT + 2, 0, 0, 0)
        column.addWidget(about)


class AttachedList(QWidget):
    """The files of the note that is being written, each with a button that takes it away again. removed: it was."""

    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("attachedFiles")
        self.setAccessibleName(self.tr("Files of the new note"))
        self._files: tuple[AttachedFile, ...] = ()
        self._rows: list[_AttachedRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(spacing.HAIR)
        self.hide()

    @property
    def files(self) -> tuple[AttachedFile, ...]:
        return self._files

    def buttons(self) -> list[QWidget]:
        """The buttons that take files away, in the order on screen."""
        return [row.remove for row in self._rows]

    def show_files(self, files: tuple[AttachedFile, ...]) -> None:
        """List these files, each content once."""
        once = tuple({file.sha256: file for file in reversed(files)}.values())[::-1]
        if once == self._files:
            return
        self._files = once
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [_AttachedRow(file, partial(self._remove, file)) for file in once]
        for row in self._rows:
            self._column.addWidget(row)
        self.setVisible(bool(once))

    def _remove(self, file: AttachedFile) -> None:
        self.show_files(tuple(one for one in self._files if one != file))
        self.removed.emit()


class _AttachedRow(QWidget):
    """One file: its name, its size, and the button that takes it away."""

    def __init__(self, file: AttachedFile, remove: Callable[[], None]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing.TIGHT, 0, 0, 0)
        row.setSpacing(spacing.TIGHT + 2)
        row.addWidget(Picture("file", "muted", 16))
        row.addWidget(Elided(file.name, middle=True), 1)
        row.addWidget(label(size_words(file.size), "small"))
        self.remove = icon_button(
            "cross", self.tr("Remove {name} from the note").format(name=file.name), remove, "removeAttached"
        )
        row.addWidget(self.remove)
        self.setAccessibleName(f"{file.name}, {size_words(file.size)}")
