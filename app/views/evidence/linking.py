"""Evidence that lies on the centre's own platform: its address, to copy or, after a question, to open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views.evidence.asking import Asking
from app.views.evidence.cards import Card
from app.views.parts import button, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.words import breakable
from app.workspace.links import host_of
from app.workspace.snapshots import EvidenceItem

if TYPE_CHECKING:
    from collections.abc import Callable


def open_in_browser(url: str) -> bool:
    """Opens a web page in the system's browser; False when there is none."""
    return QDesktopServices.openUrl(QUrl(url, QUrl.ParsingMode.StrictMode))


class LinkCard(Card):
    """Where it lies and why it is not here. copied(): the address is on the clipboard. wanted(): open it."""

    copied = Signal()
    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._url = ""
        self.address = label("", "strong", wrap=True)
        self.address.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.copy = button(self.tr("Copy the address"), self._copy, icon="copy", name="copyAddress")
        self.open = button(self.tr("Open in the browser…"), self.wanted.emit, icon="export", name="openLink")
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        row.addWidget(self.copy)
        row.addWidget(self.open)
        row.addStretch()
        self.column.addWidget(self.address)
        self.column.addSpacing(spacing.TIGHT)
        self.column.addLayout(row)

    def show_item(self, item: EvidenceItem) -> None:
        evidence = item.evidence
        self.picture.show_icon("link", "muted")
        self.put(
            self.tr("On the centre's own platform"),
            " · ".join(part for part in (evidence.name, evidence.kind.words) if part),
            self.tr(
                "The centre gave a link and no file. It can be looked at there while there is a network; "
                "it cannot be taken along."
            ),
        )
        self.address.setText(breakable(evidence.url))
        self.address.setAccessibleName(self.tr("Address: {url}").format(url=evidence.url))
        self._url = evidence.url

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._url)
        self.copied.emit()


class AskLink(Asking):
    """Names where the link leads, and the risk. agreed: open it."""

    agreed = Signal()

    def __init__(self, parent: QWidget, host: str, url: str) -> None:
        super().__init__(parent, "askLink", "warning", Tone.WARN)
        self.put(title=self.tr("Open in the browser?"), cancel=self.tr("Cancel"), do=self.tr("Open it"))
        self.add_words(self.tr("The link leads to {host}.").format(host=host), "strong")
        self.add_words(breakable(url))
        self.add_words(
            self.tr(
                "The page opens outside Touchstone, without its protection. It is not part of the evidence that "
                "was handed in, it may have changed since, and it may ask for a password: "
                "give one only if the centre gave it to you."
            )
        )
        self.do.clicked.connect(self._agree)
        self.cancel.setFocus()

    def _agree(self) -> None:
        self.agreed.emit()
        self.accept()


class Linking(QObject):
    """Carries the opening of a link through. refused(KnownError): as of a screen.

    browse: opens an address in the browser; tests hand in their own.
    """

    refused = Signal(object)

    def __init__(self, parent: QWidget, browse: Callable[[str], bool]) -> None:
        super().__init__(parent)
        self._window = parent
        self._browse = browse
        self.question: AskLink | None = None

    def ask(self, url: str) -> None:
        """Ask first; an address that is none is refused."""
        try:
            host = host_of(url)
        except KnownError as error:
            self.refused.emit(error)
            return
        question = AskLink(self._window, host, url)
        question.agreed.connect(lambda: self._open(url))
        question.finished.connect(self._ended)
        self.question = question
        question.open()

    def _ended(self) -> None:
        self.question = None

    def _open(self, url: str) -> None:
        if not self._browse(url):
            self.refused.emit(
                KnownError(
                    "no_browser",
                    self.tr("This computer has no browser that Touchstone could open."),
                    self.tr("Copy the address and open it yourself."),
                )
            )
