"""What is typed on the bench: kept as a draft while it is typed, and notes recorded when they are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain import dates
from app.domain.errors import KnownError
from app.views.moderation.attaching import Attaching
from app.views.moderation.keeper import Keeper
from app.views.screen import Unsaved
from app.workspace.queries import place_words
from app.workspace.snapshots import JudgementDraft

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
        self.attaching = Attaching(bench, desk)
        self.keeper.saved.connect(self._say_saved)
        self.keeper.failed.connect(self._not_saved)

    def unsaved(self) -> Unsaved | None:
        """What is typed here and could not be written, with every word of it; None when nothing is."""
        bench = self._bench
        draft = bench.pane.draft
        if not self.keeper.touched or bench.sheet is None or draft.empty:
            return None
        current = bench.sheet.sheet(bench.sample_id)
        position = current.sample.position if current is not None else None
        where = place_words(bench.sheet.request.number, position)
        return Unsaved(where, _words_of(draft), self.keeper.trouble)

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
        # Before its button rests: the keyboard would go on to whatever comes next, and that records a judgement.
        bench.pane.focus_field(bench.pane.notes.field)
        bench.pane.notes.field.set_text("")
        bench.pane.notes.set_files(())
        self.keeper.touch()  # the draft of a sample must lose a note that went to the whole request
        self.keeper.save_now()
        bench.took(changes)
        bench.told.emit(changes.said, changes.undo)

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


def _words_of(draft: JudgementDraft) -> str:
    """A draft as text that can be kept anywhere."""
    decision = draft.decision.words if draft.decision is not None else ""
    return "\n".join(part for part in (decision, draft.rationale, *draft.actions, draft.note) if part.strip())
