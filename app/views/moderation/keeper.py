"""Keeps unsaved typing safe: written soon after the first unsaved key, and at once whenever one moves on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.domain.errors import KnownError

SAVE_AFTER_MS = 180
"""From the first unsaved keystroke to writing. Further typing does not put it off, so 300 ms is never passed."""

TRY_AGAIN_MS = 2_000
"""After the disk refused."""


class Keeper(QObject):
    """Calls ``save`` for what was touched. What could not be saved stays touched, and is tried again.

    saved: everything typed so far is in the database. failed(KnownError): it could not be written; told once.
    """

    saved = Signal()
    failed = Signal(object)

    def __init__(self, save: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._save = save
        self._touched = False
        self._trouble: KnownError | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.save_now)

    @property
    def touched(self) -> bool:
        """Whether something is typed that is not in the database yet."""
        return self._touched

    @property
    def trouble(self) -> KnownError | None:
        """Why what is typed could not be written when that was last tried; None when it could."""
        return self._trouble

    @property
    def due_in_ms(self) -> int:
        """Milliseconds until what is unsaved is written; -1 when nothing waits."""
        return self._timer.remainingTime()

    def touch(self) -> None:
        """Something was typed. The timer of an earlier key goes on running."""
        self._touched = True
        if not self._timer.isActive():
            self._timer.start(TRY_AGAIN_MS if self._trouble is not None else SAVE_AFTER_MS)

    def save_now(self) -> bool:
        """Write at once what is unsaved. True when nothing unsaved is left."""
        self._timer.stop()
        if not self._touched:
            return True
        try:
            self._save()
        except KnownError as error:
            first = self._trouble is None
            self._trouble = error
            self._timer.start(TRY_AGAIN_MS)
            if first:
                self.failed.emit(error)
            return False
        self._touched, self._trouble = False, None
        self.saved.emit()
        return True

    def forget(self) -> None:
        """What was typed is settled in another way, such as by recording it."""
        self._timer.stop()
        self._touched = False
