"""What the banner slot tells of its own accord: demonstration, recovered work, and conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.dates import moment
from app.domain.errors import KnownError
from app.views.style.palette import Tone
from app.views.tasks import run_task
from app.workspace.comparing import Conflict
from app.workspace.snapshots import Changes

if TYPE_CHECKING:
    from app.views.shell.house import House


class News(QObject):
    """Fills the house's banner slot. News never takes the focus and never blocks."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._house = house
        self._looking = False
        self._due = False
        self._keys: tuple[str, ...] = ()
        self._open: tuple[Conflict, ...] = ()
        self._left_behind: frozenset[str] = frozenset()

    def begin(self) -> None:
        """What is to be told when a desk is opened."""
        desk, banner = self._house.desk, self._house.banner
        if desk.demo:
            says = self.tr("Demonstration: invented people, keys in a file. Not for real work.")
            banner.say("demo", says, Tone.INFO)
        saved = desk.recovered_at()
        if saved is not None:
            # Only what was written can be here again: no more than that is claimed.
            says = self.tr(
                "Touchstone did not close properly the last time. Your drafts are here as they were last saved, {when}."
            ).format(when=moment(saved))
            press = (self.tr("Show the drafts"), self._show_drafts)
            banner.say("recovered", says, Tone.GOOD, (press,), closable=True)

        broken_off = desk.adding.broken_off()
        if broken_off:
            told = " ".join(broken_off)
            says = self.tr("{told} Touchstone was closed while it was being added: attach it again.").format(
                told=told
            )
            banner.say("adding", says, Tone.WARN, closable=True)
        self._tell_left_behind()

    def _show_drafts(self) -> None:
        self._house.banner.clear("recovered")
        self._house.go("outbox")

    def _tell_left_behind(self) -> None:
        """Words that were not recorded before their request left are shown nowhere but in the Outbox."""
        keys = self._house.desk.left_behind()
        if keys and keys - self._left_behind:
            says = self.tr(
                "What you had not recorded for a request that is no longer yours is kept in the Outbox, under Drafts."
            )
            press = (self.tr("Show in the Outbox"), self._show_left_behind)
            self._house.banner.say("left", says, Tone.WARN, (press,), closable=True)
        if not keys:
            self._house.banner.clear("left")
        self._left_behind = keys

    def _show_left_behind(self) -> None:
        self._house.banner.clear("left")
        self._house.go("outbox")

    # -- conflicts --------------------------------------------------------------------------------------------

    def heard(self, changes: Changes) -> None:
        """Something changed: two versions may have met, or been decided. During a round of sync, which may bring
        page after page, it is looked for once, at its end.
        """
        if self._left_behind and not self._house.sync.running:
            self._tell_left_behind()
        if changes.requests or changes.work:
            self._due = True
            if not self._house.sync.running:
                self.look()

    def synced(self) -> None:
        """A round of sync came to its end."""
        self._tell_left_behind()
        if self._due:
            self.look()

    def look(self) -> None:
        """Look for conflicts off the GUI thread, and tell what is found. Never twice at once."""
        self._due = True
        if self._looking:
            return
        self._looking, self._due = True, False
        run_task(self, self._house.desk.conflicts.all, self._found, self._not_found)

    def _found(self, conflicts: tuple[Conflict, ...]) -> None:
        self._looking = False
        self._tell(conflicts)
        if self._due and not self._house.sync.running:
            self.look()

    def _not_found(self, error: KnownError) -> None:
        self._looking = False
        self._house.refuse(error)

    def _tell(self, conflicts: tuple[Conflict, ...]) -> None:
        keys = tuple(conflict.key for conflict in conflicts)
        if keys != self._keys:
            self._keys = keys
            # Rows of the Outbox and of the Work list say which of them wait to be compared.
            self._house.spread(Changes(outbox=True, work=True))
        self._open = tuple(conflict for conflict in conflicts if not conflict.closed)
        self.show()

    def show(self) -> None:
        """The banner as it must be on the screen in front; the Conflicts screen itself needs none."""
        if not self._open or self._house.where[0] == "conflicts":
            self._house.banner.clear("conflicts")
            return
        where = self._open[0].where.partition(":")[0]
        more = len(self._open) - 1
        if not more:
            says = self.tr("1 conflict: {where}. Everything else goes on.").format(where=where)
        else:
            says = self.tr("{count} conflicts: {where}, and {more} more. Everything else goes on.").format(
                count=more + 1, where=where, more=more
            )
        press = (self.tr("Compare…"), lambda: self._house.go("conflicts"))
        self._house.banner.say("conflicts", says, Tone.WARN, (press,), closable=True)
