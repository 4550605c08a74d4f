"""Numbers of a day that a restored backup lost: they mean other things now, and nobody's work suffers from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.database import transact
from app.service.holds import end_hold, place_hold
from tests.service.ground import NOW, House

LOST = "0123456789abcdef"
"""The tag of a head that this service does not know."""


def judged(house: House, seen: int, tag: str, number: str = "R1") -> str:
    (outcome,) = house.push(house.act(house.judgement(number=number), seen=seen, seen_tag=tag))
    return f"{outcome.outcome} {outcome.code}".strip()


def given_away(house: House) -> int:
    """R1 goes to Jules after the restored backup; the number Morgan had seen on the lost day is above that."""
    assign_moderator(house.engine, "R1", "jules@people.invalid", NOW)
    return house.head() + 5


def test_a_page_tells_the_tag_of_a_head_at_or_after_what_was_seen(house: House) -> None:
    device = house.device()
    tags = {row.tag: row.n for row in house.rows(t.feed_tags)}
    more = True
    while more:
        end = device.pull_page(limit=1)
        more = end.more
        assert tags[end.tag] >= end.seen
    assert device.pull_page().tag == end.tag


def test_work_of_a_lost_day_is_judged_by_what_was_held_before(house: House) -> None:
    seen = given_away(house)
    house.push(*(house.act(house.note(), "jules") for _ in range(9)), name="jules")
    assert seen <= house.head()
    assert judged(house, seen, "") == "rejected not_assigned"
    assert judged(house, seen, LOST) == "applied"


def test_a_number_above_the_head_is_of_a_lost_day_by_itself(house: House) -> None:
    assert judged(house, given_away(house), "") == "applied"


def test_a_known_tag_is_judged_as_ever(house: House) -> None:
    device = house.device()
    end = device.pull_page()
    assign_moderator(house.engine, "R1", "jules@people.invalid", NOW)
    gone = device.pull_page()
    assert judged(house, gone.seen, gone.tag) == "rejected not_assigned"
    assert judged(house, end.seen, end.tag) == "applied"


def test_a_made_up_tag_opens_nothing_that_was_never_held_and_nothing_for_ever(house: House) -> None:
    seen = given_away(house)
    assert judged(house, seen, LOST, "R2") == "rejected not_assigned"
    house.clock.now = NOW + timedelta(days=60, microseconds=1)
    assert judged(house, seen, LOST) == "rejected not_assigned"


@pytest.mark.parametrize(("base", "tag"), [("above", ""), ("none", ""), ("now", LOST), ("now", "")])
def test_a_report_on_a_state_of_a_lost_day_is_no_report_on_this_one(
    house: House, base: str, tag: str
) -> None:
    ids = house.judge_all()
    rev = {"above": house.head() + 1, "none": 0, "now": house.head()}[base]
    report = house.act(house.report(ids), base_rev=rev, seen_tag=tag)
    (outcome,) = house.push(report)
    right = ("applied", "") if (base, tag) == ("now", "") else ("conflict", "request_moved")
    assert (outcome.outcome, outcome.code) == right


def test_a_report_that_names_no_state_is_stale_even_where_no_move_was_ever_noted(house: House) -> None:
    ids = house.judge_all()
    transact(house.engine, lambda c: c.execute(update(t.requests).values(moved_by="", moved_tag=None)))
    stale, right = house.act(house.report(ids), base_rev=0), house.act(house.report(ids))
    assert [item.outcome for item in house.push(stale, right)] == ["conflict", "applied"]


def test_ones_own_last_move_is_no_conflict_whatever_was_lost(house: House) -> None:
    ids = house.judge_all()
    morgan = house.person("morgan").id
    transact(house.engine, lambda c: c.execute(update(t.requests).values(moved_by=morgan)))
    (outcome,) = house.push(house.act(house.report(ids), base_rev=0))
    assert outcome.outcome == "applied"


def test_a_held_report_keeps_the_tag_it_came_with(house: House) -> None:
    ids = house.judge_all()
    place_hold(house.engine, "R1", "Something must be looked into.", NOW)
    report = house.act(house.report(ids), seen_tag=LOST)
    assert [item.outcome for item in house.push(report)] == ["held"]
    (answer,) = end_hold(house.engine, "R1", NOW, house.blobs)
    assert (answer.outcome, answer.code) == ("conflict", "request_moved")
