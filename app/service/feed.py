"""The feed: what changed, in an order that is also the order in which transactions committed.

Everything that changes a record goes through ``Changes``. The order inside a transaction is always the same:

1. lock the requests it touches, in the order of their ids (``lock_requests``),
2. do the work,
3. ``Changes.publish``: draw the numbers once, with the one statement that locks the feed's head until the commit,
   and after it only insert into the feed's own tables,
4. commit.

Numbers drawn last make commit order number order, so that a cursor never skips a change that commits late; taking
any other lock after the draw would stop every other writer meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select, update

from app.domain.moderation import ModerationRequest, queue_row_of
from app.domain.people import Grant
from app.domain.reviews import Review, review_row_of
from app.service import tables
from app.service.database import upsert
from app.service.scope import ALL_DEVICES
from app.service.settings import present
from app.wire.codec import KINDS, Record, body_of, root_of
from app.wire.messages import QUEUE_ROOT, FeedLine

SCHEMA = 2
"""Version of the records in the feed; a cursor of another version is answered with ``resync``."""

_PLACE = {kind: place for place, kind in enumerate(KINDS)}


def lock_requests(connection: Connection, request_ids: Iterable[str]) -> None:
    """Locks the requests until the commit, in id order, so that two transactions never wait for one another."""
    wanted = sorted(set(request_ids))
    if wanted:
        table = tables.requests
        connection.execute(
            select(table.c.id).where(table.c.id.in_(wanted)).order_by(table.c.id).with_for_update()
        ).all()


def lock_reviews(connection: Connection, review_ids: Iterable[str]) -> None:
    """Locks the reviews until the commit, in id order; taken after the locks of requests and before a centre's."""
    wanted = sorted(set(review_ids))
    if wanted:
        table = tables.reviews
        connection.execute(
            select(table.c.id).where(table.c.id.in_(wanted)).order_by(table.c.id).with_for_update()
        ).all()


