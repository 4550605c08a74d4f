"""Taking photos and files in for evidence that is being noted: one can write on meanwhile, and stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.errors import KnownError
from app.views.moderation.attaching import STEPS
from app.views.moderation.note_files import Given, as_png
from app.views.tasks import from_worker, run_task
from app.views.visits.noting import NewEvidence
from app.views.work.sizes import size_words
from app.workspace.adding import Watch
from app.workspace.visits.snapshots import AttachedPhoto

if TYPE_CHECKING:
    from app.workspace.visits.desk import VisitsDesk

Place = tuple[str, str]
"""Review and code."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """What came of one time of giving files: those that are here, and why another is not."""

    photos: tuple[AttachedPhoto, ...]
    error: KnownError | None = None


class Attaching(QObject):
    """One after the other. here(): files joined the evidence that is being noted. elsewhere(review): they joined what
    was left unfinished at another measure. refused(KnownError): of such a one.
    """

    here = Signal()
    elsewhere = Signal(str)
    refused = Signal(object)

    def __init__(
        self, parent: QObject, visits: VisitsDesk, new: NewEvidence, place: Callable[[], Place]
    ) -> None:
        super().__init__(parent)
        self._visits = visits
        self._new = new
        self._place = place
        self._under_way: list[threading.Event] = []
        new.given.connect(self.attach)
        new.stop_wanted.connect(self.stop)

    def attach(self, given: Sequence[Given]) -> None:
        """Take these in; they join the evidence for which they were given, wherever the person is by then."""
        place, new, stop = self._place(), self._new, threading.Event()
        if not place[1]:
            return
        already = new.photos
        tell = from_worker(self, self._say)

        def take_in() -> _Taken:
            taken: list[AttachedPhoto] = []
            for one in given:
                try:
                    source = one if isinstance(one, Path) else as_png(one)
                    taken.append(self._take(place, source, (*already, *taken), stop, tell))
                except KnownError as error:
                    return _Taken(tuple(taken), error)
            return _Taken(tuple(taken))

        def then(result: _Taken) -> None:
            self._under_way.remove(stop)
            new.end_adding()
            if self._place() == place:
                new.add_photos(result.photos)
                self.here.emit()
                if result.error is not None:
                    new.refuse(result.error)
                return
            self._join_draft(place, result.photos)
            if result.error is not None:
                self.refused.emit(result.error)

        self._under_way.append(stop)
        new.complaint.clear()
        new.begin_adding()
        run_task(self, take_in, then, lane="attach")

    def stop(self) -> None:
        """The person gives up what is being taken in; what is here already stays."""
        for event in self._under_way:
            event.set()

    def _take(
        self,
        place: Place,
        source: Path | tuple[str, bytes],
        already: Sequence[AttachedPhoto],
        stop: threading.Event,
        tell: Callable[[tuple[str, int, int]], None],
    ) -> AttachedPhoto:
        name = source.name if isinstance(source, Path) else source[0]
        shown = -1

        def count(done: int, total: int) -> None:
            nonlocal shown
            step = STEPS * done // max(1, total)
            if step != shown:
                shown = step
                tell((name, done, total))

        return self._visits.attach(place[0], source, already, Watch(count, stop.is_set))

    def _say(self, news: tuple[str, int, int]) -> None:
        name, done, total = news
        words = self.tr("Adding “{name}”, {done} of {size}").format(
            name=name, done=size_words(done), size=size_words(total)
        )
        self._new.say_adding(words, STEPS * done // max(1, total), STEPS)

    def _join_draft(self, place: Place, photos: tuple[AttachedPhoto, ...]) -> None:
        """The person went on to another measure: the files join what was left unfinished."""
        if not photos:
            return
        try:
            draft = self._visits.draft(*place)
            self._visits.save_draft(*place, replace(draft, files=(*draft.files, *photos)))
        except KnownError as error:
            self.refused.emit(error)
            return
        self.elsewhere.emit(place[0])
