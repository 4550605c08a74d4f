"""Whose scope holds what: a root is held on a device by its person, on all their devices, or by that device alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, or_, select

from app.domain.people import Role
from app.service import tables as t

REACHES_EVERY_REQUEST = frozenset({Role.QUALITY_MANAGER, Role.SUPPORT})
"""Roles of the awarding body that hold every request by rule of role, without being assigned."""

ALL_DEVICES = ""
"""The device of a membership that holds on every device of the person."""


def held_roots(person_id: str, device_id: str) -> Select[tuple[str]]:
    """A query of one column, ``root``: the roots this person now holds on this device; one may come twice.

    One whose time is over still counts until its leave is written, which the next pull of the device does: this is
    what the device should hold. What may still be read there is asked of ``readable_roots``.
    """
    table = t.memberships
    return select(table.c.root).where(
        table.c.person == person_id, table.c.device.in_((ALL_DEVICES, device_id)), table.c.entered
    )


def readable_roots(person_id: str, device_id: str, now: datetime) -> Select[tuple[str]]:
    """As ``held_roots``, without those whose time is over: a device that never pulls gains nothing by it."""
    until = t.memberships.c.until
    return held_roots(person_id, device_id).where(or_(until.is_(None), until > now))
