"""A suspicion: what it stops at once, what the quality manager finds, and how the centre comes free again."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.exc import DBAPIError

from app.domain.moderation import Decision, RequestState
from app.domain.restrictions import RestrictionKind
from app.service import tables as t
from app.service.database import transact
from app.service.decisions import (
    EVERY_FINDING,
    HELD_WORDS,
    hold_request,
    record_director_contact,
    record_finding,
)
from app.service.feed import Changes
from app.service.malpractice import cases, open_case, open_inquiries, refused_learners
from app.service.standing import end_restriction, lock_centre
from tests.service.ground import NOW, House
from tests.service.ruling import (
    DIRECTOR,
    WHY,
    ask,
    learners,
    mails,
    refused,
    rule,
    stops,
    suspect,
    the_cases,
    the_request,
)
from tests.support.together import at_once

LATER = NOW + timedelta(days=7)
FOUND = "The accounts are the learners' own."


@pytest.fixture
def ruled(house: House) -> House:
    return rule(house)


def find(house: House, number: str = "R1", cleared: bool | dict[str, bool] = True, case: int = 0) -> None:
    """The quality manager's finding; ``cleared`` per learner number, or the same for all."""
    named = {
        identifier: cleared if isinstance(cleared, bool) else cleared[learner]
        for learner, identifier in learners(house, number).items()
    }
    restriction = the_cases(house)[case].restriction.id
    request = house.request(number)
    manager = house.person("quality")
    record_finding(house.engine, house.blobs, manager, restriction, request, named, FOUND, house.clock())


def test_M64_M66_M67_a_suspicion_restricts_the_centre_and_opens_an_inquiry_into_all_that_is_ongoing(
    ruled: House,
) -> None:
    suspect(ruled)
    assert the_request(ruled).state is RequestState.ON_HOLD
    assert [stop.kind for stop in stops(ruled)] == ["malpractice"]
    assert [stop.kind for stop in stops(ruled, code="Q7")] == ["malpractice"]
    assert stops(ruled, "C2") == ()
    (case,) = the_cases(ruled)
    assert case.open
    assert (case.restriction.request_id, case.restriction.reason) == (ruled.request("R1"), WHY)
    assert case.restriction.set_by == ruled.person("morgan").id
    assert [(item.number, item.suspected, item.found_at) for item in case.inquiries] == [
        ("R1", True, None),
        ("R3", False, None),
    ]


def test_D5_the_other_requests_go_on_and_only_their_certificates_wait(ruled: House) -> None:
    before = the_request(ruled, "R3")
    suspect(ruled)
    assert the_request(ruled, "R3") == before
    every = [ruled.request(number) for number in ("R1", "R2", "R3")]
    assert ask(ruled, open_inquiries, every) == {ruled.request("R1"), ruled.request("R3")}


def test_M72_D5_the_programme_director_hears_that_claims_are_stopped_and_nobody_hears_why(
    ruled: House,
) -> None:
    suspect(ruled)
    (mail,) = mails(ruled, "claims_stopped")
    assert mail.to_address == DIRECTOR
    for told in (mail, *mails(ruled, "on_hold")):
        text = (told.subject + told.body).casefold()
        assert "malpractice" not in text
        assert "suspi" not in text
        assert WHY.casefold() not in text


def test_M67_only_the_quality_manager_sees_the_case(ruled: House) -> None:
    suspect(ruled)
    for name in ("morgan", "support", "staff"):
        assert refused(lambda who=name: ask(ruled, cases, ruled.person(who))) == "not_allowed"


def test_M66_D7_a_request_with_another_awarding_body_is_no_part_of_it(ruled: House) -> None:
    (other,) = ruled.rows(t.qualifications, t.qualifications.c.code == "Q9")

    def move(connection: object) -> None:
        connection.execute(  # type: ignore[attr-defined]
            t.requests.update()
            .where(t.requests.c.id == ruled.request("R3"))
            .values(qualification_id=other.id)
        )

    transact(ruled.engine, move)
    suspect(ruled)
    (case,) = the_cases(ruled)
    assert [item.number for item in case.inquiries] == ["R1"]


