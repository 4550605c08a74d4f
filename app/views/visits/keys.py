"""The visit's actions and keys, made known to the one registry."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.review_terms import Level
from app.views.actions import ActionRegistry

if TYPE_CHECKING:
    from app.views.visits.screen import VisitScreen

LEVELS = {
    Level.MET: "visit_met",
    Level.PARTLY_MET: "visit_partly_met",
    Level.NOT_MET: "visit_not_met",
    Level.NOT_APPLICABLE: "visit_not_applicable",
}


class VisitKeys(QObject):
    """Adds the actions, and keeps the keys shown beside the levels true when they are remapped."""

    def __init__(self, screen: VisitScreen, actions: ActionRegistry) -> None:
        super().__init__(screen)
        self._screen = screen
        self._actions = actions
        self._add_judging()
        self._add_moving()
        self._add_pages()
        actions.remapped.connect(self._show_keys)
        self._show_keys()

    def _add_judging(self) -> None:
        screen, add = self._screen, self._actions.add
        group = self.tr("&Visit")
        words = {
            Level.MET: self.tr("&Met: record and go on"),
            Level.PARTLY_MET: self.tr("&Partly met: write the commentary"),
            Level.NOT_MET: self.tr("&Not met: write the commentary"),
            Level.NOT_APPLICABLE: self.tr("N&ot applicable: write the reason"),
        }
        for number, (level, id) in enumerate(LEVELS.items(), start=1):
            add(id, words[level], partial(screen.judging.decide, level), shortcut=str(number), letter=True,
                group=group, screen=screen)  # fmt: skip
        add("visit_save_next", self.tr("&Save the judgement and go on"), screen.save_and_next,
            shortcut="Ctrl+Return; Ctrl+Enter", group=group, screen=screen)  # fmt: skip
        add("visit_undo", self.tr("&Take back the last judgement"), screen.judging.undo, shortcut="Ctrl+Z",
            group=group, screen=screen)  # fmt: skip
        add("visit_commentary", self.tr("&Write the commentary"), screen.write_commentary, shortcut="C",
            letter=True, group=group, screen=screen)  # fmt: skip
        add("visit_evidence", self.tr("Note &evidence"), screen.note_evidence, shortcut="V", letter=True,
            group=group, screen=screen)  # fmt: skip
        add("visit_photo", self.tr("Add a p&hoto or file…"), screen.add_photo, shortcut="P", letter=True,
            group=group, screen=screen)  # fmt: skip
        add("visit_action", self.tr("Add an a&ction for the centre"), screen.add_action, shortcut="A", letter=True,
            group=group, screen=screen)  # fmt: skip

    def _add_moving(self) -> None:
        screen, add, page = self._screen, self._actions.add, self._screen.measures
        group = self.tr("&Visit")
        add("visit_next_unjudged", self.tr("Next &unjudged measure"), page.next_unjudged, shortcut="N", letter=True,
            group=group, screen=screen)  # fmt: skip
        add("visit_next", self.tr("Next measure"), lambda: page.step(1), shortcut="J", letter=True, group=group,
            screen=screen, repeat=True)  # fmt: skip
        add("visit_previous", self.tr("Previous measure"), lambda: page.step(-1), shortcut="K", letter=True,
            group=group, screen=screen, repeat=True)  # fmt: skip
        add("visit_filter", self.tr("Choose which measures are shown"), page.tree.filter.setFocus,
            shortcut="Ctrl+F; /", group=group, screen=screen)  # fmt: skip
        add("visit_next_pane", self.tr("Next pane"), lambda: screen.step_pane(1), shortcut="F6", group=group,
            screen=screen)  # fmt: skip
        add("visit_previous_pane", self.tr("Previous pane"), lambda: screen.step_pane(-1), shortcut="Shift+F6",
            group=group, screen=screen)  # fmt: skip
        add("visit_fetch", self.tr("Fetch the &files"), screen.fetch, shortcut="Ctrl+Shift+D", group=group,
            screen=screen)  # fmt: skip

    def _add_pages(self) -> None:
        screen, add = self._screen, self._actions.add
        group = self.tr("&Visit")
        for number, (name, words) in enumerate(
            (
                ("measures", self.tr("Go to the measures")),
                ("arranging", self.tr("Go to arranging the review")),
                ("meetings", self.tr("Go to the meetings")),
                ("report", self.tr("Go to the report")),
            ),
            start=1,
        ):
            keys = f"Alt+{number}" if name != "report" else f"Alt+{number}; Ctrl+Shift+R"
            add(f"visit_to_{name}", words, partial(screen.turn_to, name), shortcut=keys, group=group,
                screen=screen)  # fmt: skip
        add("visit_export", self.tr("E&xport the report as PDF…"), screen.report.export, shortcut="Ctrl+E",
            group=group, screen=screen)  # fmt: skip
        add("visit_print", self.tr("Print the report…"), screen.report.print, shortcut="Ctrl+P", group=group,
            screen=screen)  # fmt: skip
        add("visit_submit", self.tr("Sign the report off"), screen.report.submit, group=group, screen=screen)

    def allow(self, page: str) -> None:
        """Letters that judge, and moving along the tree, make sense on the page of measures alone."""
        of_measures = (*LEVELS.values(), "visit_commentary", "visit_evidence", "visit_photo", "visit_action",
                       "visit_next_unjudged", "visit_next", "visit_previous", "visit_filter", "visit_undo")  # fmt: skip
        for id in of_measures:
            self._actions.enable(id, page == "measures")

    def _show_keys(self) -> None:
        for level, id in LEVELS.items():
            self._screen.measures.quality.level.button(level).show_keys(self._actions.entry(id).keys)
