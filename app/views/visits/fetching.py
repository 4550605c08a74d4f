"""Fetches the files of a review to this computer, to be at hand without a network."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.domain.errors import KnownError
from app.domain.evidence import Fetch
from app.views.tasks import from_worker, run_task

if TYPE_CHECKING:
    from app.workspace.visits.desk import VisitsDesk


class FetchingFiles(QObject):
    """One review at a time. progressed(Fetch or None): how far it is. ended(review, trouble): trouble is empty when
    all has come.
    """

    progressed = Signal(object)
    ended = Signal(str, str)

    def __init__(self, parent: QObject, visits: VisitsDesk) -> None:
        super().__init__(parent)
        self._visits = visits
        self._review_id = ""
        self._stop = threading.Event()

    @property
    def busy(self) -> bool:
        return bool(self._review_id)

    def fetch(self, review_id: str) -> None:
        """Fetch what is missing of this review; nothing happens while another fetch is under way."""
        if self._review_id or not review_id:
            return
        self._review_id = review_id
        stop = self._stop = threading.Event()
        self.progressed.emit(None)
        progress = from_worker(self, self._progress)
        visits = self._visits
        run_task(
            self,
            lambda: visits.fetch(review_id, progress, stop.is_set),
            self._fetched,
            self._could_not,
            lane="fetch",
        )

    def stop(self) -> None:
        """What has arrived stays."""
        self._stop.set()

    def _progress(self, fetch: Fetch) -> None:
        if self._review_id:
            self.progressed.emit(fetch)

    def _fetched(self, fetch: Fetch) -> None:
        trouble = ""
        if fetch.failed:
            first = next(iter(fetch.failed.values()))
            trouble = _tr("Not everything could be fetched. {first}").format(first=first.words)
        elif self._stop.is_set():
            trouble = _tr("Stopped. Files that have arrived stay on this computer.")
        self._end(trouble)

    def _could_not(self, error: KnownError) -> None:
        self._end(f"{error.says} {error.do}".strip())

    def _end(self, trouble: str) -> None:
        review_id, self._review_id = self._review_id, ""
        self.ended.emit(review_id, trouble)


def _tr(text: str) -> str:
    return QCoreApplication.translate("FetchingFiles", text)