def test_M66_the_restriction_ends_only_with_the_last_finding(ruled: House) -> None:
    suspect(ruled)
    (case,) = the_cases(ruled)
    manager = ruled.person("quality")
    ruled.clock.now = LATER
    find(ruled, "R1")
    assert stops(ruled)
    work = lambda: end_restriction(ruled.engine, manager, case.restriction.id, WHY, LATER)  # noqa: E731
    assert refused(work) == "findings_missing"
    find(ruled, "R3")
    assert stops(ruled) == ()
    (ended,) = the_cases(ruled)
    assert not ended.open
    assert (ended.restriction.ended_at, ended.restriction.ended_by) == (LATER, manager.id)
    assert ended.restriction.end_reason == EVERY_FINDING
    assert [mail.to_address for mail in mails(ruled, "claims_freed")] == [DIRECTOR]
    assert ended.restriction.reason == WHY, "nothing is erased"


def test_M69_a_finding_that_clears_gives_the_request_back_its_state_and_its_days(ruled: House) -> None:
    before = the_request(ruled)
    suspect(ruled)
    ruled.clock.now = LATER
    find(ruled)
    after = the_request(ruled)
    assert (after.state, after.held_on, after.hold_reason) == (RequestState.IN_MODERATION, None, "")
    assert after.earlier_due_on == (before.due_on,)
    assert after.due_on is not None
    assert before.due_on is not None
    assert after.due_on > before.due_on
    device = ruled.device()
    device.pull()
    assert device.of_kind("request")[ruled.request()]["state"] == "in_moderation"


def test_M69_D5_a_request_is_refused_only_if_all_its_learners_are(ruled: House) -> None:
    suspect(ruled)
    numbers = list(learners(ruled))
    find(ruled, "R1", {number: number == numbers[0] for number in numbers})
    assert the_request(ruled).state is RequestState.IN_MODERATION
    refused_here = ask(ruled, refused_learners, [ruled.request()])[ruled.request()]
    assert refused_here == {
        identifier for number, identifier in learners(ruled).items() if number != numbers[0]
    }


def test_M69_D5_a_refused_learner_gets_nothing_from_an_accepted_request(ruled: House) -> None:
    suspect(ruled)
    numbers = list(learners(ruled))
    find(ruled, "R1", {number: number != numbers[0] for number in numbers})
    (suspicion,) = ruled.rows(t.judgements)
    again = ruled.act(ruled.judgement(1, supersedes=(suspicion.id,)))
    others = [ruled.act(ruled.judgement(position)) for position in (2, 3)]
    report = ruled.report(tuple(act.id for act in (again, *others)))
    answers = ruled.push(again, *others, ruled.act(report, base_rev=ruled.head()))
    assert [answer.says for answer in answers] == [""] * 4
    assert the_request(ruled).state is RequestState.RECORDS_UPDATED
    achieved = {row.learner_id for row in ruled.rows(t.achievements)}
    assert achieved == set(learners(ruled).values()) - {learners(ruled)[numbers[0]]}


def test_M69_D5_a_request_all_of_whose_learners_are_refused_is_refused_for_good(ruled: House) -> None:
    suspect(ruled)
    find(ruled, "R1", False)
    assert the_request(ruled).state is RequestState.REFUSED
    (hold,) = ruled.rows(t.holds)
    assert hold.ended_at == NOW
    assert ruled.count(t.findings, t.findings.c.reason == FOUND) == len(learners(ruled))
    device = ruled.device()
    device.pull()
    assert device.of_kind("request")[ruled.request()]["state"] == "refused"


def test_M69_a_request_that_went_on_meanwhile_may_be_refused_too(ruled: House) -> None:
    suspect(ruled)
    find(ruled, "R3", False)
    assert the_request(ruled, "R3").state is RequestState.REFUSED
    assert the_request(ruled).state is RequestState.ON_HOLD


