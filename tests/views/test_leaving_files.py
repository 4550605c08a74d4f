"""Files of one's own that are being sent: the pill says so, and closing does, and sending goes on at the next start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.views.shell.foot import Foot
from app.views.shell.leaving import LeavingFiles
from app.views.shell.window import MainWindow
from app.views.work.sizes import files_words
from app.workspace.entrance import enter
from app.workspace.snapshots import FilesUnderWay, Reach, Status
from tests.support.half_sent import SecondPartHeld, on_the_way
from tests.support.serving import copied, laid_out
from tests.support.travel import Travelling
from tests.views.whole_window import Settled, pill


@pytest.fixture
def half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Travelling, SecondPartHeld]]:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path / "laptop"))
    (tmp_path / "laid").mkdir()
    service = copied((tmp_path / "laid", laid_out(tmp_path / "laid")), tmp_path / "service")
    with on_the_way(service, tmp_path / "laptop") as made:
        yield made
    service.close()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (FilesUnderWay(), ""),
        (FilesUnderWay(1, 0, 700_000_000), "1 file being sent, 700 MB"),
        (FilesUnderWay(1, 100_000_000, 700_000_000), "1 file being sent, 100 MB of 700 MB"),
        (FilesUnderWay(2, 0, 1_400_000_000), "2 files being sent, 1.4 GB"),
    ],
)
def test_files_on_their_way_in_words(files: FilesUnderWay, says: str) -> None:
    assert files_words(files) == says


def test_the_pill_says_all_sent_only_when_the_files_are(qtbot: QtBot) -> None:
    foot = Foot(sync=lambda: None, open_outbox=lambda: None)
    qtbot.addWidget(foot)
    status = Status(Reach.ONLINE, 0, 0, None, None, files=FilesUnderWay(1, 100_000_000, 700_000_000))
    assert foot.words(status) == "1 file being sent, 100 MB of 700 MB · Online"
    assert foot.words(Status(Reach.ONLINE, 0, 0, None, None)) == "All sent · Online"


def test_closing_while_a_file_is_being_sent_says_so(
    half: tuple[Travelling, SecondPartHeld], window: MainWindow, settled: Settled, qtbot: QtBot
) -> None:
    laptop, road = half
    window.take(laptop.desk)
    settled()
    assert window.house is not None
    window.house.show_status()
    assert "1 file being sent, 8.4 MB of 8.4 MB" in pill(window.house)
    assert not window.close()
    (asked,) = window.findChildren(LeavingFiles)
    words = " ".join(label.text() for label in asked.findChildren(QLabel))
    assert "1 file being sent" in words
    assert "sending goes on" in words
    qtbot.mouseClick(asked.findChild(QPushButton, "leavingFilesCancel"), Qt.MouseButton.LeftButton)
    assert window.isVisible()
    window.close()
    asked = next(one for one in window.findChildren(LeavingFiles) if one.isVisible())
    road.go.set()
    qtbot.mouseClick(asked.findChild(QPushButton, "leavingFilesDo"), Qt.MouseButton.LeftButton)
    assert window.house is None
    again = enter(laptop.desk.profile.folder, keys=laptop.keys)
    try:
        again.sync(lambda _: None)
        again._syncing._sync.upload()
        assert again.status().files == FilesUnderWay()
    finally:
        again.close()
