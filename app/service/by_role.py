"""What people hold by rule of role: the queues of requests and reviews, thin, and each one they open, for a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, and_, select, update

from app.domain.moderation import queue_row_of
from app.domain.people import Role
from app.service import tables as t
from app.service.database import reading, transact
from app.service.errors import Refusal
from app.service.feed import Changes, lock_roots
from app.service.records import load_requests
from app.service.scope import ALL_DEVICES, REACHES_EVERY_REQUEST
from app.wire.messages import QUEUE_ROOT

OPEN_FOR = timedelta(days=30)
"""How long a request that was opened from a queue stays on the device; each opening lasts anew."""


def lock_person(connection: Connection, person_id: str) -> None:
    """Locks what the person holds by role until the commit; taken before the requests are (``lock_requests``).

    Rows that merely name the person are not kept waiting.
    """
    table = t.persons
    connection.execute(
        select(table.c.id).where(table.c.id == person_id).with_for_update(key_share=True)
    ).one_or_none()


def follow_roles(connection: Connection, changes: Changes, person_id: str) -> None:
    """Gives the person what their roles now say, or takes it away: the queues with all that was opened from them, and
    as a moderator or reviewer the requests or reviews that are assigned to them.
    """
    lock_person(connection, person_id)
    _follow_assignments(connection, changes, person_id)
    table = t.memberships
    by_role = _reaches_every_request(connection, person_id)
    queues = connection.scalar(
        select(table.c.entered).where(
            table.c.person == person_id, table.c.root == QUEUE_ROOT, table.c.device == ALL_DEVICES
        )
    )
    if by_role and not queues:
        changes.enter(person_id, QUEUE_ROOT)
    if not by_role and queues:
        changes.leave(person_id, QUEUE_ROOT)
    opened = select(table.c.root, table.c.device, t.reviews.c.id).where(
        table.c.person == person_id, table.c.until.is_not(None), table.c.entered
    )
    query = opened.outerjoin(t.reviews, t.reviews.c.id == table.c.root)
    opens_reviews = _reaches_every_review(connection, person_id)
    for root, device, review_id in connection.execute(query.order_by(table.c.root, table.c.device)):
        if not (by_role if review_id is None else opens_reviews):
            changes.leave(person_id, root, device)


def _follow_assignments(connection: Connection, changes: Changes, person_id: str) -> None:
    """All that is held on every device but the queues is held as a moderator or a reviewer, by an assignment that stays
    on record: should the role be given back, it comes again.
    """
    table = t.memberships
    held = set(
        connection.scalars(
            select(table.c.root).where(
                table.c.person == person_id,
                table.c.device == ALL_DEVICES,
                table.c.root != QUEUE_ROOT,
                table.c.entered,
            )
        )
    )
    theirs: set[str] = set()
    for role, assigned in (
        (Role.MODERATOR, select(t.requests.c.id).where(t.requests.c.moderator_id == person_id)),
        (Role.REVIEWER, select(t.reviews.c.id).where(t.reviews.c.reviewer_id == person_id)),
    ):
        if connection.scalar(select(t.grants.c.id).where(_has_role(person_id, role)).limit(1)):
            theirs.update(connection.scalars(assigned))
    lock_roots(connection, theirs ^ held)
    for root in sorted(theirs - held):
        changes.enter(person_id, root)
    for root in sorted(held - theirs):
        changes.leave(person_id, root)


def publish_queues(connection: Connection) -> None:
    """Brings queues up to date with requests and roles from before there were any. Doing it twice changes nothing."""
    changes = Changes()
    row = t.feed.alias()
    shown = select(row.c.id).where(
        row.c.root == QUEUE_ROOT, row.c.kind == "queue_row", row.c.id == t.requests.c.id
    )
    missing = connection.scalars(select(t.requests.c.id).where(~shown.exists())).all()
    changes.put(*(queue_row_of(request) for request in load_requests(connection, missing)))
    held, grants = t.memberships, t.grants
    by_role = select(grants.c.person_id).where(*_by_role())
    # Until roles were followed here, whoever was no moderator any more went on holding what they had as one.
    no_longer = select(held.c.person).where(
        held.c.device == ALL_DEVICES,
        held.c.root != QUEUE_ROOT,
        held.c.entered,
        held.c.root.not_in(select(t.reviews.c.id)),
        ~select(grants.c.id).where(_has_role(held.c.person, Role.MODERATOR)).exists(),
    )
    for person_id in sorted({*connection.scalars(by_role), *connection.scalars(no_longer)}):
        follow_roles(connection, changes, person_id)
    changes.publish(connection)


def open_root(engine: Engine, person_id: str, device_id: str, root: str, now: datetime) -> None:
    """The whole request or review comes to this device with its next pull, and stays for ``OPEN_FOR``.

    Raises Refusal 404 for what does not exist, and for somebody whose roles do not reach all such.
    """

    def open_it(connection: Connection) -> None:
        lock_person(connection, person_id)
        if not _may_open(connection, person_id, root):
            raise Refusal(404, "not_found", "There is nothing here, or nothing you may see.")
        table, until = t.memberships, now + OPEN_FOR
        renewed = connection.execute(
            update(table)
            .where(
                table.c.person == person_id,
                table.c.root == root,
                table.c.device == device_id,
                table.c.entered,
            )
            .values(until=until)
        )
        # What the device has already need not be sent again.
        if not renewed.rowcount:
            changes = Changes(now=now)
            changes.enter(person_id, root, device_id, until)
            changes.publish(connection)

    transact(engine, open_it)


def let_go(engine: Engine, person_id: str, device_id: str, now: datetime) -> None:
    """Writes the leave of everything on this device whose time is over."""

    def leave(connection: Connection) -> None:
        lock_person(connection, person_id)
        changes = Changes(now=now)
        roots: Iterable[str] = connection.scalars(
            select(t.memberships.c.root).where(time_is_over(person_id, device_id, now))
        )
        for root in roots:
            changes.leave(person_id, root, device_id)
        changes.publish(connection)

    transact(engine, leave)


def time_is_over(person_id: str, device_id: str, now: datetime) -> ColumnElement[bool]:
    """The condition under which a membership is to be ended."""
    table = t.memberships
    return and_(
        table.c.person == person_id, table.c.device == device_id, table.c.until <= now, table.c.entered
    )


def follow_lost_roles(engine: Engine, person_id: str, now: datetime) -> None:
    """Somebody without any role lets go of whatever they still hold, however the roles went."""
    table = t.memberships
    held = select(table.c.root).where(table.c.person == person_id, table.c.entered).limit(1)
    with reading(engine) as connection:
        if connection.scalar(held) is None:
            return

    def follow(connection: Connection) -> None:
        changes = Changes(now=now)
        follow_roles(connection, changes, person_id)
        changes.publish(connection)

    transact(engine, follow)


def _may_open(connection: Connection, person_id: str, root: str) -> bool:
    if "\x00" in root:
        return False
    if connection.scalar(select(t.requests.c.id).where(t.requests.c.id == root)):
        return _reaches_every_request(connection, person_id)
    is_review = connection.scalar(select(t.reviews.c.id).where(t.reviews.c.id == root)) is not None
    return is_review and _reaches_every_review(connection, person_id)


def _reaches_every_review(connection: Connection, person_id: str) -> bool:
    """The quality managers do: what is photographed at a centre is for no others."""
    query = select(t.grants.c.id).where(_has_role(person_id, Role.QUALITY_MANAGER)).limit(1)
    return connection.scalar(query) is not None


def _reaches_every_request(connection: Connection, person_id: str) -> bool:
    found = select(t.grants.c.id).where(t.grants.c.person_id == person_id, *_by_role()).limit(1)
    return connection.scalar(found) is not None


def _has_role(person_id: str | ColumnElement[str], role: Role) -> ColumnElement[bool]:
    """The condition under which a grant is this role of the awarding body's."""
    grants = t.grants
    return and_(grants.c.person_id == person_id, grants.c.role == role.value, grants.c.centre_id.is_(None))


def _by_role() -> tuple[ColumnElement[bool], ...]:
    return t.grants.c.role.in_([role.value for role in REACHES_EVERY_REQUEST]), t.grants.c.centre_id.is_(None)
