"""The bench's actions and keys, made known to the one registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.moderation import Decision
from app.views.actions import ActionRegistry

if TYPE_CHECKING:
    from app.views.moderation.bench import Bench

DECIDING = {
    Decision.AGREED: "bench_agree",
    Decision.NOT_AGREED: "bench_not_agreed",
    Decision.FURTHER_EVIDENCE: "bench_further_evidence",
    Decision.SUSPECTED_MALPRACTICE: "bench_suspicion",
}


class BenchKeys(QObject):
    """Adds the actions, and keeps the keys shown beside the decisions true when they are remapped."""

    def __init__(self, bench: Bench, actions: ActionRegistry) -> None:
        super().__init__(bench)
        self._bench = bench
        self._actions = actions
        self._add_judging()
        self._add_moving()
        actions.remapped.connect(self._show_keys)
        self._show_keys()

    def _add_judging(self) -> None:
        bench, add = self._bench, self._actions.add
        group = self.tr("&Moderation")
        judging = bench.judging
        add("bench_agree", self.tr("&Agree, record and go on"), judging.agree, shortcut="1", letter=True,
            group=group, screen=bench)  # fmt: skip
        add("bench_not_agreed", self.tr("&Not agreed: write the rationale"),
            lambda: judging.decide(Decision.NOT_AGREED), shortcut="2", letter=True, group=group,
            screen=bench)  # fmt: skip
        add("bench_further_evidence", self.tr("&Further evidence needed: write the rationale"),
            lambda: judging.decide(Decision.FURTHER_EVIDENCE), shortcut="3", letter=True, group=group,
            screen=bench)  # fmt: skip
        add("bench_suspicion", self.tr("&Raise suspicion of malpractice…"), judging.suspect, shortcut="4",
            letter=True, group=group, screen=bench)  # fmt: skip
        add("bench_save_next", self.tr("&Save the judgement and go on"), lambda: judging.save(go_on=True),
            shortcut="Ctrl+Return; Ctrl+Enter", group=group, screen=bench)  # fmt: skip
        add("bench_undo", self.tr("&Take back the last judgement"), judging.undo, shortcut="Ctrl+Z", group=group,
            screen=bench)  # fmt: skip
        add("bench_note", self.tr("Write a n&ote"), bench.writing.write_note, shortcut="C", letter=True, group=group,
            screen=bench)  # fmt: skip
        add("bench_action", self.tr("Add an a&ction for the centre"), bench.writing.write_action, shortcut="A",
            letter=True, group=group, screen=bench)  # fmt: skip

    def _add_moving(self) -> None:
        bench, add = self._bench, self._actions.add
        group = self.tr("&Moderation")
        add("bench_next_unjudged", self.tr("Next &unjudged sample"), bench.next_unjudged, shortcut="N",
            letter=True, group=group, screen=bench)  # fmt: skip
        add("bench_next_sample", self.tr("Next sample"), lambda: bench.step(1), shortcut="J", letter=True,
            group=group, screen=bench, repeat=True)  # fmt: skip
        add("bench_previous_sample", self.tr("Previous sample"), lambda: bench.step(-1), shortcut="K",
            letter=True, group=group, screen=bench, repeat=True)  # fmt: skip
        add("bench_next_file", self.tr("Next file"), lambda: bench.browser.step(1), shortcut="]", letter=True,
            group=group, screen=bench, repeat=True)  # fmt: skip
        add("bench_previous_file", self.tr("Previous file"), lambda: bench.browser.step(-1), shortcut="[",
            letter=True, group=group, screen=bench, repeat=True)  # fmt: skip
        add("bench_fetch", self.tr("Fetch the e&vidence"), bench.browser.fetch, shortcut="Ctrl+Shift+D",
            group=group, screen=bench)  # fmt: skip
        add("bench_find", self.tr("F&ind in this file"), bench.browser.view.open_find, shortcut="Ctrl+F",
            group=group, screen=bench)  # fmt: skip
        add("bench_next_pane", self.tr("Next &pane"), lambda: bench.step_pane(1), shortcut="F6", group=group,
            screen=bench)  # fmt: skip
        add("bench_previous_pane", self.tr("Previous pane"), lambda: bench.step_pane(-1), shortcut="Shift+F6",
            group=group, screen=bench)  # fmt: skip
        add("bench_compare", self.tr("Compare the &versions of this sample…"), bench.compare, shortcut="V", letter=True,
            group=group, screen=bench)  # fmt: skip
        add("bench_report", self.tr("Open the r&eport"), bench.open_report, shortcut="Ctrl+Shift+R", group=group,
            screen=bench)  # fmt: skip

    def _show_keys(self) -> None:
        for decision, id in DECIDING.items():
            self._bench.pane.form.choice.button(decision).show_keys(self._actions.entry(id).keys)
