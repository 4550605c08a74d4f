"""When something fails that nobody foresaw: say so calmly, keep the text, and let the details be copied."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.views.parts import CopyButton, Picture, button, label
from app.views.style import spacing
from app.views.style.palette import Tone

SHOWN = 3
"""How many unforeseen errors are shown one after the other; what follows only goes to the log."""


class TroubleDialog(QDialog):
    """A defect of ours, in a calm sentence. The window behind it can still be used."""

    def __init__(self, details: str, parent: QWidget | None, *, kept: bool) -> None:
        super().__init__(parent)
        self.setObjectName("trouble")
        self.setWindowTitle(self.tr("Something went wrong"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.ROOMY)
        column.setSpacing(spacing.BASE)
        head = QHBoxLayout()
        head.setSpacing(spacing.BASE)
        head.addWidget(Picture("warning", str(Tone.WARN), 24))
        head.addWidget(label(self.tr("Something went wrong that we did not foresee."), "heading"), 1)
        column.addLayout(head)
        column.addWidget(
            label(
                self.tr(
                    "What you typed and recorded is kept on this computer. You can go on working; if the same "
                    "happens again, close and open Touchstone, and send the details to the support team."
                )
                if kept
                else self.tr(
                    "What you recorded is kept on this computer, but the words you typed last could not be saved yet: "
                    "copy them and keep them elsewhere before you close Touchstone. Send the details to the support "
                    "team."
                ),
                wrap=True,
            )
        )
        self._details = QPlainTextEdit(details)
        self._details.setReadOnly(True)
        self._details.setAccessibleName(self.tr("Details"))
        self._details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._details.setMinimumHeight(120)
        column.addWidget(self._details, 1)
        row = QHBoxLayout()
        row.addWidget(CopyButton(details))
        row.addStretch()
        go_on = button(self.tr("Go on working"), self.accept, kind="primary")
        go_on.setDefault(True)
        row.addWidget(go_on)
        column.addLayout(row)
        em = self.fontMetrics().horizontalAdvance("n")
        self.resize(72 * em, 44 * em)
        go_on.setFocus()


class Watch:
    """Stands in for ``sys.excepthook``: keeps the text, writes to the log, and shows the error.

    keep: writes unsaved text at once and returns whether none is left. log: takes where in the program it happened
    and what kind of error it was, without its message, which might quote a person; the whole of it is shown, and
    copied only by hand.
    """

    def __init__(self, log: Callable[[str], None]) -> None:
        self.keep: Callable[[], bool] = lambda: True
        self._log = log
        self._shown = 0

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        self._log(_where(error))
        kept = False
        try:
            kept = self.keep()
        except Exception as second:
            # Keeping failed too, perhaps for the same reason: the first error is the one to show.
            self._log(_where(second))
        if isinstance(QApplication.instance(), QApplication) and self._shown < SHOWN:
            self._shown += 1
            dialog = TroubleDialog(details, QApplication.activeWindow(), kept=kept)
            dialog.finished.connect(self._closed)
            dialog.open()

    def _closed(self) -> None:
        self._shown -= 1


def _where(error: BaseException) -> str:
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__
