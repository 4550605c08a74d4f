"""What every screen in the window has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.errors import KnownError
from app.workspace.snapshots import Changes


@dataclass(frozen=True, slots=True)
class Unsaved:
    """Words that are on screen and nowhere else. ``why``: what stood in the way of writing them, when that is known."""

    where: str
    text: str
    why: KnownError | None = None


class Screen(QWidget):
    """One screen of the main window.

    told(message, undo_act_id): something to say in passing, with *Undo* when the act id is not empty.
    refused(KnownError): something went wrong that concerns the whole window.
    changed(Changes): the person changed something here; the window tells the other screens and starts a sync.
    wants(what, request_id, sample_id): go to "bench", "report", "work", "outbox", "conflicts", "settings" or "help".
    """

    told = Signal(str, str)
    refused = Signal(object)
    changed = Signal(object)
    wants = Signal(str, str, str)

    def apply(self, changes: Changes) -> None:
        """Something changed, here or by sync: redraw that, and nothing else. Focus and caret stay."""

    def save_now(self) -> bool:
        """Write unsaved text at once; True when nothing unsaved is left. Called before leaving and on close."""
        return True

    def unsaved(self) -> Unsaved | None:
        """What ``save_now`` could not write, as it can be copied; None when there is nothing."""
        return None

    def stop(self) -> None:
        """The desk is being closed: what takes long here ends now."""

    def memory(self) -> dict[str, Any]:
        """What this screen wants to find again after a restart, as JSON values."""
        return {}

    def recall(self, memory: dict[str, Any]) -> None:
        """Go back to what ``memory`` told; what no longer exists is passed over in silence."""

    def entered(self) -> None:
        """The screen is now the one in front: put the focus where work goes on."""

    def zoom(self, step: int) -> bool:
        """Ctrl +, Ctrl − and Ctrl 0 arrive as 1, −1 and 0. True when the screen used it, such as for a page
        that has the focus; False lets the window change the size of all text."""
        return False


def words_would_be_lost() -> KnownError:
    """Why another request is not opened in place of one whose words could not be written."""
    return KnownError(
        "words_unsaved",
        "What you typed here could not be saved, so it stays open.",
        "Make room on the disk and try again, or copy your words and keep them elsewhere.",
    )
