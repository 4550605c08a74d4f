"""The Work screen in a window of its own, over a desk with requests in every group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLineEdit, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.clocks import ClockReading, ClockState
from app.domain.moderation import RequestState
from app.views.actions import ActionRegistry
from app.views.rows import ITEM_ROLE, Head
from app.views.work.screen import WorkScreen
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, Group, Offline, SyncMark, WorkRow
from tests.support.desks import Clock, make_profile, one_request, open_desk
from tests.views.windows import bring_up

Settled = Callable[[], None]


class Opened:
    """A Work screen in a window, over a real desk."""

    def __init__(self, desk: Desk, qtbot: QtBot, settled: Settled) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = ActionRegistry(self.window)
        self.syncs: list[bool] = []
        self.actions.add("sync_now", "Sync now", lambda: self.syncs.append(True))
        self.screen = WorkScreen(desk, self.actions)
        self.window.setCentralWidget(self.screen)
        self.actions.bring_to_front(self.screen)
        bring_up(qtbot, self.window, 1100, 700)
        settled()
        self.screen.entered()
        self.wanted: list[tuple[str, str, str]] = []
        self.told: list[str] = []
        self.changes: list[Changes] = []
        self.screen.wants.connect(lambda *where: self.wanted.append(where))
        self.screen.told.connect(lambda says, _: self.told.append(says))
        self.screen.changed.connect(self.changes.append)

    @property
    def search(self) -> QLineEdit:
        return self.screen.findChild(QLineEdit, "workFilter")

    def button(self, name: str) -> QPushButton:
        return self.screen.findChild(QPushButton, name)

    def shown(self) -> list[str]:
        """What stands in the list from top to bottom: headings in capitals, requests by their number."""
        model = self.screen.model
        items = [model.index(row).data(ITEM_ROLE) for row in range(model.rowCount())]
        return [item.group.name if isinstance(item, Head) else item.number for item in items]

    def chosen(self) -> str:
        row = self.screen.model.row_at(self.screen.list.currentIndex())
        return row.number if row else ""


def several(folder: Path) -> Desk:
    """Requests in every group; the clock stands at Wednesday 4 March 2026."""
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("MR-1", {"due_on": date(2026, 2, 27), "centre_name": "Ambleforth Academy"}),
        ("MR-2", {"due_on": date(2026, 3, 6), "centre_name": "Brackenwell College"}),
        ("MR-3", {"due_on": date(2026, 3, 30), "centre_name": "Copperfield Training"}),
        ("MR-4", {"state": RequestState.ON_HOLD, "held_on": date(2026, 3, 2)}),
        ("MR-5", {"state": RequestState.SAMPLE_REQUESTED, "due_on": None, "evidence_complete_on": None}),
        (
            "MR-6",
            {
                "state": RequestState.RETURNED_TO_CENTRE,
                "certification_hold": True,
                "last_day_on": date(2026, 5, 15),
            },
        ),
        ("MR-7", {"state": RequestState.RECORDS_UPDATED}),
    ]
    items: list[Any] = []
    for number, changes in wanted:
        items += one_request(2, **({"id": f"id-{number}", "number": number} | changes))[0]
    return open_desk(make_profile(folder, items), Clock())


def row_of(number: int, group: Group = Group.IN_MODERATION, **changes: Any) -> WorkRow:
    values: dict[str, Any] = {
        "request_id": f"r{number}",
        "number": f"MR-{number}",
        "centre": f"Centre {number % 97}",
        "qualification": "Level 5 Diploma in Management and Leadership",
        "state_words": "In moderation",
        "judged": number % 12,
        "samples": 12,
        "clock": ClockReading(ClockState.RUNNING, 8, "8 of 21 working days left, due Thu 12 Mar"),
        "group": group,
        "offline": Offline.NONE,
        "mark": SyncMark.SYNCED,
    }
    return WorkRow(**(values | changes))
