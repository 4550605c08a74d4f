"""The Work screen: the list, its quick filter, and the ways to bring evidence to this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import KnownError
from app.views import style
from app.views.actions import ActionRegistry
from app.views.pages import TroublePage
from app.views.parts import EmptyState, button, label, title_row
from app.views.rows import HeadedList
from app.views.screen import Screen
from app.views.style import icons, spacing
from app.views.tasks import run_task
from app.views.work.delegate import WorkDelegate
from app.views.work.departure import Departure
from app.views.work.fetching import Fetching
from app.views.work.model import WorkModel
from app.workspace.snapshots import Changes, Group, Reach, Status, WorkRow

if TYPE_CHECKING:
    from app.workspace.desk import Desk


class WorkList(HeadedList):
    """The requests. Several may be chosen; Return opens one."""

    def __init__(self) -> None:
        super().__init__("workList", self.tr("Moderation requests"))
        self.setSelectionMode(HeadedList.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.verticalScrollBar().setSingleStep(self.fontMetrics().height() * 2)


class WorkScreen(Screen):
    """My requests in groups. Reads them off the GUI thread and redraws only rows that changed.

    counted(int): how many there are to moderate now, for the rail's badge.
    """

    counted = Signal(int)

    def __init__(self, desk: Desk, actions: ActionRegistry) -> None:
        super().__init__()
        self._desk = desk
        self._actions = actions
        self._read = False
        self._reading = False
        self._again = False
        self._wanted: dict[str, Any] = {}
        self.model = WorkModel(self)
        self.list = WorkList()
        self.list.setModel(self.model)
        self.list.setItemDelegate(WorkDelegate(self.list, self.model))
        self._search = QLineEdit()
        self._search.setObjectName("workFilter")
        self._search.setClearButtonEnabled(True)
        self._search.setPlaceholderText(self.tr("Filter by number, centre or qualification"))
        self._search.setAccessibleName(self.tr("Filter the requests"))
        self._fetching = Fetching(desk)
        self._sides = QStackedWidget()
        self.departure = Departure(desk, actions, self, self._sides, self._readable)
        self._build()
        self._add_actions()
        self._wire()
        self.reload()

    # -- building ---------------------------------------------------------------------------------------------

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(spacing.WIDE, spacing.ROOMY, spacing.WIDE, spacing.SNUG)
        whole.addWidget(self._sides)
        side = QWidget()
        self._sides.addWidget(side)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.BASE)
        head = QHBoxLayout()
        head.setSpacing(spacing.BASE)
        self._title = label(self.tr("Work"), "title")
        self._summary = label("", "muted")
        self._open = button(self.tr("Open"), self.open_current, kind="primary", name="openRequest")
        self._take = button(self.tr("Fetch evidence"), self.fetch, icon="download", name="takeOffline")
        self._take.setToolTip(self.tr("Fetch the evidence of the chosen requests"))
        head.addLayout(title_row(self._title, self._summary), 1)
        self._travel = button(self.tr("Take offline…"), self.departure.open, icon="cloud", name="openTravel")
        head.addWidget(self._take)
        head.addWidget(self._travel)
        head.addWidget(self._open)
        column.addLayout(head)
        column.addWidget(self._search)
        column.addWidget(self._fetching)
        column.addWidget(self.departure.strip)
        self._pages = QStackedWidget()
        # Pages that are not in front must not press the lines above them together.
        self._pages.setMinimumHeight(3 * spacing.TARGET)
        self._loading = label(self.tr("Reading your requests…"), "muted")
        self._loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty = EmptyState(
            "", "inbox-empty", (self.tr("Sync now"), lambda: self._actions.get("sync_now").trigger())
        )
        self._nothing = EmptyState("", "search", (self.tr("Clear the filter"), self._search.clear))
        self._failure = TroublePage()
        for page in (self._loading, self.list, self._empty, self._nothing, self._failure):
            self._pages.addWidget(page)
        column.addWidget(self._pages, 1)

    def _add_actions(self) -> None:
        add = self._actions.add
        menu = self.tr("&Request")
        add("work_open", self.tr("&Open the request"), self.open_current, group=menu, screen=self)
        fetch = add(
            "work_fetch",
            self.tr("&Fetch evidence"),
            self.fetch,
            shortcut="Ctrl+Shift+D",
            group=menu,
            screen=self,
            tip=self.tr("Download the evidence of the chosen requests, to work without a network"),
        )
        icons.dress(fetch, "download")
        add("work_filter", self.tr("Fi&lter the list"), self._focus_filter, shortcut="Ctrl+F; /", group=menu,
            screen=self)  # fmt: skip

    def _wire(self) -> None:
        self.list.activated.connect(self._open_index)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.selectionModel().selectionChanged.connect(self._chosen)
        self._search.textChanged.connect(self._filter)
        self._search.installEventFilter(self)
        self._fetching.told.connect(lambda says: self.told.emit(says, ""))
        self._fetching.refused.connect(self.refused)
        self._fetching.fetched.connect(self._fetched)
        self.departure.arrived.connect(self._came)
        self.departure.moved.connect(self._allow)
        self.departure.left.connect(self.entered)
        style.look().changed.connect(self._make_room)
        self.departure.allow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Where room is short, a button keeps its glyph and the summary gives way, before any words are cut."""
        self._take.setText(self._take.accessibleName())
        self._summary.show()
        buttons = (self._take, self._travel, self._open)
        room = self._sides.width() - sum(one.sizeHint().width() + spacing.BASE for one in buttons)
        room -= self._title.sizeHint().width() + spacing.BASE
        if room < self._summary.sizeHint().width():
            self._take.setText("")
            room += self.fontMetrics().horizontalAdvance(self._take.accessibleName())
            self._summary.setVisible(room >= self._summary.sizeHint().width())

    # -- Screen -----------------------------------------------------------------------------------------------

    def apply(self, changes: Changes) -> None:
        if changes.work:
            self.reload()
            self.departure.run.look_again()
            if self.departure.in_front and self.departure.page is not None:
                self.departure.page.read()

    def entered(self) -> None:
        if self.departure.in_front and self.departure.page is not None:
            self.departure.page.focus()
        elif self._pages.currentWidget() is self.list:
            self.list.setFocus()
        else:
            self._search.setFocus()

    def memory(self) -> dict[str, Any]:
        row = self.model.row_at(self.list.currentIndex())
        return {
            "filter": self._search.text(),
            "request": row.request_id if row else "",
            "scroll": self.list.verticalScrollBar().value(),
            "travel": self.departure.in_front,
        }

    def recall(self, memory: dict[str, Any]) -> None:
        self._wanted = dict(memory)
        self._search.setText(str(memory.get("filter", "")))
        if self._read:
            self._go_to_wanted()

    # -- reading ----------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the list again; while one reading is under way, another follows it."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        run_task(self, self._desk.work, self._show, self._could_not)

    def _show(self, rows: tuple[WorkRow, ...]) -> None:
        self._reading = False
        first, self._read = not self._read, True
        self._keeping_place(lambda: self.model.take(rows))
        if first:
            self._go_to_wanted()
        self._arrange()
        if first and self._search.hasFocus() and not self._search.text():
            # Nobody has typed while the rows were being read: begin in the list.
            self.entered()
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
        if not rows:
            self._empty.say(self._why_empty(self._desk.status()))
            self._pages.setCurrentWidget(self._empty)
        elif not self.model.shown:
            self._nothing.say(
                self.tr("No request matches “{text}”.").format(text=self._search.text().strip())
            )
            self._pages.setCurrentWidget(self._nothing)
        else:
            self._pages.setCurrentWidget(self.list)
        self._search.setEnabled(bool(rows))
        open_now = sum(row.group in _OPEN for row in rows)
        overdue = sum(row.group is Group.OVERDUE for row in rows)
        words = self.tr("1 to moderate") if open_now == 1 else self.tr("{n} to moderate").format(n=open_now)
        if overdue:
            words += " · " + self.tr("{n} overdue").format(n=overdue)
        self._summary.setText(words if rows else "")
        self._make_room()
        self.counted.emit(open_now)
        self.setAccessibleName(f"{self.tr('Work')}, {words}")

    def _why_empty(self, status: Status) -> str:
        if status.synced_at is not None:
            return self.tr("No moderation requests are assigned to you at the moment.")
        if status.reach is Reach.OFFLINE:
            return self.tr("Nothing has been fetched yet. Your requests appear here once there is a network.")
        return self.tr("Fetching your requests for the first time…")

    # -- choosing ---------------------------------------------------------------------------------------------

    def _keeping_place(self, change: Any) -> None:
        row = self.model.row_at(self.list.currentIndex())
        scroll = self.list.verticalScrollBar().value()
        if change():
            if row is not None:
                self._choose(self.model.index_of(row.request_id))
            if not self.list.currentIndex().isValid():
                self._choose(self.model.first())
            self.list.verticalScrollBar().setValue(scroll)
        self.departure.allow()

    def _go_to_wanted(self) -> None:
        wanted, self._wanted = self._wanted, {}
        index = self.model.index_of(str(wanted.get("request", "")))
        self._choose(index if index.isValid() else self.model.first())
        if "scroll" in wanted:
            self.list.executeDelayedItemsLayout()
            self.list.verticalScrollBar().setValue(int(wanted["scroll"]))
        if wanted.get("travel"):
            self.departure.open()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.list.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )

    def _chosen(self, _now: QItemSelection, _before: QItemSelection) -> None:
        self.departure.allow()

    def _allow(self) -> None:
        """What makes sense with what is chosen, while the list is in front."""
        readable = self._readable()
        listed = not self.departure.in_front
        may_open = len(self.chosen()) == 1 and bool(readable)
        self._actions.enable("work_open", listed and may_open)
        self._open.setEnabled(may_open)
        may_fetch = bool(readable) and not self._fetching.busy and not self.departure.run.busy
        self._actions.enable("work_fetch", listed and may_fetch)
        self._take.setEnabled(may_fetch)
        self._actions.enable("work_filter", listed)

    def _readable(self) -> list[WorkRow]:
        return [row for row in self.chosen() if not row.update_needed]

    def chosen(self) -> list[WorkRow]:
        """The chosen requests in the order of the list."""
        indexes = sorted(self.list.selectionModel().selectedIndexes(), key=lambda index: index.row())
        return [row for row in map(self.model.row_at, indexes) if row is not None]

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.open_current()
                return True
            if event.key() == Qt.Key.Key_Escape and self._search.text():
                self._search.clear()
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self._keeping_place(lambda: self.model.filter(text))
        if self._read:
            self._arrange()

    def _focus_filter(self) -> None:
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    # -- doing ------------------------------------------------------------------------------------------------

    def open_current(self) -> None:
        """Open the chosen request on the bench."""
        self._open_index(self.list.currentIndex())

    def _open_index(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if row is not None and not row.update_needed:
            self.wants.emit("bench", row.request_id, "")

    def fetch(self) -> None:
        """Fetch the evidence of every chosen request."""
        self._fetching.start(self._readable())
        self.departure.allow()

    def stop(self) -> None:
        """Ask a download under way to stop soon; what is here already stays, and can be gone on with."""
        self._fetching.stop()
        self.departure.run.pause()

    def _fetched(self, request_ids: object) -> None:
        assert isinstance(request_ids, frozenset)
        self._came(Changes(requests=request_ids, work=True))
        self.departure.allow()

    def _came(self, changes: Changes) -> None:
        self.apply(changes)
        self.changed.emit(changes)

    def _menu(self, at: QPoint) -> None:
        if self.model.row_at(self.list.indexAt(at)) is None:
            return
        menu = QMenu(self)
        menu.addAction(self._actions.get("work_open"))
        menu.addAction(self._actions.get("work_fetch"))
        menu.addAction(self._actions.get("travel_chosen"))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.list.viewport().mapToGlobal(at))


_OPEN = frozenset({Group.OVERDUE, Group.DUE_SOON, Group.IN_MODERATION})
"""Groups in which there is something to judge now."""
