"""How everything looks: one palette, one sheet, one set of icons, and the moment at which they change."""

from __future__ import annotations

from typing import Literal, cast

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.domain.resources import resources_folder
from app.views.style.palette import DARK, LIGHT, Colours, Tone
from app.views.style.sheet import build

__all__ = ["Colours", "Look", "Theme", "Tone", "apply", "colours", "look", "set_property"]

Theme = Literal["system", "light", "dark"]

SMALLEST, LARGEST = 1.0, 2.0
"""Between which all text can be enlarged."""


class Look(QObject):
    """The look in force. ``changed`` tells whoever paints by itself that colours or sizes are others now."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        if not QFontDatabase.families():
            # A bare machine has no fonts at all; the reports' own are then better than empty boxes.
            for name in ("Regular", "Bold", "Italic"):
                QFontDatabase.addApplicationFont(str(resources_folder() / "fonts" / f"NotoSans-{name}.ttf"))
            app.setFont("Noto Sans")
        font = app.font()
        self._points = font.pointSizeF() if font.pointSizeF() > 0 else 10.0
        self._dressed = False
        self.theme: Theme = "system"
        self.scale = 1.0
        self.colours = LIGHT
        app.styleHints().colorSchemeChanged.connect(self._scheme_changed)

    @property
    def points(self) -> float:
        """Size of ordinary text."""
        return self._points * self.scale

    def put_on(self, theme: Theme, scale: float) -> None:
        """Change to this theme and text size (1.0 to 2.0, others are brought into that range)."""
        scale = min(LARGEST, max(SMALLEST, scale))
        if self._dressed and (theme, scale) == (self.theme, self.scale):
            return
        self._dressed = True
        self.theme, self.scale = theme, scale
        hints = self._app.styleHints()
        wanted = {
            "system": Qt.ColorScheme.Unknown,
            "light": Qt.ColorScheme.Light,
            "dark": Qt.ColorScheme.Dark,
        }[theme]
        hints.blockSignals(True)
        hints.setColorScheme(wanted)  # also darkens the title bar, where the platform lets us
        hints.blockSignals(False)
        self._redraw()

    @Slot()
    def _scheme_changed(self) -> None:
        if self.theme == "system":
            self._redraw()

    def _redraw(self) -> None:
        dark = self.theme == "dark" or (
            self.theme == "system" and self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        )
        self.colours = DARK if dark else LIGHT
        font = self._app.font()
        font.setPointSizeF(self.points)
        self._app.setFont(font)
        self._app.setPalette(_qt_palette(self.colours))
        self._app.setStyleSheet(
            build(self.colours, self.points, self.scale, resources_folder() / "icons" / "sheet")
        )
        self.changed.emit()


_look: Look | None = None


def look() -> Look:
    """The application's look; needs a QApplication."""
    global _look
    if _look is None or not isValid(_look):
        app = cast(QApplication, QApplication.instance())
        _look = Look(app)
    return _look


def apply(app: QApplication, theme: Theme = "system", scale: float = 1.0) -> Look:
    """Dress the whole application: Fusion, our palette, our sheet. "system" follows the system as it changes."""
    if app.style().name().casefold() != "fusion":
        app.setStyle("Fusion")
    here = look()
    here.put_on(theme, scale)
    return here


def colours() -> Colours:
    """The colours in force."""
    return look().colours


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property the sheet looks at (``role``, ``kind``, ``tone``, ``wrong``) and redraw by it."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    for label in widget.findChildren(QWidget):
        label.style().unpolish(label)
        label.style().polish(label)


def _qt_palette(c: Colours) -> QPalette:
    role = QPalette.ColorRole
    result = QPalette()
    for name, colour in (
        (role.Window, c.window),
        (role.WindowText, c.text),
        (role.Base, c.surface),
        (role.AlternateBase, c.window),
        (role.Text, c.text),
        (role.Button, c.surface),
        (role.ButtonText, c.text),
        (role.BrightText, c.bad.ink),
        (role.ToolTipBase, c.raised),
        (role.ToolTipText, c.text),
        (role.PlaceholderText, c.muted),
        (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent),
        (role.Accent, c.accent),
        (role.Link, c.accent),
        (role.LinkVisited, c.accent),
        (role.Light, c.surface),
        (role.Midlight, c.hover),
        (role.Mid, c.line),
        (role.Dark, c.edge),
        (role.Shadow, c.edge),
    ):
        result.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, name, QColor(c.muted))
    return result
