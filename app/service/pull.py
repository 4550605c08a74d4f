"""One page of the feed, for one person: only what they may see, in the order of the numbers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, false, or_, select

from app.service import tables
from app.service.by_role import let_go, time_is_over
from app.service.cursor import Cursor, read_cursor
from app.service.database import reading
from app.service.feed import SCHEMA
from app.service.scope import ALL_DEVICES
from app.wire.messages import QUEUE_ROOT, FeedLine

PAGE_BYTES = 2 * 1024 * 1024
"""A page ends with the line that reaches this size (uncompressed)."""

_SCOPE_BATCH = 512
_ROW_BATCH = 2_000
_ROOT_BATCH = 32
"""How many scope events, rows and whole roots one query brings."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who pulls, and on which device."""

    person_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class FeedHead:
    """The feed's head, the name of this database's feed, and whether something on the reader's device is over."""

    n: int
    tag: str
    epoch: str
    over: bool


def pull_page(
    engine: Engine, reader: Reader, cursor_text: str, now: datetime, *, limit: int = PAGE_BYTES
) -> bytes:
    """The next page after the cursor as NDJSON; an empty cursor begins at the beginning.

    What was opened on this device for a time leaves once that time is over at ``now``. A cursor this service never
    gave, or gave before it was restored from a backup, is answered by a page whose only line says ``resync``.
    """
    page = _page(engine, reader, cursor_text, now, limit)
    if page is None:
        let_go(engine, reader.person_id, reader.device_id, now)
        # What is opened for so short a time that it is over again by now can wait for the next pull.
        page = _page(engine, reader, cursor_text, None, limit)
        assert page is not None
    return page


def _page(engine: Engine, reader: Reader, cursor_text: str, now: datetime | None, limit: int) -> bytes | None:
    with reading(engine) as connection:
        head = read_head(connection, reader, now)
        if head.over:
            return None
        beginning = Cursor(head.epoch, SCHEMA, reader.person_id, reader.device_id)
        cursor = read_cursor(cursor_text) if cursor_text else beginning
        if cursor is None or not is_known(connection, cursor, head, reader):
            return _ending(FeedLine(end=True, resync=True))
        if cursor.finished:
            if cursor.head == head.n:
                return _ending(FeedLine(end=True, cursor=cursor.text(), seen=head.n, tag=head.tag))
            # A new walk: from what the device has to what there is now.
            cursor = replace(
                cursor, head=head.n, head_tag=head.tag, at=cursor.base, rows_done=cursor.base == 0
            )
        return _Walk(connection, cursor, head.n, limit).page()


def read_head(connection: Connection, reader: Reader, now: datetime | None) -> FeedHead:
    """The head as it is; ``now`` None: whether anything is over is not looked at."""
    settings = tables.service_settings
    epoch = select(settings.c.value).where(settings.c.name == "epoch").scalar_subquery()
    columns = [tables.feed_head.c.n, tables.feed_head.c.tag, epoch]
    over: ColumnElement[bool] = false()
    if now is not None:
        over = exists().where(time_is_over(reader.person_id, reader.device_id, now))
    row = connection.execute(select(*columns, over)).one()
    return FeedHead(row[0], row[1], row[2], bool(row[3]))


def is_known(connection: Connection, cursor: Cursor, head: FeedHead, reader: Reader) -> bool:
    """Whether this service gave the cursor to this device, and still has the history it stands in."""
    whose = (cursor.epoch, cursor.schema, cursor.person, cursor.device)
    if whose != (head.epoch, SCHEMA, reader.person_id, reader.device_id):
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

    Two streams are merged by number: enters and leaves of this device, and changed records of roots that it already
    has. A root that entered within the walk comes whole at its enter and is left out of the second stream.
    """

    def __init__(self, connection: Connection, cursor: Cursor, feed_head: int, limit: int) -> None:
        self._connection = connection
        self._cursor = cursor
        self._devices = (ALL_DEVICES, cursor.device)
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
        """The records of a root; those of several roots to come are read together, but never a large one's."""
        if root in self._roots:
            return self._roots.pop(root)
        if after is not None or root == QUEUE_ROOT:
            return self._slices_of(root, after)
        following = (event[1] for event in self._events if event[2] and event[1] != QUEUE_ROOT)
        wanted = [root, *islice(following, _ROOT_BATCH - 1)]
        table = tables.feed
        query = (
            select(table.c.root, table.c.place, table.c.id, table.c.line)
            .where(table.c.root.in_(wanted), ~table.c.gone)
            .order_by(table.c.root, table.c.place, table.c.id)
        )
        self._roots = {other: [] for other in wanted}
        for other, place, identifier, line in self._connection.execute(query):
            self._roots[other].append((place, identifier, line))
        return self._roots.pop(root)

    def _slices_of(self, root: str, after: tuple[int, str] | None) -> Iterator[tuple[int, str, bytes]]:
        """The records of one root after a place, a slice at a time, however many there are."""
        table = tables.feed
        query = (
            select(table.c.place, table.c.id, table.c.line)
            .where(table.c.root == root, ~table.c.gone)
            .order_by(table.c.place, table.c.id)
            .limit(_ROW_BATCH)
        )
        place, identifier = after or (-1, "")
        while True:
            further = or_(table.c.place > place, and_(table.c.place == place, table.c.id > identifier))
            # The first half is implied by the second, and lets the index be searched.
            found = self._connection.execute(query.where(table.c.place >= place, further)).all()
            yield from ((row.place, row.id, row.line) for row in found)
            if len(found) < _ROW_BATCH:
                return
            place, identifier = found[-1].place, found[-1].id

    def _read_events(self) -> None:
        """The next enters and leaves. Only the latest of a membership counts: it holds whatever came before it.

        A root may be held by its person and by the device as well; the end of one leaves it where the other stands.
        """
        if self._events_done:
            return
        table, other = tables.memberships, tables.memberships.alias()
        still_held = exists().where(
            other.c.person == self._cursor.person,
            other.c.root == table.c.root,
            other.c.device.in_(self._devices),
            other.c.entered,
        )
        found = self._connection.execute(
            select(table.c.n, table.c.root, table.c.entered)
            .where(
                table.c.person == self._cursor.person,
                table.c.device.in_(self._devices),
                table.c.n > self._events_read,
                table.c.n <= self._cursor.head,
                or_(table.c.entered, ~still_held),
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
        in_scope = exists().where(
            held.c.person == self._cursor.person,
            held.c.root == feed.c.root,
            held.c.device.in_(self._devices),
            held.c.entered,
            # A sum is in no index: it must be looked for by its root, and not among all that the person ever got.
            held.c.n + 0 <= self._cursor.base,
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
                cursor.device,
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
        ending = FeedLine(
            end=True,
            count=len(self._lines),
            cursor=following.text(),
            seen=seen,
            more=more,
            tag=cursor.head_tag,
        )
        self._lines.append(_ending(ending))
        return b"\n".join(self._lines)
