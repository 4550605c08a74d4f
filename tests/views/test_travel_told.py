"""What *Take offline* tells: the reserve on a small disk, what to do without a network, and every name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from app.views.work.travel_outcome import Outcome
from app.views.work.travel_words import need_words
from app.workspace.travel_plan import (
    RESERVE,
    TravelFailure,
    TravelFile,
    TravelReport,
    need_of,
)
from tests.support import records
from tests.views.windows import bring_up


def a_file(number: int = 1, size: int = 14_000) -> TravelFile:
    return TravelFile(records.evidence(f"e{number}", name=f"work {number}.txt", size=size), False)


def report(**changes: object) -> TravelReport:
    values: dict[str, object] = {
        "files": 20, "size": 1, "agreed": 0, "failures": (), "links": (), "left": (), "short_by": 0,
        "refused": None, "as_at": None, "ended_at": datetime(2026, 3, 4, tzinfo=UTC),
    }  # fmt: skip
    return TravelReport(**(values | changes))  # type: ignore[arg-type]


def test_M48_where_the_reserve_alone_is_short_nobody_is_told_to_choose_less() -> None:
    need = need_of([a_file()], RESERVE - 5_000_000)
    assert need_words(need) == (
        "1 file, 14 kB · too little room: 14 kB to fetch, 205 MB free, 210 MB kept for your own work. "
        "Make room for another 5.0 MB."
    )


def test_M48_where_less_would_fit_that_is_offered() -> None:
    need = need_of([a_file(size=3_000_000_000)], RESERVE + 1_000_000_000)
    assert "210 MB kept for your own work. Choose less, or make room for another 2.0 GB." in need_words(need)


@pytest.mark.parametrize("less", [True, False])
def test_the_outcome_says_the_same(less: bool, qtbot: QtBot) -> None:
    outcome = Outcome()
    qtbot.addWidget(outcome)
    outcome.show_report(report(short_by=5_000_000, less_helps=less))
    assert "210 MB of the disk are kept free for your own work." in outcome.text
    assert ("Choose less" in outcome.text) is less


def test_every_name_can_be_reached_by_keyboard(qtbot: QtBot) -> None:
    outcome = Outcome()
    qtbot.addWidget(outcome)
    failures = tuple(TravelFailure(a_file(number), "MR-1", "Not here.", "Connect.") for number in range(20))
    outcome.show_report(report(failures=failures))
    bring_up(qtbot, outcome, 700, 500)

    def in_sight() -> str:
        labels = [label for label in outcome.findChildren(QLabel) if label.isVisible()]
        return "\n".join(label.accessibleName() or label.text() for label in labels)

    assert "work 19.txt" not in in_sight()
    more = outcome.findChild(QPushButton, "travelMore")
    assert more.text() == "Show 8 more"
    more.setFocus()
    qtbot.keyClick(more, Qt.Key.Key_Return)
    assert all(f"work {number}.txt" in in_sight() for number in range(20))
    assert not more.isVisible()


def test_an_outcome_without_a_network_says_what_to_do_about_it(qtbot: QtBot) -> None:
    refused = KnownError("service_unreachable", "The service cannot be reached.", "Everything is sent later.")
    outcome = Outcome()
    qtbot.addWidget(outcome)
    outcome.show_report(report(refused=refused))
    assert "Everything is sent later." not in outcome.text
