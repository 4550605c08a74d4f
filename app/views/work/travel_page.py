"""*Take offline*: choose what to take, take it, and be told plainly whether one can leave."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.dates import moment
from app.domain.errors import KnownError
from app.views import style
from app.views.pages import TroublePage
from app.views.parts import EmptyState, Picture, announce, button, icon_button, label, title_row
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.tasks import run_task
from app.views.words import Elided, ElidedNames
from app.views.work.travel_model import Node, TravelModel, lines_of
from app.views.work.travel_outcome import Outcome
from app.views.work.travel_tree import TravelTree
from app.views.work.travel_words import need_words, outcome_words, progress_words, share
from app.views.work.travelling import State, Travelling
from app.workspace.travel_plan import TravelChoice, TravelPlan, TravelReport

if TYPE_CHECKING:
    from app.workspace.desk import Desk


READ_AGAIN_AFTER = 1_000
"""Milliseconds for which files that arrive are gathered before the lines say that they are here."""


class TravelPage(QWidget):
    """The page behind *Take offline…*. left(): the person wants to see the list of requests again."""

    left = Signal()

    def __init__(self, desk: Desk, run: Travelling) -> None:
        super().__init__()
        self.setObjectName("travelPage")
        self._desk = desk
        self._run = run
        self._reading = False
        self._again = False
        self._wanted: TravelChoice | None = None
        self._told: TravelReport | None = None
        self._also: frozenset[str] = frozenset()
        self._arrived = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(READ_AGAIN_AFTER)
        self._soon.timeout.connect(self.read)
        self.model = TravelModel(self)
        self.tree = TravelTree(self.model)
        self.outcome = Outcome()
        self._build()
        self._wire()
        self._draw()

    # -- building ---------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.BASE)
        head = QHBoxLayout()
        head.setSpacing(spacing.SNUG)
        self._back = icon_button("left", self.tr("Back to the list (Esc)"), self.left.emit, "travelBack")
        self._title = label(self.tr("Take offline"), "title")
        self._summary = Elided("", "muted")
        self.refresh = button(
            self.tr("Refresh before departure"), self._refresh, icon="sync", name="travelRefresh"
        )
        head.addWidget(self._back)
        head.addLayout(title_row(self._title, self._summary), 1)
        head.addWidget(self.refresh)
        column.addLayout(head)
        self._pages = QStackedWidget()
        # Pages that are not in front must not press the lines above them together.
        self._pages.setMinimumHeight(3 * spacing.TARGET)
        self._loading = label(self.tr("Reading what there is…"), "muted")
        self._loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty = EmptyState(
            self.tr("There is no request to take along."), press=(self.tr("Back to the list"), self.left.emit)
        )
        self._failure = TroublePage()
        for page in (self._loading, self.tree, self.outcome, self._empty, self._failure):
            self._pages.addWidget(page)
        column.addWidget(self._pages, 1)
        column.addWidget(self._build_foot())

    def _build_foot(self) -> QFrame:
        self._foot = QFrame()
        column = QVBoxLayout(self._foot)
        column.setContentsMargins(0, 0, 0, spacing.TIGHT)
        column.setSpacing(spacing.SNUG)
        self.doing = Elided()
        self.names = ElidedNames("small")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        column.addWidget(self.doing)
        column.addWidget(self.names)
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.setSpacing(spacing.SNUG)
        self._sign = Picture("warning", str(Tone.WARN))
        self.totals = label("", wrap=True)
        row.addWidget(self._sign)
        row.addWidget(self.totals, 1)
        self.start = button(self.tr("Start"), self.begin, kind="primary", icon="download", name="travelStart")
        self.start.setToolTip(self.tr("Refresh, fetch what is missing, and read every chosen file (Enter)"))
        self.pause = button(self.tr("Pause"), self._run.pause, name="travelPause")
        self.resume = button(self.tr("Resume"), self._run.resume, kind="primary", name="travelResume")
        self.cancel = button(self.tr("Cancel"), self._run.cancel, name="travelCancel")
        for press in (self.start, self.pause, self.resume, self.cancel):
            row.addWidget(press)
        column.addLayout(row)
        return self._foot

    def _wire(self) -> None:
        self.model.chosen.connect(self._count)
        self.tree.start_wanted.connect(self.begin)
        self.outcome.again.connect(self._refresh)
        self.outcome.choose.connect(self._choose_anew)
        self.outcome.leave.connect(self.left)
        style.look().changed.connect(self._make_room)
        self._run.moved.connect(self._moved)
        self._run.progressed.connect(self._draw_progress)
        self._run.ended.connect(self._ended)
        self._run.milestone.connect(lambda says: announce(self, says))

    # -- opening ----------------------------------------------------------------------------------------------

    def open(self, request_ids: Collection[str], *, only: bool = False) -> None:
        """Show what there is. request_ids: what is chosen in the list.

        only: exactly these are ticked; otherwise what was chosen the last time, and these if there was nothing.
        """
        memory = self._run.memory
        chosen = TravelChoice(frozenset(request_ids))
        if self._run.state is not State.IDLE:
            chosen = self._run.choice
        elif not only and memory is not None and memory.choice:
            chosen = memory.choice
        self._wanted = chosen
        known = frozenset(memory.numbers) if memory is not None else frozenset()
        self._also = frozenset(request_ids) | known | chosen.requests
        if only:
            self._run.set_aside_report()
        self.read()

    def read(self) -> None:
        """Read anew what there is; ticks, what is unfolded, and the place stay."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        also = self._also

        def work() -> tuple[TravelPlan, list[Node]]:
            plan = self._desk.travel.plan(also=also)
            return plan, lines_of(plan)

        run_task(self, work, self._show, self._could_not)

    def _show(self, read: tuple[TravelPlan, list[Node]]) -> None:
        plan, lines = read
        self._reading = False
        wanted, self._wanted = self._wanted, None
        choice = wanted if wanted is not None else self.model.choice
        unfolded = self._unfolded()
        scroll = self.tree.verticalScrollBar().value()
        node = self.model.node(self.tree.currentIndex())
        had_focus = self.tree.hasFocus() or self._loading is self._pages.currentWidget()
        self.model.show_plan(plan, lines, choice)
        self._unfold(unfolded, choice if wanted is not None else TravelChoice())
        current = self.model.index_of(node.key) if node is not None else self.model.index(0, 0)
        if wanted is not None and wanted.requests:
            first = (self.model.index_of(request.request_id) for request in plan.requests
                     if request.request_id in wanted.requests)  # fmt: skip
            current = next(first, current)
        if current.isValid():
            self.tree.setCurrentIndex(current)
        if wanted is None:
            self.tree.verticalScrollBar().setValue(scroll)
        self._summary.say(
            self.tr("as at {moment}").format(moment=moment(plan.as_at)) if plan.as_at is not None else ""
        )
        self._draw()
        if had_focus and self.isVisible():
            self.focus()
        if self._again:
            self._again = False
            self.read()

    def _could_not(self, error: KnownError) -> None:
        self._reading = False
        self._failure.tell(error, (self.tr("Try again"), self.read))
        self._pages.setCurrentWidget(self._failure)

    def _unfolded(self) -> set[str]:
        return {
            node.key
            for place in range(self.model.rowCount())
            for index in self._with_children(place)
            if self.tree.isExpanded(index) and (node := self.model.node(index)) is not None
        }

    def _with_children(self, place: int) -> list[QModelIndex]:
        top = self.model.index(place, 0)
        return [top, *(self.model.index(row, 0, top) for row in range(self.model.rowCount(top)))]

    def _unfold(self, keys: set[str], choice: TravelChoice) -> None:
        """What was unfolded before; a single request that was asked for is unfolded as well."""
        wanted = keys | (choice.requests if len(choice.requests) == 1 else frozenset())
        for key in wanted:
            index = self.model.index_of(key)
            if index.isValid():
                self.tree.expand(index)

    def focus(self) -> None:
        """Put the keyboard where work goes on."""
        page = self._pages.currentWidget()
        if page is self.outcome:
            self.outcome.focusable().setFocus()
        elif page is self.tree:
            self.tree.setFocus()
        else:
            self._back.setFocus()

    # -- doing ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start with what is ticked, or go on with a run that is paused."""
        if self._run.state is State.PAUSED:
            self._run.resume()
        elif self.start.isEnabled() and self.start.isVisibleTo(self):
            self._run.start(self.model.choice)

    def _refresh(self) -> None:
        self._run.refresh()

    def _choose_anew(self) -> None:
        self._run.set_aside_report()
        self.read()
        self.tree.setFocus()

    def _ended(self, report: TravelReport) -> None:
        announce(self, outcome_words(report))
        self._draw()
        self.read()
        if self.isVisible() and self._focus_is_here():
            self.outcome.focusable().setFocus()

    def _moved(self) -> None:
        self._draw()
        if self._run.state is State.PAUSED:
            self.read()

    # -- drawing ----------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        """Bring everything in line with the run."""
        run = self._run
        focused = self._focus_is_here()
        self.model.lock(run.state is not State.IDLE)
        self._put_page()
        settled = self._pages.currentWidget() is self.outcome
        self._foot.setVisible(not settled)
        for widget in (self.doing, self.names, self.bar):
            widget.setVisible(run.busy)
        stopping = run.state is State.STOPPING
        self._draw_progress()
        self.start.setVisible(run.state is State.IDLE)
        self.pause.setVisible(run.busy)
        self.pause.setEnabled(run.state is State.RUNNING)
        self.resume.setVisible(run.state is State.PAUSED)
        self.cancel.setVisible(run.state is not State.IDLE)
        self.cancel.setEnabled(not stopping)
        self._count()
        if focused and not self._focus_is_here():
            self._refocus()

    def _draw_progress(self) -> None:
        run = self._run
        if run.progress is not None and run.progress.done != self._arrived:
            self._arrived = run.progress.done
            if not self._soon.isActive():
                self._soon.start()
        value, end = share(run.progress)
        self.bar.setRange(0, end)
        self.bar.setValue(value)
        stopping = run.state is State.STOPPING
        self.doing.say(self.tr("Stopping…") if stopping else progress_words(run.progress))
        self.names.say_names(run.progress.names if run.progress is not None else ())

    def _put_page(self) -> None:
        plan = self.model.plan
        report = self._run.report
        if report is not None:
            if report is not self._told:
                self._told = report
                self.outcome.show_report(report)
            page: QWidget = self.outcome
        elif plan is None:
            page = self._loading
        else:
            page = self.tree if plan.requests else self._empty
        if page is not self._pages.currentWidget():
            self._pages.setCurrentWidget(page)

    def _count(self) -> None:
        plan = self.model.plan
        if plan is None:
            self.start.setEnabled(False)
            self.refresh.hide()
            return
        choice, memory = self.model.choice, self._run.memory
        need = plan.need(choice)
        # With other ticks than the last time it is a new start, not a refreshing.
        again = bool(choice) and memory is not None and memory.choice == choice
        self.refresh.setVisible(again and self._run.state is State.IDLE and self._run.report is None)
        self._make_room()
        words = need_words(need)
        if self._run.state is State.PAUSED:
            words = self.tr("Paused. What has arrived stays on this computer.")
        self.totals.setText("" if self._run.busy else words)
        self._sign.setVisible(not need.fits and self._run.state is State.IDLE)
        self.start.setEnabled(need.files > 0 and need.fits)

    def _make_room(self) -> None:
        """Where room is short, the button keeps its glyph alone before the words beside the title give way."""
        words = self.refresh.accessibleName()
        self.refresh.setText(words)
        room = self.width() - self._back.sizeHint().width() - self._title.sizeHint().width()
        room -= self.refresh.sizeHint().width() + 2 * spacing.SNUG + spacing.BASE
        if room < self.fontMetrics().horizontalAdvance(self._summary.whole):
            self.refresh.setText("")
        self.refresh.setToolTip("" if self.refresh.text() else words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _focus_is_here(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus) and focus.isVisible() and focus.isEnabled()

    def _refocus(self) -> None:
        """The button that had the keyboard is gone: go on with the one that took its place."""
        for one in (self.pause, self.resume, self.start):
            if one.isVisible() and one.isEnabled():
                one.setFocus()
                return
        self.focus()

    # -- keys -------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focus = QApplication.focusWidget()
            if isinstance(focus, QPushButton) and self.isAncestorOf(focus):
                focus.click()
            else:
                self.begin()
            return
        super().keyPressEvent(event)
