"""The tree of what can be taken along: request, sample, file; each with a box to tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt, Signal

from app.views.rows import Index
from app.views.words import plain_tip
from app.views.work.sizes import size_words
from app.workspace.travel_plan import TravelChoice, TravelFile, TravelGroup, TravelPlan, TravelRequest

NODE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The Node behind an index."""

NAME, STATE, SIZE = range(3)

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(slots=True)
class Node:
    """One line: what it stands for, and where it is. ``number``: its place in the model's own list."""

    item: TravelRequest | TravelGroup | TravelFile
    number: int
    row: int
    parent: Node | None
    children: list[Node] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What the line is found again by after a new reading."""
        if isinstance(self.item, TravelRequest):
            return self.item.request_id
        return self.item.key if isinstance(self.item, TravelGroup) else self.item.id

    @property
    def files(self) -> Sequence[TravelFile]:
        return (self.item,) if isinstance(self.item, TravelFile) else self.item.files

    @property
    def can_come(self) -> list[TravelFile]:
        return [file for file in self.files if file.can_come]

    @property
    def request_id(self) -> str:
        return self.item.evidence.request_id if isinstance(self.item, TravelFile) else self.item.request_id


def lines_of(plan: TravelPlan) -> list[Node]:
    """The lines of a plan, from top to bottom. Needs no window, and may take a while for very many requests."""
    lines: list[Node] = []

    def add(item: TravelRequest | TravelGroup | TravelFile, parent: Node | None, row: int) -> Node:
        node = Node(item, len(lines), row, parent)
        lines.append(node)
        if parent is not None:
            parent.children.append(node)
        return node

    for place, request in enumerate(plan.requests):
        top = add(request, None, place)
        for row, group in enumerate(request.groups):
            middle = add(group, top, row)
            for number, file in enumerate(group.files):
                add(file, middle, number)
    return lines


class TravelModel(QAbstractItemModel):
    """Holds the plan and what is ticked. chosen(): a tick changed.

    A line that cannot come along has no box to tick, yet can be gone to, so that its reason can be read.
    """

    chosen = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[Node] = []
        self._roots: list[Node] = []
        self._by_key: dict[str, Node] = {}
        self._whole: set[str] = set()
        self._single: set[str] = set()
        self._locked = False
        self.plan: TravelPlan | None = None

    # -- what the screen does ---------------------------------------------------------------------------------

    def show_plan(self, plan: TravelPlan, lines: list[Node], choice: TravelChoice) -> None:
        """Another plan with its lines, and this choice ticked in it."""
        self.beginResetModel()
        self.plan = plan
        self._whole, self._single = set(choice.requests), set(choice.evidence)
        self._nodes = lines
        self._roots = [node for node in lines if node.parent is None]
        self._by_key = {node.key: node for node in lines}
        self.endResetModel()

    def lock(self, locked: bool) -> None:
        """Whether ticks stay as they are, such as while the files are under way."""
        if locked != self._locked:
            self._locked = locked
            self._redraw()

    @property
    def locked(self) -> bool:
        return self._locked

    @property
    def choice(self) -> TravelChoice:
        """What is ticked, as far as it is in the plan. A request without anything to take is never part of it."""
        whole = {key for key in self._whole if key in self._by_key and self._by_key[key].can_come}
        single = {key for key in self._single if key in self._by_key and self._by_key[key].can_come}
        return TravelChoice(
            frozenset(whole),
            frozenset(key for key in single if self._by_key[key].request_id not in whole),
        )

    def choose(self, choice: TravelChoice) -> None:
        """Tick exactly this."""
        self._whole, self._single = set(choice.requests), set(choice.evidence)
        self._redraw()
        self.chosen.emit()

    def toggle(self, index: Index) -> bool:
        """Tick everything under this line, or nothing if all of it was ticked. False when it has no box."""
        node = self.node(index)
        if node is None or self._locked or not node.can_come:
            return False
        tick = self.state(node) is not Qt.CheckState.Checked
        top = node
        while top.parent is not None:
            top = top.parent
        if node.request_id in self._whole:
            self._whole.discard(node.request_id)
            self._single.update(file.id for file in top.can_come)
        change = {file.id for file in node.can_come}
        self._single = self._single | change if tick else self._single - change
        if all(file.id in self._single for file in top.can_come):
            # The whole of a request: what the centre adds to it later comes along as well.
            self._single -= {file.id for file in top.can_come}
            self._whole.add(node.request_id)
        self._redraw(node)
        self.chosen.emit()
        return True

    def index_of(self, key: str, column: int = NAME) -> QModelIndex:
        """Where a request, group or file stands; an invalid index when it is not here."""
        node = self._by_key.get(key)
        return QModelIndex() if node is None else self.createIndex(node.row, column, node.number)

    def _redraw(self, node: Node | None = None) -> None:
        """Tell that ticks changed: everywhere, or on this line, above it and below it."""
        self._changed(self._roots)
        if node is None:
            for each in self._nodes:
                self._changed(each.children)
            return
        while node.parent is not None:
            self._changed(node.parent.children)
            node = node.parent
        for child in node.children:
            self._changed(child.children)

    def _changed(self, nodes: Sequence[Node]) -> None:
        if nodes:
            first, last = nodes[0], nodes[-1]
            self.dataChanged.emit(
                self.createIndex(first.row, NAME, first.number), self.createIndex(last.row, SIZE, last.number)
            )

    # -- what the view asks -----------------------------------------------------------------------------------

    def node(self, index: Index) -> Node | None:
        return self._nodes[index.internalId()] if index.isValid() else None

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        above = self.node(parent) if parent is not None else None
        nodes = above.children if above is not None else self._roots
        if not (0 <= row < len(nodes) and 0 <= column <= SIZE):
            return QModelIndex()
        return self.createIndex(row, column, nodes[row].number)

    def parent(self, index: Index | None = None) -> Any:
        if index is None:
            return super().parent()
        node = self.node(index)
        if node is None or node.parent is None:
            return QModelIndex()
        return self.createIndex(node.parent.row, NAME, node.parent.number)

    def rowCount(self, parent: Index | None = None) -> int:
        if parent is None or not parent.isValid():
            return len(self._roots)
        node = self.node(parent)
        return len(node.children) if node is not None and parent.column() == NAME else 0

    def columnCount(self, parent: Index | None = None) -> int:
        return SIZE + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        node = self.node(index)
        if node is None:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == NAME and node.can_come and not self._locked:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        node = self.node(index)
        if node is None:
            return None
        column = index.column()
        if role == NODE_ROLE:
            return node
        if role == Qt.ItemDataRole.CheckStateRole:
            return self.state(node) if column == NAME else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column == SIZE else None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.name, self.words, self.size)[column](node)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.spoken(node) if column == NAME else (self.name, self.words, self.size)[column](node)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.told(node))
        return None

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        """Any press on a box turns it over; which way, the box itself knows."""
        return role == Qt.ItemDataRole.CheckStateRole and self.toggle(index)

    def state(self, node: Node) -> Qt.CheckState:
        """Ticked when all of it is that can come along; a mere link never is."""
        files = node.can_come
        ticked = sum(self._ticked(file) for file in files)
        if not ticked:
            return Qt.CheckState.Unchecked
        return Qt.CheckState.Checked if ticked == len(files) else Qt.CheckState.PartiallyChecked

    def _ticked(self, file: TravelFile) -> bool:
        return file.evidence.request_id in self._whole or file.id in self._single

    # -- words ------------------------------------------------------------------------------------------------

    def name(self, node: Node) -> str:
        item = node.item
        if isinstance(item, TravelRequest):
            return f"{item.number} · {item.centre}"
        if isinstance(item, TravelGroup):
            if item.sample is None:
                return item.title or self.tr("For the whole request")
            return self.tr("Sample {n}: {learner}, unit {unit}").format(
                n=item.sample.position, learner=item.sample.learner_name, unit=item.sample.unit_code
            )
        return item.evidence.name or item.evidence.kind.words

    def words(self, node: Node) -> str:
        """How it stands, in few words."""
        item = node.item
        if isinstance(item, TravelFile):
            if not item.can_come:
                return self.tr("Only a link")
            return self.tr("On this computer") if item.here else self.tr("To fetch")
        files = node.can_come
        missing = sum(not file.here for file in files)
        if not node.files:
            return self.tr("No evidence yet")
        if not files:
            return self.tr("Only links")
        if not missing:
            return self.tr("On this computer")
        if missing == len(files):
            return self.tr("To fetch")
        return self.tr("{n} of {all} to fetch").format(n=missing, all=len(files))

    def size(self, node: Node) -> str:
        files = node.can_come
        return size_words(sum(file.evidence.size for file in files)) if files else ""

    def told(self, node: Node) -> str:
        """Everything about a line, for its tool tip."""
        item = node.item
        if isinstance(item, TravelFile) and not item.can_come:
            return self.tr("{name}\nCannot come along: {reason}").format(
                name=self.name(node), reason=item.reason
            )
        parts = [self.name(node)]
        if isinstance(item, TravelRequest) and item.due:
            parts.append(item.due)
        if isinstance(item, TravelFile):
            parts.append(item.evidence.kind.words)
        parts.append(", ".join(part for part in (self.words(node), self.size(node)) if part))
        return "\n".join(parts)

    def spoken(self, node: Node) -> str:
        """What a screen reader says: the tick comes right after the name."""
        item = node.item
        parts = [self.name(node)]
        if not node.can_come:
            if isinstance(item, TravelFile):
                parts.append(self.tr("cannot come along, {reason}").format(reason=item.reason))
            else:
                parts += [self.tr("nothing to take along"), self.words(node)]
            return ", ".join(parts)
        parts.append(
            {
                Qt.CheckState.Checked: self.tr("ticked"),
                Qt.CheckState.PartiallyChecked: self.tr("partly ticked"),
                Qt.CheckState.Unchecked: self.tr("not ticked"),
            }[self.state(node)]
        )
        if isinstance(item, TravelRequest) and item.due:
            parts.append(item.due)
        if isinstance(item, TravelFile):
            parts.append(item.evidence.kind.words)
        return ", ".join((*parts, self.words(node), self.size(node)))