def lock_roots(connection: Connection, roots: Iterable[str]) -> None:
    """Locks what these roots are, requests and reviews, in the order in which everybody does."""
    wanted = list(roots)
    lock_requests(connection, wanted)
    lock_reviews(connection, wanted)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A root comes into scope (perhaps only until a moment) or leaves it."""

    entered: bool
    until: datetime | None = None


class Changes:
    """What one transaction changes in the feed: records put or dropped, roots that come into a person's scope or leave.

    ``tag``: names the feed head that ``publish`` makes. It is known before the number is, so that other rows of the
    transaction can point at it. ``now``: when this happens, by the service's clock; the machine's if not given.
    """

    def __init__(self, tag: str = "", now: datetime | None = None) -> None:
        self.tag = tag or secrets.token_hex(8)
        self._now = now
        self._lines: dict[tuple[str, int, str], bytes | None] = {}
        self._scope: dict[tuple[str, str, str], _Turn] = {}
        self._roles: list[tuple[str, Grant]] = []
        self._took_acts = False

    def __bool__(self) -> bool:
        return bool(self._lines or self._scope or self._roles or self._took_acts)

    def put(self, *records: Record) -> None:
        """These records are new or changed; a record put twice is sent once, as it was put last.

        A request or review brings the thin row by which the queues show it.
        """
        for record in records:
            kind, body = body_of(record)
            self._lines[root_of(record), _PLACE[kind], record.id] = body
            if isinstance(record, ModerationRequest):
                self.put(queue_row_of(record))
            if isinstance(record, Review):
                self.put(review_row_of(record))

    def drop(self, kind: str, identifier: str, root: str) -> None:
        """This record is gone; devices that hold it remove it."""
        self._lines[root, _PLACE[kind], identifier] = None
        if kind == "request":
            self.drop("queue_row", identifier, QUEUE_ROOT)
        if kind == "review":
            self.drop("review_row", identifier, QUEUE_ROOT)

    def enter(
        self, person_id: str, root: str, device_id: str = ALL_DEVICES, until: datetime | None = None
    ) -> None:
        """The root comes into the person's scope with all that hangs on it, on one device or on all of theirs.

        One that is there already is sent whole again. ``until``: when it is over (see ``scope.let_go``).
        """
        self._scope[person_id, root, device_id] = _Turn(True, until)

    def leave(self, person_id: str, root: str, device_id: str = ALL_DEVICES) -> None:
        """The root leaves the person's scope; a device that does not hold it in the other way too removes it."""
        self._scope[person_id, root, device_id] = _Turn(False)

    def take_role(self, person_id: str, grant: Grant) -> None:
        """The person no longer has this role. Its number tells work recorded before from work recorded after."""
        self._roles.append((person_id, grant))

    def take_act(self) -> None:
        """An act was taken. It gets a number even if no record changed, as when a hold stops its effect: only by a
        head that the service no longer knows does a device see that a restored backup lost the act.
        """
        self._took_acts = True

    def join(self, other: Changes) -> None:
        """Takes over what a part of the same transaction collected by itself."""
        self._lines.update(other._lines)
        self._scope.update(other._scope)
        self._roles += other._roles
        self._took_acts |= other._took_acts

    def publish(self, connection: Connection) -> int:
        """Writes everything into the feed as the last thing before the commit.

        Returns the feed's new head, or 0 when nothing changed and therefore no number was drawn.
        """
        if not self:
            return 0
        count = max(1, len(self._lines) + len(self._scope) + len(self._roles))
        table = tables.feed_head
        head: int = connection.execute(
            update(table).values(n=table.c.n + count, tag=self.tag).returning(table.c.n)
        ).scalar_one()
        number = head - count
        rows = []
        for (root, place, identifier), body in self._lines.items():
            number += 1
            rows.append(_row(root, place, identifier, number, body))
        scope: list[dict[str, object]] = []
        at = self._now or present()
        for (person, root, device), turn in self._scope.items():
            number += 1
            scope.append(
                {
                    "n": number,
                    "person": person,
                    "root": root,
                    "device": device,
                    "entered": turn.entered,
                    "until": turn.until,
                    "at": at,
                }
            )
        roles: list[dict[str, object]] = []
        for person, grant in self._roles:
            number += 1
            roles.append(
                {
                    "n": number,
                    "person": person,
                    "role": grant.role.value,
                    "centre_id": grant.centre_id,
                    "at": at,
                }
            )
        self._write(connection, rows, scope)
        if roles:
            connection.execute(tables.roles_taken.insert(), roles)
        connection.execute(tables.feed_tags.insert().values(n=head, tag=self.tag))
        return head

    def _write(
        self, connection: Connection, rows: list[dict[str, object]], scope: list[dict[str, object]]
    ) -> None:
        if rows:
            insert = upsert(connection, tables.feed)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["root", "place", "id"],
                    set_={name: insert.excluded[name] for name in ("n", "gone", "line")},
                ),
                rows,
            )
        if scope:
            logged = tables.scope_log.c.keys()
            connection.execute(
                tables.scope_log.insert(), [{name: row[name] for name in logged} for row in scope]
            )
            insert = upsert(connection, tables.memberships)
            held = tables.memberships.c.keys()
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["person", "root", "device"],
                    set_={name: insert.excluded[name] for name in ("n", "entered", "until")},
                ),
                [{name: row[name] for name in held} for row in scope],
            )


def _row(root: str, place: int, identifier: str, number: int, body: bytes | None) -> dict[str, object]:
    return {
        "root": root,
        "place": place,
        "id": identifier,
        "kind": KINDS[place],
        "n": number,
        "gone": body is None,
        "line": feed_line(root, KINDS[place], identifier, number, body),
    }


def feed_line(root: str, kind: str, identifier: str, number: int, body: bytes | None) -> bytes:
    """The complete line of a record as it is sent, without its line end; ``body`` None: the record is gone."""
    if body is None:
        return msgspec.json.encode(FeedLine(op="drop", kind=kind, id=identifier, root=root, rev=number))
    return msgspec.json.encode(
        FeedLine(kind=kind, id=identifier, root=root, rev=number, body=msgspec.Raw(body))
    )
