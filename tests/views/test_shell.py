"""The window as a whole: ways, banners, status, undo, memory, and a proper end, over a real desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.cli.demo import desk_for, prepared_service
from app.domain.dates import clock_time
from app.domain.errors import KnownError
from app.domain.moderation import Decision
from app.sync.access import REFRESH_NAME
from app.views import style
from app.views.main import new_window
from app.views.shell.house import House
from app.views.shell.rail import RailButton
from app.views.shell.window import MainWindow
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes, JudgementDraft, OutboxState, Reach, Status
from tests.support.desks import Clock, desk_with_requests, keys_of, open_desk
from tests.views.windows import bring_up

Settled = Callable[[], None]
REQUEST, FIRST, SECOND = "request-1", "request-1/sample-1", "request-1/sample-2"


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """An empty window with a look file of its own; closed at the end, and its desk with it."""
    made = new_window(look=tmp_path / "window.ini")
    bring_up(qtbot, made, 1366, 768)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def house(window: MainWindow, tmp_path: Path, settled: Settled) -> House:
    """The window on a desk with two requests of three samples, whose service is out of reach."""
    desk = desk_with_requests(tmp_path / "desk", requests=2)
    # A token from an earlier sign-in, so that it is the network that is missing.
    keys_of(tmp_path / "desk").put(desk.profile.id, REFRESH_NAME, "from an earlier sign-in")
    window.take(desk)
    settled()
    assert window.house is not None
    return window.house


def pill(house: House) -> str:
    return house.findChild(QPushButton, "statusPill").text()


def key(qtbot: QtBot, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    """Press a key wherever the focus is."""
    focus = QApplication.focusWidget()
    assert focus is not None
    joined = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        joined |= modifier
    qtbot.keyClick(focus, key, joined)


CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


# -- ways ---------------------------------------------------------------------------------------------------------


def test_every_place_is_reached_by_keyboard(house: House, qtbot: QtBot) -> None:
    for number, place in ((Qt.Key.Key_5, "outbox"), (Qt.Key.Key_6, "settings"), (Qt.Key.Key_1, "work")):
        key(qtbot, number, CTRL)
        assert house.where[0] == place
        assert house.rail.button(place).isChecked()
        assert house.stack.currentWidget() is house.screens[place]


def test_opening_a_request_and_going_back_needs_no_mouse(
    house: House, qtbot: QtBot, settled: Settled
) -> None:
    house.go("work")
    key(qtbot, Qt.Key.Key_Return)
    settled()
    assert house.where[:2] == ("bench", REQUEST)
    assert house.rail.button("work").isChecked()
    key(qtbot, Qt.Key.Key_Left, ALT)
    assert house.where[0] == "work"


def test_menus_are_real_and_show_what_the_screen_in_front_can_do(window: MainWindow, house: House) -> None:
    def titles() -> list[str]:
        menus = window.menuBar().actions()
        return [action.text().replace("&", "") for action in menus if action.isVisible()]

    assert titles() == ["File", "Go", "Request", "View", "Help"]
    house.go("outbox")
    assert titles() == ["File", "Go", "Outbox", "View", "Help"]
    house.go("bench", REQUEST)
    assert "Moderation" in titles()
    assert "Request" not in titles()


def test_the_palette_finds_actions_requests_and_samples(
    window: MainWindow, house: House, qtbot: QtBot, settled: Settled
) -> None:
    key(qtbot, Qt.Key.Key_K, CTRL)
    field = window.palette_.field
    qtbot.keyClicks(field, "2042")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settled()
    assert house.where[:2] == ("bench", "request-2")
    key(qtbot, Qt.Key.Key_K, CTRL)
    settled()
    qtbot.keyClicks(field, "sample 3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settled()
    assert house.where == ("bench", "request-2", "request-2/sample-3")
    key(qtbot, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(field, "outbox")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert house.where[0] == "outbox"


# -- help ---------------------------------------------------------------------------------------------------------


def test_M76_M09_help_shows_keys_then_guidance_then_the_support_contact_and_older_reports(
    window: MainWindow, house: House, qtbot: QtBot
) -> None:
    key(qtbot, Qt.Key.Key_F1)
    shown = window._help
    assert shown is not None
    assert shown.sections() == ["helpKeys", "helpGuidance", "helpSupport", "helpOlderReports"]
    heights = [shown.findChild(QWidget, name).y() for name in shown.sections()]
    assert heights == sorted(heights)
    texts = house.desk.help_contact()
    words = {label.text() for label in shown.findChildren(QLabel)}
    assert {texts.support_says, texts.older_reports_says} <= words
    assert {text for _, text in texts.guidance} <= words
    assert {"Ctrl+K", "Ctrl+1", "F1"} <= words


def test_help_is_closed_by_the_key_that_opened_it_and_stops_no_work(
    window: MainWindow, house: House, qtbot: QtBot
) -> None:
    window.show_help()
    assert window._help is not None
    assert not window._help.isModal()
    window._help.close()
    assert window._help is None
    window.show_help()
    window.show_help()
    assert len([child for child in window.children() if child.objectName() == "help"]) >= 1


# -- status, banners, toast -----------------------------------------------------------------------------------------


def test_being_offline_is_said_by_the_pill_and_by_no_banner(house: House) -> None:
    assert pill(house) == "All sent · Offline"
    assert house.banner.text() == ""


def test_the_pill_and_badges_follow_every_judgement(house: House) -> None:
    changes = house.desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    house.screens["bench"].changed.emit(changes)
    words = pill(house)
    assert words.startswith("Saved ")
    assert words.endswith("· 1 queued · Offline")
    assert house.rail.button("outbox").count == 1
    assert house.rail.button("outbox").accessibleName() == "Outbox, 1 waiting"


def test_the_rail_counts_what_is_to_be_moderated(house: House, settled: Settled) -> None:
    assert house.rail.button("work").count == 2
    assert house.rail.button("work").accessibleName() == "Work, 2 to moderate"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status(Reach.ONLINE, 0, 0, None, None), "All sent · Online"),
        (Status(Reach.SYNCING, 3, 0, None, None), "3 queued · Syncing…"),
        (Status(Reach.OFFLINE, 3, 1, None, None), "1 needs attention · 3 queued · Offline"),
        (Status(Reach.SIGNED_OUT, 0, 2, None, None), "2 need attention · All sent · Signed out"),
    ],
)
def test_the_pill_is_always_true(house: House, status: Status, words: str) -> None:
    assert house.foot.words(status) == words


def test_trouble_stands_in_the_banner_with_a_way_on_and_goes_by_itself(house: House) -> None:
    trouble = Status(Reach.OFFLINE, 0, 0, None, None, "The service is newer.", "Update Touchstone.", "v9")
    house._show_trouble(trouble)
    assert house.banner.text("trouble") == "The service is newer. Update Touchstone."
    presses = {button.text() for button in house.banner.findChildren(QPushButton)}
    assert presses == {"Try again", "Copy details"}
    assert QApplication.activeModalWidget() is None
    house._show_trouble(replace(trouble, trouble="", do="", details=""))
    assert house.banner.text() == ""
    assert not house.banner.isVisible()


def test_signed_out_asks_for_the_password_and_keeps_the_work(house: House, qtbot: QtBot) -> None:
    changes = house.desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    house.spread(changes)
    house._show_trouble(Status(Reach.SIGNED_OUT, 1, 0, None, None, "Please sign in again.", ""))
    press = next(b for b in house.banner.findChildren(QPushButton) if b.text() == "Sign in again")
    qtbot.mouseClick(press, Qt.MouseButton.LeftButton)
    asking = house._asking
    assert asking is not None
    assert asking.findChild(QLineEdit, "signInAgainPassword") is not None
    house.ask_password()
    assert house._asking is asking
    asking.reject()
    assert house._asking is None
    assert [row.state for row in house.desk.outbox()] == [OutboxState.QUEUED]


def test_a_refusal_says_what_happened_and_what_to_do(house: House, qtbot: QtBot) -> None:
    error = KnownError("disk_full", "The disk is full.", "Free some space.", details="errno 28")
    house.screens["bench"].refused.emit(error)
    assert house.banner.text("refused") == "The disk is full. Free some space."
    copy = next(b for b in house.banner.findChildren(QPushButton) if b.text() == "Copy details")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert "errno 28" in QApplication.clipboard().text()


def test_undo_in_the_toast_takes_the_judgement_back(house: House, qtbot: QtBot, settled: Settled) -> None:
    house.go("bench", REQUEST)
    settled()
    changes = house.desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    house.screens["bench"].changed.emit(changes)
    house.screens["bench"].told.emit(changes.said, changes.undo)
    undo = house.findChild(QPushButton, "toastUndo")
    assert undo.isVisible()
    assert house.foot.toast.says == "Sample 1: Agreed"
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    settled()
    assert house.foot.toast.says == "Taken back"
    assert not undo.isVisible()
    sheet = house.desk.request(REQUEST).sheet(FIRST)
    assert sheet is not None
    assert sheet.judgement is None


def test_undo_is_no_longer_offered_once_a_round_of_sync_has_begun(house: House) -> None:
    changes = house.desk.record_judgement(REQUEST, FIRST, Decision.AGREED, "", [])
    house.tell(changes.said, changes.undo)
    house.sync.now()
    assert house.foot.toast.undo_act == ""
    assert house.foot.toast.says == "Sample 1: Agreed"


def test_what_was_told_goes_once_it_is_sent(house: House) -> None:
    """“It waits in the outbox” must not stand beside “All sent”."""
    house.tell("Report signed off; it waits in the outbox", "act")
    house.sync.began.emit()
    house.sync.ended.emit(KnownError("service_unreachable", "Not now."))
    assert house.foot.toast.says == "Report signed off; it waits in the outbox"
    house.sync.ended.emit(None)
    assert house.foot.toast.says == ""
    house.tell("Copied")
    house.sync.ended.emit(None)
    assert house.foot.toast.says == "Copied"


def test_text_grows_and_shrinks_by_keyboard(house: House, qtbot: QtBot) -> None:
    house.go("settings")
    key(qtbot, Qt.Key.Key_Plus, CTRL)
    key(qtbot, Qt.Key.Key_Plus, CTRL)
    assert style.look().scale == pytest.approx(1.2)
    key(qtbot, Qt.Key.Key_Minus, CTRL)
    assert style.look().scale == pytest.approx(1.1)
    key(qtbot, Qt.Key.Key_0, CTRL)
    assert style.look().scale == 1.0


def test_a_change_is_sent_soon_but_not_at_once(house: House) -> None:
    assert house.sync.due_in is None or house.sync.due_in > 0
    house.screens["bench"].changed.emit(Changes(work=True))
    due = house.sync.due_in
    assert due is not None
    assert 4 < due < 10


# -- memory and the end -------------------------------------------------------------------------------------------


def test_a_restart_comes_back_to_the_same_place(qtbot: QtBot, tmp_path: Path, settled: Settled) -> None:
    look = tmp_path / "window.ini"
    first = new_window(look=look)
    bring_up(qtbot, first, 760, 600)
    desk = desk_with_requests(tmp_path / "desk", requests=2)
    folder = desk.profile.folder
    first.take(desk)
    settled()
    assert first.house is not None
    first.house.screens["work"].findChild(QLineEdit, "workFilter").setText("2042")
    first.house.go("bench", "request-2", "request-2/sample-2")
    settled()
    widths = first.house.screens["bench"].findChild(QSplitter).sizes()
    size = first.size()
    first.close()
    first.deleteLater()

    second = new_window(look=look)
    bring_up(qtbot, second)
    second.take(open_desk(folder))
    settled()
    assert second.house is not None
    assert second.size() == size
    assert second.house.where[:2] == ("bench", "request-2")
    bench: Any = second.house.screens["bench"]
    assert bench.sample_id == "request-2/sample-2"
    assert bench.findChild(QSplitter).sizes() == widths
    assert second.house.screens["work"].findChild(QLineEdit, "workFilter").text() == "2042"
    second.close()
    second.deleteLater()


def test_keys_of_ones_own_are_found_again(house: House, window: MainWindow) -> None:
    house.desk.put_setting("shortcuts", {"go_outbox": "Ctrl+9"})
    house.desk.put_setting("letters", False)
    folder = house.desk.profile.folder
    window.leave()
    window.take(open_desk(folder))
    assert window.actions_.entry("go_outbox").keys == "Ctrl+9"
    assert not window.actions_.letters_on


def test_closing_keeps_the_last_word_and_lets_go_of_the_desk(
    window: MainWindow, house: House, qtbot: QtBot, settled: Settled
) -> None:
    house.go("bench", REQUEST, FIRST)
    settled()
    rationale = house.screens["bench"].findChild(QPlainTextEdit, "rationale")
    rationale.setFocus()
    qtbot.keyClicks(rationale, "Not enough sour")
    left: list[bool] = []
    window.left.connect(lambda: left.append(True))
    folder = house.desk.profile.folder
    window.close()
    assert left == [True]
    desk = open_desk(folder)
    sheet = desk.request(REQUEST).sheet(FIRST)
    assert sheet is not None
    assert sheet.draft == JudgementDraft(rationale="Not enough sour")
    assert desk.recovered_at() is None
    desk.close()


def test_work_recovered_after_a_crash_is_told(
    window: MainWindow, tmp_path: Path, settled: Settled, qtbot: QtBot
) -> None:
    desk = desk_with_requests(tmp_path / "desk")
    desk.save_draft(REQUEST, FIRST, JudgementDraft(rationale="half a sent"))
    folder = desk.profile.folder
    # As if the power had gone: nothing is put away, only what holds the files is let go of.
    desk._work.close()
    desk._cache.close()
    desk._lock.release()
    window.take(open_desk(folder))
    settled()
    assert window.house is not None
    moment = window.house.desk.recovered_at()
    assert moment is not None
    says = f"Your work from {clock_time(moment)} was recovered."
    assert window.house.banner.text("recovered") == says
    press = next(b for b in window.house.banner.findChildren(QPushButton) if b.text() == "Show the drafts")
    qtbot.mouseClick(press, Qt.MouseButton.LeftButton)
    assert window.house.where[0] == "outbox"
    assert window.house.banner.text("recovered") == ""


def test_signing_in_as_somebody_else_lets_go_of_the_desk(
    window: MainWindow, house: House, settled: Settled
) -> None:
    folder = house.desk.profile.folder
    window.actions_.get("switch").trigger()
    settled()
    assert window.house is None
    assert window.findChild(QLineEdit, "signInEmail") is not None
    assert not window.actions_.get("sync_now").isEnabled()
    window.take(open_desk(folder))
    settled()
    assert window.house is not None
    assert window.actions_.get("sync_now").isEnabled()


def test_a_desk_that_opens_while_the_window_closes_is_closed_too(
    qtbot: QtBot, tmp_path: Path, settled: Settled
) -> None:
    window = new_window(look=tmp_path / "window.ini")
    bring_up(qtbot, window)
    opened: list[Desk] = []

    def start() -> Desk:
        opened.append(desk_with_requests(tmp_path / "desk"))
        return opened[0]

    window.open_with(start)
    window.close()
    settled()
    assert len(opened) == 1
    open_desk(opened[0].profile.folder).close()
    window.deleteLater()


def test_a_desk_that_cannot_be_opened_leads_to_the_sign_in_with_the_reason(
    window: MainWindow, settled: Settled
) -> None:
    def start() -> Desk:
        raise KnownError("key_lost", "The key of your work is gone.", "Ask the support contact.")

    window.open_with(start)
    settled()
    words = [label.text() for label in window.findChildren(QLabel)]
    assert "The key of your work is gone. Ask the support contact." in words


def test_a_new_day_redraws_the_clocks(window: MainWindow, tmp_path: Path, settled: Settled) -> None:
    clock = Clock(datetime(2026, 3, 30, 20, 0, tzinfo=UTC))
    window.take(desk_with_requests(tmp_path / "desk", clock=clock))
    settled()
    house = window.house
    assert house is not None
    work: Any = house.room("work")
    assert work.model.rows[0].clock.words == "due today, Mon 30 Mar"
    house.midnight.look()
    settled()
    assert work.model.rows[0].clock.words == "due today, Mon 30 Mar"
    # Midnight in London is an hour before midnight in UTC by now.
    clock.now = datetime(2026, 3, 30, 23, 5, tzinfo=UTC)
    house.midnight.look()
    settled()
    assert work.model.rows[0].clock.words == "1 working day overdue, was due Mon 30 Mar"


# -- demonstration and a real service -----------------------------------------------------------------------------


def test_a_demonstration_says_so_for_good_and_syncs_by_itself(
    window: MainWindow, tmp_path: Path, settled: Settled, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path))
    with prepared_service(tmp_path) as (service, email, password):
        window.take(desk_for(service, email, password))
        house = window.house
        assert house is not None
        says = "Demonstration: invented people, keys in a file. Not for real work."
        qtbot.waitUntil(lambda: pill(house).endswith("Online"), timeout=30_000)
        settled()
        assert house.banner.text() == says
        assert not [b for b in house.banner.findChildren(QAbstractButton) if b.isVisible()]
        work: Any = house.screens["work"]
        assert len(work.model.rows) > 5
        window.close()


# -- access and geometry ------------------------------------------------------------------------------------------

_NEED_NAMES = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox)
_MINE = ("work", "outbox", "settings")


@pytest.mark.parametrize("place", _MINE)
def test_every_control_has_a_name_for_a_screen_reader(house: House, place: str) -> None:
    house.go(place)
    nameless = []
    for kind in _NEED_NAMES:
        for control in house.findChildren(kind):
            if not control.isVisible() or control.objectName().startswith("qt_"):
                continue
            name = QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name)
            if not name.strip():
                nameless.append(f"{type(control).__name__} {control.objectName()}")
    assert nameless == []


@pytest.mark.parametrize("place", _MINE)
def test_everything_that_can_be_pressed_is_large_enough(house: House, place: str) -> None:
    house.go(place)
    QApplication.processEvents()
    small = [
        f"{button.text() or button.accessibleName()} {button.width()}×{button.height()}"
        for button in house.findChildren(QAbstractButton)
        if button.isVisible()
        and not button.objectName().startswith("qt_")
        # The cross inside a text field is an extra; Escape does the same.
        and not isinstance(button.parent(), QLineEdit)
        and min(button.width(), button.height()) < 24
    ]
    assert small == []


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("place", _MINE)
def test_no_words_are_cut_off(house: House, window: MainWindow, place: str, scale: float) -> None:
    """At 100 % and at 200 % on a laptop's screen every label and button has room for its words."""
    style.look().put_on("light", scale)
    window.resize(1366, 768)
    house.tell("Sample 1: Agreed", "act")
    house.go(place)
    for _ in range(3):
        QApplication.processEvents()
    cut = []
    for words in house.findChildren(QLabel):
        if words.isVisible() and words.text():
            wide, high = words.contentsRect().width(), words.contentsRect().height()
            flags = Qt.TextFlag.TextWordWrap if words.wordWrap() else Qt.TextFlag.TextSingleLine
            text = words.text().replace("&", "") if words.buddy() else words.text()
            need = words.fontMetrics().boundingRect(0, 0, wide, 10_000, int(flags), text)
            if "\n" not in words.text() and (need.width() > wide + 1 or need.height() > high + 1):
                cut.append(f"{words.text()} needs {need.width()}×{need.height()}, has {wide}×{high}")
    for button in house.findChildren(QPushButton):
        if button.isVisible() and button.width() < button.minimumSizeHint().width():
            cut.append(f"{button.text()} {button.width()} < {button.minimumSizeHint().width()}")
    assert cut == []


def test_the_rail_keeps_room_for_its_words_at_any_text_size(house: House) -> None:
    for scale in (1.0, 1.5, 2.0):
        style.look().put_on("light", scale)
        QApplication.processEvents()
        for button in house.findChildren(RailButton):
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()) + 8
            assert button.height() >= button.sizeHint().height()


def test_the_window_fits_a_laptop_at_any_text_size(house: House, window: MainWindow) -> None:
    for scale in (1.0, 2.0):
        style.look().put_on("light", scale)
        for place in _MINE:
            house.go(place)
            QApplication.processEvents()
            assert window.minimumSizeHint().width() <= 1366
            assert window.minimumSizeHint().height() <= 768
