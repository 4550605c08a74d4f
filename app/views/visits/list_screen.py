"""The Visits screen: my reviews with what is due, and a quick filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout

from app.domain.errors import KnownError
from app.domain.people import Permission
from app.views.actions import ActionRegistry
from app.views.pages import TroublePage
from app.views.parts import EmptyState, button, label, title_row
from app.views.rows import HeadedList
from app.views.screen import Screen
from app.views.style import spacing
from app.views.tasks import from_worker, run_task
from app.views.visits.list_model import VisitsDelegate, VisitsModel
from app.workspace.snapshots import Changes, Reach, Status
from app.workspace.visits.snapshots import VisitGroup, VisitRow

if TYPE_CHECKING:
    from app.workspace.desk import Desk


class VisitsScreen(Screen):
    """My reviews in groups. Reads them off the GUI thread and redraws only rows that changed.

    counted(int): in how many there is something to do now, for the rail's badge.
    """

    counted = Signal(int)

    def __init__(self, desk: Desk, actions: ActionRegistry) -> None:
        super().__init__()
        self._desk = desk
        self._actions = actions
        self._read = self._reading = self._again = self._opening = False
        self._wanted: dict[str, Any] = {}
        self.model = VisitsModel(self)
        self.list = HeadedList("visitsList", self.tr("Quality reviews"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(VisitsDelegate(self.list, self.model))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.list.setTabKeyNavigation(False)
        self.search = QLineEdit()
        self.search.setObjectName("visitsFilter")
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("Filter by number, centre or reviewer"))
        self.search.setAccessibleName(self.tr("Filter the reviews"))
        self._build()
        self._wire()
        self.reload()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.WIDE, spacing.ROOMY, spacing.WIDE, spacing.SNUG)
        column.setSpacing(spacing.BASE)
        head = QHBoxLayout()
        head.setSpacing(spacing.BASE)
        self._summary = label("", "muted")
        self.open_button = button(self.tr("Open"), self.open_current, kind="primary", name="openVisit")
        head.addLayout(title_row(label(self.tr("Visits"), "title"), self._summary), 1)
        head.addWidget(self.open_button)
        column.addLayout(head)
        column.addWidget(self.search)
        self._pages = QStackedWidget()
        self._pages.setMinimumHeight(3 * spacing.TARGET)
        self._loading = label(self.tr("Reading your reviews…"), "muted")
        self._loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty = EmptyState(
            "", "inbox-empty", (self.tr("Sync now"), lambda: self._actions.get("sync_now").trigger())
        )
        self._nothing = EmptyState("", "search", (self.tr("Clear the filter"), self.search.clear))
        self._failure = TroublePage()
        for page in (self._loading, self.list, self.empty, self._nothing, self._failure):
            self._pages.addWidget(page)
        column.addWidget(self._pages, 1)

    def _wire(self) -> None:
        self.list.activated.connect(self._open_index)
        self.list.selectionModel().selectionChanged.connect(lambda _now, _before: self._allow())
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        menu = self.tr("&Review")
        add = self._actions.add
        add("visits_open", self.tr("&Open the review"), self.open_current, group=menu, screen=self)
        add("visits_filter", self.tr("Fi&lter the list"), self._focus_filter, shortcut="Ctrl+F; /", group=menu,
            screen=self)  # fmt: skip
        self._allow()

    # -- Screen -----------------------------------------------------------------------------------------------

    def apply(self, changes: Changes) -> None:
        if changes.work:
            self.reload()

    def entered(self) -> None:
        if self._pages.currentWidget() is self.list:
            self.list.setFocus()
        elif self._pages.currentWidget() is self.empty and self.empty.button is not None:
            self.empty.button.setFocus()
        else:
            self.search.setFocus()

    def memory(self) -> dict[str, Any]:
        row = self._row()
        return {"filter": self.search.text(), "review": row.review_id if row else ""}

    def recall(self, memory: dict[str, Any]) -> None:
        self._wanted = dict(memory)
        self.search.setText(str(memory.get("filter", "")))
        if self._read:
            self._go_to_wanted()

    # -- reading ----------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the list again; while one reading is under way, another follows it."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        run_task(self, self._desk.visits.rows, self._show, self._could_not)

    def _show(self, rows: tuple[VisitRow, ...]) -> None:
        self._reading = False
        first, self._read = not self._read, True
        self._keeping_place(lambda: self.model.take(rows))
        if first:
            self._go_to_wanted()
        self._arrange()
        if self._again:
            self._again = False
            self.reload()

    def _could_not(self, error: KnownError) -> None:
        self._reading = False
        if self._read:
            # What is on screen stays; the window says what went wrong.
            self.refused.emit(error)
            return
        self._failure.tell(error, (self.tr("Try again"), self.reload))
        self._pages.setCurrentWidget(self._failure)

    def _arrange(self) -> None:
        """The page that fits what there is: rows, nothing found, or nothing yet."""
        rows = self.model.rows
        had_focus = self.isVisible() and self.isAncestorOf(self.focusWidget() or self)
        if not rows:
            self.empty.say(self._why_empty(self._desk.status()))
            self._pages.setCurrentWidget(self.empty)
        elif not self.model.shown:
            self._nothing.say(self.tr("No review matches “{text}”.").format(text=self.search.text().strip()))
            self._pages.setCurrentWidget(self._nothing)
        else:
            came = self._pages.currentWidget() is not self.list
            self._pages.setCurrentWidget(self.list)
            if came and had_focus and not self.search.text():
                self.list.setFocus()
        self.search.setEnabled(bool(rows))
        due = sum(_is_due(row) for row in rows)
        late = sum(row.ced_late for row in rows if row.group is not VisitGroup.DONE)
        words = (
            [self.tr("1 to act on") if due == 1 else self.tr("{n} to act on").format(n=due)] if due else []
        )
        if late:
            words.append(self.tr("{n} CED late").format(n=late))
        self._summary.setText(" · ".join(words))
        self.counted.emit(due)
        self.setAccessibleName(", ".join((self.tr("Visits"), *words)))

    def _why_empty(self, status: Status) -> str:
        if status.synced_at is None and status.reach is Reach.OFFLINE:
            return self.tr("Nothing has been fetched yet. Your reviews appear here once there is a network.")
        if status.synced_at is None:
            return self.tr("Fetching your reviews for the first time…")
        if self._desk.person.may(Permission.REVIEW_CENTRES):
            return self.tr("No quality review is allocated to you at the moment.")
        return self.tr("There is no quality review at the moment.")

    # -- choosing ---------------------------------------------------------------------------------------------

    def _keeping_place(self, change: Callable[[], bool]) -> None:
        row = self._row()
        scroll = self.list.verticalScrollBar().value()
        if change():
            if row is not None:
                self._choose(self.model.index_of(row.review_id))
            if not self.list.currentIndex().isValid():
                self._choose(self.model.first())
            self.list.verticalScrollBar().setValue(scroll)
        self._allow()

    def _go_to_wanted(self) -> None:
        wanted, self._wanted = self._wanted, {}
        index = self.model.index_of(str(wanted.get("review", "")))
        self._choose(index if index.isValid() else self.model.first())

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.list.selectionModel().setCurrentIndex(index, flag)

    def _row(self) -> VisitRow | None:
        return self.model.row_at(self.list.currentIndex())

    def _allow(self) -> None:
        row = self._row()
        may_open = row is not None and not row.update_needed and not self._opening
        self._actions.enable("visits_open", may_open)
        self.open_button.setEnabled(may_open)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.open_current()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self._keeping_place(lambda: self.model.filter(text))
        if self._read:
            self._arrange()

    def _focus_filter(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # -- opening ----------------------------------------------------------------------------------------------

    def open_current(self) -> None:
        """Open the chosen review; one that is known by its row alone is fetched first."""
        self._open_index(self.list.currentIndex())

    def _open_index(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if row is None or row.update_needed or self._opening:
            return
        if row.held:
            self.wants.emit("visit", row.review_id, "")
            return
        self._opening = True
        self._allow()
        visits, review_id = self._desk.visits, row.review_id
        changed = from_worker(self, self.changed.emit)

        def opened(_: None) -> None:
            self._opening = False
            self._allow()
            self.reload()
            self.wants.emit("visit", review_id, "")

        def failed(error: KnownError) -> None:
            self._opening = False
            self._allow()
            self.refused.emit(error)

        run_task(self, lambda: visits.open_whole(review_id, changed), opened, failed, lane="open")


def _is_due(row: VisitRow) -> bool:
    """Whether its reviewer, or who decides, is to do something now."""
    open_now = row.group is not VisitGroup.DONE
    return open_now and (row.task_due or row.ced_late or row.group is VisitGroup.BLOCK_TO_DECIDE)
