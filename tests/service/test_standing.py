"""How a centre stands: access, remit, risk, sanctions, restrictions and agreements, on record and in force."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.centres import PartnerType
from app.domain.restrictions import RestrictionKind
from app.domain.schemes import Risk
from app.service import tables as t
from app.service.standing import (
    access_day,
    agreement_for,
    agreements_of,
    end_agreement,
    end_restriction,
    lift_sanction,
    may_enter,
    needs_full_sample,
    on_remit,
    record_agreement,
    remit_of,
    restrictions_of,
    risk_history,
    risk_of,
    risk_table,
    sanctions_of,
    set_restriction,
    set_risk,
    set_sanction,
)
from tests.service.ground import NOW, House
from tests.service.ruling import (
    BODY,
    DIRECTOR,
    SCHEME,
    TODAY,
    WHY,
    ask,
    centre,
    mails,
    qualification,
    refused,
    rule,
    stops,
)

LATER = NOW + timedelta(days=7)
PLATFORM = "https://learning.oakvale.example/portfolios"


@pytest.fixture
def ruled(house: House) -> House:
    return rule(house)


def test_M07_M08_a_centre_enters_on_the_access_date_of_its_partner_type(ruled: House) -> None:
    opens = SCHEME.access_from[PartnerType.DIRECT_DELIVERY]
    assert ask(ruled, access_day, centre(ruled), BODY) == opens
    assert not ask(ruled, may_enter, centre(ruled), opens - timedelta(days=1))
    assert ask(ruled, may_enter, centre(ruled), opens)
    assert refused(lambda: ask(ruled, may_enter, "nowhere", opens)) == "centre_unknown"


def test_M13_only_what_is_on_the_remit_may_be_claimed_for(ruled: House) -> None:
    assert [item.code for item in ask(ruled, remit_of, centre(ruled), TODAY)] == ["Q5", "Q7"]
    assert ask(ruled, on_remit, centre(ruled), qualification(ruled, "Q7"), TODAY)
    assert not ask(ruled, on_remit, centre(ruled, "C2"), qualification(ruled, "Q7"), TODAY)
    assert not ask(ruled, on_remit, centre(ruled), qualification(ruled), date(2025, 8, 31))


def test_M25_risk_is_held_per_centre_and_qualification_and_keeps_its_history(ruled: House) -> None:
    manager, first, second = ruled.person("quality"), qualification(ruled), qualification(ruled, "Q7")
    assert ask(ruled, risk_of, centre(ruled), first) is SCHEME.default_risk
    set_risk(ruled.engine, manager, centre(ruled), first, Risk.HIGH, "Two rejections.", NOW)
    set_risk(ruled.engine, manager, centre(ruled), second, Risk.LOW, "A steady year.", NOW)
    set_risk(ruled.engine, manager, centre(ruled), first, Risk.LOW, "All mended.", LATER)
    assert ask(ruled, risk_of, centre(ruled), first) is Risk.LOW
    assert ask(ruled, risk_of, centre(ruled, "C2"), first) is SCHEME.default_risk
    history = ask(ruled, risk_history, centre(ruled), first)
    assert [(entry.risk, entry.reason, entry.set_at, entry.set_by) for entry in history] == [
        (Risk.LOW, "All mended.", LATER, manager.id),
        (Risk.HIGH, "Two rejections.", NOW, manager.id),
    ]


def test_M36_the_quality_manager_reads_risk_and_consequence_for_the_whole_remit(ruled: House) -> None:
    manager = ruled.person("quality")
    set_risk(ruled.engine, manager, centre(ruled), qualification(ruled), Risk.HIGH, WHY, NOW)
    set_sanction(
        ruled.engine, manager, centre(ruled), BODY, 2, WHY, NOW, qualification_id=qualification(ruled, "Q7")
    )
    high, default = ask(ruled, risk_table, centre(ruled), TODAY)
    assert (high.remit.code, high.risk, high.set_at, high.full_sample) == ("Q5", Risk.HIGH, NOW, False)
    assert f"{SCHEME.policy.rates[Risk.HIGH]} %" in high.consequence
    assert (default.remit.code, default.risk, default.set_at) == ("Q7", SCHEME.default_risk, None)
    assert default.full_sample
    assert "Every learner-unit" in default.consequence


@pytest.mark.parametrize("name", ["morgan", "support", "staff"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_M25_D7_risk_sanctions_and_restrictions_are_the_quality_managers(ruled: House, name: str) -> None:
    person, where = ruled.person(name), centre(ruled)
    kind = RestrictionKind.PAST_ISSUES
    for work in (
        lambda: set_risk(ruled.engine, person, where, qualification(ruled), Risk.LOW, WHY, NOW),
        lambda: set_sanction(ruled.engine, person, where, BODY, 3, WHY, NOW),
        lambda: lift_sanction(ruled.engine, person, "any", WHY, NOW),
        lambda: set_restriction(ruled.engine, person, where, BODY, kind, WHY, NOW),
        lambda: end_restriction(ruled.engine, person, "any", WHY, NOW),
    ):
        assert refused(work) == "not_allowed"
    assert stops(ruled) == ()


def test_M71_M72_a_level_3_sanction_stops_claims_and_the_programme_director_is_told(ruled: House) -> None:
    manager = ruled.person("quality")
    set_sanction(ruled.engine, manager, centre(ruled), BODY, 3, WHY, NOW)
    assert [stop.level for stop in stops(ruled)] == [3]
    assert stops(ruled, "C2") == ()
    (mail,) = mails(ruled, "claims_stopped")
    assert mail.to_address == DIRECTOR
    assert "level 3" in mail.body
    assert WHY not in mail.subject + mail.body


def test_D7_M72_a_sanction_over_one_qualification_says_which(ruled: House) -> None:
    manager, title = ruled.person("quality"), qualification(ruled, "Q7")
    made = set_sanction(ruled.engine, manager, centre(ruled), BODY, 4, WHY, NOW, qualification_id=title)
    assert [stop.level for stop in stops(ruled, code="Q7")] == [4]
    assert stops(ruled, code="Q5") == ()
    (mail,) = mails(ruled, "claims_stopped")
    assert "Diploma in Leading only" in mail.body
    lift_sanction(ruled.engine, manager, made.id, "Approved anew.", NOW)
    (freed,) = mails(ruled, "claims_freed")
    assert "Diploma in Leading only" in freed.body


def test_M72_a_sanction_that_stops_nothing_tells_nobody(ruled: House) -> None:
    manager = ruled.person("quality")
    made = set_sanction(ruled.engine, manager, centre(ruled), BODY, 2, WHY, NOW)
    assert ask(ruled, needs_full_sample, centre(ruled), qualification(ruled), TODAY)
    assert not ask(ruled, needs_full_sample, centre(ruled, "C2"), qualification(ruled), TODAY)
    assert mails(ruled, "claims_stopped") == []
    lift_sanction(ruled.engine, manager, made.id, WHY, LATER)
    assert mails(ruled, "claims_freed") == []


def test_D7_lifting_is_recorded_and_erases_nothing(ruled: House) -> None:
    manager = ruled.person("quality")
    sanction = set_sanction(ruled.engine, manager, centre(ruled), BODY, 3, WHY, NOW)
    lift_sanction(ruled.engine, manager, sanction.id, "The plan is done.", LATER)
    ruled.clock.now = LATER
    assert stops(ruled) == ()
    (kept,) = ask(ruled, sanctions_of, centre(ruled))
    assert (kept.reason, kept.set_by, kept.from_on) == (WHY, manager.id, TODAY)
    assert (kept.lifted_at, kept.lifted_by, kept.lift_reason) == (LATER, manager.id, "The plan is done.")
    assert kept.in_force(TODAY), "until then it bound"
    assert refused(lambda: lift_sanction(ruled.engine, manager, sanction.id, WHY, LATER)) == "already_lifted"
    assert [mail.to_address for mail in mails(ruled, "claims_freed")] == [DIRECTOR]


def test_M18_one_of_two_stops_lifted_leaves_the_other(ruled: House) -> None:
    manager, where = ruled.person("quality"), centre(ruled)
    first = set_sanction(ruled.engine, manager, where, BODY, 3, WHY, NOW)
    kind = RestrictionKind.REVIEW_BLOCK
    second = set_restriction(ruled.engine, manager, where, BODY, kind, WHY, NOW)
    lift_sanction(ruled.engine, manager, first.id, WHY, LATER)
    ruled.clock.now = LATER
    assert [stop.kind for stop in stops(ruled)] == ["review_block"]
    assert mails(ruled, "claims_freed") == [], "nothing is freed yet"
    end_restriction(ruled.engine, manager, second.id, "Reviewed again.", LATER)
    assert stops(ruled) == ()
    assert len(mails(ruled, "claims_freed")) == 1


def test_M70_past_issues_stop_claims_until_they_are_ended(ruled: House) -> None:
    manager, where = ruled.person("quality"), centre(ruled)
    made = set_restriction(ruled.engine, manager, where, BODY, RestrictionKind.PAST_ISSUES, WHY, NOW)
    assert [stop.kind for stop in stops(ruled, code="Q7")] == ["past_issues"]
    assert [mail.to_address for mail in mails(ruled, "claims_stopped")] == [DIRECTOR]
    end_restriction(ruled.engine, manager, made.id, "Two clean quarters.", LATER)
    ruled.clock.now = LATER
    assert stops(ruled) == ()
    (kept,) = ask(ruled, restrictions_of, where)
    assert (kept.reason, kept.set_by, kept.ended_at, kept.ended_by, kept.end_reason) == (
        WHY,
        manager.id,
        LATER,
        manager.id,
        "Two clean quarters.",
    )
    work = lambda: end_restriction(ruled.engine, manager, made.id, WHY, LATER)  # noqa: E731
    assert refused(work) == "already_ended"


def test_D7_a_sanction_from_a_later_day_stops_nothing_before(ruled: House) -> None:
    manager = ruled.person("quality")
    begins, ends = TODAY + timedelta(days=3), TODAY + timedelta(days=5)
    set_sanction(ruled.engine, manager, centre(ruled), BODY, 5, WHY, NOW, from_on=begins, until_on=ends)
    seen = []
    for count in range(8):
        ruled.clock.now = NOW + timedelta(days=count)
        seen.append(bool(stops(ruled)))
    assert seen == [False, False, False, True, True, True, False, False]


def test_what_cannot_be_set_is_said_in_words(ruled: House) -> None:
    manager, where, engine = ruled.person("quality"), centre(ruled), ruled.engine

    def sanction(level: int = 3, reason: str = WHY, body: str = BODY, at: str = where, **more: object) -> str:
        return refused(lambda: set_sanction(engine, manager, at, body, level, reason, NOW, **more))  # type: ignore[arg-type]

    assert sanction(level=9) == "sanction_level_unknown"
    assert sanction(reason=" ") == "reason_missing"
    assert sanction(body="Nobody Known") == "scheme_unknown"
    assert sanction(at="nowhere") == "centre_unknown"
    assert sanction(level=4) == "sanction_needs_qualification"
    assert sanction(level=4, qualification_id="none") == "qualification_unknown"
    assert sanction(level=4, qualification_id=qualification(ruled, "Q9")) == "qualification_elsewhere"
    assert sanction(until_on=TODAY - timedelta(days=1)) == "days_backwards"
    kind = RestrictionKind.MALPRACTICE
    assert (
        refused(lambda: set_restriction(engine, manager, where, BODY, kind, WHY, NOW)) == "suspicion_needed"
    )
    assert refused(lambda: lift_sanction(engine, manager, "none", WHY, NOW)) == "sanction_unknown"
    assert refused(lambda: end_restriction(engine, manager, "none", WHY, NOW)) == "restriction_unknown"
    assert ruled.count(t.sanctions) == ruled.count(t.restrictions) == 0
    assert mails(ruled, "claims_stopped") == []


@pytest.mark.parametrize("name", ["quality", "support"])
def test_M43_M44_a_link_is_enough_only_under_a_recorded_agreement(ruled: House, name: str) -> None:
    person, where = ruled.person(name), centre(ruled)
    link = PLATFORM + "/zoe"
    assert ask(ruled, agreement_for, where, BODY, link, TODAY) is None
    made = record_agreement(ruled.engine, person, where, BODY, PLATFORM, "By letter", NOW)
    assert ask(ruled, agreement_for, where, BODY, link, TODAY) == made
    assert ask(ruled, agreement_for, where, SCHEME.also_called[0], link, TODAY) == made
    assert ask(ruled, agreement_for, centre(ruled, "C2"), BODY, link, TODAY) is None
    assert ask(ruled, agreement_for, where, "Another Body", link, TODAY) is None
    end_agreement(ruled.engine, person, made.id, LATER)
    assert ask(ruled, agreement_for, where, BODY, link, LATER.date()) is None
    (kept,) = ask(ruled, agreements_of, where)
    assert (kept.address, kept.words, kept.ended_at) == (PLATFORM, "By letter", LATER)
    assert refused(lambda: end_agreement(ruled.engine, person, made.id, LATER)) == "agreement_unknown"


def test_M45_a_wrong_address_is_neither_agreed_nor_taken(ruled: House) -> None:
    manager, where = ruled.person("quality"), centre(ruled)
    for address in ("http://learning.oakvale.example", PLATFORM + "?x=1", "https://a@b.example/"):
        work = lambda wrong=address: record_agreement(ruled.engine, manager, where, BODY, wrong, "", NOW)  # noqa: E731
        assert refused(work) == "url_invalid"
    assert refused(lambda: ask(ruled, agreement_for, where, BODY, PLATFORM + "/../x", TODAY)) == "url_invalid"
    outsider = ruled.person("staff")
    assert (
        refused(lambda: record_agreement(ruled.engine, outsider, where, BODY, PLATFORM, "", NOW))
        == "not_allowed"
    )
    assert ruled.count(t.agreements) == 0
