"""Our own icons: line drawings in ``resources/icons``, tinted by the palette in force."""

from __future__ import annotations

import weakref
from functools import lru_cache
from typing import Protocol

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from shiboken6 import isValid

from app.domain.resources import resources_folder
from app.views import style
from app.views.style import spacing
from app.views.style.palette import Tone

FOR_TONE = {
    Tone.NEUTRAL: "circle",
    Tone.GOOD: "check",
    Tone.WARN: "warning",
    Tone.BAD: "warning",
    Tone.HOLD: "hold",
    Tone.INFO: "info",
}
"""The glyph that stands beside a tone, so that no colour speaks alone."""


class HasIcon(Protocol):
    """A button or an action."""

    def setIcon(self, icon: QIcon, /) -> None: ...


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    return (resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _drawn(name: str, colour: str, side: int, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))
    pixmap = QPixmap(QSize(side, side) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


def pixmap(name: str, colour: str, side: int, ratio: float = 1.0) -> QPixmap:
    """An icon as a picture. side: in device-independent pixels. ratio: device pixels per such pixel."""
    return _drawn(name, colour, side, ratio)


def icon(name: str, colour: str = "") -> QIcon:
    """An icon in the given colour, otherwise in the text colour in force; greyed where disabled."""
    colours = style.colours()
    result = QIcon()
    side = round(spacing.ICON * style.look().scale)
    ratio = QGuiApplication.instance().devicePixelRatio()  # type: ignore[union-attr]
    result.addPixmap(pixmap(name, colour or colours.text, side, ratio), QIcon.Mode.Normal)
    result.addPixmap(pixmap(name, colours.muted, side, ratio), QIcon.Mode.Disabled)
    return result


class _Wardrobe:
    """Remembers who wears which icon, so that a change of theme re-tints them all."""

    def __init__(self) -> None:
        self._worn: weakref.WeakKeyDictionary[HasIcon, tuple[str, str]] = weakref.WeakKeyDictionary()
        self._heard: object = None

    def put(self, wearer: HasIcon, name: str, tint: str) -> None:
        here = style.look()
        if self._heard is not here:
            here.changed.connect(self.again)
            self._heard = here
        self._worn[wearer] = (name, tint)
        wearer.setIcon(icon(name, _tint(tint)))

    def again(self) -> None:
        for wearer, (name, tint) in list(self._worn.items()):
            if isValid(wearer):
                wearer.setIcon(icon(name, _tint(tint)))


def _tint(tint: str) -> str:
    if not tint:
        return ""
    found = style.colours()
    return found.tone(tint).mark if tint in set(Tone) else str(getattr(found, tint))


_wardrobe = _Wardrobe()


def dress(wearer: HasIcon, name: str, tint: str = "") -> None:
    """Give a button or action an icon that follows the theme. tint: a tone, or a colour's name in the palette."""
    _wardrobe.put(wearer, name, tint)
