"""The right-hand pane of the bench: who is judged, the judgement, the notes, and what was judged before."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QRect, QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.moderation import MODERATION_OVER, Decision, RequestState
from app.views import style
from app.views.moderation.facts import SampleFacts
from app.views.moderation.fields import GrowingText, MergedNote
from app.views.moderation.form import Content, JudgementForm, content_of, content_of_draft, says_same
from app.views.moderation.history import JudgementHistory
from app.views.moderation.notes import NotesThread
from app.views.pages import ScrollPage
from app.views.parts import Banner, button, line
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.words import Elided
from app.workspace.snapshots import DraftBase, JudgementDraft, RequestSheet, SampleSheet

LEAST_WIDTH = 260
"""Device-independent pixels."""


class JudgementPane(QWidget):
    """Shows one sample and takes its judgement and notes; knows what is typed, but saves nothing itself.

    edited: something was typed or chosen that a draft must keep. left: a text field lost the focus.
    escaped: Esc in a text field. save_wanted: the person wants the judgement recorded. compare_wanted: the two
    versions of the sample are to be compared.
    """

    edited = Signal()
    left = Signal()
    escaped = Signal()
    save_wanted = Signal()
    compare_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._base = Content()
        self._stands: DraftBase | None = None
        self._touched = False
        self._sheet: SampleSheet | None = None
        self.notice: Banner | None = None
        self.meeting: Banner | None = None
        self.facts = SampleFacts()
        self.form = JudgementForm()
        self.notes = NotesThread()
        self.history = JudgementHistory()
        self._build()
        self.form.edited.connect(self._form_edited)
        self.notes.edited.connect(self.edited)
        for part in (self.form, self.notes):
            part.left.connect(self.left)
            part.escaped.connect(self.escaped)

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.area = ScrollPage(sideways=False)
        column = QVBoxLayout(self.area.page)
        column.setContentsMargins(spacing.ROOMY, spacing.BASE, spacing.BASE, spacing.ROOMY)
        column.setSpacing(spacing.BASE)
        self._notice_place = QVBoxLayout()
        column.addWidget(self.facts)
        column.addLayout(self._notice_place)
        self._meeting_place = QVBoxLayout()
        column.addLayout(self._meeting_place)
        self.whole_merged = MergedNote()
        column.addWidget(self.whole_merged)
        self._rule = line()
        column.addWidget(self._rule)
        column.addWidget(self.form)
        self._second_rule = line()
        column.addWidget(self._second_rule)
        column.addWidget(self.notes)
        column.addWidget(self.history)
        column.addStretch()
        whole.addWidget(self.area, 1)
        self._foot = QFrame()
        self._foot.setProperty("role", "foot")
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(spacing.ROOMY, spacing.SNUG, spacing.BASE, spacing.SNUG)
        row.setSpacing(spacing.SNUG)
        self.state_words = Elided("", "small")
        self.save = button(
            self.tr("Save judgement"), self.save_wanted.emit, kind="primary", name="saveJudgement"
        )
        row.addWidget(self.state_words, 1)
        row.addWidget(self.save)
        whole.addWidget(self._foot)
        style.look().changed.connect(self._size_changed)

    def minimumSizeHint(self) -> QSize:
        """As wide as its fields need, whatever the size of the text."""
        return QSize(max(LEAST_WIDTH, self.area.least_width()), LEAST_WIDTH // 2)

    @Slot()
    def _size_changed(self) -> None:
        # After every field has put on the new letters.
        QTimer.singleShot(0, self, self.updateGeometry)

    # What is shown

    @property
    def sheet(self) -> SampleSheet | None:
        return self._sheet

    @property
    def touched(self) -> bool:
        """Whether the form holds typing of the person's that is not recorded."""
        return self._touched

    def show_sample(
        self, request: RequestSheet, sheet: SampleSheet | None, request_draft: JudgementDraft
    ) -> None:
        """Open a sample with its draft; None opens the request alone, of which only notes can be written."""
        self._sheet = sheet
        self._base = content_of(sheet.judgement if sheet else None)
        drafted = content_of_draft(sheet.draft if sheet else None)
        self._touched = not drafted.blank
        self._put_in_form(sheet, drafted)
        kept = (sheet.draft or JudgementDraft()) if sheet is not None else request_draft
        self.notes.start_for(kept.note, kept.files, sample=sheet is not None)
        self._show_surroundings(request, sheet)
        self.area.verticalScrollBar().setValue(0)

    def refresh(self, request: RequestSheet, sheet: SampleSheet | None, *, typing: bool) -> None:
        """The same sample in a newer form. What the person typed, the caret and the scroll place stay.

        typing: something is typed, or deleted, that is not saved yet; then no text is put in.
        """
        self._sheet = sheet
        self._base = content_of(sheet.judgement if sheet else None)
        drafted = content_of_draft(sheet.draft if sheet else None)
        if not typing and not self._typing_in_form() and self._is_other(drafted):
            self._touched = not drafted.blank
            self._put_in_form(sheet, drafted)
        elif not self._touched and says_same(self.form.content, self._base):
            # The form shows what stands now: typing that begins here begins on that.
            self._stands = sheet.base if sheet else None
        elif not typing and sheet is not None and sheet.draft is not None and not self._is_other(drafted):
            # The form shows the draft as it is after what others did: it goes on from there.
            self._stands = sheet.draft.base
        blank = not (self.notes.field.text or self.notes.files)
        if not typing and sheet is not None and sheet.draft is not None and blank:
            self.notes.field.set_text(sheet.draft.note)
            self.notes.set_files(sheet.draft.files)
        self._show_surroundings(request, sheet)

    def _is_other(self, drafted: Content) -> bool:
        """Whether the form must show something else than it does: nothing was typed in it, or what was typed and
        saved is another by now, by a merge or a decision made elsewhere in the window.
        """
        return not self._touched or not says_same(drafted, self.form.content)

    def _put_in_form(self, sheet: SampleSheet | None, drafted: Content) -> None:
        """Show the draft, else what stands; and remember on what typing here stands."""
        self.form.set_content(drafted if self._touched else self._base)
        if sheet is None:
            self._stands = None
        elif self._touched and sheet.draft is not None:
            self._stands = sheet.draft.base
        else:
            self._stands = sheet.base

    @property
    def seen(self) -> tuple[str, ...] | None:
        """The judgements on which stands what the form shows; None when nobody knows."""
        return self._stands.stands if self._stands is not None else None

    def recorded(self) -> None:
        """What stands in the form is recorded now; the next refresh may put it in anew."""
        self._touched = False
        self.say_state("")

    @property
    def draft(self) -> JudgementDraft:
        """What must be kept of this sample: typing that is not recorded, and the unfinished note."""
        content = self.form.content if self._touched else Content()
        if content == self._base:
            content = Content()
        return JudgementDraft(
            content.decision,
            content.rationale,
            content.actions,
            self.notes.field.text,
            self._stands,
            self.notes.files,
        )

    def put_in(self, decision: Decision, rationale: str) -> None:
        """Decision and rationale that the person gave elsewhere, such as in a question: kept like typing."""
        self.form.choice.choose(decision)
        self.form.rationale.set_text(rationale)
        self.form.decide(decision)

    def say_state(self, words: str) -> None:
        """A few words in the foot, such as that the draft is saved."""
        self.state_words.say(words)

    def _show_surroundings(self, request: RequestSheet, sheet: SampleSheet | None) -> None:
        has_sample = sheet is not None
        for part in (self.facts, self.form, self._rule, self._second_rule, self._foot):
            part.setVisible(has_sample)
        if sheet is not None:
            self.facts.show_sample(sheet.sample, request.request.sampling_words)
        self.notes.show_notes(
            sheet.notes if sheet else (), request.notes, request.note_files, sample=has_sample
        )
        self.history.show_history(sheet.history if sheet else (), sheet.aside if sheet else ())
        merged = dict(self._stands.merged) if self._touched and self._stands is not None else {}
        self.form.show_merged(merged)
        gone = merged.get("judgement", "")
        self.whole_merged.say(self.tr("Withdrawn meanwhile by {whose}").format(whose=gone) if gone else "")
        self._show_meeting(sheet.meanwhile if sheet else "")
        reason = self._why_closed(request)
        self.form.set_read_only(bool(reason))
        self.save.setEnabled(not reason)
        self._show_notice(reason)
        self._show_save()

    def _why_closed(self, request: RequestSheet) -> str:
        """Why nothing can be judged now, in words; empty when it can."""
        state = request.request.state
        if request.submitted:
            return self.tr(
                "The report is signed off and waits to be sent. Take it back to change a judgement."
            )
        if state is RequestState.ON_HOLD:
            reason = request.request.hold_reason
            because = self.tr(" ({reason})").format(reason=reason[:1].lower() + reason[1:]) if reason else ""
            return self.tr("On hold{because}: judgements wait for the finding. Notes stay possible.").format(
                because=because
            )
        if state in MODERATION_OVER:
            return self.tr("Moderation is over: {state}. Notes stay possible.").format(
                state=state.words.lower()
            )
        if state is not RequestState.IN_MODERATION:
            return self.tr("Not in moderation yet: {state}. Notes stay possible.").format(
                state=state.words.lower()
            )
        return ""

    def _show_notice(self, says: str) -> None:
        if (self.notice.says if self.notice is not None else "") == says:
            return
        if self.notice is not None:
            self._notice_place.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
        if says:
            self.notice = Banner(says, Tone.HOLD)
            self._notice_place.addWidget(self.notice)

    def _show_meeting(self, says: str) -> None:
        """Two versions met: said where one writes, with the way to compare them, and in nobody's way."""
        if (self.meeting.says if self.meeting is not None else "") == says:
            return
        if self.meeting is not None:
            self._meeting_place.removeWidget(self.meeting)
            self.meeting.hide()
            self.meeting.deleteLater()
            self.meeting = None
        if says:
            self.meeting = Banner(says, Tone.WARN, ((self.tr("Compare…"), self.compare_wanted.emit),))
            self._meeting_place.addWidget(self.meeting)

    # The focus

    def fields(self) -> tuple[GrowingText, ...]:
        """Every text field, in the order on screen."""
        return (self.form.rationale, *self.form.to_do.fields(), self.notes.field)

    def focus_field(self, field: GrowingText) -> None:
        """Put the caret there and bring it into sight."""
        field.setFocus()
        self.area.ensureWidgetVisible(field, 0, spacing.WIDE)

    def show_attached(self) -> None:
        """Bring the files that were just added into sight, which have their place only once all was laid out anew."""
        QTimer.singleShot(
            0, self, partial(self.area.ensureWidgetVisible, self.notes.attached, 0, spacing.WIDE)
        )

    def focus_first(self) -> None:
        """Where the keyboard goes when this pane is entered by F6."""
        choice = self.form.choice
        if self._sheet is None or not choice.isEnabled():
            self.focus_field(self.notes.field)
        else:
            choice.button(choice.decision or Decision.AGREED).setFocus()

    def show_complaint(self) -> None:
        """Bring what the form complains of into sight."""
        for complaint in self.form.complaints():
            if not complaint.isHidden():
                # A complaint has its place only once the column was laid out anew.
                QTimer.singleShot(0, self, partial(self.area.ensureWidgetVisible, complaint, 0, spacing.WIDE))

    def caret(self) -> dict[str, Any]:
        """Which field has the caret, and where in it, as JSON values; empty when none has."""
        for place, field in enumerate(self.fields()):
            if field.hasFocus():
                return {"field": place, "place": field.caret()}
        return {}

    def put_caret(self, caret: dict[str, Any]) -> bool:
        """Put the caret back to where ``caret`` told; False when that is not possible any more."""
        place, at = caret.get("field"), caret.get("place")
        fields = self.fields()
        if not (isinstance(place, int) and isinstance(at, int) and 0 <= place < len(fields)):
            return False
        self.focus_field(fields[place])
        fields[place].put_caret(at)
        return True

    def keep_caret_in_sight(self) -> None:
        """After a field grew under the caret."""
        field = next((field for field in self.fields() if field.hasFocus()), None)
        if field is not None:
            caret = field.cursorRect()
            place = QRect(field.viewport().mapTo(self.area.page, caret.topLeft()), caret.size())
            self.area.ensureVisible(place.center().x(), place.bottom(), 0, spacing.WIDE)

    def _typing_in_form(self) -> bool:
        return any(field.hasFocus() for field in (self.form.rationale, *self.form.to_do.fields()))

    def _form_edited(self) -> None:
        self._touched = self.form.content != self._base
        self._show_save()
        self.keep_caret_in_sight()
        self.edited.emit()

    def _show_save(self) -> None:
        raises = self.form.choice.decision is Decision.SUSPECTED_MALPRACTICE
        words = self.tr("Raise suspicion…") if raises else self.tr("Save judgement")
        self.save.setText(words)
        self.save.setAccessibleName(words)
