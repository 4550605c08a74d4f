"""The one registry of actions. Menus, toolbar, palette, shortcuts and the cheat sheet are all read from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


@dataclass(slots=True)
class Entry:
    """One action as the registry knows it.

    default: the keys as delivered, in Qt's portable words, several parted by "; ".
    letter: a single key without Ctrl or Alt, which sleeps in text fields and can be switched off.
    screen: the action works only while this screen is in front; None works everywhere.
    """

    id: str
    action: QAction
    default: str
    group: str
    letter: bool
    screen: QWidget | None
    wanted: bool = True

    @property
    def text(self) -> str:
        """The action's words without the mark of its menu letter."""
        return self.action.text().replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")

    @property
    def keys(self) -> str:
        """The keys in force, as this platform writes them; empty when there are none."""
        return QKeySequence.listToString(self.action.shortcuts(), QKeySequence.SequenceFormat.NativeText)


class ActionRegistry(QObject):
    """All actions of one window.

    Text fields take plain letters before any shortcut sees them, so letters sleep there by Qt's own rule.
    """

    added = Signal(str)
    remapped = Signal()
    front_changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._entries: dict[str, Entry] = {}
        self._keys: dict[str, str] = {}
        self._letters = True
        self._front: QWidget | None = None

    def add(
        self,
        id: str,
        text: str,
        handler: Callable[[], object],
        *,
        shortcut: str = "",
        group: str = "",
        letter: bool = False,
        tip: str = "",
        screen: QWidget | None = None,
        checkable: bool = False,
        repeat: bool = False,
    ) -> QAction:
        """Make an action known. ``group`` is the menu it stands in; ``text`` may carry ``&`` and ``…``.

        repeat: a key held down does it again and again; only for moving, never for anything that is recorded.
        screen: enabled only while that screen is in front. Use ``enable`` (not ``setEnabled``) for the rest.
        A handler is called without arguments. Raises ValueError when the id is taken.
        """
        if id in self._entries:
            raise ValueError(f"there is already an action called {id}")
        action = QAction(text, self)
        action.setObjectName(id)
        action.setCheckable(checkable)
        action.setAutoRepeat(repeat)
        if tip:
            action.setToolTip(tip)
            action.setStatusTip(tip)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _checked=False: handler())
        entry = Entry(id, action, shortcut, group, letter, screen)
        self._entries[id] = entry
        self._window.addAction(action)
        self._apply_keys(entry)
        self._apply_enabled(entry)
        self.added.emit(id)
        return action

    def all(self) -> tuple[Entry, ...]:
        """Every action in the order in which it was added."""
        return tuple(self._entries.values())

    def get(self, id: str) -> QAction:
        """The action of that id; KeyError when there is none."""
        return self._entries[id].action

    def entry(self, id: str) -> Entry:
        return self._entries[id]

    def enable(self, id: str, wanted: bool) -> None:
        """Whether the action makes sense now. It stays disabled anyway while its screen is not in front."""
        entry = self._entries[id]
        entry.wanted = wanted
        self._apply_enabled(entry)

    def bring_to_front(self, screen: QWidget | None) -> None:
        """The screen that is in front from now on; actions of other screens sleep."""
        self._front = screen
        for entry in self._entries.values():
            self._apply_enabled(entry)
        self.front_changed.emit()

    @property
    def front(self) -> QWidget | None:
        """The screen that is in front."""
        return self._front

    @property
    def letters_on(self) -> bool:
        return self._letters

    def set_letters(self, on: bool) -> None:
        """Switch single-letter shortcuts on or off."""
        self._letters = on
        self._apply_all_keys()

    @property
    def mapping(self) -> dict[str, str]:
        """Ids whose keys the person chose, with those keys; an empty text means *no key*."""
        return dict(self._keys)

    def remap(self, mapping: Mapping[str, str]) -> None:
        """Take over the person's own keys. Ids that no longer exist are kept for when they come back."""
        self._keys = dict(mapping)
        self._apply_all_keys()

    def keys_of(self, id: str) -> str:
        """The keys meant for an action (portable words), whether or not letters are switched on."""
        return self._keys.get(id, self._entries[id].default)

    def clash(self, id: str, keys: str) -> Entry | None:
        """Another action that already answers to one of these keys, or None."""
        wanted = {key.toString() for key in QKeySequence.listFromString(keys)}
        for entry in self._entries.values():
            if entry.id == id or (entry.screen and self._entries[id].screen not in (None, entry.screen)):
                continue
            theirs = {key.toString() for key in QKeySequence.listFromString(self.keys_of(entry.id))}
            if wanted & theirs:
                return entry
        return None

    def _apply_all_keys(self) -> None:
        for entry in self._entries.values():
            self._apply_keys(entry)
        self.remapped.emit()

    def _apply_keys(self, entry: Entry) -> None:
        keys = self.keys_of(entry.id)
        sequences = QKeySequence.listFromString(keys) if keys else []
        if not self._letters:
            sequences = [sequence for sequence in sequences if not _is_letter(sequence)]
        entry.action.setShortcuts(sequences)

    def _apply_enabled(self, entry: Entry) -> None:
        here = entry.screen is None or entry.screen is self._front
        entry.action.setEnabled(entry.wanted and here)


def _is_letter(sequence: QKeySequence) -> bool:
    """Whether the first key is typed plainly: no Ctrl, Alt or Meta, and a key that could stand in a text."""
    first = sequence.toString().split(", ")[0]
    return len(first.removeprefix("Shift+")) == 1
