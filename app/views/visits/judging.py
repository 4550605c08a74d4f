"""What the reviewer does to a measure: judge it, settle a dispute, note evidence, sign an action off, take back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.domain.errors import KnownError
from app.domain.review_terms import Level, Source
from app.domain.reviews import QualityJudgement
from app.domain.superseding import current
from app.views.moderation.questions import Question
from app.views.visits.forms import Forms, KeptForm
from app.views.visits.measures_page import MeasuresPage
from app.views.visits.words import needs_judging
from app.workspace.snapshots import Changes
from app.workspace.visits.snapshots import CitableItem, MeasureItem

if TYPE_CHECKING:
    from app.workspace.visits.desk import VisitsDesk


class WithdrawEvidence(Question):
    """Evidence that was sent is not undone but withdrawn: it stays on record, with the reason."""

    def __init__(self, parent: QWidget, *, what: str) -> None:
        super().__init__(parent, "withdrawEvidence")
        self.put(title=self.tr("Withdraw evidence"), cancel=self.tr("Cancel"), do=self.tr("Withdraw"))
        self.ask(
            self.tr("“{what}” was sent already. It can be withdrawn; it stays on record together with your reason.")
            .format(what=what),
            self.tr("Why do you withdraw it?"),
        )  # fmt: skip
        self._show_readiness()


class VisitJudging(QObject):
    """Carries out what is done on the page of measures. recorded(Changes): something was; read the review anew."""

    recorded = Signal(object)

    def __init__(self, page: MeasuresPage, visits: VisitsDesk, forms: Forms, my_id: str) -> None:
        super().__init__(page)
        self._page = page
        self._visits = visits
        self._forms = forms
        self._my_id = my_id
        self.question: Question | None = None
        quality, basis = page.quality, page.basis
        quality.save_wanted.connect(lambda: self.save(go_on=False))
        quality.settle_wanted.connect(self.settle)
        basis.new.added.connect(self.note)
        basis.suggested.wished.connect(self.tick)
        basis.noted.away_wanted.connect(self.take_evidence_away)

    # -- judging ------------------------------------------------------------------------------------------------

    def decide(self, level: Level) -> None:
        """Keys 1 to 4. Met is recorded at once, and one goes on; the others put the caret where words are needed.

        Words that were written for another level are looked at first.
        """
        page, item = self._page, self._open_item()
        if item is None:
            return
        quality = page.quality
        if level is Level.NOT_APPLICABLE and item.is_objective:
            page.told.emit(self.tr("An objective cannot be “Not applicable” as a whole."), "")
            return
        before = page.content
        quality.decide(level)
        if level is not Level.MET:
            page.unfold(2)
            if quality.asks_reason:
                quality.show_field(quality.reason)
            else:
                page.close_file()
                page.basis.commentary.setFocus()
            return
        if quality.asks_reason:
            quality.show_field(quality.reason)
        elif before.level not in (None, Level.MET) and before.has_words:
            page.basis.commentary.setFocus()
            words = self.tr("These words were written for “{level}”. Look at them, then press Ctrl+Enter.")
            assert before.level is not None
            page.told.emit(words.format(level=before.level.words), "")
        else:
            self.save(go_on=True)

    def save(self, *, go_on: bool) -> None:
        """Record what stands in the fields. With the caret in new evidence it is the evidence that is meant."""
        page = self._page
        if page.basis.new.field.hasFocus():
            page.basis.new.add_typed()
            return
        item = self._open_item()
        if item is None:
            return
        content = page.content
        if content.level is None:
            page.quality.refuse(
                KnownError("no_level", self.tr("Choose a level first.")), page.basis.commentary
            )
        elif not needs_judging(item) and not page.touched:
            self._go_on(self.tr("{code}: nothing new to record").format(code=item.code), "", go_on=go_on)
        else:
            self._record(item, content.level, go_on=go_on)

    def _record(self, item: MeasureItem, level: Level, *, go_on: bool) -> None:
        page = self._page
        # First as a draft, so that the words are safe whatever comes of it.
        page.keeper.save_now()
        content = page.content
        try:
            changes = self._visits.judge(
                page.review_id,
                item.code,
                level,
                content.reason,
                content.commentary,
                content.cites,
                content.actions,
                page.seen,
            )
        except KnownError as error:
            page.unfold(2)
            page.quality.refuse(error, page.basis.commentary)
            return
        page.recorded()
        page.keeper.forget()
        self.recorded.emit(changes)
        self._go_on(changes.said, changes.undo, go_on=go_on)

    def _go_on(self, said: str, undo: str, *, go_on: bool) -> None:
        page = self._page
        if go_on:
            following = page.following_unjudged()
            if following:
                page.choose(following)
            elif page.sheet is not None and not any(map(needs_judging, page.sheet.items)):
                said = self.tr("{said}. Everything is judged.").format(said=said)
            page.focus_tree()
        page.told.emit(said, undo)

    def settle(self, judgement_id: str) -> None:
        """Of judgements that stand side by side, let this one stand alone."""
        if self._open_item() is not None:
            page = self._page
            page.keeper.save_now()
            self._do(lambda: self._visits.settle(page.review_id, page.code, judgement_id))
            page.focus_tree()

    def undo(self) -> None:
        """Ctrl+Z: take back my last judgement here, as long as it was not sent."""
        page = self._page
        mine: list[QualityJudgement] = []
        for item in page.sheet.items if page.sheet is not None else ():
            mine += [one for one in current(item.history) if one.reviewer_id == self._my_id]
        last = max(mine, key=lambda one: (one.recorded_at, one.id), default=None)
        if last is None:
            page.told.emit(self.tr("There is no judgement of yours to take back."), "")
            return
        page.keeper.save_now()
        try:
            changes = self._visits.take_back(last.id)
        except KnownError as error:
            if error.code == "already_sent":
                words = self.tr(
                    "{code} was sent already. Judge it anew: the former judgement stays on record."
                )
                page.told.emit(words.format(code=last.code), "")
            else:
                page.refused.emit(error)
            return
        self.recorded.emit(changes)
        page.choose(last.code)
        words = self.tr("{code}: “{level}” taken back, the text is a draft again")
        page.told.emit(words.format(code=last.code, level=last.level.words), "")

    # -- evidence -----------------------------------------------------------------------------------------------

    def note(self, source: Source, text: str) -> None:
        """Note what was said, seen or photographed; the judgement cites it at once."""
        page = self._page
        if self._open_item() is None:
            return
        new = page.basis.new
        page.keeper.save_now()
        try:
            changes = self._visits.add_evidence(page.review_id, page.code, source, text, files=new.photos)
        except KnownError as error:
            new.refuse(error)
            return
        # Before its button rests: the keyboard would go on to whatever comes next.
        new.field.setFocus()
        new.put("", ())
        page.keeper.touch()
        page.keeper.save_now()
        self._cite(changes)

    def tick(self, suggestion_id: str, seen: bool, not_applicable: bool) -> None:
        """Suggested evidence was seen, does not apply here (Q-29), or neither."""
        page, item = self._page, self._open_item()
        tick = next(
            (one for one in (item.suggestions if item else ()) if one.suggestion.id == suggestion_id), None
        )
        if item is None or tick is None:
            return
        if tick.evidence_id and not self._take_away(tick.evidence_id, self.tr("The tick was changed")):
            page.basis.suggested.show_ticks(item.suggestions)
            return
        if seen or not_applicable:
            source = Source.SUGGESTED if seen else Source.NOT_APPLICABLE
            self._do_citing(
                lambda: self._visits.add_evidence(page.review_id, page.code, source, "", suggestion_id),
                cite=seen,
            )
        if page.item is not None:
            page.basis.suggested.show_ticks(page.item.suggestions)

    def take_evidence_away(self, evidence_id: str) -> None:
        """Take back what was not sent; withdraw, with a reason, what was."""
        item = self._citable(evidence_id)
        if item is None or self._open_item() is None or self.question is not None:
            return
        if item.pending:
            self._take_away(evidence_id, "")
            return
        question = WithdrawEvidence(self._page, what=item.words)

        def withdraw(reason: str) -> None:
            try:
                changes = self._visits.withdraw_evidence(self._page.review_id, evidence_id, reason)
            except KnownError as error:
                question.refuse(error)
                return
            question.accept()
            self._page.quality.cited.drop(evidence_id)
            self.recorded.emit(changes)
            self._page.told.emit(changes.said, "")

        question.agreed.connect(withdraw)
        question.finished.connect(self._asked)
        self.question = question
        question.open()

    def _asked(self) -> None:
        self.question = None
        self._page.focus_tree()

    def _take_away(self, evidence_id: str, reason: str) -> bool:
        """Whether it is gone: taken back if it was not sent, else withdrawn for this reason."""
        page, item = self._page, self._citable(evidence_id)
        cited = evidence_id in page.quality.cited.cites
        page.quality.cited.drop(evidence_id)
        page.keeper.save_now()
        if item is None or item.pending:
            done = self._do(lambda: self._visits.take_back(evidence_id))
        else:
            done = self._do(lambda: self._visits.withdraw_evidence(page.review_id, evidence_id, reason))
        if not done and cited:
            page.quality.cited.add(evidence_id)
        return done

    def _citable(self, evidence_id: str) -> CitableItem | None:
        item = self._page.item
        return next((one for one in (item.citable if item else ()) if one.id == evidence_id), None)

    # -- actions of former reviews ------------------------------------------------------------------------------

    def sign_off(self, action_id: str, form: KeptForm, says: str) -> None:
        """An action was done, as what is said of it shows."""
        review_id = self._page.review_id
        if not review_id:
            return
        try:
            changes = self._visits.sign_off_action(review_id, action_id, says)
        except KnownError as error:
            form.refuse(error)
            return
        self._forms.forget(form)
        self.recorded.emit(changes)
        self._page.told.emit(changes.said, changes.undo)

    # -- inside -------------------------------------------------------------------------------------------------

    def _open_item(self) -> MeasureItem | None:
        """What can be worked on now; otherwise the person is told why not."""
        page = self._page
        if page.sheet is None or page.item is None:
            return None
        if page.sheet.report.submitted:
            page.told.emit(
                self.tr("The report is signed off and waits to be sent. Take it back to change anything."), ""
            )
            return None
        if not page.sheet.may.review:
            page.told.emit(self.tr("Only the reviewer of this review can judge it."), "")
            return None
        return page.item

    def _do(self, deed: Callable[[], Changes]) -> bool:
        """Whether it could be done; it is told either way."""
        try:
            changes = deed()
        except KnownError as error:
            self._page.refused.emit(error)
            return False
        self.recorded.emit(changes)
        self._page.told.emit(changes.said, changes.undo)
        return True

    def _do_citing(self, deed: Callable[[], Changes], *, cite: bool) -> None:
        try:
            changes = deed()
        except KnownError as error:
            self._page.refused.emit(error)
            return
        if cite:
            self._cite(changes)
        else:
            self.recorded.emit(changes)
            self._page.told.emit(changes.said, changes.undo)

    def _cite(self, changes: Changes) -> None:
        """Evidence that was noted at a measure is what its judgement rests on, unless the person unticks it."""
        page = self._page
        self.recorded.emit(changes)
        if changes.undo:
            page.quality.cited.add(changes.undo)
            page.keeper.save_now()
        page.told.emit(changes.said, changes.undo)
