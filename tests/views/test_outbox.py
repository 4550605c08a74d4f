"""The Outbox: every act and draft with its reason, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from app.domain.moderation import Decision
from app.models.held import Page
from app.views import style
from app.views.actions import ActionRegistry
from app.views.outbox.discarding import DiscardDraft
from app.views.outbox.model import OutboxModel
from app.views.outbox.screen import OutboxScreen
from app.views.rows import ITEM_ROLE, Head
from app.wire.messages import FeedLine
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, JudgementDraft, OutboxRow, OutboxState, ReportDraft
from tests.support.elsewhere import arrives, judged
from tests.views.windows import bring_up

Settled = Callable[[], None]
REQUEST, FIRST, SECOND = "request-1", "request-1/sample-1", "request-1/sample-2"


class Opened:
    """An Outbox screen in a window, over a real desk."""

    def __init__(self, desk: Desk, qtbot: QtBot) -> None:
        self.desk = desk
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = ActionRegistry(self.window)
        self.screen = OutboxScreen(desk, self.actions)
        self.window.setCentralWidget(self.screen)
        self.actions.bring_to_front(self.screen)
        bring_up(qtbot, self.window, 1000, 700)
        self.screen.entered()
        self.wanted: list[tuple[str, str, str]] = []
        self.told: list[str] = []
        self.refused: list[KnownError] = []
        self.changes: list[Changes] = []
        self.screen.wants.connect(lambda *where: self.wanted.append(where))
        self.screen.told.connect(lambda says, _: self.told.append(says))
        self.screen.refused.connect(self.refused.append)
        self.screen.changed.connect(self.changes.append)

    def press(self, name: str, qtbot: QtBot) -> None:
        qtbot.mouseClick(self.button(name), Qt.MouseButton.LeftButton)

    def button(self, name: str) -> QPushButton:
        return self.screen.findChild(QPushButton, name)

    def shown(self) -> list[str]:
        model = self.screen.model
        items = [model.index(row).data(ITEM_ROLE) for row in range(model.rowCount())]
        return [item.group.name if isinstance(item, Head) else item.what for item in items]


@pytest.fixture
def full(desk: Desk) -> Desk:
    """One judgement and one note queued, one draft, one thing taken back."""
    desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    gone = desk.record_judgement(REQUEST, SECOND, Decision.AGREED, "", [])
    desk.take_back(gone.undo)
    desk.save_draft(REQUEST, SECOND, JudgementDraft(Decision.NOT_AGREED, "Too thin"))
    desk.add_note(REQUEST, "", "The second marking sheet came on Tuesday.")
    return desk


def test_everything_stands_under_its_state(full: Desk, qtbot: QtBot) -> None:
    outbox = Opened(full, qtbot)
    assert outbox.shown() == [
        "DRAFT",
        "Sample 2 of MR-2041: not recorded yet",
        "QUEUED",
        "Request MR-2041: note “The second marking sheet came on Tuesday.”",
        "Sample 1 of MR-2041: Agreed",
        "TAKEN_BACK",
        "Sample 2 of MR-2041: Agreed",
    ]


def test_every_row_gives_its_reason_also_to_a_screen_reader(full: Desk, qtbot: QtBot) -> None:
    outbox = Opened(full, qtbot)
    face = QAccessible.queryAccessibleInterface(outbox.screen.list)
    names = [face.child(number).text(QAccessible.Text.Name) for number in range(face.childCount())]
    assert "Queued, 2" in names
    agreed = next(name for name in names if name.startswith("Sample 1 of MR-2041: Agreed"))
    assert "Waits for the network." in agreed
    for row in outbox.screen.model.shown:
        assert row.why


def test_return_on_a_draft_goes_to_its_sample(full: Desk, qtbot: QtBot) -> None:
    outbox = Opened(full, qtbot)
    qtbot.keyClick(outbox.screen.list, Qt.Key.Key_Return)
    assert outbox.wanted == [("bench", REQUEST, SECOND)]


def test_a_report_being_prepared_goes_to_the_report(desk: Desk, qtbot: QtBot) -> None:
    desk.save_report_draft(REQUEST, ReportDraft(None, "All in order"))
    outbox = Opened(desk, qtbot)
    outbox.press("outboxFix", qtbot)
    assert outbox.wanted == [("report", REQUEST, "")]


def test_taking_back_restores_the_text_as_a_draft(desk: Desk, qtbot: QtBot) -> None:
    desk.record_judgement(REQUEST, FIRST, Decision.NOT_AGREED, "The sources are missing.", ["Add them."])
    outbox = Opened(desk, qtbot)
    assert outbox.button("outboxTakeBack").isEnabled()
    qtbot.keyClick(outbox.screen.list, Qt.Key.Key_Delete)
    assert outbox.told == ["Taken back"]
    assert outbox.changes[0].requests == {REQUEST}
    assert outbox.shown()[:2] == ["DRAFT", "Sample 1 of MR-2041: not recorded yet"]
    sheet = desk.request(REQUEST).sheet(FIRST)
    assert sheet is not None
    assert sheet.draft == JudgementDraft(Decision.NOT_AGREED, "The sources are missing.", ("Add them.",))


def test_what_cannot_be_done_is_not_offered(full: Desk, qtbot: QtBot) -> None:
    outbox = Opened(full, qtbot)
    outbox.screen.list.setCurrentIndex(outbox.screen.model.index(1))
    assert not outbox.button("outboxTakeBack").isEnabled()
    assert not outbox.button("outboxRetry").isEnabled()
    assert outbox.button("outboxExport").isEnabled()
    outbox.screen.take_back()
    outbox.screen.retry()
    assert outbox.changes == []


def test_a_refused_take_back_is_told_and_the_list_is_read_again(desk: Desk, qtbot: QtBot) -> None:
    desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    outbox = Opened(desk, qtbot)
    # In the meantime a round of sync has begun to send it.
    desk._work.begin_sending(above=0, limit=10, max_bytes=1_000_000)
    outbox.press("outboxTakeBack", qtbot)
    assert [error.code for error in outbox.refused] == ["already_sent"]
    assert outbox.shown()[0] == "SENDING"
    assert not outbox.button("outboxTakeBack").isEnabled()


def test_a_copy_can_be_exported(desk: Desk, qtbot: QtBot, settled: Settled, tmp_path: Path) -> None:
    changes = desk.record_judgement(REQUEST, FIRST, Decision.NOT_AGREED, "No sources given.", ["Add them."])
    outbox = Opened(desk, qtbot)
    path = tmp_path / "copy.txt"
    outbox.screen.export_to(changes.undo, path)
    settled()
    assert "No sources given." in path.read_text()
    assert outbox.told == [f"Copy written to {path}"]


def test_a_copy_that_cannot_be_written_is_told(
    desk: Desk, qtbot: QtBot, settled: Settled, tmp_path: Path
) -> None:
    changes = desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    outbox = Opened(desk, qtbot)
    outbox.screen.export_to(changes.undo, tmp_path / "no such folder" / "copy.txt")
    settled()
    assert len(outbox.refused) == 1
    assert outbox.told == []


def test_details_can_be_copied(full: Desk, qtbot: QtBot) -> None:
    outbox = Opened(full, qtbot)
    outbox.press("outboxCopy", qtbot)
    assert "Sample 2 of MR-2041: not recorded yet" in QGuiApplication.clipboard().text()


def test_an_empty_outbox_says_what_it_is_for(desk: Desk, qtbot: QtBot) -> None:
    outbox = Opened(desk, qtbot)
    assert not outbox.screen.list.isVisible()
    outbox.screen.apply(desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", []))
    assert outbox.screen.list.isVisible()
    assert outbox.shown() == ["QUEUED", "Sample 1 of MR-2041: Agreed"]


def test_the_chosen_row_stays_chosen_when_another_comes(full: Desk, qtbot: QtBot) -> None:
    outbox = Opened(full, qtbot)
    outbox.screen.list.setCurrentIndex(outbox.screen.model.index(4))
    chosen = outbox.screen.current()
    assert chosen is not None
    outbox.screen.apply(full.add_note(REQUEST, FIRST, "Another note"))
    assert outbox.screen.current() == chosen
    memory = outbox.screen.memory()
    outbox.screen.list.setCurrentIndex(outbox.screen.model.index(1))
    outbox.screen.recall(memory)
    assert outbox.screen.current() == chosen


def test_what_needs_attention_comes_first_and_is_to_be_fixed() -> None:
    model = OutboxModel()
    at = datetime(2026, 3, 3, 10, 42, tzinfo=UTC)
    rows = [
        OutboxRow("a", "", OutboxState.SENT, "Sent", "The service has it.", REQUEST, FIRST, at),
        OutboxRow("b", "", OutboxState.ATTENTION, "Refused", "It is on hold.", REQUEST, FIRST, at),
    ]
    model.take(rows, datetime(2026, 3, 4, tzinfo=UTC).date())
    assert [row.what for row in model.shown] == ["Refused", "Sent"]
    assert model.when(rows[0]) == "Tue 3 Mar, 10:42"
    model.take(rows, datetime(2026, 3, 3, tzinfo=UTC).date())
    assert model.when(rows[0]) == "10:42"


def test_nothing_picked_means_the_first_row_and_the_top(full: Desk, qtbot: QtBot) -> None:
    """Somebody who comes to look at the Outbox sees its beginning, not what happened to be chosen last."""
    outbox = Opened(full, qtbot)
    first = outbox.screen.current()
    assert first is not None
    assert first.state is OutboxState.DRAFT
    full.save_draft(REQUEST, SECOND, JudgementDraft())
    outbox.screen.reload()
    current = outbox.screen.current()
    assert current is not None
    assert current.state is OutboxState.QUEUED
    assert outbox.screen.memory() == {"row": ""}


def left(desk: Desk) -> None:
    """The request is somebody else's now."""
    leave = FeedLine(op="leave", root=REQUEST)
    desk._cache.apply_page(Page([leave], cursor="cursor-99", seen=99, more=False))


