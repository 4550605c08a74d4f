"""The foot of the window: what was just done, with *Undo*, and the pill that says how things stand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from app.domain.dates import clock_time, moment
from app.views.parts import Picture, announce, button, icon_button
from app.views.style import icons, spacing
from app.views.style.palette import Tone
from app.views.words import Elided
from app.views.work.sizes import files_words
from app.workspace.snapshots import Reach, Status

TOLD_FOR = 10_000
"""Milliseconds for which something said in passing stays, unless the pointer or the focus is on it."""


class Toast(QWidget):
    """One line about what was just done. It takes no focus by itself and covers nothing."""

    undo = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("toast")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.SNUG)
        self._picture = Picture("check", str(Tone.GOOD))
        # What is told at length names a file, and at its end.
        self._words = Elided(middle=True)
        self._button = button(self.tr("Undo"), self._undo, kind="link", icon="undo", name="toastUndo")
        row.addWidget(self._picture)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        row.addStretch()
        self._act = ""
        self._undoable = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._fade)
        self._show("")

    @property
    def says(self) -> str:
        return self._words.whole

    @property
    def undo_act(self) -> str:
        """The act that *Undo* would take back; empty when there is none."""
        return self._act

    def say(self, message: str, undo_act: str = "", tone: Tone = Tone.GOOD) -> None:
        """Show and speak a message; with *Undo* when an act is named."""
        self._act = undo_act
        self._undoable = bool(undo_act)
        self._picture.show_icon(icons.FOR_TONE[tone], str(tone))
        self._show(message)
        announce(self, message)
        self._timer.start(TOLD_FOR)

    def forget_undo(self) -> None:
        """What was done can no longer be undone from here."""
        if self._button.hasFocus():
            self.focusNextChild()
        self._act = ""
        self._button.hide()

    def forget_sent(self) -> None:
        """What was just told is at the service by now: nothing more to say about it."""
        if self._undoable and not self._act:
            self._undoable = False
            self._show("")

    def _show(self, message: str) -> None:
        self._words.say(message)
        self._words.setMaximumWidth(self._words.fontMetrics().horizontalAdvance(message) + 4)
        self._picture.setVisible(bool(message))
        self._button.setVisible(bool(message and self._act))
        self._button.setAccessibleName(f"{self.tr('Undo')}: {message}")

    def _undo(self) -> None:
        act, self._act = self._act, ""
        self.undo.emit(act)

    def _fade(self) -> None:
        if self.underMouse() or self._button.hasFocus():
            self._timer.start(TOLD_FOR)
            return
        self._act = ""
        self._show("")


class Foot(QFrame):
    """The toast at the left, the status pill and *Sync now* at the right."""

    def __init__(self, *, sync: Callable[[], object], open_outbox: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("role", "foot")
        # As high as its words: a window that is too low takes from the screen above, not from what is always true.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing.BASE, spacing.HAIR, spacing.SNUG, spacing.HAIR)
        row.setSpacing(spacing.SNUG)
        self.toast = Toast()
        self._pill = button("", open_outbox, kind="pill", name="statusPill")
        self._sync = icon_button("sync", self.tr("Sync now"), sync, "syncNow")
        row.addWidget(self.toast, 1)
        row.addWidget(self._pill, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._sync)

    def show_status(self, status: Status) -> None:
        """Bring the pill up to date; nothing is redrawn when it says the same as before."""
        words = self.words(status)
        if words == self._pill.text():
            return
        self._pill.setText(words)
        icon, tint = _REACH_ICONS[status.reach]
        if status.attention:
            icon, tint = "warning", str(Tone.BAD)
        icons.dress(self._pill, icon, tint)
        self._pill.setAccessibleName(f"{self.tr('Status')}: {words}")
        synced = (
            self.tr("Last synced {moment}.").format(moment=moment(status.synced_at))
            if status.synced_at
            else self.tr("Not synced yet.")
        )
        self._pill.setToolTip(f"{synced} {self.tr('Press to open the Outbox.')}")
        self._sync.setEnabled(status.reach is not Reach.SYNCING)

    def words(self, status: Status) -> str:
        """``Saved 10:42 · 3 queued · Offline``. Whether the service is there is known as at the last round alone."""
        parts = []
        if status.saved_at is not None:
            parts.append(self.tr("Saved {time}").format(time=clock_time(status.saved_at)))
        if status.attention:
            one = self.tr("1 needs attention")
            many = self.tr("{n} need attention").format(n=status.attention)
            parts.append(one if status.attention == 1 else many)
        if status.queued:
            parts.append(self.tr("{n} queued").format(n=status.queued))
        if status.files.count:
            parts.append(files_words(status.files))
        if not (status.queued or status.files.count or status.attention):
            parts.append(self.tr("All sent"))
        parts.append(
            {
                Reach.ONLINE: self._online(status),
                Reach.OFFLINE: self.tr("Offline"),
                Reach.SYNCING: self.tr("Syncing…"),
                Reach.SIGNED_OUT: self.tr("Signed out"),
            }[status.reach]
        )
        return " · ".join(parts)

    def _online(self, status: Status) -> str:
        if status.reached_at is None:
            return self.tr("Online")
        return self.tr("Online {time}").format(time=clock_time(status.reached_at))


_REACH_ICONS = {
    Reach.ONLINE: ("cloud", str(Tone.GOOD)),
    Reach.OFFLINE: ("offline", str(Tone.NEUTRAL)),
    Reach.SYNCING: ("sync", str(Tone.INFO)),
    Reach.SIGNED_OUT: ("lock", str(Tone.WARN)),
}
