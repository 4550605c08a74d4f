"""The question before a draft is thrown away for good."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.views.evidence.asking import Asking
from app.views.style import set_property
from app.views.style.palette import Tone


class DiscardDraft(Asking):
    """Nothing but its own button throws the draft away; Enter says nothing. agreed(): it was pressed."""

    agreed = Signal()

    def __init__(self, parent: QWidget, what: str) -> None:
        super().__init__(parent, "discardDraft", "trash", Tone.BAD)
        set_property(self.do, "kind", "danger")
        self.put(title=self.tr("Discard a draft"), cancel=self.tr("Keep it"), do=self.tr("Discard for good"))
        self.add_words(
            self.tr(
                "“{what}” is a draft for a request that is no longer yours, so it cannot be recorded. Once discarded, "
                "its words are gone; export a copy first if you need them."
            ).format(what=what)
        )
        self.do.clicked.connect(self._agree)
        self.cancel.setFocus()

    def _agree(self) -> None:
        self.accept()
        self.agreed.emit()
