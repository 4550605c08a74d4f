"""Leads from what is missing to where it is mended: the page, the measure, and the very field."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.domain.reviewing import Missing

if TYPE_CHECKING:
    from app.views.visits.screen import VisitScreen

_ARRANGED = ("scope", "visit_on")
"""Fields of the review as a whole that are mended where it is arranged; the others belong to the meetings."""


class MissingFields(QObject):
    """Knows the field of each thing that can be missing."""

    def __init__(self, screen: VisitScreen) -> None:
        super().__init__(screen)
        self._screen = screen

    def go_to(self, missing: Missing) -> None:
        """Put the keyboard where this is mended, and bring it into sight."""
        if missing.code:
            self._go_to_measure(missing)
        else:
            self._go_to_page(missing.field)

    def _go_to_page(self, field: str) -> None:
        screen = self._screen
        screen.turn_to("arranging" if field in _ARRANGED else "meetings")
        page = screen.arranging if screen.page == "arranging" else screen.meetings
        # A page that was never in front has its places only once it is laid out.
        QTimer.singleShot(0, self, lambda: page.bring(field))

    def _go_to_measure(self, missing: Missing) -> None:
        measures = self._screen.measures
        self._screen.turn_to("measures")
        measures.choose(missing.code)
        measures.unfold(2)
        quality, basis = measures.quality, measures.basis
        fields: dict[str, Callable[[], object]] = {
            "level": lambda: quality.show_field(quality.level.first()),
            "reason": lambda: quality.show_field(quality.reason),
            "commentary": basis.commentary.setFocus,
            "cites": self._bring_cites,
            "actions": lambda: quality.show_field(quality.planned.add_button),
            "earlier_actions": basis.bring_former,
        }
        QTimer.singleShot(0, self, fields.get(missing.field, fields["level"]))

    def _bring_cites(self) -> None:
        """To the evidence that could be cited; where there is none yet, to where it is noted."""
        quality, basis = self._screen.measures.quality, self._screen.measures.basis
        if quality.cited.boxes or not quality.cited.elsewhere.isHidden():
            quality.cited.focus_first()
            quality.area.ensureWidgetVisible(quality.cited)
        else:
            basis.focus_first()
