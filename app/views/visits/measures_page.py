"""The heart of a visit: measure tree │ what a measure rests on │ its judgement; what is typed is kept as a draft."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSplitter, QStackedWidget, QWidget

from app.domain import dates
from app.domain.errors import KnownError
from app.domain.review_terms import Level
from app.views import style
from app.views.moderation.keeper import Keeper
from app.views.pages import recall_widths
from app.views.visits.attaching import Attaching
from app.views.visits.basis import BasisPane
from app.views.visits.file_pane import FilePane
from app.views.visits.former import SignOff
from app.views.visits.forms import Forms
from app.views.visits.measures import MeasureList
from app.views.visits.quality import Content, QualityPane, content_of, says_same
from app.views.visits.sideways import Sideways
from app.views.visits.words import needs_judging
from app.workspace.visits.snapshots import (
    CitableItem,
    FileHere,
    MeasureItem,
    VisitBase,
    VisitDraft,
    VisitSheet,
)

if TYPE_CHECKING:
    from app.workspace.desk import Desk

SHARES, SHARES_OF_LARGE_TEXT = (21, 45, 34), (26, 38, 36)
"""How the width is divided among tree, evidence and judgement at first, in per cent."""


class MeasuresPage(QWidget):
    """One review's measures, one of them open. told, refused: as of a screen.

    drafted: what is typed was saved. fetched(review): files of it have come to this computer.
    """

    told = Signal(str, str)
    refused = Signal(object)
    drafted = Signal()
    fetched = Signal(str)

    def __init__(self, desk: Desk, forms: Forms, sign_off: SignOff) -> None:
        super().__init__()
        self.setObjectName("visitMeasures")
        self._desk = desk
        self._forms = forms
        self.sheet: VisitSheet | None = None
        self.code = ""
        self._base = Content()
        self._stands: VisitBase | None = None
        self.touched = False
        self.tree = MeasureList()
        self.basis = BasisPane(forms, sign_off)
        self.quality = QualityPane()
        self.file = FilePane(desk)
        self.keeper = Keeper(self._save_draft, self)
        self.attaching = Attaching(self, desk.visits, self.basis.new, lambda: (self.review_id, self.code))
        self._build()
        self._wire()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.middle = QStackedWidget()
        self.middle.addWidget(self.basis)
        self.middle.addWidget(self.file)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.tree, self.middle, self.quality):
            self.splitter.addWidget(part)
        self.splitter.setCollapsible(1, False)
        for place, stretch in enumerate((0, 1, 0)):
            self.splitter.setStretchFactor(place, stretch)
        self.splitter.setSizes([share * 13 for share in _shares()])
        row.addWidget(Sideways(self.splitter))

    def _wire(self) -> None:
        self.tree.chosen.connect(self._show_code)
        for pane in (self.basis, self.quality):
            pane.edited.connect(self._edited)
            pane.left.connect(self._left_field)
            pane.escaped.connect(self.focus_tree)
        self.basis.noted.open_wanted.connect(self.open_file)
        self.file.closed.connect(self.close_file)
        self.file.told.connect(lambda says: self.told.emit(says, ""))
        self.file.refused.connect(self.refused)
        self.file.fetched.connect(self.fetched)
        self.attaching.here.connect(self.keeper.save_now)
        self.attaching.refused.connect(self.refused)
        self.keeper.saved.connect(self._say_saved)
        self.keeper.failed.connect(self._not_saved)

    @property
    def review_id(self) -> str:
        return self.sheet.review.id if self.sheet is not None else ""

    @property
    def item(self) -> MeasureItem | None:
        """The measure or objective that is open."""
        return self.sheet.item(self.code) if self.sheet is not None else None

    @property
    def seen(self) -> tuple[str, ...] | None:
        """The judgements on which stands what the fields show; None when nobody knows."""
        return self._stands.stands if self._stands is not None else None

    # -- showing ------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Another review is coming. What was typed must have been saved."""
        self.sheet, self.code, self.touched = None, "", False
        self.tree.show_items((), "")
        self.close_file()

    def show_sheet(self, sheet: VisitSheet, wanted: str = "") -> None:
        """A newer picture of the review; go to ``wanted`` if that is among its codes. Typing, caret and place stay."""
        self.sheet = sheet
        self.tree.show_items(sheet.items, self.code)
        item = self.item
        if (wanted and sheet.item(wanted) is not None) or item is None:
            target = sheet.item(wanted) or next(filter(needs_judging, sheet.items), None)
            target = target or next(iter(sheet.items), None)
            if target is not None and target.code != self.code:
                self.choose(target.code)
                return
        if item is not None:
            self._refresh(item)

    def choose(self, code: str) -> None:
        """Go to a code; what was typed for the one that is left is saved first."""
        if self.sheet is None or self.sheet.item(code) is None:
            return
        if self.tree.code != code:
            self.tree.choose(code)  # comes back through ``chosen``
        if self.code != code:
            self._show_code(code)

    def _show_code(self, code: str) -> None:
        if code == self.code or self.sheet is None:
            return
        if not (self.keeper.save_now() and self._forms.keeper.save_now()):
            # Text that could not be written must not be left behind: stay with it.
            self.tree.choose(self.code)
            return
        self.code = code
        self.close_file()
        item = self.item
        assert item is not None
        self._surround(item, anew=True)
        self._put(item)
        kept = item.draft or VisitDraft()
        self.basis.new.put(kept.note, kept.files)
        self.quality.area.verticalScrollBar().setValue(0)
        self.quality.say_state(self.tr("Unrecorded draft") if self.touched else "")

    def _put(self, item: MeasureItem) -> None:
        """The draft, else what stands; and on what typing here stands."""
        self._base = content_of(item.judgement)
        drafts = item.draft is not None and item.draft.judges
        self.touched = drafts
        content = content_of(item.draft) if drafts else self._base
        self.quality.put(content)
        self.basis.commentary.set_text(content.commentary)
        self._stands = item.draft.base if drafts and item.draft is not None else item.base
        self._show_needs()

    def _refresh(self, item: MeasureItem) -> None:
        """The same measure in a newer form."""
        self._surround(item, anew=False)
        draft = item.draft
        drafted = content_of(draft) if draft is not None and draft.judges else Content()
        typing = self.keeper.touched or self.basis.commentary.hasFocus() or self.quality.typing()
        if not typing and (not self.touched or not says_same(drafted, self.content)):
            self._put(item)
        else:
            self._base = content_of(item.judgement)
            if not self.touched and says_same(self.content, self._base):
                self._stands = item.base
            elif not self.keeper.touched and draft is not None and says_same(drafted, self.content):
                self._stands = draft.base
        new = self.basis.new
        if not self.keeper.touched and draft is not None and not (new.field.text or new.photos):
            new.put(draft.note, draft.files)

    def _surround(self, item: MeasureItem, *, anew: bool) -> None:
        assert self.sheet is not None
        self.basis.show_item(self.sheet, item, anew=anew)
        self.quality.show_item(self.sheet, item, self._elsewhere(item))
        closed = not self.sheet.may.review or bool(self.sheet.report.submitted)
        self.basis.set_read_only(closed)
        self.quality.set_read_only(closed)
        shown = self._file(self.file.file_id)
        if self.middle.currentWidget() is self.file and shown is not None:
            self.file.show_file(self.review_id, shown.item)

    def _elsewhere(self, item: MeasureItem) -> tuple[CitableItem, ...]:
        """Evidence of the other codes, each once."""
        assert self.sheet is not None
        own = {one.id for one in item.citable}
        found = {one.id: one for other in self.sheet.items for one in other.citable if one.id not in own}
        return tuple(found.values())

    # -- typing -------------------------------------------------------------------------------------------------

    @property
    def content(self) -> Content:
        """What stands in the fields of the judgement."""
        return self.quality.content(self.basis.commentary.text)

    @property
    def draft(self) -> VisitDraft:
        """What must be kept of the open code: typing that is not recorded, and the unfinished evidence."""
        content = self.content if self.touched else Content()
        if says_same(content, self._base):
            content = Content()
        new = self.basis.new
        return VisitDraft(
            content.level,
            content.reason,
            content.commentary,
            content.cites,
            content.actions,
            new.field.text,
            new.photos,
            self._stands,
        )

    def recorded(self) -> None:
        """What stands in the fields is recorded now; the next picture may put it in anew."""
        self.touched = False
        self.quality.say_state("")

    def _edited(self) -> None:
        if self.item is not None:
            self.touched = not says_same(self.content, self._base)
            self._show_needs()
            self.keeper.touch()

    def _show_needs(self) -> None:
        level = self.quality.level.level
        self.basis.say_need(level in (Level.PARTLY_MET, Level.NOT_MET))

    def _left_field(self) -> None:
        self.keeper.save_now()
        if self.sheet is not None and self.item is not None:
            self._refresh(self.item)

    def _save_draft(self) -> None:
        if self.sheet is None or not self.code:
            return
        draft = self.draft
        self._desk.visits.save_draft(self.review_id, self.code, draft)
        # The picture on screen must know it, or coming back would lose it.
        kept = None if draft.empty else draft
        items = tuple(
            replace(item, draft=kept) if item.code == self.code else item for item in self.sheet.items
        )
        self.sheet = replace(self.sheet, items=items)
        self.tree.show_items(items, self.code)
        self.drafted.emit()

    def _say_saved(self) -> None:
        moment = self._desk.status().saved_at
        if self.draft.empty:
            self.quality.say_state("")
        elif moment is not None:
            self.quality.say_state(self.tr("Draft saved {time}").format(time=dates.clock_time(moment)))

    def _not_saved(self, error: KnownError) -> None:
        self.quality.say_state(self.tr("Not saved yet"))
        self.refused.emit(error)

    def unsaved_words(self) -> str:
        """What is typed and not written, as it can be copied."""
        if not self.keeper.touched:
            return ""
        draft = self.draft
        level = draft.level.words if draft.level is not None else ""
        texts = (
            level,
            draft.reason,
            draft.commentary,
            *(action.text for action in draft.actions),
            draft.note,
        )
        return "\n".join(text for text in texts if text.strip())

    # -- moving -------------------------------------------------------------------------------------------------

    def step(self, direction: int) -> None:
        """J and K: the next (1) or previous (-1) line of the tree as it is filtered; stays at either end."""
        codes = [item.code for item in self.tree.model.shown]
        if self.code in codes:
            place = codes.index(self.code) + direction
            if 0 <= place < len(codes):
                self.choose(codes[place])

    def next_unjudged(self) -> None:
        """N: the next to judge from here, beginning again at the top; tells when none is left."""
        following = self.following_unjudged()
        if following:
            self.choose(following)
        elif self.item is not None and needs_judging(self.item):
            self.told.emit(self.tr("This is the only one left to judge."), "")
        else:
            self.told.emit(self.tr("Everything is judged."), "")

    def following_unjudged(self) -> str:
        """The next code to judge after this one, round the end, but never this one."""
        items = self.sheet.items if self.sheet is not None else ()
        codes = [item.code for item in items]
        here = codes.index(self.code) if self.code in codes else -1
        ahead = (*items[here + 1 :], *items[: max(0, here)])
        return next((item.code for item in ahead if needs_judging(item)), "")

    # -- files --------------------------------------------------------------------------------------------------

    def _file(self, file_id: str) -> FileHere | None:
        item = self.item
        every = (file for one in (item.citable if item is not None else ()) for file in one.files)
        return next((file for file in every if file.id == file_id), None)

    def open_file(self, file_id: str) -> None:
        """Show a photo or file in the middle; what cannot be shown here is handed over after a question."""
        found = self._file(file_id)
        if found is not None:
            self.middle.setCurrentWidget(self.file)
            self.file.show_file(self.review_id, found.item)
            self.file.back.setFocus()
            if found.item.here and not found.item.shown_inside:
                self.file.view.ask_outside()

    def close_file(self) -> None:
        """Back to the measure."""
        if self.middle.currentWidget() is self.file:
            had_focus = self.file.isAncestorOf(QApplication.focusWidget() or self)
            self.middle.setCurrentWidget(self.basis)
            self.file.clear()
            if had_focus:
                self.focus_tree()

    # -- the focus ----------------------------------------------------------------------------------------------

    def focus_tree(self) -> None:
        """Where single letters are awake."""
        self.tree.list.setFocus()

    def step_pane(self, direction: int) -> None:
        """F6: put the keyboard into the next (1) or previous (-1) pane; a folded one is unfolded."""
        panes = (self.tree, self.middle, self.quality)
        focused = QApplication.focusWidget() or self
        here = next((n for n, pane in enumerate(panes) if pane.isAncestorOf(focused)), 0)
        place = (here + direction) % len(panes)
        self.unfold(place)
        if place == 0:
            self.focus_tree()
        elif place == 2:
            self.quality.show_field(self.quality.level.first())
        elif self.middle.currentWidget() is self.file:
            self.file.view.focus_view()
        else:
            self.basis.focus_first()

    def unfold(self, place: int) -> None:
        """Before something is done in a pane: give it its room if it was folded away."""
        sizes = self.splitter.sizes()
        if not sizes[place]:
            room = sum(sizes) * _shares()[place] // 100
            sizes[place] = room
            sizes[1] = max(1, sizes[1] - room)
            self.splitter.setSizes(sizes)

    def memory(self) -> dict[str, Any]:
        """Where one is, as JSON values."""
        return {"code": self.code, "panes": self.splitter.sizes(), "filter": str(self.tree.show_only)}

    def recall(self, memory: dict[str, Any]) -> None:
        """The widths and the filter; the code is opened by who opens the review."""
        recall_widths(self.splitter, memory.get("panes"))
        place = self.tree.filter.findData(memory.get("filter"))
        self.tree.filter.setCurrentIndex(max(0, place))


def _shares() -> tuple[int, int, int]:
    return SHARES_OF_LARGE_TEXT if style.look().scale > 1.3 else SHARES
