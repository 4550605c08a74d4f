"""One field of two versions: what was before, mine and theirs, what to take, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QCoreApplication, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.merging import How, Pick, Value, same
from app.views import style
from app.views.conflicts.results import result_for
from app.views.conflicts.versions import ThreeColumns
from app.views.parts import Badge, announce, button, label
from app.views.style import icons, set_property, spacing
from app.views.style.palette import Tone
from app.workspace.comparing import Conflict, ConflictField, words_of


class FieldCard(QFrame):
    """A field to decide on, or only to be seen. Takes the focus as a whole, where its keys are awake.

    edited: what it becomes was chosen or changed. escaped: Esc in one of its text fields. taken: a version was taken
    over, and the result stands below.
    """

    edited = Signal()
    taken = Signal()
    escaped = Signal()

    def __init__(self, conflict: Conflict, field: ConflictField) -> None:
        super().__init__()
        self.setObjectName(f"field_{field.name}")
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.field = field
        self._decided = False
        self._typed = False
        self.buttons: dict[Pick, QPushButton] = {}
        self._words = pick_words(mine_is_mine=conflict.mine_is_mine)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.ROOMY, spacing.BASE, spacing.ROOMY, spacing.BASE)
        column.setSpacing(spacing.SNUG)
        head = QHBoxLayout()
        head.setSpacing(spacing.SNUG)
        head.addWidget(label(field.title, "heading"))
        self._badge = Badge()
        head.addWidget(self._badge)
        head.addStretch()
        column.addLayout(head)
        self.columns = ThreeColumns()
        titles = (self.tr("Before"), self._words[Pick.MINE], self._words[Pick.THEIRS])
        self.columns.show_field(field, titles, (conflict.before, conflict.mine, conflict.theirs))
        column.addWidget(self.columns)
        self._result = result_for(field, self.tr("Result: {field}").format(field=field.title))
        self._result_place = self._make_result()
        column.addWidget(self._make_picks())
        column.addWidget(self._result_place)
        self._result.edited.connect(self._result_edited)
        self._result.escaped.connect(self._escaped)
        if field.how is not How.CLASH and field.picks:
            self._decided = True
            self._result.put(field.value)
        self._show_state()

    def _make_picks(self) -> QWidget:
        place = QWidget()
        row = QHBoxLayout(place)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.SNUG)
        for pick in self.field.picks:
            press = button(self._words[pick], partial(self.take, pick), name=f"{pick}_{self.field.name}")
            press.setCheckable(True)
            self.buttons[pick] = press
            row.addWidget(press)
        row.addStretch()
        if not (self.field.differs and self.field.picks):
            place.hide()
        return place

    def _make_result(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.TIGHT)
        column.addWidget(label(self.tr("Result"), "strong"))
        column.addWidget(self._result)
        return place

    # What it becomes

    @property
    def result_place(self) -> QWidget:
        """Where the result stands."""
        return self._result_place

    @property
    def decided(self) -> bool:
        """Whether it is known what the field becomes; a field that is only shown needs no decision."""
        return self._decided or not self.field.picks

    @property
    def value(self) -> Value:
        """What the field becomes."""
        return self._result.value

    @property
    def typed(self) -> bool:
        """Whether what it becomes was written by hand, and stands in neither version."""
        return self._typed and not any(same(self.value, self.field.taken(pick)) for pick in self.field.picks)

    def take(self, pick: Pick) -> bool:
        """Take a version over into the result. False when this field does not offer it."""
        if pick not in self.buttons or not self.field.differs:
            return False
        self._decided, self._typed = True, False
        self._result.put(self.field.taken(pick))
        self._show_state()
        taken = self.tr("{field}: {pick} taken").format(field=self.field.title, pick=self._words[pick])
        announce(self, taken)
        self.edited.emit()
        self.taken.emit()
        return True

    def put_back(self, value: Value) -> None:
        """What was written by hand before, such as before the window was closed."""
        self._decided = self._typed = True
        self._result.put(value)
        self._show_state()

    def show_keys(self, keys: Mapping[Pick, str]) -> None:
        """The keys that take a version, shown on its button; empty for none."""
        for pick, press in self.buttons.items():
            words, key = self._words[pick], keys[pick]
            press.setText(f"{words} ({key})" if key else words)
            says = self.tr("{pick}: {field}").format(pick=words, field=self.field.title)
            press.setAccessibleName(f"{says}, {self.tr('key')} {key}" if key else says)

    def _result_edited(self) -> None:
        self._decided = self._typed = True
        self._show_state()
        self.edited.emit()

    def _escaped(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.escaped.emit()

    def _show_state(self) -> None:
        taken = None
        if self._decided:
            agreeing = (pick for pick in self.field.picks if same(self.value, self.field.taken(pick)))
            taken = next(agreeing, None)
        for pick, press in self.buttons.items():
            press.setChecked(pick is taken)
            set_property(press, "kind", "primary" if pick is taken else "")
            icons.dress(press, "check" if pick is taken else "circle", "on_accent" if pick is taken else "")
        self._result_place.setVisible(self._decided and self.field.differs)
        words, tone, glyph = self._state()
        self._badge.say(words, tone, glyph)
        parts = [self.field.title, words]
        if self._decided and self.field.differs:
            result = words_of(self.field.name, self.value)
            parts.append(self.tr("result: {words}").format(words=result or self.tr("nothing")))
        self.setAccessibleName(", ".join(parts))

    def _state(self) -> tuple[str, Tone, str]:
        if not self.field.differs:
            return self.tr("The same on both sides"), Tone.NEUTRAL, "check"
        if not self.field.picks:
            return self.tr("Changed meanwhile"), Tone.INFO, "info"
        if not self._decided:
            return self.tr("Differs: choose"), Tone.WARN, "warning"
        if self.typed:
            return self.tr("Edited"), Tone.GOOD, "draft"
        if self.field.how in (How.THEIRS, How.UNITED) and same(self.value, self.field.value):
            return self.tr("Merged"), Tone.INFO, "merge"
        return self.tr("Chosen"), Tone.GOOD, "check"

    # The focus

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(style.colours().focus), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)


def pick_words(*, mine_is_mine: bool) -> dict[Pick, str]:
    """What the two versions are called."""
    if mine_is_mine:
        return {Pick.MINE: _tr("Mine"), Pick.THEIRS: _tr("Theirs"), Pick.BOTH: _tr("Both")}
    return {Pick.MINE: _tr("First"), Pick.THEIRS: _tr("Second"), Pick.BOTH: _tr("Both")}


def _tr(text: str) -> str:
    return QCoreApplication.translate("FieldCard", text)
