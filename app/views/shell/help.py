"""F1: the keys, then the guidance, then whom to ask (M-76), and where older reports are (M-09)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.views.actions import ActionRegistry, Entry
from app.views.pages import Card, ScrollPage
from app.views.parts import button, label
from app.views.style import spacing
from app.workspace.help import HelpTexts


class HelpWindow(QDialog):
    """One page to scroll through, beside the work and never in its way."""

    def __init__(self, parent: QWidget, actions: ActionRegistry, texts: HelpTexts) -> None:
        super().__init__(parent)
        self.setObjectName("help")
        self.setWindowTitle(self.tr("Help"))
        self.setModal(False)
        self._actions = actions
        self._sections: list[str] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.TIGHT, spacing.TIGHT, spacing.TIGHT, 0)
        column.setSpacing(0)
        self._scroll = ScrollPage()
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._scroll.setAccessibleName(self.tr("Help"))
        self._page = QVBoxLayout(self._scroll.page)
        self._page.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        self._page.setSpacing(spacing.ROOMY)
        self._page.addWidget(label(self.tr("Help"), "title"))
        self._add_keys()
        self._add_guidance(texts)
        self._add_card("person", self.tr("Still stuck?"), texts.support_says, "helpSupport")
        self._add_card("file", self.tr("Older reports"), texts.older_reports_says, "helpOlderReports")
        self._page.addStretch()
        column.addWidget(self._scroll, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(spacing.WIDE, spacing.SNUG, spacing.WIDE, spacing.BASE)
        foot.addStretch()
        foot.addWidget(button(self.tr("Close"), self.close, name="helpClose"))
        column.addLayout(foot)
        QShortcut(QKeySequence(Qt.Key.Key_F1), self).activated.connect(self.close)
        em = self.fontMetrics().horizontalAdvance("n")
        room = parent.size()
        self.resize(min(112 * em, room.width() - spacing.WIDE), min(86 * em, room.height() - spacing.WIDE))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._scroll.setFocus()

    def sections(self) -> list[str]:
        """What stands on the page, from top to bottom: the object names of its cards."""
        return list(self._sections)

    def _card(self, name: str, icon: str, title: str) -> QVBoxLayout:
        card = Card(icon, title)
        card.setObjectName(name)
        self._sections.append(name)
        self._page.addWidget(card)
        return card.column

    def _add_keys(self) -> None:
        column = self._card("helpKeys", "keys", self.tr("Keys"))
        column.addWidget(
            label(
                self.tr(
                    "Single letters rest while you write. Settings can switch them off or change any key."
                ),
                "muted",
                wrap=True,
            )
        )
        groups: dict[str, list[Entry]] = {}
        # What belongs to a screen comes before what every window has.
        for entry in sorted(self._actions.all(), key=lambda entry: entry.screen is None):
            if entry.keys:
                groups.setdefault(entry.group.replace("&", ""), []).append(entry)
        columns = QHBoxLayout()
        columns.setSpacing(spacing.WIDE)
        halves = (QVBoxLayout(), QVBoxLayout())
        heights = [0, 0]
        for group, entries in groups.items():
            shorter = heights.index(min(heights))
            heights[shorter] += len(entries) + 2
            halves[shorter].addLayout(self._key_group(group, entries))
        for half in halves:
            half.setSpacing(spacing.ROOMY)
            half.addStretch()
            columns.addLayout(half, 1)
        column.addLayout(columns)

    def _key_group(self, group: str, entries: list[Entry]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(spacing.BASE)
        grid.setVerticalSpacing(spacing.TIGHT + 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label(group, "overline"), 0, 0, 1, 2)
        for row, entry in enumerate(entries, start=1):
            keys = label(entry.keys.split("; ")[0], "key")
            keys.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(keys, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(entry.text, wrap=True), row, 1)
        return grid

    def _add_guidance(self, texts: HelpTexts) -> None:
        column = self._card("helpGuidance", "info", self.tr("Guidance"))
        for title, text in texts.guidance:
            column.addWidget(label(title, "strong"))
            column.addWidget(_selectable(text))
            column.addSpacing(spacing.TIGHT)

    def _add_card(self, icon: str, title: str, text: str, name: str) -> None:
        column = self._card(name, icon, title)
        column.addWidget(_selectable(text))


def _selectable(text: str) -> QWidget:
    """Running text that can be marked and copied, such as an address to write to."""
    words = label(text, wrap=True)
    words.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    words.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return words
