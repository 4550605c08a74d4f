"""Somebody at a window: presses the keys a person presses, and looks at what a person sees."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from app.cli.tour_comparison import compare
from app.views.main import new_window, open_application
from app.views.shell.first_look import FirstLook
from app.views.tasks import runner
from app.workspace.entrance import sign_in
from app.workspace.snapshots import Reach

if TYPE_CHECKING:
    from app.views.screen import Screen
    from app.views.style import Theme
    from app.workspace.desk import Desk

PATIENCE = 60.0
"""Seconds after which something that was waited for counts as failed."""

W = TypeVar("W", bound=QWidget)


class AtTheWindow:
    """One person at one window. Pictures go to ``out``, counted on from ``shots``; ``theme`` is light or dark."""

    def __init__(self, out: Path, theme: str, shots: int = 0) -> None:
        self._out = out
        self.shots = shots
        look = out / ".window.ini"
        look.unlink(missing_ok=True)
        self._app = open_application(["touchstone"], look=look, log=out / "window.log")
        FirstLook(look).put_on(cast("Theme", theme), 1.0)
        self._window = new_window(look=look, sign_in=partial(sign_in, demo=True))
        self._subject: QWidget = self._window
        self._window.show()

    def leave(self) -> None:
        """Closes the window as a person would."""
        self._window.close()
        self._wait(lambda: runner().busy == 0, "work under way to end")
        (self._out / ".window.ini").unlink(missing_ok=True)

    # -- looking ------------------------------------------------------------------------------------------------

    def shoot(self, name: str) -> str:
        """A picture of what is in front; returns its path."""
        self._settle()
        self.shots += 1
        path = self._out / f"{self.shots:02}-{name.replace(' ', '-').replace(chr(39), '')}.png"
        self._subject.grab().save(str(path))
        self._subject = self._window
        return str(path)

    def _settle(self) -> None:
        """Waits until nothing is under way and everything is drawn."""
        self._wait(lambda: runner().busy == 0, "work under way to end")
        for _ in range(3):
            QApplication.processEvents()

    def _wait(self, true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        loop = QEventLoop()
        heart = QTimer()
        heart.setInterval(10)
        heart.timeout.connect(loop.quit)
        heart.start()
        while not true():
            assert time.monotonic() < deadline, f"waited {PATIENCE:g} seconds in vain for {what}"
            loop.exec()
        heart.stop()

    def _find(self, kind: type[W], name: str) -> W:
        found = self._window.findChild(kind, name)
        assert found is not None, f"there is no {name} in the window"
        return found

    @property
    def _desk(self) -> Desk:
        assert self._window.house is not None, "nobody is signed in"
        return self._window.house.desk

    def _screen(self, name: str) -> Screen:
        assert self._window.house is not None
        return self._window.house.room(name)

    # -- keys ---------------------------------------------------------------------------------------------------

    def _press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self._window, key, modifier)
        QApplication.processEvents()

    def _type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget() or self._window, text)
        QApplication.processEvents()

    def _fill(self, name: str, text: str) -> None:
        field = self._find(QLineEdit, name)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)

    def _click(self, name: str) -> None:
        button = self._find(QAbstractButton, name)
        assert button.isEnabled(), f"{name} cannot be pressed now"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    # -- coming in ----------------------------------------------------------------------------------------------

    def show_sign_in(self) -> None:
        self._window.open_with(lambda: None)
        self._wait(lambda: self._window.findChild(QLineEdit, "signInEmail") is not None, "the sign-in page")

    def sign_in(self, url: str, email: str, password: str, *, refused: bool = False) -> None:
        """Types into the sign-in page and presses Enter; ``refused``: a plain sentence is expected back."""
        self._fill("signInEmail", email)
        self._fill("signInPassword", password)
        self._fill("signInService", url)
        self._press(Qt.Key.Key_Return)
        if refused:
            self._wait(self._is_refused, "words about the wrong password")
            assert self._window.house is None, "a wrong password opened the desk"
        else:
            self._wait(lambda: self._window.house is not None, "the desk")

    def _is_refused(self) -> bool:
        return runner().busy == 0 and any(
            label.isVisible() and "password" in label.text().lower() and label.text().endswith(".")
            for label in self._window.findChildren(QLabel)
        )

    # -- the network -------------------------------------------------------------------------------------------

    def go_offline(self, stop: Callable[[], None]) -> None:
        """The service stops; the window notices by itself at the next sync and goes on."""
        stop()
        self._press(Qt.Key.Key_F5)
        self._wait(lambda: self._desk.status().reach is Reach.OFFLINE, "the window to see that it is offline")

    def come_online(self) -> None:
        self._press(Qt.Key.Key_F5)
        self._wait(
            lambda: self._desk.status().reach is Reach.ONLINE and self._desk.status().queued == 0,
            "everything to be sent",
        )

    def look_at_outbox(self) -> None:
        self._press(Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)

    def compare_with_service(self, url: str, email: str, password: str) -> tuple[int, int, int]:
        """Acts recorded here, those the service has applied, and those it does not know, asked of it directly."""
        return compare(self._desk, url, email, password)
