"""What the window must know before anybody has signed in: theme, text size, and where it stood."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QApplication, QMainWindow

from app.views import style
from app.views.style import Theme


class FirstLook:
    """Kept in a small file of its own, since the rest lies encrypted. A file that cannot be written is no trouble."""

    def __init__(self, path: Path) -> None:
        self._kept = QSettings(str(path), QSettings.Format.IniFormat)

    def dress(self, app: QApplication) -> None:
        """Put on the theme and text size that were chosen last."""
        theme = str(self._kept.value("theme", "system"))
        if theme not in ("system", "light", "dark"):
            theme = "system"
        try:
            scale = float(str(self._kept.value("text", 1.0)))
        except ValueError:
            scale = 1.0
        style.apply(app, cast(Theme, theme), scale)

    def put_on(self, theme: Theme, scale: float) -> None:
        """Change theme and text size, and remember them."""
        style.look().put_on(theme, scale)
        self._kept.setValue("theme", theme)
        self._kept.setValue("text", style.look().scale)

    def place(self, window: QMainWindow) -> None:
        """Put the window where it stood. The first time it takes a laptop's whole screen, or most of a larger one."""
        kept = self._kept.value("window")
        if isinstance(kept, QByteArray) and window.restoreGeometry(kept):
            return
        screen = window.screen().availableGeometry()
        if screen.width() <= 1440 or screen.height() <= 860:
            window.resize(min(1366, screen.width()), min(768, screen.height()))
        else:
            window.resize(min(1500, screen.width() - 120), min(940, screen.height() - 100))

    def remember(self, window: QMainWindow) -> None:
        """Note where the window stands now."""
        self._kept.setValue("window", window.saveGeometry())
        self._kept.sync()
