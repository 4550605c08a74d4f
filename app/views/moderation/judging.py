"""What the person does to a sample: agree, decide, raise a suspicion, record, and take back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.errors import KnownError
from app.domain.moderation import HOLDABLE, Decision, Judgement, current_judgements
from app.views.moderation.form import Content
from app.views.moderation.questions import Question, RaiseSuspicion, WithdrawJudgement
from app.workspace.snapshots import SampleSheet

if TYPE_CHECKING:
    from app.views.moderation.bench import Bench
    from app.workspace.desk import Desk


class Judging(QObject):
    """Carries out decisions on the sample that is open on the bench."""

    def __init__(self, bench: Bench, desk: Desk) -> None:
        super().__init__(bench)
        self._bench = bench
        self._desk = desk
        self.question: Question | None = None

    def agree(self) -> None:
        """Key 1: agree, record, and go on. Words that were written for another decision are looked at first."""
        sheet = self._open_sheet()
        if sheet is None:
            return
        pane = self._bench.pane
        content = pane.form.content
        meant_otherwise = content.decision not in (None, Decision.AGREED)
        if meant_otherwise and (content.rationale.strip() or content.actions):
            assert content.decision is not None
            pane.form.decide(Decision.AGREED)
            pane.focus_field(pane.form.rationale)
            words = self.tr("These words were written for “{decision}”. Look at them, then press Ctrl+Enter.")
            self._bench.told.emit(words.format(decision=content.decision.words), "")
            return
        if not pane.touched and content.decision is Decision.AGREED:
            words = self.tr("Sample {number} is agreed already").format(number=sheet.sample.position)
            self._bench.go_on(words, "")
            return
        pane.form.decide(Decision.AGREED)
        self._record(sheet, pane.form.content, go_on=True)

    def decide(self, decision: Decision) -> None:
        """Keys 2 and 3: set the decision and put the caret into the rationale; nothing is recorded yet."""
        if self._open_sheet() is None:
            return
        pane = self._bench.pane
        pane.form.decide(decision)
        pane.focus_field(pane.form.rationale)

    def save(self, *, go_on: bool) -> None:
        """Record what stands in the form. A suspicion asks first; what is recorded already is not recorded again.

        With the caret in the new note it is the note that is meant.
        """
        notes = self._bench.pane.notes
        if notes.field.hasFocus():
            notes.add_typed()
            return
        sheet = self._open_sheet()
        if sheet is None:
            return
        pane = self._bench.pane
        content = pane.form.content
        if content.decision is None:
            pane.form.refuse(KnownError("no_decision", self.tr("Choose a decision first.")))
            pane.focus_first()
            pane.show_complaint()
        elif sheet.judgement is not None and not pane.touched:
            words = self.tr("Sample {number}: nothing new to record").format(number=sheet.sample.position)
            if go_on:
                self._bench.go_on(words, "")
            else:
                self._bench.told.emit(words, "")
        elif content.decision is Decision.SUSPECTED_MALPRACTICE:
            self.suspect()
        else:
            self._record(sheet, content, go_on=go_on)

    def suspect(self) -> None:
        """Key 4: ask for the reason and a confirmation, since it holds the whole request (M-64).

        Possible at every stage from which a request can be held, also when nothing can be judged.
        """
        pane, request = self._bench.pane, self._bench.sheet
        holdable = request is not None and request.request.state in HOLDABLE and not request.submitted
        sheet = pane.sheet if holdable else self._open_sheet()
        if sheet is None or self.question is not None:
            return
        assert self._bench.sheet is not None
        sample = self.tr("sample {number} ({learner}, unit {unit})").format(
            number=sheet.sample.position, learner=sheet.sample.learner_name, unit=sheet.sample.unit_code
        )
        number = self._bench.sheet.request.number
        question = RaiseSuspicion(self._bench, sample=sample, request=number, reason=pane.form.rationale.text)

        def keep() -> None:
            pane.put_in(Decision.SUSPECTED_MALPRACTICE, question.reason.text)

        def raise_it(reason: str) -> None:
            content = Content(Decision.SUSPECTED_MALPRACTICE, reason, pane.form.content.actions)
            try:
                said, undo = self._put_on_record(sheet, content)
            except KnownError as error:
                question.refuse(error)
                return
            question.accept()
            self._bench.told.emit(self.tr("{said}. The request is on hold").format(said=said), undo)

        question.edited.connect(keep)
        question.agreed.connect(raise_it)
        self._ask(question)

    def undo(self) -> None:
        """Ctrl+Z: take back my last judgement here; one that was sent is withdrawn with a reason."""
        found = self._last_of_mine()
        if found is None:
            self._bench.told.emit(self.tr("There is no judgement of yours to take back."), "")
            return
        sheet, judgement = found
        self._bench.save_now()
        if not sheet.pending:
            self._withdraw(sheet, judgement)
            return
        try:
            changes = self._desk.take_back(judgement.id)
        except KnownError as error:
            if error.code == "already_sent":
                self._withdraw(sheet, judgement)
            else:
                self._bench.refused.emit(error)
            return
        self._bench.took(changes)
        self._bench.choose(sheet.sample.id)
        words = self.tr("Sample {number}: “{decision}” taken back, the text is a draft again")
        self._bench.told.emit(
            words.format(number=sheet.sample.position, decision=judgement.decision.words), ""
        )

    # Inside

    def _open_sheet(self) -> SampleSheet | None:
        """The sample that can be judged now; otherwise the person is told why not."""
        pane = self._bench.pane
        if pane.sheet is not None and pane.notice is not None:
            self._bench.told.emit(pane.notice.says, "")
            return None
        return pane.sheet

    def _record(self, sheet: SampleSheet, content: Content, *, go_on: bool) -> None:
        pane = self._bench.pane
        try:
            said, undo = self._put_on_record(sheet, content)
        except KnownError as error:
            pane.form.refuse(error)
            pane.show_complaint()
            return
        if go_on:
            self._bench.go_on(said, undo)
        else:
            self._bench.told.emit(said, undo)

    def _put_on_record(self, sheet: SampleSheet, content: Content) -> tuple[str, str]:
        """Record, and read the request anew. Returns what to say and the act that Undo takes back."""
        assert content.decision is not None
        sample_id = sheet.sample.id
        # First as a draft, so that an unfinished note and the words are safe whatever comes of it.
        self._bench.save_now()
        changes = self._desk.record_judgement(
            self._bench.request_id,
            sample_id,
            content.decision,
            content.rationale,
            content.actions,
            self._bench.pane.seen,
        )
        self._bench.pane.recorded()
        self._bench.keeper.forget()
        self._bench.took(changes)
        return changes.said, changes.undo

    def _last_of_mine(self) -> tuple[SampleSheet, Judgement] | None:
        if self._bench.sheet is None:
            return None
        mine = [
            (sheet, judgement)
            for sheet in self._bench.sheet.samples
            for judgement in current_judgements(sheet.history)
            if judgement.moderator_id == self._desk.person.id
        ]
        return max(mine, key=lambda pair: (pair[1].recorded_at, pair[1].id), default=None)

    def _withdraw(self, sheet: SampleSheet, judgement: Judgement) -> None:
        if self.question is not None:
            return
        if judgement.decision is Decision.SUSPECTED_MALPRACTICE:
            self._bench.told.emit(
                self.tr("A suspicion that was sent cannot be taken back. Write a note."), ""
            )
            return
        words = self.tr("Sample {number}: {decision}").format(
            number=sheet.sample.position, decision=judgement.decision.words
        )
        question = WithdrawJudgement(self._bench, judgement=words)

        def withdraw(reason: str) -> None:
            try:
                changes = self._desk.withdraw_judgement(self._bench.request_id, sheet.sample.id, reason)
            except KnownError as error:
                question.refuse(error)
                return
            question.accept()
            self._bench.took(changes)
            self._bench.choose(sheet.sample.id)
            said = self.tr("Sample {number}: judgement withdrawn").format(number=sheet.sample.position)
            self._bench.told.emit(said, "")

        question.agreed.connect(withdraw)
        self._ask(question)

    def _ask(self, question: Question) -> None:
        self.question = question
        question.finished.connect(self._asked)
        question.open()

    def _asked(self) -> None:
        self.question = None
        self._bench.focus_samples()
