"""The moderation bench: one request open, its samples, the evidence of one, and its judgement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QSplitter, QStackedWidget, QVBoxLayout

from app.domain.errors import KnownError
from app.views import style
from app.views.actions import ActionRegistry
from app.views.evidence.browser import EvidenceBrowser
from app.views.evidence.handing import open_with_system
from app.views.moderation.header import RequestHeader
from app.views.moderation.judging import Judging
from app.views.moderation.keys import BenchKeys
from app.views.moderation.pane import JudgementPane
from app.views.moderation.samples import SampleList
from app.views.moderation.words import needs_judging
from app.views.moderation.writing import Writing
from app.views.pages import TroublePage, recall_widths
from app.views.parts import EmptyState
from app.views.screen import Screen, Unsaved, words_would_be_lost
from app.views.tasks import run_task
from app.workspace.snapshots import Changes, JudgementDraft, RequestSheet, SampleSheet

if TYPE_CHECKING:
    from app.workspace.desk import Desk

SHARES, SHARES_OF_LARGE_TEXT = (19, 49, 32), (22, 39, 39)
"""How the width is divided among samples, evidence and judgement at first, in per cent."""


class Bench(Screen):
    """Samples │ evidence │ judgement of one request. opener: opens a path with the system's program."""

    def __init__(
        self, desk: Desk, actions: ActionRegistry, opener: Callable[[str], bool] = open_with_system
    ) -> None:
        super().__init__()
        self.setObjectName("bench")
        self._desk = desk
        self.request_id = ""
        self.sheet: RequestSheet | None = None
        self._sample_id = ""
        self._request_draft = JudgementDraft()
        self._wanted = ""
        self._reading = 0
        self._is_reading = False
        self._recalled: dict[str, Any] = {}
        self._restarting = False
        self._focus_when_there = False
        self.header = RequestHeader()
        self.samples = SampleList()
        self.browser = EvidenceBrowser(desk, opener)
        self.pane = JudgementPane()
        self.writing = Writing(self, desk)
        self.keeper = self.writing.keeper
        self.judging = Judging(self, desk)
        self._build()
        self._wire()
        self._keys = BenchKeys(self, actions)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.samples, self.browser, self.pane):
            self.splitter.addWidget(part)
        self.splitter.setCollapsible(1, False)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setStretchFactor(2, 0)
        self.splitter.setSizes([share * 13 for share in _shares()])
        self._empty = EmptyState(
            self.tr("No request is open. Choose one in Work."),
            "work",
            (self.tr("Go to Work"), lambda: self.wants.emit("work", "", "")),
        )
        self._trouble = TroublePage()
        self._stack = QStackedWidget()
        for page in (self._empty, self.splitter, self._trouble):
            self._stack.addWidget(page)
        column.addWidget(self._stack, 1)
        self.header.hide()

    def _wire(self) -> None:
        self.header.report_wanted.connect(self.open_report)
        self.samples.chosen.connect(self._show_sample)
        self.browser.told.connect(lambda says: self.told.emit(says, ""))
        self.browser.refused.connect(self.refused)
        self.browser.fetched.connect(self._fetched)
        self.pane.escaped.connect(self.focus_samples)
        self.pane.save_wanted.connect(lambda: self.judging.save(go_on=False))
        self.pane.compare_wanted.connect(self.compare)
        self.samples.compare_wanted.connect(self.compare)
        self.pane.notes.open_wanted.connect(self.open_note_file)

    # Opening and reading

    @property
    def sample_id(self) -> str:
        """The sample that is open, or empty."""
        return self._sample_id

    def open(self, request_id: str, sample_id: str = "") -> None:
        """Open a request, at a sample or where one was last. Reads off the GUI thread.

        Raises KnownError ``words_unsaved`` where that would leave words behind that could not be written.
        """
        if not self.save_now() and request_id != self.request_id:
            raise words_would_be_lost()
        recalled = self._recalled if self._recalled.get("request") == request_id else {}
        if recalled and (self._restarting or not sample_id):
            sample_id = str(recalled.get("sample", "")) or sample_id
        self._wanted = sample_id
        if request_id != self.request_id:
            self.request_id, self._sample_id, self.sheet = request_id, "", None
            self.samples.forget()
            self.browser.clear()
            self.header.hide_all()
            self.pane.setEnabled(False)
        if recalled:
            self.browser.recall(request_id, sample_id, recalled.get("evidence", {}))
        self.header.show()
        self._stack.setCurrentWidget(self.splitter)
        self._focus_when_there = True
        self._read()

    def apply(self, changes: Changes) -> None:
        if self.request_id and self.request_id in changes.requests:
            self._read()

    def _read(self) -> None:
        self._reading += 1
        reading, request_id = self._reading, self.request_id

        def then(result: tuple[RequestSheet, JudgementDraft]) -> None:
            if reading == self._reading:
                self._is_reading = False
                self._take(*result)

        def failed(error: KnownError) -> None:
            if reading == self._reading:
                self._is_reading = False
                self._show_trouble(error)

        self._is_reading = True
        run_task(self, lambda: self._from_desk(request_id), then, failed)

    def _from_desk(self, request_id: str) -> tuple[RequestSheet, JudgementDraft]:
        return self._desk.request(request_id), self._desk.draft(request_id)

    def took(self, changes: Changes) -> None:
        """The person changed something here: show it at once, and let the other screens know."""
        self._reading += 1  # an answer read before this would be out of date
        self._is_reading = False
        self._take(*self._from_desk(self.request_id))
        self.changed.emit(changes)

    def _take(self, sheet: RequestSheet, request_draft: JudgementDraft) -> None:
        self.sheet, self._request_draft = sheet, request_draft
        self._stack.setCurrentWidget(self.splitter)
        self.header.show_request(sheet)
        self.samples.show_sheets(sheet.samples)
        self.pane.setEnabled(True)
        wanted, self._wanted = self._wanted, ""
        present = sheet.sheet(self._sample_id) is not None
        if (wanted and sheet.sheet(wanted) is not None) or not present:
            target = wanted if sheet.sheet(wanted) is not None else self._first_to_judge()
            self._open_sample(target)
        else:
            self.browser.refresh(sheet, self._current())
            self.pane.refresh(sheet, self._current(), typing=self.keeper.touched)
        if self._focus_when_there:
            self._focus_when_there = False
            self._recall_caret()

    def _first_to_judge(self) -> str:
        assert self.sheet is not None
        first = next((one for one in self.sheet.samples if needs_judging(one)), None)
        chosen = first or next(iter(self.sheet.samples), None)
        return chosen.sample.id if chosen is not None else ""

    def _show_trouble(self, error: KnownError) -> None:
        self._trouble.tell(error, (self.tr("Go to Work"), lambda: self.wants.emit("work", "", "")))
        self._stack.setCurrentWidget(self._trouble)

    # Samples

    def _current(self) -> SampleSheet | None:
        return self.sheet.sheet(self._sample_id) if self.sheet is not None else None

    def choose(self, sample_id: str) -> None:
        """Go to a sample of the open request; text typed for the one that is left is saved first."""
        if self.sheet is not None and self.sheet.sheet(sample_id) is not None:
            self._open_sample(sample_id)

    def _open_sample(self, sample_id: str) -> None:
        if sample_id and self.samples.sample_id != sample_id:
            self.samples.choose(sample_id)  # comes back through ``chosen``
        if self._sample_id != sample_id or not sample_id:
            self._show_sample(sample_id)

    def _show_sample(self, sample_id: str) -> None:
        if sample_id and sample_id == self._sample_id:
            return
        if not self.keeper.save_now():
            # Text that could not be written must not be left behind: stay with it.
            self.samples.choose(self._sample_id)
            return
        assert self.sheet is not None
        self._sample_id = sample_id
        sheet = self._current()
        self.pane.show_sample(self.sheet, sheet, self._request_draft)
        self.pane.say_state(self.tr("Unrecorded draft") if self.pane.touched else "")
        self.browser.show_sample(self.sheet, sheet)

    def step(self, direction: int) -> None:
        """J and K: the next (1) or previous (-1) sample; stays at either end."""
        ids = self._ids()
        if self._sample_id in ids:
            place = ids.index(self._sample_id) + direction
            if 0 <= place < len(ids):
                self.choose(ids[place])

    def next_unjudged(self) -> None:
        """N: the next sample to judge from here, beginning again at the top; tells when none is left."""
        following = self._following_unjudged()
        if following:
            self.choose(following)
            return
        current = self._current()
        if current is not None and needs_judging(current):
            self.told.emit(self.tr("This is the only sample left to judge."), "")
        else:
            self.told.emit(self.tr("All samples are judged."), "")

    def go_on(self, said: str, undo: str) -> None:
        """After a judgement: tell it, and go to the next one to judge, if there is any."""
        following = self._following_unjudged()
        if following:
            self.choose(following)
        elif not any(needs_judging(one) for one in (self.sheet.samples if self.sheet else ())):
            said = self.tr("{said}. All samples are judged.").format(said=said)
        self.focus_samples()
        self.told.emit(said, undo)

    def _following_unjudged(self) -> str:
        """The next unjudged sample after this one, round the end, but never this one."""
        ids = self._ids()
        if self.sheet is None or not ids:
            return ""
        here = ids.index(self._sample_id) if self._sample_id in ids else -1
        for sample_id in (*ids[here + 1 :], *ids[: max(0, here)]):
            sheet = self.sheet.sheet(sample_id)
            if sheet is not None and needs_judging(sheet):
                return sample_id
        return ""

    def _ids(self) -> list[str]:
        return [one.sample.id for one in self.sheet.samples] if self.sheet is not None else []

    # Typing

    def save_now(self) -> bool:
        """Write unsaved text at once; what cannot be written is told through ``refused`` and stays on screen."""
        return self.keeper.save_now()

    def stop(self) -> None:
        self.writing.attaching.close()

    def unsaved(self) -> Unsaved | None:
        return self.writing.unsaved()

    def remember_draft(self, draft: JudgementDraft) -> None:
        """The open sample's draft was saved: the snapshot on screen must know it, or coming back would lose it."""
        if self.sheet is None:
            return
        if not self._sample_id:
            self._request_draft = draft
            return
        kept = None if draft.empty else draft
        samples = tuple(
            replace(one, draft=kept) if one.sample.id == self._sample_id else one
            for one in self.sheet.samples
        )
        self.sheet = replace(self.sheet, samples=samples)
        self.samples.show_sheets(samples)
        if self._is_reading:
            self._read()  # what is being read may not know this draft yet

    def look_again(self) -> None:
        """After a field was left: what sync brought meanwhile may now be shown in it."""
        if self.sheet is not None:
            self.pane.refresh(self.sheet, self._current(), typing=self.keeper.touched)

    def open_note_file(self, evidence_id: str) -> None:
        """Show a file of a note where evidence is shown; what cannot be shown is handed over, after a question."""
        files = self.sheet.note_files.values() if self.sheet is not None else ()
        found = next((one for every in files for one in every if one.item.evidence.id == evidence_id), None)
        if found is not None:
            self.browser.show_note_file(found.item)

    def _fetched(self, request_id: str) -> None:
        changes = Changes(frozenset({request_id}), work=True)
        self.apply(changes)
        self.changed.emit(changes)

    def open_report(self) -> None:
        if self.request_id:
            self.wants.emit("report", self.request_id, "")

    def compare(self, sample_id: str = "") -> None:
        """Go and compare the two versions of a sample; by default of the one that is open."""
        wanted = sample_id or self._sample_id
        sheet = self.sheet.sheet(wanted) if self.sheet is not None else None
        if sheet is None or not sheet.meanwhile:
            self.told.emit(self.tr("There is only one version of this sample."), "")
            return
        self.wants.emit("conflicts", self.request_id, wanted)

    # Focus, size, memory

    def entered(self) -> None:
        if self.sheet is None:
            self._focus_when_there = True
        else:
            self.focus_samples()

    def focus_samples(self) -> None:
        """Where single letters are awake."""
        self.samples.setFocus()

    def step_pane(self, direction: int) -> None:
        """F6: put the keyboard into the next (1) or previous (-1) pane; a folded one is unfolded."""
        panes = (self.samples, self.browser, self.pane)
        focused = QApplication.focusWidget()
        here = next(
            (n for n, pane in enumerate(panes) if focused is pane or pane.isAncestorOf(focused or self)), 0
        )
        place = (here + direction) % len(panes)
        self._unfold(place)
        (self.focus_samples, self.browser.view.focus_view, self.pane.focus_first)[place]()

    def unfold_judgement(self) -> None:
        """Before something is written there."""
        self._unfold(2)

    def _unfold(self, place: int) -> None:
        sizes = self.splitter.sizes()
        if not sizes[place]:
            room = sum(sizes) * _shares()[place] // 100
            sizes[place] = room
            sizes[1] = max(1, sizes[1] - room)
            self.splitter.setSizes(sizes)

    def zoom(self, step: int) -> bool:
        return self.browser.view.zoom(step)

    def memory(self) -> dict[str, Any]:
        if not self.request_id:
            return self._recalled
        return {
            "request": self.request_id,
            "sample": self._sample_id,
            "panes": self.splitter.sizes(),
            "evidence": self.browser.memory(),
            "caret": self.pane.caret(),
        }

    def recall(self, memory: dict[str, Any]) -> None:
        self._recalled = dict(memory)
        recall_widths(self.splitter, memory.get("panes"))
        # A request opened in this very turn is the one that was open when the window closed.
        self._restarting = True
        QTimer.singleShot(0, self, self._restarted)

    def _restarted(self) -> None:
        self._restarting = False

    def _recall_caret(self) -> None:
        caret = self._recalled.get("caret")
        here = self._recalled.get("sample") == self._sample_id
        if not (self.isVisible() and here and isinstance(caret, dict) and self.pane.put_caret(caret)):
            self.focus_samples()
        self._recalled = {}


def _shares() -> tuple[int, int, int]:
    return SHARES_OF_LARGE_TEXT if style.look().scale > 1.3 else SHARES
