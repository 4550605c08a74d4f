"""The awarding bodies a centre works with, and what they tell it: whom to ask, and from when on it may come in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select, union

from app.domain.centres import PartnerType
from app.domain.dates import day
from app.domain.schemes import Scheme, all_schemes, known_scheme
from app.service import tables as t
from app.service.errors import Refusal
from app.service.standing import may_enter


def schemes_of(connection: Connection, centre_id: str) -> tuple[Scheme, ...]:
    """The schemes on the centre's remit or in its claims, by name; all there are for a centre without either."""
    table = t.qualifications
    on_remit = (
        select(table.c.awarding_body)
        .join(t.remits, t.remits.c.qualification_id == table.c.id)
        .where(t.remits.c.centre_id == centre_id)
    )
    claimed = (
        select(table.c.awarding_body)
        .join(t.requests, t.requests.c.qualification_id == table.c.id)
        .where(t.requests.c.centre_id == centre_id)
    )
    found = {}
    for name in connection.scalars(union(on_remit, claimed)):
        scheme = known_scheme(name)
        if scheme is not None:
            found[scheme.awarding_body] = scheme
    return tuple(found[name] for name in sorted(found)) or all_schemes()


def refuse_too_early(connection: Connection, centre_id: str, partner_type: PartnerType, today: date) -> None:
    """Raises Refusal 403 that tells from when on, before the centre's access date (M-07)."""
    if may_enter(connection, centre_id, today):
        return
    opens = min(scheme.access_from[partner_type] for scheme in schemes_of(connection, centre_id))
    raise Refusal(
        403,
        "not_open_yet",
        f"Your centre can come in here from {day(opens)}.",
        "Until then claims are made and finished in the former system.",
    )
