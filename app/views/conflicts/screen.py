"""The Conflicts screen: every pair of versions a person has to decide on, one at a time, whenever they like."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import KnownError
from app.domain.merging import Pick
from app.views.actions import ActionRegistry
from app.views.conflicts.card import FieldCard
from app.views.conflicts.head import ConflictsHead
from app.views.conflicts.keys import ConflictKeys
from app.views.moderation.fields import DeciderFoot
from app.views.moderation.keeper import Keeper
from app.views.pages import ScrollPage
from app.views.parts import Banner, EmptyState, announce, button, label
from app.views.screen import Screen, Unsaved
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.tasks import run_task
from app.workspace.comparing import Conflict, words_of
from app.workspace.snapshots import Changes

if TYPE_CHECKING:
    from app.workspace.desk import Desk


class ConflictsScreen(Screen):
    """Before │ mine │ theirs of one conflict, field by field. Nothing here is modal, and nothing waits for it."""

    def __init__(self, desk: Desk, actions: ActionRegistry) -> None:
        super().__init__()
        self.setObjectName("conflicts")
        self._desk = desk
        self.conflicts: tuple[Conflict, ...] = ()
        self.shown: Conflict | None = None
        self.cards: tuple[FieldCard, ...] = ()
        self._wanted = ("", "")
        self._reading = 0
        self._focus_when_there = False
        self.keeper = Keeper(self._keep_written, self)
        self.keeper.failed.connect(self.refused)
        self._build()
        self._keys = ConflictKeys(self, actions)

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._pages = QStackedWidget()
        self._empty = EmptyState(
            self.tr("No conflicts. Nothing waits for a decision between two versions."),
            "done",
            (self.tr("Go to Work"), lambda: self.wants.emit("work", "", "")),
        )
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.area = ScrollPage(sideways=False)
        page = QVBoxLayout(self.area.page)
        page.setContentsMargins(spacing.WIDE, spacing.ROOMY, spacing.WIDE, spacing.ROOMY)
        page.setSpacing(spacing.BASE)
        # The head scrolls with the rest: in a small window with large letters nothing else would be seen.
        self.head = ConflictsHead()
        self.head.picked.connect(self._go_to)
        self.head.stepped.connect(self.step)
        self.head.open_wanted.connect(self.open_place)
        page.addWidget(self.head)
        self._page = QVBoxLayout()
        self._page.setSpacing(spacing.BASE)
        page.addLayout(self._page)
        page.addStretch()
        column.addWidget(self.area, 1)
        column.addWidget(self._make_foot())
        self._pages.addWidget(full)
        self._pages.addWidget(self._empty)
        self._pages.setCurrentWidget(self._empty)
        whole.addWidget(self._pages)

    def _make_foot(self) -> QWidget:
        foot = DeciderFoot(spacing.WIDE, spacing.WIDE)
        self.complaint = foot.complaint
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        self._all_mine = button(self.tr("All mine"), lambda: self.take_all(Pick.MINE), name="conflictAllMine")
        self._all_theirs = button(
            self.tr("All theirs"), lambda: self.take_all(Pick.THEIRS), name="conflictAllTheirs"
        )
        self.save_button = button(self.tr("Save and next"), self.save, kind="primary", name="conflictSave")
        row.addWidget(self._all_mine)
        row.addWidget(self._all_theirs)
        row.addStretch()
        row.addWidget(self.save_button)
        foot.column.addLayout(row)
        return foot

    # -- Screen -----------------------------------------------------------------------------------------------

    def open(self, request_id: str, sample_id: str = "") -> None:
        """Go to the conflict of a sample, or ("") of a request."""
        self._wanted = (request_id, sample_id)

    def apply(self, changes: Changes) -> None:
        if self.isVisible() and (changes.requests or changes.outbox):
            self._read()

    def entered(self) -> None:
        self._focus_when_there = True
        self._read()

    def save_now(self) -> bool:
        """Keep what was written by hand and not decided yet."""
        return self.keeper.save_now()

    def unsaved(self) -> Unsaved | None:
        if not self.keeper.touched or self.shown is None:
            return None
        written = [
            f"{card.field.title}: {words_of(card.field.name, card.value)}"
            for card in self.cards
            if card.typed
        ]
        return Unsaved(self.shown.where, "\n".join(written), self.keeper.trouble) if written else None

    def memory(self) -> dict[str, Any]:
        return {"conflict": self.shown.key if self.shown is not None else ""}

    def recall(self, memory: dict[str, Any]) -> None:
        self._wanted = (str(memory.get("conflict", "")), "")

    # -- reading and showing ----------------------------------------------------------------------------------

    def _read(self) -> None:
        self._reading += 1
        reading = self._reading

        def then(conflicts: tuple[Conflict, ...]) -> None:
            if reading == self._reading:
                self._take(conflicts)

        run_task(self, self._desk.conflicts.all, then, self.refused.emit)

    def _take(self, conflicts: tuple[Conflict, ...]) -> None:
        """Newer conflicts; the one that is shown stays, as long as it is there."""
        if not self.keeper.save_now():
            return  # they will be read again; words that are nowhere else must not be replaced
        former = self.shown
        place = self._place(former.key) if former is not None else 0
        self.conflicts = conflicts
        wanted, self._wanted = self._wanted, ("", "")
        now = self._find(wanted)
        if now is None and former is not None:
            now = next((each for each in conflicts if each.key == former.key), None)
            if now is None and any(wanted) is False:
                self._say_gone(former)
        if now is None and conflicts:
            now = conflicts[min(max(place, 0), len(conflicts) - 1)]
        self._show(now)
        if self._focus_when_there and self.isVisible():
            self._focus_when_there = False
            self.focus_first()

    def _find(self, wanted: tuple[str, str]) -> Conflict | None:
        first, second = wanted
        if not first:
            return None
        by_place = (c for c in self.conflicts if (c.request_id, c.sample_id) == (first, second))
        in_request = (c for c in self.conflicts if c.request_id == first or c.key == first)
        return next(by_place, None) or next(in_request, None)

    def _say_gone(self, former: Conflict) -> None:
        words = self.tr("{where}: decided elsewhere meanwhile").format(where=former.where.partition(":")[0])
        if self.isVisible():
            self.told.emit(words, "")

    def _place(self, key: str) -> int:
        return next((place for place, each in enumerate(self.conflicts) if each.key == key), 0)

    def _show(self, conflict: Conflict | None) -> None:
        """Show a conflict. The same versions as before leave choices, caret and scroll place alone."""
        self._pages.setCurrentIndex(0 if conflict is not None else 1)
        former, self.shown = self.shown, conflict
        if conflict is None:
            self._clear()
            self._enable()
            return
        self.head.show_conflicts(self.conflicts, self._place(conflict.key))
        if former != conflict:
            again = former is not None and former.key == conflict.key
            place = self.area.verticalScrollBar().value() if again else 0
            self._clear()
            self._fill(conflict, again=again)
            self.area.verticalScrollBar().setValue(place)
        self._enable()

    def _clear(self) -> None:
        if self.area.isAncestorOf(QApplication.focusWidget() or self):
            self.head.chooser.setFocus()  # else whatever follows in the window's chain would get the keyboard
        self.cards = ()
        self.complaint.clear()
        while (item := self._page.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()

    def _fill(self, conflict: Conflict, *, again: bool) -> None:
        if len(self.conflicts) == 1:  # else the chooser says it
            self._page.addWidget(label(conflict.where, "heading", wrap=True))
        self._page.addWidget(label(conflict.says, wrap=True))
        if conflict.closed:
            self._page.addWidget(Banner(conflict.closed, Tone.HOLD))
        if again:
            news = self.tr("One of the versions changed while you compared them. What you wrote is kept.")
            self._page.addWidget(Banner(news, Tone.INFO))
            announce(self, news)
        cards = [FieldCard(conflict, field) for field in conflict.fields]
        # What differs comes first, in the order of the form; what is the same is there to be read.
        cards.sort(key=lambda card: not card.field.differs)
        written = self._desk.conflicts.written(conflict.key)
        for card in cards:
            if card.field.name in written and card.field.picks:
                card.put_back(written[card.field.name])
            card.edited.connect(self._edited)
            card.taken.connect(partial(self._show_result, card))
            self._page.addWidget(card)
        self.cards = tuple(cards)
        self._keys.show_keys()

    @property
    def offered(self) -> frozenset[Pick]:
        """What may be taken of any field."""
        return frozenset(pick for card in self.cards for pick in card.buttons)

    def _enable(self) -> None:
        conflict = self.shown
        can = conflict is not None and not conflict.closed
        offered = self.offered
        self._keys.show_what_can_be_done()
        self.save_button.setEnabled(can)
        self.save_button.setText(self.tr("Save and next") if len(self.conflicts) > 1 else self.tr("Save"))
        self._all_mine.setEnabled(Pick.MINE in offered)
        self._all_theirs.setEnabled(Pick.THEIRS in offered)
        mine = conflict is None or conflict.mine_is_mine
        self._all_mine.setText(self.tr("All mine") if mine else self.tr("All of the first"))
        self._all_theirs.setText(self.tr("All theirs") if mine else self.tr("All of the second"))
        for press in (self.save_button, self._all_mine, self._all_theirs):
            press.setAccessibleName(press.text())

    # -- moving -----------------------------------------------------------------------------------------------

    def step(self, direction: int) -> None:
        """The next (1) or previous (-1) conflict, round the end; what is written here stays written."""
        if self.shown is not None and len(self.conflicts) > 1:
            self._go_to((self._place(self.shown.key) + direction) % len(self.conflicts))

    def _go_to(self, place: int) -> None:
        if not self.keeper.save_now():
            return  # words that could not be kept must not be left behind
        self._show(self.conflicts[place])
        self.focus_first()

    def open_place(self) -> None:
        """Go to the sample, or the report, that it is about."""
        if self.shown is not None:
            self.save_now()
            what = "bench" if self.shown.sample_id else "report"
            self.wants.emit(what, self.shown.request_id, self.shown.sample_id)

    def focus_first(self) -> None:
        """The first field that is to be decided, else the first, where its keys are awake."""
        target = next((card for card in self.cards if not card.decided), None)
        target = target or next(iter(self.cards), None)
        if target is not None:
            self._focus(target)

    def step_field(self, direction: int) -> None:
        """J and K: the next (1) or previous (-1) field; stays at either end."""
        here = self._card()
        if here is not None:
            place = self.cards.index(here) + direction
            if 0 <= place < len(self.cards):
                self._focus(self.cards[place])

    def _focus(self, card: FieldCard) -> None:
        card.show()  # a layout shows what is new in it only later, and until then it takes no focus
        card.setFocus(Qt.FocusReason.OtherFocusReason)
        # A card has its place only once the page was laid out anew.
        QTimer.singleShot(0, card, lambda: self._bring_into_sight(card))

    def _bring_into_sight(self, card: FieldCard) -> None:
        if self.cards and card is self.cards[0]:
            self.area.verticalScrollBar().setValue(0)  # with the words above it that say what happened
        elif card.height() > self.area.viewport().height():
            self.area.verticalScrollBar().setValue(card.mapTo(self.area.page, card.rect().topLeft()).y())
        else:
            self.area.ensureWidgetVisible(card, 0, spacing.SNUG)

    def _show_result(self, card: FieldCard) -> None:
        """What was just taken is seen, also where large letters push it below the window."""
        # It has its place only once the page was laid out anew.
        if card is self._card():
            QTimer.singleShot(
                0, card, lambda: self.area.ensureWidgetVisible(card.result_place, 0, spacing.SNUG)
            )

    def _card(self) -> FieldCard | None:
        """The field that has the focus, else the first that is not decided, else the first."""
        focused = QApplication.focusWidget()
        for card in self.cards:
            if focused is card or (focused is not None and card.isAncestorOf(focused)):
                return card
        undecided = (card for card in self.cards if not card.decided)
        return next(undecided, None) or next(iter(self.cards), None)

    # -- deciding ---------------------------------------------------------------------------------------------

    def take(self, pick: Pick) -> None:
        """M, T, B: take that version of the field in question."""
        card = self._card()
        if card is None or card.take(pick):
            return
        if pick is Pick.BOTH and card.field.differs and card.buttons:
            self.told.emit(self.tr("{field}: one or the other").format(field=card.field.title), "")

    def take_all(self, pick: Pick) -> None:
        """Take that version of every field that differs."""
        for card in self.cards:
            card.take(pick)

    def _edited(self) -> None:
        self.complaint.clear()
        self.keeper.touch()

    def _keep_written(self) -> None:
        if self.shown is not None:
            written = {card.field.name: card.value for card in self.cards if card.typed}
            self._desk.conflicts.keep_written(self.shown.key, written)

    def save(self) -> None:
        """Carry out what is chosen, and go to the next conflict. What is missing is said; nothing is guessed."""
        conflict = self.shown
        if conflict is None or conflict.closed:
            return
        undecided = next((card for card in self.cards if not card.decided), None)
        if undecided is not None:
            words = self.tr("Choose a version for: {field}.").format(field=undecided.field.title)
            self.complaint.say(KnownError("undecided", words))
            self._focus(undecided)
            return
        chosen = {card.field.name: card.value for card in self.cards if card.field.picks}
        self.keeper.save_now()
        try:
            changes = self._desk.conflicts.decide(conflict, chosen)
        except KnownError as error:
            self.complaint.say(error)
            self._read()
            return
        self.keeper.forget()
        self.shown = None
        self.told.emit(changes.said, changes.undo)
        self._focus_when_there = True
        self._reading += 1  # an answer read before this would be out of date
        place = self._place(conflict.key)
        self.conflicts = tuple(each for each in self.conflicts if each.key != conflict.key)
        following = self.conflicts[min(place, len(self.conflicts) - 1)] if self.conflicts else None
        self._show(following)
        if following is not None:
            self.focus_first()
        elif self._empty.button is not None:
            self._empty.button.setFocus()
        self._focus_when_there = False
        self.changed.emit(changes)
        self._read()
