"""Before this person's desk is closed: words that could not be written, and files that are still being sent."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.domain.errors import KnownError
from app.views.evidence.asking import Asking
from app.views.moderation.fields import Complaint
from app.views.parts import announce, button, heading_row
from app.views.screen import Unsaved
from app.views.style import set_property
from app.views.style.palette import Tone
from app.views.work.sizes import files_words
from app.workspace.snapshots import FilesUnderWay

LINES = 6
"""How many lines of the words that would be lost are in sight."""


class LeavingWords(Asking):
    """Words that are on screen and nowhere else. agreed(): they are safe now, or given up by the person's own word.

    left: what could not be written. again: tries to write it once more and returns what still could not be.
    """

    agreed = Signal()

    def __init__(
        self, parent: QWidget, left: tuple[Unsaved, ...], again: Callable[[], tuple[Unsaved, ...]]
    ) -> None:
        super().__init__(parent, "leavingWords", "warning", Tone.BAD)
        self._left = left
        self._again = again
        set_property(self.do, "kind", "danger")
        self.put(
            title=self.tr("Your last words are not saved"),
            cancel=self.tr("Back to the text"),
            do=self.tr("Close anyway"),
        )
        self.add_words(
            self.tr(
                "They could not be written to this computer, and are only in this window. Make room on the disk and "
                "try again, or copy the text and keep it elsewhere. If you close anyway, this is lost:"
            )
        )
        self._words = QPlainTextEdit()
        self._words.setObjectName("wordsAtRisk")
        self._words.setReadOnly(True)
        self._words.setTabChangesFocus(True)
        self._words.setAccessibleName(self.tr("What is not saved"))
        self._words.setFixedHeight(self._words.fontMetrics().lineSpacing() * LINES)
        self.column.addWidget(self._words)
        self.complaint = Complaint()
        self.column.addWidget(self.complaint)
        self.again = button(
            self.tr("Try again"), self._try_again, kind="primary", icon="sync", name="leavingAgain"
        )
        self.copy = button(self.tr("Copy the text"), self._copy, icon="copy", name="leavingCopy")
        self.column.addLayout(heading_row(self.again, self.copy))
        self.do.clicked.connect(self._agree)
        self._show()
        self.again.setFocus()

    @property
    def text(self) -> str:
        """Every word that would be lost, with where it belongs."""
        return "\n\n".join(f"{words.where}\n{words.text}" for words in self._left)

    def _show(self) -> None:
        self._words.setPlainText(self.text)
        why = next((words.why for words in self._left if words.why is not None), None)
        if why is not None:
            self.complaint.say(KnownError(why.code, why.says))

    def _try_again(self) -> None:
        self._left = self._again()
        if not self._left:
            self._agree()
            return
        self._show()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self.copy.setText(self.tr("Copied"))
        announce(self, self.tr("Copied"))

    def _agree(self) -> None:
        self.accept()
        self.agreed.emit()


class LeavingFiles(Asking):
    """Files are being sent at this moment: told, so that nobody takes them for sent. agreed(): close all the same."""

    agreed = Signal()

    def __init__(self, parent: QWidget, files: FilesUnderWay) -> None:
        super().__init__(parent, "leavingFiles", "send", Tone.INFO)
        self.put(
            title=self.tr("Not everything has been sent"),
            cancel=self.tr("Stay and send"),
            do=self.tr("Close now"),
        )
        self.add_words(files_words(files) + ".")
        self.add_words(
            self.tr(
                "If you close now, nothing is lost: sending goes on from here when Touchstone is opened the next time. "
                "Until then the service does not have it."
            )
        )
        self.do.clicked.connect(self._agree)
        self.cancel.setFocus()

    def _agree(self) -> None:
        self.accept()
        self.agreed.emit()
