"""Every action with its keys, and a field to give it others."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.views import style
from app.views.actions import ActionRegistry
from app.views.parts import announce, button, heading_row, label
from app.views.style import spacing
from app.views.style.palette import Tone

_ID_ROLE = int(Qt.ItemDataRole.UserRole)


class KeyTable(QWidget):
    """remapped(dict): the person's own keys by action id, after each change."""

    remapped = Signal(object)

    def __init__(self, actions: ActionRegistry) -> None:
        super().__init__()
        self._actions = actions
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.SNUG)
        self.tree = QTreeWidget()
        self.tree.setObjectName("keyTable")
        self.tree.setAccessibleName(self.tr("Actions and their keys"))
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels([self.tr("Action"), self.tr("Menu"), self.tr("Keys")])
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        header = self.tree.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(False)
        self.tree.currentItemChanged.connect(self._chosen)
        column.addWidget(self.tree)
        self._words = QLabel(self.tr("New &key"))
        self.edit = QKeySequenceEdit()
        self.edit.setObjectName("keyEdit")
        self.edit.setMaximumSequenceLength(1)
        self.edit.setAccessibleName(self.tr("New key for the chosen action"))
        field = self.edit.findChild(QLineEdit)
        if field is not None:
            field.setAccessibleName(self.edit.accessibleName())
        self._words.setBuddy(self.edit)
        self._set = button(self.tr("Set"), self._set_keys, kind="primary", name="keySet")
        self._none = button(self.tr("No key"), lambda: self._put(""), name="keyNone")
        self._reset = button(self.tr("As delivered"), self._put_default, name="keyReset")
        row = heading_row(self._words, self.edit, self._set, self._none, self._reset)
        column.addLayout(row)
        self._says = label("", tone=Tone.BAD, wrap=True)
        self._says.hide()
        column.addWidget(self._says)
        self.edit.keySequenceChanged.connect(self._check)
        style.look().changed.connect(self._size)
        self.refresh()
        self._size()

    def refresh(self) -> None:
        """Show all actions with the keys they answer to now."""
        chosen = self._id()
        self.tree.clear()
        for entry in self._actions.all():
            item = QTreeWidgetItem([entry.text, entry.group.replace("&", ""), entry.keys])
            item.setData(0, _ID_ROLE, entry.id)
            self.tree.addTopLevelItem(item)
            if entry.id == chosen:
                self.tree.setCurrentItem(item)
        first = self.tree.topLevelItem(0)
        if self.tree.currentItem() is None and first is not None:
            self.tree.setCurrentItem(first)

    def choose(self, id: str) -> None:
        """Go to the row of an action."""
        for number in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(number)
            if item is not None and item.data(0, _ID_ROLE) == id:
                self.tree.setCurrentItem(item)

    def _id(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(0, _ID_ROLE)) if item is not None else ""

    def _size(self) -> None:
        em = self.fontMetrics().horizontalAdvance("n")
        self.tree.setColumnWidth(1, 14 * em)
        self.tree.setColumnWidth(2, 20 * em)
        self.tree.setMinimumHeight(10 * (self.fontMetrics().height() + 14))

    def _chosen(self, *_: object) -> None:
        id = self._id()
        keys = self._actions.keys_of(id) if id else ""
        sequences = QKeySequence.listFromString(keys) if keys else []
        self.edit.blockSignals(True)
        self.edit.setKeySequence(sequences[0] if sequences else QKeySequence())
        self.edit.blockSignals(False)
        self._says.hide()
        self._reset.setEnabled(bool(id) and id in self._actions.mapping)
        self._none.setEnabled(bool(keys))
        self._set.setEnabled(False)

    def _check(self, sequence: QKeySequence) -> None:
        clash = self._actions.clash(self._id(), sequence.toString())
        self._says.setVisible(clash is not None)
        if clash is not None:
            says = self.tr("{keys} already belongs to “{action}”. Choose another key.").format(
                keys=sequence.toString(QKeySequence.SequenceFormat.NativeText), action=clash.text
            )
            self._says.setText(says)
            announce(self._says, says)
        self._set.setEnabled(clash is None and not sequence.isEmpty())

    def _set_keys(self) -> None:
        self._put(self.edit.keySequence().toString())

    def _put(self, keys: str) -> None:
        mapping = self._actions.mapping
        mapping[self._id()] = keys
        self._take(mapping)

    def _put_default(self) -> None:
        mapping = self._actions.mapping
        mapping.pop(self._id(), None)
        clash = self._actions.clash(self._id(), self._actions.entry(self._id()).default)
        if clash is not None:
            # What took the key over in the meantime would answer to it as well.
            mapping.pop(clash.id, None)
        self._take(mapping)

    def _take(self, mapping: dict[str, str]) -> None:
        self._actions.remap(mapping)
        self.refresh()
        self._chosen()
        self.remapped.emit(mapping)
