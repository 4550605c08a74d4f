"""The middle pane of the bench in a window of its own, showing what is laid before it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.domain.evidence import Evidence, EvidenceKind
from app.evidence.kinds import FileKind
from app.views.evidence.browser import EvidenceBrowser
from app.workspace.desk import Desk
from tests.support import records
from tests.support.desks import make_profile, open_desk
from tests.views.windows import bring_up

Settled = Callable[[], None]
Piece = tuple[str, EvidenceKind, bytes]
WORK = EvidenceKind.LEARNER_WORK


class Shown:
    """The middle pane of the bench in a window of its own, showing the evidence of one sample."""

    def __init__(self, folder: Path, qtbot: QtBot, settled: Settled) -> None:
        self.folder = folder
        self.qtbot = qtbot
        self.settled = settled
        self.opened: list[str] = []
        self.told: list[str] = []
        self.refused: list[Any] = []
        self.fetched: list[str] = []
        self.has_program = True
        self.desk: Desk | None = None

    def show(
        self,
        pieces: Sequence[Piece],
        *,
        absent: Sequence[str] = (),
        more: Sequence[Evidence] = (),
        asks: Callable[[FileKind, str], str] | None = None,
    ) -> None:
        """Evidence of the only sample; files named in ``absent`` are not on this computer. asks: as of ``enter``."""
        items: list[Any] = [records.request(samples=1), records.sample(1)]
        files = []
        for number, (name, kind, data) in enumerate(pieces):
            sha256 = hashlib.sha256(data).hexdigest()
            items.append(
                records.evidence(f"evidence-{number}", kind, name=name, sha256=sha256, size=len(data))
            )
            if name not in absent:
                files.append(data)
        items += more
        self.desk = open_desk(make_profile(self.folder, items, dict.fromkeys(files)), asks=asks)
        self.browser = EvidenceBrowser(self.desk, self._open)
        self.qtbot.addWidget(self.browser)
        self.browser.told.connect(self.told.append)
        self.browser.refused.connect(self.refused.append)
        self.browser.fetched.connect(self.fetched.append)
        bring_up(self.qtbot, self.browser, 700, 620)
        request = self.desk.request("request-1")
        self.browser.show_sample(request, request.samples[0])
        self.wait()

    def _open(self, path: str) -> bool:
        self.opened.append(path)
        return self.has_program

    def wait(self) -> None:
        """Until everything in sight is drawn."""
        self.settled()
        self.qtbot.waitUntil(lambda: self.browser.view.ready, timeout=20_000)
        self.settled()

    def choose(self, name: str) -> None:
        row = next(row for row in self.browser.files.rows if row.item and row.item.evidence.name == name)
        self.browser.files.choose(row.key)
        self.wait()

    def picture(self) -> QImage:
        return self.browser.view.pages.viewport().grab().toImage()

    def close(self) -> None:
        self.settled()
        if self.desk is not None:
            self.desk.close()
