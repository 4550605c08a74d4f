"""One version of a field as it is read: words that were added or removed are marked by more than their colour."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QColor, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QBoxLayout, QFrame, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from app.domain.merging import Marked, blank, entries_between, words_between
from app.views import style
from app.views.parts import label
from app.views.style import spacing
from app.workspace.comparing import ConflictField, Side, words_of

Runs = tuple[tuple[Marked, str], ...]

SIGNS = {Marked.ADDED: "+", Marked.REMOVED: "−"}
"""Stand before what was added and removed, so that neither colour nor a line speaks alone."""

COLUMN = 24
"""So many letters a column must have room for; where three do not fit beside each other, they stand below."""


class VersionText(QTextEdit):
    """The words of one version, read only, as high as they are. What is copied are the version's own words."""

    def __init__(self) -> None:
        super().__init__()
        self._runs: Runs = ()
        self._own: list[tuple[int, int]] = []
        self.setReadOnly(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        style.look().changed.connect(self._draw)

    def show_runs(self, runs: Runs) -> None:
        """Show these runs of words; nothing at all is said in words too."""
        self._runs = runs
        self._draw()
        kept = "".join(text for mark, text in runs if mark is not Marked.REMOVED)
        self.setAccessibleName(kept.strip() or self.tr("Nothing"))
        changes = [
            self.tr("added: {words}") if mark is Marked.ADDED else self.tr("removed: {words}")
            for mark, _ in runs
            if mark is not Marked.KEPT
        ]
        words = [text.strip() for mark, text in runs if mark is not Marked.KEPT]
        spoken = (says.format(words=text) for says, text in zip(changes, words, strict=True) if text)
        self.setAccessibleDescription("; ".join(spoken))

    def _draw(self) -> None:
        colours = style.colours()
        self.clear()
        self._own = []
        cursor = QTextCursor(self.document())
        if not any(text.strip() for _, text in self._runs):
            muted = QTextCharFormat()
            muted.setForeground(QColor(colours.muted))
            cursor.insertText(self.tr("(nothing)"), muted)
            return
        for mark, text in self._runs:
            form, sign = QTextCharFormat(), QTextCharFormat()
            form.setForeground(QColor(colours.text))
            if mark is not Marked.KEPT:
                shade = colours.good if mark is Marked.ADDED else colours.bad
                for each in (form, sign):
                    each.setForeground(QColor(shade.ink))
                    each.setBackground(QColor(shade.wash))
                sign.setFontWeight(700)
                form.setFontUnderline(mark is Marked.ADDED)
                form.setFontStrikeOut(mark is Marked.REMOVED)
                if text.strip():
                    cursor.insertText(SIGNS[mark], sign)
            start = cursor.position()
            cursor.insertText(text, form)
            if mark is not Marked.REMOVED:
                self._own.append((start, cursor.position()))

    def createMimeDataFromSelection(self) -> QMimeData:
        chosen = self.textCursor()
        parts = []
        for start, end in self._own:
            first, last = max(start, chosen.selectionStart()), min(end, chosen.selectionEnd())
            if first < last:
                part = QTextCursor(self.document())
                part.setPosition(first)
                part.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
                parts.append(part.selectedText().replace("\u2029", "\n"))
        data = QMimeData()
        data.setText("".join(parts))
        return data

    def _fit(self) -> None:
        around = self.contentsMargins()
        height = ceil(self.document().size().height()) + around.top() + around.bottom()
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(160, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class Column(QWidget):
    """One side: whose it is, and its words."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.TIGHT)
        self._title = label("", "strong", wrap=True)
        self._whose = label("", "small", wrap=True)
        self.text = VersionText()
        column.addWidget(self._title)
        column.addWidget(self._whose)
        column.addWidget(self.text)
        column.addStretch()

    def show_version(self, title: str, side: Side, runs: Runs) -> None:
        self._title.setText(title)
        self._whose.setText(side.whose if side.whose != title else "")
        self._whose.setVisible(bool(self._whose.text()))
        self.text.show_runs(runs)
        self.text.setAccessibleName(f"{title}, {side.whose}: {self.text.accessibleName()}")


class ThreeColumns(QFrame):
    """Before │ mine │ theirs; one below the other where there is no room for three."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(spacing.BASE)
        self.before, self.mine, self.theirs = (Column(name) for name in ("before", "mine", "theirs"))
        for column in (self.before, self.mine, self.theirs):
            self._row.addWidget(column, 1)

    def show_field(self, field: ConflictField, titles: Iterable[str], sides: Iterable[Side]) -> None:
        for column, title, side, runs in zip(
            (self.before, self.mine, self.theirs), titles, sides, runs_of(field), strict=True
        ):
            column.show_version(title, side, runs)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        least = 3 * COLUMN * self.fontMetrics().horizontalAdvance("n") + 2 * spacing.BASE
        beside = self.width() >= least
        wanted = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._row.direction() != wanted:
            self._row.setDirection(wanted)


def runs_of(field: ConflictField) -> tuple[Runs, Runs, Runs]:
    """The three versions of a field as runs of words. Each side is compared with what was before; where nothing was,
    the two sides are compared with each other, and each shows what the other one does not have.
    """
    before, mine, theirs = (words_of(field.name, value) for value in (field.before, field.mine, field.theirs))
    plain: Runs = ((Marked.KEPT, before),) if before else ()
    if isinstance(field.before, tuple) and isinstance(field.mine, tuple) and isinstance(field.theirs, tuple):
        return plain, _entries(field.before, field.mine), _entries(field.before, field.theirs)
    if field.name in ("decision", "outcome"):
        return plain, _whole(before, mine), _whole(before, theirs)
    if blank(field.before):
        return plain, _only_here(theirs, mine), _only_here(mine, theirs)
    return plain, words_between(before, mine), words_between(before, theirs)


def _entries(before: tuple[str, ...], after: tuple[str, ...]) -> Runs:
    """A list, entry by entry, each on a line of its own."""
    runs = entries_between(before, after)
    if not before:
        runs = tuple((Marked.KEPT, text) for _, text in runs)
    last = len(runs) - 1
    return tuple((mark, text if place == last else f"{text}\n") for place, (mark, text) in enumerate(runs))


def _whole(before: str, after: str) -> Runs:
    """A choice is another one or the same; its words are not compared one by one."""
    if not after or before == after or not before:
        return ((Marked.KEPT, after),) if after else ()
    return ((Marked.REMOVED, before), (Marked.KEPT, " "), (Marked.ADDED, after))


def _only_here(there: str, here: str) -> Runs:
    if not there.strip():
        return ((Marked.KEPT, here),) if here else ()
    runs = tuple(run for run in words_between(there, here) if run[0] is not Marked.REMOVED)
    alike = sum(len(text) for mark, text in runs if mark is Marked.KEPT)
    # Two texts that have little in common are read, and not compared word by word.
    return runs if 3 * alike > len(here) else ((Marked.KEPT, here),)
