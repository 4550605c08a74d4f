"""The registry of actions: keys, letters that sleep in text fields, and keys of one's own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QMainWindow, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.views.actions import ActionRegistry
from tests.views.windows import bring_up


class Bench:
    """A window with a text field, a list, and a few actions."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        middle = QWidget()
        column = QVBoxLayout(middle)
        self.field, self.text, self.list = QLineEdit(), QPlainTextEdit(), QListWidget()
        for widget in (self.field, self.text, self.list):
            column.addWidget(widget)
        self.window.setCentralWidget(middle)
        self.actions = ActionRegistry(self.window)
        self.done: list[str] = []
        self.actions.add("next", "&Next sample", lambda: self.done.append("next"), shortcut="N", letter=True)
        self.actions.add("agree", "&Agreed", lambda: self.done.append("agree"), shortcut="1", letter=True)
        self.actions.add("save", "&Save…", lambda: self.done.append("save"), shortcut="Ctrl+Return")
        bring_up(qtbot, self.window)


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_letters_act_where_nothing_is_written(bench: Bench, qtbot: QtBot) -> None:
    bench.list.setFocus()
    qtbot.keyClick(bench.list, Qt.Key.Key_N)
    qtbot.keyClick(bench.list, Qt.Key.Key_1)
    assert bench.done == ["next", "agree"]


def test_letters_sleep_in_text_fields(bench: Bench, qtbot: QtBot) -> None:
    for field in (bench.field, bench.text):
        field.setFocus()
        qtbot.keyClicks(field, "n1")
    assert bench.done == []
    assert bench.field.text() == "n1"
    assert bench.text.toPlainText() == "n1"


def test_other_keys_work_in_text_fields_too(bench: Bench, qtbot: QtBot) -> None:
    bench.field.setFocus()
    qtbot.keyClick(bench.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert bench.done == ["save"]


def test_letters_can_be_switched_off_and_on(bench: Bench, qtbot: QtBot) -> None:
    bench.list.setFocus()
    bench.actions.set_letters(False)
    qtbot.keyClick(bench.list, Qt.Key.Key_N)
    assert bench.done == []
    assert bench.actions.entry("save").keys == "Ctrl+Return"
    bench.actions.set_letters(True)
    qtbot.keyClick(bench.list, Qt.Key.Key_N)
    assert bench.done == ["next"]


def test_keys_can_be_remapped_and_taken_away(bench: Bench, qtbot: QtBot) -> None:
    bench.list.setFocus()
    bench.actions.remap({"next": "M", "agree": "", "gone": "X"})
    for key in (Qt.Key.Key_N, Qt.Key.Key_1, Qt.Key.Key_M):
        qtbot.keyClick(bench.list, key)
    assert bench.done == ["next"]
    assert bench.actions.mapping == {"next": "M", "agree": "", "gone": "X"}
    bench.actions.remap({})
    qtbot.keyClick(bench.list, Qt.Key.Key_N)
    assert bench.done == ["next", "next"]


def test_a_clash_names_the_other_action(bench: Bench) -> None:
    clash = bench.actions.clash("next", "1")
    assert clash is not None
    assert clash.id == "agree"
    assert bench.actions.clash("next", "N") is None
    assert bench.actions.clash("next", "Ctrl+7") is None


def test_two_screens_may_use_the_same_key(bench: Bench, qtbot: QtBot) -> None:
    one, two = QWidget(bench.window), QWidget(bench.window)
    bench.actions.add("one", "One", lambda: bench.done.append("one"), shortcut="Ctrl+F", screen=one)
    bench.actions.add("two", "Two", lambda: bench.done.append("two"), shortcut="Ctrl+F", screen=two)
    assert bench.actions.clash("one", "Ctrl+F") is None
    bench.list.setFocus()
    bench.actions.bring_to_front(one)
    qtbot.keyClick(bench.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bench.actions.bring_to_front(two)
    qtbot.keyClick(bench.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert bench.done == ["one", "two"]


def test_an_action_sleeps_while_its_screen_is_in_the_back_whatever_was_wanted(bench: Bench) -> None:
    screen = QWidget(bench.window)
    bench.actions.add("one", "One", lambda: None, screen=screen)
    assert not bench.actions.get("one").isEnabled()
    bench.actions.enable("one", True)
    assert not bench.actions.get("one").isEnabled()
    bench.actions.bring_to_front(screen)
    assert bench.actions.get("one").isEnabled()
    bench.actions.enable("one", False)
    assert not bench.actions.get("one").isEnabled()


def test_an_id_is_given_once_and_words_are_read_without_marks(bench: Bench) -> None:
    with pytest.raises(ValueError, match="next"):
        bench.actions.add("next", "Again", lambda: None)
    assert bench.actions.entry("save").text == "Save"
    assert bench.actions.entry("next").keys == "N"
