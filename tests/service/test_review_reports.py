"""Reports of quality reviews, what they ask of the centre, and what stops its claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update

from app.domain.acts import Act
from app.domain.dates import london_day
from app.domain.restrictions import Stop
from app.domain.review_deeds import DecideBlock, DecideScope, SignOffAction
from app.domain.review_terms import Block, Level, ReviewKind, ReviewOutcome, ReviewState
from app.service import tables as t
from app.service.database import reading, transact
from app.service.review_mailing import ReviewEvent, ReviewMail, write_review_mails
from app.service.stops import stops_for
from app.wire.messages import OutcomeMessage
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.reviews_ground import BODY, TODAY, YEAR, Reviewing, told


@pytest.fixture
def reviewing(house: House, tmp_path: Path) -> Reviewing:
    return Reviewing(house, tmp_path)


NOT_MET = {"QO.3.4": Level.NOT_MET}


def stops(reviewing: Reviewing) -> tuple[Stop, ...]:
    with reading(reviewing.house.engine) as connection:
        today = london_day(reviewing.house.clock())
        return stops_for(connection, reviewing.centre("C1"), BODY, "", today)


def decide_block(reviewing: Reviewing, *, confirmed: bool) -> list[str]:
    deed = DecideBlock(reviewing.review_id, confirmed, "I have seen the report.")
    return reviewing.do(deed, who=reviewing.quality)


def actions(reviewing: Reviewing, **values: Any) -> list[Any]:
    """Rows of actions with these values."""
    table = t.review_actions
    return reviewing.house.rows(table, *(table.c[name] == value for name, value in values.items()))


def test_Q25_Q26_a_report_is_issued_once_everything_is_judged_and_names_what_is_missing(
    house: House, tmp_path: Path
) -> None:
    reviewing = Reviewing(house, tmp_path, ReviewKind.VISIT)
    reviewing.decide_scope()
    (refusal,) = reviewing.push(reviewing.act(reviewing.report()))
    assert (refusal.outcome, refusal.code) == ("rejected", "report_incomplete")
    assert "QO.3.4" in refusal.says
    assert "exams officer" in refusal.says
    reviewing.visit(date(2026, 12, 1))
    reviewing.judge_all()
    assert reviewing.review.measures == reviewing.review.judged == 24
    assert reviewing.do(replace(reviewing.report(), pdf=b"no PDF")) == ["rejected report_damaged"]
    assert reviewing.do(reviewing.report()) == ["applied"]
    review = reviewing.review
    assert (review.state, review.outcome, review.report_version) == (
        ReviewState.COMPLETE,
        ReviewOutcome.NO_ACTION,
        1,
    )
    (report,) = reviewing.device(reviewing.robin).of_kind("visit_report").values()
    assert reviewing.house.blobs.get_bytes(report["pdf_sha256"]) == reviewing.report().pdf
    assert told(reviewing, "review_report_issued") == ["bothstaff", "head", "quality", "staff"]


def test_a_correction_is_a_new_version_whose_actions_replace_those_of_the_last(reviewing: Reviewing) -> None:
    reviewing.complete({"QO.1.1": Level.PARTLY_MET, "QO.3.4": Level.PARTLY_MET})
    assert {row.code for row in actions(reviewing, signed_off_on=None)} == {"QO.1.1", "QO.3.4"}
    (kept,) = (item for item in reviewing.judgements if item.code == "QO.3.4")
    (action,) = kept.actions
    clearer = (replace(action, text="In clearer words."),)
    again = reviewing.again("QO.3.4", Level.PARTLY_MET, actions=clearer)
    better = [reviewing.again(code, Level.MET) for code in ("QO.1.1", "QO.1")]
    before = reviewing.report(2)
    assert reviewing.do(again, *better, before) == ["applied"] * 3 + ["rejected report_outdated"]
    assert reviewing.do(reviewing.report(3)) == ["rejected version_wrong"]
    assert reviewing.do(replace(reviewing.report(2), changes=" ")) == ["rejected changes_missing"]
    assert reviewing.do(reviewing.report(2)) == ["applied"]
    (open_one,) = actions(reviewing, signed_off_on=None)
    assert (open_one.id, open_one.text) == (action.id, "In clearer words.")
    (over,) = actions(reviewing, code="QO.1.1")
    assert "Version 2" in over.sign_off_says
    assert len(reviewing.device(reviewing.robin).of_kind("visit_report")) == 2


def test_a_report_made_before_the_scope_changed_is_a_conflict(reviewing: Reviewing) -> None:
    reviewing.do(reviewing.contact(), reviewing.declaration())
    before = reviewing.house.head()
    assert reviewing.do(DecideScope(reviewing.review_id, True, ""), who=reviewing.quality) == ["applied"]
    reviewing.judge_all()

    def answer(act: Act) -> OutcomeMessage:
        (outcome,) = reviewing.push(act)
        return outcome

    blind = answer(reviewing.act(reviewing.report(), base_rev=before, seen=before))
    assert (blind.outcome, blind.code) == ("conflict", "review_moved")
    assert answer(reviewing.act(reviewing.report())).outcome == "applied"


@NOT_OF_THE_DATABASE
def test_an_id_of_another_reviews_action_changes_nothing_there(reviewing: Reviewing) -> None:
    reviewing.complete({"QO.1.1": Level.PARTLY_MET})
    (theirs,) = actions(reviewing)
    other = reviewing.allocate("C2")
    reviewing.review_id = other.id
    reviewing.decide_scope()
    reviewing.judge_all()
    action = replace(reviewing.quality_of("QO.9.1", Level.NOT_MET).actions[0], id=theirs.id)
    worse = reviewing.again("QO.9.1", Level.PARTLY_MET, actions=(action,))
    assert reviewing.do(worse, reviewing.again("QO.9", Level.PARTLY_MET, actions=())) == ["applied"] * 2
    assert reviewing.do(reviewing.report()) == ["applied"]
    assert actions(reviewing, id=theirs.id) == [theirs]
    (own,) = actions(reviewing, review_id=other.id)
    assert own.id != theirs.id
    assert own.text == "Mend QO.9.1."


def test_D9_Q06_M18_a_confirmed_block_stops_claims_until_the_next_decision(reviewing: Reviewing) -> None:
    reviewing.complete(NOT_MET)
    assert reviewing.review.block is Block.PROPOSED
    assert stops(reviewing) == ()
    assert decide_block(reviewing, confirmed=True) == ["applied"]
    assert [stop.kind for stop in stops(reviewing)] == ["review_block"]
    assert decide_block(reviewing, confirmed=True) == ["rejected block_decided"]
    assert told(reviewing, "review_block_decided") == ["bothstaff", "head", "robin", "staff"]
    (restriction,) = reviewing.house.rows(t.restrictions)
    assert (restriction.set_by, restriction.awarding_body) == (reviewing.quality.id, BODY)
    assert decide_block(reviewing, confirmed=False) == ["applied"]
    assert stops(reviewing) == ()
    assert reviewing.house.count(t.restrictions, t.restrictions.c.ended_by == reviewing.quality.id) == 1


@pytest.mark.parametrize("levels", [{}, NOT_MET])
def test_Q06_next_years_report_ends_the_block_or_waits_for_its_decision(
    reviewing: Reviewing, levels: dict[str, Level]
) -> None:
    reviewing.complete(NOT_MET)
    decide_block(reviewing, confirmed=True)
    reviewing.house.clock.now = TODAY + timedelta(days=365)
    reviewing.review_id = reviewing.allocate(year=YEAR + 1).id
    for row in actions(reviewing, signed_off_on=None):
        sign_off = SignOffAction(reviewing.review_id, row.id, "Seen.")
        assert reviewing.do(sign_off) == ["applied"]
    reviewing.complete(levels)
    assert bool(stops(reviewing)) is bool(levels)
    if levels:
        assert decide_block(reviewing, confirmed=True) == ["applied"]
        assert [stop.kind for stop in stops(reviewing)] == ["review_block"]
        ended = t.restrictions.c.ended_at.is_not(None)
        assert (reviewing.house.count(t.restrictions), reviewing.house.count(t.restrictions, ended)) == (2, 1)


def test_open_actions_move_on_into_next_years_review_and_are_signed_off_from_either(
    reviewing: Reviewing,
) -> None:
    reviewing.complete(dict.fromkeys(("QO.1.1", "QO.1.2", "QO.3.4"), Level.PARTLY_MET))
    first, second, third = actions(reviewing)
    done = SignOffAction(reviewing.review_id, first.id, "The policy is dated now.")
    assert reviewing.do(done, who=reviewing.quality) == ["applied"]
    assert reviewing.do(done) == ["rejected action_signed_off"]
    before, old_number = reviewing.device(reviewing.robin), reviewing.review.number
    last_year, late = reviewing.review_id, reviewing.act(replace(done, action_id=second.id))
    reviewing.house.clock.now = TODAY + timedelta(days=365)
    reviewing.review_id = reviewing.allocate(year=YEAR + 1, reviewer=reviewing.sam.email).id
    before.pull()
    assert before.of_kind("review_action").keys() == {first.id}
    listed = reviewing.device(reviewing.sam).of_kind("review_action")
    assert listed.keys() == {second.id, third.id}
    assert {item["origin"] for item in listed.values()} == {old_number}
    assert [item.outcome for item in reviewing.push(late)] == ["applied"]
    (row,) = actions(reviewing, id=second.id)
    assert (row.review_id, row.signed_off_by) == (reviewing.review_id, reviewing.robin.id)
    assert reviewing.do(replace(done, action_id=third.id), who=reviewing.sam) == ["rejected not_assigned"]
    here = replace(done, review_id=reviewing.review_id, action_id=third.id)
    assert reviewing.do(here, who=reviewing.sam) == ["applied"]
    assert last_year != reviewing.review_id


@pytest.mark.parametrize("member", [True, False])
def test_D14_a_refused_or_denied_consortium_takes_the_signature_of_a_reduced_engagement_document(
    reviewing: Reviewing, member: bool
) -> None:
    review_id, now = reviewing.review_id, reviewing.house.clock()

    def sign(connection: Connection) -> None:
        entries = [
            {"code": objective.code, "level": "met", "commentary": reviewing.framework.text_a}
            for objective in reviewing.framework.objectives
        ]
        table = t.ceds
        connection.execute(
            update(table)
            .where(table.c.id == review_id)
            .values(register_only=True, entries=entries, provisional=True, version=4)
        )
        signed = {"name": "Hana", "role": "Head", "statement": "True.", "signed_at": now, "content": {}}
        row = {"id": "s1", "review_id": review_id, "content_sha256": "0" * 64, **signed}
        connection.execute(t.ced_signatures.insert().values(row))
        reviews = t.reviews
        connection.execute(
            update(reviews).where(reviews.c.id == review_id).values(ced_submitted_on=now.date())
        )

    transact(reviewing.house.engine, sign)
    reviewing.decide_scope(member=member, approved=False)
    (ced,) = reviewing.device(reviewing.robin).of_kind("ced").values()
    assert (ced["signature"], ced["register_only"], ced["provisional"]) == (None, False, False)
    assert {entry["code"] for entry in ced["entries"]} == {"QO.1", "QO.3", "QO.4", "QO.9"}
    assert reviewing.review.ced_submitted_on is None
    (signature,) = reviewing.house.rows(t.ced_signatures)
    assert signature.ended_at == now
    (row,) = reviewing.house.rows(t.ceds)
    assert row.version == 5
    mails = reviewing.house.rows(t.mails, t.mails.c.kind == "review_scope_decided")
    assert mails
    assert all("new signature" in mail.body for mail in mails)


@NOT_OF_THE_DATABASE
def test_M37_every_e_mail_about_a_review_says_which_and_leads_the_centre_there(reviewing: Reviewing) -> None:
    reviewing.complete(NOT_MET)
    house, now = reviewing.house, TODAY + timedelta(hours=1)
    detail = {"warning": "late", "reason": "Illness.", "answer": "Yes.", "action": actions(reviewing)[0].id}
    events = [ReviewEvent(kind, reviewing.review_id, detail) for kind in ReviewMail]

    def write(connection: Connection) -> None:
        connection.execute(update(t.reviews).values(visit_on=date(2026, 12, 1)))
        for event in events:
            write_review_mails(connection, event, now)

    transact(house.engine, write)
    mails = house.rows(t.mails, t.mails.c.written_at == now)
    assert {mail.kind for mail in mails} == {kind.value for kind in ReviewMail}
    at_centre = {reviewing.head.email, "staff@people.invalid", "bothstaff@people.invalid"}
    for mail in mails:
        assert reviewing.review.number in mail.subject
        assert reviewing.review_id == mail.review_id
        assert "None" not in mail.body
        assert "\n\n\n" not in mail.body
        assert (f"/reviews/{reviewing.review_id}" in mail.body) is (mail.to_address in at_centre)
    before = house.count(t.mails)
    transact(house.engine, write)
    assert house.count(t.mails) == before