def test_M69_what_waited_behind_the_hold_takes_effect_with_the_finding(ruled: House) -> None:
    suspect(ruled)
    act = ruled.act(ruled.judgement(2, Decision.AGREED))
    (held,) = ruled.push(act)
    assert held.outcome == "held"
    find(ruled)
    (row,) = ruled.rows(t.received_acts, t.received_acts.c.act_id == act.id)
    assert row.outcome == "applied"
    assert ruled.count(t.judgements, t.judgements.c.id == act.id) == 1


def test_M69_what_waited_behind_a_refused_request_is_answered(ruled: House) -> None:
    suspect(ruled)
    act = ruled.act(ruled.judgement(2, Decision.AGREED))
    ruled.push(act)
    find(ruled, "R1", False)
    (row,) = ruled.rows(t.received_acts, t.received_acts.c.act_id == act.id)
    assert (row.outcome, row.code) == ("rejected", "moderation_over")


def test_M66_two_cases_at_one_centre_each_need_their_findings(ruled: House) -> None:
    suspect(ruled, "R1")
    suspect(ruled, "R3")
    assert len(the_cases(ruled)) == 2
    assert [len(case.inquiries) for case in the_cases(ruled)] == [2, 2]
    places = {case.restriction.request_id: place for place, case in enumerate(the_cases(ruled))}
    find(ruled, "R1", case=places[ruled.request("R1")])
    assert the_request(ruled).state is RequestState.ON_HOLD, "the other inquiry covers it too"
    find(ruled, "R1", case=places[ruled.request("R3")])
    assert the_request(ruled).state is RequestState.IN_MODERATION
    assert stops(ruled)
    find(ruled, "R3", case=places[ruled.request("R1")])
    assert stops(ruled)
    (still,) = [case for case in the_cases(ruled) if case.open]
    assert still.restriction.request_id == ruled.request("R3")
    find(ruled, "R3", case=0)
    assert stops(ruled) == ()
    assert the_request(ruled, "R3").state is RequestState.SAMPLE_REQUESTED


def test_M69_one_refusal_is_not_undone_by_another_inquirys_clearance(ruled: House) -> None:
    suspect(ruled, "R1")
    suspect(ruled, "R3")
    find(ruled, "R3", False, case=0)
    assert the_request(ruled, "R3").state is RequestState.REFUSED
    find(ruled, "R3", True, case=1)
    assert the_request(ruled, "R3").state is RequestState.REFUSED


def test_M64_a_second_suspicion_about_the_same_request_opens_no_second_case(ruled: House) -> None:
    suspect(ruled)
    request = the_request(ruled)

    def again(connection: object) -> str:
        return open_case(connection, Changes(), request, ruled.person("morgan").id, WHY, NOW)  # type: ignore[arg-type]

    assert transact(ruled.engine, again) == the_cases(ruled)[0].restriction.id
    assert ruled.count(t.restrictions) == 1


def test_D5_the_quality_manager_may_hold_each_request_of_the_inquiry_and_a_finding_frees_it(
    ruled: House,
) -> None:
    manager = ruled.person("quality")
    work = lambda: hold_request(ruled.engine, manager, ruled.request("R3"), WHY, NOW)  # noqa: E731
    assert refused(work) == "no_inquiry"
    suspect(ruled)
    work()
    held = the_request(ruled, "R3")
    assert (held.state, held.hold_reason) == (RequestState.ON_HOLD, HELD_WORDS), "D-5: never why"
    assert [row.reason for row in ruled.rows(t.holds, t.holds.c.request_id == held.id)] == [WHY]
    assert all(WHY not in mail.body for mail in mails(ruled, "on_hold"))
    assert refused(work) == "cannot_be_held"
    find(ruled, "R3")
    assert the_request(ruled, "R3").state is RequestState.SAMPLE_REQUESTED


