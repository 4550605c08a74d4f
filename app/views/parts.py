"""Small widgets that several screens are made of: labels, badges, cards, banners, empty and error states."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import KnownError
from app.views import style
from app.views.style import icons, spacing
from app.views.style.palette import Tone
from app.views.words import Elided, plain_tip

Press = tuple[str, Callable[[], object]]
"""A button's words and what it does."""


def label(text: str = "", role: str = "", *, wrap: bool = False, tone: Tone | str = "") -> QLabel:
    """A label in plain text. role: title, heading, strong, muted, small, overline or key."""
    result = QLabel(text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        result.setProperty("role", role)
    if tone:
        result.setProperty("tone", str(tone))
    if wrap:
        result.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        result.setSizePolicy(policy)
    return result


def button(
    text: str, press: Callable[[], object] | None = None, *, kind: str = "", icon: str = "", name: str = ""
) -> QPushButton:
    """A push button. kind: primary, danger, quiet, link or none. name: its object name."""
    result = QPushButton(text)
    if kind:
        result.setProperty("kind", kind)
    if name:
        result.setObjectName(name)
    if icon:
        icons.dress(result, icon, "on_accent" if kind == "primary" else "")
    if press is not None:
        result.clicked.connect(lambda _checked=False: press())
    result.setAccessibleName(text.replace("&", ""))
    result.setAutoDefault(False)
    return result


class _IconButton(QToolButton):
    """Never smaller than its icon, whatever the size of the text; a least size that is set would be all it keeps."""

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(spacing.TARGET + 4, spacing.TARGET + 4))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def icon_button(
    icon: str, says: str, press: Callable[[], object] | None = None, name: str = ""
) -> QToolButton:
    """A quiet button with an icon alone; ``says`` is its tool tip and accessible name."""
    result = _IconButton()
    result.setProperty("kind", "quiet")
    result.setToolTip(plain_tip(says))
    result.setAccessibleName(says)
    result.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if name:
        result.setObjectName(name)
    icons.dress(result, icon)
    if press is not None:
        result.clicked.connect(lambda _checked=False: press())
    return result


def line(*, upright: bool = False) -> QFrame:
    """A hair line that parts two areas."""
    result = QFrame()
    result.setProperty("role", "line")
    if upright:
        result.setFixedWidth(1)
    else:
        result.setFixedHeight(1)
    return result


class Picture(QLabel):
    """An icon that is only looked at, and follows the theme."""

    def __init__(self, name: str, tint: str = "muted", side: int = spacing.ICON) -> None:
        super().__init__()
        self._name, self._tint, self._side = name, tint, side
        style.look().changed.connect(self._draw)
        self._draw()

    def show_icon(self, name: str, tint: str) -> None:
        """Another picture. tint: a tone, or a colour's name in the palette."""
        self._name, self._tint = name, tint
        self._draw()

    def _draw(self) -> None:
        found = style.colours()
        colour = found.tone(self._tint).mark if self._tint in set(Tone) else str(getattr(found, self._tint))
        side = round(self._side * style.look().scale)
        self.setPixmap(icons.pixmap(self._name, colour, side, self.devicePixelRatioF()))
        self.setFixedSize(side, side)


class Badge(QFrame):
    """A word or two on a soft ground, with a glyph beside them."""

    def __init__(self, text: str = "", tone: Tone | str = Tone.NEUTRAL, icon: str = "") -> None:
        super().__init__()
        self.setProperty("role", "badge")
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing.SNUG - 1, 3, spacing.SNUG, 3)
        row.setSpacing(5)
        self._picture = Picture("circle", side=14)
        self._words = label()
        row.addWidget(self._picture)
        row.addWidget(self._words)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.say(text, tone, icon)

    @property
    def text(self) -> str:
        return self._words.text()

    def say(self, text: str, tone: Tone | str = Tone.NEUTRAL, icon: str = "") -> None:
        """Show other words; the glyph is the tone's own unless one is named."""
        self._words.setText(text)
        self._picture.show_icon(icon or icons.FOR_TONE[Tone(tone)], str(tone))
        self.setAccessibleName(text)
        style.set_property(self, "tone", str(tone))


class Banner(QFrame):
    """One strip of news that stays until it is dealt with. It never takes the focus and never blocks."""

    closed = Signal()

    def __init__(
        self,
        says: str,
        tone: Tone,
        presses: Sequence[Press] = (),
        *,
        details: str = "",
        closable: bool = False,
    ) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self.setProperty("tone", str(tone))
        self.says = says
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing.ROOMY, spacing.TIGHT + 2, spacing.BASE, spacing.TIGHT + 2)
        row.setSpacing(spacing.SNUG + 2)
        row.addWidget(Picture(icons.FOR_TONE[tone], str(tone)))
        words = label(says, wrap=True)
        row.addWidget(words, 1)
        for text, press in presses:
            row.addWidget(button(text, press))
        if details:
            row.addWidget(CopyButton(details))
        if closable:
            row.addWidget(icon_button("cross", self.tr("Dismiss"), self.closed.emit))
        self.setAccessibleName(says)


