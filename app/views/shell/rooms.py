"""The screens of the house, each made when it is first entered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from app.views.actions import ActionRegistry
from app.views.screen import Screen
from app.views.shell.by_role import rooms_for
from app.views.shell.first_look import FirstLook

if TYPE_CHECKING:
    from app.workspace.desk import Desk

_OF_ONE = ("bench", "report", "conflicts", "visit")
"""Screens that show one request or review."""


class _OpensOne(Protocol):
    """A screen that shows one request or review; a sample or measure, when one is named, is gone to."""

    def open(self, root_id: str, part_id: str = "", /) -> None: ...


class Rooms:
    """Makes screens and remembers them. ``wire`` is called with the name and screen of each new one."""

    def __init__(
        self, desk: Desk, actions: ActionRegistry, look: FirstLook, wire: Callable[[str, Screen], None]
    ) -> None:
        self._desk = desk
        self._actions = actions
        self._look = look
        self._wire = wire
        self._made: dict[str, Screen] = {}
        self.names = rooms_for(desk.person)
        """The screens that this person has, the first being where they begin."""

    @property
    def made(self) -> tuple[Screen, ...]:
        """The screens that have been entered or furnished so far."""
        return tuple(self._made.values())

    def get(self, name: str) -> Screen:
        """A screen by its name; KeyError for a name that is none."""
        if name not in self._made:
            make = {
                "work": self._work,
                "bench": self._bench,
                "report": self._report,
                "visits": self._visits,
                "visit": self._visit,
                "outbox": self._outbox,
                "conflicts": self._conflicts,
                "settings": self._settings,
            }[name]
            self._made[name] = make()
            self._wire(name, self._made[name])
        return self._made[name]

    def furnish(self) -> bool:
        """Make one screen that nobody has asked for yet. False when there was none left."""
        rest = [name for name in self.names if name not in self._made]
        if rest:
            self.get(rest[0])
        return len(rest) > 1

    def open(self, name: str, request_id: str, sample_id: str) -> None:
        """Open a request or review on a screen that shows one; nothing happens on any other."""
        if name in _OF_ONE and request_id:
            cast(_OpensOne, self.get(name)).open(request_id, sample_id)

    def memory(self) -> dict[str, Any]:
        """What the screens made so far want to find again, by their names."""
        return {name: screen.memory() for name, screen in self._made.items()}

    # Each is loaded only when it is made: the first one shall not wait for what the others import.

    def _work(self) -> Screen:
        from app.views.work.screen import WorkScreen

        return WorkScreen(self._desk, self._actions)

    def _bench(self) -> Screen:
        from app.views.moderation.bench import Bench

        return Bench(self._desk, self._actions)

    def _report(self) -> Screen:
        from app.views.report.screen import ReportScreen

        return ReportScreen(self._desk, self._actions)

    def _visits(self) -> Screen:
        from app.views.visits.list_screen import VisitsScreen

        return VisitsScreen(self._desk, self._actions)

    def _visit(self) -> Screen:
        from app.views.visits.screen import VisitScreen

        return VisitScreen(self._desk, self._actions)

    def _outbox(self) -> Screen:
        from app.views.outbox.screen import OutboxScreen

        return OutboxScreen(self._desk, self._actions)

    def _conflicts(self) -> Screen:
        from app.views.conflicts.screen import ConflictsScreen

        return ConflictsScreen(self._desk, self._actions)

    def _settings(self) -> Screen:
        from app.views.settings.screen import SettingsScreen

        return SettingsScreen(self._desk, self._actions, self._look)
