"""The centre's Engagement Document as the reviewer reads it: how it stands, what it says, and its files."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain import dates
from app.domain.reviews import CedEntry, Redeclaration
from app.views.moderation.note_files import file_rows
from app.views.pages import Card
from app.views.parts import Badge, button, heading_row, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.visits.evidence_cards import notes_of
from app.views.visits.words import LEVEL_SIGNS
from app.workspace.visits.snapshots import CedView, VisitSheet


class CedCard(Card):
    """open_wanted(id): a file of it is to be shown. fetch_wanted: what is not here is to be fetched."""

    open_wanted = Signal(str)
    fetch_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("report", QCoreApplication.translate("CedCard", "Engagement Document (CED)"))
        self._shown: tuple[object, ...] = ()
        self._badge = Badge()
        self.column.addLayout(heading_row(self._badge))
        self._due = label("", "muted", wrap=True)
        self.column.addWidget(self._due)
        self._body = QWidget()
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(spacing.SNUG)
        self.column.addWidget(self._body)
        self.fetch = button(
            self.tr("Fetch the files"), self.fetch_wanted.emit, icon="download", name="fetchCedFiles"
        )
        self.fetch.setAutoDefault(True)
        self.column.addLayout(heading_row(self.fetch))

    def show_sheet(self, sheet: VisitSheet) -> None:
        review, ced = sheet.review, sheet.ced
        if sheet.ced_warning:
            self._badge.say(self.tr("Late"), Tone.BAD, "overdue")
        elif ced is not None and ced.signed:
            self._badge.say(self.tr("Signed"), Tone.GOOD)
        else:
            self._badge.say(self.tr("Not signed yet"), Tone.NEUTRAL, "waiting")
        words = [sheet.ced_warning or (ced.state_words if ced is not None else "")]
        if not words[0]:
            words = [self.tr("Due {day}.").format(day=dates.day(review.ced_due_on))]
        words[0] = f"{words[0].removesuffix('.')}."
        if review.earlier_ced_due_on:
            former = ", ".join(dates.day(day) for day in review.earlier_ced_due_on)
            words.append(self.tr("Formerly due: {days}.").format(days=former))
        self._due.setText(" ".join(words))
        files = [file for item in (ced.files if ced is not None else ()) for file in item.files]
        self.fetch.setVisible(any(not file.item.here for file in files))
        shown = (ced, sheet.framework.id)
        if shown != self._shown:
            self._shown = shown
            self._fill(sheet, ced)

    def _fill(self, sheet: VisitSheet, ced: CedView | None) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        if ced is None:
            return
        signature = ced.ced.signature
        if signature is not None:
            words = self.tr("{name}, {role}: “{statement}”").format(
                name=signature.name, role=signature.role, statement=signature.statement
            )
            self._rows.addWidget(label(words, "small", wrap=True))
        if ced.ced.provisional:
            self._rows.addWidget(
                label(self.tr("Provisional until the quality team has confirmed the consortium."), wrap=True)
            )
        self._redeclared(self.tr("Centre recognition"), ced.ced.recognition)
        self._redeclared(self.tr("Qualification approvals"), ced.ced.approvals)
        for entry in ced.entries:
            objective = sheet.framework.objective(entry.code)
            self._entry(f"{entry.code} {objective.name if objective is not None else ''}", entry)
        for cited in ced.files:
            place = QWidget()
            column = QVBoxLayout(place)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(spacing.HAIR)
            column.addWidget(label(cited.words, "small", wrap=True))
            file_rows(column, notes_of(cited.files), self.open_wanted.emit)
            self._rows.addWidget(place)

    def _redeclared(self, what: str, said: Redeclaration) -> None:
        badge = (
            Badge(self.tr("{what}: re-declared").format(what=what), Tone.GOOD)
            if said.accepted
            else Badge(self.tr("{what}: not re-declared").format(what=what), Tone.WARN, "circle")
        )
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.HAIR)
        column.addLayout(heading_row(badge))
        if said.changes:
            column.addWidget(label(self.tr("Changes: {what}").format(what=said.changes), wrap=True))
        self._rows.addWidget(place)

    def _entry(self, title: str, entry: CedEntry) -> None:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.HAIR)
        column.addWidget(label(title, "strong", wrap=True))
        if entry.level is not None:
            sign = LEVEL_SIGNS[entry.level]
            column.addLayout(heading_row(Badge(entry.level.words, sign.tone, sign.icon)))
        column.addWidget(label(entry.commentary or self.tr("No commentary."), wrap=True))
        self._rows.addWidget(place)
