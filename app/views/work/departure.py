"""The way from the Work list to *Take offline* and back, and its actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from app.views.actions import ActionRegistry
from app.views.parts import announce
from app.views.screen import Screen
from app.views.style import icons
from app.views.work.travel_strip import TravelStrip
from app.views.work.travel_words import outcome_words
from app.views.work.travelling import State, Travelling
from app.workspace.snapshots import Changes, WorkRow
from app.workspace.travel_plan import TravelReport

if TYPE_CHECKING:
    from app.views.work.travel_page import TravelPage
    from app.workspace.desk import Desk


class Departure(QObject):
    """Puts the page of *Take offline* beside the list, and keeps the run whichever of them is in front.

    sides: the list is its first widget; the page joins it when it is first asked for.
    chosen: the requests that are chosen in the list and can be read.
    moved(): another side is in front, or the run stands otherwise. left(): the list is in front again.
    arrived(Changes): files came, or the service had news.
    """

    moved = Signal()
    left = Signal()
    arrived = Signal(object)

    def __init__(
        self,
        desk: Desk,
        actions: ActionRegistry,
        screen: Screen,
        sides: QStackedWidget,
        chosen: Callable[[], Sequence[WorkRow]],
    ) -> None:
        super().__init__(screen)
        self._desk = desk
        self._actions = actions
        self._screen = screen
        self._sides = sides
        self._chosen = chosen
        self.run = Travelling(desk, self)
        self.strip = TravelStrip(self.run)
        self.page: TravelPage | None = None
        self._add_actions()
        self.strip.show_wanted.connect(self.open)
        self.run.refused.connect(screen.refused)
        self.run.arrived.connect(self._arrived)
        self.run.moved.connect(self.allow)
        self.run.milestone.connect(self._say_milestone)
        self.run.ended.connect(self._ended)
        self.run.look()

    def _add_actions(self) -> None:
        menu = self.tr("&Request")
        add = self._actions.add
        travel = add(
            "travel",
            self.tr("&Take offline…"),
            self.open,
            shortcut="Ctrl+T",
            group=menu,
            screen=self._screen,
            tip=self.tr("Choose what to take to a place without a network, and see that it is all here"),
        )
        icons.dress(travel, "cloud")
        add(
            "travel_chosen",
            self.tr("Take the &chosen request offline…"),
            self.open_chosen,
            shortcut="Ctrl+Shift+T",
            group=menu,
            screen=self._screen,
        )
        add(
            "travel_refresh",
            self.tr("&Refresh before departure"),
            self.refresh,
            group=menu,
            screen=self._screen,
        )

    @property
    def in_front(self) -> bool:
        """Whether the page stands before the list."""
        return self.page is not None and self._sides.currentWidget() is self.page

    def open(self) -> None:
        """Show what can be taken along; what was chosen the last time is ticked."""
        self._open(only=False)

    def open_chosen(self) -> None:
        """The same, with the chosen requests ticked and nothing else."""
        self._open(only=True)

    def refresh(self) -> None:
        """Take along once more what was chosen the last time: one step before departure."""
        self.open()
        self.run.refresh()

    def allow(self) -> None:
        """Offer what makes sense now."""
        free = self.run.state is State.IDLE
        memory = self.run.memory
        self._actions.enable("travel", not self.in_front)
        self._actions.enable("travel_chosen", not self.in_front and free and bool(self._chosen()))
        self._actions.enable("travel_refresh", free and memory is not None and bool(memory.choice))
        self.moved.emit()

    def _open(self, *, only: bool) -> None:
        from app.views.work.travel_page import TravelPage

        if self.page is None:
            self.page = TravelPage(self._desk, self.run)
            self.page.left.connect(self._leave)
            self._sides.addWidget(self.page)
        self.page.open([row.request_id for row in self._chosen()], only=only)
        self._sides.setCurrentWidget(self.page)
        self.allow()
        self.page.focus()

    def _leave(self) -> None:
        self._sides.setCurrentIndex(0)
        self.allow()
        self.left.emit()

    def _arrived(self, changes: Changes) -> None:
        if changes != Changes():
            self.arrived.emit(changes)

    def _say_milestone(self, says: str) -> None:
        if not self.in_front:
            announce(self._screen, says)

    def _ended(self, report: TravelReport) -> None:
        if not (self.in_front and self._screen.isVisible()):
            self._screen.told.emit(outcome_words(report), "")
