"""How closely a centre's claims are looked at: its risk for each qualification, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, select

from app.domain.people import Permission, Person, require
from app.domain.restrictions import Remit, check_reason, full_sample, sampling_consequence
from app.domain.schemes import Risk, scheme_for
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from app.service.remits import awarding_body_of, lock_centre, remit_of
from app.service.stops import sanctions_of


@dataclass(frozen=True, slots=True)
class RiskSet:
    """One entry of a risk's history. ``set_by`` is empty where it was imported."""

    risk: Risk
    reason: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class RiskRow:
    """How closely one qualification on a centre's remit is looked at (M-36).

    consequence: the rule by which samples are drawn, in words. set_at: None where the scheme's default holds.
    """

    remit: Remit
    risk: Risk
    set_at: datetime | None
    full_sample: bool
    consequence: str


def set_risk(
    engine: Engine,
    person: Person,
    centre_id: str,
    qualification_id: str,
    risk: Risk,
    reason: str,
    now: datetime,
) -> None:
    """Sets the risk of one qualification at one centre; what it was before stays on record (M-25).

    Raises KnownError for somebody who may not, an unknown centre or qualification, or without a reason.
    """
    require(person, Permission.SET_RISK)
    words = check_reason(reason)

    def work(connection: Connection) -> None:
        lock_centre(connection, centre_id)
        awarding_body_of(connection, qualification_id)
        connection.execute(
            t.risk_levels.insert().values(
                id=new_id(),
                centre_id=centre_id,
                qualification_id=qualification_id,
                level=risk.value,
                reason=words,
                set_by=person.id,
                set_at=now,
            )
        )

    transact(engine, work)


def risk_of(connection: Connection, centre_id: str, qualification_id: str) -> Risk:
    """The risk in force, or the scheme's default where none was ever set (M-25)."""
    history = risk_history(connection, centre_id, qualification_id)
    if history:
        return history[0].risk
    return scheme_for(awarding_body_of(connection, qualification_id)).default_risk


def risk_history(connection: Connection, centre_id: str, qualification_id: str) -> tuple[RiskSet, ...]:
    """Every risk that was ever set, the latest first; none is erased (M-25)."""
    table = t.risk_levels
    rows = connection.execute(
        select(table)
        .where(table.c.centre_id == centre_id, table.c.qualification_id == qualification_id)
        .order_by(table.c.set_at.desc(), table.c.id.desc())
    )
    return tuple(RiskSet(Risk(row.level), row.reason, row.set_at, row.set_by or "") for row in rows)


def risk_table(connection: Connection, centre_id: str, today: date) -> tuple[RiskRow, ...]:
    """Risk and sampling consequence of every qualification on the centre's remit, by title (M-36)."""
    table = t.risk_levels
    latest = {
        row.qualification_id: row
        for row in connection.execute(
            select(table).where(table.c.centre_id == centre_id).order_by(table.c.set_at, table.c.id)
        )
    }
    sanctions = sanctions_of(connection, centre_id)
    rows = []
    for remit in remit_of(connection, centre_id, today):
        scheme, found = scheme_for(remit.awarding_body), latest.get(remit.qualification_id)
        risk = scheme.default_risk if found is None else Risk(found.level)
        whole = full_sample(sanctions, remit.awarding_body, remit.qualification_id, today)
        rows.append(
            RiskRow(
                remit,
                risk,
                None if found is None else found.set_at,
                whole,
                sampling_consequence(scheme.policy, risk, whole),
            )
        )
    return tuple(rows)
