"""Saved claims: kept, found again by colleagues, never lost to one another, and reserving nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.domain.claiming import LINES_LIMIT, DraftLine, SavedClaim
from app.domain.errors import KnownError
from app.service import tables as t
from app.service.database import reading
from app.service.saved_claims import SavedElsewhere, discard_claim, save_claim, saved_claims_of
from app.service.submitting import submit_claim
from tests.service.claims_ground import College, refused
from tests.service.ground import NOW, House


@pytest.fixture
def college(house: House) -> College:
    return College(house)


def test_M16_a_claim_is_saved_found_again_extended_and_submitted(college: College) -> None:
    first = college.save(college.lines([1]), note="So far.")
    assert (first.version, first.saved_by, first.saved_at) == (1, college.staff.id, NOW)
    with reading(college.house.engine) as connection:
        (found,) = saved_claims_of(connection, college.centre_id)
    assert found == first
    more = save_claim(
        college.house.engine,
        college.staff,
        replace(found, lines=college.lines([1, 2])),
        college.house.clock(),
    )
    assert more.version == 2
    submitted = submit_claim(college.house.engine, college.staff, more.id, college.house.clock())
    assert submitted.request_id == more.id
    assert college.request(more.id).centre_note == "So far."
    assert college.house.count(t.claim_lines, t.claim_lines.c.request_id == more.id) == 2
    assert college.house.count(t.saved_claims) == 0


def test_M16_two_people_who_save_the_same_claim_lose_nothing(college: College) -> None:
    opened = college.save(college.lines([1]))
    house = college.house
    save_claim(house.engine, college.staff, replace(opened, note="theirs"), NOW)
    with pytest.raises(SavedElsewhere) as refusal:
        save_claim(house.engine, college.staff, replace(opened, note="mine"), NOW)
    assert (refusal.value.code, refusal.value.mine.note, refusal.value.theirs.note) == (
        "saved_elsewhere",
        "mine",
        "theirs",
    )
    assert [row.note for row in house.rows(t.saved_claims)] == ["theirs"]


def test_M17_any_number_of_claims_is_open_at_once_and_M22_saved_ones_reserve_nothing(
    college: College,
) -> None:
    claims = [college.save(college.lines([1])) for _ in range(3)]
    house = college.house
    with reading(house.engine) as connection:
        assert {claim.id for claim in saved_claims_of(connection, college.centre_id)} == {
            claim.id for claim in claims
        }
    submit_claim(house.engine, college.staff, claims[0].id, NOW)
    college.claim([2])
    assert house.count(t.requests, t.requests.c.centre_id == college.centre_id) == 2
    assert (
        refused(lambda: submit_claim(house.engine, college.staff, claims[1].id, NOW)).code
        == "claimed_already"
    )
    assert house.count(t.saved_claims) == 2, "a refused claim stays saved"


def test_a_saved_claim_may_be_unfinished_and_may_be_thrown_away(college: College) -> None:
    unfinished = college.save([DraftLine("nobody", "")], qualification_id="")
    discard_claim(college.house.engine, college.staff, unfinished.id)
    assert college.house.count(t.saved_claims) == 0
    with pytest.raises(KnownError) as refusal:
        discard_claim(college.house.engine, college.staff, unfinished.id)
    assert refusal.value.code == "claim_unknown"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lines": (DraftLine("x", "y"),) * (LINES_LIMIT + 1)}, "claim_too_long"),
        ({"note": "n" * 20_001}, "claim_note_wrong"),
        ({"lines": (DraftLine("x", "y", "nul\x00"),)}, "claim_line_wrong"),
        ({"qualification_id": "no such"}, "qualification_unknown"),
    ],
)
def test_what_cannot_be_kept_is_not_saved(college: College, change: dict[str, Any], code: str) -> None:
    with pytest.raises(KnownError) as refusal:
        college.save(**({"lines": ()} | change))
    assert refusal.value.code == code
    assert college.house.count(t.saved_claims) == 0


def test_M03_nobody_claims_for_a_centre_that_is_not_theirs(house: House, college: College) -> None:
    other = College(house, "L")
    claim = college.save(college.lines([1]))
    house_work: list[Callable[[], object]] = [
        lambda: save_claim(house.engine, other.staff, SavedClaim(college.centre_id), NOW),
        lambda: save_claim(house.engine, other.staff, replace(claim, centre_id=other.centre_id), NOW),
        lambda: discard_claim(house.engine, other.staff, claim.id),
        lambda: submit_claim(house.engine, other.staff, claim.id, NOW),
        lambda: submit_claim(house.engine, house.person("support"), claim.id, NOW),
    ]
    for work in house_work:
        with pytest.raises(KnownError) as refusal:
            work()
        assert refusal.value.code in ("not_your_centre", "claim_unknown")
    assert [row.version for row in house.rows(t.saved_claims)] == [1]
    assert house.count(t.requests, t.requests.c.centre_id == college.centre_id) == 0
