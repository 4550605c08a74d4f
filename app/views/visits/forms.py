"""Forms of a review as a whole: what is typed in them is kept as it is typed, and put back when one returns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views.choosing import Chooser
from app.views.moderation.fields import Complaint, GrowingText
from app.views.moderation.keeper import Keeper
from app.views.parts import label
from app.views.style import spacing
from app.views.visits.moments import ClockField, DayField

if TYPE_CHECKING:
    from app.workspace.visits.desk import VisitsDesk

Field = GrowingText | QLineEdit | QCheckBox | Chooser


class KeptForm(QWidget):
    """A form whose fields are kept under its name. edited: the person changed one of them. left: the caret left it.

    Fields are added in their order with ``field``; what a subclass draws around them is its own.
    """

    edited = Signal()
    left = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.fields: dict[str, Field] = {}
        self._blank: dict[str, str] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(spacing.TIGHT + 2)
        self.complaint = Complaint()

    def field(self, key: str, control: Field, words: str = "") -> Field:
        """Take a control in: under its words, kept by ``key``. What it holds now is what it holds when blank."""
        self.fields[key] = control
        self._blank[key] = _value(control)
        if words:
            self.column.addWidget(label(words, "muted", wrap=True))
        self.column.addWidget(control)
        self._listen(control)
        return control

    def take(self, key: str, control: Field) -> None:
        """As ``field``, for a control that is laid out elsewhere in the form."""
        self.fields[key] = control
        self._blank[key] = _value(control)
        self._listen(control)

    def _listen(self, control: Field) -> None:
        match control:
            case GrowingText() | DayField() | ClockField():
                control.edited.connect(self._typed)
                control.left.connect(self.left)
            case QLineEdit():
                control.textEdited.connect(self._typed)
                control.editingFinished.connect(self.left)
            case QCheckBox():
                control.clicked.connect(self._typed)
            case Chooser():
                control.activated.connect(self._typed)

    def _typed(self) -> None:
        self.complaint.clear()
        self.edited.emit()

    @property
    def content(self) -> dict[str, str]:
        """What is typed, by field; a field as it is when nobody touched it is left out."""
        values = {key: _value(control) for key, control in self.fields.items()}
        return {key: value for key, value in values.items() if value != self._blank[key]}

    def put(self, content: Mapping[str, str]) -> None:
        """Show what was kept; it does not count as typed. What stands already leaves carets alone."""
        for key, control in self.fields.items():
            _put(control, content.get(key, self._blank[key]))

    def start_from(self, content: Mapping[str, str]) -> None:
        """What the fields hold from now on when nobody has typed in them."""
        typed = self.content
        self._blank.update(content)
        self.put(typed)

    def typing(self) -> bool:
        """Whether the caret is in one of the fields."""
        return any(control.hasFocus() for control in self.fields.values())

    def refuse(self, error: KnownError) -> None:
        """Say why it could not be done; what is typed stays."""
        self.complaint.say(error)


class Forms(QObject):
    """Keeps the forms of one review. failed(KnownError): something typed could not be written; told once."""

    failed = Signal(object)

    def __init__(self, visits: VisitsDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._visits = visits
        self._review_id = ""
        self._forms: dict[str, KeptForm] = {}
        self._touched: dict[str, KeptForm] = {}
        self.keeper = Keeper(self._save, self)
        self.keeper.failed.connect(self.failed)

    def watch(self, form: KeptForm) -> None:
        """Look after a form from now on; the one before it under the same name is looked after no more."""
        self._forms[form.name] = form
        form.edited.connect(lambda: self._edited(form))
        form.left.connect(self.keeper.save_now)
        if self._review_id:
            form.put(self._visits.form(self._review_id, form.name))

    def unwatch(self, form: KeptForm) -> None:
        """The form is about to go; what is typed in it is written first."""
        if form.name in self._touched:
            self.keeper.save_now()
        if self._forms.get(form.name) is form:
            del self._forms[form.name]
        self._touched.pop(form.name, None)

    def open(self, review_id: str, kept: Collection[str]) -> None:
        """Show what is kept for this review. What was typed for another must have been saved.

        kept: names of the forms in which something is typed. A form that one is writing in is left alone.
        """
        another = review_id != self._review_id
        self._review_id = review_id
        for name, form in self._forms.items():
            if another:
                form.complaint.clear()
            elif name in self._touched or form.typing():
                continue
            form.put(self._visits.form(review_id, name) if name in kept else {})

    def forget(self, form: KeptForm) -> None:
        """What was typed in it is recorded: the form is blank again."""
        self._touched.pop(form.name, None)
        form.complaint.clear()
        form.put({})
        self._visits.save_form(self._review_id, form.name, {})

    def put_kept(self, form: KeptForm) -> None:
        """Show in it what is kept of it now, such as after a deed was taken back."""
        self._touched.pop(form.name, None)
        form.put(self._visits.form(self._review_id, form.name))

    @property
    def touched(self) -> bool:
        """Whether something typed is not in the database yet."""
        return self.keeper.touched

    def unsaved_words(self) -> str:
        """What is typed and not written, as it can be copied."""
        lines = (f"{key}: {value}" for form in self._touched.values() for key, value in form.content.items())
        return "\n".join(lines)

    def _edited(self, form: KeptForm) -> None:
        self._touched[form.name] = form
        self.keeper.touch()

    def _save(self) -> None:
        for name, form in tuple(self._touched.items()):
            self._visits.save_form(self._review_id, name, form.content)
            del self._touched[name]


def _value(control: Field) -> str:
    match control:
        case GrowingText():
            return control.text
        case DayField():
            # A day that is understood is kept as such; half a one as it was typed.
            return control.day.isoformat() if control.day is not None else control.text()
        case QLineEdit():
            return control.text()
        case QCheckBox():
            return "yes" if control.isChecked() else ""
        case Chooser():
            return str(control.currentData() or "")


def _put(control: Field, value: str) -> None:
    match control:
        case GrowingText() | ClockField():
            control.set_text(value)
        case DayField():
            if value != _value(control):
                control.set_text(value)
                control.say_back()
        case QLineEdit():
            if control.text() != value:
                control.setText(value)
        case QCheckBox():
            control.setChecked(value == "yes")
        case Chooser():
            control.setCurrentIndex(max(0, control.findData(value)))
