"""What a field will become: shown before it is saved, and free to be edited."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.merging import Value
from app.domain.moderation import Decision, Outcome
from app.views.choosing import Chooser
from app.views.moderation.actions_list import ActionsEditor
from app.views.moderation.fields import GrowingText
from app.views.style import spacing
from app.workspace.comparing import ConflictField, words_of


class Result(Protocol):
    """Shows and takes the value of one field. edited: the person changed it. escaped: Esc in a text field."""

    edited: Signal
    escaped: Signal

    @property
    def value(self) -> Value: ...

    def put(self, value: Value) -> None: ...


class ChoiceResult(Chooser):
    """A decision or an outcome."""

    edited = Signal()
    escaped = Signal()

    def __init__(self, field: ConflictField, says: str) -> None:
        super().__init__()
        self.setObjectName(f"result_{field.name}")
        self.setAccessibleName(says)
        sides = (field.before, field.mine, field.theirs)
        values = list(Decision) if field.name == "decision" else list(Outcome)
        for value in values:
            # A suspicion holds the request and is raised on the bench; it is offered where a side raised it.
            if value is not Decision.SUSPECTED_MALPRACTICE or value.value in sides:
                self.addItem(words_of(field.name, value.value), value.value)
        self.activated.connect(lambda _place: self.edited.emit())

    @property
    def value(self) -> Value:
        return str(self.currentData() or "")

    def put(self, value: Value) -> None:
        self.setCurrentIndex(self.findData(value))


class TextResult(GrowingText):
    """A text."""

    def __init__(self, field: ConflictField, says: str) -> None:
        super().__init__(f"result_{field.name}", says, least=2, most=14)

    @property
    def value(self) -> Value:
        return self.text

    def put(self, value: Value) -> None:
        assert isinstance(value, str)
        self.set_text(value)


class ListResult(QWidget):
    """A list of texts."""

    edited = Signal()
    escaped = Signal()

    def __init__(self, field: ConflictField, says: str) -> None:
        super().__init__()
        self.setObjectName(f"result_{field.name}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.TIGHT)
        self._editor = ActionsEditor()
        for old, name in (
            ("actionList", "resultActions"),
            ("actionText", "resultNewAction"),
            ("addAction", "resultAddAction"),
        ):
            # By their former names the bench's own fields are found.
            for part in self._editor.findChildren(QWidget, old):
                part.setObjectName(name)
        self._editor.setAccessibleName(says)
        self._editor.edited.connect(self.edited)
        self._editor.escaped.connect(self.escaped)
        column.addWidget(self._editor)

    @property
    def value(self) -> Value:
        return self._editor.texts

    def put(self, value: Value) -> None:
        assert not isinstance(value, str)
        self._editor.set_texts(value)


def result_for(field: ConflictField, says: str) -> ChoiceResult | TextResult | ListResult:
    """The editor that fits a field. says: its accessible name."""
    if field.name in ("decision", "outcome"):
        return ChoiceResult(field, says)
    return TextResult(field, says) if isinstance(field.mine, str) else ListResult(field, says)
