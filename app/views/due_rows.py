"""Rows of things that are due: what it is, how far it is, when it is due in words and colour, and its marks.

No widget per row, so that thousands of them scroll smoothly.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeVar

from PySide6.QtCore import QRect, QRectF
from PySide6.QtWidgets import QStyleOptionViewItem

from app.views.row_pen import RowPen, at
from app.views.rows import HeadedDelegate, HeadedModel
from app.views.style import spacing
from app.views.style.palette import Tone

R = TypeVar("R")

_BETWEEN = {2: spacing.TIGHT, 3: spacing.SNUG}
"""Room between the lines of a row, by their number."""


class DueModel(HeadedModel[R]):
    """Says in words what each row shows."""

    @abstractmethod
    def title(self, row: R) -> str:
        """What it is, in bold."""

    @abstractmethod
    def subtitle(self, row: R) -> str:
        """More of it, below."""

    @abstractmethod
    def judged(self, row: R) -> tuple[int, int] | None:
        """How many of how many are judged; None where nobody knows."""

    @abstractmethod
    def judged_words(self, row: R) -> str:
        """The same in words."""

    @abstractmethod
    def due(self, row: R) -> tuple[str, str, Tone, str]:
        """When it is due: two short lines, their tone and glyph."""

    @abstractmethod
    def offline(self, row: R) -> tuple[str, Tone, str]:
        """Whether its files are on this computer: words, tone, glyph."""

    @abstractmethod
    def mark(self, row: R) -> tuple[str, Tone, str]:
        """How my own work on it stands with the service: words, tone, glyph; words are empty when all is sent."""


class DueDelegate(HeadedDelegate):
    """Two lines a row where there is room, three where there is not; headings in between."""

    _model: DueModel[Any]

    due_width, marks_width = 37, 19
    """Widths of the columns for what is due and for the marks, in widths of an "n", where there is room."""

    def row_height(self, line: int) -> int:
        lines = 3 if self._narrow() else 2
        return lines * line + _BETWEEN[lines] + 2 * spacing.BASE

    def _narrow(self) -> bool:
        return self._view.viewport().width() < 92 * self._view.fontMetrics().horizontalAdvance("n")

    def paint_row(self, pen: RowPen, option: QStyleOptionViewItem, row: Any) -> None:
        rect = option.rect.adjusted(spacing.TIGHT, 1, -spacing.TIGHT, -1)
        pen.ground(rect, option.state, self._view.hasFocus())
        inner = rect.adjusted(spacing.BASE, spacing.BASE - 2, -spacing.BASE, -(spacing.BASE - 2))
        if self._narrow():
            self._paint_narrow(pen, inner, row)
        else:
            self._paint_wide(pen, inner, row)

    def _paint_wide(self, pen: RowPen, area: QRect, row: Any) -> None:
        em = pen.em
        marks = self.marks_width * em
        due = self.due_width * em
        judged = 13 * em
        spare = area.width() - marks - due - judged - 3 * spacing.ROOMY
        if spare < 26 * em:
            # The centre's name goes first: the marks shrink to their glyphs, whose words stand in the tool tip.
            marks = 2 * pen.icon_side + spacing.SNUG
            spare = area.width() - marks - due - judged - 3 * spacing.ROOMY
        if spare < 30 * em:
            due = max(25 * em, due - (30 * em - spare))
            spare = area.width() - marks - due - judged - 3 * spacing.ROOMY
        upper, lower = pen.halves(area)
        left = area.left()
        pen.text(at(upper, left, spare), self._model.title(row), pen.colours.text, bold=True)
        pen.text(at(lower, left, spare), self._model.subtitle(row), pen.colours.muted)
        left += spare + spacing.ROOMY
        self._paint_judged(pen, at(upper, left, judged), at(lower, left, judged), row)
        left += judged + spacing.ROOMY
        first, second, tone, glyph = self._model.due(row)
        side = pen.icon(left, upper, glyph, tone) + spacing.SNUG
        ink = pen.colours.text if tone is Tone.NEUTRAL else pen.colours.tone(tone).ink
        pen.text(at(upper, left + side, due - side), first, ink)
        pen.text(at(lower, left + side, due - side), second[:1].upper() + second[1:], pen.colours.muted)
        left += due + spacing.ROOMY
        glyph_only = marks < 10 * em
        for line, (words, mark_tone, mark) in zip(
            (upper, lower), (self._model.offline(row), self._model.mark(row)), strict=True
        ):
            if words:
                side = pen.icon(left, line, mark, mark_tone) + spacing.SNUG
                if not glyph_only:
                    shade = pen.colours.tone(mark_tone)
                    ink = pen.colours.muted if mark_tone in (Tone.NEUTRAL, Tone.GOOD) else shade.ink
                    pen.text(at(line, left + side, marks - side), words, ink)

    def _paint_narrow(self, pen: RowPen, area: QRect, row: Any) -> None:
        step = area.height() // 3
        lines = [QRect(area.left(), area.top() + n * step, area.width(), step) for n in range(3)]
        _, offline_tone, offline = self._model.offline(row)
        words, mark_tone, mark = self._model.mark(row)
        right = area.right() - pen.icon_side
        pen.icon(right, lines[0], offline, offline_tone)
        if words:
            right -= pen.icon_side + spacing.SNUG
            pen.icon(right, lines[0], mark, mark_tone)
        pen.text(
            at(lines[0], area.left(), right - area.left() - spacing.SNUG),
            self._model.title(row),
            pen.colours.text,
            bold=True,
        )
        pen.text(lines[1], self._model.subtitle(row), pen.colours.muted)
        judged = self._model.judged_words(row)
        wide = pen.width(judged)
        pen.text(at(lines[2], area.left(), wide), judged, pen.colours.muted)
        first, second, tone, glyph = self._model.due(row)
        left = area.left() + wide + spacing.ROOMY
        side = pen.icon(left, lines[2], glyph, tone) + spacing.TIGHT
        whole = f"{first}, {second}" if second else first
        fits = pen.width(whole) <= area.right() - left - side
        ink = pen.colours.text if tone is Tone.NEUTRAL else pen.colours.tone(tone).ink
        pen.text(at(lines[2], left + side, area.right() - left - side), whole if fits else first, ink)

    def _paint_judged(self, pen: RowPen, upper: QRect, lower: QRect, row: Any) -> None:
        judged = self._model.judged(row)
        if judged is None:
            return
        done, asked = judged
        pen.text(upper, self._model.judged_words(row), pen.colours.text if asked else pen.colours.muted)
        if asked:
            whole = done >= asked
            bar = QRectF(lower.left(), lower.center().y() - 2, lower.width(), 6)
            pen.bar(bar, done / asked, Tone.GOOD if whole else Tone.INFO)
