"""A person typing and saving in the real window, in a process that will be killed.

Forks nothing, sleeps nowhere: keys are sent by a timer.
Every key is told through the pipe with the moment (monotonic seconds) *before* it is pressed; every recorded
judgement after the window has said so.
"""

from __future__ import annotations

import random
import time
from multiprocessing.connection import Connection
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.views.main import open_application, open_window
from tests.support.desks import open_desk

WORDS = "the evidence shows a clear link between theory and the learner's own practice in unit "


def type_and_save(profile: Path, seed: int, telling: Connection) -> None:
    """Types until the process is killed."""
    chance = random.Random(seed)
    app = open_application(["touchstone"], look=profile / "look.ini", log=profile / "window.log")
    desk = open_desk(profile)
    window = open_window(desk, look=profile / "look.ini")
    window.activateWindow()
    house = window.house
    assert house is not None
    house.sync.stop()
    house.go("bench", "request-1")
    bench = house.screens["bench"]
    typed: list[str] = []
    place = [0]

    def press() -> None:
        if bench.sheet is None or not bench.sample_id or QApplication.focusWidget() is None:
            return
        rationale = bench.pane.form.rationale
        if len(typed) >= 60:
            # Save, and go on with the next sample.
            sample_id, text = bench.sample_id, rationale.text
            QTest.keyClick(rationale, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            telling.send(("recorded", time.monotonic(), sample_id, len(text)))
            typed.clear()
            bench.focus_samples()
            return
        if not typed:
            bench.focus_samples()
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_2)
            bench.pane.form.to_do.field.set_text("Re-mark it.")
            bench.pane.form.to_do.add_typed()
            bench.pane.focus_field(rationale)
        letter = WORDS[place[0] % len(WORDS)]
        place[0] += 1
        typed.append(letter)
        telling.send(("key", time.monotonic(), bench.sample_id, len(typed)))
        QTest.keyClicks(rationale, letter)
        timer.setInterval(chance.randint(2, 30))

    timer = QTimer()
    timer.setInterval(5)
    timer.timeout.connect(press)
    timer.start()
    app.exec()
