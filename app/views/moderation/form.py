"""Where a judgement is made: decision, rationale and actions, with what is wrong said beside the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.domain.moderation import Decision, Judgement
from app.views.moderation.actions_list import ActionsEditor
from app.views.moderation.choice import DecisionChoice
from app.views.moderation.fields import Complaint, GrowingText, MergedNote, Section
from app.views.parts import label
from app.views.style import spacing
from app.workspace.snapshots import JudgementDraft

FIELD_OF = {"rationale_missing": "rationale", "action_missing": "actions"}
"""Which field a refusal is about; all others concern the decision."""


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in the form."""

    decision: Decision | None = None
    rationale: str = ""
    actions: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        return self.decision is None and not self.rationale.strip() and not self.actions


def content_of(judgement: Judgement | None) -> Content:
    """What was recorded, as it stands in the form."""
    if judgement is None:
        return Content()
    actions = tuple(action.text for action in judgement.actions)
    return Content(judgement.decision, judgement.rationale, actions)


def content_of_draft(draft: JudgementDraft | None) -> Content:
    return Content() if draft is None else Content(draft.decision, draft.rationale, draft.actions)


def says_same(one: Content, other: Content) -> bool:
    """Whether two contents say the same, blanks aside."""
    return (
        one.decision is other.decision
        and one.rationale.strip() == other.rationale.strip()
        and _told(one.actions) == _told(other.actions)
    )


def _told(actions: tuple[str, ...]) -> list[str]:
    return [action.strip() for action in actions if action.strip()]


class JudgementForm(QWidget):
    """The form. edited: the person changed something. left: a field lost the focus. escaped: Esc in a field."""

    edited = Signal()
    left = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._loading = False
        self.merged = {name: MergedNote() for name in ("decision", "rationale", "actions")}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.BASE)
        decision = Section(self.tr("Decision"))
        self.choice = DecisionChoice()
        self.decision_complaint = Complaint()
        decision.column.addWidget(self.choice)
        decision.column.addWidget(self.merged["decision"])
        decision.column.addWidget(self.decision_complaint)
        column.addWidget(decision)
        rationale = Section(self.tr("Rationale"))
        self._rationale_need = label("", "small")
        rationale.head.addWidget(self._rationale_need)
        self.rationale = GrowingText("rationale", self.tr("Rationale"), least=3, most=12)
        self.rationale_complaint = Complaint()
        rationale.column.addWidget(self.rationale)
        rationale.column.addWidget(self.merged["rationale"])
        rationale.column.addWidget(self.rationale_complaint)
        column.addWidget(rationale)
        actions = Section(self.tr("Actions for the centre"))
        self._actions_need = label("", "small")
        actions.head.addWidget(self._actions_need)
        self.to_do = ActionsEditor()
        self.actions_complaint = Complaint()
        actions.column.addWidget(self.to_do)
        actions.column.addWidget(self.merged["actions"])
        actions.column.addWidget(self.actions_complaint)
        column.addWidget(actions)
        self.choice.picked.connect(self._decided)
        self.rationale.edited.connect(self._typed_rationale)
        self.to_do.edited.connect(self._typed_actions)
        for part in (self.rationale, self.to_do):
            part.left.connect(self.left)
            part.escaped.connect(self.escaped)
        self._show_needs()

    @property
    def content(self) -> Content:
        return Content(self.choice.decision, self.rationale.text, self.to_do.texts)

    def set_content(self, content: Content) -> None:
        """Put other content in without counting it as the person's typing; what is the same is left alone."""
        self._loading = True
        try:
            self.choice.choose(content.decision)
            self.rationale.set_text(content.rationale)
            self.to_do.set_texts(content.actions)
        finally:
            self._loading = False
        self.clear_complaints()
        self._show_needs()

    def show_merged(self, merged: Mapping[str, str]) -> None:
        """Which fields hold something of others, and whose it is."""
        for name, note in self.merged.items():
            words = self.tr("Merged from {whose}").format(whose=merged[name]) if name in merged else ""
            note.say(words)

    def decide(self, decision: Decision) -> None:
        """Choose a decision as if the person had pressed its button."""
        self.choice.choose(decision)
        self._decided()

    def set_read_only(self, on: bool) -> None:
        self.choice.setEnabled(not on)
        self.rationale.setReadOnly(on)
        self.to_do.set_read_only(on)

    def refuse(self, error: KnownError) -> None:
        """Say why it was refused beside the field it is about, and put the focus there; the text stays."""
        self.clear_complaints()
        match FIELD_OF.get(error.code):
            case "rationale":
                self.rationale_complaint.say(error)
                self._mark(self.rationale, True)
                self.rationale.setFocus()
            case "actions":
                self.actions_complaint.say(error)
                self._mark(self.to_do.field, True)
                self.to_do.field.setFocus()
            case _:
                self.decision_complaint.say(error)

    def complaints(self) -> tuple[Complaint, ...]:
        """Where the form complains, in the order on screen; hidden while there is nothing to say."""
        return (self.decision_complaint, self.rationale_complaint, self.actions_complaint)

    def clear_complaints(self) -> None:
        for complaint in self.complaints():
            complaint.clear()
        self._mark(self.rationale, False)
        self._mark(self.to_do.field, False)

    @property
    def complaint(self) -> str:
        """What the form complains of now; empty while all is well."""
        every = (self.decision_complaint, self.rationale_complaint, self.actions_complaint)
        return " ".join(complaint.text for complaint in every if complaint.text)

    @staticmethod
    def _mark(field: GrowingText, wrong: bool) -> None:
        if bool(field.property("wrong")) is not wrong:
            field.setProperty("wrong", wrong)
            field.style().unpolish(field)
            field.style().polish(field)

    def _decided(self) -> None:
        self.decision_complaint.clear()
        self._show_needs()
        self._tell()

    def _typed_rationale(self) -> None:
        self.rationale_complaint.clear()
        self._mark(self.rationale, False)
        self._tell()

    def _typed_actions(self) -> None:
        self.actions_complaint.clear()
        self._mark(self.to_do.field, False)
        self._tell()

    def _tell(self) -> None:
        if not self._loading:
            self.edited.emit()

    def _show_needs(self) -> None:
        decision = self.choice.decision
        needed, possible = self.tr("needed"), self.tr("optional")
        rationale = decision is not None and decision.needs_rationale
        action = decision is not None and decision.needs_action
        self._rationale_need.setText(needed if rationale else possible)
        self._actions_need.setText(needed if action else possible)
