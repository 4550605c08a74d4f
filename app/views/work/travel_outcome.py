"""How taking evidence along came out: calm and in words, with each reason and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.views.pages import ScrollPage
from app.views.parts import CopyButton, Picture, button, heading_row, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.words import breakable
from app.views.work.sizes import size_words
from app.views.work.travel_words import as_at_words, files_words, room_words
from app.workspace.syncing import OFFLINE_CODES
from app.workspace.travel_plan import RESERVE, TravelReport

_NAMED = 12
"""How many names stand under one reason at once; a button shows the others."""


class Outcome(QWidget):
    """*Ready to travel*, or *Not ready* and why.

    again(): refresh or try again. choose(): back to the tree. leave(): back to the list of requests.
    """

    again = Signal()
    choose = Signal()
    leave = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("travelOutcome")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, spacing.TIGHT)
        whole.setSpacing(spacing.BASE)
        self._scroll = ScrollPage(sideways=False)
        self._scroll.setAccessibleName(self.tr("How it came out"))
        # Otherwise the page asks for the height that its words need where they are narrowest.
        self._scroll.page.setMinimumHeight(1)
        self._column = QVBoxLayout(self._scroll.page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addStretch(1)
        whole.addWidget(self._scroll, 1)
        # Below what is scrolled, so that they are in sight however much there is to tell.
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        self.home = button(self.tr("Back to Work"), self.leave.emit, name="travelLeave")
        self.more = button("", self.again.emit, icon="sync", name="travelAgain")
        self.change = button(self.tr("Change the choice"), self.choose.emit, name="travelChoose")
        for press in (self.more, self.home, self.change):
            row.addWidget(press)
        row.addStretch()
        whole.addLayout(row)
        self._card: QFrame | None = None
        self.ready = False
        self.text = ""

    def show_report(self, report: TravelReport) -> None:
        """Tell this outcome in the place of the one before."""
        if self._card is not None:
            self._column.removeWidget(self._card)
            self._card.deleteLater()
        self.ready = report.ready
        self._card = card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        column.setSpacing(spacing.ROOMY)
        title = self.tr("Ready to travel") if report.ready else self.tr("Not ready")
        head = QHBoxLayout()
        head.setSpacing(spacing.BASE)
        picture = ("ready", str(Tone.GOOD)) if report.ready else ("warning", str(Tone.WARN))
        head.addWidget(Picture(*picture, 36))
        self.title = label(title, "title")
        head.addWidget(self.title, 1)
        column.addLayout(head)
        told = [title]
        for heading, says, names in self._parts(report):
            column.addLayout(_part(heading, says, names))
            told += [heading, says, *names]
        self.text = "\n".join(filter(None, told))
        if report.failures:
            column.addLayout(heading_row(CopyButton(self.text)))
        words = self.tr("Refresh again") if report.ready else self.tr("Try again")
        self.more.setText(words)
        self.more.setAccessibleName(words)
        card.setAccessibleName(title)
        card.setAccessibleDescription(self.text)
        self._column.insertWidget(0, card)
        self._scroll.verticalScrollBar().setValue(0)

    def _parts(self, report: TravelReport) -> list[tuple[str, str, list[str]]]:
        """(heading, sentence, names) of everything there is to tell, what matters most first."""
        parts = [self._summary(report)]
        if report.refused is not None:
            as_at = self.tr("What is here is as at {moment}.").format(moment=as_at_words(report))
            do = self.tr("Refresh once more before you leave.")
            if report.whole:
                do = self.tr(
                    "Refresh once more before you leave, if you can; your choice is here whole as at then."
                )
            mend = report.refused.do if report.refused.code not in OFFLINE_CODES else ""
            says = " ".join(part for part in (report.refused.says, as_at, mend, do) if part)
            parts.append((self.tr("Not refreshed"), says, []))
        if report.short_by:
            kept = self.tr("{size} of the disk are kept free for your own work.").format(
                size=size_words(RESERVE)
            )
            says = f"{room_words(report.short_by, less_helps=report.less_helps)} {kept}"
            parts.append((self.tr("Not enough room"), says, []))
        parts += self._failures(report)
        if report.left:
            says = self.tr(
                "These left you since you chose them; their files and keys are gone from this computer."
            )
            parts.append((self.tr("No longer yours"), says, list(report.left)))
        if report.links:
            says = self.tr("Look at these while there is a network, at the address given.")
            names = [f"{one.file.evidence.name} ({one.where}): {one.file.reason}" for one in report.links]
            parts.append((self.tr("Cannot come along"), says, names))
        return parts

    def _summary(self, report: TravelReport) -> tuple[str, str, list[str]]:
        if not report.files:
            return "", self.tr("Nothing of what you chose can come along."), []
        if not report.whole:
            says = self.tr("{n} of {files} are on this computer and agree with what the centre gave.")
            return "", says.format(n=report.agreed, files=files_words(report.files)), []
        one = self.tr(
            "1 file, {size}, is on this computer. It was read whole just now and agrees with what the centre gave."
        )
        many = self.tr(
            "{files}, {size}, are on this computer. Each was read whole just now and agrees with what the centre gave."
        )
        says = (one if report.files == 1 else many).format(
            files=files_words(report.files), size=size_words(report.size)
        )
        if report.ready:
            says += " " + self.tr("In step with the service: {moment}.").format(moment=as_at_words(report))
        return "", says, []

    def _failures(self, report: TravelReport) -> list[tuple[str, str, list[str]]]:
        by_reason: dict[tuple[str, str], list[str]] = {}
        for failure in report.failures:
            reason = (failure.says, failure.do)
            by_reason.setdefault(reason, []).append(f"{failure.file.evidence.name} ({failure.where})")
        return [
            (
                self.tr("{files} not here").format(files=files_words(len(names))),
                f"{says} {do}".strip(),
                names,
            )
            for (says, do), names in by_reason.items()
        ]

    def focusable(self) -> QWidget:
        """Where the keyboard goes on."""
        return self.home if self.ready else self.more


def _part(heading: str, says: str, names: Sequence[str]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(spacing.TIGHT)
    if heading:
        column.addWidget(label(heading, "strong", wrap=True))
    if says:
        column.addWidget(_words(says))
    for name in names[:_NAMED]:
        column.addWidget(_names([name]))
    if len(names) > _NAMED:
        rest = names[_NAMED:]
        more = _names(rest)
        more.hide()
        more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

        def reveal() -> None:
            more.show()
            more.setFocus()
            show.hide()

        show = button(_tr("Show {n} more").format(n=len(rest)), reveal, kind="link", name="travelMore")
        show.setAutoDefault(True)  # in a window that is no dialog this is what makes Enter press it
        column.addLayout(heading_row(show))
        column.addWidget(more)
    return column


def _tr(text: str) -> str:
    return QCoreApplication.translate("Outcome", text)


def _words(text: str) -> QLabel:
    words = label(text, wrap=True)
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return words


def _names(names: Sequence[str]) -> QLabel:
    """One below the other; a screen reader hears them without the places at which they may be broken."""
    words = _words("\n".join(f"•  {breakable(name)}" for name in names))
    words.setAccessibleName("\n".join(names))
    return words
