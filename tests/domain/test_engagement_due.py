"""When the Engagement Document is due: worked examples 1 and 2, days worked out by hand, and what holds for any day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.centres import Nation
from app.domain.clocks import is_working_day, working_days_between
from app.domain.engagement import (
    ced_due,
    ced_is_late,
    proposal_warning,
)
from app.domain.errors import KnownError
from app.domain.review_deeds import AgreeDate
from app.domain.review_terms import ReviewKind, ReviewState
from app.domain.reviewing import after_ced_extension, after_date_agreed
from tests.catalogue.invented import invented_framework
from tests.domain.reviews_made import BTEC, fresh_review, review

nations = st.sampled_from(list(Nation))
LATEST = date(2017, 12, 10)
BRITISH_WITHOUT_SCOTLAND = (Nation.ENGLAND, Nation.WALES, Nation.NORTHERN_IRELAND, Nation.OUTSIDE_UK)


# Counted back on a calendar of 2017. Bank holidays in reach: Thursday 30 November in Scotland (St Andrew's Day).
BY_HAND = [
    # Fri 8 Dec: 7 6 5 4, 1 30 29 28 27, 24.
    (date(2017, 12, 8), date(2017, 11, 24), date(2017, 11, 23)),
    # Sat 9 Dec: 8 7 6 5 4, 1 30 29 28 27.
    (date(2017, 12, 9), date(2017, 11, 27), date(2017, 11, 24)),
    # Thu 30 Nov: 29 28 27, 24 23 22 21 20, 17 16; the visit itself is day 0, holiday or not.
    (date(2017, 11, 30), date(2017, 11, 16), date(2017, 11, 16)),
    # Wed 15 Nov: 14 13, 10 9 8 7 6, 3 2 1.
    (date(2017, 11, 15), date(2017, 11, 1), date(2017, 11, 1)),
    # Sun 10 Dec, Mon 11 Dec, Thu 4 Jan: the last day itself, a Sunday.
    (date(2017, 12, 10), LATEST, LATEST),
    (date(2017, 12, 11), LATEST, LATEST),
    (date(2018, 1, 4), LATEST, LATEST),
    (None, LATEST, LATEST),
]


@pytest.mark.parametrize(("visit_on", "due", "due_in_scotland"), BY_HAND)
def test_Q09_Q10_D8_days_worked_out_by_hand_for_2017(
    visit_on: date | None, due: date, due_in_scotland: date
) -> None:
    for nation in BRITISH_WITHOUT_SCOTLAND:
        assert ced_due(BTEC, 2017, visit_on, nation) == due
    assert ced_due(BTEC, 2017, visit_on, Nation.SCOTLAND) == due_in_scotland


def test_D8_the_other_nations_have_their_own_bank_holidays_too() -> None:
    # Tue 24 July 2018: 23, 20 19 18 17 16, 13 12 11 10; in Northern Ireland Thursday 12 July is a holiday.
    visit = date(2018, 7, 24)
    assert ced_due(BTEC, 2018, visit, Nation.ENGLAND) == date(2018, 7, 10)
    assert ced_due(BTEC, 2018, visit, Nation.WALES) == date(2018, 7, 10)
    assert ced_due(BTEC, 2018, visit, Nation.SCOTLAND) == date(2018, 7, 10)
    assert ced_due(BTEC, 2018, visit, Nation.NORTHERN_IRELAND) == date(2018, 7, 9)


@given(st.dates(date(2017, 8, 1), date(2040, 7, 31)), nations)
def test_Q10_D8_due_ten_working_days_before_an_early_visit_and_on_the_last_day_otherwise(
    visit_on: date, nation: Nation
) -> None:
    year = visit_on.year if visit_on.month >= 8 else visit_on.year - 1
    latest = date(year, 12, 10)
    due = ced_due(BTEC, year, visit_on, nation)
    if visit_on < latest:
        assert is_working_day(due, nation)
        # Ten working days lie from the due day up to the eve of the visit, the due day counted, the visit not.
        assert working_days_between(due - timedelta(days=1), visit_on - timedelta(days=1), nation) == 10
        assert due < visit_on < latest
    else:
        assert due == latest


@given(st.dates(date(2017, 8, 1), date(2018, 7, 31)), st.integers(0, 200), nations)
def test_D8_a_later_visit_never_makes_it_due_earlier(visit_on: date, later: int, nation: Nation) -> None:
    one, other = visit_on, visit_on + timedelta(days=later)
    assert ced_due(BTEC, 2017, one, nation) <= ced_due(BTEC, 2017, other, nation)
    assert ced_due(BTEC, 2017, other, nation) <= ced_due(BTEC, 2017, None, nation)


def test_Q09_the_day_and_the_working_days_are_the_framework_s(tmp_path: Path) -> None:
    invented = invented_framework(tmp_path)
    # Three working days there: before Fri 24 May 23 22 21; before Wed 29 May 28, 24 23, for Mon 27 May is a holiday.
    assert ced_due(invented, 2030, None, Nation.ENGLAND) == date(2030, 5, 31)
    assert ced_due(invented, 2030, date(2030, 5, 24), Nation.ENGLAND) == date(2030, 5, 21)
    assert ced_due(invented, 2030, date(2030, 5, 29), Nation.ENGLAND) == date(2030, 5, 23)


def test_Q10_an_agreed_day_moves_the_due_day_and_keeps_the_former() -> None:
    agreed = after_date_agreed(fresh_review(), BTEC, AgreeDate("review-1", date(2017, 12, 8)))
    assert (agreed.visit_on, agreed.ced_due_on) == (date(2017, 12, 8), date(2017, 11, 24))
    assert agreed.earlier_ced_due_on == (LATEST,)
    assert agreed.state is ReviewState.DATE_AGREED
    moved = after_date_agreed(agreed, BTEC, AgreeDate("review-1", date(2018, 1, 4)))
    assert (moved.ced_due_on, moved.earlier_ced_due_on) == (LATEST, (LATEST, date(2017, 11, 24)))
    same = after_date_agreed(moved, BTEC, AgreeDate("review-1", date(2018, 1, 11)))
    assert same.earlier_ced_due_on == moved.earlier_ced_due_on


def test_D8_a_document_that_is_in_is_not_made_late_by_a_day_agreed_afterwards() -> None:
    early = fresh_review(ced_submitted_on=date(2017, 12, 1))
    agreed = after_date_agreed(early, BTEC, AgreeDate("review-1", date(2017, 12, 8)))
    assert agreed.ced_due_on == LATEST
    assert not ced_is_late(agreed, date(2018, 1, 1))


@pytest.mark.parametrize("day", [date(2017, 10, 1), date(2019, 1, 1)])
def test_Q16_a_visit_lies_in_its_academic_year(day: date) -> None:
    with pytest.raises(KnownError) as caught:
        after_date_agreed(fresh_review(), BTEC, AgreeDate("review-1", day))
    assert caught.value.code == "day_outside_year"


def test_Q16_a_visit_may_be_on_the_day_of_its_allocation() -> None:
    agreed = after_date_agreed(fresh_review(), BTEC, AgreeDate("review-1", date(2017, 10, 2)))
    assert agreed.visit_on == date(2017, 10, 2)


def test_D11_a_desk_top_review_has_no_day_of_a_visit() -> None:
    with pytest.raises(KnownError) as caught:
        after_date_agreed(
            fresh_review(kind=ReviewKind.DESK_TOP), BTEC, AgreeDate("review-1", date(2017, 12, 8))
        )
    assert caught.value.code == "no_visit"


def test_D8_late_is_a_flag_from_the_day_after_until_it_is_in_and_stays_for_a_late_one() -> None:
    waiting = fresh_review()
    assert not ced_is_late(waiting, LATEST)
    assert ced_is_late(waiting, LATEST + timedelta(days=1))
    in_time = replace(waiting, ced_submitted_on=LATEST)
    assert not ced_is_late(in_time, date(2018, 3, 1))
    assert ced_is_late(replace(waiting, ced_submitted_on=date(2017, 12, 11)), date(2018, 3, 1))


def test_D8_an_extension_is_recorded_and_frees_of_the_flag() -> None:
    late = fresh_review()
    more = after_ced_extension(late, date(2017, 12, 20), date(2017, 12, 12))
    assert (more.ced_due_on, more.earlier_ced_due_on) == (date(2017, 12, 20), (LATEST,))
    assert more.ced_extended
    assert not ced_is_late(more, date(2017, 12, 20))
    assert after_ced_extension(late, date(2017, 12, 12), date(2017, 12, 12)).ced_due_on == date(2017, 12, 12)


@pytest.mark.parametrize(
    ("changes", "due_on", "on", "code"),
    [
        ({}, LATEST, date(2017, 11, 1), "no_extension"),
        ({}, date(2017, 12, 1), date(2017, 11, 1), "no_extension"),
        ({}, date(2017, 12, 20), date(2017, 12, 21), "no_extension"),
        ({"ced_submitted_on": date(2017, 11, 1)}, date(2017, 12, 20), date(2017, 12, 1), "ced_is_in"),
        ({"state": ReviewState.COMPLETE}, date(2017, 12, 20), date(2017, 12, 1), "review_complete"),
    ],
)
def test_D8_an_extension_gives_more_time_to_a_document_that_is_not_in(
    changes: dict[str, object], due_on: date, on: date, code: str
) -> None:
    with pytest.raises(KnownError) as caught:
        after_ced_extension(fresh_review(**changes), due_on, on)
    assert caught.value.code == code


def test_D8_a_day_agreed_after_an_extension_does_not_cut_it_short() -> None:
    more = after_ced_extension(fresh_review(), date(2017, 12, 20), date(2017, 11, 1))
    agreed = after_date_agreed(more, BTEC, AgreeDate("review-1", date(2017, 12, 8)))
    assert agreed.ced_due_on == date(2017, 12, 20)
    assert proposal_warning(BTEC, more, date(2017, 12, 8), date(2017, 12, 1)) == ""


def test_Q10_a_proposal_that_makes_the_document_due_in_the_past_is_warned_of() -> None:
    waiting = fresh_review()
    visit = date(2017, 12, 8)
    assert proposal_warning(BTEC, waiting, visit, date(2017, 11, 24)) == ""
    says = proposal_warning(BTEC, waiting, visit, date(2017, 11, 25))
    assert "8 December 2017" in says
    assert "24 November 2017" in says
    scottish = replace(waiting, nation=Nation.SCOTLAND)
    assert "23 November 2017" in proposal_warning(BTEC, scottish, visit, date(2017, 11, 24))


def test_Q10_no_warning_once_it_is_in_and_another_one_when_it_is_overdue_anyway() -> None:
    assert proposal_warning(BTEC, review(), date(2017, 12, 8), date(2017, 12, 1)) == ""
    says = proposal_warning(BTEC, fresh_review(), date(2018, 1, 4), date(2017, 12, 11))
    assert says == "The Engagement Document was due on 10 December 2017 and is not in yet."
