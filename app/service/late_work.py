"""How far a device is believed about what it had seen: work recorded before its author could know still counts.

A device names the feed number it had seen, and the tag of a head at or after it. A tag that is not known here, like a
number beyond the head, comes from a day that a restored backup lost: the numbers of that day mean other things now.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.acts import Act
from app.domain.clocks import late_work_counts
from app.domain.people import Grant, Person, Role
from app.service import tables as t
from app.service.scope import ALL_DEVICES, readable_roots
from app.service.tokens import Visit


class LateWork:
    """What one author held and may, now and when an act of theirs was recorded. Asked inside a push's transaction.

    ``request_ids``: requests or reviews whose memberships are read together, at once.
    """

    def __init__(
        self, connection: Connection, author: Visit, now: datetime, request_ids: Iterable[str]
    ) -> None:
        self._connection = connection
        self._person = author.person
        self._device_id = author.device_id
        self._now = now
        held = readable_roots(author.person.id, author.device_id, now)
        roots = list(request_ids)
        self._held: set[str] = set()
        if roots:
            self._held.update(connection.scalars(held.where(t.memberships.c.root.in_(roots))))
        self._head: int | None = None
        self._tags: dict[str, bool] = {}
        self._roles: list[Row[Any]] | None = None

    def holds(self, request_id: str, act: Act) -> bool:
        """Whether the author holds the request on the device at hand, now or when the act was recorded."""
        return request_id in self._held or self.held_then(request_id, act)

    def held_then(self, request_id: str, act: Act) -> bool:
        """Whether the author held the request on this device at what the act had seen.

        Someone it was taken from since counts as long as ``late_work_counts`` says. Of a lost day nobody can say what
        was held when: then having held it at some time before counts, within the same days.
        """
        table = t.scope_log
        for device_id in (ALL_DEVICES, self._device_id):
            events = select(table.c.entered, table.c.at).where(
                table.c.person == self._person.id, table.c.root == request_id, table.c.device == device_id
            )
            newest_first = events.order_by(table.c.n.desc()).limit(1)
            before = newest_first.where(table.c.n <= act.seen)
            if not self.knows_past_of(act):
                before = before.where(table.c.entered)
            if self._connection.scalar(before):
                last = self._connection.execute(newest_first).one()
                left_at = self._ended_at(request_id, device_id) if last.entered else last.at
                if late_work_counts(left_at, self._now):
                    return True
        return False

    def author_then(self, act: Act) -> Person:
        """The author with no roles but those taken from them since what the act had seen, while that counts."""
        if self._roles is None:
            table = t.roles_taken
            self._roles = list(
                self._connection.execute(select(table).where(table.c.person == self._person.id))
            )
        known = self.knows_past_of(act) if self._roles else True
        grants = tuple(
            Grant(Role(row.role), row.centre_id)
            for row in self._roles
            if (row.n > act.seen or not known) and late_work_counts(row.at, self._now)
        )
        return Person(self._person.id, self._person.email, self._person.name, grants)

    def knows_past_of(self, act: Act) -> bool:
        """Whether the numbers the act names are of this feed's own past, as far as the act tells."""
        if act.seen > self._feed_head():
            return False
        if not act.seen_tag:
            return True
        if act.seen_tag not in self._tags:
            table = t.feed_tags
            found = self._connection.scalar(select(table.c.n).where(table.c.tag == act.seen_tag))
            self._tags[act.seen_tag] = found is not None
        return self._tags[act.seen_tag]

    def base_is_stale(self, act: Act) -> bool:
        """Whether the state the act stands on cannot be placed in this feed: none named, or one of a lost day."""
        return not 0 < act.base_rev <= self._feed_head() or not self.knows_past_of(act)

    def _feed_head(self) -> int:
        # Read once the requests are locked: whatever a device had seen was committed before, and is counted in it.
        if self._head is None:
            self._head = int(self._connection.execute(select(t.feed_head.c.n)).scalar_one())
        return self._head

    def _ended_at(self, request_id: str, device_id: str) -> datetime | None:
        """When the time of what was opened on a device was over; its leave is only written with the next pull."""
        table = t.memberships
        until: datetime | None = self._connection.scalar(
            select(table.c.until).where(
                table.c.person == self._person.id, table.c.root == request_id, table.c.device == device_id
            )
        )
        return until
