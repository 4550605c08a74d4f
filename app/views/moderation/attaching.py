"""Taking files in for the note that is being written: it can be written on meanwhile, and any of it stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.views.moderation.note_files import Given, as_png
from app.views.tasks import from_worker, run_task
from app.views.work.sizes import size_words
from app.workspace.adding import Watch
from app.workspace.snapshots import Changes

if TYPE_CHECKING:
    from app.views.moderation.bench import Bench
    from app.workspace.desk import Desk

STEPS = 1000
"""Into how many steps a bar divides a file: bytes do not fit into one."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """What came of one time of giving files: those that are here, and why another is not."""

    files: tuple[AttachedFile, ...]
    error: KnownError | None = None


class Attaching(QObject):
    """Files given by button, paste or drop. One is taken in after the other."""

    def __init__(self, bench: Bench, desk: Desk) -> None:
        super().__init__(bench)
        self._bench = bench
        self._desk = desk
        self._under_way: list[threading.Event] = []
        self._closing = False
        notes = bench.pane.notes
        notes.given.connect(self.attach)
        notes.stop_wanted.connect(self.stop)

    def attach(self, given: Sequence[Given]) -> None:
        """Take these in; they join the note for which they were given, wherever the person is by then."""
        bench = self._bench
        if bench.sheet is None:
            return
        place, notes = (bench.request_id, bench.sample_id), bench.pane.notes
        already, stop = notes.files, threading.Event()
        tell = from_worker(self, self._say)

        def take_in() -> _Taken:
            taken: list[AttachedFile] = []
            for one in given:
                try:
                    source = one if isinstance(one, Path) else as_png(one)
                    taken.append(self._take(*place, source, (*already, *taken), stop, tell))
                except KnownError as error:
                    return _Taken(tuple(taken), error)
            return _Taken(tuple(taken))

        def then(result: _Taken) -> None:
            self._under_way.remove(stop)
            notes.end_adding()
            if (bench.request_id, bench.sample_id) == place:
                notes.add_files(result.files)
                bench.pane.show_attached()
                bench.keeper.save_now()
                if result.error is not None:
                    notes.refuse(result.error)
                return
            self._attach_elsewhere(*place, result.files)
            if result.error is not None:
                bench.refused.emit(result.error)

        self._under_way.append(stop)
        notes.complaint.clear()
        notes.begin_adding()
        run_task(self, take_in, then, lane="attach")

    def stop(self) -> None:
        """The person gives up what is being taken in; what is here already stays."""
        for event in self._under_way:
            event.set()

    def close(self) -> None:
        """The desk is being closed: what is under way ends, and the next start says what was not attached."""
        self._closing = True
        self.stop()

    def _take(
        self,
        request_id: str,
        sample_id: str,
        source: Path | tuple[str, bytes],
        already: Sequence[AttachedFile],
        stop: threading.Event,
        tell: Callable[[tuple[str, int, int]], None],
    ) -> AttachedFile:
        name = source.name if isinstance(source, Path) else source[0]
        shown = -1

        def count(done: int, total: int) -> None:
            nonlocal shown
            step = STEPS * done // max(1, total)
            if step != shown:
                shown = step
                tell((name, done, total))

        key = self._desk.adding.begin(request_id, sample_id, name)
        try:
            return self._desk.attach(request_id, source, already, Watch(count, stop.is_set))
        finally:
            if not self._closing:
                self._desk.adding.end(key)

    def _say(self, news: tuple[str, int, int]) -> None:
        name, done, total = news
        words = self.tr("Adding “{name}”, {done} of {size}").format(
            name=name, done=size_words(done), size=size_words(total)
        )
        self._bench.pane.notes.say_adding(words, STEPS * done // max(1, total), STEPS)

    def _attach_elsewhere(self, request_id: str, sample_id: str, taken: tuple[AttachedFile, ...]) -> None:
        """The person went on to another sample: the files join the note that was left unfinished."""
        if not taken:
            return
        try:
            draft = self._desk.draft(request_id, sample_id)
            self._desk.save_draft(request_id, sample_id, replace(draft, files=(*draft.files, *taken)))
        except KnownError as error:
            self._bench.refused.emit(error)
            return
        self._bench.apply(Changes(frozenset({request_id}), work=True))
