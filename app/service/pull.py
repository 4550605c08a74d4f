"""One page of the feed, for one person: only what they may see, in the order of the numbers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import Connection, Engine, and_, or_, select

from app.service import tables
from app.service.cursor import Cursor, read_cursor
from app.service.database import reading
from app.service.feed import SCHEMA
from app.wire.messages import FeedLine

PAGE_BYTES = 2 * 1024 * 1024
"""A page ends with the line that reaches this size (uncompressed)."""

_SCOPE_BATCH = 512
_ROW_BATCH = 2_000
_ROOT_BATCH = 32
"""How many scope events, rows and whole roots one query brings."""


def pull_page(engine: Engine, person_id: str, cursor_text: str, *, limit: int = PAGE_BYTES) -> bytes:
    """The next page after the cursor as NDJSON; an empty cursor begins at the beginning.

    A cursor this service never gave, or gave before it was restored from a backup, is answered by a page whose only
    line says ``resync``.
    """
    with reading(engine) as connection:
        head = _head(connection)
        cursor = read_cursor(cursor_text) if cursor_text else Cursor(head.epoch, SCHEMA, person_id)
        if cursor is None or not _known(connection, cursor, head, person_id):
            return _ending(FeedLine(end=True, resync=True))
        if cursor.finished:
            if cursor.head == head.n:
                return _ending(FeedLine(end=True, cursor=cursor.text(), seen=head.n))
            # A new walk: from what the device has to what there is now.
            cursor = replace(
                cursor, head=head.n, head_tag=head.tag, at=cursor.base, rows_done=cursor.base == 0
            )
        return _Walk(connection, cursor, head.n, limit).page()


@dataclass(frozen=True, slots=True)
class _Head:
    n: int
    tag: str
    epoch: str


def _head(connection: Connection) -> _Head:
    settings = tables.service_settings
    epoch = select(settings.c.value).where(settings.c.name == "epoch").scalar_subquery()
    row = connection.execute(select(tables.feed_head.c.n, tables.feed_head.c.tag, epoch)).one()
    return _Head(*row)


def _known(connection: Connection, cursor: Cursor, head: _Head, person_id: str) -> bool:
    if (cursor.epoch, cursor.schema, cursor.person) != (head.epoch, SCHEMA, person_id):
        return False
    if not cursor.base <= cursor.at <= cursor.head <= head.n:
        return False
    if (cursor.finished and cursor.head == head.n) or not cursor.head:
        return cursor.head_tag == (head.tag if cursor.head else "")
    marks = {cursor.base: cursor.base_tag, cursor.head: cursor.head_tag}
    marks.pop(0, None)
    table = tables.feed_tags
    found = connection.execute(select(table.c.n, table.c.tag).where(table.c.n.in_(marks))).all()
    return {row.n: row.tag for row in found} == marks


def _ending(line: FeedLine) -> bytes:
    return msgspec.json.encode(line) + b"\n"


class _Walk:
    """Fills one page on the way from ``cursor.base`` to ``cursor.head``.

    Two streams are merged by number: enters and leaves of this person, and changed records of roots that the device
    already has. A root that entered within the walk comes whole at its enter and is left out of the second stream.
    """

    def __init__(self, connection: Connection, cursor: Cursor, feed_head: int, limit: int) -> None:
        self._connection = connection
        self._cursor = cursor
        self._feed_head = feed_head
        self._limit = limit
        self._lines: list[bytes] = []
        self._size = 0
        self._at = cursor.at
        self._inside: tuple[str, int, str] | None = None
        self._events: deque[tuple[int, str, bool]] = deque()
        self._events_read = cursor.at
        self._events_done = False
        self._rows: deque[tuple[int, bytes]] = deque()
        self._rows_read = cursor.at
        self._rows_done = cursor.rows_done
        self._roots: dict[str, list[tuple[int, str, bytes]]] = {}

    def page(self) -> bytes:
        self._read_events()
        self._read_rows()
        if self._cursor.root and self._events and self._events[0][1] == self._cursor.root:
            number, root, entered = self._events.popleft()
            if entered:
                self._send_root(number, root, after=(self._cursor.place, self._cursor.id))
        while not self._full and (self._events or self._rows):
            if not self._rows or (self._events and self._events[0][0] < self._rows[0][0]):
                self._send_event(*self._events.popleft())
            else:
                number, line = self._rows.popleft()
                self._add(line)
                self._at = number
            if not self._events:
                self._read_events()
            if not self._rows:
                self._read_rows()
        return self._end()

    @property
    def _full(self) -> bool:
        return self._size >= self._limit or self._inside is not None

    def _add(self, line: bytes) -> None:
        self._lines.append(line)
        self._size += len(line) + 1

    def _send_event(self, number: int, root: str, entered: bool) -> None:
        self._add(msgspec.json.encode(FeedLine(op="enter" if entered else "leave", root=root, rev=number)))
        if entered:
            self._send_root(number, root, after=None)
        else:
            self._at = number

    def _send_root(self, number: int, root: str, after: tuple[int, str] | None) -> None:
        """Sends the records of a root, from the beginning or after the last one that was sent."""
        for place, identifier, line in self._records_of(root, after):
            self._add(line)
            if self._size >= self._limit:
                self._inside = (root, place, identifier)
                return
        self._at = number

    def _records_of(self, root: str, after: tuple[int, str] | None) -> Iterable[tuple[int, str, bytes]]:
        if after is None and root in self._roots:
            return self._roots.pop(root)
        wanted = [root]
        if after is None:
            following = (event[1] for event in self._events if event[2])
            wanted += [other for other, _ in zip(following, range(_ROOT_BATCH - 1), strict=False)]
        table = tables.feed
        query = (
            select(table.c.root, table.c.place, table.c.id, table.c.line)
            .where(table.c.root.in_(wanted), ~table.c.gone)
            .order_by(table.c.root, table.c.place, table.c.id)
        )
        if after is not None:
            place, identifier = after
            query = query.where(
                or_(table.c.place > place, and_(table.c.place == place, table.c.id > identifier))
            )
        found: dict[str, list[tuple[int, str, bytes]]] = {other: [] for other in wanted}
        for other, place, identifier, line in self._connection.execute(query):
            found[other].append((place, identifier, line))
        mine = found.pop(root)
        self._roots.update(found)
        return mine

    def _read_events(self) -> None:
        """The next enters and leaves. Only the latest of a root counts: it holds whatever came before it."""
        if self._events_done:
            return
        table = tables.memberships
        found = self._connection.execute(
            select(table.c.n, table.c.root, table.c.entered)
            .where(
                table.c.person == self._cursor.person,
                table.c.n > self._events_read,
                table.c.n <= self._cursor.head,
            )
            .order_by(table.c.n)
            .limit(_SCOPE_BATCH)
        ).all()
        self._events.extend((n, root, entered) for n, root, entered in found)
        self._events_done = len(found) < _SCOPE_BATCH
        if found:
            self._events_read = found[-1][0]

    def _read_rows(self) -> None:
        """The next changed records of roots that were in scope before the walk and still are."""
        if self._rows_done:
            return
        feed, held = tables.feed, tables.memberships
        # EXISTS, not a join: read in the feed's order, this looks at what changed and not at all that is held.
        in_scope = (
            select(held.c.root)
            .where(
                held.c.person == self._cursor.person,
                held.c.root == feed.c.root,
                held.c.entered,
                held.c.n <= self._cursor.base,
            )
            .exists()
        )
        found = self._connection.execute(
            select(feed.c.n, feed.c.line)
            .where(feed.c.n > self._rows_read, feed.c.n <= self._cursor.head, in_scope)
            .order_by(feed.c.n)
            .limit(_ROW_BATCH)
        ).all()
        self._rows.extend((n, line) for n, line in found)
        self._rows_done = len(found) < _ROW_BATCH
        if found:
            self._rows_read = found[-1][0]

    def _end(self) -> bytes:
        cursor = self._cursor
        if self._inside is None and not self._events and not self._rows:
            seen, more = cursor.head, self._feed_head > cursor.head
            following = Cursor(
                cursor.epoch,
                cursor.schema,
                cursor.person,
                base=cursor.head,
                base_tag=cursor.head_tag,
                head=cursor.head,
                head_tag=cursor.head_tag,
                at=cursor.head,
            )
        else:
            seen, more = self._at, True
            root, place, identifier = self._inside or ("", -1, "")
            following = replace(
                cursor,
                at=self._at,
                root=root,
                place=place,
                id=identifier,
                rows_done=self._rows_done and not self._rows,
            )
        ending = FeedLine(end=True, count=len(self._lines), cursor=following.text(), seen=seen, more=more)
        self._lines.append(_ending(ending))
        return b"\n".join(self._lines)
