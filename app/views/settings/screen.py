"""The Settings screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
)

from app.views import style
from app.views.actions import ActionRegistry
from app.views.choosing import NumberBox
from app.views.pages import Card, ScrollPage
from app.views.parts import button, heading_row, label
from app.views.places import log_file, window_file
from app.views.screen import Screen
from app.views.settings.keys import KeyTable
from app.views.shell.about import version_words
from app.views.shell.first_look import FirstLook
from app.views.style import Theme, spacing

if TYPE_CHECKING:
    from app.workspace.desk import Desk


class SettingsScreen(Screen):
    """Everything here takes effect at once; there is nothing to confirm."""

    def __init__(self, desk: Desk, actions: ActionRegistry, look: FirstLook) -> None:
        super().__init__()
        self._desk = desk
        self._actions = actions
        self._look = look
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage()
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self._scroll.page)
        row.setContentsMargins(spacing.WIDE, spacing.ROOMY, spacing.WIDE, spacing.WIDE)
        self._column = QVBoxLayout()
        self._column.setSpacing(spacing.ROOMY)
        row.addLayout(self._column, 4)
        row.addStretch(1)
        self._column.addWidget(label(self.tr("Settings"), "title"))
        self._build_looks()
        self._build_keys()
        self._build_account()
        self._build_places()
        self._build_about()
        self._column.addStretch()
        outer.addWidget(self._scroll)
        style.look().changed.connect(self._show_look)
        self._show_look()

    # -- Screen -----------------------------------------------------------------------------------------------

    def entered(self) -> None:
        self._radios[style.look().theme].setFocus()
        self._keys.refresh()

    def memory(self) -> dict[str, Any]:
        return {"scroll": self._scroll.verticalScrollBar().value()}

    def recall(self, memory: dict[str, Any]) -> None:
        self._scroll.verticalScrollBar().setValue(int(memory.get("scroll", 0)))

    # -- building ---------------------------------------------------------------------------------------------

    def _card(self, icon: str, title: str) -> QVBoxLayout:
        card = Card(icon, title)
        self._column.addWidget(card)
        return card.column

    def _build_looks(self) -> None:
        column = self._card("eye", self.tr("Appearance"))
        self._themes = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(spacing.ROOMY)
        self._radios: dict[str, QRadioButton] = {}
        for theme, words in (
            ("system", self.tr("As the &system")),
            ("light", self.tr("&Light")),
            ("dark", self.tr("&Dark")),
        ):
            radio = QRadioButton(words)
            radio.setObjectName(f"theme_{theme}")
            radio.clicked.connect(lambda _checked=False, theme=theme: self._put_on(theme))
            self._themes.addButton(radio)
            self._radios[theme] = radio
            row.addWidget(radio)
        row.addStretch()
        column.addLayout(row)
        size = QLabel(self.tr("&Text size"))
        self._size = NumberBox()
        self._size.setObjectName("textSize")
        self._size.setRange(100, 200)
        self._size.setSingleStep(10)
        self._size.setSuffix(" %")
        self._size.setAccessibleName(self.tr("Text size in per cent"))
        self._size.setMinimumWidth(12 * self.fontMetrics().horizontalAdvance("n"))
        self._size.setKeyboardTracking(False)
        self._size.valueChanged.connect(self._resize_text)
        size.setBuddy(self._size)
        column.addLayout(heading_row(size, self._size))
        column.addWidget(
            label(
                self.tr(
                    "Ctrl + and Ctrl − change it, Ctrl 0 resets it. Where a page of evidence or a report is in front, "
                    "they enlarge that page instead."
                ),
                "muted",
                wrap=True,
            )
        )

    def _build_keys(self) -> None:
        column = self._card("keys", self.tr("Keyboard"))
        self._letters = QCheckBox(self.tr("&Use single letters and digits as keys"))
        self._letters.setObjectName("singleLetters")
        self._letters.setChecked(self._actions.letters_on)
        self._letters.toggled.connect(self._switch_letters)
        column.addWidget(self._letters)
        column.addWidget(label(self.tr("They rest while you write in a text field."), "muted", wrap=True))
        self._keys = KeyTable(self._actions)
        self._keys.remapped.connect(lambda keys: self._desk.put_setting("shortcuts", keys))
        column.addWidget(self._keys)

    def _build_account(self) -> None:
        column = self._card("person", self.tr("Account"))
        person = self._desk.person
        roles = ", ".join(sorted(role.words for role in person.roles))
        grid = _Facts()
        grid.add(self.tr("Name"), person.name)
        grid.add(self.tr("E-mail address"), person.email)
        grid.add(self.tr("Role"), roles)
        grid.add(self.tr("Service"), self._desk.service_url)
        column.addLayout(grid)
        switch = button(self.tr("Sign in as somebody else…"), lambda: self._actions.get("switch").trigger())
        column.addLayout(heading_row(switch))

    def _build_places(self) -> None:
        column = self._card("lock", self.tr("Where your data lies"))
        column.addWidget(
            label(
                self.tr(
                    "Your work and the evidence lie encrypted in one folder; the key is in this computer's "
                    "keyring. The log holds technical warnings only."
                ),
                "muted",
                wrap=True,
            )
        )
        folder = Path(self._desk.profile.folder)
        grid = _Facts()
        grid.add(self.tr("Your folder"), str(folder))
        grid.add(self.tr("Window and look"), str(window_file()))
        grid.add(self.tr("Log"), str(log_file()))
        column.addLayout(grid)
        show = button(
            self.tr("Show the folder"),
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))),
            icon="export",
        )
        column.addLayout(heading_row(show))

    def _build_about(self) -> None:
        column = self._card("info", self.tr("About"))
        grid = _Facts()
        grid.add(self.tr("Version"), version_words())
        column.addLayout(grid)
        about = button(self.tr("Licences…"), lambda: self._actions.get("about").trigger())
        help_ = button(self.tr("Keys and guidance"), lambda: self._actions.get("help").trigger(), icon="help")
        column.addLayout(heading_row(help_, about))

    # -- doing ------------------------------------------------------------------------------------------------

    def _show_look(self) -> None:
        here = style.look()
        self._radios[here.theme].setChecked(True)
        self._size.blockSignals(True)
        self._size.setValue(round(here.scale * 100))
        self._size.blockSignals(False)

    def _put_on(self, theme: str) -> None:
        self._look.put_on(cast(Theme, theme), style.look().scale)

    def _resize_text(self, percent: int) -> None:
        self._look.put_on(style.look().theme, percent / 100)

    def _switch_letters(self, on: bool) -> None:
        self._actions.set_letters(on)
        self._desk.put_setting("letters", on)
        self._keys.refresh()


class _Facts(QGridLayout):
    """Names at the left, what they stand for at the right; the right side can be marked and copied."""

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalSpacing(spacing.ROOMY)
        self.setVerticalSpacing(spacing.TIGHT)
        self.setColumnStretch(1, 1)

    def add(self, name: str, value: str) -> None:
        row = self.rowCount()
        self.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
        # Long paths break after their separators; the mark that allows it is left out when copying is done by hand.
        words = label(value, wrap=True)
        words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        words.setAccessibleName(f"{name}: {value}")
        self.addWidget(words, row, 1)
