"""What the quality manager decides about a request beside findings: more time, and a batch that is sound."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.moderation import Decision, Outcome, RequestState
from app.service import tables as t
from app.service.decisions import extend, release_batch
from tests.service.ground import NOW, House
from tests.service.holding import hold
from tests.service.ruling import mails, refused, rule, the_request

WHY = "The moderator is ill."
SOUND = "Three more learners were looked at, all sound."
NEW = date(2026, 4, 20)


@pytest.fixture
def ruled(house: House) -> House:
    return rule(house)


def reject(house: House) -> None:
    acts = [house.act(house.judgement(1, Decision.NOT_AGREED))]
    acts += [house.act(house.judgement(position)) for position in (2, 3)]
    report = house.act(house.report(tuple(act.id for act in acts), Outcome.REJECTED), base_rev=house.head())
    assert [outcome.says for outcome in house.push(*acts, report)] == [""] * 4


def test_M51_an_extension_issues_a_new_date_and_keeps_the_old_one(ruled: House) -> None:
    before = the_request(ruled)
    extend(ruled.engine, ruled.person("quality"), ruled.request(), NEW, WHY, NOW)
    after = the_request(ruled)
    assert (after.due_on, after.earlier_due_on) == (NEW, (before.due_on,))
    assert [row.reason for row in ruled.rows(t.due_dates, t.due_dates.c.due_on == NEW)] == [WHY]
    device = ruled.device()
    device.pull()
    assert device.of_kind("request")[ruled.request()]["due_on"] == NEW.isoformat()
    assert device.of_kind("request")[ruled.request()]["earlier_due_on"] == [before.due_on.isoformat()]  # type: ignore[union-attr]


def test_M51_the_centre_is_told_the_new_date(ruled: House) -> None:
    extend(ruled.engine, ruled.person("quality"), ruled.request(), NEW, WHY, NOW)
    told = mails(ruled, "extended")
    assert "staff@people.invalid" in [mail.to_address for mail in told]
    assert all("20 April 2026" in mail.body for mail in told)


def test_M51_an_extension_does_not_move_the_request_away_from_its_moderator(ruled: House) -> None:
    judged = ruled.judge_all()
    report = ruled.act(ruled.report(judged), base_rev=ruled.head())
    extend(ruled.engine, ruled.person("quality"), ruled.request(), NEW, WHY, NOW)
    (outcome,) = ruled.push(report)
    assert outcome.outcome == "applied"


def test_M51_what_cannot_be_extended_is_said_in_words(ruled: House) -> None:
    def attempt(name: str = "quality", number: str = "R1", day: date = NEW, reason: str = WHY) -> str:
        person, request = ruled.person(name), ruled.request(number)
        return refused(lambda: extend(ruled.engine, person, request, day, reason, NOW))

    due = the_request(ruled).due_on
    assert due is not None
    for name in ("morgan", "support", "staff"):
        assert attempt(name) == "not_allowed"
    assert attempt(day=due) == "not_later"
    assert attempt(day=due - timedelta(days=1)) == "not_later"
    assert attempt(number="R3") == "cannot_be_extended"
    assert attempt(reason="") == "reason_missing"
    hold(ruled)
    assert attempt() == "cannot_be_extended"
    assert the_request(ruled).due_on == due
    assert mails(ruled, "extended") == []


def test_M57_a_sound_batch_is_released_by_the_quality_manager_with_a_reason(ruled: House) -> None:
    reject(ruled)
    assert the_request(ruled).certification_hold
    release_batch(ruled.engine, ruled.person("quality"), ruled.request(), SOUND, NOW)
    after = the_request(ruled)
    assert (after.state, after.certification_hold) == (RequestState.RETURNED_TO_CENTRE, False)
    (row,) = ruled.rows(t.requests, t.requests.c.id == ruled.request())
    assert row.release_reason == SOUND
    device = ruled.device()
    device.pull()
    assert device.of_kind("request")[ruled.request()]["certification_hold"] is False


def test_M57_the_learners_who_passed_go_on_and_the_others_do_not(ruled: House) -> None:
    reject(ruled)
    assert ruled.count(t.achievements) == 0
    release_batch(ruled.engine, ruled.person("quality"), ruled.request(), SOUND, NOW)
    achieved = {row.learner_id for row in ruled.rows(t.achievements)}
    numbers = {row.id: row.number for row in ruled.rows(t.learners)}
    assert {numbers[learner] for learner in achieved} == {"A2", "A3", "A4", "A5"}


def test_M57_what_cannot_be_released_is_said_in_words(ruled: House) -> None:
    def attempt(name: str = "quality", reason: str = SOUND) -> str:
        person = ruled.person(name)
        return refused(lambda: release_batch(ruled.engine, person, ruled.request(), reason, NOW))

    assert attempt() == "nothing_to_release"
    reject(ruled)
    for name in ("morgan", "support", "staff"):
        assert attempt(name) == "not_allowed"
    assert attempt(reason="") == "reason_missing"
    assert the_request(ruled).certification_hold
    release_batch(ruled.engine, ruled.person("quality"), ruled.request(), SOUND, NOW)
    assert attempt() == "nothing_to_release"
