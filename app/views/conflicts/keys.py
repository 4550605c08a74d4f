"""The actions and keys of the Conflicts screen, made known to the one registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.merging import Pick
from app.views.actions import ActionRegistry

if TYPE_CHECKING:
    from app.views.conflicts.screen import ConflictsScreen

PICKING = {Pick.MINE: "conflict_mine", Pick.THEIRS: "conflict_theirs", Pick.BOTH: "conflict_both"}
"""The action that takes each version of the field that has the focus."""


class ConflictKeys(QObject):
    """Adds the actions, and keeps them and the keys shown on the buttons true."""

    def __init__(self, screen: ConflictsScreen, actions: ActionRegistry) -> None:
        super().__init__(screen)
        self._screen = screen
        self._actions = actions
        group = self.tr("&Conflict")

        def add(id: str, text: str, handler: object, shortcut: str, *, letter: bool = True) -> None:
            assert callable(handler)
            actions.add(id, text, handler, shortcut=shortcut, group=group, letter=letter, screen=screen)

        take, take_all = screen.take, screen.take_all
        add("conflict_mine", self.tr("Take &mine"), lambda: take(Pick.MINE), "M")
        add("conflict_theirs", self.tr("Take &theirs"), lambda: take(Pick.THEIRS), "T")
        add("conflict_both", self.tr("Take &both"), lambda: take(Pick.BOTH), "B")
        add("conflict_all_mine", self.tr("Take m&ine everywhere"), lambda: take_all(Pick.MINE), "Shift+M")
        add(
            "conflict_all_theirs",
            self.tr("Take t&heirs everywhere"),
            lambda: take_all(Pick.THEIRS),
            "Shift+T",
        )
        add("conflict_next_field", self.tr("Next &field"), lambda: screen.step_field(1), "J")
        add("conflict_previous_field", self.tr("&Previous field"), lambda: screen.step_field(-1), "K")
        add("conflict_next", self.tr("&Next conflict"), lambda: screen.step(1), "N")
        add("conflict_open", self.tr("&Open where it belongs"), screen.open_place, "O")
        save = self.tr("&Save and go to the next")
        add("conflict_save", save, screen.save, "Ctrl+Return; Ctrl+Enter", letter=False)
        actions.remapped.connect(self.show_keys)

    def show_keys(self) -> None:
        """Put the keys that take a version on the buttons of every card."""
        keys = {pick: self._actions.entry(id).keys for pick, id in PICKING.items()}
        for card in self._screen.cards:
            card.show_keys(keys)

    def show_what_can_be_done(self) -> None:
        """Actions that make no sense now are asleep."""
        screen = self._screen
        offered = screen.offered
        for id, wanted in (
            *((PICKING[pick], pick in offered) for pick in Pick),
            ("conflict_all_mine", Pick.MINE in offered),
            ("conflict_all_theirs", Pick.THEIRS in offered),
            ("conflict_next_field", bool(screen.cards)),
            ("conflict_previous_field", bool(screen.cards)),
            ("conflict_open", screen.shown is not None),
            ("conflict_next", len(screen.conflicts) > 1),
            ("conflict_save", screen.shown is not None and not screen.shown.closed),
        ):
            self._actions.enable(id, wanted)
