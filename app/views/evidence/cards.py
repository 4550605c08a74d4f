"""What stands in place of a document: a file for another program, one not downloaded, one that cannot be read."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.domain.evidence import Fetch
from app.views.evidence.files import FileRow
from app.views.parts import BusyBar, CopyButton, Picture, announce, button, details_of, heading_row, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.words import breakable
from app.views.work.sizes import size_words
from app.workspace.snapshots import EvidenceItem


class Card(QScrollArea):
    """A quiet card in the middle of the viewer: picture, heading, words, buttons. It scrolls where room is short."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        around = QVBoxLayout(page)
        around.setContentsMargins(spacing.BASE, spacing.BASE, spacing.BASE, spacing.BASE)
        around.addStretch(2)
        self.frame = QFrame()
        self.frame.setProperty("role", "card")
        self.frame.setMaximumWidth(spacing.READING_WIDTH)
        self.column = QVBoxLayout(self.frame)
        self.column.setContentsMargins(spacing.ROOMY, spacing.ROOMY, spacing.ROOMY, spacing.ROOMY)
        self.column.setSpacing(spacing.SNUG)
        self.picture = Picture("file", "muted", 28)
        self.title = label("", "heading", wrap=True)
        self.about = label("", "muted", wrap=True)
        self.says = label("", wrap=True)
        self.column.addWidget(self.picture)
        for words in (self.title, self.about, self.says):
            self.column.addWidget(words)
        around.addWidget(self.frame)
        around.addStretch(3)
        self.setWidget(page)

    def put(self, title: str, about: str, says: str) -> None:
        self.title.setText(breakable(title))
        self.about.setText(breakable(about))
        self.about.setVisible(bool(about))
        self.says.setText(says)
        self.says.setVisible(bool(says))
        self.setAccessibleName(". ".join(part for part in (title, about, says) if part))


class OutsideCard(Card):
    """A file that the system's own programs show. wanted: the person asks to open it there."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.open = button(
            self.tr("Open with the system's program…"), self.wanted.emit, kind="primary", name="openOutside"
        )
        row = QHBoxLayout()
        row.addWidget(self.open)
        row.addStretch()
        self.column.addSpacing(spacing.TIGHT)
        self.column.addLayout(row)

    def show_item(self, item: EvidenceItem) -> None:
        self.picture.show_icon("file", "muted")
        self.put(
            item.evidence.name,
            f"{item.evidence.kind.words} · {size_words(item.evidence.size)}",
            self.tr(
                "Touchstone does not show this kind of file itself. Another program on this computer can."
            ),
        )


class QuestionCard(Card):
    """A question that stands where the file would: it takes no focus and no key answers it by chance.

    agreed: open it here all the same. outside_wanted: the person asks to open it with another program.
    """

    agreed = Signal()
    outside_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        # Reached on purpose it is read out first; its buttons are one Tab further on.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.agree = button(self.tr("Open it all the same"), self.agreed.emit, name="openAllTheSame")
        self.outside = button(self.tr("Open outside…"), self.outside_wanted.emit, name="openOutsideInstead")
        self.outside.setToolTip(self.tr("Open with the system's program…"))
        self.column.addSpacing(spacing.TIGHT)
        # One below the other: the pane may be narrow.
        self.column.addLayout(heading_row(self.agree))
        self.column.addLayout(heading_row(self.outside))

    def show_question(self, item: EvidenceItem, question: str) -> None:
        self.picture.show_icon("warning", str(Tone.WARN))
        self.put(
            self.tr("Open this file here?"),
            f"{item.evidence.name} · {item.evidence.kind.words} · {size_words(item.evidence.size)}",
            question,
        )
        announce(self, question)


class TroubleCard(Card):
    """A file that could not be shown: the sentence, *Copy details*, and the way to another program."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.open = button(
            self.tr("Open with the system's program…"), self.wanted.emit, name="openOutsideAfterTrouble"
        )
        self._row = QHBoxLayout()
        self._row.setSpacing(spacing.SNUG)
        self._row.addWidget(self.open)
        self._row.addStretch()
        self._copy: QWidget | None = None
        self.column.addSpacing(spacing.TIGHT)
        self.column.addLayout(self._row)

    def show_error(self, item: EvidenceItem, error: KnownError) -> None:
        self.picture.show_icon("warning", str(Tone.BAD))
        self.put(
            error.says,
            f"{item.evidence.name} · {item.evidence.kind.words} · {size_words(item.evidence.size)}",
            error.do,
        )
        if self._copy is not None:
            self._row.removeWidget(self._copy)
            self._copy.deleteLater()
        self._copy = CopyButton(details_of(error))
        self._row.insertWidget(1, self._copy)


class AbsentCard(Card):
    """A file that is not on this computer. fetch_wanted, stop_wanted: what the person asks for."""

    fetch_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fetch = button(
            self.tr("Fetch the evidence"),
            self.fetch_wanted.emit,
            kind="primary",
            icon="download",
            name="fetchEvidence",
        )
        self.busy = BusyBar()
        self.busy.cancelled.connect(self.stop_wanted)
        self.busy.hide()
        row = QHBoxLayout()
        row.addWidget(self.fetch)
        row.addStretch()
        self.column.addSpacing(spacing.TIGHT)
        self.column.addLayout(row)
        self.column.addWidget(self.busy)

    def show_item(self, item: EvidenceItem) -> None:
        self.picture.show_icon("cloud", "muted")
        self.put(
            self.tr("Not downloaded"),
            f"{item.evidence.name} · {size_words(item.evidence.size)}",
            self.tr("This file is not on this computer yet. It can be fetched while there is a network."),
        )

    def show_progress(self, fetch: Fetch | None) -> None:
        """How far fetching is; None before the first news."""
        self.fetch.hide()
        self.busy.show()
        if fetch is None or not fetch.bytes_total:
            self.busy.say(self.tr("Fetching…"))
            return
        words = self.tr("{done} of {total} files, {here} of {whole}").format(
            done=fetch.done,
            total=fetch.total,
            here=size_words(fetch.bytes_done),
            whole=size_words(fetch.bytes_total),
        )
        self.busy.say(words, round(1000 * fetch.bytes_done / fetch.bytes_total), 1000)

    def show_rest(self, trouble: str = "") -> None:
        """No fetch is under way; ``trouble``: why the last one failed."""
        self.busy.hide()
        self.fetch.show()
        if trouble:
            self.says.setText(trouble)
            self.says.show()
            self.setAccessibleName(f"{self.title.text()}. {trouble}")


class NothingCard(Card):
    """A kind of evidence without a file, or no file chosen."""

    def show_row(self, row: FileRow) -> None:
        if row.not_applicable:
            self.picture.show_icon("minus", "muted")
            says = self.tr("The centre says: {reason}").format(reason=row.not_applicable)
            self.put(row.kind.words, self.tr("Not applicable"), says)
        else:
            self.picture.show_icon("warning", str(Tone.WARN))
            says = self.tr("The centre was asked for this kind of evidence and has not given any.")
            self.put(row.kind.words, self.tr("Missing"), says)

    def show_no_evidence(self) -> None:
        self.picture.show_icon("file", "muted")
        self.put(self.tr("No evidence yet"), "", self.tr("The centre has not given any evidence."))

    def show_opening(self, name: str) -> None:
        self.picture.show_icon("file", "muted")
        self.put(self.tr("Opening…"), name, "")
