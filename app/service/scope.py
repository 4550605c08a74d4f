"""Whose scope holds what: a root is held on a device by its person, on all their devices, or by that device alone."""

from __future__ import annotations

from sqlalchemy import Select, select

from app.domain.people import Role
from app.service import tables as t

REACHES_EVERY_REQUEST = frozenset({Role.QUALITY_MANAGER, Role.SUPPORT})
"""Roles of the awarding body that hold every request by rule of role, without being assigned."""

ALL_DEVICES = ""
"""The device of a membership that holds on every device of the person."""


def held_roots(person_id: str, device_id: str) -> Select[tuple[str]]:
    """A query of one column, ``root``: the roots this person now holds on this device; one may come twice.

    One whose time is over still counts until its leave is written, which the next pull of the device does.
    """
    table = t.memberships
    return select(table.c.root).where(
        table.c.person == person_id, table.c.device.in_((ALL_DEVICES, device_id)), table.c.entered
    )