def test_two_versions_are_compared_from_their_row(desk: Desk, qtbot: QtBot) -> None:
    arrives(desk, judged("j1", FIRST, rationale="So."))
    desk.save_draft(REQUEST, FIRST, JudgementDraft(Decision.AGREED, "Mine."))
    arrives(desk, judged("j2", FIRST, rationale="Theirs.", supersedes=("j1",)))
    desk.conflicts.all()
    outbox = Opened(desk, qtbot)
    assert "two versions to compare" in outbox.screen.model.spoken(outbox.screen.model.shown[0])
    assert outbox.button("outboxCompare").isVisible()
    outbox.press("outboxCompare", qtbot)
    assert outbox.wanted == [("conflicts", REQUEST, FIRST)]


def test_comparing_and_discarding_are_not_in_the_way_where_they_make_no_sense(
    full: Desk, qtbot: QtBot
) -> None:
    outbox = Opened(full, qtbot)
    assert not outbox.button("outboxCompare").isVisible()
    assert not outbox.button("outboxDiscard").isVisible()
    outbox.screen.discard()
    assert outbox.screen.findChild(DiscardDraft) is None


def test_M03_a_draft_of_a_request_that_left_is_discarded_only_on_purpose(desk: Desk, qtbot: QtBot) -> None:
    desk.save_draft(REQUEST, FIRST, JudgementDraft(rationale="Half a thought"))
    left(desk)
    outbox = Opened(desk, qtbot)
    assert not outbox.button("outboxFix").isEnabled()
    assert outbox.button("outboxExport").isEnabled()
    outbox.press("outboxDiscard", qtbot)
    question = outbox.screen.findChild(DiscardDraft)
    assert question is not None
    # Enter says nothing, and leaving keeps it.
    qtbot.keyClick(question, Qt.Key.Key_Return)
    assert question.isVisible()
    question.cancel.click()
    assert len(desk.outbox()) == 1
    outbox.press("outboxDiscard", qtbot)
    again = outbox.screen.findChildren(DiscardDraft)[-1]
    again.do.click()
    assert desk.outbox() == ()
    assert outbox.told == ["Draft discarded"]


def test_no_button_of_the_card_is_cut_short_in_a_narrow_window(
    full: Desk, qtbot: QtBot, qapp: QApplication
) -> None:
    outbox = Opened(full, qtbot)
    style.apply(qapp, "light", 2.0)
    outbox.window.resize(700, 600)
    names = ("outboxFix", "outboxRetry", "outboxTakeBack", "outboxExport", "outboxCopy")

    def whole() -> bool:
        shown = [outbox.button(name) for name in names]
        rows = shown[0].parentWidget()
        return all(
            button.width() >= button.sizeHint().width() and rows.rect().contains(button.geometry())
            for button in shown
        )

    qtbot.waitUntil(whole)
    tops = {outbox.button(name).y() for name in names}
    assert len(tops) > 1
