"""Where the window begins: names, look, log, unforeseen errors, and a first paint before anything is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.views.shell.trouble import TroubleDialog, Watch

CHILD = """
import json, sys
from pathlib import Path
from app.views.main import new_window, open_application
app = open_application(["touchstone"], look=Path(sys.argv[1]) / "window.ini", log=Path(sys.argv[1]) / "log")
window = new_window(look=Path(sys.argv[1]) / "window.ini")
window.show()
while not window.windowHandle().isExposed():
    app.processEvents()
app.processEvents()
print(json.dumps({"modules": sorted(sys.modules)}))
"""

HEAVY = ("sqlalchemy", "alembic", "requests", "reportlab", "keyring", "pypdfium2", "PIL", "cryptography",
         "sqlcipher3", "holidays", "litestar", "msgspec")  # fmt: skip


def test_the_first_paint_waits_for_nothing_heavy(tmp_path: Path) -> None:
    """SQLAlchemy alone takes 0.3 seconds to load; all that comes after the window is on the screen."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path)], capture_output=True, text=True, timeout=120, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert [name for name in HEAVY if name in told["modules"]] == []


RUN = """
import json
from PySide6.QtCore import QTimer, qWarning
from PySide6.QtWidgets import QApplication, QLineEdit
from app.domain.errors import KnownError
from app.views import main

def start():
    raise KnownError("key_lost", "The key is gone.", "Ask support.")

def look():
    app = QApplication.instance()
    window = next(w for w in app.topLevelWidgets() if type(w).__name__ == "MainWindow")
    if window.findChild(QLineEdit, "signInEmail") is None:
        QTimer.singleShot(20, look)
        return
    qWarning("something small")
    window.close()

QTimer.singleShot(0, look)
code = main.run(["touchstone"], start)
print(json.dumps({"code": code, "name": QApplication.applicationDisplayName()}))
"""


def test_it_runs_until_the_window_is_closed_and_writes_warnings_down(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=os.environ | {"TOUCHSTONE_HOME": str(tmp_path)},
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {"code": 0, "name": "Touchstone"}
    assert "something small" in (tmp_path / "touchstone.log").read_text()
    assert (tmp_path / "window.ini").exists()


@pytest.fixture
def logged() -> list[str]:
    return []


@pytest.fixture
def watch(logged: list[str]) -> Watch:
    return Watch(logged.append)


def unforeseen() -> tuple[type[BaseException], BaseException, object]:
    try:
        raise ZeroDivisionError("nothing to divide by")
    except ZeroDivisionError as error:
        return type(error), error, error.__traceback__


def dialogs() -> list[TroubleDialog]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, TroubleDialog)]


@pytest.fixture(autouse=True)
def no_dialog_left(qtbot: QtBot) -> Iterator[None]:
    yield
    for dialog in dialogs():
        dialog.close()


def test_an_unforeseen_error_keeps_the_text_first_and_then_speaks_calmly(
    watch: Watch, logged: list[str], qtbot: QtBot
) -> None:
    kept: list[str] = []
    watch.keep = lambda: kept.append("kept")
    watch(*unforeseen())  # type: ignore[arg-type]
    assert kept == ["kept"]
    assert logged[0].endswith("ZeroDivisionError")
    assert "test_main.py" in logged[0]
    assert "nothing to divide by" not in logged[0].splitlines()[-1]
    (dialog,) = dialogs()
    assert "nothing to divide by" in dialog.findChild(QPlainTextEdit).toPlainText()
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    buttons["Copy details"].click()
    assert "nothing to divide by" in QApplication.clipboard().text()
    buttons["Go on working"].click()
    assert not dialog.isVisible()


def test_failing_to_keep_hides_neither_error(watch: Watch, logged: list[str]) -> None:
    def fail() -> None:
        raise OSError("disk")

    watch.keep = fail
    watch(*unforeseen())  # type: ignore[arg-type]
    assert "ZeroDivisionError" in logged[0]
    assert logged[1].endswith("OSError")
    assert len(dialogs()) == 1


def test_a_flood_of_errors_does_not_bury_the_window(watch: Watch, logged: list[str]) -> None:
    for _ in range(10):
        watch(*unforeseen())  # type: ignore[arg-type]
    assert len(dialogs()) == 3
    assert len(logged) == 10


def test_stopping_by_the_keyboard_is_no_trouble(
    watch: Watch, logged: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    watch(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert logged == []
    assert dialogs() == []
