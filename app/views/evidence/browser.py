"""The middle pane of the bench: the bar and list of files, and the viewer below them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.domain.evidence import Fetch
from app.views.evidence.files import FileList, FileRow, rows_for
from app.views.evidence.handing import open_with_system
from app.views.evidence.linking import open_in_browser
from app.views.evidence.viewer import EvidenceView
from app.views.parts import Badge, icon_button
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.tasks import from_worker, run_task
from app.views.words import Elided
from app.workspace.snapshots import EvidenceItem, RequestSheet, SampleSheet

if TYPE_CHECKING:
    from app.workspace.desk import Desk


class EvidenceBrowser(QWidget):
    """Files of a sample and of its request. told, refused: as of a screen.

    fetched(request_id): files arrived, so that the request has to be read again.
    """

    told = Signal(str)
    refused = Signal(object)
    fetched = Signal(str)

    def __init__(
        self,
        desk: Desk,
        opener: Callable[[str], bool] = open_with_system,
        browse: Callable[[str], bool] = open_in_browser,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._request_id = ""
        self._sample_id = ""
        self._stop = threading.Event()
        self._fetching = ""
        self._chosen_for: dict[str, str] = {}
        self._divided = False
        self._misses = False
        # The file of a note, while one is shown instead of the evidence.
        self._note_file: FileRow | None = None
        self.files = FileList()
        self.view = EvidenceView(desk, opener, browse)
        self._build()
        self.files.chosen.connect(self._chosen)
        self.view.told.connect(self.told)
        self.view.refused.connect(self.refused)
        self.view.fetch_wanted.connect(self.fetch)
        self.view.stop_wanted.connect(self.stop_fetching)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QFrame()
        bar.setProperty("role", "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(spacing.SNUG, spacing.TIGHT, spacing.SNUG, spacing.TIGHT)
        row.setSpacing(spacing.TIGHT)
        self.previous = icon_button("left", self.tr("Previous file"), lambda: self.step(-1), "previousFile")
        self.next = icon_button("right", self.tr("Next file"), lambda: self.step(1), "nextFile")
        self._name = Elided("", "strong", middle=True)
        self._count = Elided("", "small")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._count)
        self.missing = Badge()
        self.toggle = icon_button(
            "menu", self.tr("Show or hide the list of files"), self._toggle, "toggleFiles"
        )
        self.toggle.setCheckable(True)
        self.toggle.setChecked(True)
        row.addWidget(self.previous)
        row.addWidget(self.next)
        row.addSpacing(spacing.TIGHT)
        row.addLayout(words, 1)
        row.addWidget(self.missing)
        row.addWidget(self.toggle)
        column.addWidget(bar)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.files)
        self.splitter.addWidget(self.view)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setCollapsible(0, False)
        self.splitter.setCollapsible(1, False)
        column.addWidget(self.splitter, 1)
        self.setMinimumWidth(240)

    # What is shown

    def show_sample(self, request: RequestSheet, sheet: SampleSheet | None) -> None:
        """The files of a sample; the one looked at before comes back, otherwise the first that is here."""
        self._request_id = request.request.id
        self._sample_id = sheet.sample.id if sheet is not None else ""
        self._note_file = None
        rows = rows_for(request, sheet)
        self.files.show_rows(rows)
        wanted = self._chosen_for.get(self._place_key(), "")
        if not self.files.choose(wanted, silently=True):
            first = _first_worth_showing(rows)
            if first is not None:
                self.files.choose(first.key, silently=True)
        self._divide()
        self._show_row()

    def refresh(self, request: RequestSheet, sheet: SampleSheet | None) -> None:
        """The same sample in a newer form: files may have come or gone; the one on screen stays."""
        rows = rows_for(request, sheet)
        noted = self._in_newer_form(request)
        if rows == self.files.rows and noted == self._note_file:
            return
        self._note_file = noted
        self.files.show_rows(rows)
        if self.files.row is None and noted is None:
            first = _first_worth_showing(rows)
            if first is not None:
                self.files.choose(first.key, silently=True)
        self._show_row()

    def clear(self) -> None:
        """Another request is coming."""
        self._request_id = self._sample_id = ""
        self._note_file = None
        self.files.show_rows(())
        self.view.show_nothing()
        self._describe()

    def step(self, direction: int) -> None:
        """The next (1) or previous (-1) file."""
        self.files.step(direction)

    def show_note_file(self, item: EvidenceItem) -> None:
        """Show a file of a note until another is chosen; what cannot be shown here is handed over after a question."""
        self._note_file = FileRow(item.evidence.kind, item)
        self.files.choose_none()
        self._show_row()
        if item.here and not item.shown_inside:
            self.view.ask_outside()

    def _in_newer_form(self, request: RequestSheet) -> FileRow | None:
        """The file of a note that is shown, as it is now; None when none is, or its note is gone."""
        shown = self._note_file.key if self._note_file is not None else ""
        every = (file.item for files in request.note_files.values() for file in files)
        item = next((item for item in every if item.evidence.id == shown), None)
        return FileRow(item.evidence.kind, item) if item is not None else None

    @property
    def _row(self) -> FileRow | None:
        return self._note_file or self.files.row

    def _chosen(self, key: str) -> None:
        self._note_file = None
        self._chosen_for[self._place_key()] = key
        self._show_row()

    def _show_row(self) -> None:
        self.view.show_row(self._request_id, self._row)
        if self._fetching:
            self.view.absent.show_progress(None)
        else:
            self.view.absent.show_rest()
        self._describe()

    def _describe(self) -> None:
        """The bar's words and what its buttons can do."""
        rows = self.files.rows
        files = [row for row in rows if row.is_file]
        row = self._row
        place = files.index(row) if row in files else -1
        if row is None:
            self._name.say("")
            self._count.say(self.tr("No files"))
        else:
            self._name.say(
                row.item.evidence.name or row.kind.words if row.item is not None else row.kind.words
            )
            about = self.tr("Added to a note") if row is self._note_file else row.kind.words
            if place >= 0:
                about = self.tr("{kind} · file {number} of {count}").format(
                    kind=row.kind.words, number=place + 1, count=len(files)
                )
            self._count.say(about)
        self.previous.setEnabled(place > 0 or (place < 0 and bool(files)))
        self.next.setEnabled(place < len(files) - 1)
        missing = [row.kind.words for row in rows if row.is_missing]
        self._misses = bool(missing)
        words = (
            self.tr("1 kind missing")
            if len(missing) == 1
            else self.tr("{count} kinds missing").format(count=len(missing))
        )
        self.missing.say(words, Tone.WARN)
        self.missing.setToolTip("\n".join(missing))
        self._make_room()

    def _make_room(self) -> None:
        """Where the pane is narrow the file's name comes first; what is missing stands in the list anyway."""
        least = self.missing.sizeHint().width() + 36 * self.fontMetrics().horizontalAdvance("n")
        self.missing.setVisible(self._misses and self.width() >= least)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _toggle(self) -> None:
        self.files.setVisible(self.toggle.isChecked())

    def _divide(self) -> None:
        """The first time: a few rows for the list, the rest for the file."""
        if not self._divided and self.files.rows:
            self._divided = True
            rows = self.files.sizeHint().height()
            self.splitter.setSizes([rows, max(rows, self.splitter.height() - rows)])

    def _place_key(self) -> str:
        return f"{self._request_id}/{self._sample_id}"

    # Fetching

    def fetch(self) -> None:
        """Fetch what is missing of this request."""
        if self._fetching or not self._request_id:
            return
        request_id = self._fetching = self._request_id
        stop = self._stop = threading.Event()
        self.view.absent.show_progress(None)
        progress = from_worker(self, self._progress)
        desk = self._desk
        run_task(
            self,
            lambda: desk.evidence.fetch(request_id, progress, stop.is_set),
            self._fetched,
            self._could_not_fetch,
            lane="fetch",
        )

    def stop_fetching(self) -> None:
        """What has arrived stays."""
        self._stop.set()

    def _progress(self, fetch: Fetch) -> None:
        if self._fetching:
            self.view.absent.show_progress(fetch)

    def _fetched(self, fetch: Fetch) -> None:
        request_id, self._fetching = self._fetching, ""
        trouble = ""
        if fetch.failed:
            first = next(iter(fetch.failed.values()))
            trouble = self.tr("Not everything could be fetched. {first}").format(first=first.words)
        elif self._stop.is_set():
            trouble = self.tr("Stopped. Files that have arrived stay on this computer.")
        self.view.absent.show_rest(trouble)
        self.fetched.emit(request_id)

    def _could_not_fetch(self, error: KnownError) -> None:
        request_id, self._fetching = self._fetching, ""
        self.view.absent.show_rest(f"{error.says} {error.do}".strip())
        self.fetched.emit(request_id)

    # Memory

    def memory(self) -> dict[str, Any]:
        """The file on screen and where one is in it, as JSON values."""
        item = self.view.item
        return {
            "file": self.files.row.key if self.files.row is not None else "",
            "evidence": item.evidence.id if item is not None else "",
            "place": self.view.place(),
            "list": self.toggle.isChecked(),
            "sizes": self.splitter.sizes(),
        }

    def recall(self, request_id: str, sample_id: str, memory: dict[str, Any]) -> None:
        """Before that sample is shown: which file, and where in it."""
        self._chosen_for[f"{request_id}/{sample_id}"] = str(memory.get("file", ""))
        place = memory.get("place")
        if isinstance(place, dict):
            self.view.remember_place(str(memory.get("evidence", "")), place)
        self.toggle.setChecked(bool(memory.get("list", True)))
        self._toggle()
        sizes = memory.get("sizes")
        if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(s, int) and s > 0 for s in sizes):
            self._divided = True
            self.splitter.setSizes(sizes)


def _first_worth_showing(rows: tuple[FileRow, ...]) -> FileRow | None:
    """The first file that can be shown at once, else the first file, else the first row."""
    items = [row for row in rows if row.item is not None]
    at_once = [row for row in items if row.item is not None and row.item.here and row.item.shown_inside]
    files = [row for row in items if not row.is_link]
    return next(iter((*at_once, *files, *items, *rows)), None)
