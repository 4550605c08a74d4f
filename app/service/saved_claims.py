"""Claims that are saved and not submitted: any number at once, kept by the centre, found again by its colleagues."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, select, update

from app.domain.claiming import DraftLine, SavedClaim, check_storable
from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.people import Permission, Person
from app.service import tables as t
from app.service.accounts import new_id
from app.service.database import transact
from app.service.standing import may_enter


class SavedElsewhere(KnownError):
    """Somebody saved the claim meanwhile. ``theirs`` is what is kept now, ``mine`` what was not saved over it."""

    def __init__(self, mine: SavedClaim, theirs: SavedClaim) -> None:
        super().__init__(
            "saved_elsewhere",
            "This claim was saved elsewhere since you opened it, so yours was not saved over it.",
            "Look at what was saved; what you typed is still here.",
        )
        self.mine = mine
        self.theirs = theirs


def save_claim(engine: Engine, person: Person, claim: SavedClaim, now: datetime) -> SavedClaim:
    """Keeps a claim as it stands, however unfinished (M-16); a claim without an id is a new one (M-17).

    It reserves nothing (M-22), and a centre whose claims are stopped may still save (M-66). Returns it with its id,
    who saved it, when, and its new version.

    Raises SavedElsewhere if ``claim.version`` is not the one that is kept; KnownError for somebody who may not claim
    for the centre, before its access date (M-07), for a claim that is gone, and for texts that cannot be kept.
    """
    must_claim_for(person, claim.centre_id)
    check_storable(claim)

    def save(connection: Connection) -> SavedClaim:
        must_be_open(connection, claim.centre_id, london_day(now))
        _must_know(connection, claim.qualification_id)
        kept = replace(
            claim, id=claim.id or new_id(), saved_by=person.id, saved_at=now, version=claim.version + 1
        )
        if not claim.id:
            connection.execute(
                t.saved_claims.insert().values(id=kept.id, **_row_of(replace(kept, version=1)))
            )
            return replace(kept, version=1)
        table = t.saved_claims
        changed = connection.execute(
            update(table)
            .where(
                table.c.id == claim.id,
                table.c.centre_id == claim.centre_id,
                table.c.version == claim.version,
            )
            .values(**_row_of(kept))
        )
        if not changed.rowcount:
            theirs = saved_claim(connection, claim.id)
            if theirs.centre_id != claim.centre_id:
                raise _unknown()
            raise SavedElsewhere(claim, theirs)
        return kept

    return transact(engine, save)


def saved_claims_of(connection: Connection, centre_id: str) -> tuple[SavedClaim, ...]:
    """Every saved claim of a centre, the one saved last first (M-16, M-38)."""
    table = t.saved_claims
    rows = connection.execute(
        select(table).where(table.c.centre_id == centre_id).order_by(table.c.saved_at.desc(), table.c.id)
    )
    return tuple(_claim(row) for row in rows)


def saved_claim(connection: Connection, claim_id: str, *, lock: bool = False) -> SavedClaim:
    """One saved claim. ``lock``: nobody else changes or submits it until the commit. Raises KnownError when gone."""
    query = select(t.saved_claims).where(t.saved_claims.c.id == claim_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise _unknown()
    return _claim(row)


def discard_claim(engine: Engine, person: Person, claim_id: str) -> None:
    """Throws a saved claim away. Raises KnownError for one that is gone, or of a centre that is not the person's."""

    def discard(connection: Connection) -> None:
        claim = saved_claim(connection, claim_id, lock=True)
        must_claim_for(person, claim.centre_id)
        connection.execute(delete(t.saved_claims).where(t.saved_claims.c.id == claim_id))

    transact(engine, discard)


def must_claim_for(person: Person, centre_id: str) -> None:
    """Raises KnownError unless the person's roles at this centre let them claim (M-03)."""
    if not person.may_at(Permission.CLAIM_FOR_LEARNERS, centre_id):
        raise KnownError(
            "not_your_centre",
            "You cannot make claims for this centre.",
            "Choose one of your own centres, or ask the qualifications team for the right.",
        )


def must_be_open(connection: Connection, centre_id: str, today: date) -> None:
    """Raises KnownError before the centre's access date (M-07, M-08)."""
    if not may_enter(connection, centre_id, today):
        raise KnownError(
            "not_open_yet",
            "Your centre does not claim here yet.",
            "Until its access date claims are made and finished in the former system.",
        )


def _must_know(connection: Connection, qualification_id: str) -> None:
    if qualification_id and not connection.scalar(
        select(t.qualifications.c.id).where(t.qualifications.c.id == qualification_id)
    ):
        raise KnownError(
            "qualification_unknown", "There is no such qualification.", "Choose one of the list."
        )


def _unknown() -> KnownError:
    return KnownError(
        "claim_unknown",
        "This saved claim is not there any more.",
        "It was submitted or thrown away; look for it on the dashboard.",
    )


def _row_of(claim: SavedClaim) -> dict[str, Any]:
    return {
        "centre_id": claim.centre_id,
        "qualification_id": claim.qualification_id or None,
        "saved_by": claim.saved_by,
        "lines": [asdict(line) for line in claim.lines],
        "note": claim.note,
        "saved_at": claim.saved_at,
        "version": claim.version,
    }


def _claim(row: Row[Any]) -> SavedClaim:
    return SavedClaim(
        id=row.id,
        centre_id=row.centre_id,
        qualification_id=row.qualification_id or "",
        lines=tuple(DraftLine(**line) for line in row.lines),
        note=row.note,
        saved_by=row.saved_by,
        saved_at=row.saved_at,
        version=row.version,
    )
