"""Evidence that is only a link to the centre's own platform, on the bench: named, copied, opened after a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.domain.evidence import EvidenceKind
from app.views import style
from app.views.evidence.browser import EvidenceBrowser
from app.views.evidence.files import rows_for
from app.workspace.desk import Desk
from tests.support import records
from tests.support.desks import make_profile, one_request, open_desk
from tests.views.windows import bring_up

LINK = "https://portfolio.oakvale.example.invalid/learners/a1/unit-501?view=work&mode=film"


class Shown:
    """The middle pane of the bench with one file and one link."""

    def __init__(self, desk: Desk, qtbot: QtBot, settled: Callable[[], None]) -> None:
        self.browsed: list[str] = []
        self.told: list[str] = []
        self.refused: list[Any] = []
        self.has_browser = True
        self.desk = desk
        self.settled = settled
        self.browser = EvidenceBrowser(desk, browse=self._browse)
        qtbot.addWidget(self.browser)
        self.browser.told.connect(self.told.append)
        self.browser.refused.connect(self.refused.append)
        bring_up(qtbot, self.browser, 640, 600)
        request = desk.request("r1")
        self.browser.show_sample(request, request.samples[0])
        settled()

    def _browse(self, url: str) -> bool:
        self.browsed.append(url)
        return self.has_browser

    @property
    def card(self) -> Any:
        return self.browser.view.link

    @property
    def question(self) -> Any:
        return self.browser.view.linking.question


def desk_with(folder: Path, url: str) -> Desk:
    items, data = one_request(1, [("essay.txt", b"words")], id="r1", number="MR-1")
    link = records.evidence(
        "link",
        EvidenceKind.MARKING_SHEET,
        request_id="r1",
        sample_id="r1/sample-1",
        name="Marking, on the platform",
        sha256="",
        size=0,
        url=url,
    )
    return open_desk(make_profile(folder, [*items, link], data))


@pytest.fixture
def shown(tmp_path: Path, qtbot: QtBot, settled: Callable[[], None]) -> Iterator[Shown]:
    desk = desk_with(tmp_path, LINK)
    yield Shown(desk, qtbot, settled)
    settled()
    desk.close()


def test_M43_a_link_says_where_it_lies_and_that_it_cannot_be_taken_along(shown: Shown) -> None:
    assert shown.browser.files.choose("link")
    shown.settled()
    assert shown.card.isVisible()
    assert shown.card.title.text() == "On the centre's own platform"
    assert "cannot be taken along" in shown.card.says.text()
    assert shown.card.address.accessibleName() == f"Address: {LINK}"
    assert shown.card.address.text().replace("\u200b", "") == LINK


def test_M44_a_link_alone_stands_there_and_its_kind_is_still_missing(shown: Shown) -> None:
    request = shown.desk.request("r1")
    rows = rows_for(request, request.samples[0])
    sheets = [row for row in rows if row.kind is EvidenceKind.MARKING_SHEET]
    assert [(row.is_link, row.is_missing) for row in sheets] == [(True, False), (False, True)]
    assert [row.first_of_kind for row in sheets] == [True, False]
    # What can be shown at once comes first.
    assert shown.browser.files.row is not None
    assert shown.browser.files.row.key == "r1/evidence-1-0"


def test_a_file_comes_before_a_link_even_when_it_is_not_here_yet(
    tmp_path: Path, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    items, _ = one_request(1, id="r1", number="MR-1")
    here = {"request_id": "r1", "sample_id": "r1/sample-1"}
    link = records.evidence("link", EvidenceKind.LEARNER_WORK, name="Film", sha256="", url=LINK, **here)
    sheet = records.evidence("sheet", EvidenceKind.MARKING_SHEET, name="sheet.txt", **here)
    desk = open_desk(make_profile(tmp_path, [*items, link, sheet]))
    shown = Shown(desk, qtbot, settled)
    assert [row.key for row in shown.browser.files.rows if row.is_file] == ["link", "sheet"]
    assert shown.browser.files.row is not None
    assert shown.browser.files.row.key == "sheet"
    desk.close()


def test_the_address_is_copied_as_it_is(shown: Shown) -> None:
    shown.browser.files.choose("link")
    shown.settled()
    QTest.mouseClick(shown.card.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == LINK
    assert shown.told == ["The address is on the clipboard."]


def test_M43_it_opens_in_the_browser_after_a_question_that_names_where_it_leads(
    shown: Shown, qtbot: QtBot
) -> None:
    shown.browser.files.choose("link")
    shown.settled()
    QTest.mouseClick(shown.card.open, Qt.MouseButton.LeftButton)
    question = shown.question
    qtbot.waitUntil(question.isActiveWindow)
    words = " ".join(label.text() for label in question.findChildren(QLabel))
    assert "The link leads to portfolio.oakvale.example.invalid." in words
    assert "without its protection" in words
    assert question.cancel.hasFocus()
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert shown.browsed == []
    QTest.mouseClick(question.do, Qt.MouseButton.LeftButton)
    assert shown.browsed == [LINK]


def test_cancelling_the_question_opens_nothing(shown: Shown) -> None:
    shown.browser.files.choose("link")
    shown.settled()
    QTest.mouseClick(shown.card.open, Qt.MouseButton.LeftButton)
    QTest.keyClick(shown.question, Qt.Key.Key_Escape)
    assert shown.question is None
    assert shown.browsed == []


def test_a_computer_without_a_browser_is_told_what_to_do(shown: Shown) -> None:
    shown.has_browser = False
    shown.browser.files.choose("link")
    shown.settled()
    QTest.mouseClick(shown.card.open, Qt.MouseButton.LeftButton)
    QTest.mouseClick(shown.question.do, Qt.MouseButton.LeftButton)
    assert [error.code for error in shown.refused] == ["no_browser"]


def test_M45_an_address_that_would_start_another_program_is_refused(
    tmp_path: Path, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    desk = desk_with(tmp_path, "file:///etc/passwd")
    shown = Shown(desk, qtbot, settled)
    shown.browser.files.choose("link")
    settled()
    QTest.mouseClick(shown.card.open, Qt.MouseButton.LeftButton)
    assert shown.question is None
    assert [error.code for error in shown.refused] == ["link_not_web"]
    desk.close()


def test_the_keyboard_reaches_the_link_from_the_list(shown: Shown) -> None:
    shown.browser.files.choose("link")
    shown.settled()
    shown.browser.view.focus_view()
    assert shown.card.copy.hasFocus()


def test_twice_the_size_cuts_no_address(shown: Shown, qapp: QApplication) -> None:
    style.apply(qapp, "dark", 2.0)
    shown.browser.files.choose("link")
    shown.settled()
    qapp.processEvents()
    address = shown.card.address
    needed = address.heightForWidth(address.width())
    assert address.height() >= needed
    assert shown.card.frame.width() <= shown.card.viewport().width()