class BannerSlot(QWidget):
    """The place above every screen for what needs attention. Several may stand there, each under its key."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self._shown: dict[str, tuple[tuple[object, ...], Banner]] = {}
        self.setVisible(False)

    def say(
        self,
        key: str,
        says: str,
        tone: Tone = Tone.INFO,
        presses: Sequence[Press] = (),
        *,
        details: str = "",
        closable: bool = False,
    ) -> None:
        """Show or replace the banner of that key. The same news twice is not announced twice."""
        content = (says, tone, tuple(text for text, _ in presses), details, closable)
        if key in self._shown and self._shown[key][0] == content:
            return
        self.clear(key)
        banner = Banner(says, tone, presses, details=details, closable=closable)
        banner.closed.connect(lambda: self.clear(key))
        self._shown[key] = (content, banner)
        self._column.addWidget(banner)
        self.setVisible(True)
        announce(self, says)

    def clear(self, key: str) -> None:
        """Take the banner of that key away; nothing happens when there is none."""
        found = self._shown.pop(key, None)
        if found is not None:
            found[1].hide()
            found[1].deleteLater()
        self.setVisible(bool(self._shown))

    def text(self, key: str = "") -> str:
        """What the banner of that key says, or of all keys together; empty when there is none."""
        if key:
            return self._shown[key][1].says if key in self._shown else ""
        return "\n".join(banner.says for _, banner in self._shown.values())


class EmptyState(QWidget):
    """Nothing here: one sentence, and at most one button."""

    def __init__(self, says: str, icon: str = "inbox-empty", press: Press | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.VAST, spacing.VAST, spacing.VAST, spacing.VAST)
        column.setSpacing(spacing.ROOMY)
        column.addStretch(2)
        column.addWidget(Picture(icon, "muted", 40), 0, Qt.AlignmentFlag.AlignHCenter)
        self._words = label(says, "muted", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._words)
        self.button: QPushButton | None = None
        if press is not None:
            self.button = button(*press)
            column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.say(says)

    def say(self, says: str) -> None:
        self._words.setText(says)
        self.setAccessibleName(says)


class ErrorCard(QFrame):
    """What happened, what to do, and *Copy details*. Text that was typed is never part of it."""

    def __init__(self, error: KnownError, press: Press | None = None) -> None:
        super().__init__()
        self.setProperty("role", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.WIDE, spacing.ROOMY, spacing.WIDE, spacing.ROOMY)
        column.setSpacing(spacing.SNUG)
        head = QHBoxLayout()
        head.setSpacing(spacing.SNUG)
        head.addWidget(Picture("warning", str(Tone.BAD)), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(label(error.says, "strong", wrap=True), 1)
        column.addLayout(head)
        if error.do:
            column.addWidget(label(error.do, wrap=True))
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        if press is not None:
            row.addWidget(button(*press))
        row.addWidget(CopyButton(details_of(error)))
        row.addStretch()
        column.addLayout(row)
        self.setAccessibleName(f"{error.says} {error.do}".strip())


class BusyBar(QWidget):
    """Long work under way: words, how far, and a way out. narrow: the words have a line of their own."""

    cancelled = Signal()

    def __init__(self, says: str = "", *, narrow: bool = False) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.ROOMY, spacing.TIGHT, spacing.BASE, spacing.TIGHT)
        row = QHBoxLayout()
        row.setSpacing(spacing.BASE)
        self._words = Elided(says, middle=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMinimumWidth(120)
        self._bar.setRange(0, 0)
        self._button = button(self.tr("Cancel"), self.cancelled.emit)
        if narrow:
            column.addWidget(self._words)
        else:
            row.addWidget(self._words, 2)
        row.addWidget(self._bar, 1)
        row.addWidget(self._button)
        column.addLayout(row)
        self.say(says)

    def say(self, says: str, done: int = 0, total: int = 0) -> None:
        """What is being done and how far; ``total`` 0 means nobody can tell."""
        self._words.say(says)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._bar.setAccessibleName(says or self.tr("Progress"))


def details_of(error: KnownError) -> str:
    """What *Copy details* puts on the clipboard."""
    return "\n".join(part for part in (f"[{error.code}] {error.says}", error.do, error.details) if part)


class CopyButton(QPushButton):
    """*Copy details*: puts a text on the clipboard."""

    def __init__(self, text: str) -> None:
        super().__init__(self.tr("Copy details"))
        self.setProperty("kind", "quiet")
        self.setAutoDefault(False)
        icons.dress(self, "copy")
        self.clicked.connect(lambda _checked=False: QGuiApplication.clipboard().setText(text))


def announce(widget: QWidget, says: str) -> None:
    """Let a screen reader speak this without moving the focus."""
    if says:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, says))


def title_row(title: QLabel, beside: QLabel) -> QHBoxLayout:
    """A screen's title with muted words beside it, on one base line."""
    row = QHBoxLayout()
    row.setSpacing(spacing.BASE)
    beside.setContentsMargins(0, 0, 0, spacing.HAIR + 1)
    row.addWidget(title, 0, Qt.AlignmentFlag.AlignBottom)
    row.addWidget(beside, 1, Qt.AlignmentFlag.AlignBottom)
    return row


def heading_row(*widgets: QWidget) -> QHBoxLayout:
    """A row that begins at the left and leaves the rest empty."""
    row = QHBoxLayout()
    row.setSpacing(spacing.SNUG)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch()
    return row
