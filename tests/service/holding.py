"""Placing holds, ending them, and looking at what became of the work behind them."""

from __future__ import annotations

from typing import Any

from app.domain.acts import Act
from app.domain.moderation import ModerationRequest
from app.service import tables as t
from app.service.database import reading
from app.service.holds import end_hold, place_hold
from app.service.records import load_requests
from app.wire.messages import OutcomeMessage
from tests.service.ground import House

WHY = "Something must be looked into."


def the_request(house: House, number: str = "R1") -> ModerationRequest:
    with reading(house.engine) as connection:
        return load_requests(connection, [house.request(number)])[0]


def hold(house: House, number: str = "R1") -> None:
    place_hold(house.engine, number, WHY, house.clock())


def release(house: House, number: str = "R1") -> list[OutcomeMessage]:
    return end_hold(house.engine, number, house.clock(), house.blobs)


def words(outcomes: list[OutcomeMessage]) -> list[tuple[str, str]]:
    return [(item.outcome, item.code) for item in outcomes]


def received(house: House, act: Act) -> Any:
    (row,) = house.rows(t.received_acts, t.received_acts.c.act_id == act.id)
    return row
