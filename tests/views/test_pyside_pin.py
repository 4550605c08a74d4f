"""The PySide6 pin: a release that loses a reference to None with every void call must not come in unawares."""

from __future__ import annotations

import subprocess
import sys

LOOP = """
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication(["pin"])
label = QLabel()
for number in range(20_000):
    label.setText(str(number))
print("survived")
"""


def test_twenty_thousand_void_calls_leave_the_interpreter_alive() -> None:
    """PySide6 6.12.0 on Python 3.11 dies after about 5,000 of them, so this runs in a process of its own."""
    done = subprocess.run([sys.executable, "-c", LOOP], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "survived"
