"""Fetching evidence of the chosen requests: how far it is, a way to stop, and what could not be had."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.domain.evidence import Fetch, NotFetched
from app.views.parts import Banner, BusyBar
from app.views.style.palette import Tone
from app.views.tasks import from_worker, run_task
from app.views.work.sizes import size_words
from app.workspace.snapshots import WorkRow

if TYPE_CHECKING:
    from app.workspace.desk import Desk


class Fetching(QWidget):
    """Fetches the evidence of one request after the other; hidden while it has nothing to say.

    told(str): done, in words. refused(KnownError): could not. fetched(frozenset of request ids): look again.
    """

    told = Signal(str)
    refused = Signal(object)
    fetched = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._stop = threading.Event()
        self._queue: list[WorkRow] = []
        self._of = 0
        self._row: WorkRow | None = None
        self._files = 0
        self._failed: dict[str, NotFetched] = {}
        self._ids: frozenset[str] = frozenset()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._bar = BusyBar()
        self._bar.cancelled.connect(self.stop)
        self._column.addWidget(self._bar)
        self._trouble: Banner | None = None
        self._bar.hide()
        self.hide()

    @property
    def busy(self) -> bool:
        return self._row is not None

    def start(self, rows: Sequence[WorkRow]) -> None:
        """Fetch what is missing of these requests; nothing happens while a fetch is under way."""
        if self.busy or not rows:
            return
        self._stop = threading.Event()
        self._queue = list(rows)
        self._of = len(self._queue)
        self._files = 0
        self._failed = {}
        self._ids = frozenset(row.request_id for row in rows)
        self._clear_trouble()
        self._bar.show()
        self.show()
        self._next()

    def stop(self) -> None:
        """Ask the fetch to stop soon; what has arrived stays."""
        self._queue.clear()
        self._stop.set()

    def _next(self) -> None:
        row = self._row = self._queue.pop(0)
        stop = self._stop
        progress = from_worker(self, self._progress)
        self._bar.say(self._words(None))
        run_task(
            self,
            lambda: self._desk.evidence.fetch(row.request_id, progress, stop.is_set),
            self._done,
            self._could_not,
            lane="fetch",
        )

    def _words(self, fetch: Fetch | None) -> str:
        assert self._row is not None
        number = self._of - len(self._queue)
        words = self.tr("Fetching evidence of {request}").format(request=self._row.number)
        if self._of > 1:
            words += " " + self.tr("({n} of {all})").format(n=number, all=self._of)
        if fetch is not None and fetch.total:
            words += ": " + self.tr("{done} of {total} files, {here} of {whole}").format(
                done=fetch.done,
                total=fetch.total,
                here=size_words(fetch.bytes_done),
                whole=size_words(fetch.bytes_total),
            )
        return words

    def _progress(self, fetch: Fetch) -> None:
        if self.busy:
            done, total = fetch.bytes_done, fetch.bytes_total
            # Bytes as thousandths: a progress bar counts in 32 bits, evidence does not.
            share = round(1000 * done / total) if total else 0
            self._bar.say(self._words(fetch), share, 1000 if total else 0)

    def _done(self, fetch: Fetch) -> None:
        self._files += fetch.done
        self._failed.update(fetch.failed)
        if self._queue:
            self._next()
        else:
            self._finish()

    def _could_not(self, error: KnownError) -> None:
        self._queue.clear()
        self._finish(say=False)
        self.refused.emit(error)

    def _finish(self, *, say: bool = True) -> None:
        self._row = None
        self._bar.hide()
        self.fetched.emit(self._ids)
        if self._failed:
            self._show_trouble()
        elif say and self._stop.is_set():
            self.told.emit(self.tr("Stopped. Files that have arrived stay on this computer."))
        elif say:
            self.told.emit(self.tr("All evidence that can be fetched is on this computer."))
        self.setVisible(self._trouble is not None)

    def _show_trouble(self) -> None:
        failed = list(self._failed.values())
        first = failed[0].words
        more = self.tr(" {n} more are missing as well.").format(n=len(failed) - 1) if len(failed) > 1 else ""
        says = self.tr("Not everything could be fetched. {first}{more}").format(first=first, more=more)
        reasons = {one.says for one in failed}
        if not self._files and len(reasons) == 1:
            says = self.tr("No file was fetched. {reason}").format(reason=reasons.pop())
        self._trouble = Banner(
            says,
            Tone.WARN,
            details="\n".join(one.words for one in failed),
            closable=True,
        )
        self._trouble.closed.connect(self._clear_trouble)
        self._column.addWidget(self._trouble)

    def _clear_trouble(self) -> None:
        if self._trouble is not None:
            self._trouble.hide()
            self._trouble.deleteLater()
            self._trouble = None
        self.setVisible(self.busy)
