"""The middle of the visit: what a measure asks, what the centre says of it, the evidence, and the commentary."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.views.moderation.fields import GrowingText, MergedNote, Section
from app.views.pages import ScrollPage
from app.views.parts import Badge, heading_row, label, line
from app.views.style import spacing
from app.views.visits.evidence_cards import EvidenceList
from app.views.visits.former import ActionsToSignOff, SignOff
from app.views.visits.forms import Forms
from app.views.visits.noting import NewEvidence
from app.views.visits.suggested import SuggestedEvidence
from app.views.visits.words import LEVEL_SIGNS, title_of
from app.workspace.visits.snapshots import MeasureItem, VisitSheet

LEAST_WIDTH = 280
"""Device-independent pixels."""


class BasisPane(QWidget):
    """Shows one measure or objective. The commentary stays in sight below, whatever is scrolled to above it.

    edited: the commentary changed. escaped: Esc in a field.
    """

    edited = Signal()
    left = Signal()
    escaped = Signal()

    def __init__(self, forms: Forms, sign_off: SignOff) -> None:
        super().__init__()
        self.new = NewEvidence()
        self.former = ActionsToSignOff(
            self.tr("Actions of a former review"), "formerActions", forms, sign_off, self.new.field
        )
        self.suggested = SuggestedEvidence(self.new.field)
        self.noted = EvidenceList(self.new.field)
        self.commentary = GrowingText("commentary", self.tr("Commentary"), least=2, most=6)
        self.commentary.setPlaceholderText(self.tr("What you found, as the report will say it"))
        self._build()
        for part in (self.commentary, self.new):
            part.left.connect(self.left)
            part.escaped.connect(self.escaped)
        self.commentary.edited.connect(self.edited)
        self.new.edited.connect(self.edited)

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.area = ScrollPage(sideways=False)
        self.area.setObjectName("visitBasis")
        self.area.setAccessibleName(self.tr("Guidance, Engagement Document and evidence"))
        column = QVBoxLayout(self.area.page)
        column.setContentsMargins(spacing.ROOMY, spacing.BASE, spacing.BASE, spacing.ROOMY)
        column.setSpacing(spacing.ROOMY)
        head = QVBoxLayout()
        head.setSpacing(spacing.HAIR)
        self._over = label("", "small", wrap=True)
        self._title = label("", "heading", wrap=True)
        head.addWidget(self._over)
        head.addWidget(self._title)
        column.addLayout(head)
        self._guidance = Section(self.tr("What must hold"))
        self._points = QVBoxLayout()
        self._points.setSpacing(spacing.TIGHT)
        self._guidance.column.addLayout(self._points)
        column.addWidget(self._guidance)
        self._ced = Section(self.tr("What the centre says"))
        self._ced_level = Badge()
        self._ced_words = label("", wrap=True)
        self._ced_words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._ced.column.addLayout(heading_row(self._ced_level))
        self._ced.column.addWidget(self._ced_words)
        column.addWidget(self._ced)
        for part in (self.former, self.suggested, self.noted):
            column.addWidget(part)
        column.addWidget(line())
        column.addWidget(self.new)
        column.addStretch()
        whole.addWidget(self.area, 1)
        self._foot = self._build_foot()
        whole.addWidget(self._foot)

    def _build_foot(self) -> QFrame:
        foot = QFrame()
        foot.setProperty("role", "foot")
        column = QVBoxLayout(foot)
        column.setContentsMargins(spacing.ROOMY, spacing.SNUG, spacing.BASE, spacing.SNUG)
        column.setSpacing(spacing.TIGHT)
        self._commentary = Section(self.tr("Commentary"))
        self._need = label("", "small")
        self._commentary.head.insertWidget(1, self._need)
        self._commentary.column.addWidget(self.commentary)
        self.merged = MergedNote()
        self._commentary.column.addWidget(self.merged)
        column.addWidget(self._commentary)
        return foot

    def minimumSizeHint(self) -> QSize:
        """As wide as its fields need, whatever the size of the text."""
        height = self._foot.sizeHint().height() + 3 * self.fontMetrics().lineSpacing()
        return QSize(max(LEAST_WIDTH, self.area.least_width()), max(LEAST_WIDTH // 2, height))

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_item(self, sheet: VisitSheet, item: MeasureItem, *, anew: bool) -> None:
        """Show a measure; ``anew``: it is another than before, and is read from its top."""
        objective = item.objective
        self._over.setText(
            self.tr("Objective {code} {name}").format(code=objective.code, name=objective.name)
        )
        self._over.setVisible(not item.is_objective)
        self._title.setText(
            f"{item.code} {objective.name}" if item.is_objective else f"{item.code} {title_of(item)}"
        )
        self._show_guidance(item)
        self._show_ced(sheet, item)
        may = sheet.may.sign_off_actions
        self.former.show_actions(item.last_year, sheet.today, may_sign_off=may)
        self.suggested.show_ticks(item.suggestions)
        self.noted.show_items(item.citable)
        if anew:
            self.area.verticalScrollBar().setValue(0)

    def _show_guidance(self, item: MeasureItem) -> None:
        while (entry := self._points.takeAt(0)) is not None:
            old = entry.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        points: tuple[str, ...] = item.measure.guidance if item.measure is not None else ()
        if item.measure is None:
            points = (
                (self.tr("Judged from its measures; another level than they propose needs a reason."),)
                if item.objective.measures
                else (self.tr("Judged as a whole."),)
            )
        for point in points:
            words: QLabel = label(f"•  {point}" if len(points) > 1 else point, wrap=True)
            self._points.addWidget(words)

    def _show_ced(self, sheet: VisitSheet, item: MeasureItem) -> None:
        entry = item.ced_entry
        self._ced_level.setVisible(entry is not None and entry.level is not None)
        if sheet.ced is None:
            words = self.tr("The Engagement Document is not here yet.")
        elif entry is None or not entry.commentary.strip():
            words = self.tr("The Engagement Document says nothing of it.")
        else:
            words = entry.commentary
        if entry is not None and entry.level is not None:
            sign = LEVEL_SIGNS[entry.level]
            self._ced_level.say(entry.level.words, sign.tone, sign.icon)
        self._ced_words.setText(words)

    def say_need(self, needed: bool) -> None:
        """Whether the level chosen asks for a commentary."""
        self._need.setText(self.tr("needed") if needed else self.tr("optional"))

    def set_read_only(self, on: bool) -> None:
        self.commentary.setReadOnly(on)
        self.new.set_read_only(on)
        self.suggested.set_read_only(on)

    # -- the focus ----------------------------------------------------------------------------------------------

    def focus_first(self) -> None:
        """Where the keyboard goes when this pane is entered by F6: the ticks, else the commentary."""
        rows = self.suggested.rows
        if rows and rows[0].seen.isEnabled():
            rows[0].seen.setFocus()
            self.area.ensureWidgetVisible(rows[0].seen, 0, spacing.WIDE)
        else:
            self.commentary.setFocus()

    def bring_former(self) -> None:
        """To the first action of a former review that is not signed off."""
        if self.former.focus():
            self.area.ensureWidgetVisible(self.former, 0, spacing.WIDE)

    def focus_new(self) -> None:
        """Where one notes what was said or seen."""
        self.new.field.setFocus()
        self.area.ensureWidgetVisible(self.new, 0, spacing.WIDE)