def test_M69_findings_are_the_quality_managers_and_name_every_learner_once(ruled: House) -> None:
    suspect(ruled)
    (case,) = the_cases(ruled)
    every = dict.fromkeys(learners(ruled).values(), True)
    some = dict(list(every.items())[1:])

    def attempt(name: str = "quality", number: str = "R1", reason: str = FOUND, **found: bool) -> str:
        person, request = ruled.person(name), ruled.request(number)
        identifier = case.restriction.id
        return refused(
            lambda: record_finding(
                ruled.engine, ruled.blobs, person, identifier, request, found or every, reason, NOW
            )
        )

    for name in ("morgan", "support", "staff"):
        assert attempt(name) == "not_allowed"
    assert attempt(reason=" ") == "reason_missing"
    assert attempt(**some) == "finding_incomplete"
    assert attempt(**every, nobody=True) == "learner_unknown"
    assert attempt(number="R2") == "no_inquiry"
    assert ruled.count(t.findings) == 0
    assert the_request(ruled).state is RequestState.ON_HOLD
    find(ruled)
    assert attempt() == "finding_recorded"


def test_M68_the_contact_with_the_programme_director_is_recorded(ruled: House) -> None:
    suspect(ruled)
    (case,) = the_cases(ruled)
    manager, identifier = ruled.person("quality"), case.restriction.id
    record_director_contact(
        ruled.engine, manager, identifier, "Ada Byrne", "Telephone", "How it goes on.", LATER
    )
    (row,) = ruled.rows(t.contact_log)
    assert (row.request_id, row.person_id, row.spoke_with, row.means, row.summary, row.recorded_at) == (
        ruled.request("R1"),
        manager.id,
        "Ada Byrne",
        "Telephone",
        "How it goes on.",
        LATER,
    )


def test_M68_M54_nobody_else_contacts_the_director_and_an_entry_is_complete(ruled: House) -> None:
    suspect(ruled)
    (case,) = the_cases(ruled)

    def attempt(name: str = "quality", restriction: str = case.restriction.id, summary: str = "Why.") -> str:
        person = ruled.person(name)
        return refused(
            lambda: record_director_contact(
                ruled.engine, person, restriction, "Ada Byrne", "Telephone", summary, NOW
            )
        )

    assert attempt("morgan") == "not_allowed"
    assert attempt("support") == "not_allowed"
    assert attempt(summary=" ") == "contact_incomplete"
    assert attempt(restriction="none") == "restriction_unknown"
    assert ruled.count(t.contact_log) == 0


def test_M66_the_last_two_findings_at_once_end_the_restriction_once(ruled: House) -> None:
    suspect(ruled)
    at_once([partial(find, ruled, number) for number in ("R1", "R3")])
    assert stops(ruled) == ()
    assert len(mails(ruled, "claims_freed")) == 1


def test_M66_two_suspicions_at_once_each_open_a_case_that_covers_both(ruled: House) -> None:
    at_once([partial(suspect, ruled, number) for number in ("R1", "R3")])
    assert [len(case.inquiries) for case in the_cases(ruled)] == [2, 2]
    kinds = {row.kind for row in ruled.rows(t.restrictions)}
    assert kinds == {RestrictionKind.MALPRACTICE.value}


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_M66_a_suspicion_waits_for_whoever_claims_for_the_centre_just_now(ruled: House) -> None:
    """Else a claim could slip past both the restriction and the inquiry; SQLite has one writer at a time anyway."""
    request = the_request(ruled)
    with ruled.engine.connect() as claiming, ruled.engine.connect() as suspecting:
        lock_centre(claiming, request.centre_id)
        suspecting.exec_driver_sql("SET lock_timeout = '1ms'")
        with pytest.raises(DBAPIError, match="lock timeout"):
            open_case(suspecting, Changes(), request, ruled.person("morgan").id, WHY, NOW)
        suspecting.rollback()
        claiming.rollback()
        assert open_case(suspecting, Changes(), request, ruled.person("morgan").id, WHY, NOW)
