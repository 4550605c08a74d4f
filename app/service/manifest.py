"""Whether a device holds what it should, and mending what it does not: its roots come again, or go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Engine, exists, or_, select, union

from app.service import tables as t
from app.service.by_role import lock_person
from app.service.cursor import Cursor, read_cursor
from app.service.database import reading, transact
from app.service.feed import Changes, lock_roots
from app.service.pull import Reader, is_known, read_head
from app.service.scope import ALL_DEVICES, held_roots
from app.wire.manifest import Digest
from app.wire.messages import ManifestAnswer, ManifestAsk

ROOTS_AT_ONCE = 1_000
"""Roots that one call mends; the rest still differ when the device asks again."""

_AT_ONCE = 500
"""Roots that one question to the database names."""

_NOTHING = Digest().text()


def compare(engine: Engine, reader: Reader, ask: ManifestAsk, now: datetime) -> ManifestAnswer:
    """Answers a manifest. Roots that differ are sent again, or taken away, by the device's next pull."""
    with reading(engine) as connection:
        if not _is_current(connection, reader, ask.cursor):
            return ManifestAnswer(current=False)
        kinds, roots = _digests(connection, reader, by_root=ask.roots is not None)
        real = _real_roots(connection, reader, (ask.roots or {}).keys() - roots.keys()) | roots.keys()
    theirs = {kind: (told.count, told.digest) for kind, told in ask.kinds.items()}
    ours = {kind: (digest.count, digest.text()) for kind, digest in kinds.items()}
    nothing = (0, _NOTHING)
    differing = sorted(
        kind for kind in ours.keys() | theirs.keys() if ours.get(kind, nothing) != theirs.get(kind, nothing)
    )
    answer = ManifestAnswer(current=True, kinds=differing)
    if ask.roots is not None:
        told = {root: digest for root, digest in ask.roots.items() if root in real}
        answer.roots = _differing_roots(roots, told)[:ROOTS_AT_ONCE]
        _mend(engine, reader, answer.roots, now)
    return answer


def _is_current(connection: Connection, reader: Reader, cursor_text: str) -> bool:
    """Whether the device has walked to an end, and nothing of its own has changed since."""
    cursor = read_cursor(cursor_text)
    head = read_head(connection, reader, None)
    if cursor is None or not cursor.finished or not is_known(connection, cursor, head, reader):
        return False
    return cursor.head == head.n or not _changed_since(connection, reader, cursor)


def _changed_since(connection: Connection, reader: Reader, cursor: Cursor) -> bool:
    feed, held = t.feed, t.memberships
    devices = held.c.device.in_((ALL_DEVICES, reader.device_id))
    moved = exists().where(held.c.person == reader.person_id, devices, held.c.n > cursor.head)
    holds = exists().where(
        held.c.person == reader.person_id, held.c.root == feed.c.root, devices, held.c.entered
    )
    changed = exists().where(feed.c.n > cursor.head, holds)
    return bool(connection.scalar(select(or_(moved, changed))))


def _digests(
    connection: Connection, reader: Reader, *, by_root: bool
) -> tuple[dict[str, Digest], dict[str, Digest]]:
    """What the device should hold, by kind, and by root if that is asked."""
    feed = t.feed
    rows = connection.execute(
        select(feed.c.root, feed.c.kind, feed.c.id, feed.c.n).where(
            feed.c.root.in_(held_roots(reader.person_id, reader.device_id)), ~feed.c.gone
        )
    )
    kinds: dict[str, Digest] = {}
    roots: dict[str, Digest] = {}
    for root, kind, identifier, n in rows:
        sums = [kinds.setdefault(kind, Digest())]
        if by_root:
            sums.append(roots.setdefault(root, Digest()))
        for digest in sums:
            digest.add(kind, identifier, n)
    return kinds, roots


def _differing_roots(ours: dict[str, Digest], theirs: dict[str, str]) -> list[str]:
    return sorted(
        root
        for root in ours.keys() | theirs.keys()
        if (ours[root].text() if root in ours else _NOTHING) != theirs.get(root, _NOTHING)
    )


def _real_roots(connection: Connection, reader: Reader, roots: Iterable[str]) -> set[str]:
    """Those of these roots that exist, or that the reader ever held: what was never a root leaves no trace here."""
    wanted = sorted(root for root in roots if _could_be_a_root(root))
    requests, reviews, log = t.requests.c, t.reviews.c, t.scope_log.c
    found: set[str] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        query = union(
            select(requests.id).where(requests.id.in_(some)),
            select(reviews.id).where(reviews.id.in_(some)),
            select(log.root).where(log.person == reader.person_id, log.root.in_(some)),
        )
        found.update(connection.scalars(query))
    return found


def _could_be_a_root(root: str) -> bool:
    return 0 < len(root) <= 64 and "\x00" not in root


def _mend(engine: Engine, reader: Reader, roots: Iterable[str], now: datetime) -> None:
    """Has the next pull bring these roots whole, as far as they are still the device's, and take away the others."""
    wanted = sorted(roots)
    if not wanted:
        return

    def mend(connection: Connection) -> None:
        # Whatever gives or takes these roots waits, so that none is entered anew that was just taken away.
        lock_person(connection, reader.person_id)
        lock_roots(connection, wanted)
        table = t.memberships
        held: dict[str, tuple[str, datetime | None]] = {}
        query = (
            select(table.c.root, table.c.device, table.c.until)
            .where(
                table.c.person == reader.person_id,
                table.c.root.in_(wanted),
                table.c.device.in_((ALL_DEVICES, reader.device_id)),
                table.c.entered,
            )
            .order_by(table.c.device)
        )
        for root, device, until in connection.execute(query):
            # Where both hold it, entering it on this device alone spares the person's other devices.
            held[root] = (device, until)
        changes = Changes(now=now)
        for root in wanted:
            if root in held:
                changes.enter(reader.person_id, root, *held[root])
            else:
                changes.leave(reader.person_id, root, reader.device_id)
        changes.publish(connection)

    transact(engine, mend)
