"""What stops a centre's claims, and what does not."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.centres import Nation
from app.domain.errors import KnownError
from app.domain.moderation import ModerationRequest, RequestState
from app.domain.restrictions import (
    SANCTION,
    Remit,
    Restriction,
    RestrictionKind,
    Sanction,
    Stop,
    after_refusal,
    certificates_wait,
    check_reason,
    claims_stopped,
    full_sample,
    own_name,
    sampling_consequence,
    sanction_level,
)
from app.domain.schemes import Risk, SamplingPolicy, all_schemes

SCHEME = all_schemes()[0]
BODY = SCHEME.awarding_body
TODAY = date(2026, 3, 10)
NOON = datetime.combine(TODAY, time(12), UTC)


def sanction(level: int, **changes: object) -> Sanction:
    values: dict[str, object] = {
        "id": "s",
        "centre_id": "c",
        "awarding_body": BODY,
        "level": level,
        "reason": "For a reason.",
        "from_on": TODAY,
    }
    return Sanction(**(values | changes))  # type: ignore[arg-type]


def restriction(kind: RestrictionKind = RestrictionKind.MALPRACTICE, **changes: object) -> Restriction:
    values: dict[str, object] = {
        "id": "r",
        "centre_id": "c",
        "awarding_body": BODY,
        "kind": kind,
        "reason": "The same hand in five accounts.",
        "began_at": NOON,
    }
    return Restriction(**(values | changes))  # type: ignore[arg-type]


def stopped(
    *things: Sanction | Restriction, qualification: str = "q1", today: date = TODAY
) -> tuple[Stop, ...]:
    return claims_stopped(
        [item for item in things if isinstance(item, Sanction)],
        [item for item in things if isinstance(item, Restriction)],
        BODY,
        qualification,
        today,
    )


def test_nothing_stops_a_centre_without_sanctions_and_restrictions() -> None:
    assert stopped() == ()


def test_D7_an_action_plan_and_full_samples_stop_nothing() -> None:
    assert stopped(sanction(1), sanction(2)) == ()
    assert full_sample([sanction(2)], BODY, "q1", TODAY)
    assert not full_sample([sanction(1), sanction(3)], BODY, "q1", TODAY)


def test_M71_a_level_3_sanction_stops_every_claim_of_the_centre() -> None:
    (stop,) = stopped(sanction(3))
    assert (stop.kind, stop.level) == (SANCTION, 3)
    assert BODY in stop.says
    assert stopped(sanction(3, qualification_id="q2"), qualification="q1"), "also where it was set over one"


def test_D7_level_4_stops_the_claims_of_its_qualification_only() -> None:
    withdrawn = sanction(4, qualification_id="q1")
    assert [stop.level for stop in stopped(withdrawn)] == [4]
    assert stopped(withdrawn, qualification="q2") == ()
    assert stopped(withdrawn, qualification="") == (), "it does not bind every qualification"


def test_D7_level_5_stops_everything() -> None:
    assert [stop.level for stop in stopped(sanction(5), qualification="")] == [5]


def test_D7_the_effects_of_several_sanctions_add_up() -> None:
    both = [sanction(2, qualification_id="q1"), sanction(4, qualification_id="q1"), sanction(3)]
    assert [stop.level for stop in stopped(*both)] == [4, 3]
    assert full_sample(both, BODY, "q1", TODAY)
    assert not full_sample(both, BODY, "q2", TODAY)


@pytest.mark.parametrize("kind", list(RestrictionKind))
def test_M70_any_restriction_stops_claims(kind: RestrictionKind) -> None:
    (stop,) = stopped(restriction(kind), qualification="")
    assert stop.kind == kind.value


def test_M18_several_stops_hold_at_once_and_each_by_itself() -> None:
    things = [sanction(3), restriction(), restriction(RestrictionKind.REVIEW_BLOCK)]
    assert [stop.kind for stop in stopped(*things)] == [SANCTION, "malpractice", "review_block"]
    for place in range(3):
        assert len(stopped(*(item for number, item in enumerate(things) if number != place))) == 2


def test_D5_of_a_suspicion_the_centre_learns_no_more_than_that_claims_are_on_hold() -> None:
    (suspicion,) = stopped(restriction())
    (past,) = stopped(restriction(RestrictionKind.PAST_ISSUES))
    assert "on hold" in suspicion.says
    assert suspicion.says == past.says, "the sentence does not tell which it is"
    assert "Programme Director" not in suspicion.says, "a centre may have none to be told (M-72)"
    for word in ("malpractice", "suspicion", "suspected", "hand", "investigation", "inquiry"):
        assert word not in suspicion.says.casefold()


@pytest.mark.parametrize("kind", list(RestrictionKind))
def test_M72_no_stop_repeats_the_reason_that_is_on_record(kind: RestrictionKind) -> None:
    (stop,) = stopped(restriction(kind))
    assert "five accounts" not in stop.says


@pytest.mark.parametrize(
    ("changes", "day", "binds"),
    [
        ({}, TODAY - timedelta(days=1), False),
        ({}, TODAY, True),
        ({"until_on": TODAY}, TODAY, True),
        ({"until_on": TODAY}, TODAY + timedelta(days=1), False),
        ({"lifted_at": NOON + timedelta(days=2)}, TODAY + timedelta(days=1), True),
        ({"lifted_at": NOON + timedelta(days=2)}, TODAY + timedelta(days=2), False),
    ],
)
def test_D7_a_sanction_binds_from_its_first_day_until_its_last_or_until_it_is_lifted(
    changes: dict[str, object], day: date, binds: bool
) -> None:
    assert bool(stopped(sanction(3, **changes), today=day)) == binds


def test_M66_a_restriction_binds_from_the_day_it_began_until_it_ends() -> None:
    ended = restriction(ended_at=NOON + timedelta(days=3))
    assert [bool(stopped(ended, today=TODAY + timedelta(days=day))) for day in (-1, 0, 2, 3)] == [
        False,
        True,
        True,
        False,
    ]


def test_M66_the_day_is_Londons() -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert not restriction(began_at=late).in_force(date(2026, 7, 1))
    assert restriction(began_at=late).in_force(date(2026, 7, 2))


def test_D7_another_awarding_bodys_sanction_does_not_bind() -> None:
    assert stopped(sanction(5, awarding_body="Another Body"), restriction(awarding_body="Another Body")) == ()
    assert not full_sample([sanction(2, awarding_body="Another Body")], BODY, "q1", TODAY)


def test_D7_an_awarding_body_is_one_by_whatever_of_its_names() -> None:
    for name in (*SCHEME.also_called, BODY.upper()):
        assert claims_stopped([sanction(3)], [restriction()], name, "q1", TODAY) == stopped(
            sanction(3), restriction()
        )
        assert own_name(name) == BODY
    assert own_name("Nobody Knows Them") == "Nobody Knows Them"


sanctions = st.builds(
    sanction,
    level=st.sampled_from(sorted(SCHEME.sanctions)),
    qualification_id=st.sampled_from(["", "q1", "q2"]),
    awarding_body=st.sampled_from([BODY, "Another Body"]),
    from_on=st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3)),
    until_on=st.none() | st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3)),
    lifted_at=st.none()
    | st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 2001 < moment.year < 2100),
)
restrictions = st.builds(
    restriction,
    kind=st.sampled_from(list(RestrictionKind)),
    awarding_body=st.sampled_from([BODY, "Another Body"]),
    began_at=st.sampled_from([NOON - timedelta(days=2), NOON, NOON + timedelta(days=2)]),
    ended_at=st.none() | st.sampled_from([NOON - timedelta(days=1), NOON, NOON + timedelta(days=1)]),
)


@given(st.lists(sanctions, max_size=6), st.lists(restrictions, max_size=6), st.randoms(use_true_random=False))
def test_M18_the_order_in_which_stops_were_set_does_not_matter(
    first: list[Sanction], second: list[Restriction], order: random.Random
) -> None:
    before = stopped(*first, *second)
    order.shuffle(first)
    order.shuffle(second)
    assert stopped(*first, *second) == before


@given(st.lists(sanctions | restrictions, max_size=6), sanctions | restrictions)
def test_M18_one_more_never_frees_a_centre_and_claims_need_none(
    things: list[Sanction | Restriction], another: Sanction | Restriction
) -> None:
    assert set(stopped(*things)) <= set(stopped(*things, another))
    assert set(stopped(*things, another)) == set(stopped(*things)) | set(stopped(another))


@given(sanctions)
def test_D7_a_sanction_stops_a_claim_exactly_when_its_level_says_so(item: Sanction) -> None:
    level = SCHEME.sanctions[item.level]
    binds = (
        item.awarding_body == BODY
        and item.in_force(TODAY)
        and (level.whole_centre or item.qualification_id in ("", "q1"))
    )
    assert bool(stopped(item)) == (binds and level.claims_stopped)
    assert full_sample([item], BODY, "q1", TODAY) == (binds and level.full_sample)


@given(st.lists(sanctions, max_size=4), st.lists(restrictions, max_size=4))
def test_M18_what_stops_every_qualification_stops_each(
    first: list[Sanction], second: list[Restriction]
) -> None:
    assert set(stopped(*first, *second, qualification="")) <= set(stopped(*first, *second))


def test_M13_a_remit_holds_from_its_approval_until_its_withdrawal() -> None:
    remit = Remit("q", "Q5", "A title", BODY, date(2026, 1, 1), date(2026, 3, 1))
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1))
    assert [remit.holds(day) for day in days] == [False, True, True, False]


def test_M36_the_consequence_of_a_risk_is_said_in_words() -> None:
    policy = SamplingPolicy("percentage", {Risk.LOW: 10, Risk.HIGH: 35}, {Risk.LOW: 3, Risk.HIGH: 5})
    assert sampling_consequence(policy, Risk.HIGH, False).startswith("35 % ")
    assert sampling_consequence(policy, Risk.HIGH, False).endswith("at least 5.")
    assert "Every learner-unit" in sampling_consequence(policy, Risk.LOW, True)
    assert "square root" in sampling_consequence(SamplingPolicy("square_root", {}, {}), Risk.LOW, False)


def request(state: RequestState = RequestState.ACCEPTED, **changes: object) -> ModerationRequest:
    values: dict[str, object] = {
        "id": "r1",
        "number": "MR-1",
        "centre_id": "c",
        "centre_number": "C1",
        "centre_name": "Oakvale College",
        "nation": Nation.ENGLAND,
        "qualification_code": "Q5",
        "qualification_title": "A title",
        "awarding_body": BODY,
        "state": state,
        "submitted_on": TODAY,
    }
    return ModerationRequest(**(values | changes))  # type: ignore[arg-type]


def test_D5_certificates_wait_for_a_hold_a_held_batch_or_an_open_inquiry() -> None:
    assert not certificates_wait(request(), ())
    assert not certificates_wait(request(), {"r2"})
    assert certificates_wait(request(), {"r1"})
    assert certificates_wait(request(RequestState.ON_HOLD), ())
    assert certificates_wait(request(certification_hold=True), ())


def test_M69_a_request_whose_learners_are_all_refused_is_refused_for_good() -> None:
    refused = after_refusal(request(RequestState.ON_HOLD, held_on=TODAY, hold_reason="Looked into"))
    assert (refused.state, refused.held_on, refused.hold_reason) == (RequestState.REFUSED, None, "")


def test_a_level_that_is_not_there_and_a_reason_that_is_missing_are_refused_in_words() -> None:
    with pytest.raises(KnownError, match="level 9"):
        sanction_level(BODY, 9)
    for text, code in (("  \n", "reason_missing"), ("x" * 20_001, "too_long")):
        with pytest.raises(KnownError) as refusal:
            check_reason(text)
        assert refusal.value.code == code
    assert check_reason("  So it is. ") == "So it is."
