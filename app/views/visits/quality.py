"""The right of the visit: the level of a measure or objective, what it rests on, and the actions it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.domain.review_terms import Level
from app.domain.reviews import PlannedAction, QualityJudgement
from app.views import style
from app.views.moderation.fields import Complaint, GrowingText, Section
from app.views.pages import ScrollPage
from app.views.parts import Badge, Banner, button, label, line
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.visits.cited import CitedList
from app.views.visits.levels import LevelChoice
from app.views.visits.planned import PlannedActions
from app.views.visits.versions import QualityHistory, Versions
from app.views.visits.words import LEVEL_SIGNS
from app.views.words import Elided
from app.workspace.visits.snapshots import CitableItem, MeasureItem, VisitDraft, VisitSheet

LEAST_WIDTH = 280
"""Device-independent pixels."""


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in the fields of a judgement, its commentary included."""

    level: Level | None = None
    reason: str = ""
    commentary: str = ""
    cites: tuple[str, ...] = ()
    actions: tuple[PlannedAction, ...] = ()

    @property
    def has_words(self) -> bool:
        return bool(self.reason.strip() or self.commentary.strip() or self.actions)


def content_of(source: QualityJudgement | VisitDraft | None) -> Content:
    """What was recorded, or is drafted, as it stands in the fields."""
    if source is None:
        return Content()
    return Content(source.level, source.reason, source.commentary, source.cites, source.actions)


def says_same(one: Content, other: Content) -> bool:
    """Whether two contents say the same, blanks aside."""
    return (
        one.level is other.level
        and one.reason.strip() == other.reason.strip()
        and one.commentary.strip() == other.commentary.strip()
        and set(one.cites) == set(other.cites)
        and [_told(action) for action in one.actions] == [_told(action) for action in other.actions]
    )


def _told(action: PlannedAction) -> tuple[object, ...]:
    return action.text.strip(), action.essential, action.owner.strip(), action.due_on


