"""A moderator's way by keyboard alone, from signing in to a judgement that the service has."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.cli.demo import prepared_service
from app.domain.moderation import Decision
from app.views.main import new_window
from app.workspace.entrance import sign_in
from app.workspace.snapshots import OutboxState
from tests.views.windows import bring_up

CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


def test_signing_in_judging_and_sending_need_no_mouse(
    qtbot: QtBot, tmp_path: Path, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path))

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        focus = QApplication.focusWidget()
        assert focus is not None
        qtbot.keyClick(focus, key, modifier)

    def write(words: str) -> None:
        focus = QApplication.focusWidget()
        assert isinstance(focus, QLineEdit | QPlainTextEdit)
        qtbot.keyClicks(focus, words)

    with prepared_service(tmp_path) as (service, email, password):
        window = new_window(look=tmp_path / "window.ini", sign_in=partial(sign_in, demo=True))
        bring_up(qtbot, window, 1366, 768)
        window.open_with(lambda: None)
        settled()

        write(email)
        press(Qt.Key.Key_Tab)
        write(password)
        press(Qt.Key.Key_Tab)
        press(Qt.Key.Key_Tab)
        write(service.url)
        press(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: window.house is not None, timeout=30_000)
        house = window.house
        assert house is not None
        pill = house.findChild(QPushButton, "statusPill")
        qtbot.waitUntil(lambda: pill.text().startswith("All sent · Online "), timeout=30_000)
        settled()

        # The quick filter finds a request that nobody has judged yet; Return opens it.
        row = next(r for r in house.desk.work() if r.state_words == "In moderation" and not r.judged)
        press(Qt.Key.Key_F, CTRL)
        write(row.number)
        press(Qt.Key.Key_Return)
        bench: Any = house.room("bench")
        qtbot.waitUntil(lambda: bench.sheet is not None, timeout=30_000)
        settled()

        first = bench.sample_id
        press(Qt.Key.Key_1)
        settled()
        assert house.foot.toast.says == "Sample 1: Agreed"
        assert "1 queued · Online " in pill.text()
        assert bench.sample_id != first

        press(Qt.Key.Key_2)
        write("The second criterion is described rather than evaluated.")
        assert house.desk.request(row.request_id).samples[1].judgement is None

        press(Qt.Key.Key_F5)
        qtbot.waitUntil(lambda: "All sent · Online " in pill.text(), timeout=30_000)
        press(Qt.Key.Key_5, CTRL)
        states = [(entry.state, entry.what) for entry in house.desk.outbox()]
        assert states == [
            (OutboxState.DRAFT, f"Sample 2 of {row.number}: not recorded yet"),
            (OutboxState.SENT, f"Sample 1 of {row.number}: Agreed"),
        ]
        judged = house.desk.request(row.request_id).samples[0]
        assert judged.judgement is not None
        assert judged.judgement.decision is Decision.AGREED
        assert not judged.pending

        press(Qt.Key.Key_Q, CTRL)
        assert window.house is None
        settled()
        window.deleteLater()
