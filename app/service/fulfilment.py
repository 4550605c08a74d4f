"""How far a quarter is fulfilled for one centre and qualification, and the sample drawn from a claim (D-1, D-2)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from app.domain.life import DRAW_DOES_NOT_COUNT
from app.domain.sampling import ClaimedUnit, Pick, SamplingHistory, Sums, draw, sums
from app.domain.schemes import Scheme
from app.service import tables as t
from app.service.claim_checks import Line
from app.service.database import upsert
from app.service.standing import needs_full_sample, risk_of


@dataclass(frozen=True, slots=True)
class Drawn:
    """The sample of one submission, and all that is needed to draw it again (D-2, M-11)."""

    sums: Sums
    picks: tuple[Pick, ...]
    seed: str


@dataclass(frozen=True, slots=True)
class Quarter:
    """What has been claimed and drawn in one quarter for one centre and qualification, in learner-units (D-1)."""

    centre_id: str
    qualification_id: str
    name: str
    claimed: int
    drawn: int


def read_quarter(connection: Connection, centre_id: str, qualification_id: str, quarter: str) -> Quarter:
    """How the quarter stands; archived and refused picks do not count as drawn (D-1)."""
    requests, lines = t.requests, t.claim_lines
    of_quarter = (
        requests.c.centre_id == centre_id,
        requests.c.qualification_id == qualification_id,
        requests.c.quarter == quarter,
    )
    claimed = select(func.count()).select_from(lines.join(requests)).where(*of_quarter)
    lost = [state.value for state in DRAW_DOES_NOT_COUNT]
    drawn = select(func.coalesce(func.sum(requests.c.samples), 0)).where(
        *of_quarter, requests.c.state.not_in(lost)
    )
    return Quarter(
        centre_id,
        qualification_id,
        quarter,
        connection.execute(claimed).scalar_one(),
        connection.execute(drawn).scalar_one(),
    )


def draw_sample(
    connection: Connection, scheme: Scheme, quarter: Quarter, lines: Sequence[Line], today: date
) -> Drawn:
    """Draws what the quarter still lacks from a claim whose lines are not counted in ``quarter`` yet.

    It is remembered when each unit and assessor was drawn. The centre is locked, so that no two of its claims draw for
    the same shortfall.
    """
    centre_id, qualification_id = quarter.centre_id, quarter.qualification_id
    of = sums(
        scheme.policy,
        risk_of(connection, centre_id, qualification_id),
        quarter.claimed + len(lines),
        quarter.drawn,
        needs_full_sample(connection, centre_id, qualification_id, today),
    )
    # Its length is that of a short hash: enough for chance, and short enough to be read out in a reason.
    seed = secrets.token_hex(8)
    units = [
        ClaimedUnit(line.id, line.draft.learner, line.draft.unit, line.draft.assessor, line.draft.attainment)
        for line in lines
    ]
    history = _history(connection, centre_id, qualification_id)
    picks = draw(units, of.shortfall, history, seed, grades=scheme.attainment)
    picked = {pick.id for pick in picks}
    _remember(connection, quarter, [unit for unit in units if unit.id in picked], today)
    return Drawn(of, picks, seed)


def _history(connection: Connection, centre_id: str, qualification_id: str) -> SamplingHistory:
    table = t.sampled_last
    last: dict[str, dict[str, date]] = {"unit": {}, "assessor": {}}
    rows = connection.execute(
        select(table.c.kind, table.c.name, table.c.last_on).where(
            table.c.centre_id == centre_id, table.c.qualification_id == qualification_id
        )
    )
    for kind, name, last_on in rows:
        last[kind][name] = last_on
    return SamplingHistory(last["unit"], last["assessor"])


def _remember(connection: Connection, quarter: Quarter, picked: Sequence[ClaimedUnit], today: date) -> None:
    names = {("unit", unit.unit) for unit in picked} | {("assessor", unit.assessor) for unit in picked}
    if not names:
        return
    insert = upsert(connection, t.sampled_last)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["centre_id", "qualification_id", "kind", "name"],
            set_={"last_on": insert.excluded.last_on},
        ),
        [
            {
                "centre_id": quarter.centre_id,
                "qualification_id": quarter.qualification_id,
                "kind": kind,
                "name": name,
                "last_on": today,
            }
            for kind, name in sorted(names)
        ],
    )