class QualityPane(QWidget):
    """Takes the judgement; the commentary has its place in the middle. Saves nothing itself.

    edited: something was chosen or typed. save_wanted: it is to be recorded. settle_wanted(id): of two judgements that
    stand side by side this one is to stand alone.
    """

    edited = Signal()
    left = Signal()
    escaped = Signal()
    save_wanted = Signal()
    settle_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._item: MeasureItem | None = None
        self._loading = False
        self.notice: Banner | None = None
        self.level = LevelChoice()
        self.level_complaint = Complaint()
        self.reason = GrowingText("levelReason", self.tr("Reason"), least=2, most=8)
        self.reason_complaint = Complaint()
        self.planned = PlannedActions()
        self.actions_complaint = Complaint()
        self.cited = CitedList(self.planned.add_button)
        self.versions = Versions()
        self.history = QualityHistory()
        self._build()
        self._wire()

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.area = ScrollPage(sideways=False)
        self.area.setObjectName("visitJudgement")
        self.area.setAccessibleName(self.tr("Judgement"))
        column = QVBoxLayout(self.area.page)
        column.setContentsMargins(spacing.ROOMY, spacing.BASE, spacing.BASE, spacing.ROOMY)
        column.setSpacing(spacing.BASE)
        self._notice_place = QVBoxLayout()
        column.addLayout(self._notice_place)
        column.addWidget(self.versions)
        level = Section(self.tr("Judgement"))
        self.proposed = Badge()
        level.head.addWidget(self.proposed)
        level.column.addWidget(self.level)
        level.column.addWidget(self.level_complaint)
        column.addWidget(level)
        self._reason = Section("")
        self._reason.column.addWidget(self.reason)
        self._reason.column.addWidget(self.reason_complaint)
        column.addWidget(self._reason)
        column.addWidget(self.cited)
        column.addWidget(line())
        actions = Section(self.tr("Actions"))
        self._actions_need = label("", "small")
        actions.head.insertWidget(1, self._actions_need)
        actions.column.addWidget(self.planned)
        actions.column.addWidget(self.actions_complaint)
        column.addWidget(actions)
        self._lacks = label("", "small", wrap=True)
        self._lacks.setObjectName("stillMissingHere")
        column.addWidget(self._lacks)
        column.addWidget(self.history)
        column.addStretch()
        whole.addWidget(self.area, 1)
        self._foot = QFrame()
        self._foot.setProperty("role", "foot")
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(spacing.ROOMY, spacing.SNUG, spacing.BASE, spacing.SNUG)
        row.setSpacing(spacing.SNUG)
        self.state_words = Elided("", "small")
        self.save = button(
            self.tr("Save judgement"), self.save_wanted.emit, kind="primary", name="saveQuality"
        )
        row.addWidget(self.state_words, 1)
        row.addWidget(self.save)
        whole.addWidget(self._foot)
        style.look().changed.connect(self._size_changed)

    def _wire(self) -> None:
        self.level.picked.connect(lambda _level: self._chose())
        self.reason.edited.connect(self._changed)
        self.planned.edited.connect(self._changed)
        self.cited.edited.connect(self._changed)
        self.versions.settle_wanted.connect(self.settle_wanted)
        for part in (self.reason, self.planned):
            part.left.connect(self.left)
            part.escaped.connect(self.escaped)

    def minimumSizeHint(self) -> QSize:
        """As wide as its fields need, whatever the size of the text."""
        return QSize(max(LEAST_WIDTH, self.area.least_width()), LEAST_WIDTH // 2)

    @Slot()
    def _size_changed(self) -> None:
        # After every field has put on the new letters.
        QTimer.singleShot(0, self, self.updateGeometry)

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_item(self, sheet: VisitSheet, item: MeasureItem, others: tuple[CitableItem, ...]) -> None:
        """The surroundings of a judgement; what stands in its fields is left alone."""
        self._item = item
        self.planned.today = sheet.today
        objective = item.is_objective
        # An objective cannot be wholly not applicable (D-9).
        self.level.button(Level.NOT_APPLICABLE).setVisible(not objective)
        self.proposed.setVisible(item.proposed is not None)
        if item.proposed is not None:
            sign = LEVEL_SIGNS[item.proposed]
            self.proposed.say(
                self.tr("Proposed: {level}").format(level=item.proposed.words), sign.tone, sign.icon
            )
        self.cited.show_items(item.citable, others)
        self.versions.show_versions(item.disputed)
        self.history.show_history(item.history, item.aside)
        self._show_meanwhile("" if item.disputed else item.meanwhile)
        says = [entry.says for entry in item.missing if entry.field != "level"]
        self._lacks.setText(self.tr("Before the report is signed off: {what}").format(what=" ".join(says)))
        self._lacks.setVisible(bool(says))
        self._show_needs()

    def put(self, content: Content) -> None:
        """Show other content; it does not count as typed."""
        self._loading = True
        try:
            self.level.choose(content.level)
            self.reason.set_text(content.reason)
            self.cited.tick(content.cites)
            self.planned.put(content.actions)
        finally:
            self._loading = False
        self.clear_complaints()
        self._show_needs()

    def content(self, commentary: str) -> Content:
        """What stands in the fields; the reason only where one is asked for."""
        reason = self.reason.text if self.asks_reason else ""
        return Content(self.level.level, reason, commentary, self.cited.cites, self.planned.planned)

    @property
    def asks_reason(self) -> bool:
        """Whether the level chosen needs a reason: not applicable, or another one than proposed (D-9)."""
        level, item = self.level.level, self._item
        if level is None or item is None:
            return False
        return level is Level.NOT_APPLICABLE or (item.proposed is not None and level is not item.proposed)

    def say_state(self, words: str) -> None:
        """A few words in the foot, such as that the draft is saved."""
        self.state_words.say(words)

    def set_read_only(self, on: bool) -> None:
        self.level.setEnabled(not on)
        self.reason.setReadOnly(on)
        self.cited.set_read_only(on)
        self.planned.set_read_only(on)
        self.versions.set_read_only(on)
        self.save.setEnabled(not on)

    def typing(self) -> bool:
        """Whether the caret is in one of the fields."""
        return self.reason.hasFocus() or self.planned.typing()

    def _show_meanwhile(self, says: str) -> None:
        if (self.notice.says if self.notice is not None else "") == says:
            return
        if self.notice is not None:
            self._notice_place.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
        if says:
            self.notice = Banner(says, Tone.WARN)
            self._notice_place.addWidget(self.notice)

    def _show_needs(self) -> None:
        level = self.level.level
        self._reason.setVisible(self.asks_reason)
        why = self.tr("Why it is not applicable")
        if level is not Level.NOT_APPLICABLE:
            why = self.tr("Why otherwise than proposed")
        self._reason.title.setText(why)
        self.reason.setAccessibleName(why)
        words = self.tr("optional")
        if level is Level.PARTLY_MET:
            words = self.tr("needed")
        elif level is Level.NOT_MET:
            words = self.tr("essential one needed")
        self._actions_need.setText(words)

    # -- complaints ---------------------------------------------------------------------------------------------

    def refuse(self, error: KnownError, commentary: GrowingText) -> None:
        """Say why it was refused beside what it is about, and put the focus there; all that is typed stays."""
        self.clear_complaints()
        place: QWidget
        if error.code == "commentary_missing":
            self.level_complaint.say(error)
            place = commentary
        elif error.code == "reason_missing":
            self.reason_complaint.say(error)
            place = self.reason
        elif error.code.startswith("action_"):
            self.actions_complaint.say(error)
            place = self._action_at_fault()
        else:
            self.level_complaint.say(error)
            place = self.level.first()
        place.setFocus()
        QTimer.singleShot(0, self, self._show_complaint)

    def _action_at_fault(self) -> QWidget:
        for row in self.planned.rows:
            action = row.action
            if not action.text.strip():
                return row.field
            if action.essential and not action.owner.strip():
                return row.owner
            if action.essential and action.due_on is None:
                return row.due
        return self.planned.add_button

    def _show_complaint(self) -> None:
        # A complaint has its place only once the column was laid out anew.
        for complaint in (self.level_complaint, self.reason_complaint, self.actions_complaint):
            if not complaint.isHidden():
                self.area.ensureWidgetVisible(complaint, 0, spacing.WIDE)

    def clear_complaints(self) -> None:
        for complaint in (self.level_complaint, self.reason_complaint, self.actions_complaint):
            complaint.clear()

    @property
    def complaint(self) -> str:
        """What is complained of now; empty while all is well."""
        every = (self.level_complaint, self.reason_complaint, self.actions_complaint)
        return " ".join(complaint.text for complaint in every if complaint.text)

    # -- choosing -----------------------------------------------------------------------------------------------

    def decide(self, level: Level) -> None:
        """Choose a level as if the person had pressed its button."""
        self.level.choose(level)
        self._chose()

    def _chose(self) -> None:
        self._show_needs()
        self._changed()

    def _changed(self) -> None:
        if not self._loading:
            self.clear_complaints()
            self.edited.emit()

    def show_field(self, field: QWidget) -> None:
        """Put the caret there and bring it into sight."""
        field.setFocus()
        self.area.ensureWidgetVisible(field, 0, spacing.WIDE)
