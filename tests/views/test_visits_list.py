"""The Visits place: who has it, what stands in it, what is due in words, and the ways to a review."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.domain.people import Grant, Person, Role
from app.domain.review_terms import ReviewKind, ReviewState, Scope
from app.views.rows import ITEM_ROLE, Head
from app.views.shell.house import House
from app.views.shell.rail import RailButton
from app.views.shell.window import MainWindow
from app.views.style.palette import Tone
from app.views.visits.list_screen import VisitsScreen
from app.workspace.snapshots import Changes
from app.workspace.visits.snapshots import VisitDraft, VisitGroup
from tests.support.visits import MANAGER, REVIEW, REVIEWER, ced, ced_file, review, visit_desk
from tests.views.visit_window import CTRL, Settled
from tests.views.whole_window import key

BOTH = Person("p-9", "both@example.invalid", "Both", (Grant(Role.MODERATOR), Grant(Role.REVIEWER)))
MODERATOR = Person("p-8", "mod@example.invalid", "Mod", (Grant(Role.MODERATOR),))


def several() -> list[Any]:
    """One to contact, whose task is due; one agreed; one whose Engagement Document is late."""
    late = date(2017, 11, 24)
    return [
        review(),
        ced([ced_file()]),
        ced_file(),
        review(id="r2", number="QR-0013", centre_name="Harrowgate College", state=ReviewState.ALLOCATED,
               scope=Scope.NOT_DECIDED, contacted_on=None, visit_on=None, ced_submitted_on=None,
               ced_due_on=date(2017, 12, 10)),
        review(id="r3", number="QR-0014", centre_name="Beacon Hill", kind=ReviewKind.DESK_TOP,
               state=ReviewState.REVIEWING, visit_on=None, ced_submitted_on=None, ced_due_on=late),
    ]  # fmt: skip


def open_house(window: MainWindow, folder: Path, settled: Settled, items: Any, person: Person) -> House:
    window.take(visit_desk(folder, items, person=person))
    settled()
    assert window.house is not None
    return window.house


@pytest.fixture
def house(window: MainWindow, tmp_path: Path, settled: Settled) -> House:
    return open_house(window, tmp_path / "desk", settled, several(), REVIEWER)


def places(house: House) -> list[str]:
    return [button.text() for button in house.rail.findChildren(RailButton)]


@pytest.mark.parametrize(
    ("person", "expected", "first"),
    [
        (REVIEWER, ["Visits", "Outbox", "Settings"], "visits"),
        (BOTH, ["Work", "Visits", "Outbox", "Settings"], "work"),
        (MODERATOR, ["Work", "Outbox", "Settings"], "work"),
    ],
)
def test_the_rail_shows_the_places_of_ones_roles(
    window: MainWindow, tmp_path: Path, settled: Settled, person: Person, expected: list[str], first: str
) -> None:
    house = open_house(window, tmp_path / "desk", settled, [], person)
    assert places(house) == expected
    assert house.where[0] == first


def test_reviews_stand_in_groups_and_say_what_is_due(house: House) -> None:
    screen: Any = house.room("visits")
    model = screen.model
    items = [model.index(line).data(ITEM_ROLE) for line in range(model.rowCount())]
    assert [one.group if isinstance(one, Head) else one.number for one in items] == [
        VisitGroup.TO_CONTACT,
        "QR-0013",
        VisitGroup.AGREED,
        "QR-0012",
        VisitGroup.UNDER_REVIEW,
        "QR-0014",
    ]
    due = {row.number: model.due(row) for row in model.rows}
    assert due["QR-0013"][2] is Tone.WARN
    assert due["QR-0014"][0].startswith("Engagement Document late")
    assert due["QR-0014"][2:] == (Tone.BAD, "overdue")
    listed = QAccessible.queryAccessibleInterface(screen.list)
    assert "Engagement Document late" in listed.child(5).text(QAccessible.Text.Name)
    assert house.rail.button("visits").accessibleName() == "Visits, 3 to act on"


def test_a_review_is_found_and_opened_by_keys_and_left_again(
    house: House, qtbot: QtBot, settled: Settled
) -> None:
    key(qtbot, Qt.Key.Key_F, CTRL)
    for letter in (Qt.Key.Key_L, Qt.Key.Key_A, Qt.Key.Key_R, Qt.Key.Key_K):
        key(qtbot, letter)
    assert [row.number for row in house.room("visits").model.shown] == ["QR-0012"]  # type: ignore[attr-defined]
    key(qtbot, Qt.Key.Key_Return)
    settled()
    assert house.where[:2] == ("visit", REVIEW)
    assert house.rail.button("visits").isChecked()
    visit: Any = house.room("visit")
    assert visit.sheet.review.number == "QR-0012"
    key(qtbot, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert house.where[0] == "visits"


def test_a_palette_offers_reviews_and_measures(house: House, window: MainWindow, settled: Settled) -> None:
    house.go("visit", REVIEW)
    settled()
    window.show_palette()
    settled()
    palette = window.palette_
    found = []
    for typed in ("Larkfield", "QO.3.4"):
        palette.field.setText(typed)
        found += [palette.model.index(line).data() for line in range(palette.model.rowCount())]
    assert "QR-0012 Larkfield Sixth Form (C-1001), Centre visit 2017-18" in found
    assert any(text.startswith("QO.3.4 Safe and accurate") for text in found)


def test_nothing_allocated_says_so_with_one_button(
    window: MainWindow, tmp_path: Path, settled: Settled
) -> None:
    house = open_house(window, tmp_path / "desk", settled, [], REVIEWER)
    screen = house.room("visits")
    assert isinstance(screen, VisitsScreen)
    assert screen.empty.isVisible()
    assert screen.empty.accessibleName() == "No quality review is allocated to you at the moment."
    assert [one.text() for one in screen.empty.findChildren(QPushButton)] == ["Sync now"]


def test_the_outbox_leads_back_to_the_measure_and_to_the_form(house: House, settled: Settled) -> None:
    house.desk.visits.save_draft(REVIEW, "QO.4.2", VisitDraft(commentary="Half"))
    house.desk.visits.save_form(REVIEW, "meeting", {"who": "Ines"})
    outbox: Any = house.room("outbox")
    outbox.apply(Changes(outbox=True))
    settled()
    for code, page in (("QO.4.2", "measures"), ("meeting", "meetings")):
        house.go("outbox")
        row = next(row for row in house.desk.outbox() if row.sample_id == code)
        outbox.list.setCurrentIndex(outbox.model.index_of(outbox.model.key(row)))
        outbox.fix()
        settled()
        assert house.where[0] == "visit"
        visit: Any = house.room("visit")
        assert visit.page == page
    assert visit.measures.code == "QO.4.2"
    assert visit.meetings.form.who.text() == "Ines"


def test_Q18_a_manager_decides_the_scope_and_judges_nothing(
    window: MainWindow, tmp_path: Path, settled: Settled
) -> None:
    asked = [review(scope=Scope.CONFIRMATION_ASKED), ced([ced_file()]), ced_file()]
    house = open_house(window, tmp_path / "desk", settled, asked, MANAGER)
    assert places(house) == ["Visits", "Outbox", "Settings"]
    house.go("visit", REVIEW, "arranging")
    settled()
    visit: Any = house.room("visit")
    assert not visit.measures.quality.save.isEnabled()
    assert not visit.arranging.contact.isVisible()
    visit.arranging.scope.reason.setPlainText("The approval letter of June is on file.")
    visit.arranging.scope.yes.click()
    decided = house.desk.visits.sheet(REVIEW).review
    assert (decided.scope, decided.scope_says) == (Scope.REDUCED, "The approval letter of June is on file.")
