"""The Outbox screen: every act and draft with its reason in plain words, and what can be done about it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPoint, QStandardPaths, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
)

from app.domain.dates import moment
from app.domain.errors import KnownError
from app.views.actions import ActionRegistry
from app.views.outbox.button_rows import ButtonRows
from app.views.outbox.discarding import DiscardDraft
from app.views.outbox.model import STATE_TONES, OutboxDelegate, OutboxModel
from app.views.pages import ScrollPage
from app.views.parts import Badge, EmptyState, button, label, title_row
from app.views.rows import HeadedList
from app.views.screen import Screen
from app.views.style import icons, spacing
from app.views.tasks import run_task
from app.workspace.snapshots import Changes, OutboxRow, OutboxState

if TYPE_CHECKING:
    from app.workspace.desk import Desk


LEAST_LIST = 160
"""Device-independent pixels of height that the list keeps."""

_ICONS = {
    "compare": "compare",
    "retry": "sync",
    "take_back": "undo",
    "export": "export",
    "discard": "trash",
    "copy": "copy",
}


class OutboxScreen(Screen):
    """Drafts, what is queued, sent, taken back, and what needs attention."""

    def __init__(self, desk: Desk, actions: ActionRegistry) -> None:
        super().__init__()
        self._desk = desk
        self._actions = actions
        self._arranging = False
        self._picked = False
        self.model = OutboxModel(self)
        self.list = HeadedList("outboxList", self.tr("Outbox"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(OutboxDelegate(self.list, self.model))
        self._build()
        self._add_actions()
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.list.activated.connect(self.fix)
        self.list.customContextMenuRequested.connect(self._menu)
        self.reload()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.WIDE, spacing.ROOMY, spacing.WIDE, spacing.ROOMY)
        column.setSpacing(spacing.BASE)
        self._summary = label("", "muted")
        column.addLayout(title_row(label(self.tr("Outbox"), "title"), self._summary))
        self._pages = QStackedWidget()
        full = ScrollPage(sideways=False)
        full.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # In a small window with large letters list and card keep their heights, and the page scrolls.
        self.list.setMinimumHeight(LEAST_LIST)
        inside = QVBoxLayout(full.page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(spacing.BASE)
        inside.addWidget(self.list, 1)
        inside.addWidget(self._card())
        self._empty = EmptyState(
            self.tr("Nothing waits here. What you record appears in the Outbox until the service has it."),
            "outbox",
        )
        self._pages.addWidget(full)
        self._pages.addWidget(self._empty)
        column.addWidget(self._pages, 1)

    def _card(self) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(spacing.ROOMY, spacing.BASE, spacing.ROOMY, spacing.BASE)
        column.setSpacing(spacing.SNUG)
        head = QHBoxLayout()
        head.setSpacing(spacing.BASE)
        self._what = label("", "heading", wrap=True)
        self._badge = Badge()
        head.addWidget(self._what, 1)
        head.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        self._why = label("", wrap=True)
        self._why.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._why.setAccessibleName(self.tr("Reason"))
        column.addLayout(head)
        column.addWidget(self._why)
        self._fix = button(self.tr("Open"), self.fix, kind="primary", name="outboxFix")
        self._compare = button(self.tr("Compare…"), self.compare, icon="compare", name="outboxCompare")
        self._retry = button(self.tr("Retry"), self.retry, icon="sync", name="outboxRetry")
        self._take_back = button(self.tr("Take back"), self.take_back, icon="undo", name="outboxTakeBack")
        self._export = button(self.tr("Export a copy…"), self.export, icon="export", name="outboxExport")
        self._discard = button(
            self.tr("Discard…"), self.discard, kind="danger", icon="trash", name="outboxDiscard"
        )
        self._copy = button(self.tr("Copy details"), self.copy, kind="quiet", icon="copy", name="outboxCopy")
        column.addWidget(
            ButtonRows(
                (
                    self._fix,
                    self._compare,
                    self._retry,
                    self._take_back,
                    self._export,
                    self._discard,
                    self._copy,
                )
            )
        )
        return card

    def _add_actions(self) -> None:
        add = self._actions.add
        menu = self.tr("&Outbox")
        add("outbox_fix", self.tr("&Open where it belongs"), self.fix, group=menu, screen=self)
        add("outbox_compare", self.tr("Compare the &versions…"), self.compare, group=menu, screen=self)
        add("outbox_retry", self.tr("&Retry"), self.retry, group=menu, screen=self)
        add(
            "outbox_take_back",
            self.tr("&Take back"),
            self.take_back,
            shortcut="Del",
            group=menu,
            screen=self,
            tip=self.tr("Undo what was not sent yet; a judgement's text becomes a draft again"),
        )
        add("outbox_export", self.tr("&Export a copy…"), self.export, group=menu, screen=self)
        add("outbox_discard", self.tr("&Discard the draft…"), self.discard, group=menu, screen=self)
        add("outbox_copy", self.tr("&Copy details"), self.copy, group=menu, screen=self)
        for id, icon in _ICONS.items():
            icons.dress(self._actions.get(f"outbox_{id}"), icon)

    # -- Screen -----------------------------------------------------------------------------------------------

    def apply(self, changes: Changes) -> None:
        # Out of sight nothing is read: it is read anew once the person comes here.
        if changes.outbox and self.isVisible():
            self.reload()

    def entered(self) -> None:
        self.reload()
        self.list.setFocus()

    def memory(self) -> dict[str, Any]:
        row = self.current() if self._picked else None
        return {"row": self.model.key(row) if row else ""}

    def recall(self, memory: dict[str, Any]) -> None:
        index = self.model.index_of(str(memory.get("row", "")))
        self._picked = index.isValid()
        self._choose(index)

    # -- showing ----------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the Outbox again and redraw what changed. What a person picked stays picked, else the first is."""
        rows = self._desk.outbox()
        former = self.current() if self._picked else None
        place = self.list.currentIndex().row()
        scroll = self.list.verticalScrollBar().value()
        self._arranging = True
        anew = self.model.take(rows, self._desk.today())
        self._arranging = False
        if anew and former is not None:
            self._choose(self.model.index_of(self.model.key(former)))
            if self.current() is None:
                # What stood here is gone: stay at the same place of the list.
                near = self.model.index(min(max(place, 1), self.model.rowCount() - 1))
                self._choose(near if self.model.row_at(near) else self.model.first())
            self.list.verticalScrollBar().setValue(scroll)
        elif former is None:
            self._choose(self.model.first())
            self.list.scrollToTop()
        self._pages.setCurrentIndex(0 if rows else 1)
        self._summary.setText(self._summary_words(rows))
        self._chosen()

    def _summary_words(self, rows: tuple[OutboxRow, ...]) -> str:
        waiting = sum(row.state in (OutboxState.QUEUED, OutboxState.SENDING) for row in rows)
        troubled = sum(row.state is OutboxState.ATTENTION for row in rows)
        parts = []
        if troubled:
            one = self.tr("1 needs attention")
            parts.append(one if troubled == 1 else self.tr("{n} need attention").format(n=troubled))
        if waiting:
            parts.append(self.tr("{n} waiting to be sent").format(n=waiting))
        elif rows and not troubled:
            parts.append(self.tr("Everything recorded has been sent"))
        return " · ".join(parts)

    def current(self) -> OutboxRow | None:
        """The row that is chosen."""
        return self.model.row_at(self.list.currentIndex())

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self._arranging = True
            self.list.setCurrentIndex(index)
            self._arranging = False

    def _current_changed(self) -> None:
        self._picked = self._picked or not self._arranging
        self._chosen()

    def _chosen(self) -> None:
        row = self.current()
        if row is not None:
            tone, icon = STATE_TONES[row.state]
            self._what.setText(row.what)
            self._why.setText("\n".join((row.why, moment(row.at))) if row.why else moment(row.at))
            self._badge.say(self.model.group_words(row.state), tone, icon)
            self._fix.setText(self.tr("Fix") if row.state is OutboxState.ATTENTION else self.tr("Open"))
            self._fix.setAccessibleName(self._fix.text())
            self._fix.updateGeometry()
        for id, widget, can in (
            ("fix", self._fix, row is not None and bool(row.request_id) and not row.gone),
            ("compare", self._compare, row is not None and row.compare),
            ("retry", self._retry, row is not None and row.can_retry),
            ("take_back", self._take_back, row is not None and row.can_take_back),
            ("export", self._export, row is not None),
            ("discard", self._discard, row is not None and row.gone and bool(row.draft_key)),
            ("copy", self._copy, row is not None),
        ):
            self._actions.enable(f"outbox_{id}", can)
            widget.setEnabled(can)
            # What is rarely possible is not in the way the rest of the time.
            if widget in (self._compare, self._discard):
                widget.setVisible(can)

    # -- doing ------------------------------------------------------------------------------------------------

    def fix(self) -> None:
        """Go to where the chosen thing can be mended."""
        row = self.current()
        if row is None or not row.request_id or row.gone:
            return
        if row.about_visit:
            self.wants.emit("visit", row.request_id, "report" if row.about_report else row.sample_id)
        else:
            self.wants.emit("report" if row.about_report else "bench", row.request_id, row.sample_id)

    def compare(self) -> None:
        """Go and decide between the two versions of the chosen thing."""
        row = self.current()
        if row is not None and row.compare:
            self.wants.emit("conflicts", row.request_id, row.sample_id)

    def discard(self) -> None:
        """Ask, then throw away the chosen draft, whose request is no longer this person's."""
        row = self.current()
        if row is None or not (row.gone and row.draft_key):
            return
        question = DiscardDraft(self, row.what)
        question.agreed.connect(lambda: self._do(lambda: self._desk.discard_draft(row.draft_key)))
        question.open()

    def retry(self) -> None:
        """Offer the chosen act to the service again."""
        row = self.current()
        if row is not None and row.can_retry:
            self._do(lambda: self._desk.retry(row.act_id))

    def take_back(self) -> None:
        """Undo the chosen act, which was not sent yet."""
        row = self.current()
        if row is not None and row.can_take_back:
            self._do(lambda: self._desk.take_back(row.act_id))

    def _do(self, deed: Any) -> None:
        try:
            changes: Changes = deed()
        except KnownError as error:
            self.refused.emit(error)
            self.reload()
            return
        if changes.said:
            self.told.emit(changes.said, "")
        self.apply(changes)
        self.changed.emit(changes)

    def copy(self) -> None:
        """Put what the chosen row says on the clipboard."""
        row = self.current()
        if row is not None:
            lines = (
                row.what,
                self.model.group_words(row.state),
                row.why,
                moment(row.at),
                self.model.key(row),
            )
            QGuiApplication.clipboard().setText("\n".join(line for line in lines if line))
            self.told.emit(self.tr("Copied"), "")

    def export(self) -> None:
        """Ask where to, then write the whole text of the chosen thing as a readable file."""
        row = self.current()
        if row is None:
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = re.sub(r"[^\w .-]+", "", row.what.replace(":", " -")).strip()[:80] or "copy"
        dialog = QFileDialog(self, self.tr("Export a copy"), str(Path(folder) / f"{name}.txt"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Text (*.txt)"))
        dialog.setDefaultSuffix("txt")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.export_to(self.model.key(row), Path(chosen)))
        dialog.open()

    def export_to(self, key: str, path: Path) -> None:
        """Write a copy of that act or draft to a path."""
        run_task(
            self,
            lambda: self._desk.export_copy(key, path),
            lambda written: self.told.emit(self.tr("Copy written to {path}").format(path=written), ""),
            self.refused.emit,
        )

    def _menu(self, place: QPoint) -> None:
        if self.model.row_at(self.list.indexAt(place)) is None:
            return
        menu = QMenu(self)
        for id in ("fix", *_ICONS):
            action = self._actions.get(f"outbox_{id}")
            if id not in ("compare", "discard") or action.isEnabled():
                menu.addAction(action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.list.viewport().mapToGlobal(place))
