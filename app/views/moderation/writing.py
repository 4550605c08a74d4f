"""What is typed on the bench: kept as a draft while it is typed, and notes recorded when they are done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain import dates
from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.views.moderation.keeper import Keeper
from app.views.moderation.note_files import Given, as_png
from app.views.tasks import run_task
from app.workspace.snapshots import Changes

if TYPE_CHECKING:
    from app.views.moderation.bench import Bench
    from app.workspace.desk import Desk


class Writing(QObject):
    """Looks after the text of the open sample. Nothing typed is lost by moving on, closing or a crash."""

    def __init__(self, bench: Bench, desk: Desk) -> None:
        super().__init__(bench)
        self._bench = bench
        self._desk = desk
        self.keeper = Keeper(self._save_draft, self)
        pane = bench.pane
        pane.edited.connect(self._edited)
        pane.left.connect(self._left_field)
        pane.notes.added.connect(self._add_note)
        pane.notes.given.connect(self._attach)
        self.keeper.saved.connect(self._say_saved)
        self.keeper.failed.connect(self._not_saved)

    def write_note(self) -> None:
        """C: put the caret into a note; text that is marked in the evidence is quoted."""
        bench = self._bench
        if bench.sheet is None:
            return
        view = bench.browser.view
        field = bench.pane.notes.field
        marked = view.selected_text().strip()
        bench.unfold_judgement()
        bench.pane.focus_field(field)
        if marked and view.item is not None:
            lead = "\n" if field.text.strip() else ""
            field.put_caret(len(field.text))
            field.insertPlainText(f"{lead}“{marked}” ({view.item.evidence.name})\n")

    def write_action(self) -> None:
        """A: put the caret into a new action."""
        pane = self._bench.pane
        if pane.notice is not None:
            self._bench.told.emit(pane.notice.says, "")
        elif pane.sheet is not None:
            self._bench.unfold_judgement()
            pane.focus_field(pane.form.to_do.field)

    def _save_draft(self) -> None:
        bench = self._bench
        if bench.request_id:
            draft = bench.pane.draft
            self._desk.save_draft(bench.request_id, bench.sample_id, draft)
            bench.remember_draft(draft)

    def _edited(self) -> None:
        if self._bench.sheet is not None:
            self.keeper.touch()

    def _left_field(self) -> None:
        self.keeper.save_now()
        self._bench.look_again()

    def _add_note(self, text: str, whole_request: bool) -> None:
        bench = self._bench
        self.keeper.save_now()
        try:
            changes = self._desk.add_note(
                bench.request_id, "" if whole_request else bench.sample_id, text, bench.pane.notes.files
            )
        except KnownError as error:
            bench.pane.notes.refuse(error)
            return
        bench.pane.notes.field.set_text("")
        bench.pane.notes.set_files(())
        self.keeper.touch()  # the draft of a sample must lose a note that went to the whole request
        self.keeper.save_now()
        bench.took(changes)
        bench.told.emit(changes.said, changes.undo)

    def _attach(self, given: Sequence[Given]) -> None:
        """Takes files in for the note that is being written; it can be written on meanwhile."""
        bench = self._bench
        if bench.sheet is None:
            return
        place, notes = (bench.request_id, bench.sample_id), bench.pane.notes
        already = notes.files

        def take_in() -> tuple[tuple[AttachedFile, ...], KnownError | None]:
            taken: list[AttachedFile] = []
            for one in given:
                try:
                    source = one if isinstance(one, Path) else as_png(one)
                    taken.append(self._desk.attach(place[0], source, (*already, *taken)))
                except KnownError as error:
                    return tuple(taken), error
            return tuple(taken), None

        def then(result: tuple[tuple[AttachedFile, ...], KnownError | None]) -> None:
            taken, error = result
            notes.end_adding()
            if (bench.request_id, bench.sample_id) == place:
                notes.add_files(taken)
                self.keeper.save_now()
                if error is not None:
                    notes.refuse(error)
                return
            self._attach_elsewhere(*place, taken)
            if error is not None:
                bench.refused.emit(error)

        notes.complaint.clear()
        notes.begin_adding()
        run_task(self, take_in, then, lane="attach")

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

    def _say_saved(self) -> None:
        pane = self._bench.pane
        moment = self._desk.status().saved_at
        if pane.draft.empty:
            pane.say_state("")
        elif moment is not None:
            pane.say_state(self.tr("Draft saved {time}").format(time=dates.clock_time(moment)))

    def _not_saved(self, error: KnownError) -> None:
        self._bench.pane.say_state(self.tr("Not saved yet"))
        self._bench.refused.emit(error)
