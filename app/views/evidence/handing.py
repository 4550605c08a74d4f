"""Handing a file to the system's own program: asked first, named, and taken away again when it is done with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views.evidence.asking import Asking
from app.views.evidence.source import HasFiles
from app.views.parts import announce, button, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.tasks import run_task
from app.views.words import breakable
from app.workspace.snapshots import EvidenceItem, HandedOver

if TYPE_CHECKING:
    from collections.abc import Callable


def open_with_system(path: str) -> bool:
    """Opens a file in the program that the system has for it; False when there is none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(path))


class AskFirst(Asking):
    """Names the file, what happens to it, and the risk. agreed: open it."""

    agreed = Signal()

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent, "askOutside", "warning", Tone.WARN)
        self.put(title=self.tr("Open outside Touchstone?"), cancel=self.tr("Cancel"), do=self.tr("Open it"))
        self.add_words(breakable(name), "strong")
        self.add_words(
            self.tr(
                "The file came from outside and may do harm, for example through macros. "
                "It opens in another program, without Touchstone’s protection."
            )
        )
        self.add_words(
            self.tr(
                "For that a readable copy is put into a private folder. Say when you are done with it, "
                "and it is removed; closing Touchstone removes it, too."
            )
        )
        self.do.clicked.connect(self._agree)
        self.cancel.setFocus()

    def _agree(self) -> None:
        self.agreed.emit()
        self.accept()


class LentStrip(QFrame):
    """Tells where readable copies lie as long as there are any. done: the person wants them removed."""

    done = Signal()
    again = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self.setProperty("tone", str(Tone.WARN))
        self._lent: tuple[HandedOver, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.BASE, spacing.SNUG, spacing.BASE, spacing.SNUG)
        column.setSpacing(spacing.TIGHT)
        self._words = label("", wrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._trouble = label("", wrap=True)
        self._trouble.hide()
        column.addWidget(self._words)
        column.addWidget(self._trouble)
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        self._again = button(self.tr("Open again"), self._open_again, name="openOutsideAgain")
        self.remove = button(self.tr("I am done: remove the copy"), self.done.emit, name="removeCopy")
        row.addWidget(self.remove)
        row.addWidget(self._again)
        row.addStretch()
        column.addLayout(row)
        self.hide()

    @property
    def text(self) -> str:
        return f"{self._words.text()} {self._trouble.text()}".strip()

    def show_lent(self, lent: tuple[HandedOver, ...], still_open: tuple[str, ...] = ()) -> None:
        """Show the copies there are; ``still_open``: names that could not be removed."""
        self._lent = lent
        if lent:
            folder = str(Path(lent[-1].path).parent)
            if len(lent) == 1:
                words = self.tr("A readable copy of “{name}” lies in {folder}").format(
                    name=lent[0].name, folder=folder
                )
                done = self.tr("I am done: remove the copy")
            else:
                words = self.tr("{count} readable copies, the last of “{name}”, lie in {folder}").format(
                    count=len(lent), name=lent[-1].name, folder=folder
                )
                done = self.tr("I am done: remove the copies")
            self._words.setText(words)
            self.remove.setText(done)
            self.remove.setAccessibleName(done)
        trouble = ""
        if still_open:
            names = ", ".join(still_open)
            trouble = self.tr("Still in use: {names}. Close it there, then remove it again.").format(
                names=names
            )
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        self.setAccessibleName(self.text)
        self.setVisible(bool(lent))
        if lent:
            announce(self, self.text)

    def _open_again(self) -> None:
        if self._lent:
            self.again.emit(self._lent[-1].path)


class Handing(QObject):
    """Carries a hand-over through. told(str): something to say. refused(KnownError): it could not be done.

    opener: opens a path with the system's program; tests hand in their own.
    """

    told = Signal(str)
    refused = Signal(object)

    def __init__(
        self, parent: QWidget, desk: HasFiles, strip: LentStrip, opener: Callable[[str], bool]
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._desk = desk
        self._strip = strip
        self._opener = opener
        self.question: AskFirst | None = None
        strip.done.connect(self.remove)
        strip.again.connect(self._open)

    def ask(self, request_id: str, item: EvidenceItem) -> None:
        """Ask first; then copy, open and name the copy."""
        question = AskFirst(self._window, item.evidence.name)
        question.agreed.connect(lambda: self._hand_over(request_id, item))
        question.finished.connect(self._question_ended)
        self.question = question
        question.open()

    def look(self) -> None:
        """Show what was handed over before, such as for another file."""
        run_task(self, self._desk.evidence.handed_over, self._strip.show_lent)

    def remove(self) -> None:
        """The person is done: take every copy away."""

        def purge() -> tuple[tuple[HandedOver, ...], tuple[str, ...]]:
            still_open = self._desk.evidence.purge()
            return self._desk.evidence.handed_over(), still_open

        def purged(result: tuple[tuple[HandedOver, ...], tuple[str, ...]]) -> None:
            lent, still_open = result
            self._strip.show_lent(lent, still_open)
            if not lent:
                self.told.emit(self.tr("The copy is removed."))

        run_task(self, purge, purged, self.refused.emit)

    def _question_ended(self) -> None:
        self.question = None

    def _hand_over(self, request_id: str, item: EvidenceItem) -> None:
        def hand() -> tuple[HandedOver, tuple[HandedOver, ...]]:
            lent = self._desk.evidence.hand_over(request_id, item.evidence.id)
            others = tuple(one for one in self._desk.evidence.handed_over() if one.path != lent.path)
            return lent, (*others, lent)

        def handed(result: tuple[HandedOver, tuple[HandedOver, ...]]) -> None:
            lent, everything = result
            self._strip.show_lent(everything)
            self._open(lent.path)

        run_task(self, hand, handed, self.refused.emit, lane="evidence")

    def _open(self, path: str) -> None:
        if not self._opener(path):
            self.refused.emit(
                KnownError(
                    "no_program",
                    self.tr("This computer has no program for “{name}”.").format(name=Path(path).name),
                    self.tr("The copy lies in {folder} until you remove it.").format(
                        folder=Path(path).parent
                    ),
                )
            )
