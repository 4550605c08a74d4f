"""Settings: look, text size, keys, and where the data lies."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QMainWindow,
    QPushButton,
    QRadioButton,
    QSpinBox,
)
from pytestqt.qtbot import QtBot

from app.views import style
from app.views.actions import ActionRegistry
from app.views.settings.screen import SettingsScreen
from app.views.shell.first_look import FirstLook
from app.workspace.desk import Desk
from tests.views.windows import bring_up


class Opened:
    """The Settings screen in a window, over a real desk and a look file of its own."""

    def __init__(self, desk: Desk, file: Path, qtbot: QtBot) -> None:
        self.desk = desk
        self.file = file
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = ActionRegistry(self.window)
        self.done: list[str] = []
        for id, text, keys in (("switch", "Switch", ""), ("about", "About", ""), ("help", "Help", "F1")):
            self.actions.add(id, text, lambda id=id: self.done.append(id), shortcut=keys)
        self.actions.add("next", "Next sample", lambda: None, shortcut="N", letter=True, group="&Moderation")
        self.actions.add("agree", "Agreed", lambda: None, shortcut="1", letter=True, group="&Moderation")
        self.screen = SettingsScreen(desk, self.actions, FirstLook(file))
        self.window.setCentralWidget(self.screen)
        bring_up(qtbot, self.window, 1000, 700)
        self.screen.entered()

    def button(self, name: str) -> QPushButton:
        return self.screen.findChild(QPushButton, name)


@pytest.fixture
def settings(desk: Desk, tmp_path: Path, qtbot: QtBot) -> Opened:
    return Opened(desk, tmp_path / "window.ini", qtbot)


def test_the_theme_changes_at_once_and_is_found_again(
    settings: Opened, qtbot: QtBot, qapp: QApplication
) -> None:
    assert settings.screen.findChild(QRadioButton, "theme_light").hasFocus()
    settings.screen.findChild(QRadioButton, "theme_dark").click()
    assert style.colours().dark
    style.apply(qapp, "light")
    FirstLook(settings.file).dress(qapp)
    assert style.look().theme == "dark"


def test_the_text_size_changes_at_once_and_is_found_again(settings: Opened, qapp: QApplication) -> None:
    settings.screen.findChild(QSpinBox, "textSize").setValue(150)
    assert style.look().scale == pytest.approx(1.5)
    style.apply(qapp, "light", 1.0)
    assert settings.screen.findChild(QSpinBox, "textSize").value() == 100
    FirstLook(settings.file).dress(qapp)
    assert style.look().scale == pytest.approx(1.5)


def test_a_damaged_look_file_is_no_trouble(tmp_path: Path, qapp: QApplication) -> None:
    path = tmp_path / "window.ini"
    path.write_text("[General]\ntheme=purple\ntext=huge\nwindow=nonsense\n")
    FirstLook(path).dress(qapp)
    assert style.look().theme == "system"
    assert style.look().scale == 1.0


def test_single_letters_can_be_switched_off_and_the_desk_remembers(settings: Opened) -> None:
    box = settings.screen.findChild(QCheckBox, "singleLetters")
    box.setChecked(False)
    assert not settings.actions.letters_on
    assert settings.desk.setting("letters") is False
    box.setChecked(True)
    assert settings.desk.setting("letters") is True


def press(settings: Opened, qtbot: QtBot, name: str) -> None:
    qtbot.mouseClick(settings.button(name), Qt.MouseButton.LeftButton)


def test_an_action_can_be_given_another_key_and_its_old_one_back(settings: Opened, qtbot: QtBot) -> None:
    table = settings.screen._keys
    table.choose("next")
    assert not settings.button("keyReset").isEnabled()
    table.edit.setKeySequence(QKeySequence("Ctrl+J"))
    press(settings, qtbot, "keySet")
    assert settings.actions.entry("next").keys == "Ctrl+J"
    assert settings.desk.setting("shortcuts") == {"next": "Ctrl+J"}
    assert table.tree.currentItem().text(2) == "Ctrl+J"
    press(settings, qtbot, "keyReset")
    assert settings.actions.entry("next").keys == "N"
    assert settings.desk.setting("shortcuts") == {}


def test_a_key_that_is_taken_is_refused_in_words(settings: Opened, qtbot: QtBot) -> None:
    table = settings.screen._keys
    table.choose("next")
    table.edit.setKeySequence(QKeySequence("1"))
    says = [label.text() for label in table.findChildren(QLabel) if label.isVisible()]
    assert "1 already belongs to “Agreed”. Choose another key." in says
    assert not settings.button("keySet").isEnabled()


def test_a_key_can_be_taken_away(settings: Opened, qtbot: QtBot) -> None:
    settings.screen._keys.choose("agree")
    press(settings, qtbot, "keyNone")
    assert settings.actions.entry("agree").keys == ""
    assert settings.desk.setting("shortcuts") == {"agree": ""}


def test_giving_back_a_key_that_went_elsewhere_takes_it_from_there(settings: Opened, qtbot: QtBot) -> None:
    table = settings.screen._keys
    table.choose("agree")
    press(settings, qtbot, "keyNone")
    table.choose("next")
    table.edit.setKeySequence(QKeySequence("1"))
    press(settings, qtbot, "keySet")
    table.choose("agree")
    press(settings, qtbot, "keyReset")
    assert settings.actions.entry("agree").keys == "1"
    assert settings.actions.entry("next").keys == "N"


def test_it_tells_who_works_here_and_where_the_data_lies(settings: Opened) -> None:
    words = " ".join(label.text() for label in settings.screen.findChildren(QLabel))
    assert settings.desk.person.email in words
    assert settings.desk.service_url in words
    assert str(settings.desk.profile.folder) in words


def test_help_and_signing_in_as_somebody_else_are_a_press_away(settings: Opened, qtbot: QtBot) -> None:
    for button in settings.screen.findChildren(QPushButton):
        if button.text() in ("Keys and guidance", "Licences…", "Sign in as somebody else…"):
            button.click()
    assert sorted(settings.done) == ["about", "help", "switch"]
