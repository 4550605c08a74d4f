"""Everything of one signed-in person inside the window: the screens, and the ways between them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views.actions import ActionRegistry
from app.views.parts import BannerSlot, details_of
from app.views.screen import Screen, Unsaved
from app.views.shell.by_role import places_for
from app.views.shell.first_look import FirstLook
from app.views.shell.foot import Foot
from app.views.shell.midnight import Midnight
from app.views.shell.news import News
from app.views.shell.rail import Rail
from app.views.shell.rooms import Rooms
from app.views.shell.sync_clock import SyncClock
from app.views.sign_in.again import SignInAgain
from app.views.style.palette import Tone
from app.views.work.screen import WorkScreen
from app.workspace.snapshots import Changes, Reach, Status
from app.workspace.syncing import OFFLINE_CODES

if TYPE_CHECKING:
    from app.views.visits.list_screen import VisitsScreen
    from app.workspace.desk import Desk

MEMORY = "window"
"""The setting under which the house remembers where one was."""

SETTLE_AFTER = 2_000
"""Milliseconds after which sync begins and the other screens are made, even if the Work list is not there yet."""

BREATH = 50
"""Milliseconds in which the window paints and hears keys between two pieces of longer work on its thread."""

STATUS_EVERY = 1_000
"""Milliseconds after which the pill is compared with the truth, whatever happened."""

REMEMBER_EVERY = 3_000
"""Milliseconds after which the place one is at is written down, if it is another than before."""


class House(QWidget):
    """Rail, banner, screens and foot. Tells every screen what changed, whoever changed it.

    title(str): what the window should be called. help_wanted(): a screen asked for the help.
    """

    title = Signal(str)
    help_wanted = Signal()

    def __init__(self, desk: Desk, actions: ActionRegistry, look: FirstLook) -> None:
        super().__init__()
        self.desk = desk
        self._actions = actions
        self._asking: SignInAgain | None = None
        self._places = places_for(desk.person)
        self._home = self._places[0].id
        self._where = (self._home, "", "")
        self._came_from = self._where
        self._status: Status | None = None
        self._closed = False
        self._settled = False
        self.banner = BannerSlot()
        self.rail = Rail()
        self.stack = QStackedWidget()
        self.sync = SyncClock(desk, self)
        self.foot = Foot(sync=self.sync.now, open_outbox=lambda: self.go("outbox"))
        self.news = News(self)
        self._load_keys()
        self._memory: dict[str, Any] = desk.setting(MEMORY, {}) or {}
        self._rooms = Rooms(desk, actions, look, self._wire_screen)
        self._lay_out()
        self._fill_rail()
        self._wire()

    # -- building ---------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self.stack, 1)
        column.addLayout(middle, 1)
        column.addWidget(self.foot)

    def _fill_rail(self) -> None:
        words = {"work": self.tr("&Work"), "visits": self.tr("&Visits"), "outbox": self.tr("&Outbox"),
                 "settings": self.tr("&Settings")}  # fmt: skip
        menu = self.tr("&Go")
        for place in self._places:
            text, go = words[place.id], partial(self.go, place.id)
            button = self.rail.add(place.id, text.replace("&", ""), place.icon, go, last=place.last)
            self._actions.add(f"go_{place.id}", text, go, shortcut=place.keys, group=menu)
            button.setToolTip(f"{button.text()} ({place.keys})")
        self._actions.add("go_conflicts", self.tr("&Conflicts"), partial(self.go, "conflicts"),
                          shortcut="Ctrl+Shift+C", group=menu)  # fmt: skip
        self._actions.add("go_back", self.tr("&Back"), self.go_back, shortcut="Alt+Left", group=menu)

    def _wire(self) -> None:
        self.foot.toast.undo.connect(self.undo)
        self.sync.began.connect(self._sync_began)
        self.sync.ended.connect(self._sync_ended)
        self.sync.changes.connect(self.spread)
        self._pulse = QTimer(self)
        self._pulse.setInterval(STATUS_EVERY)
        self._pulse.timeout.connect(self._beat)
        # Where one is must be known after a crash as well; written only when it changed.
        self._place = QTimer(self)
        self._place.setInterval(REMEMBER_EVERY)
        self._place.timeout.connect(self._remember)
        self.midnight = Midnight(self.desk.today, self)
        self.midnight.new_day.connect(self._new_day)

    # -- screens ----------------------------------------------------------------------------------------------

    def room(self, name: str) -> Screen:
        """A screen by its name; made when it is first asked for."""
        return self._rooms.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The screens that this person has, by their names."""
        return self._rooms.names

    @property
    def screens(self) -> dict[str, Screen]:
        """All screens by their names."""
        return {name: self.room(name) for name in self._rooms.names}

    def _wire_screen(self, name: str, screen: Screen) -> None:
        screen.setObjectName(screen.objectName() or f"screen_{name}")
        screen.told.connect(self.tell)
        screen.refused.connect(self.refuse)
        screen.wants.connect(self.go)
        screen.changed.connect(partial(self._changed, screen))
        if isinstance(screen, WorkScreen):
            screen.counted.connect(self._count_work)
        elif name == "visits":
            cast("VisitsScreen", screen).counted.connect(self._count_visits)
        self.stack.addWidget(screen)
        screen.recall(self._memory.get("screens", {}).get(name, {}))

    def _settle_in(self) -> None:
        """What can wait until the first screen shows its rows: the first round of sync, and the other screens."""
        if not self._settled and not self._closed:
            self._settled = True
            self.sync.now()
            self.news.look()
            self._furnish()

    def _furnish(self) -> None:
        """One screen at a time, so that the one in front stays alive."""
        if not self._closed and self._rooms.furnish():
            QTimer.singleShot(BREATH, self, self._furnish)

    # -- beginning and end ------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Show what there is, go where one was, and begin to sync."""
        self.news.begin()
        what, request_id, sample_id = (*self._memory.get("where", []), "", "", "")[:3]
        self.go(what if what in self._rooms.names else self._home, request_id, sample_id)
        self.show_status()
        self._pulse.start()
        self._place.start()
        # The rows of the first list come first; a list that cannot be read does not keep the rest away.
        QTimer.singleShot(SETTLE_AFTER if self._where[0] == self._home else 0, self, self._settle_in)

    def flush(self) -> tuple[Unsaved, ...]:
        """Write every unsaved word and where one is. Returns what could not be written; it stays on its screen."""
        left = [screen.unsaved() for screen in self._rooms.made if not screen.save_now()]
        self._remember()
        return tuple(words for words in left if words is not None)

    def end(self) -> tuple[str, ...]:
        """Flush and stop all clocks. Returns names of handed-over copies that could not be removed."""
        if self._closed:
            return ()
        self._closed = True
        self.sync.stop()
        self._pulse.stop()
        self._place.stop()
        self.midnight.stop()
        for screen in self._rooms.made:
            screen.stop()
        self.flush()
        return self.desk.evidence.purge()

    # -- ways -------------------------------------------------------------------------------------------------

    @property
    def where(self) -> tuple[str, str, str]:
        """The screen in front, and the request and sample that were asked for with it."""
        return self._where

    def go(self, what: str, request_id: str = "", sample_id: str = "") -> None:
        """Bring a screen to the front; "bench" and "report" open that request there."""
        if what == "help":
            self.help_wanted.emit()
            return
        self.front().save_now()
        screen = self.room(what)
        try:
            self._rooms.open(what, request_id, sample_id)
        except KnownError as error:
            self.refuse(error)
            return
        if what == "conflicts" != self._where[0]:
            self._came_from = self._where
        self._where = (what, request_id or self._where[1], sample_id)
        self.stack.setCurrentWidget(screen)
        self.rail.bring_to_front(
            next((place.id for place in self._places if what in place.rooms), self._home)
        )
        self._actions.bring_to_front(screen)
        screen.entered()
        self.news.show()
        self._name_window()
        self._remember()

    def go_back(self) -> None:
        """From the report to the bench, from conflicts to where they were met, from anywhere else to one's list."""
        what, request_id, _ = self._where
        if what == "conflicts":
            self.go(*self._came_from)
        elif what == "report" and request_id:
            self.go("bench", request_id)
        elif what == "visit":
            self.go("visits")
        elif what != self._home:
            self.go(self._home)

    def front(self) -> Screen:
        """The screen that is in front."""
        return self.room(self._where[0])

    def zoom(self, step: int) -> bool:
        """Ctrl +, − and 0, offered to the screen in front first."""
        return self.front().zoom(step)

    def _name_window(self) -> None:
        names = {"work": self.tr("Work"), "outbox": self.tr("Outbox"), "settings": self.tr("Settings"),
                 "bench": self.tr("Bench"), "report": self.tr("Report"), "visits": self.tr("Visits"),
                 "visit": self.tr("Visit"),
                 "conflicts": self.tr("Conflicts")}  # fmt: skip
        self.title.emit(names[self._where[0]])

    # -- changes ----------------------------------------------------------------------------------------------

    def spread(self, changes: Changes, but: Screen | None = None) -> None:
        """Tell every screen, except the one that knows already."""
        for screen in self._rooms.made:
            if screen is not but:
                screen.apply(changes)
        self.news.heard(changes)
        self.show_status()

    def _changed(self, origin: Screen, changes: Changes) -> None:
        self.spread(changes, origin)
        self.sync.soon()

    def undo(self, act_id: str) -> None:
        """Take back an act that was not sent yet."""
        try:
            self.front().save_now()
            changes = self.desk.take_back(act_id)
        except KnownError as error:
            self.refuse(error)
            return
        self.spread(changes)
        self.tell(changes.said or self.tr("Undone"))
        self.sync.soon()

    def tell(self, message: str, undo_act: str = "") -> None:
        """Say something in passing."""
        self.foot.toast.say(message, undo_act)

    def refuse(self, error: KnownError) -> None:
        """Something went wrong: what happened, what to do, and the details to copy."""
        if error.code in OFFLINE_CODES:
            self.sync.now()  # so that the pill says what was met just now
        says = f"{error.says} {error.do}".strip()
        details = details_of(error) if error.details else ""
        self.banner.say("refused", says, Tone.BAD, details=details, closable=True)

    # -- syncing ----------------------------------------------------------------------------------------------

    def _sync_began(self) -> None:
        # What was just recorded is on its way now.
        self.foot.toast.forget_undo()
        self.show_status()

    def _sync_ended(self, error: KnownError | None) -> None:
        if error is None:
            self.foot.toast.forget_sent()
        self.news.synced()
        self.show_status()

    def _beat(self) -> None:
        """Files go their way beside the rounds of sync: the screens hear of it here."""
        moved = self.desk.own_files.moved()
        if moved != Changes():
            self.spread(moved)
            if self.desk.own_files.held_up():
                self.sync.now()  # whether the service can be reached at all, a round finds out
        self.show_status()

    def show_status(self) -> None:
        """Bring pill, badges and the trouble banner in line with the truth."""
        if self._closed:
            return
        status = self.desk.status()
        if self.sync.running and status.reach is not Reach.SIGNED_OUT:
            status = replace(status, reach=Reach.SYNCING)
        if status == self._status:
            return
        if self._status is not None and self._status.reach is not status.reach and status.queued:
            # The Outbox says on what each act waits.
            self.room("outbox").apply(Changes(outbox=True))
        self._status = status
        self.foot.show_status(status)
        waiting = status.queued + status.attention
        tone = Tone.BAD if status.attention else Tone.INFO
        says = self.tr("{n} waiting").format(n=waiting)
        self.rail.show_count("outbox", waiting, tone, says)
        self._show_trouble(status)

    def _show_trouble(self, status: Status) -> None:
        if not status.trouble:
            self.banner.clear("trouble")
            return
        press: tuple[str, Callable[[], object]]
        if status.reach is Reach.SIGNED_OUT:
            press = (self.tr("Sign in again"), self.ask_password)
        else:
            press = (self.tr("Try again"), self.sync.now)
        says = f"{status.trouble} {status.do}".strip()
        self.banner.say("trouble", says, Tone.WARN, (press,), details=status.details)

    def ask_password(self) -> None:
        """The service wants the password again."""
        if self._asking is not None:
            self._asking.raise_()
            return
        self._asking = SignInAgain(self, self.desk.person.email, self.desk.sign_in_again)
        self._asking.accepted.connect(self.sync.now)
        self._asking.finished.connect(self._asked)
        self._asking.open()

    def _asked(self) -> None:
        if self._asking is not None:
            self._asking.deleteLater()
            self._asking = None
        self.show_status()

    def _count_work(self, count: int) -> None:
        if self._home == "work":
            QTimer.singleShot(BREATH, self, self._settle_in)
        self.rail.show_count("work", count, Tone.INFO, self.tr("{n} to moderate").format(n=count))

    def _count_visits(self, count: int) -> None:
        if self._home == "visits":
            QTimer.singleShot(BREATH, self, self._settle_in)
        self.rail.show_count("visits", count, Tone.INFO, self.tr("{n} to act on").format(n=count))

    def _new_day(self) -> None:
        requests = frozenset({self._where[1]} - {""})
        self.spread(Changes(requests=requests, work=True, outbox=True))

    # -- memory -----------------------------------------------------------------------------------------------

    def _remember(self) -> None:
        kept: dict[str, Any] = dict(self._memory.get("screens", {}))
        kept.update(self._rooms.memory())
        memory = {"where": list(self._where), "screens": kept}
        if memory != self._memory:
            self._memory = memory
            with contextlib.suppress(KnownError):
                self.desk.put_setting(MEMORY, memory)

    def _load_keys(self) -> None:
        self._actions.remap(self.desk.setting("shortcuts", {}) or {})
        self._actions.set_letters(bool(self.desk.setting("letters", True)))
